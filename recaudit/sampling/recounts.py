"""The plan's recounts, read and set against their draw: counts of each stratum and each facility, and no id."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from recaudit.errors import PlanError, Problem
from recaudit.model import Claim, Input
from recaudit.plan import Plan
from recaudit.planrecount import Recount
from recaudit.recount import target_of, weighed
from recaudit.register import Register
from recaudit.resultevidence import RecountEntry
from recaudit.said import Said, say
from recaudit.sampling.answers import Answered, Returned, first_of, returned
from recaudit.sampling.draw import Stratum, drawn, request_of, says
from recaudit.sampling.field import framed
from recaudit.sampling.frame import WHOLE, Frame, Unit, frame_of
from recaudit.statistics import exact


@dataclass(frozen=True, slots=True)
class Recounts:
    """Every recount of a plan, and the files that it was read from. A plan without any has none."""

    entries: tuple[RecountEntry, ...] = ()
    files: tuple[Input, ...] = ()


def load(planned: Plan, registered: Register) -> Recounts:
    """Raises ``PlanError`` with what is wrong in all sheets and draws: file, row and column, never a cell."""
    problems: list[Problem] = []
    entries, files = [], []
    for recount in planned.recounts:
        sheets = [returned(planned.root, name, recount.of, problems) for name in dict.fromkeys(recount.sheets)]
        read = [sheet for sheet in sheets if sheet is not None]
        files += [_provenance(recount, sheet) for sheet in read]
        claim = next((one for one in planned.claims if one.id == recount.claim), None)
        answers = _sound(recount, claim, read, registered, problems)
        frame: Frame | None = None
        strata: tuple[Stratum, ...] = (Stratum(WHOLE, 0, tuple(answers)),)
        if recount.draw:
            redrawn = _redrawn(planned, recount, registered, files, problems)
            if redrawn is None:
                continue
            frame, strata = redrawn
            _strangers(answers, strata, problems)
        entries.append(_entry(recount, claim, answers, frame, strata))
    if problems:
        raise PlanError.of(list(first_of(problems)))
    return Recounts(tuple(entries), tuple(files))


def _provenance(recount: Recount, sheet: Returned) -> Input:
    kind = sheet.name.rpartition(".")[2].lower()
    return _input(recount, sheet.name, kind, sheet.bytes, sheet.sha256, "recount", len(sheet.rows))


def _input(recount: Recount, name: str, kind: str, size: int, sha256: str, role: str, rows: int) -> Input:
    return Input(
        src=-1,  # no row of a table comes from it
        path=name,
        sector=recount.sector,
        format=kind,
        source="",
        namespace="",
        bytes=size,
        sha256=sha256,
        role=role,
        read=rows,
    )


def _sound(
    recount: Recount, claim: Claim | None, sheets: Iterable[Returned], registered: Register, problems: list[Problem]
) -> dict[Unit, Answered]:
    """Each unit with its answer, once. A unit that is there twice, of a facility that is not, or of one that the
    recount's claim does not speak of, is a problem."""
    known = frame_of(registered, recount.sector, "facilities").facilities
    meant = frame_of(registered, recount.sector, "facilities", claim).facilities
    answers: dict[Unit, Answered] = {}
    for row in (row for sheet in sheets for row in sheet.rows):
        if row.unit in answers:
            row.fault(
                "id" if recount.of == "records" else "facility",
                say("it stands in an earlier row too"),
                say("keep one row"),
            )
        elif row.unit.facility and row.unit.facility not in known:
            what = say(
                "facility is none of sector {sector} that the register has open in the period", sector=recount.sector
            )
            row.fault("facility", what, say("correct it, or the register"))
        elif row.unit.facility and row.unit.facility not in meant:
            what = say("facility is none that claim {claim} speaks of", claim=recount.claim)
            row.fault("facility", what, say("keep it to a [[recount]] without this claim, or name another claim"))
        answers.setdefault(row.unit, row)
    return answers


