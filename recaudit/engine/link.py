"""link: rows of the unit's table -> facility, state, record; copies; what hangs on what (SCORING section 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.copies import Held, held, repeated, with_standing
from recaudit.engine.matching import LISTED, held_against, load_roster
from recaudit.engine.scope import in_scope_by, scope_of, through
from recaudit.engine.seam import Engine, Task, facility_table, gap_table, heir_table, input_table, seam_tables
from recaudit.errors import RegisterError
from recaudit.model import Input
from recaudit.said import say, say_n
from recaudit.terms import UNATTRIBUTED
from recaudit.values import NOT_KNOWN, VALUE

UNIT_ROWS = "unit_rows"
RECORDS = "records"
DAY_AND_A_BIT = 100_000_000_000  # microseconds; the longest local day has 25 hours, the shortest month 28 days

NO_FACILITY, UNKNOWN_FACILITY, NOT_OPEN, UNREADABLE_LINE = UNATTRIBUTED


_KNOWN = sa.select(sa.table("known", sa.column("id")).c.id)


@dataclass(frozen=True, slots=True)
class Linked:
    """The relations that link leaves behind.

    ``rows``: every row of the unit's table with ``facility_``, ``reason_`` (unattributed rows), ``row_state_``,
    ``standing_`` (it may stand for its record) and ``rid_``: names of ours end in "_", so that no element has them.
    With heirs also ``named_``, the facility that the row names.
    ``records``: one a key in scope, with ``rid``, ``facility``, ``ns``, ``id``, ``matched`` (expected, or no roster to
    say otherwise), ``conflicting``, and what ``matching.held_against`` adds. ``roster``: the keys as the register has
    them (facility, ns, id) with their normal form.
    """

    seam: dict[str, FromClause]
    held: Mapping[str, Held]  # table -> what it holds
    rows: FromClause
    records: FromClause
    roster: FromClause


def link(engine: Engine, task: Task) -> Linked:
    """Raises ``RegisterError`` when a roster leaves open which namespace its keys are of."""
    seam = seam_tables(engine, task.spill, task.tables)
    read = {table for table in seam if any((task.spill / table).glob("*.parquet"))}
    holds = {table: held(engine, table, rows) if table in read else Held() for table, rows in seam.items()}
    for table, hanging in task.links.hanging.items():
        if hanging.through[0]:
            seam[table] = engine.view(f"through_{table}", through(seam[table], hanging, seam, task.links))
    engine.load("facilities", facility_table(task.facilities, task.on_roster, task.timezone))
    engine.load("gaps", gap_table(task.facilities, task.timezone))
    roster = load_roster(engine, task)

    states = engine.view("row_states", _row_states(attributed(engine, task, seam), task))
    copies = engine.make("copies", _copies(engine, states, holds[task.links.unit].copies))
    records = engine.make(RECORDS, _records(copies, roster, task, several=holds[task.links.unit].copies is not None))
    _check_namespaces(engine, copies, roster)
    rows = _told_apart(engine, engine.make("linked_rows", _with_record(copies, records)), task)
    engine.drop(copies)
    return Linked(seam, holds, rows, records, roster)


def _orderings(task: Task) -> tuple[dict[str, int], list[tuple[str, ...]]]:
    """Sources share few orders of facility candidates; each order gets a number."""
    ordering: list[tuple[str, ...]] = []
    orders: dict[str, int] = {}
    for source, candidates in task.candidates.items():
        if candidates not in ordering:
            ordering.append(candidates)
        orders[source] = ordering.index(candidates)
    return orders, ordering


# -------------------------------------------------------------- which facility
def attributed(engine: Engine, task: Task, seam: Mapping[str, FromClause]) -> FromClause:
    """Every row of the unit's table with ``candidate_``, the facility it names (NULL: none), and ``differing_``; where
    records are in scope by another table also their status and end."""
    links = task.links
    orders, ordering = _orderings(task)
    engine.load("inputs", input_table(task.inputs, task.known, orders))
    engine.load("known", pa.table({"id": pa.array(sorted(task.known), pa.string())}))
    if links.in_scope_by is None:
        named = engine.view("attributed", _attribute(seam[links.unit], links.candidates, ordering, task.nameless))
    else:
        named = engine.view("named", _attribute(seam[links.unit], links.candidates, ordering, ""))
        table = links.in_scope_by.table
        visits = with_standing(seam[table], held(engine, f"visits_{table}", seam[table]).copies)
        whose = engine.view("named visits", _attribute(visits, links.in_scope_by.candidates, ordering, ""))
        named = engine.make("attributed", in_scope_by(engine, task, links.in_scope_by, named, whose))
    if not task.heirs:
        return named
    engine.load("heirs", heir_table(task.heirs, task.timezone))
    return engine.view("inherited", _inherit(named, task))


def _attribute(
    rows: FromClause, candidates: Mapping[str, str], ordering: list[tuple[str, ...]], nameless: str
) -> sa.Select[Any]:
    """Every row with the facility it names first (``candidate``) and whether it names two that the register knows.
    A candidate for which the rows have no column says nothing."""
    inputs = sa.table("inputs", *map(sa.column, ("src", "certain", "folder", "file", "ordering")))
    cells: dict[str, ColumnElement[Any]] = {"folder": inputs.c.folder, "file": inputs.c.file}
    for name, column in candidates.items():
        cells[name] = sa.case((rows.c[f"{column}__s"] == VALUE, rows.c[column]))
    orders = [tuple(name for name in names if name in cells) for names in ordering]
    first = sa.case(
        *(
            (inputs.c.ordering == number, sa.func.coalesce(sa.null(), *(cells[name] for name in names)))
            for number, names in enumerate(orders)
        ),
        else_=sa.null(),
    )
    used = sorted({name for names in orders for name in names})
    named: list[ColumnElement[Any]] = [sa.case((cells[name].in_(_KNOWN), cells[name])) for name in used]
    named = named or [sa.null()]
    differing = sa.func.coalesce(sa.func.greatest(*named) != sa.func.least(*named), sa.false())
    otherwise = sa.literal(nameless) if nameless else sa.null()
    return sa.select(
        *rows.c,
        sa.func.coalesce(inputs.c.certain, first, otherwise).label("candidate_"),
        sa.and_(inputs.c.certain.is_(None), differing).label("differing_"),
    ).select_from(rows.join(inputs, inputs.c.src == rows.c.src))


def _day_known(rows: Any, task: Task) -> ColumnElement[bool]:  # noqa: ANN401  # the columns of any relation
    low, high = rows[f"{task.links.end}__lo"], rows[f"{task.links.end}__hi"]
    return sa.and_(rows[f"{task.links.end}__s"] == VALUE, high - low < DAY_AND_A_BIT)


def _inherit(rows: FromClause, task: Task) -> sa.Select[Any]:
    """Rows that name a predecessor which was not open then count for whoever was; ``named_`` keeps what they name."""
    c = rows.c
    heirs = sa.table("heirs", *map(sa.column, ("before", "heir", "begins", "ends", "undated")))
    low, high = c[f"{task.links.end}__lo"], c[f"{task.links.end}__hi"]
    known = sa.func.coalesce(_day_known(c, task), sa.false())
    then = sa.and_(known, low >= heirs.c.begins, high <= heirs.c.ends)
    on = sa.and_(heirs.c.before == c.candidate_, sa.or_(then, sa.and_(sa.not_(known), heirs.c.undated)))
    others = [column for column in c if column.name != "candidate_"]
    candidate = sa.func.coalesce(heirs.c.heir, c.candidate_).label("candidate_")
    return sa.select(*others, candidate, c.candidate_.label("named_")).select_from(rows.outerjoin(heirs, on))


def inherited_rows(engine: Engine, task: Task) -> dict[tuple[str, str], int]:
    """(predecessor, facility in scope) -> rows that name the first and count for the second."""
    if not task.heirs:
        return {}
    rows = sa.table("inherited", sa.column("named_"), sa.column("candidate_"))
    pairs = sa.select(rows.c.named_, rows.c.candidate_, sa.func.count()).where(rows.c.named_ != rows.c.candidate_)
    in_scope = {facility.id for facility in task.facilities}
    return {
        (before, heir): number
        for before, heir, number in engine.rows(pairs.group_by(rows.c.named_, rows.c.candidate_))
        if heir in in_scope
    }


def _row_states(rows: FromClause, task: Task) -> sa.Select[Any]:
    """Facility or the reason there is none, and how far the row is readable and in scope, copies aside."""
    c, links = rows.c, task.links
    facilities = sa.table("facilities", *map(sa.column, ("id", "opened", "closed", "has_roster")))
    low, high = c[f"{links.end}__lo"], c[f"{links.end}__hi"]
    said, outside = scope_of(c, links.status, links.end, task, None if links.in_scope_by else task.base)

    closed_then: ColumnElement[bool] = sa.false()
    if any(facility.gaps for facility in task.facilities):
        gaps = sa.table("gaps", *map(sa.column, ("id", "closed_from", "closed_to")))
        closed_then = sa.exists().where(
            gaps.c.id == facilities.c.id, gaps.c.closed_from <= high, gaps.c.closed_to >= low
        )
    open_then = sa.or_(
        sa.not_(_day_known(c, task)),
        sa.and_(
            sa.func.coalesce(low >= facilities.c.opened, sa.true()),
            sa.func.coalesce(high <= facilities.c.closed, sa.true()),
            sa.not_(closed_then),
        ),
    )
    there = sa.and_(facilities.c.id.is_not(None), open_then)
    reason = sa.case(
        (there, sa.null()),
        (c.candidate_.is_(None), NO_FACILITY),
        (c.candidate_.in_(_KNOWN), NOT_OPEN),
        else_=UNKNOWN_FACILITY,
    )
    readable = sa.and_(c.id.is_not(None), said)
    return sa.select(
        *c,
        sa.case((there, facilities.c.id)).label("facility_"),
        reason.label("reason_"),
        sa.func.coalesce(facilities.c.has_roster, sa.false()).label("has_roster_"),
        sa.case((sa.not_(readable), "unreadable"), (outside, "out_of_scope"), else_="in_scope").label("reading_"),
        sa.not_(outside).label("may_be_in_scope_"),
    ).select_from(rows.outerjoin(facilities, facilities.c.id == c.candidate_))


# -------------------------------------------------------------- copies and records
def place_of(rows: Any) -> ColumnElement[str]:  # noqa: ANN401  # the columns of any relation
    """Where a row was read: no two rows of a table share it."""
    return sa.cast(rows.src, sa.Text) + sa.literal(":") + sa.cast(rows.pos, sa.Text)


def key_of(rows: Any) -> ColumnElement[str]:  # noqa: ANN401
    """What tells rows apart: their id, which copies share, or where one without an id was read."""
    return sa.func.coalesce(sa.literal("id ") + rows.id, place_of(rows))


def _copies(engine: Engine, rows: FromClause, copies: FromClause | None) -> sa.Select[Any]:
    """``rows`` with ``in_scope_``, ``standing_``, ``copied_`` (others may have its key) and ``first_`` (of its key).

    Copies are compared before scope: where the newest is out of scope, so are all copies of the key.
    """
    c = rows.c
    keyed = sa.and_(c.facility_.is_not(None), c.reading_ != "unreadable")
    in_scope = sa.and_(keyed, c.reading_ == "in_scope")
    if copies is None:
        alone = (sa.false().label("copied_"), sa.true().label("first_"))
        return sa.select(*c, in_scope.label("in_scope_"), in_scope.label("standing_"), *alone)
    some = engine.make("copied_rows", _copied(rows, copies, keyed))
    o = some.c
    inside, stands = sa.func.coalesce(o.in_scope_, in_scope), sa.func.coalesce(o.standing_, in_scope)
    copied, first = o.src.is_not(None), sa.func.coalesce(o.first_, sa.true())
    return sa.select(
        *c,
        inside.label("in_scope_"),
        stands.label("standing_"),
        copied.label("copied_"),
        first.label("first_"),
    ).select_from(rows.outerjoin(some, sa.and_(o.src == c.src, o.pos == c.pos)))


def _copied(rows: FromClause, copies: FromClause, keyed: ColumnElement[bool]) -> sa.Select[Any]:
    """Of the rows that may share their key with others (src, pos): ``in_scope_``, ``standing_``, ``first_``."""
    c, key = rows.c, copies.c
    kept = (c.src, c.pos, c.facility_, c.ns, c.id, c.version, c.reading_, keyed.label("keyed_"))
    some = (
        sa.select(*kept)
        .select_from(rows.join(copies, sa.and_(key.ns == c.ns, key.id == c.id)))
        .subquery("rows with copies")
    )
    s = some.c
    partition: list[ColumnElement[Any]] = [s.facility_, s.ns, s.id, s.keyed_]
    first = sa.select(*s, standing_among(partition, s.version).label("newest_")).subquery()
    d = first.c
    same: list[ColumnElement[Any]] = [d.facility_, d.ns, d.id, d.keyed_]
    live = sa.func.bool_or(sa.and_(d.newest_, d.reading_ == "in_scope")).over(partition_by=same)
    in_scope = sa.and_(d.keyed_, d.reading_ == "in_scope", live)
    inside = sa.select(*d, in_scope.label("in_scope_")).subquery()
    i = inside.c
    place = sa.func.row_number().over(partition_by=(i.facility_, i.ns, i.id, i.in_scope_), order_by=(i.src, i.pos))
    stands = sa.and_(i.in_scope_, i.newest_).label("standing_")
    return sa.select(i.src, i.pos, i.in_scope_, stands, (place == 1).label("first_"))


def standing_among(partition: list[ColumnElement[Any]], version: ColumnElement[Any]) -> ColumnElement[bool]:
    """May this copy stand for its key? The newest where every copy has a version, else every one."""
    over: dict[str, Any] = {"partition_by": partition}
    every = sa.func.count(version).over(**over) == sa.func.count().over(**over)
    return sa.or_(sa.not_(every), version == sa.func.max(version).over(**over))


def _records(copies: FromClause, roster: FromClause, task: Task, *, several: bool) -> sa.Select[Any]:
    """``several``: some keys have several rows."""
    c = copies.c
    key = (c.facility_.label("facility"), c.ns, c.id)
    alone: sa.Select[Any] | sa.CompoundSelect[Any]
    alone = sa.select(*key, c.has_roster_.label("has_roster"), sa.false().label("conflicting")).where(
        c.in_scope_, sa.not_(c.copied_)
    )
    if several:
        differing = sa.func.count(sa.distinct(sa.case((c.standing_, c.content)))) > 1
        shared = sa.select(*key, sa.func.bool_or(c.has_roster_), differing).where(c.in_scope_, c.copied_)
        alone = sa.union_all(alone, shared.group_by(c.facility_, c.ns, c.id))
    keys = alone.subquery("keys")
    matched = held_against(keys, roster, task)
    h = matched.c
    return sa.select(
        sa.func.row_number().over().label("rid"),  # it tells records apart and orders nothing
        h.facility,
        h.ns,
        h.id,
        sa.or_(sa.not_(h.has_roster), h.listed_ == LISTED).label("matched"),
        h.conflicting,
        h.normal_,
        h.listed_,
        h.roster_id_,
    ).select_from(matched)


def _check_namespaces(engine: Engine, copies: FromClause, roster: FromClause) -> None:
    open_roster = sa.select(roster.c.facility).where(roster.c.ns.is_(None)).distinct()
    c = copies.c
    torn = engine.rows(
        sa.select(c.facility_)
        .where(c.in_scope_, c.facility_.in_(open_roster))
        .group_by(c.facility_)
        .having(sa.func.count(sa.distinct(c.ns)) > 1)
        .order_by(c.facility_)
    )
    if torn:
        names = ", ".join(row[0] for row in torn[:5]) + (" …" if len(torn) > 5 else "")
        raise RegisterError(
            say_n(
                "the roster of {n} facility leaves open which namespace its keys are of",
                "the roster of {n} facilities leaves open which namespace its keys are of",
                n=len(torn),
            ),
            where=say("rosters, facilities {names}", names=names),
            fix=say("fill the column namespace of their roster rows; their records come from several namespaces"),
        )


def _with_record(copies: FromClause, records: FromClause) -> sa.Select[Any]:
    c, r = copies.c, records.c
    row_state = sa.case(
        (c.facility_.is_(None), "unattributed"),
        (c.reading_ == "unreadable", "unreadable"),
        (sa.not_(c.in_scope_), "out_of_scope"),
        (sa.not_(r.matched), "unexpected"),
        (c.first_, "matched"),
        else_="duplicate",
    )
    joined = copies.outerjoin(records, sa.and_(c.in_scope_, r.facility == c.facility_, r.ns == c.ns, r.id == c.id))
    kept = [column for column in c if column.name not in ("reading_", "has_roster_", "candidate_", "copied_", "first_")]
    return sa.select(
        *kept, row_state.label("row_state_"), (c.reading_ != "unreadable").label("readable_"), r.rid.label("rid_")
    ).select_from(joined)


def _told_apart(engine: Engine, rows: FromClause, task: Task) -> FromClause:
    """A name by which rows hang on one record, held by two: of neither is it known what hangs on it."""
    names = {link.names for link in task.links.hanging.values() if link.names and not link.shared}
    c = rows.c
    key, source = key_of(c), rows
    replaced: dict[str, ColumnElement[Any]] = {}
    for name in sorted(names):
        read = c[f"{name}__s"] == VALUE
        of_two = sa.or_(
            sa.func.min(key) != sa.func.max(key),
            sa.func.coalesce(sa.func.min(c.rid_) != sa.func.max(c.rid_), sa.false()),
        )
        shared = repeated(engine, f"shared_{name}", rows, [c.ns, c[name]], read, [of_two.label("of_two_")])
        if shared is None:
            continue
        s = shared.c
        source = source.outerjoin(shared, sa.and_(read, s.ns == c.ns, s[name] == c[name], s.of_two_))
        replaced[name] = sa.case((s.of_two_, sa.null()), else_=c[name])
        replaced[f"{name}__s"] = sa.case((s.of_two_, NOT_KNOWN), else_=c[f"{name}__s"])
    if not replaced:
        return rows
    told = (replaced[column.name].label(column.name) if column.name in replaced else column for column in c)
    return engine.make(UNIT_ROWS, sa.select(*told).select_from(source))


# -------------------------------------------------------------- hanging and referenced rows
def cut_without_links(engine: Engine, task: Task, linked: Linked) -> tuple[Input, ...]:
    """The inputs; one whose rows nobody can link, as it has no column for it, counts as cut off: whatever hangs there
    may be in it. What it says of other tables than its own is as it was."""
    cut: set[int] = set()
    for table, hanging in task.links.hanging.items():
        if not linked.held[table].rows:
            continue
        rows = linked.seam[table].c
        lacking = sa.select(rows.src).where(rows[f"{hanging.by}__s"] == NOT_KNOWN).distinct()
        cut.update(src for (src,) in engine.rows(lacking))
    return tuple(replace(one, to_the_end=False) if one.src in cut else one for one in task.inputs)


def chosen(rows: FromClause, key: Sequence[ColumnElement[Any]], content: ColumnElement[Any]) -> ColumnElement[bool]:
    """Of several standing copies one gives its values to linked columns; which, must not depend on their order."""
    return sa.func.row_number().over(partition_by=key, order_by=(content, rows.c.src, rows.c.pos)) == 1
