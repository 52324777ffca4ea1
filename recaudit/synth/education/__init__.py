"""The education sector of a synthetic province: OneRoster packages of schools, with report cards beside them."""

from __future__ import annotations

from functools import partial

from recaudit.synth.education import layout, schools, states, tables
from recaudit.synth.education.claims import claims_of
from recaudit.synth.education.due import due
from recaudit.synth.education.plant_absent import ABSENT
from recaudit.synth.education.plant_cards import CARDS
from recaudit.synth.education.plant_elements import ELEMENTS
from recaudit.synth.education.subjects import as_csv, generic, vietnamese
from recaudit.synth.sector import Sector, Source
from recaudit.synth.spec import Spec


def education(spec: Spec) -> Sector:
    """The sector as the schools of a spec's flavour have it: with their subject plan, and their country's rules."""
    vietnam = spec.flavour == "vn"
    plan = vietnamese() if vietnam else generic()
    return Sector(
        name="education",
        unit=tables.UNIT,
        tables=tables.TABLES,
        hanging=tables.HANGING,
        named={"users": "studentSourcedId", "demographics": "studentSourcedId", "orgs": "schoolSourcedId"},
        status="stage",
        finished=(
            *("none", "generated", "subject_signed", "homeroom_signed", "principal_signed", "released"),
            *("submitted", "recalled"),
        ),
        open=("cancelled",),
        end="schoolYear",
        rules=states.CORE | states.VIETNAM if vietnam else states.CORE,
        looks_for=states.LOOKS_FOR,
        states=partial(states.states_of, vietnam=vietnam),
        due=partial(due, plan=plan),
        link=tables.link,
        anchor=tables.anchor,
        holder=tables.holder,
        content=tables.content,
        layouts=("shared", "folder", "folder"),
        site=schools.site,
        size=schools.size,
        fill=schools.fill,
        first=(*schools.SCHOOLS, *schools.FILES),
        then=(*CARDS, *ABSENT, *ELEMENTS),
        sources=(
            Source(layout.SHARED, "education/shared", "one package of many schools"),
            Source(layout.FOLDERS, "education/by_school", "one folder a school", ('facility = ["folder"]',)),
            Source(layout.PACKAGES, "education/packages", "one zip file a school", ('facility = ["folder"]',)),
        ),
        plan=('format = "oneroster"', 'namespace = "source"'),
        suites=("core", "vn") if vietnam else ("core",),
        namespace=layout.namespace,
        files=layout.files,
        written=layout.written,
        line=layout.line,
        claims=claims_of,
        roster_id=lambda key: key.rpartition("/")[0],
        roster_source="Enrolment register",
        register={"register/subject_plan.csv": as_csv(plan)},
        register_plan=('subject_plan = "register/subject_plan.csv"',),
        unique={"rc_subject_results": tables.result_key},
        unique_inside={"users": "userMasterIdentifier"},
    )