def _redrawn(
    planned: Plan, recount: Recount, registered: Register, files: list[Input], problems: list[Problem]
) -> tuple[Frame, tuple[Stratum, ...]] | None:
    """The draw of a draw.json, repeated: what it drew is known only from the lists, whose hash it names."""

    def wrong(what: Said, fix: Said) -> None:
        problems.append(Problem(what, recount.draw, fix))

    try:
        content = (planned.root / recount.draw).read_bytes()
        text = content.decode("utf-8")
        said = request_of(text)
    except (OSError, UnicodeDecodeError):
        said, content, text = None, b"", ""
    if said is None:
        wrong(say("is no draw.json"), say("name the one that 'recaudit sample draw' wrote beside the sheets"))
        return None
    request, sha256 = said
    if (request.sector, request.of) != (recount.sector, recount.of):
        wrong(
            say("it drew {of} of sector {sector}", of=request.of, sector=request.sector),
            say("correct sector and of in [[recount]] {recount}", recount=recount.name),
        )
        return None
    digest = hashlib.sha256(content).hexdigest()
    files.append(_input(recount, recount.draw, "json", len(content), digest, "draw", 0))
    try:
        frame = framed(planned, registered, request)
    except PlanError as error:
        problems += error.problems
        return None
    if frame.sha256 != sha256:
        wrong(
            say("the lists are not those that it drew from: their hash is another"),
            say("put the lists back as they were; or leave draw out: then nobody shows how the sample was drawn"),
        )
        return None
    strata = drawn(frame, request)
    if not says(text, strata):
        wrong(
            say("it says that other numbers were drawn than drawing again gives: it was changed after the draw"),
            say("put back the one that 'recaudit sample draw' wrote beside the sheets"),
        )
        return None
    return frame, strata


def _strangers(answers: Mapping[Unit, Answered], strata: Sequence[Stratum], problems: list[Problem]) -> None:
    units = {unit for one in strata for unit in one.drawn}
    for unit, row in answers.items():
        if unit not in units:
            what = say("it is not among those that were drawn")
            row.fault(
                "id" if unit.id else "facility", what, say("remove the row; an id must be as it was drawn, zeros too")
            )


# -------------------------------------------------------------- counts
def _entry(
    recount: Recount,
    claim: Claim | None,
    answers: Mapping[Unit, Answered],
    frame: Frame | None,
    strata: Sequence[Stratum],
) -> RecountEntry:
    by_facility: dict[str, list[Unit]] = defaultdict(list)
    for unit in (unit for one in strata for unit in one.drawn):
        by_facility[unit.facility].append(unit)
    listed = frame.by_facility if frame else Counter(unit.facility for unit in answers)
    states = {unit: _state(recount, answers.get(unit)) for one in strata for unit in one.drawn}

    def counts(units: Sequence[Unit]) -> tuple[int, int, int, int]:
        answered, found, matching = (sum(states[unit][part] for unit in units) for part in range(3))
        return len(units), answered, found, matching

    entry: RecountEntry = {
        "name": recount.name,
        "sector": recount.sector,
        "of": recount.of,
        "claim": recount.claim,
        "by": recount.by,
        "date": recount.on.isoformat(),
        "confidence": exact(recount.confidence),
        "design_effect": exact(recount.design_effect),
        "independent": recount.independent,
        "drawn": frame is not None,
        "frame": None,
        "sampled": 0,
        "answered": 0,
        "found": 0,
        "matching": 0,
        "factor": None,
        "target": target_of(claim) if claim else None,
        "low": None,
        "high": None,
        "strata": [],
        "facilities": [],
    }
    for one in strata:
        sampled, answered, _, matching = counts(one.drawn)
        size = one.frame if frame else None
        entry["strata"].append(
            {"name": one.name, "frame": size, "sampled": sampled, "answered": answered, "matching": matching}
        )
    for facility in sorted(listed):
        units = by_facility[facility]
        sampled, answered, found, matching = counts(units)
        if sampled or listed[facility]:
            entry["facilities"].append(
                {
                    "id": facility,
                    "frame": listed[facility] if frame else None,
                    "sampled": sampled,
                    "answered": answered,
                    "found": found,
                    "matching": matching,
                    "factor": _factor([answers[unit] for unit in units if unit in answers]),
                    "p": None,
                    "flagged": None,
                }
            )
    return weighed(entry)


def _state(recount: Recount, row: Answered | None) -> tuple[bool, bool, bool]:
    """(answered, found, matching). A facility matches where the recount gives just what it reported."""
    if row is None:
        return False, False, False
    if recount.of == "facilities":
        answered = row.reported is not None and row.recounted is not None
        return answered, answered, answered and row.reported == row.recounted
    answered = row.matching is not None
    return answered, answered and row.found is True, row.matching is True


def _factor(rows: Sequence[Answered]) -> list[int] | None:
    """[recounted, reported] of one facility; None where either is not known."""
    pairs = [(row.recounted, row.reported) for row in rows if row.recounted is not None and row.reported is not None]
    return [sum(part) for part in zip(*pairs, strict=True)] if pairs else None
