"""Great Expectations suite files -> Rules, and links.json -> Links: the only door to GX.

A suite file is genuine GX 1.x; everything of ours stands in ``meta``. ``load`` reads the JSON itself, since importing
GX takes seconds; ``hold_in_gx`` has GX load the same file and names what it dropped. Nothing is repaired or skipped
on the way: a file that is not understood entirely is refused, with everything that is wrong in it.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from recaudit.asks import of_suite
from recaudit.computing import Computation
from recaudit.errors import SuiteError, either
from recaudit.links import Links
from recaudit.model import Suite
from recaudit.said import say, say_n
from recaudit.shipped import expectations, packs
from recaudit.signals import SignalRule
from recaudit.suites.computation import FILE, read_computation
from recaudit.suites.gx import hold_in_gx
from recaudit.suites.linking import Tables, frame_kinds, read_links
from recaudit.suites.made import lists
from recaudit.suites.reading import Wrong, check_keys, near, read_object
from recaudit.suites.rules import SUPPORTED, read_rule
from recaudit.suites.signals import read_signals

__all__ = [
    "SUPPORTED",
    "computation",
    "every",
    "find",
    "frame_kinds",
    "hold_in_gx",
    "links",
    "links_of",
    "lists",
    "load",
    "meant",
    "named",
    "shipped",
    "signals",
]

CORE = "core"
_LINKS = "links"
_SIGNALS = "signals"
_META = ("version", "table", "sector")
_GX_ADDS = ("id", "notes", "suite_parameters")  # GX writes them when it saves a suite


def shipped(sector: str) -> tuple[str, ...]:
    """The names of the core suites that travel with the package for ``sector``, sorted; a suite is called like its
    table. None for a sector without suites."""
    files = sorted(expectations(sector).glob("*.json"))
    return tuple(f"{sector}/{path.stem}" for path in files if _is_suite(path))


def every(sector: str) -> tuple[str, ...]:
    """The core suites, then those of the packs ("education/vn/users")."""
    return (*shipped(sector), *(name for pack in packs(sector) for name in _pack(sector, pack)))


def _pack(sector: str, pack: str) -> tuple[str, ...]:
    files = sorted(expectations(sector, pack).glob("*.json"))
    return tuple(f"{sector}/{pack}/{path.stem}" for path in files if _is_suite(path))


def _is_suite(path: Path) -> bool:
    return path.stem != FILE and not path.stem.startswith((_LINKS, _SIGNALS))


def named(sector: str, names: Sequence[str], tables: Collection[str]) -> tuple[str, ...]:
    """The suites that a plan means by ``names``: "health/core" and a pack stand for all of theirs that are about one of
    ``tables``. Without a name the core."""
    groups = {f"{sector}/{CORE}": shipped(sector)}
    groups |= {f"{sector}/{pack}": _pack(sector, pack) for pack in packs(sector)}
    found: list[str] = []
    for name in names or (f"{sector}/{CORE}",):
        if name in groups:
            found += [suite for suite in groups[name] if suite.rpartition("/")[2] in tables]
        else:
            found.append(name)
    return tuple(dict.fromkeys(found))


def meant(names: Iterable[str]) -> tuple[str, ...]:
    """``names`` with the suites of a group in its place: "further", of every sector that has it, or "health/further".
    Whatever else stands there stays."""
    groups: dict[str, tuple[str, ...]] = {}
    for whole, group in _groups().items():
        short = whole.partition("/")[2]
        groups |= {whole: group, short: (*groups.get(short, ()), *group)}
    return tuple(dict.fromkeys(suite for name in names for suite in groups.get(name, (name,))))


def _groups() -> dict[str, tuple[str, ...]]:
    """ "health/core" and "health/further" -> their suites, of every sector."""
    cores = {f"{sector}/{CORE}": shipped(sector) for sector in _sectors()}
    return cores | {f"{sector}/{pack}": _pack(sector, pack) for sector in _sectors() for pack in packs(sector)}


def find(name: str, root: Path) -> Path:
    """The file that ``name`` stands for: a shipped suite ("health/encounter"), else a path relative to ``root``.

    Raises ``SuiteError`` when there is neither.
    """
    sector, _, table = name.partition("/")
    if sector and table and name in every(sector):
        return expectations(sector, *f"{table}.json".split("/"))
    if os.path.isfile(path := root / name):  # Path.is_file raises for a name too long
        return path
    groups = [*_groups()]
    close = get_close_matches(name, [*groups, *(name for sector in _sectors() for name in every(sector))], n=3)
    known = say("packs: {names}; 'recaudit rules list' shows every suite; or a file", names=", ".join(groups))
    fix = say("write {names}; {known}", names=either([*map(repr, close)]), known=known) if close else known
    raise SuiteError(
        say("there is no suite {name}", name=repr(name)), where=say("suites of {root}", root=str(root)), fix=fix
    )


def _sectors() -> tuple[str, ...]:
    """The sectors that have suites, which are those that say how their tables hold together."""
    return tuple(sorted(path.parent.name for path in expectations().glob(f"*/{_LINKS}.json")))


def links(sector: str, tables: Tables, unit: str = "") -> Links:
    """How the tables of ``sector`` hold together around ``unit``, checked against ``tables`` (of that sector at least).
    A unit without a file of its own (links-learner.json) is the sector's usual one.

    Raises ``SuiteError`` when the sector has no links.json, and with everything that is wrong in it.
    """
    file = f"{_LINKS}-{unit}.json"
    if not expectations(sector, file).is_file():
        file = f"{_LINKS}.json"
    return read_links(expectations(sector, file), f"expectations/{sector}/{file}", tables)


def signals(sector: str, tables: Tables, known: Links, names: Sequence[str] = ()) -> tuple[SignalRule, ...]:
    """The signals that travel with the package for ``sector`` and look at tables of ``known``, then those of the packs
    among ``names`` ("education/patterns"): a pack may hold signals beside its suites, or nothing else. () where there
    are none.

    Raises ``SuiteError`` with everything that is wrong in a file.
    """
    folders = ["", *(pack for pack in packs(sector) if f"{sector}/{pack}" in names)]
    found: list[SignalRule] = []
    for folder in folders:
        path = expectations(sector, folder, f"{_SIGNALS}.json")
        if path.is_file():
            found += read_signals(path, f"expectations/{path.relative_to(expectations())}", sector, tables)
    return tuple(one for one in found if all(not of or of in known.tables for of in one.tables))


def computation(sector: str, loaded: Iterable[Suite]) -> Computation | None:
    """The numbers that suites of ``sector`` rest on, of the pack that they name; None where none names one.

    Raises ``SuiteError`` where two are named, for a pack that has none, and with everything that is wrong in the file.
    """
    of = sorted({suite.computation for suite in loaded if suite.computation})
    if not of:
        return None
    where = f"expectations/{sector}/{of[0]}/{FILE}.json"
    wrong = Wrong(where)
    if len(of) > 1:
        wrong.add(say("suites rest on the computations {names}", names=list(of)), say("use suites of one profile"))
    if not (path := expectations(sector, of[0], f"{FILE}.json")).is_file():
        known = sorted(one.parent.name for one in expectations(sector).glob(f"*/{FILE}.json"))
        wrong.add(say("the pack {of} has no computation", of=repr(of[0])), near(of[0], known))
    wrong.refuse()
    return read_computation(path, where)


def links_of(table: str, sector: str, tables: Tables) -> Links | None:
    """The links of the first unit that looks at ``table``, the usual one before others; None where none does."""
    return next((one for one in _of_every_unit(sector, tables) if table in one.tables), None)


def _of_every_unit(sector: str, tables: Tables) -> Iterator[Links]:
    """Around the usual unit of a sector, then around its others."""
    others = sorted(path.stem.removeprefix(f"{_LINKS}-") for path in expectations(sector).glob(f"{_LINKS}-*.json"))
    return (links(sector, tables, unit) for unit in ("", *others))


def load(names: Sequence[str], tables: Tables, root: Path, known: Links | None = None) -> tuple[Suite, ...]:
    """The suites called ``names``, in this order; no suite for no name.

    ``tables`` gives the columns of every table of the sectors read, ``root`` the folder that paths are relative to.
    ``known``: the links of the unit that is judged; None: of any unit of the suite's sector that looks at its table.
    Raises ``SuiteError`` with everything that is wrong in all of them together.
    """
    wrong = Wrong("suites")
    suites: list[Suite] = []
    for name in names:
        try:
            path = find(name, root)
            label = name if (root / name) == path else f"expectations/{name}.json"
            suite = _suite(path, wrong.at(label), tables, known)
        except SuiteError as error:
            wrong.problems.extend(error.problems)
        else:
            suites += [suite] if suite else []
    rules = Counter(rule.id for suite in suites for rule in suite.rules)
    for rule, times in rules.items():
        if times > 1:
            homes = ", ".join(suite.name for suite in suites if any(one.id == rule for one in suite.rules))
            wrong.at(homes).add(
                say_n("rule {rule} stands {n} time", "rule {rule} stands {n} times", n=times, rule=rule),
                say("give each rule a name of its own"),
            )
    wrong.refuse()
    return tuple(suites)


def _suite(path: Path, wrong: Wrong, tables: Tables, known: Links | None) -> Suite | None:
    """The suite in ``path``, or None with the reasons added."""
    document, content = read_object(path, wrong)
    if not content:
        return None
    check_keys(document, wrong, needed=("name", "expectations", "meta"), allowed=_GX_ADDS, what=say("the suite"))
    meta = document.get("meta")
    own = meta.get("recaudit") if isinstance(meta, dict) else None
    if not isinstance(own, dict):
        wrong.add(
            say("the suite's meta says nothing to recaudit"),
            say('add {"recaudit": {"version": …, "table": …, "sector": …}}'),
        )
        return None
    check_keys(own, wrong, needed=_META, allowed=(FILE,), what="meta.recaudit")
    table, sector, entries = str(own.get("table")), str(own.get("sector")), document.get("expectations")
    if not isinstance(entries, list) or not entries:
        wrong.add(say("the suite holds no rule"), say("add one, or remove the suite: what has no rule is not judged"))
        return None
    if sector not in _sectors():
        wrong.add(say("the suite is of the unknown sector {sector}", sector=repr(sector)), near(sector, _sectors()))
        return None
    linked = known or links_of(table, sector, tables)
    if linked is None or table not in linked.tables:
        wrong.add(
            say("the suite is about the unknown table {table}", table=repr(table)),
            near(table, linked.tables if linked else tables),
        )
        return None
    kinds = frame_kinds(table, tables, linked)
    rules = [
        read_rule(entry, wrong.inside(say("expectation {at}", at=at)), sector=sector, table=table, kinds=kinds)
        for at, entry in enumerate(entries, start=1)
    ]
    for unit in sorted({rule.unit for rule in rules if rule and rule.unit}):
        units = {one.unit for one in _of_every_unit(sector, tables)}
        if unit not in units:
            wrong.add(say("a rule is asked only around the unknown unit {unit}", unit=repr(unit)), near(unit, units))
    return Suite(
        name=str(document.get("name")),
        version=str(own.get("version")),
        sha256=hashlib.sha256(content).hexdigest(),
        rules=tuple(rule for rule in rules if rule),
        computation=str(own.get(FILE, "")),
        asks=of_suite(document),
    )
