"""Samples of what should exist: a frame of the register's lists, a draw that anybody can repeat, sheets for the field,
and what comes back on them."""
