"""The education sector of a synthetic province: OneRoster packages of schools, with report cards beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from recaudit.model import State
from recaudit.synth.education import layout, packs, schools, states, tables
from recaudit.synth.education.claims import claims_of
from recaudit.synth.education.due import due
from recaudit.synth.education.part import Part
from recaudit.synth.education.plant_absent import ABSENT
from recaudit.synth.education.plant_cards import CARDS
from recaudit.synth.education.plant_elements import ELEMENTS
from recaudit.synth.education.subjects import Plan, as_csv, plan_of
from recaudit.synth.sector import Received, Rule, Sector, Source, States
from recaudit.synth.spec import Spec
from recaudit.synth.world import Row

T = TypeVar("T")


def _merged(mappings: Iterable[Mapping[str, T]]) -> dict[str, T]:
    return {key: value for mapping in mappings for key, value in mapping.items()}


def _states_of(
    row: Row, record: Received, *, vietnam: bool, more: Sequence[Part], demanded: Mapping[str, tuple[str, ...]]
) -> States:
    """The core's states, then those of the parts: a part may say anew what a rule of the core finds in its rows."""
    found: States = {}
    if row.table in demanded:
        judged: State = "met" if tables.conformant(row, demanded) else "unmet"
        found = {f"conformant:{row.table}": judged}
    elif row.table in tables.TABLES:
        found = states.states_of(row, record, vietnam=vietnam)
    for part in more:
        if row.table in part.states:
            found |= part.states[row.table](row, record)
    return found


def _due(card: Row, record: Received, *, plan: Plan, more: Sequence[Part]) -> list[States]:
    return [*due(card, record, plan), *(found for part in more for found in part.due(card, record, plan))]


def education(spec: Spec) -> Sector:
    """The sector as the schools of a spec's flavour have it: with their subject plan, their country's rules, and the
    tables, rules and plantings of the spec's packs."""
    vietnam = spec.flavour == "vn"
    plan = plan_of(spec)
    more = packs.parts(spec)
    columns = tables.with_further(part.columns for part in more)
    hanging = tuple(dict.fromkeys(table for part in more for table in part.hanging))
    named = _merged(part.named for part in more)
    new = [table for table in (*hanging, *named) if table not in (*tables.HANGING, *tables.NAMED)]
    of_standard = _merged(part.demanded for part in more)
    demanded = {table: of_standard.get(table, ()) for table in new}
    beside = tuple(dict.fromkeys(table for part in more for table in part.beside if table not in hanging))
    conformance = {f"conformant:{table}": Rule(table, 2, True) for table in new}
    return Sector(
        name="education",
        unit=tables.UNIT,
        tables=(*tables.TABLES, *(name for name in columns if name not in tables.COLUMNS)),
        hanging=(*tables.HANGING, *hanging, *beside),
        named={"users": "studentSourcedId", "demographics": "studentSourcedId", "orgs": "schoolSourcedId"} | named,
        status="stage",
        finished=(
            *("none", "generated", "subject_signed", "homeroom_signed", "principal_signed", "released"),
            *("submitted", "recalled"),
        ),
        open=("cancelled",),
        end="schoolYear",
        rules=(states.CORE | states.VIETNAM if vietnam else states.CORE)
        | conformance
        | _merged(part.rules for part in more),
        looks_for=states.LOOKS_FOR | _merged(part.looks_for for part in more),
        states=partial(_states_of, vietnam=vietnam, more=more, demanded=demanded),
        due=partial(_due, plan=plan, more=more),
        link=tables.link,
        anchor=tables.anchor,
        holder=tables.holder,
        content=partial(tables.content, columns=columns),
        layouts=("shared", "folder", "folder"),
        site=schools.site,
        size=schools.size,
        fill=schools.fill,
        first=(*schools.SCHOOLS, *schools.FILES),
        then=(*CARDS, *ABSENT, *ELEMENTS, *(one for part in more for one in part.plantings)),
        sources=(
            Source(layout.SHARED, "education/shared", "one package of many schools"),
            Source(layout.FOLDERS, "education/by_school", "one folder a school", ('facility = ["folder"]',)),
            Source(layout.PACKAGES, "education/packages", "one zip file a school", ('facility = ["folder"]',)),
        ),
        plan=('format = "oneroster"', 'namespace = "source"'),
        suites=(*(("core", "vn") if vietnam else ("core",)), *packs.suites(spec)),
        namespace=layout.namespace,
        files=partial(layout.files, columns=columns),
        written=partial(layout.written, columns=columns),
        line=layout.line,
        claims=claims_of,
        roster_id=lambda key: key.rpartition("/")[0],
        roster_source="Enrolment register",
        register={"register/subject_plan.csv": as_csv(plan)} | _merged(part.register for part in more),
        register_plan=(
            'subject_plan = "register/subject_plan.csv"',
            *dict.fromkeys(line for part in more for line in part.register_plan),
        ),
        unique={"rc_subject_results": tables.result_key} | _merged(part.unique for part in more),
        unique_inside={"users": "userMasterIdentifier"},
    )
