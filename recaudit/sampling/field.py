"""``recaudit sample draw``: plan and register in, field sheets and draw.json out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from recaudit import __version__, plan, register
from recaudit.errors import PlanError, ResultError
from recaudit.plan import Plan
from recaudit.refusals import of_system
from recaudit.said import Said, say
from recaudit.sampling import sheets
from recaudit.sampling.draw import Request, Stratum, as_json, drawn
from recaudit.sampling.frame import Frame, frame_of

DRAW: Final = "draw.json"


def draw(of: Path, request: Request, out: Path) -> str:
    """Draw from the lists of a plan and write the sheets into ``out``, a new or an empty folder; returns the text of
    its draw.json. Raises ``RecauditError`` where plan or register cannot be used, where there is nothing to draw
    from, or where a file cannot be written or is there already."""
    planned = plan.load(of)
    registered = register.load(planned)
    planned = registered.today(planned)
    frame = framed(planned, registered, request)
    if not frame.units:
        raise PlanError(
            say(
                "there is nothing to draw: no {of} of sector {sector} on any list", of=request.of, sector=request.sector
            ),
            where=f"{planned.path.name} [register]",
            fix=say("add rosters, of which records are drawn")
            if request.of == "records"
            else say("name another sector"),
        )
    strata = drawn(frame, request)
    if not any(one.drawn for one in strata):
        raise PlanError(
            say("a draw of 0 draws nothing"), where="sample draw", fix=say("set --size or --per-stratum to 1 or more")
        )
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ResultError(
            say("no folder can be made ({reason})", reason=of_system(error)),
            where=str(out),
            fix=say("name another one"),
        ) from None
    files = _sheets(request, strata, planned.name)
    lists = {one.path: one.sha256 for one in registered.files}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    said = as_json(request, frame, strata, version=__version__, lists=lists, sheets=digests)
    whole = {**files, DRAW: said.encode()}
    if there := sorted(name for name in whole if (out / name).exists()):
        raise ResultError(
            say("{there} is there already", there=there[0]),
            where=str(out),
            fix=say("name a new folder with --out: a draw overwrites nothing"),
        )
    for name, content in whole.items():
        sheets.put_private(content, out / name)
    return said


def check_claim(planned: Plan, claim: str) -> None:
    """Raises ``PlanError`` for a claim that the plan lacks, whatever the sector; "" names none."""
    if claim and all(one.id != claim for one in planned.claims):
        raise PlanError(
            say("there is no claim {claim} in this plan", claim=claim), where=planned.path.name, fix=_claims(planned)
        )


def _claims(planned: Plan) -> Said:
    if planned.claims:
        return say("name one of {names}", names=", ".join(one.id for one in planned.claims))
    return say("the plan has no claims: leave --claim out")


def framed(planned: Plan, registered: register.Register, request: Request) -> Frame:
    """The frame of a request. Raises ``PlanError`` for a claim that the plan lacks or that is of another sector."""
    if not request.claim:
        return frame_of(registered, request.sector, request.of)
    claim = next((one for one in planned.claims if one.id == request.claim), None)
    if claim is None or claim.sector != request.sector:
        raise PlanError(
            say(
                "claim {claim} is no claim of sector {sector} in this plan", claim=request.claim, sector=request.sector
            ),
            where=planned.path.name,
            fix=_claims(planned),
        )
    return frame_of(registered, request.sector, request.of, claim)


def _sheets(request: Request, strata: tuple[Stratum, ...], title: str) -> Mapping[str, bytes]:
    """File name -> content: a CSV and an XLSX for each stratum of which something was drawn; one pair where there are
    no strata. Numbers keep apart strata whose names look alike."""
    taken = [one for one in strata if one.drawn]
    files = {}
    for number, one in enumerate(taken, start=1):
        name = "sheet" if not request.by else f"sheet-{number:0{len(str(len(taken)))}}-{_slug(one.name)}"
        table = sheets.rows(request.of, [one])
        about = f"{title}: {len(one.drawn)} of {one.frame} {request.of}, {one.name}, seed {request.seed}"
        files[f"{name}.csv"] = sheets.as_csv(table)
        files[f"{name}.xlsx"] = sheets.as_xlsx(request.of, table, about)
    return files


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:40] or "stratum"
