"""Schools whose records are learners: OneRoster packages without report cards. A record is a row of roles.csv."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from recaudit.model import Claim, State
from recaudit.synth.cells import NULL, value
from recaudit.synth.education import layout, packs, schools, states, tables
from recaudit.synth.education.plant_learners import FILES, THEN
from recaudit.synth.education.tables import LEARNERS
from recaudit.synth.questions import found, hangs, present
from recaudit.synth.sector import Received, Rule, Sector, Source, States, rules
from recaudit.synth.spec import Spec
from recaudit.synth.world import Record, Row, Site, World

NAMED = {"users": "userSourcedId", "demographics": "userSourcedId", "orgs": "orgSourcedId"}
ENROLLED = "enrollments"
DEMANDED = {**tables.DEMANDED, LEARNERS: ("userSourcedId", "roleType", "role", "orgSourcedId")}
OF_TABLES = (*NAMED, ENROLLED)
OWN = {
    "received": Rule(LEARNERS, 1, True),
    f"conformant:{LEARNERS}": Rule(LEARNERS, 2, True),
    **rules(LEARNERS, "complete", True, "req-01-learner-school req-01-learner-demographics cov-07-enrolled"),
    **rules(LEARNERS, "consistent", True, "ref-01-learner-user ref-01-learner-school"),
}
COLUMNS = {file: columns for file, columns in tables.COLUMNS.items() if not file.startswith("rc_")}


# ------------------------------------------------------------------------------------------------ clean schools
def fill(site: Site, learners: int, spec: Spec) -> None:
    """Schools with report cards, without the cards: what is left of each record is the learner."""
    schools.fill(site, learners, spec)
    roles = {row["userSourcedId"].text: row for row in site.others[LEARNERS]}
    site.others[LEARNERS] = []
    site.records = [_learner(record, roles, site) for record in site.records]


def _learner(record: Record, roles: dict[str, Row], site: Site) -> Record:
    """The record of the learner of a card. Its key is the learner's id, not that of the role."""
    name = record.own["studentSourcedId"].text
    role = roles[name]
    cells = role.cells | {"sourcedId": value(role.id or ""), "endDate": NULL, "liveStatus": value("active")}
    return Record(Row(LEARNERS, name, cells, told=site.id), record.named, record.of(ENROLLED))


# ------------------------------------------------------------------------------------------------ the truth
def _states_of(row: Row, record: Received, *, vietnam: bool) -> States:
    if row.table != LEARNERS:
        return states.states_of(row, record, vietnam=vietnam)
    user, school = row["userSourcedId"], row["orgSourcedId"]
    judged: State = "met" if tables.conformant(row, DEMANDED) else "unmet"
    return {
        f"conformant:{LEARNERS}": judged,
        "req-01-learner-school": present(school),
        "req-01-learner-demographics": found(user, "demographics", record),
        "cov-07-enrolled": hangs(row, ENROLLED, record) if school.filled else "not_assessable",  # enrolled where?
        "ref-01-learner-user": found(user, "users", record),
        "ref-01-learner-school": found(school, "orgs", record),
    }


def _anchor(row: Row, table: str) -> str | None:
    user, school = row["userSourcedId"], row["orgSourcedId"]
    return f"{user.text}@{school.text}" if user.filled and school.filled else None


def _holder(row: Row, table: str) -> str | None:
    return row["userSourcedId"].text if row["userSourcedId"].filled else None


def _nothing_due(row: Row, record: Received) -> list[States]:
    return []


def _claims(world: World) -> tuple[Claim, ...]:
    says = {"en": "Every learner has complete data", "vi": "Mọi học sinh có dữ liệu đầy đủ"}
    half = {"en": "Half of the learners have consistent data", "vi": "Một nửa số học sinh có dữ liệu nhất quán"}
    return (
        Claim("learners-100", "education", "complete", Fraction(1), says),
        Claim("learners-half", "education", "consistent", Fraction(1, 2), half),
    )


def learners(spec: Spec) -> Sector:
    """The sector as schools have it whose records are learners, with the rules of the core on what they hold."""
    vietnam = spec.flavour == "vn"
    core = states.CORE | (states.VIETNAM if vietnam else {})
    more = packs.parts(spec)
    return Sector(
        name="education",
        unit=LEARNERS,
        tables=tuple(table for file in COLUMNS for table in tables.tables_of(file)),
        hanging=(ENROLLED,),
        named=NAMED,
        status="liveStatus",
        finished=("active",),
        open=("tobedeleted", "inactive"),
        end="endDate",
        rules=OWN | {name: rule for name, rule in core.items() if rule.table in OF_TABLES},
        looks_for={"cov-07-enrolled": ENROLLED},
        states=partial(_states_of, vietnam=vietnam),
        due=_nothing_due,
        link=tables.link,
        anchor=_anchor,
        holder=_holder,
        content=partial(tables.content, columns=COLUMNS),
        layouts=("shared", "folder", "folder"),
        site=schools.site,
        size=schools.size,
        fill=fill,
        first=(*schools.special_ones(fill), *FILES),
        then=(*THEN, *(one for part in more for one in part.plantings)),
        sources=(
            Source(layout.SHARED, "education/shared", "one package of many schools"),
            Source(layout.FOLDERS, "education/by_school", "one folder a school", ('facility = ["folder"]',)),
            Source(layout.PACKAGES, "education/packages", "one zip file a school", ('facility = ["folder"]',)),
        ),
        plan=('format = "oneroster"', 'namespace = "source"'),
        suites=("core", "vn") if vietnam else ("core",),
        namespace=layout.namespace,
        files=partial(layout.files, columns=COLUMNS),
        written=partial(layout.written, columns=COLUMNS),
        line=layout.line,
        claims=_claims,
        roster_id=str,
        roster_source="Enrolment register",
        unique_inside={"users": "userMasterIdentifier"},
        said="learner",
    )
