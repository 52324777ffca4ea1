"""link: placed rows of the unit's table -> records, held against rosters; which copy stands (SCORING section 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.attribution import attributed, row_states
from recaudit.engine.copies import Held, held, repeated
from recaudit.engine.matching import KEYED, LISTED, UNLISTED, held_against, load_roster
from recaudit.engine.registered import facility_table, gap_table
from recaudit.engine.scope import through
from recaudit.engine.seamtables import seam_tables
from recaudit.engine.task import Engine, Task
from recaudit.errors import RegisterError
from recaudit.looked import looked_at, seen_by
from recaudit.model import Input
from recaudit.said import say, say_n
from recaudit.seam import POSITIONS, RANGED
from recaudit.values import NOT_KNOWN, VALUE

UNIT_ROWS = "unit_rows"
RECORDS = "records"


@dataclass(frozen=True, slots=True)
class Linked:
    """The relations that link leaves behind.

    ``rows``: every row of the unit's table with ``facility_``, ``reason_`` (unattributed rows), ``row_state_``,
    ``standing_`` (it may stand for its record) and ``rid_``: names of ours end in "_", so that no element has them.
    With heirs also ``named_``, the facility that the row names.
    ``records``: one a key in scope, with ``rid``, ``facility``, ``ns``, ``id``, ``matched`` (expected, or no roster to
    say otherwise), ``conflicting``, and what ``matching.held_against`` adds. ``roster``: the keys as the register has
    them (facility, ns, id) with their normal form. ``ways``: ``rows_``, how many rows are so, by what is counted of
    rows. ``places``: facility and namespace of records, how many (``records``), how many ``conflicting``.
    """

    seam: dict[str, FromClause]
    held: Mapping[str, Held]  # table -> what it holds
    rows: FromClause
    records: FromClause
    roster: FromClause
    ways: FromClause
    places: FromClause


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

    states = engine.view("row_states", row_states(attributed(engine, task, seam), task))
    copies = holds[task.links.unit].copies
    placed = _placed(engine, states, copies)
    if task.on_roster:
        records = engine.make(RECORDS, _held_against_rosters(engine, placed, roster, task))
        engine.drop(sa.table(KEYED))
        _check_namespaces(engine, task, records, roster)
        rows = engine.make("linked_rows", _linked(placed, task, copies is not None, records))
    else:
        # what is looked at a few times only need not be held
        often = copies is not None or task.made or any(holds[table].rows for table in task.links.hanging)
        hold = engine.make if often else engine.view
        rows = hold("linked_rows", _linked(placed, task, copies is not None))
        records = engine.view(RECORDS, _of_no_roster(rows))
    rows = _told_apart(engine, rows, task)
    ways = engine.make("rows_by_way", _by_way(rows))
    places = engine.make("places", _by_place(records if task.on_roster else None, ways))
    return Linked(seam, holds, rows, records, roster, ways, places)


def _by_way(rows: FromClause) -> sa.Select[Any]:
    """How many rows of each facility and namespace are in each way that somebody counts."""
    c = rows.c
    names = ("facility_", "ns", "row_state_", "reason_", "readable_", "may_be_in_scope_", "differing_", "conflicting_")
    ways = [c[name] for name in names if name in c]
    ways.append(sa.and_(c.rid_.is_not(None), c.standing_).label("stands_"))
    return sa.select(*ways, sa.func.count().label("rows_")).group_by(*ways)


def _by_place(records: FromClause | None, ways: FromClause) -> sa.Select[Any]:
    """Records of each facility and namespace, and how many that are matched have copies that differ. ``records``: those
    held against rosters, else None."""
    if records is not None:
        r = records.c
        torn = sa.func.count().filter(sa.and_(r.matched, r.conflicting))
        numbers = (sa.func.count().label("records"), torn.label("conflicting"))
        return sa.select(r.facility, r.ns, *numbers).group_by(r.facility, r.ns)
    w = ways.c
    torn = sa.func.sum(w.rows_).filter(w.conflicting_)
    each = sa.select(
        w.facility_.label("facility"),
        w.ns,
        whole(sa.func.sum(w.rows_)).label("records"),
        whole(torn).label("conflicting"),
    )
    return each.where(w.row_state_ == MATCHED).group_by(w.facility_, w.ns)


def whole(total: ColumnElement[Any]) -> ColumnElement[int]:
    """A sum as a whole number; of nothing 0."""
    return sa.cast(sa.func.coalesce(total, 0), sa.BigInteger)


# -------------------------------------------------------------- copies and records
def place_of(rows: Any) -> ColumnElement[str]:  # noqa: ANN401  # the columns of any relation
    """Where a row was read: no two rows of a table share it."""
    return sa.cast(rows.src, sa.Text) + sa.literal(":") + sa.cast(rows.pos, sa.Text)


def number_of(rows: Any) -> ColumnElement[int]:  # noqa: ANN401
    """The place as one number."""
    number: ColumnElement[int] = sa.cast(rows.src, sa.BigInteger) * POSITIONS + rows.pos
    return number


def key_of(rows: Any) -> ColumnElement[str]:  # noqa: ANN401
    """What tells rows apart: their id, which copies share, or where one without an id was read."""
    return sa.func.coalesce(sa.literal("id ") + rows.id, place_of(rows))


def _placed(engine: Engine, rows: FromClause, copies: FromClause | None) -> sa.Subquery:
    """``rows`` with ``in_scope_``, ``standing_``, ``first_`` (of its key and scope), ``rid_``, which tells records
    apart and is NULL out of scope, and ``conflicting_``, whether copies of it differ.

    Copies are compared before scope: where the newest is out of scope, so are all copies of the key.
    """
    c, own = rows.c, number_of(rows.c)
    keyed = sa.and_(c.facility_.is_not(None), c.reading_ != "unreadable")
    in_scope = sa.and_(keyed, c.reading_ == "in_scope")
    if copies is None:
        return sa.select(
            *c,
            in_scope.label("in_scope_"),
            in_scope.label("standing_"),
            sa.true().label("first_"),
            sa.case((in_scope, own)).label("rid_"),
            sa.false().label("conflicting_"),
        ).subquery("placed")
    some = engine.make("copied_rows", _copied(rows, copies, keyed))
    o = some.c
    inside = sa.func.coalesce(o.in_scope_, in_scope)
    return (
        sa.select(
            *c,
            inside.label("in_scope_"),
            sa.func.coalesce(o.standing_, in_scope).label("standing_"),
            sa.func.coalesce(o.first_, sa.true()).label("first_"),
            sa.case((inside, sa.func.coalesce(o.rid_, own))).label("rid_"),
            sa.func.coalesce(o.conflicting_, sa.false()).label("conflicting_"),
        )
        .select_from(rows.outerjoin(some, sa.and_(o.src == c.src, o.pos == c.pos)))
        .subquery("placed")
    )


def _copied(rows: FromClause, copies: FromClause, keyed: ColumnElement[bool]) -> sa.Select[Any]:
    """Of the rows that may share their key with others (src, pos): ``in_scope_``, ``standing_``, ``first_``, ``rid_``
    and ``conflicting_``."""
    c, key = rows.c, copies.c
    kept = (c.src, c.pos, c.facility_, c.ns, c.id, c.version, c.content, c.reading_, keyed.label("keyed_"))
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
    record: dict[str, Any] = {"partition_by": (i.facility_, i.ns, i.id, i.in_scope_)}
    stands = sa.and_(i.in_scope_, i.newest_)
    said = sa.case((stands, i.content))
    return sa.select(
        i.src,
        i.pos,
        i.in_scope_,
        stands.label("standing_"),
        (number_of(i) == sa.func.min(number_of(i)).over(**record)).label("first_"),
        sa.func.min(number_of(i)).over(**record).label("rid_"),
        sa.and_(i.in_scope_, sa.func.min(said).over(**record) != sa.func.max(said).over(**record)).label(
            "conflicting_"
        ),
    )


def standing_among(partition: list[ColumnElement[Any]], version: ColumnElement[Any]) -> ColumnElement[bool]:
    """May this copy stand for its key? The newest where every copy has a version, else every one."""
    over: dict[str, Any] = {"partition_by": partition}
    every = sa.func.count(version).over(**over) == sa.func.count().over(**over)
    return sa.or_(sa.not_(every), version == sa.func.max(version).over(**over))


def _held_against_rosters(engine: Engine, placed: FromClause, roster: FromClause, task: Task) -> sa.Select[Any]:
    c = placed.c
    keys = sa.select(
        c.rid_.label("rid"),
        c.facility_.label("facility"),
        c.ns,
        c.id,
        c.has_roster_.label("has_roster"),
        c.conflicting_.label("conflicting"),
    ).where(c.in_scope_, c.first_)
    h = held_against(engine, keys.subquery("keys"), roster, task).c
    matched = sa.or_(sa.not_(h.has_roster), h.listed_ == LISTED).label("matched")
    return sa.select(h.rid, h.facility, h.ns, h.id, matched, h.conflicting, h.normal_, h.listed_, h.roster_id_)


def _of_no_roster(rows: FromClause) -> sa.Select[Any]:
    """The same where no facility has a roster: every record is matched."""
    c = rows.c
    return sa.select(
        c.rid_.label("rid"),
        c.facility_.label("facility"),
        c.ns,
        c.id,
        sa.true().label("matched"),
        c.conflicting_.label("conflicting"),
        sa.cast(sa.null(), sa.Text).label("normal_"),
        sa.literal(UNLISTED).label("listed_"),
        sa.cast(sa.null(), sa.Text).label("roster_id_"),
    ).where(c.row_state_ == MATCHED)


def _check_namespaces(engine: Engine, task: Task, records: FromClause, roster: FromClause) -> None:
    if not task.roster.column("ns").null_count:
        return
    open_roster = sa.select(roster.c.facility).where(roster.c.ns.is_(None)).distinct()
    c = records.c
    torn = engine.rows(
        sa.select(c.facility)
        .where(c.facility.in_(open_roster))
        .group_by(c.facility)
        .having(sa.func.count(sa.distinct(c.ns)) > 1)
        .order_by(c.facility)
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


MATCHED = "matched"


def _linked(placed: FromClause, task: Task, copies: bool, records: FromClause | None = None) -> sa.Select[Any]:
    """Every row, with the columns that somebody looks at from here on. ``copies``: some rows share their key.
    ``records``: those held against rosters; None where no facility has one."""
    c = placed.c
    source: FromClause = placed
    unexpected: ColumnElement[bool] = sa.false()
    if records is not None:
        source = placed.outerjoin(records, records.c.rid == c.rid_)
        unexpected = sa.not_(records.c.matched)
    row_state = sa.case(
        (c.facility_.is_(None), "unattributed"),
        (c.reading_ == "unreadable", "unreadable"),
        (sa.not_(c.in_scope_), "out_of_scope"),
        (unexpected, "unexpected"),
        (c.first_, MATCHED),
        else_="duplicate",
    )
    gone = {"version", "reading_", "has_roster_", "candidate_", "first_"} | _spent(task)
    gone |= {"conflicting_"} if records is not None else set()
    gone |= set() if copies else {"content"}
    return sa.select(
        *(column for column in c if column.name not in gone),
        row_state.label("row_state_"),
        (c.reading_ != "unreadable").label("readable_"),
    ).select_from(source)


def _spent(task: Task) -> set[str]:
    """Columns of the unit's table that link alone looks at. None where something is made or computed of the records:
    what that looks at is said in code."""
    links, kinds = task.links, task.tables[task.links.unit]
    made = {one.name for columns in links.columns.values() for one in columns if one.form == "made"}
    asked = {column for rule in task.rules for column in rule.columns}
    asked |= {column for signal in task.signals for _, column in signal.looks_at}
    if task.computed or made & asked:
        return set()
    looked = [looked_at(rule, links) for rule in task.rules] + [seen_by(signal, links) for signal in task.signals]
    looked += [frozenset(links.person.columns)] if links.person else []
    kept = {column for places in looked for table, column in places if table == links.unit}
    kept |= {*links.referenced.values(), *(hanging.names for hanging in links.hanging.values())}
    if (due := links.due) is not None:
        kept |= {due.grade, *((due.stay.year, due.stay.decision) if due.stay else ())}
    if any(links.unit in signal.tables for signal in task.signals):
        kept.add(links.end)
    spent = {links.status, links.end, *links.candidates.values()} - kept
    parts = ("", "__s", "__lo", "__hi")
    return {name + part for name in spent for part in parts[: 4 if kinds.get(name) in RANGED else 2]}


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
