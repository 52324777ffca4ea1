"""What two results rest on that is not the same: data, plan, suites, policy, register, version, or words alone.

Words change no count. A suite or a catalogue is edited where a count could differ, and else only worded otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeVar, cast

from recaudit.result import CatalogueEntry, Result, RuleEntry, SuiteEntry
from recaudit.said import Said, Value, mark, say, say_n, together

CAUSES = (
    *(mark("data"), mark("plan"), mark("suite"), mark("policy"), mark("register"), mark("version")),
    mark("wording"),  # which changes no count, and so makes nothing incomparable
)
Key = tuple[str, str]  # (sector, id)
Rewritten = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is not what it was. ``kind`` is one of ``CAUSES``."""

    kind: str
    what: Said


# -------------------------------------------------------------- what may have caused it
def causes_of(old: Result, new: Result) -> Iterator[Cause]:
    exports, register = ("export", "ignored", "mapping"), ("register", "expected", "roster", "claims")
    if what := _files(old, new, exports):
        yield Cause("data", what)
    if old["plan"]["sha256"] != new["plan"]["sha256"] or old["plan"]["facility"] != new["plan"]["facility"]:
        yield Cause("plan", _plan(old, new))
    edited, policy = _edited(old, new), [*_edition(old, new), *_catalogues(old, new)]
    for kind, said in (("suite", edited), ("policy", policy)):
        if said:
            yield Cause(kind, together(*said))
    what = _files(old, new, register)
    if what or old["register"] != new["register"]:
        yield Cause("register", what or say("another source or date"))
    if old["tool"] != new["tool"]:
        yield Cause("version", _instead("recaudit", old["tool"]["version"], new["tool"]["version"]))
    if said := list(_worded(old, new)):
        yield Cause("wording", together(*said))


def _instead(name: str, old: str, new: str) -> Said:
    return say("{name} {old} → {new}", name=name, old=old, new=new)


def _files(old: Result, new: Result, roles: Sequence[str]) -> Said | None:
    was, now = (
        {entry["path"]: (entry["sha256"], entry["bytes"]) for entry in one["inputs"] if entry["role"] in roles}
        for one in (old, new)
    )
    other = sum(was[path] != now[path] for path in was.keys() & now.keys())
    counts = (
        say("{n} changed", n=other),
        say("{n} new", n=len(now.keys() - was.keys())),
        say("{n} gone", n=len(was.keys() - now.keys())),
    )
    if not (found := [one for one in counts if one.values["n"]]):
        return None
    number = len(was.keys() | now.keys())
    return say_n("{changes} of {n} file", "{changes} of {n} files", n=number, changes=found)


def _plan(old: Result, new: Result) -> Said:
    parts, was, now = list[Said](), _period(old), _period(new)
    if was != now:
        parts.append(say("period {old} → {new}", old=was, new=now))
    if old["as_of"] != new["as_of"]:
        parts.append(say("as of {old} → {new}", old=_day(old["as_of"]), new=_day(new["as_of"])))
    if _visits(old) != _visits(new):
        parts.append(say("another base of visits"))
    if old["plan"]["facility"] != new["plan"]["facility"]:
        parts.append(say("{option} says otherwise", option="--facility"))
    return together(*parts) if parts else say("the plan's text is another")


def _visits(result: Result) -> dict[str, tuple[str, list[str]]]:
    """Sector -> which records were meant, by which column; its title and source may be worded otherwise."""
    return {sector: (base["column"], base["codes"]) for sector, base in result.get("bases", {}).items()}


def _period(result: Result) -> Said:
    first, last = result["period"]["from"], result["period"]["to"]
    if first is None or last is None:
        return say("all times")
    return say("{first} to {last}", first=date.fromisoformat(first), last=date.fromisoformat(last))


def _day(day: str | None) -> Value:
    return say("no day") if day is None else date.fromisoformat(day)


def _edited(old: Result, new: Result) -> list[Said]:
    """Suites that ask for something else. One that is only worded otherwise asks for the same."""
    return [said for said, only_words in _suites(old, new) if not only_words]


