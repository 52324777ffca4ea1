"""What a report is asked for beside the result: the exit code, decided before it, the language, what is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recaudit.reports.hiding import EVERYTHING_SHOWN, Hidden
from recaudit.result import Result
from recaudit.said import Said


@dataclass(frozen=True, slots=True)
class Wish:
    """``code`` and ``why`` come from ``recaudit.exits``, never from a report. ``root``: the folder of the plan, as the
    person named it, so that a path of the result can be found from where the command runs."""

    code: int
    why: Said | str
    root: Path = Path()
    language: str = "en"
    hidden: Hidden = EVERYTHING_SHOWN
    facility: tuple[str, str] | None = None  # (sector, id): a report of this one, with nothing of its neighbours
    older: Sequence[Result] = ()  # results of the same places before this one, oldest first
