"""signals.json -> SignalRules: questions about groups of rows and of facilities."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, get_args

from recaudit.said import say
from recaudit.signals import SignalKind, SignalRule
from recaudit.suites.linking import Tables
from recaudit.suites.reading import Wrong, check_keys, near, read_object, texts_of

_KINDS: Final[tuple[SignalKind, ...]] = get_args(SignalKind)
_NEEDED: Final = ("id", "kind", "title", "why", "source")
_ROWS: Final = ("table", "columns")
_TESTED: Final = ("above", "groups", "least", "limit", "peers")
_MARKS: Final = (*_ROWS, "beside", "groups", "least", "limit")  # columns: card, subject, period, mark
_ASKS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    # kind: (keys that must be there beside, keys that may be there)
    "top_share": ((*_ROWS, "above"), ("group", "groups", "least")),
    "value_share": ((*_ROWS, "text", "above"), ("group", "groups", "least")),
    "match_share": ((*_ROWS, "text", "above"), ("group", "groups", "least")),
    "shared_value": ((*_ROWS, "above"), ()),
    "across_facilities": ((*_ROWS, "above"), ()),
    "silent_facilities": ((), ()),
    "silent_areas": ((), ()),
    "count_gap": (("above",), ()),
    "vendor_scope": ((), ()),
    # groups held against a null model
    "filler": ((*_ROWS, *_TESTED, "floor"), ()),
    "clones": ((*_MARKS, "cells", "hits", "peers"), ()),
    "flat_learners": ((*_MARKS, "above", "cells", "peers"), ()),
    "flat_classes": ((*_MARKS, "above", "peers"), ()),
    "copied_terms": ((*_MARKS, "above", "cells", "hits", "peers", "pairs"), ()),
    "shifted_rows": ((*_MARKS, "above", "floor", "cells"), ()),
    "serial_runs": ((*_ROWS, "beside", "text", "cells", "hits", "groups", "least", "limit"), ()),
    "same_person": ((*_ROWS, "beside", "hits", "groups", "least", "limit", "peers"), ()),
    "roll_change": ((*_ROWS, "above", "groups", "least", "limit"), ()),
    # groups counted
    "not_continued": ((*_ROWS, "above", "codes", "groups", "least"), ()),
    "empty_classes": ((*_ROWS, "beside", "groups"), ()),
    "no_results": ((*_ROWS, "beside", "groups"), ()),
    "no_completions": ((*_ROWS, "codes", "text", "groups", "least"), ()),
}


def read_signals(path: Path, label: str, sector: str, tables: Tables) -> tuple[SignalRule, ...]:
    """Every signal of the file, checked against ``tables``. Raises ``SuiteError`` with everything that is wrong."""
    wrong = Wrong(label)
    document, _ = read_object(path, wrong)
    wrong.refuse()
    check_keys(document, wrong, needed=("version", "signals"), what="signals.json")
    wrong.refuse()
    found = [
        _signal(entry, sector, tables, wrong.inside(say("signal {at}", at=at)))
        for at, entry in enumerate(document["signals"], 1)
    ]
    wrong.refuse()
    return tuple(one for one in found if one)


def _signal(entry: Mapping[str, Any], sector: str, tables: Tables, wrong: Wrong) -> SignalRule | None:
    kind = next((one for one in _KINDS if one == entry.get("kind")), None)
    if kind is None:
        wrong.add(say("the signal is of no known kind"), near(entry.get("kind"), _KINDS))
        return None
    needed, allowed = _ASKS[kind]
    check_keys(entry, wrong, needed=(*_NEEDED, *needed), allowed=allowed, what=say("the signal"))
    if any(key not in entry for key in (*_NEEDED, *needed)):
        return None
    table, group = str(entry.get("table", "")), str(entry.get("group", ""))
    columns = tuple(map(str, entry.get("columns", ())))
    if table and table not in tables:
        wrong.add(say("there is no table {table}", table=repr(table)), near(table, tables))
    for column in (*columns, *([group] if group else [])):
        if table in tables and column not in tables[table]:
            wrong.add(say("there is no column {column}", column=repr(column)), near(column, tables[table]))
    beside = tuple((str(of), str(column)) for of, listed in entry.get("beside", {}).items() for column in listed)
    for of, column in beside:
        if column not in tables.get(of, ()):
            wrong.add(
                say("there is no column {column} of table {of}", column=repr(column), of=repr(of)),
                near(column, tables.get(of, ())),
            )
    return SignalRule(
        id=str(entry["id"]),
        sector=sector,
        kind=kind,
        title=dict(entry["title"]),
        why=texts_of(entry["why"]),
        source=texts_of(entry["source"]),
        table=table,
        columns=columns,
        group=group,
        groups=str(entry.get("groups", "groups")),
        text=str(entry.get("text", "")),
        above=Fraction(str(entry.get("above", 0))),
        least=int(entry.get("least", 1)),
        beside=beside,
        cells=int(entry.get("cells", 0)),
        hits=int(entry.get("hits", 0)),
        peers=int(entry.get("peers", 0)),
        floor=Fraction(str(entry.get("floor", 0))),
        limit=Fraction(str(entry.get("limit", 0))),
        pairs=tuple((str(one), str(other)) for one, other in entry.get("pairs", ())),
        codes=tuple(map(str, entry.get("codes", ()))),
    )
