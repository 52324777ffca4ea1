"""Are the suites and catalogues of a result those that travel with this recaudit, or the same in other words?

Words may be bettered while the version stays. What decides may not: a rule that asks for something else is found,
whatever the words. What a suite says of itself is not believed: its rules in the result are asked too. Of an older
build, which does not say what its suites ask for, they alone can tell. A bundle holds them as they were: what its
result says of them is held against their own bytes.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, cast

from recaudit import __version__, asks, suites
from recaudit.errors import RecauditError
from recaudit.everysector import SECTORS
from recaudit.model import Rule, Suite
from recaudit.reports import bundle
from recaudit.result import CatalogueEntry, Result, RuleEntry, SuiteEntry
from recaudit.said import Said, Value, say
from recaudit.shipped import catalogues, expectations

Entries = list[dict[str, Any]]
_Named = tuple[str, str]  # sector, id
_Same = Literal["yes", "words", "no", "rules"]
_WORDS: Final[Mapping[str, Collection[str]]] = {
    "rules": ("title", "why", "fix"),
    "signals": ("title",),
    "patterns": ("title",),
}
"""Parts of a result whose entries carry words of suites and catalogues."""


def other_editions(result: Result) -> tuple[list[Said], list[Said]]:
    """What is not the one that travels with this recaudit; then what is, but for its words."""
    others, worded = list[Said](), list[Said]()
    for name, same in (*_suites(result), *_catalogues(result)):
        values: dict[str, Value] = {"what": name, "version": __version__}
        match same:
            case None:
                others.append(say("{what} does not travel with recaudit {version}", **values))
            case "words":
                worded.append(
                    say(
                        "{what} decides the same as the one that travels with recaudit {version}, "
                        "and is worded otherwise",
                        **values,
                    )
                )
            case "no":
                others.append(say("{what} is not the one that travels with recaudit {version}", **values))
            case "rules":
                others.append(say("{what}: the rules in the result are not its rules in recaudit {version}", **values))
    return [*others, *_of_no_suite(result)], worded


def _suites(result: Result) -> Iterator[tuple[Said, _Same | None]]:
    rules = _rules(result)
    for entry in result["suites"]:
        if not entry["file"]:
            name = say("suite {name} {version}", name=entry["name"], version=entry["version"])
            yield name, _same_suite(rules, entry) if _path(entry).is_file() else None


def _same_suite(said: Mapping[_Named, RuleEntry], entry: SuiteEntry) -> _Same:
    """ "yes": byte by byte; "words": it asks for the same; "no": it does not, or nobody can tell; "rules": so it says
    itself, but ``said``, the rules of the result, are not those of such a suite."""
    suite = _travelling(entry)
    if suite is None:
        return "no"
    bytes_too, asks_too = suite.sha256 == entry["sha256"], entry.get("asks") in (None, suite.asks)
    if not asks_too or len(suite.rules) != entry["rules"]:
        return "no"
    judged = [rule for rule in suite.rules if not rule.unit or (rule.sector, rule.id) in said]
    alike = all(_judged_by(said.get((rule.sector, rule.id)), rule, words=bytes_too) for rule in judged)
    if bytes_too:
        return "yes" if alike else "rules"
    if "asks" in entry:
        return "words" if alike else "rules"
    return "words" if alike and judged else "no"


def _judged_by(entry: RuleEntry | None, rule: Rule, *, words: bool) -> bool:
    """Is it this rule that the result has counts of? ``words``: and is it worded so?"""
    if entry is None:
        return False
    asked = asks.fingerprint(rule), rule.table, rule.rung, rule.required, rule.type
    if (entry["sha256"], entry["table"], entry["rung"], entry["required"], entry["type"]) != asked:
        return False
    return not words or (entry["title"], entry["why"], entry["fix"]) == (rule.title, rule.why, rule.fix)


def _of_no_suite(result: Result) -> Iterator[Said]:
    """Rules that are in none of the suites named, of a sector all of whose suites travel with this recaudit."""
    named: dict[str, list[Suite | None]] = {}
    for entry in result["suites"]:
        named.setdefault(entry["name"].partition("/")[0], []).append(None if entry["file"] else _travelling(entry))
    own = any(entry["file"] for entry in result["suites"])  # of which sector it is, only the file says
    for sector, suites_of in named.items():
        if own or None in suites_of:
            continue
        of = {each.id for suite in suites_of if suite for each in suite.rules}
        for rule in result["rules"]:
            if rule["sector"] == sector and rule["sha256"] and rule["id"] not in of:
                yield say("rule {rule} is in none of the suites that the result names", rule=rule["id"])


def _rules(result: Result) -> dict[_Named, RuleEntry]:
    return {(rule["sector"], rule["id"]): rule for rule in result["rules"]}


def _path(entry: SuiteEntry) -> Path:
    return expectations(f"{entry['name']}.json")


def _travelling(entry: SuiteEntry) -> Suite | None:
    """The suite of this name; None where none travels, or where it cannot be read."""
    path = _path(entry)
    try:
        return _suite(entry["name"], path, hashlib.sha256(path.read_bytes()).hexdigest())
    except OSError:
        return None


@cache
def _suite(name: str, path: Path, sha256: str) -> Suite | None:
    """Kept by what it was read from: ``path`` and ``sha256`` tell two of one name apart."""
    try:
        return suites.load([name], _tables(), Path())[0]
    except (RecauditError, ValueError):
        return None


@cache
def _tables() -> dict[str, Mapping[str, str]]:
    return {table: columns for sector in SECTORS.values() for table, columns in sector.tables().items()}


def _catalogues(result: Result) -> Iterator[tuple[Said, _Same | None]]:
    there = catalogues(sorted(result["totals"]))
    said = {entry["name"]: entry for entry in result["catalogues"]}
    for name in sorted({*there, *said}):
        called = say("catalogue {name}", name=name)
        if name not in there:
            yield called, None
        else:
            yield called, _same_catalogue(said.get(name), name, there[name].read_bytes())


def _same_catalogue(entry: CatalogueEntry | None, name: str, content: bytes) -> _Same:
    if entry is None:
        return "no"
    due = asks.of_catalogue(name, content)
    if hashlib.sha256(content).hexdigest() == entry["sha256"]:
        return "yes" if entry.get("asks") in (None, due) else "no"
    return "words" if entry.get("asks") == due else "no"


# -------------------------------------------------------------- a result beside the files of its bundle
def asked_otherwise(result: Result, files: Mapping[str, bytes]) -> list[Said]:
    """Suites and catalogues that ask for something else than the result says (``asks``), by their own bytes, where
    these are the ones that the result names. Only this version says what is a word: of another one's nobody asks."""
    if result["tool"]["version"] != __version__:
        return []
    folder = bundle.plan_folder(result)
    named: dict[str, SuiteEntry | CatalogueEntry] = {
        posixpath.normpath(f"{folder}/{one['file']}") if one["file"] else f"shipped/{one['name']}.json": one
        for one in result["suites"]
    }
    of_suites = frozenset(named)
    named |= {f"shipped/{entry['name']}": entry for entry in result["catalogues"]}
    return [
        say("{file} asks for something else than the result says", file=file)
        for file, entry in named.items()
        if "asks" in entry
        and hashlib.sha256(content := files.get(file, b"")).hexdigest() == entry["sha256"]
        and entry["asks"] != _asked("" if file in of_suites else entry["name"], content)
    ]


