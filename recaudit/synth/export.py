"""A whole audit on disk: plan, register, exports, the truth about them, and a page that says what is planted where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from recaudit.errors import PlanError
from recaudit.model import RUNGS, Claim
from recaudit.said import say
from recaudit.synth import plantext, plantings, province, readme, register, sectors
from recaudit.synth.claims import Judge, holes_of
from recaudit.synth.counting import OF_ROWS, Ladder, facility_truth, ladder, table_truth, tally, unattributed
from recaudit.synth.education import coverage, plant_deltas, plant_groups
from recaudit.synth.education.packs import OF_LEARNERS as PACKS_OF_LEARNERS
from recaudit.synth.education.packs import PACKS as PACKS_OF_EDUCATION
from recaudit.synth.education.packs import SIGNALS, VIETNAM
from recaudit.synth.education.plant_signals import flagged
from recaudit.synth.files import File
from recaudit.synth.health.packs import PACKS
from recaudit.synth.reading import Reading
from recaudit.synth.sector import Sector
from recaudit.synth.spec import Spec
from recaudit.synth.world import Planted, World

TruthJson = dict[str, object]


def write(target: Path, spec: Spec) -> None:
    """Write the audit of ``spec`` into the folder ``target``, which is made where it is missing.

    Raises ``PlanError`` when the folder has something in it, when the spec asks for a planting that there is not,
    or for no facility or no record at all: nothing is overwritten and no empty audit is made.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise PlanError(
            say("the folder is not empty"), where=str(target), fix=say("name a new folder, or empty this one")
        )
    for path, content in audit(spec).items():
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def audit(spec: Spec) -> dict[str, bytes]:
    """Path -> bytes of every file that ``write`` writes. Raises ``PlanError`` as it does."""
    world, planted, exports = build(spec)
    of_spec = sectors.of(spec)
    claims = claims_of(world)
    texts = {
        "recaudit.toml": plan_text(world, exports, claims),
        **register.files(world, of_spec),
        "truth.json": json.dumps(truth(world, exports, claims) | _flagged(world, planted), indent=1, sort_keys=True)
        + "\n",
        "README.md": readme.text(spec, planted, exports),
    }
    made = {}
    for sector in of_spec:
        made.update(sector.written([file for file in exports if file.sector == sector.name]))
    return made | {path: text.encode() for path, text in texts.items()}


def known_packs() -> tuple[str, ...]:
    """Every pack that records can be made for, in either sector, each once."""
    return tuple(dict.fromkeys((*PACKS, *PACKS_OF_EDUCATION)))


def _check(spec: Spec) -> None:
    if spec.facilities < 1 or spec.records < 1 or spec.schools == 0:
        fix = say("ask for at least one facility and one record")
        raise PlanError(say("nothing to make"), where=say("facilities and records"), fix=fix)
    if unknown := sorted(set(spec.packs) - set(known_packs())):
        fix = say("the packs are {names}", names=", ".join(known_packs()))
        raise PlanError(say("there is no pack {names}", names=", ".join(unknown)), where=say("packs"), fix=fix)
    of_vietnam = [pack for pack in spec.packs if pack.startswith(VIETNAM)]
    if of_vietnam and "education" in spec.sectors and spec.flavour != "vn":
        fix = say("ask for the flavour vn, or leave the pack out")
        raise PlanError(
            say("the pack {of_vietnam} is about schools of Viet Nam", of_vietnam=of_vietnam[0]),
            where=say("packs"),
            fix=fix,
        )
    of_cards = [pack for pack in spec.packs if pack in PACKS_OF_EDUCATION and pack not in PACKS_OF_LEARNERS]
    if of_cards and "education" in spec.sectors and spec.unit == "learner":
        raise PlanError(
            say("the pack {pack} is about report cards", pack=of_cards[0]),
            where=say("packs"),
            fix=say(
                "leave the pack out, or make report cards; of learners there is {names}", names=list(PACKS_OF_LEARNERS)
            ),
        )
    known = plantings.known(spec)
    if unknown := sorted((spec.plantings or frozenset()) - frozenset(known)):
        fix = say("the names are {names}", names=", ".join(known))
        raise PlanError(say("there is no planting {names}", names=", ".join(unknown)), where=say("plantings"), fix=fix)
    if not spec.sectors or (unknown := sorted(set(spec.sectors) - set(sectors.SECTORS))):
        fix = say("the sectors are {names}", names=", ".join(sectors.SECTORS))
        raise PlanError(
            say("there is no sector {names}", names=", ".join(unknown)) if unknown else say("there is no sector"),
            where=say("sectors"),
            fix=fix,
        )