def _worded(old: Result, new: Result) -> Iterator[Said]:
    """Suites and catalogues of which only words are others: titles, reasons, fixes, sources, translations."""
    yield from (said for said, only_words in _suites(old, new) if only_words)
    was, now = _by_name(old["catalogues"]), _by_name(new["catalogues"])
    for name in sorted(was.keys() & now.keys()):
        if was[name]["sha256"] != now[name]["sha256"] and same_asks(was[name], now[name]):
            yield say("{name} worded otherwise", name=name)


def _suites(old: Result, new: Result) -> Iterator[tuple[Said, bool]]:
    """What is not what it was, and whether that is its words alone."""
    was, now = _by_name(old["suites"]), _by_name(new["suites"])
    for name in sorted(was.keys() | now.keys()):
        if name not in was:
            yield say("{name} added", name=name), False
        elif name not in now:
            yield say("{name} removed", name=name), False
        elif was[name]["sha256"] != now[name]["sha256"]:
            same = same_asks(was[name], now[name])
            if same is None:  # an older build does not say what a suite asks for; its rules do
                same = was[name]["rules"] == now[name]["rules"] and not _rules_changed(old, new, now[name])
            one, other = was[name]["version"], now[name]["version"]
            if same:
                yield say("{name} worded otherwise", name=name), True
            else:
                yield _instead(name, one, other) if one != other else say("{name} edited", name=name), False


def _rules_changed(old: Result, new: Result, suite: SuiteEntry) -> bool:
    """Whether any rule of the suite's table is another one; of a file of the plan's own, any rule at all."""
    tables = [{(rule["sector"], rule["table"]) for rule in rules_of(one).values()} for one in (old, new)]
    sector, _, rest = suite["name"].partition("/")
    own = bool(suite["file"]) or (sector, table := rest.rpartition("/")[2]) not in tables[0] | tables[1]
    for key, _ in changed_rules(old, new):
        entries = [one[key] for one in (rules_of(old), rules_of(new)) if key in one]
        if own or any((entry["sector"], entry["table"]) == (sector, table) for entry in entries):
            return True
    return False


def same_asks(was: SuiteEntry | CatalogueEntry, now: SuiteEntry | CatalogueEntry) -> bool | None:
    """Do both decide the same, however they are worded? None where a result of an older build does not say."""
    if "asks" not in was or "asks" not in now:
        return None
    return was["asks"] == now["asks"]


_Named = TypeVar("_Named", SuiteEntry, CatalogueEntry)


def _by_name(entries: Sequence[_Named]) -> dict[str, _Named]:
    return {entry["name"]: entry for entry in entries}


def _edition(old: Result, new: Result) -> Iterator[Said]:
    if old["policy"] != new["policy"]:
        yield say("edition {old} → {new}", old=old["policy"]["version"], new=new["policy"]["version"])


def _catalogues(old: Result, new: Result) -> Iterator[Said]:
    was, now = _by_name(old["catalogues"]), _by_name(new["catalogues"])
    for name in sorted(was.keys() | now.keys()):
        if name not in was:
            yield say("{name} added", name=name)
        elif name not in now:
            yield say("{name} removed", name=name)
        elif was[name]["sha256"] != now[name]["sha256"]:
            same = same_asks(was[name], now[name])
            if same is None:
                yield say("{name} edited, or worded otherwise", name=name)
            elif not same:
                yield say("{name} edited", name=name)


# -------------------------------------------------------------- rules
def rules_of(result: Result) -> dict[Key, RuleEntry]:
    return {(rule["sector"], rule["id"]): rule for rule in result["rules"]}


def changed_rules(old: Result, new: Result) -> Iterator[tuple[Key, Rewritten]]:
    was, now = rules_of(old), rules_of(new)
    same = ("sha256", "table", "rung", "required", "type")
    for key in sorted(was.keys() | now.keys()):
        if key not in was:
            yield key, "added"
        elif key not in now:
            yield key, "removed"
        elif any(cast(Any, was[key])[part] != cast(Any, now[key])[part] for part in same):
            yield key, "changed"
