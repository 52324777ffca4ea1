"""The catalogues: ``vi/LC_MESSAGES/recaudit.po`` for people, ``recaudit.mo`` made of it for the program.

A third language is one folder more. ``python -m recaudit.locale`` brings all of them up to date with the source.
"""
