"""GitHub-flavoured Markdown in which a name is nothing but a name: no markup, link, mention, reference or cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from recaudit.reports.inert import visible

_SIGNS: Final = re.compile(r"[\\`*_\[\]~|$]|(?<=www)\.|(?<=:)/(?=/)|^(?:[-+>=]|#+(?=\s))|(?<=^\d)[.)]")
_REFERS: Final = re.compile(r"[@#](?=\w)|:(?=[\w+-]+:)")  # persons, issues, emoji: looked for when no escape is left
_RUNS: Final = re.compile(r"`+")


def plain(text: str) -> str:
    """Text from data, as it is to be read.

    >>> plain("*Trạm* <b> | @you #1 www.x.vn")
    '\\\\*Trạm\\\\* &lt;b> \\\\| @<!-- -->you #<!-- -->1 www\\\\.x.vn'
    >>> plain("- http://x.vn"), plain("1. one")
    ('\\\\- http:\\\\//x.vn', '1\\\\. one')
    """
    shown = visible(text).replace("&", "&amp;").replace("<", "&lt;")
    escaped = _SIGNS.sub(lambda sign: f"\\{sign[0]}", shown)
    return _REFERS.sub(lambda sign: f"{sign[0]}<!-- -->", escaped)


def code(text: str) -> str:
    """A code span, also of text that holds backticks; inside a table a bar is escaped by GitHub's own rule.

    >>> code("a`b"), code("")
    ('`` a`b ``', '—')
    """
    if not text:
        return "—"
    shown = visible(text).replace("|", "\\|")
    longest = max((len(run) for run in _RUNS.findall(shown)), default=0)
    return f"`{shown}`" if not longest else f"{'`' * (longest + 1)} {shown} {'`' * (longest + 1)}"


def block(text: str) -> str:
    """A block of code."""
    shown = visible(text)
    longest = max((len(run) for run in _RUNS.findall(shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{shown}\n{fence}\n"


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0) -> str:
    """A table of cells that are Markdown already; the last ``numbers`` columns are aligned right. "" without a row."""
    lines = [" | ".join(row) for row in rows]
    if not lines:
        return ""
    rule = " | ".join("---:" if len(titles) - place <= numbers else "---" for place in range(len(titles)))
    return "".join(f"| {line} |\n" for line in [" | ".join(titles), rule, *lines])
