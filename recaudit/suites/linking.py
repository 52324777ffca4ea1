"""links.json -> Links: how the tables of a sector hold together, and which columns a frame has besides its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal

from recaudit.links import CALENDAR_ASKS, Due, Hanging, InScopeBy, LinkedColumn, Links, Person, Stay
from recaudit.said import say
from recaudit.seam import due_kinds
from recaudit.suites.computation import read_computed
from recaudit.suites.made import read_made
from recaudit.suites.reading import Wrong, check_keys, listed, near, read_object

Tables = Mapping[str, Mapping[str, str]]
"""Table -> its element columns -> field kind."""

_PARTS: Final = ("unit", "hanging", "referenced", "columns")
_DUE: Final = ("table", "of", "grade", "subject", "period", "assessment", "columns")
_PERSON: Final = ("name", "birth_date", "sex")
_UNIT: Final = ("table", "finished", "open", "facility")
_SCOPE: Final = ("status", "end")  # of the unit's table, or of another one and then in "in_scope_by"
_SCOPE_BY: Final = ("table", *_SCOPE, "facility")
_FORMS: Final[Mapping[str, tuple[str, ...]]] = {
    # the key that tells the form: the other keys it needs
    "count": (),
    "found": ("by",),
    "of": ("column",),  # and "by", where the row is not the record itself
    "days": (),
    "origin": (),  # and "by", where the row is not the one that is looked at
    "made": ("kind", "uses"),  # and "in", "from", "of" what it is made
    "calendar": (),
}
_KINDS: Final = {"calendar": "found"}
"""Form of a linked column -> its kind, where that is called otherwise."""
_STAY: Final = ("year", "decision", "left", "table", "begin", "end", "code", "status", "gone")


def read_links(path: Path, label: str, tables: Tables) -> Links:
    """links.json, checked against ``tables``. Raises ``SuiteError`` with everything that is wrong in it."""
    wrong = Wrong(label)
    document, _ = read_object(path, wrong)
    wrong.refuse()
    check_keys(document, wrong, needed=_PARTS, allowed=("due", "person", "further", "computed"), what="links.json")
    _check_objects(document, (*_PARTS, "due", "person", "computed"), wrong)
    unit = document["unit"]
    needed = (*_UNIT, "in_scope_by") if "in_scope_by" in unit else (*_UNIT, *_SCOPE)
    check_keys(unit, wrong.inside("unit"), needed=needed, what=say("the unit"))
    _check_objects(unit, ("facility", "in_scope_by"), wrong.inside("unit"))
    for key in ("finished", "open"):
        if not (isinstance(unit[key], list) and unit[key] and all(isinstance(status, str) for status in unit[key])):
            wrong.inside(f"unit, {key}").add(say("{key} is no list of statuses", key=key), say("write [ … ]"))
    wrong.refuse()
    own = _known_table(str(unit["table"]), tables, wrong.inside("unit"))
    for key in _SCOPE if "in_scope_by" not in unit else ():
        _known_column(str(unit[key]), own, wrong.inside(f"unit, {key}"))
    for candidate, column in unit["facility"].items():
        _known_column(column, own, wrong.inside(f"unit, facility, {candidate}"))
    if both := sorted(set(unit["finished"]) & set(unit["open"])):
        wrong.inside("unit").add(
            say("{names} is finished and open", names=listed(both)), say("a status puts a record in scope or out of it")
        )
    hanging = {}
    for table, said in document["hanging"].items():
        place = wrong.inside(f"hanging, {table}")
        hanging[table] = _hanging(said, table, own, place)
        _reference(hanging[table].through[1] or hanging[table].by, _known_table(table, tables, place), place)
        if (other := hanging[table].through[0]) and not isinstance(document["hanging"].get(other), str):
            place.add(
                say("rows of {other} do not hang on the record themselves", other=repr(other)),
                near(other, document["hanging"]),
            )
    for table, column in document["referenced"].items():
        place = wrong.inside(f"referenced, {table}")
        _known_table(table, tables, place)
        _reference(column, own, place)
    scope = _in_scope_by(unit["in_scope_by"], hanging, tables, wrong) if "in_scope_by" in unit else None
    links = Links(
        unit=unit["table"],
        status=str(unit.get("status", f"{unit['table']}_status_")),  # names of ours end in "_"
        end=str(unit.get("end", f"{unit['table']}_end_")),
        finished=tuple(unit["finished"]),
        open=tuple(unit["open"]),
        candidates=dict(unit["facility"]),
        hanging=hanging,
        referenced=dict(document["referenced"]),
        columns={},
        due=_due(document["due"], own, tables, hanging, wrong.inside("due")) if "due" in document else None,
        person=_person(document, tables, wrong.inside("person")) if "person" in document else None,
        further=_further(document.get("further", []), tables, wrong.inside("further")),
        in_scope_by=scope,
    )
    if "computed" in document and links.due is not None:
        place = wrong.inside("computed")
        of, referenced = links.due.of, document["referenced"]
        computed = read_computed(document["computed"], links.unit, of, hanging, referenced, tables, place)
        links = replace(links, computed=computed)
    linked: dict[str, tuple[LinkedColumn, ...]] = {}
    for table, entries in document["columns"].items():
        place = wrong.inside(f"columns, {table}")
        linked[table] = _linked_columns(entries, _known_table(table, tables, place), table, links, tables, place)
    wrong.refuse()
    return replace(links, columns=linked)


def frame_kinds(table: str, tables: Tables, links: Links) -> dict[str, str]:
    """Every column of the frame that a rule of ``table`` looks at -> its kind.

    A linked column has the kind of the column it repeats, or one of its own: ``count`` (whole number), ``found``
    ("yes" or absent), ``days`` (a number, or a range of numbers where a date is partial).
    """
    if links.due is not None and table == links.due.table:
        return due_kinds(links.due, tables)
    if links.computed is not None and table in links.computed.tables:
        return dict(links.computed.kinds(table))
    kinds = dict(tables[table])
    for column in links.columns.get(table, ()):
        kinds[column.name] = _kind_of(column, tables)
    return kinds


def _kind_of(column: LinkedColumn, tables: Tables) -> str:
    if column.form == "column":
        return tables[column.table][column.column]
    return column.kind if column.form == "made" else _KINDS.get(column.form, column.form)


def _check_objects(found: Mapping[str, Any], keys: Sequence[str], wrong: Wrong) -> None:
    """Raises ``SuiteError`` at once where a key holds no object: nothing below it could be read."""
    for key in keys:
        if key in found and not isinstance(found[key], dict):
            wrong.inside(key).add(say("{key} is no object", key=key), say("write { … }"))
    wrong.refuse()


def _in_scope_by(
    said: Mapping[str, Any], hanging: Mapping[str, Hanging], tables: Tables, wrong: Wrong
) -> InScopeBy | None:
    place = wrong.inside("unit, in_scope_by")
    check_keys(said, place, needed=_SCOPE_BY, what=say("what puts a record in scope"))
    _check_objects(said, ("facility",), place)
    if any(key not in said for key in _SCOPE_BY):
        return None
    table = str(said["table"])
    if table not in hanging or hanging[table].names:
        place.add(say("rows of {table} do not hang on the id of the record", table=repr(table)), near(table, hanging))
    columns = tables.get(table, {})
    for column in (said["status"], said["end"], *said["facility"].values()):
        _known_column(str(column), columns, place)
    return InScopeBy(table, str(said["status"]), str(said["end"]), dict(said["facility"]))


def _further(said: object, tables: Tables, wrong: Wrong) -> tuple[str, ...]:
    if not isinstance(said, list):
        wrong.add(say("further is no list of tables"), say("write [ … ]"))
        return ()
    for table in said:
        _known_table(str(table), tables, wrong)
    return tuple(map(str, said))


def _hanging(said: object, table: str, unit: Mapping[str, str], wrong: Wrong) -> Hanging:
    """A text names the column that holds the record's id; an object says which column of the unit is named, or through
    which other table the rows hang."""
    if isinstance(said, str):
        return Hanging(said)
    if not isinstance(said, dict):
        wrong.add(
            say("it says neither a column nor which column it names"), say('write "column", or {"by": …, "names": …}')
        )
        return Hanging("")
    if "through" in said:
        check_keys(said, wrong, needed=("by", "through"), what=say("the link"))
        return Hanging(f"{table}_of_", through=(str(said["through"]), str(said.get("by"))))
    check_keys(said, wrong, needed=("by", "names"), allowed=("shared",), what=say("the link"))
    names = str(said.get("names"))
    _reference(names, unit, wrong.inside("names"))
    return Hanging(str(said.get("by")), names, said.get("shared") is True)


def _due(
    said: Mapping[str, Any], unit: Mapping[str, str], tables: Tables, hanging: Mapping[str, Hanging], wrong: Wrong
) -> Due | None:
    check_keys(said, wrong, needed=_DUE, allowed=("stay",), what="due")
    if any(key not in said for key in _DUE):
        return None
    table, of, columns = str(said["table"]), str(said["of"]), said["columns"]
    if table in tables:
        wrong.add(say("{table} is a table that is read", table=repr(table)), say("give what is due a name of its own"))
    if of not in hanging:
        wrong.add(say("rows of {of} do not hang on the record", of=repr(of)), near(of, hanging))
    _known_column(str(said["grade"]), unit, wrong.inside("grade"))
    if not isinstance(columns, list):
        wrong.add(say("columns is no list"), say("write [ … ]"))
        columns = []
    subject, period, assessment = (str(said[key]) for key in ("subject", "period", "assessment"))
    for column in (subject, period, *columns):
        _known_column(str(column), tables.get(of, {}), wrong)
    if assessment not in columns:
        wrong.add(
            say("{assessment} is not among the columns", assessment=repr(assessment)),
            say("name the column that says what kind of result it is"),
        )
    stay = _stay(said["stay"], unit, tables, hanging, wrong.inside("stay")) if "stay" in said else None
    return Due(table, of, str(said["grade"]), subject, period, assessment, tuple(map(str, columns)), stay)


def _stay(
    said: Mapping[str, Any],
    unit: Mapping[str, str],
    tables: Tables,
    hanging: Mapping[str, Hanging],
    wrong: Wrong,
) -> Stay | None:
    check_keys(said, wrong, needed=_STAY, what="stay")
    if any(key not in said for key in _STAY):
        return None
    table = str(said["table"])
    if table not in hanging:
        wrong.add(say("rows of {table} do not hang on the record", table=repr(table)), near(table, hanging))
    for key in ("year", "decision"):
        _known_column(str(said[key]), unit, wrong.inside(key))
    for key in ("begin", "end", "code", "status"):
        kind = _known_column(str(said[key]), tables.get(table, {}), wrong.inside(key))
        if key in ("begin", "end") and kind not in ("", "date"):
            wrong.inside(key).add(say("{said} is no date", said=repr(said[key])), say("name a column of kind date"))
    texts = {key: str(said[key]) for key in _STAY if key not in ("left", "gone")}
    return Stay(**texts, left=tuple(map(str, said["left"])), gone=tuple(map(str, said["gone"])))


def _person(document: Mapping[str, Any], tables: Tables, wrong: Wrong) -> Person | None:
    """Columns written ``table.column``, of tables that the record names."""
    said = document["person"]
    check_keys(said, wrong, needed=_PERSON, what=say("the person"))
    if any(key not in said for key in _PERSON):
        return None

    def column(text: object) -> tuple[str, str]:
        table, _, name = str(text).partition(".")
        if table not in document["referenced"]:
            wrong.add(say("the record names no row of {table}", table=repr(table)), near(table, document["referenced"]))
        _known_column(name, tables.get(table, {}), wrong)
        return table, name

    born = column(said["birth_date"])
    if _known_column(born[1], tables.get(born[0], {}), wrong) not in ("", "date"):
        wrong.add(say("{said} is no date", said=repr(said["birth_date"])), say("name a column of kind date"))
    names = said["name"] if isinstance(said["name"], list) else [said["name"]]
    return Person(tuple(map(column, names)), born, column(said["sex"]))


# ------------------------------------------------------------------------------------------------ names
def _known_table(table: str, tables: Tables, wrong: Wrong) -> Mapping[str, str]:
    """The columns of ``table``; none, and a problem added, when there is no such table."""
    if table not in tables:
        wrong.add(say("there is no table {table}", table=repr(table)), near(table, tables))
    return tables.get(table, {})


def _known_column(column: str, columns: Mapping[str, str], wrong: Wrong) -> str:
    """The kind of ``column``; empty, and a problem added, when the table has no such column."""
    if columns and column not in columns:
        wrong.add(say("there is no column {column}", column=repr(column)), near(column, columns))
    return columns.get(column, "")


def _reference(column: str, columns: Mapping[str, str], wrong: Wrong) -> None:
    kind = _known_column(column, columns, wrong)
    if kind and kind != "reference":
        references = [name for name, kind in columns.items() if kind == "reference"]
        wrong.add(
            say("column {column} holds a {kind}, not a reference", column=repr(column), kind=kind),
            near(column, references),
        )


# ------------------------------------------------------------------------------------------------ linked columns
def _linked_columns(
    entries: Sequence[Mapping[str, Any]],
    own: Mapping[str, str],
    table: str,
    links: Links,
    tables: Tables,
    wrong: Wrong,
) -> tuple[LinkedColumn, ...]:
    kinds = dict(own)  # grows, as days may be counted from a linked column that stands before it
    columns: list[LinkedColumn] = []
    for position, entry in enumerate(entries, start=1):
        place = wrong.inside(say("column {position}", position=position))
        column = _linked_column(entry, kinds, own, table, links, tables, place)
        if column is None:
            continue
        if column.name in kinds:
            place.add(
                say("the frame has a column {column} already", column=repr(column.name)), say("choose another name")
            )
        if column.form == "column":
            kinds[column.name] = _known_column(
                column.column, _known_table(column.table, tables, place), place.inside("column")
            )
        else:
            kinds[column.name] = _kind_of(column, tables)
        columns.append(column)
    return tuple(columns)


def _linked_column(
    entry: Mapping[str, Any],
    kinds: Mapping[str, str],
    own: Mapping[str, str],
    table: str,
    links: Links,
    tables: Tables,
    wrong: Wrong,
) -> LinkedColumn | None:
    """One entry of "columns", or None with a problem added when its form is not known."""
    forms = ["made"] if "made" in entry else [form for form in _FORMS if form in entry]
    if len(forms) != 1:
        wrong.add(
            say("a linked column says {forms} of {names}", forms=listed(forms), names=listed(_FORMS))
            if forms
            else say("a linked column says none of {names}", names=listed(_FORMS)),
            say("say how it is made, in one way"),
        )
        return None
    form = forms[0]
    optional = {
        "of": ("by",),
        "count": ("where", "by"),
        "origin": ("by",),
        "found": ("names",),
        "made": ("in", "from", "list"),
    }.get(form, ())
    check_keys(entry, wrong, needed=("name", form, *_FORMS[form]), allowed=optional, what=say("the linked column"))
    if any(key not in entry for key in ("name", *_FORMS[form])):
        return None
    name, by = str(entry["name"]), str(entry.get("by", ""))
    if form == "days":
        ends = [str(entry["days"].get(key, "")) for key in ("from", "to")]
        for end in ends:
            if (kind := _known_column(end, kinds, wrong.inside("days"))) and kind != "date":
                wrong.add(
                    say("column {end} holds a {kind}, not a date", end=repr(end), kind=kind),
                    say("count days between two dates"),
                )
        return LinkedColumn(name=name, form="days", start=ends[0], end=ends[1])
    if form == "made":
        return read_made(entry, kinds, tables, wrong)
    other = str(entry[form])
    if form == "calendar":
        if other not in CALENDAR_ASKS or table != links.unit or links.due is None or links.due.stay is None:
            fix = say("ask {names} of the record, where what is due says stay", names=listed(CALENDAR_ASKS))
            wrong.add(say("a calendar is not asked for {other} of {table}", other=repr(other), table=repr(table)), fix)
        return LinkedColumn(name=name, form="calendar", column=other)
    if form == "count":
        if other not in links.hanging:
            wrong.add(say("rows of {other} do not hang on the record", other=repr(other)), near(other, links.hanging))
        elif by:
            _reference(by, tables.get(other, {}), wrong.inside("by"))
        elif table != links.unit:
            wrong.add(
                say("rows of {other} do not hang on {table}", other=repr(other), table=repr(table)),
                say('say by which column they name it: add "by"'),
            )
        return LinkedColumn(name=name, form="count", table=other, by=by, where=_where(entry, other, tables, wrong))
    made: Literal["found", "column", "origin"] = (
        "found" if form == "found" else "origin" if form == "origin" else "column"
    )
    if made == "origin" and other == table and not by:
        return LinkedColumn(name=name, form="origin", table=other)
    if table == links.unit and not (made != "column" and other in links.hanging):
        if other not in links.referenced:
            wrong.add(say("the record names no row of {other}", other=repr(other)), near(other, links.referenced))
        elif by != links.referenced[other]:
            wrong.add(
                say("{other} is not named by column {by}", other=repr(other), by=repr(by)),
                say("write {referenced}", referenced=repr(links.referenced[other])),
            )
    elif made == "column" and other == links.unit and not by:
        if table not in links.hanging:
            wrong.add(
                say("a row of {table} does not hang on the record", table=repr(table)),
                say("name a table that the record names, and by"),
            )
    elif other not in _seen_from(table, made, links):
        wrong.add(
            say(
                "a row of {table} sees the record that it hangs on, what the record names, and what else hangs on it",
                table=repr(table),
            ),
            near(other, [links.unit, *links.referenced, *links.hanging]),
        )
    elif not by:
        wrong.add(say("it does not say which column names the row of {other}", other=repr(other)), say('add "by"'))
    else:
        _reference(by, own, wrong.inside("by"))
    if names := str(entry.get("names", "")):
        _reference(names, tables.get(other, {}), wrong.inside("names"))
    return LinkedColumn(name=name, form=made, table=other, by=by, column=str(entry.get("column", "")), names=names)


def _seen_from(table: str, made: str, links: Links) -> set[str]:
    """The tables whose rows a hanging or referenced row may name in a column of its own."""
    return {*links.referenced, *links.hanging, *([links.unit] if made != "column" else [])} - {table}


def _where(entry: Mapping[str, Any], table: str, tables: Tables, wrong: Wrong) -> tuple[str, str]:
    """The column and the text of ``"where": {"step": "principal"}``; both empty without one."""
    said = entry.get("where", {})
    if not said:
        return "", ""
    if not isinstance(said, dict) or len(said) != 1:
        wrong.add(say("where says more than what one column holds"), say('write {"column": "text"}'))
        return "", ""
    [(column, text)] = said.items()
    _known_column(column, tables.get(table, {}), wrong.inside("where"))
    return str(column), str(text)