def _asked(catalogue: str, content: bytes) -> str:
    """What a catalogue, or a suite where ``catalogue`` is "", asks for; "" where it is no JSON."""
    try:
        return asks.of_catalogue(catalogue, content) if catalogue else asks.of_suite(json.loads(content))
    except (ValueError, RecursionError):
        return ""


# -------------------------------------------------------------- a result beside the same audit, run again
def but_for_words(result: Result, again: Result) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both as they are to be compared: where a suite or catalogue that travels with recaudit decides the same in other
    words, neither its bytes nor the words that stem from it count. Of a suite of the plan's own its bytes do, but not
    once more each word. Where each has the bytes that it says, all does. What an older build did not say is not
    asked."""
    one, other = ({**cast(Any, each)} for each in (result, again))
    reworded = set[str]()
    for part in ("suites", "catalogues"):
        now = {entry["name"]: entry for entry in other[part]}
        kept, beside = Entries(), {**now}
        for entry in one[part]:
            twin = now.get(entry["name"])
            if twin is not None and "asks" not in entry:
                twin = {key: value for key, value in twin.items() if key != "asks"}
            if twin is not None and entry["sha256"] != twin["sha256"] and _only_words(result, part, entry):
                reworded.add(entry["name"])
                twin = {**twin, "sha256": entry["sha256"]}
            kept.append(entry)
            if twin is not None:
                beside[entry["name"]] = twin
        one[part], other[part] = kept, list(beside.values())
    worded = {part: set(_worded_by(reworded, part)) for part in _WORDS}
    worded["rules"] |= set(_own_rules(result, again))
    for each in (one, other):
        for part in _WORDS.keys() & each.keys():
            each[part] = _unworded(each[part], part, worded[part])
        if "bases" in each:
            each["bases"] = {
                sector: {**base, "title": {}, "source": ""} if _list_of(sector, base) in reworded else base
                for sector, base in each["bases"].items()
            }
    return one, other


def _worded_by(names: Collection[str], part: str) -> Iterator[_Named]:
    """Whose words stem from these suites and catalogues: rules, signals or patterns."""
    for name in names:
        if part == "rules":
            path = expectations(f"{name}.json")
            suite = _suite(name, path, hashlib.sha256(path.read_bytes()).hexdigest()) if path.is_file() else None
            yield from ((rule.sector, rule.id) for rule in suite.rules) if suite else ()
        elif name.endswith("/signals.json"):
            document = json.loads(expectations(name).read_bytes())
            yield from ((name.partition("/")[0], signal["id"]) for signal in document["signals"])


def _own_rules(result: Result, again: Result) -> Iterator[_Named]:
    """Rules of suites of the plan's own, where one of these says that it decides the same in other words."""
    now = {entry["name"]: entry for entry in again["suites"]}
    if not any(
        (twin := now.get(entry["name"])) is not None
        and entry["file"]
        and entry["sha256"] != twin["sha256"]
        and entry.get("asks", "") == twin.get("asks")
        for entry in result["suites"]
    ):
        return
    loaded = [_travelling(entry) for entry in again["suites"] if not entry["file"]]
    travelling = {(rule.sector, rule.id) for suite in loaded if suite for rule in suite.rules}
    yield from (key for key, rule in _rules(again).items() if rule["sha256"] and key not in travelling)


def _list_of(sector: str, base: Mapping[str, str]) -> str:
    """The catalogue that says what a base is called: "vn/opened" stands in "health/bases/vn.json"."""
    return f"{sector}/bases/{base['name'].partition('/')[0]}.json"


def _only_words(result: Result, part: str, entry: dict[str, Any]) -> bool:
    if part == "suites":
        return not entry["file"] and _same_suite(_rules(result), cast(SuiteEntry, entry)) == "words"
    found = catalogues(sorted(result["totals"])).get(entry["name"])
    return (
        found is not None and _same_catalogue(cast(CatalogueEntry, entry), entry["name"], found.read_bytes()) == "words"
    )


def _unworded(entries: Entries, part: str, of: Collection[_Named]) -> Entries:
    """Entries without words of their own, where they are among ``of``; the others as they are."""
    return [
        {key: value for key, value in entry.items() if key not in _WORDS[part]}
        if (entry["sector"], entry["id"]) in of
        else entry
        for entry in entries
    ]
