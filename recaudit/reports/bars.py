"""Bars. The bounds bar ``complete | unknown | known short`` stands over the expected number, with a mark at the
claimed level: in the complete part the claim holds, in the unknown part nobody knows, in the short part it fails."""

from __future__ import annotations

from fractions import Fraction

from rich.text import Text

COMPLETE, UNKNOWN, SHORT, MARK = "█", "░", "▓", "┃"  # they differ in shape, so colour is never the only sign
STYLES = {COMPLETE: "reached", UNKNOWN: "unknown", SHORT: "short", MARK: "bold"}
_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


def columns(reached: int, unknown: int, short: int, width: int) -> tuple[int, int, int]:
    """``width`` (3 or more) columns in three parts, rounded towards the unknown.

    Whatever is not 0 gets a column, so neither end looks full or empty when it is not. (0, 0, 0) for nothing.

    >>> columns(999_999, 0, 1, 10), columns(1, 0, 999_999, 10)
    ((9, 0, 1), (1, 0, 9))
    >>> columns(0, 5, 5, 10), columns(0, 0, 0, 10)
    ((0, 5, 5), (0, 0, 0))
    """
    total = reached + unknown + short
    if total == 0:
        return 0, 0, 0
    first = max(reached * width // total, min(reached, 1))
    last = max(short * width // total, min(short, 1))
    if not unknown:
        return first, 0, width - first
    if first + last == width:  # no column left for what is unknown: the longer part gives one
        first, last = (first - 1, last) if first >= last else (first, last - 1)
    return first, width - first - last, last


def mark_at(target: Fraction, low: Fraction, high: Fraction, parts: tuple[int, int, int]) -> int:
    """How many columns stand left of the mark, so that it lies in the part that decides: low and high are shares."""
    first, middle, last = parts
    width = first + middle + last
    place = int(target * width)
    if low >= target:
        return min(place, first)
    if high < target:
        return min(max(place, first + middle + 1), width)
    return min(max(place, first + 1), first + middle)


def bounds_bar(reached: int, unknown: int, short: int, width: int, target: Fraction | None = None) -> Text:
    """One line: ``width`` columns, one more for the mark where there is a target. Empty where nothing is expected."""
    parts = columns(reached, unknown, short, width)
    bar = Text(no_wrap=True)
    for sign, length in zip((COMPLETE, UNKNOWN, SHORT), parts, strict=True):
        bar.append(sign * length, STYLES[sign])
    if target is None or not sum(parts):
        return bar
    total = reached + unknown + short
    place = mark_at(target, Fraction(reached, total), Fraction(reached + unknown, total), parts)
    return Text.assemble(bar[:place], (MARK, STYLES[MARK]), bar[place:], no_wrap=True)


def plain_bar(part: int, whole: int, width: int, style: str = "short") -> Text:
    """``part / whole`` of ``width`` columns, in eighths of a column, rounded down; more than nothing shows something.

    >>> plain_bar(1, 10_000, 10).plain, plain_bar(1, 2, 5).plain, plain_bar(0, 2, 5).plain
    ('▏', '██▌', '')
    """
    if not part or not whole:
        return Text("")
    full, rest = divmod(max(1, part * width * 8 // whole), 8)
    return Text(COMPLETE * full + _EIGHTHS[rest], style=style, no_wrap=True)
