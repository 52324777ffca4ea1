"""``recaudit.toml`` of a synthetic province."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction

from recaudit.model import Claim
from recaudit.synth.files import File
from recaudit.synth.register import of_basis
from recaudit.synth.sector import Sector, Source
from recaudit.synth.spec import AS_OF, PERIOD, TIMEZONE
from recaudit.synth.world import World


def text(world: World, exports: tuple[File, ...], claims: tuple[Claim, ...], sectors: Sequence[Sector]) -> str:
    """The plan. A source without a file is left out: it would name nothing that can be read."""
    spaces = {file.namespace for file in exports}
    spec = world.spec
    keeper = "Provincial health department, list of licensed facilities"
    if spec.sectors != ("health",):
        keeper = "Provincial departments, lists of licensed facilities and of schools"
    parts = [
        "# A synthetic audit: people, facilities and records are made up. truth.json has what a correct audit finds.",
        "[audit]",
        f'name = "Synthetic province, seed {spec.seed}"',
        f"as_of = {AS_OF}",
        f"period = {{ from = {PERIOD.first}, to = {PERIOD.last} }}",
        f'timezone = "{TIMEZONE}"',
        f'silence = "{spec.silence}"',
        *(f'unit = {{ {sector.name} = "{sector.said}" }}' for sector in sectors if sector.said),
        "",
        "[register]",
        f'source = "{keeper}"',
        f"date = {PERIOD.first}",
        'facilities = "register/facilities.csv"',
        'areas = "register/areas.csv"',
    ]
    if of_basis(world, "count"):
        parts.append('expected = ["register/expected.csv"]')
    if of_basis(world, "roster"):
        parts.append('rosters = ["register/rosters.csv"]')
    parts += [line for sector in sectors for line in sector.register_plan]
    if named := [sector for sector in sectors if sector.suites]:
        parts += ["", "[suites]"]
        parts += [f"{sector.name} = [{', '.join(map(_quoted, sector.suites))}]" for sector in named]
    for sector in sectors:
        for source in sector.sources:
            if source.name in spaces:
                parts += _source(source, sector)
    for claim in claims:
        parts += _claim(claim)
    return "\n".join(parts) + "\n"


def _source(source: Source, sector: Sector) -> list[str]:
    return [
        "",
        f"[[source]]  # {source.comment}",
        f'name = "{source.name}"',
        f'sector = "{sector.name}"',
        f'paths = ["{source.path}"]',
        *sector.plan,
        *source.more,
    ]


def _claim(claim: Claim) -> list[str]:
    lines = ["", "[[claim]]", f'id = "{claim.id}"', f'sector = "{claim.sector}"', f'rung = "{claim.rung}"']
    lines.append(f'target = "{_per_cent(claim.target)}"')
    words = ", ".join(f"{language} = {_quoted(text)}" for language, text in claim.statement.items())
    lines.append(f"statement = {{ {words} }}")
    if claim.level != "records":
        lines.append(f'level = "{claim.level}"')
        lines.append(f'each = "{claim.each if claim.each == "any" else _per_cent(Fraction(claim.each))}"')
    scope = {"area": claim.scope.areas, "kind": claim.scope.kinds, "vendor": claim.scope.vendors}
    scope["facility"] = claim.scope.facilities
    named = [f"{key} = [{', '.join(map(_quoted, texts))}]" for key, texts in scope.items() if texts]
    if named:
        lines.append(f"scope = {{ {', '.join(named)} }}")
    if claim.excused != "unmet":
        lines.append(f'excused = "{claim.excused}"')
    if claim.accept:
        lines.append(f'accept = "{claim.accept}"')
    if claim.said_by:
        lines.append(f"by = {_quoted(claim.said_by)}")
    return lines


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _per_cent(share: Fraction) -> str:
    whole = share * 100
    return f"{whole.numerator / whole.denominator:g} %"
