"""What stops an audit before anything is judged: a plan whose claims or gates could never be answered honestly.

Each function raises ``PlanError``, saying what, where and what to do, or says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from recaudit.errors import PlanError, Problem, either
from recaudit.model import Claim, Input, Rule
from recaudit.plan import Plan
from recaudit.register import Register
from recaudit.said import say, say_n
from recaudit.sources.lines import member_digests
from recaudit.verdicts import ruled


def refuse_other_sectors(planned: Plan) -> None:
    """Refuse a gate of a sector that is not read: it could never be met."""
    read = sorted({source.sector for source in planned.sources})
    for gate in planned.gates:
        if gate.sector and gate.sector not in read:
            raise PlanError(
                say("a gate is of sector {sector}, and nothing of it is read", sector=repr(gate.sector)),
                where="--fail-under" if gate.origin == "command" else f"{planned.path.name} [[gate]]",
                fix=say("use {names}, or no sector: then the gate is of each", names=either(read)),
            )


def refuse_empty_rungs(planned: Plan, sector: str, claims: Iterable[Claim], rules: Sequence[Rule]) -> None:
    """Refuse a claim or a gate about a rung that no required rule is of: every record would reach it unlooked at."""
    asked_for = ruled([(rule.rung, 1) for rule in rules if rule.required], received=True)
    about = [(say("claim {claim}", claim=claim.id), claim.rung) for claim in claims]
    about += [
        (say("a gate of {sector}", sector=sector), gate.rung) for gate in planned.gates if gate.sector in ("", sector)
    ]
    problems = [
        Problem(
            say("{who} is about rung {rung}, of which the suites have no required rule", who=who, rung=rung),
            f"{planned.path.name} [suites] {sector}",
            say("add a suite with such a rule, or leave [suites] out: then all of the sector are used"),
        )
        for who, rung in about
        if rung not in asked_for
    ]
    if problems:
        raise PlanError.of(problems)


def refuse_no_areas(planned: Plan, claims: Iterable[Claim], registered: Register) -> None:
    """Refuse a claim about areas while a facility of the sector lies in none: it could be in no unit."""
    for claim in claims:
        astray = [one.id for one in registered.in_scope if one.sector == claim.sector and not (one.area or one.may_be)]
        if claim.level == "areas" and astray:
            raise PlanError(
                say_n(
                    "claim {claim} is about areas, and {n} facility of the register lies in none",
                    "claim {claim} is about areas, and {n} facilities of the register lie in none",
                    n=len(astray),
                    claim=claim.id,
                ),
                where=say(
                    "{name} [[claim]] {claim}; facilities {names}",
                    name=planned.path.name,
                    claim=claim.id,
                    names=", ".join(astray[:5]),
                ),
                fix=say("fill the column area of these facilities in the register; 'recaudit register lint' says more"),
            )


def refuse_among_exports(planned: Plan, keep: Path, root: Path) -> None:
    """Refuse to keep keys of records in a folder that is handed over with the exports."""
    folders = [root / path for source in planned.sources for path in source.paths if (root / path).is_dir()]
    if any(keep.resolve().is_relative_to(folder.resolve()) for folder in folders):
        raise PlanError(
            say("what is kept would lie among the exports, and it holds keys of records"),
            where=f"--keep {keep}",
            fix=say("name a folder outside those of the plan's sources"),
        )


def refuse_own_rosters(planned: Plan, inputs: Sequence[Input], root: Path) -> None:
    """Refuse a roster that is, byte by byte, a file of the audited export or of an archive there: it could only say
    that what was handed in was handed in. The same list saved anew is not recognised."""
    said = [one for one in inputs if one.role in ("roster", "expected", "claims")]
    exports = {one.sha256 for one in inputs if one.role == "export" and one.read}
    archives = {one.path.partition("!")[0] for one in inputs if one.role == "export" and "!" in one.path}
    sizes = {one.bytes for one in said}
    exports.update(*(member_digests(root / archive, sizes) for archive in archives))
    own = [one.path for one in said if one.sha256 in exports]
    if own:
        raise PlanError(
            say("what is expected is taken from the audited export: {names}", names=", ".join(own)),
            where=f"{planned.path.name} [register]",
            fix=say("name a list of another source than the export"),
        )
