"""What ``recaudit register lint`` found: by kind, what needs repair first; every one in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from rich.console import Group, RenderableType
from rich.text import Text

from recaudit.reports.inert import inert, visible
from recaudit.reports.languages import for_pipes, told, words
from recaudit.reports.look import ending, hanging
from recaudit.reports.numbers import grouped
from recaudit.said import Said, say, say_n

Kind = Literal[
    "source",
    "date",
    "no_expected",
    "disputed",
    "unresolved",
    "split",
    "no_area",
    "parent",
    "target",
    "facility_gap",
    "area_gap",
    "older_code",
    "predecessor",
    "empty_area",
    "zero",
    "calendar",
    "retest",
]


class Words(NamedTuple):
    """What is said of all findings of a kind. ``fix`` None: nothing needs repair, it is only worth a look."""

    title: Said
    fix: Said | None = None


KINDS: Final[dict[Kind, Words]] = {
    "source": Words(
        say("The register does not say who keeps it"), say("write {line} into [register]", line='source = "..."')
    ),
    "date": Words(
        say("The register does not say of which day it is"),
        say("write {line} into [register]", line="date = YYYY-MM-DD"),
    ),
    "no_expected": Words(say("Facilities without an expected number"), say("add a roster, or an expected row")),
    "disputed": Words(say("Facilities whose sources contradict each other"), say("ask the sources which number holds")),
    "unresolved": Words(
        say("Facilities whose code of an area leads to none"), say("write a code that holds on {day}", day="as_of")
    ),
    "split": Words(
        say("Facilities whose code may mean several areas"),
        say(
            "write the code that holds on {day}; where it was another's too, say in {column} of which day it is",
            day="as_of",
            column="area_on",
        ),
    ),
    "no_area": Words(say("Facilities without an area"), say("fill the column {column}", column="area")),
    "calendar": Words(
        say("School years of which the calendar lacks a day, so that all is due then"),
        say("add the event: {events}", events=["term_start", "term_end", "closing"]),
    ),
    "parent": Words(
        say("Areas that lie in one that does not hold as long"),
        say("correct {columns} of the two", columns=["valid_from", "valid_to"]),
    ),
    "target": Words(say("Steps of the crosswalk that lead to no area"), say("add the area, or correct the step")),
    "facility_gap": Words(say("Facilities that were closed in between")),
    "area_gap": Words(say("Codes that no area had in between")),
    "older_code": Words(say("Facilities placed by an older code of their area")),
    "predecessor": Words(say("Predecessors that are not in the register themselves")),
    "empty_area": Words(say("Areas in which no facility lies")),
    "zero": Words(say("Facilities of which nothing is expected")),
    "retest": Words(say("School years of which the calendar does not say when re-tests end")),
}
"""In the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Finding:
    """``of``: the id of a facility, the code of an area, or a school year; "" for the register as a whole."""

    kind: Kind
    of: str = ""
    what: Said | None = None

    @property
    def repair(self) -> bool:
        return KINDS[self.kind].fix is not None


@dataclass(frozen=True, slots=True)
class Lint:
    """All that was found in a register of so many facilities and areas, and what reading it noted."""

    facilities: int
    areas: int
    findings: tuple[Finding, ...]
    notes: tuple[Said | str, ...] = ()

    @property
    def code(self) -> int:
        """0 when nothing needs repair, else 1."""
        return 1 if any(finding.repair for finding in self.findings) else 0

    @property
    def why(self) -> Said:
        number = sum(finding.repair for finding in self.findings)
        if not number:
            return say("nothing to repair")
        return say_n("{n} finding to repair", "{n} findings to repair", n=number)


def page(lint: Lint) -> Group:
    return Group(*_page(lint))


def _page(lint: Lint) -> Iterator[RenderableType]:
    facilities = say_n("{n} facility", "{n} facilities", n=lint.facilities)
    areas = say_n("{n} area", "{n} areas", n=lint.areas)
    yield Text(told("Register of {facilities}, {areas} on the day of the audit", facilities=facilities, areas=areas))
    for kind, said in KINDS.items():
        found = [finding for finding in lint.findings if finding.kind == kind]
        if found:
            sign, style = ("✗", "refuted") if said.fix else ("·", "muted")
            number = f": {grouped(len(found))}" if any(finding.of for finding in found) else ""
            yield Text()
            yield hanging(Text(f"{sign} {words(said.title)}{number}", style), 2)
            yield from _listed(found)
            if said.fix:
                yield hanging(Text(f"  {told('fix: {what}', what=said.fix)}", "muted"), 4)
    for note in lint.notes:
        yield hanging(inert(told("note: {note}", note=words(note)), "muted"), 2)
    yield ending(lint.code, lint.why)


def _listed(found: Sequence[Finding]) -> Iterator[RenderableType]:
    """One line each where there is something to say of each, else all of them in one."""
    if any(finding.what is not None for finding in found):
        for finding in found:
            yield hanging(Text.assemble("  ", inert(finding.of, "bold"), "  ", inert(words(finding.what))), 4)
    elif names := ", ".join(finding.of for finding in found if finding.of):
        yield hanging(inert(f"  {names}"), 2)


@for_pipes
def lines(lint: Lint) -> Iterator[str]:
    """The same for pipes: one finding a line, its kind and what it is of first."""
    yield f"register\tfacilities={lint.facilities}\tareas={lint.areas}"
    for kind in KINDS:
        for finding in lint.findings:
            if finding.kind == kind:
                what = visible(words(finding.what)) or "-"
                repair = str(finding.repair).lower()
                yield "\t".join(("finding", kind, visible(finding.of) or "-", f"repair={repair}", f"what={what}"))
    for note in lint.notes:
        yield f"note\t{visible(words(note))}"
    yield f"exit\t{lint.code}\twhy={visible(words(lint.why))}"
