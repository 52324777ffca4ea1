"""What ``recaudit register lint`` found: by kind, what needs repair first; every one in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from rich.console import Group, RenderableType
from rich.text import Text

from recaudit.reports.inert import inert, visible
from recaudit.reports.languages import words
from recaudit.reports.look import hanging
from recaudit.reports.numbers import counted, grouped
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
    notes: tuple[Said, ...] = ()

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
    facilities = counted(lint.facilities, "facility", "facilities")
    yield Text(f"Register of {facilities}, {counted(lint.areas, 'area')} on the day of the audit")
    for kind, about in KINDS.items():
        found = [finding for finding in lint.findings if finding.kind == kind]
        if found:
            sign, style = ("✗", "refuted") if about.fix else ("·", "muted")
            number = f": {grouped(len(found))}" if any(finding.of for finding in found) else ""
            yield Text(f"\n{sign} {words(about.title)}{number}", style)
            yield from _listed(found)
            if about.fix:
                yield hanging(Text(f"  fix: {words(about.fix)}", "muted"), 7)
    for note in lint.notes:
        yield hanging(inert(f"note: {words(note)}", "muted"), 6)
    yield Text(f"\nExit code {lint.code}: {words(lint.why)}", "refuted" if lint.code else "confirmed")


def _listed(found: Sequence[Finding]) -> Iterator[RenderableType]:
    """One line each where there is something to say of each, else all of them in one."""
    if any(finding.what is not None for finding in found):
        for finding in found:
            yield hanging(Text.assemble("  ", inert(finding.of, "bold"), "  ", inert(words(finding.what))), 4)
    elif names := ", ".join(finding.of for finding in found if finding.of):
        yield hanging(inert(f"  {names}"), 2)


def lines(lint: Lint) -> Iterator[str]:
    """The same for pipes: one finding a line, its kind and what it is of first."""
    yield f"register\tfacilities={lint.facilities}\tareas={lint.areas}"
    for kind in KINDS:
        for finding in lint.findings:
            if finding.kind == kind:
                what = visible(str(finding.what or "")) or "-"
                repair = str(finding.repair).lower()
                yield "\t".join(("finding", kind, visible(finding.of) or "-", f"repair={repair}", f"what={what}"))
    for note in lint.notes:
        yield f"note\t{visible(str(note))}"
    yield f"exit\t{lint.code}\twhy={visible(str(lint.why))}"
