"""The pages of the small province as they are meant to look; ``python -m tests.golden.captures`` writes them anew."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from rich.console import RenderableType

from recaudit.reports import judgements, lines, places, terminal
from recaudit.reports.languages import speaking
from recaudit.reports.look import Sheet, console, rendered
from recaudit.reports.narrow import NARROW
from recaudit.result import Result
from recaudit.said import say_n, together
from tests.golden.province import province

FOLDER = Path(__file__).parent
ENDING = terminal.Ending(
    1,
    together(
        say_n("{n} claim is refuted", "{n} claims are refuted", n=1),
        say_n("{n} claim is unverifiable", "{n} claims are unverifiable", n=1),
    ),
)


def screen(page: Callable[[Sheet], RenderableType], width: int, encoding: str = "utf-8") -> str:
    """What a terminal of this width and encoding shows, without colours."""
    target = console(io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    target.width = width
    return rendered(target, page(Sheet(width))).encode(encoding, NARROW).decode(encoding)


def captures(result: Result) -> dict[str, str]:
    """File name -> what it holds, in English, and what people read in Vietnamese too."""
    with speaking("vi"):
        other = _captures(result)
    of_people = {name: text for name, text in other.items() if name != "check_lines.txt"}
    return _captures(result) | {name.replace(".txt", "_vi.txt"): text for name, text in of_people.items()}


def _captures(result: Result) -> dict[str, str]:

    def overview(sheet: Sheet) -> RenderableType:
        return terminal.overview(result, sheet, ENDING)

    piped = [*lines.overview(result), lines.ending(ENDING.code, ENDING.why)]
    return {
        "check_80.txt": screen(overview, 80),
        "check_120.txt": screen(overview, 120),
        "check_80_ascii.txt": screen(overview, 80, "ascii"),
        "check_lines.txt": "".join(f"{line}\n" for line in piped),
        "facility_80.txt": screen(lambda sheet: places.facility(result, "KCB66001", sheet), 80),
        "facility_120.txt": screen(lambda sheet: places.facility(result, "KCB66017", sheet), 120),
        "facility_silent_80.txt": screen(lambda sheet: places.facility(result, "KCB66042", sheet), 80),
        "area_80.txt": screen(lambda sheet: places.area(result, "66", sheet), 80),
        "claim_80.txt": screen(lambda sheet: judgements.claim(result, "emr-100", sheet), 80),
        "rule_80.txt": screen(lambda sheet: judgements.rule(result, "enc-has-condition", sheet), 80),
    }


if __name__ == "__main__":
    for name, text in captures(province()).items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
