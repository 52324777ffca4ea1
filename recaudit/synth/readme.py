"""The page beside a synthetic audit: what is planted where, by file and line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from recaudit.synth import sectors
from recaudit.synth.files import File
from recaudit.synth.plantings import known
from recaudit.synth.sector import Sector
from recaudit.synth.spec import Spec
from recaudit.synth.world import Planted, Row


def text(spec: Spec, planted: list[Planted], exports: tuple[File, ...]) -> str:
    """Markdown. A row that no file holds any more (its file was cut off before it) is said to be lost."""
    made = {sector.name: sector for sector in sectors.of(spec)}
    places = {row: place for file in exports for row, place in _places(file, made[file.sector])}
    named = known(spec)
    owners = {planting.name: of.name for of in made.values() for planting in (*of.first, *of.then)}
    kinds = list(named)
    lines = [
        "# A synthetic province",
        "",
        "Made by `recaudit synth`; all people, facilities and records are invented.",
        "`truth.json` says what a correct audit finds; nothing in it was computed from these files.",
        "",
        "```console",
        "$ recaudit check .",
        *_again(spec),
        "```",
        "",
        f"{len(planted)} gaps of {len({one.name for one in planted})} kinds are planted (lines from 1):",
        "",
        "| planting | what | facility | where |",
        "|---|---|---|---|",
    ]
    for one in sorted(planted, key=lambda one: kinds.index(one.name)):
        planting = named[one.name]
        note = planting.note + (f" ({planting.rule}: {planting.state.replace('_', ' ')})" if planting.rule else "")
        where = ", ".join(f"`{places[row]}`" if row in places else "lost" for row in one.rows) or _whole(
            one, exports, owners.get(one.name, "")
        )
        lines.append(f"| `{one.name}` | {note} | {one.facility} | {where} |")
    return "\n".join(lines) + "\n"


def _again(spec: Spec) -> list[str]:
    """The command that makes the same province again, where the options of the command are enough for it."""
    if replace(spec, plantings=None, density=1, basis="mixed", silence="unknown") != spec:
        return []
    options = f"--seed {spec.seed} --facilities {spec.facilities} --records {spec.records}"
    if len(spec.sectors) == 1:
        options += f" --sector {spec.sectors[0]}"
    if spec.schools is not None:
        options += f" --schools {spec.schools}"
    options += "".join(f" --pack {pack}" for pack in spec.packs)
    if spec.flavour != "vn":
        options += f" --flavour {spec.flavour}"
    if spec.unit != "report_card":
        options += f" --unit {spec.unit}"
    return [f"$ recaudit synth NEW_FOLDER {options}  # makes it again"]


def _whole(one: Planted, exports: tuple[File, ...], sector: str) -> str:
    """Where a planting without rows shows: in the register, or in the files of the facility."""
    if one.name.startswith(("register/", "school/", "cov-")):
        return "`register/`"
    own = next((file for file in exports if file.facility == one.facility), None)
    if own is not None:
        return f"`{own.archive or own.path.rpartition('/')[0] + '/'}`"
    shared = next((file for file in exports if file.facility is None and file.sector == sector), None)
    return f"`{shared.path.rpartition('/')[0]}/`" if shared is not None else "lost"


def _places(file: File, sector: Sector) -> Iterator[tuple[Row, str]]:
    for number, row in enumerate(file.rows[: file.kept], 1):
        yield row, sector.line(file, number)
