"""Great Expectations suite files -> Rules, and links.json -> Links: the only door to GX.

A suite file is genuine GX 1.x; everything of ours stands in ``meta``. ``load`` reads the JSON itself, since importing
GX takes seconds; ``hold_in_gx`` has GX load the same file and names what it dropped. Nothing is repaired or skipped
on the way: a file that is not understood entirely is refused, with everything that is wrong in it.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from recaudit.errors import SuiteError
from recaudit.model import Links, Suite
from recaudit.shipped import expectations
from recaudit.suites.gx import hold_in_gx
from recaudit.suites.linking import Tables, frame_kinds, read_links
from recaudit.suites.reading import Wrong, check_keys, near, read_object
from recaudit.suites.rules import SUPPORTED, read_rule

__all__ = ["SUPPORTED", "find", "frame_kinds", "hold_in_gx", "links", "load", "shipped"]

_LINKS = "links"
_META = ("version", "table", "sector")
_GX_ADDS = ("id", "notes", "suite_parameters")  # GX writes them when it saves a suite


def shipped(sector: str) -> tuple[str, ...]:
    """The names of all suites that travel with the package for ``sector``, sorted; none for a sector without suites."""
    return tuple(f"{sector}/{path.stem}" for path in sorted(expectations(sector).glob("*.json")) if path.stem != _LINKS)


def find(name: str, root: Path) -> Path:
    """The file that ``name`` stands for: a shipped suite ("health/encounter"), else a path relative to ``root``.

    Raises ``SuiteError`` when there is neither.
    """
    sector, _, table = name.partition("/")
    if sector and table and name in shipped(sector):
        return expectations(sector, f"{table}.json")
    if os.path.isfile(path := root / name):  # Path.is_file raises for a name too long
        return path
    names = [name for sector in _sectors() for name in shipped(sector)]
    raise SuiteError(f"there is no suite {name!r}", where=f"suites of {root}", fix=near(name, names) + ", or a file")


def _sectors() -> tuple[str, ...]:
    """The sectors that have suites, which are those that say how their tables hold together."""
    return tuple(sorted(path.parent.name for path in expectations().glob(f"*/{_LINKS}.json")))


def links(sector: str, tables: Tables) -> Links:
    """How the tables of ``sector`` hold together, checked against ``tables`` (of that sector at least).

    Raises ``SuiteError`` when the sector has no links.json, and with everything that is wrong in it.
    """
    return read_links(expectations(sector, f"{_LINKS}.json"), f"expectations/{sector}/{_LINKS}.json", tables)


def load(names: Sequence[str], tables: Tables, root: Path) -> tuple[Suite, ...]:
    """The suites called ``names``, in this order; no suite for no name.

    ``tables`` gives the columns of every table of the sectors read, ``root`` the folder that paths are relative to.
    Raises ``SuiteError`` with everything that is wrong in all of them together.
    """
    wrong = Wrong("suites")
    linked: dict[str, Links] = {}
    suites: list[Suite] = []
    for name in names:
        try:
            path = find(name, root)
            label = name if (root / name) == path else f"expectations/{name}.json"
            suite = _suite(path, wrong.at(label), tables, linked)
        except SuiteError as error:
            wrong.problems.extend(error.problems)
        else:
            suites += [suite] if suite else []
    rules = Counter(rule.id for suite in suites for rule in suite.rules)
    for rule, times in rules.items():
        if times > 1:
            homes = ", ".join(suite.name for suite in suites if any(one.id == rule for one in suite.rules))
            wrong.at(homes).add(f"rule {rule} stands {times} times", "give each rule a name of its own")
    wrong.refuse()
    return tuple(suites)


def _suite(path: Path, wrong: Wrong, tables: Tables, linked: dict[str, Links]) -> Suite | None:
    """The suite in ``path``, or None with the reasons added. ``linked`` remembers the links of each sector."""
    document, content = read_object(path, wrong)
    if not content:
        return None
    check_keys(document, wrong, needed=("name", "expectations", "meta"), allowed=_GX_ADDS, what="the suite")
    meta = document.get("meta")
    own = meta.get("recaudit") if isinstance(meta, dict) else None
    if not isinstance(own, dict):
        wrong.add(
            "the suite's meta says nothing to recaudit", 'add {"recaudit": {"version": …, "table": …, "sector": …}}'
        )
        return None
    check_keys(own, wrong, needed=_META, what="meta.recaudit")
    table, sector, entries = str(own.get("table")), str(own.get("sector")), document.get("expectations")
    if table not in tables:
        wrong.add(f"the suite is about the unknown table {table!r}", near(table, tables))
    if not isinstance(entries, list) or not entries:
        wrong.add("the suite holds no rule", "add one, or remove the suite: what has no rule is not judged")
        return None
    if sector not in _sectors():
        wrong.add(f"the suite is of the unknown sector {sector!r}", near(sector, _sectors()))
        return None
    if table not in tables:
        return None
    if sector not in linked:
        linked[sector] = links(sector, tables)
    kinds = frame_kinds(table, tables, linked[sector])
    rules = [
        read_rule(entry, wrong.inside(f"expectation {at}"), sector=sector, table=table, kinds=kinds)
        for at, entry in enumerate(entries, start=1)
    ]
    return Suite(
        name=str(document.get("name")),
        version=str(own.get("version")),
        sha256=hashlib.sha256(content).hexdigest(),
        rules=tuple(rule for rule in rules if rule),
    )
