"""What every page of the terminal shares: colours, the console, tables whose codes are never cut, next commands."""

from __future__ import annotations

import io
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Literal

from rich.box import Box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from recaudit.reports import vocabulary
from recaudit.reports.hiding import EVERYTHING_SHOWN, Hidden
from recaudit.reports.inert import inert
from recaudit.reports.languages import told
from recaudit.said import Said

THEME = Theme(
    {
        "reached": "cyan",
        "unknown": "bright_black",
        "short": "red",
        "confirmed": "bold green",
        "refuted": "bold red",
        "unverifiable": "bold yellow",
        "muted": "dim",
        "command": "bold cyan",
    }
)
ICONS = {"confirmed": "✓", "refuted": "✗", "unverifiable": "?"}
WARNING = "▲"
_SHORTEST = 8  # columns that a name keeps
WIDE = 100  # columns from which a page shows more
# rich's SIMPLE_HEAD, called ASCII so that rich does not draw a grid instead: a narrow stream has a twin for the rule
_HEAD = Box("    \n    \n ── \n    \n    \n    \n    \n    \n", ascii=True)


def console(file: IO[str] | None = None) -> Console:
    """A console that prints what it is given: no markup, no highlighting, no emoji codes. One of Windows that knows no
    escape sequences is given none."""
    made = Console(file=file, theme=THEME, markup=False, highlight=False, emoji=False)
    return without_colours(made) if made.legacy_windows else made


def without_colours(made: Console) -> Console:
    """The same console, as wide, that shows no colours."""
    return Console(
        file=made.file, width=made.width, theme=THEME, markup=False, highlight=False, emoji=False, color_system=None
    )


def plain_console(width: int) -> Console:
    """A console of so many columns that shows no colours, whatever the surroundings are."""
    return Console(
        file=io.StringIO(), width=width, theme=THEME, markup=False, highlight=False, emoji=False, color_system=None
    )


def rendered(screen: Console, page: RenderableType) -> str:
    """What ``screen`` would show. Lines that may not be cut, as commands, run on past its width."""
    with screen.capture() as captured:
        screen.print(page, crop=False)
    return captured.get()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a page is laid out for: columns of the terminal, and the result that its next commands name ("": here), and
    the counts that may not stand on it."""

    width: int
    result: str = ""
    hidden: Hidden = EVERYTHING_SHOWN

    @property
    def wide(self) -> bool:
        return self.width >= WIDE

    def show(self, what: str, key: str) -> str:
        """The command that shows one page of the same result."""
        named = f" --result {shlex.quote(self.result)}" if self.result else ""
        named += f" --hide-below {self.hidden.below}" if self.hidden.below else ""
        return f"recaudit show {what} {shlex.quote(key)}{named}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column is as wide as its widest cell. Where the line is too long, the one that ``gives`` is shortened, and
    one that is a ``bar`` is left out, because half a bar says something else."""

    title: str = ""
    justify: Literal["left", "right"] = "left"
    gives: bool = False
    bar: bool = False


def number(title: str) -> Column:
    return Column(title, "right")


def table(columns: Sequence[Column], rows: Sequence[Sequence[Text | str]], width: int) -> RenderableType:
    """A table no wider than ``width`` as long as names can give way; codes fold on to a second line, nothing is cut.

    Strings are our own words and numbers; what comes from data must come as inert ``Text``.
    """
    cells = [[cell if isinstance(cell, Text) else Text(cell) for cell in row] for row in rows]
    natural = [
        max([Text(column.title).cell_len, *(row[place].cell_len for row in cells)])
        for place, column in enumerate(columns)
    ]
    between = 3
    excess = 1 + sum(natural) + between * (len(columns) - 1) - width  # a blank before
    spare = sum(max(wide - _SHORTEST, 0) for wide, column in zip(natural, columns, strict=True) if column.gives)
    if excess > spare and any(column.bar for column in columns):
        kept = [place for place, column in enumerate(columns) if not column.bar]
        return table([columns[place] for place in kept], [[row[place] for place in kept] for row in cells], width)
    if excess > spare:
        between = 2
        excess -= len(columns) - 1
    page = Table(box=_HEAD, pad_edge=False, padding=(0, between - 1, 0, 0), header_style="bold", show_edge=False)
    for place, column in enumerate(columns):
        wide = natural[place]
        if column.gives and excess > 0:
            wide = max(_SHORTEST, wide - excess)
        page.add_column(
            column.title,
            justify=column.justify,
            width=wide,
            no_wrap=column.gives,
            overflow="ellipsis" if column.gives else "fold",
        )
    for row in cells:
        page.add_row(*row)
    return Padding(page, (0, 0, 0, 1), expand=False)


def chip(verdict: str, wording: str = "") -> Text:
    """``✗ REFUTED``: sign and word, so that colour is never needed."""
    return inert(f"{ICONS[verdict]} {vocabulary.verdict(wording or verdict).upper()}", verdict)


def heading(text: str) -> RenderableType:
    """A line of its own, below a blank one."""
    return hanging(Text(f"\n{text}", style="bold"), 0)


def ending(code: int, why: Said | str) -> RenderableType:
    """The last line: the exit code, in words."""
    style = {0: "confirmed", 3: "unverifiable"}.get(code, "refuted")
    said = told("Exit code {code}: {why}", code=str(code), why=why)
    return hanging(Text.assemble("\n", inert(said, style)), 0)


def warning(text: str) -> RenderableType:
    return hanging(inert(f"{WARNING} {text}", "unverifiable"), 2)


@dataclass(frozen=True, slots=True)
class _Hanging:
    text: Text
    indent: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        head, body = self.text[: self.indent], self.text[self.indent :]
        for line in body.wrap(console, max(options.max_width - self.indent, 8), overflow="fold"):
            line.rstrip()
            yield Text.assemble(head, line)
            head = Text(" " * self.indent)


def hanging(text: Text, indent: int) -> RenderableType:
    """A paragraph whose second and later lines start ``indent`` columns further right than the first."""
    return _Hanging(text, indent)


def indented(text: Text, by: int = 2) -> RenderableType:
    return _Hanging(Text.assemble(" " * by, text), by)


def next_commands(steps: Sequence[tuple[str, str]]) -> Group:
    """Each step in words, and below it the command to copy, which is never wrapped or cut."""
    lines: list[RenderableType] = [heading(told("Next"))]
    for words, command in steps:
        lines.append(Text(f"  → {words}"))
        lines.append(Text.assemble("    ", inert(command, "command"), no_wrap=True, overflow="ignore"))
    return Group(*lines)