def build(spec: Spec) -> tuple[World, list[Planted], tuple[File, ...]]:
    """The planned province, what was planted in it, and its export files. Raises ``PlanError`` as ``write`` does."""
    _check(spec)
    whole = World(spec, province.areas(), [])
    planted: list[Planted] = []
    exports: list[File] = []
    for sector in sectors.of(spec):
        world = province.clean(spec, sector)
        planted += plantings.plant(world, sector)
        exports += sector.files(world.sites)
        whole.sites += world.sites
        whole.closed += world.closed
        whole.touched |= world.touched
    return whole, planted, tuple(sorted(exports, key=lambda file: file.path))


def plan_text(world: World, exports: tuple[File, ...], claims: tuple[Claim, ...]) -> str:
    """``recaudit.toml``. A source without a file is left out: it would name nothing that can be read."""
    return plantext.text(world, exports, claims, sectors.of(world.spec))


def claims_of(world: World) -> tuple[Claim, ...]:
    """The sentences that are judged: what each sector is claimed to be first, then the others, sector by sector."""
    said = [sector.claims(_part(world, sector)) for sector in sectors.of(world.spec)]
    return (*(claims[0] for claims in said if claims), *(claim for claims in said for claim in claims[1:]))


def _part(world: World, sector: Sector) -> World:
    """The world with the sites of one sector only."""
    return World(world.spec, world.areas, [site for site in world.sites if site.facility.sector == sector.name])


# ------------------------------------------------------------------------------------------------ the truth
def truth(world: World, exports: tuple[File, ...], claims: tuple[Claim, ...]) -> TruthJson:
    """What a correct audit says, added up from the planted rows."""
    facilities: TruthJson = {}
    tables: TruthJson = {}
    totals: TruthJson = {}
    judged: TruthJson = {}
    covered: TruthJson = {}
    strange = {"rows": 0, "may_be_in_scope": 0}
    for sector in sectors.of(world.spec):
        part = _part(world, sector)
        own = {facility.id: facility for facility in (*(s.facility for s in part.sites), *world.closed)}
        own = {name: facility for name, facility in own.items() if facility.sector == sector.name}
        reading = Reading.of(exports, sector)
        rows = reading.by_facility(own)
        ladders = [ladder(tally(site, rows.get(site.id, []), reading), world.spec.silence) for site in part.sites]
        strangers = unattributed(rows[None], reading)
        judge = Judge(part, ladders, strangers, holes_of(reading))
        facilities |= {one.tally.site.id: facility_truth(one) for one in ladders}
        tables[sector.name] = table_truth(reading)
        totals[sector.name] = _totals(ladders, strangers)
        judged |= {claim.id: judge.truth(claim) for claim in claims if claim.sector == sector.name}
        if sector.name == "education" and plant_groups.PACK in world.spec.packs:
            covered = {"coverage": coverage.flagged(ladders, [one for one in claims if one.sector == sector.name])}
        strange = {key: number + strangers[key] for key, number in strange.items()}
    return {
        "facilities": facilities,
        "unattributed": strange,
        "tables": tables,
        "claims": judged,
        "totals": totals,
        **covered,
    }


def _flagged(world: World, planted: list[Planted]) -> TruthJson:
    """The groups that signals have to flag, where the spec asks for them: what else was planted may look alike. Those
    of the core are counted, and only in provinces with no planting but theirs."""
    spec = world.spec
    found: TruthJson = {"patterns": flagged(planted)} if set(SIGNALS) & set(spec.packs) else {}
    if plant_groups.PACK in spec.packs and spec.plantings is not None and spec.plantings <= plant_groups.NAMES:
        schools = [site for site in world.sites if site.facility.sector == "education"]
        found |= {"signals": plant_groups.flagged(schools)}
    if plant_deltas.PACK in spec.packs:
        found |= {"deltas": plant_deltas.fates(world.sites)}
    return found


def _totals(ladders: list[Ladder], strangers: Mapping[str, int]) -> TruthJson:
    """Sums over facilities; rungs and expected over those with an expected number."""
    numbered = [one for one in ladders if one.expected is not None]
    return {
        "facilities": len(ladders),
        "silent": sum(one.status == "silent" for one in ladders),
        "no_expected": len(ladders) - len(numbered),
        "expected": sum(one.expected or 0 for one in numbered),
        "missing": sum(one.missing for one in ladders),
        "read": sum(one.tally.read for one in ladders) + strangers["rows"],
        **{state: sum(one.tally.rows[state] for one in ladders) for state in OF_ROWS},
        "unattributed": strangers["rows"],
        "rungs": {
            name: {stand: sum(one.rung(number)[stand] for one in numbered) for stand in ("reached", "short", "unknown")}
            for number, name in enumerate(RUNGS, 1)
        },
    }
