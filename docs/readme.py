"""Puts the page of ``recaudit check sample_data`` into README.md. Run by ``make docs``; a test compares.

Shown are the first claims at 80 columns, and the exit code; a line ``…`` stands for what is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from recaudit import audit
from recaudit.reports import terminal
from recaudit.reports.look import Sheet, plain_console, rendered

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 80
UNTIL = "│ received-hospitals"
_BLOCK = re.compile(r"(<!-- output: recaudit check sample_data -->\n```text\n).*?(```\n)", re.DOTALL)


def page(outcome: audit.Outcome) -> str:
    """The whole page without the seconds it took."""
    timeless = outcome.result.copy()
    timeless.pop("run", None)
    return rendered(
        plain_console(WIDTH), terminal.overview(timeless, Sheet(WIDTH), terminal.Ending(outcome.code, outcome.why))
    )


def shown(text: str) -> str:
    """The part of the page that the README shows."""
    return "".join(f"{line.rstrip()}\n" for line in _lines(text.splitlines()))


def _lines(lines: list[str]) -> Iterator[str]:
    end = next(at for at, line in enumerate(lines) if line.startswith(UNTIL))
    yield from lines[:end]
    yield "│ …"
    yield ""
    yield lines[-1]


def with_output(readme: str, output: str) -> str:
    return _BLOCK.sub(lambda found: f"{found[1]}{output}{found[2]}", readme)


if __name__ == "__main__":
    README = ROOT / "README.md"
    fresh = with_output(README.read_text(encoding="utf-8"), shown(page(audit.check(ROOT / "sample_data", workers=1))))
    README.write_text(fresh, encoding="utf-8")
