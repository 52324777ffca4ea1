"""Are the suites and catalogues of a result those that travel with this recaudit, or the same in other words?

Words may be bettered while the version stays. What decides may not: a rule that asks for something else is found,
whatever the words. A result of an older build does not say what its suites ask for; of these, its rules do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

from recaudit import __version__, asks, suites
from recaudit.errors import RecauditError
from recaudit.everysector import SECTORS
from recaudit.result import CatalogueEntry, Result, SuiteEntry
from recaudit.said import Said, say
from recaudit.shipped import catalogues, expectations

Entries = list[dict[str, Any]]
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
        if same is None:
            others.append(say("{what} does not travel with recaudit {version}", what=name, version=__version__))
        elif same == "words":
            worded.append(
                say(
                    "{what} decides the same as the one that travels with recaudit {version}, and is worded otherwise",
                    what=name,
                    version=__version__,
                )
            )
        elif same == "no":
            others.append(
                say("{what} is not the one that travels with recaudit {version}", what=name, version=__version__)
            )
    return others, worded


def _suites(result: Result) -> Iterator[tuple[Said, str | None]]:
    for entry in result["suites"]:
        if not entry["file"]:
            name = say("suite {name} {version}", name=entry["name"], version=entry["version"])
            path = expectations(f"{entry['name']}.json")
            yield name, _same_suite(result, entry, path) if path.is_file() else None


def _same_suite(result: Result, entry: SuiteEntry, path: Path) -> str:
    """ "yes": byte by byte; "words": it asks for the same; "no": it does not, or nobody can tell."""
    if hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]:
        return "yes"
    try:
        [suite] = suites.load([entry["name"]], _tables(), Path())
    except (RecauditError, ValueError):
        return "no"
    if "asks" in entry:
        return "words" if entry["asks"] == suite.asks else "no"
    known = {(rule["sector"], rule["id"]): rule["sha256"] for rule in result["rules"]}
    judged = [rule for rule in suite.rules if not rule.unit or (rule.sector, rule.id) in known]
    alike = all(known.get((rule.sector, rule.id)) == asks.fingerprint(rule) for rule in judged)
    return "words" if alike and judged and len(suite.rules) == entry["rules"] else "no"


def _tables() -> dict[str, Mapping[str, str]]:
    return {table: columns for sector in SECTORS.values() for table, columns in sector.tables().items()}


def _catalogues(result: Result) -> Iterator[tuple[Said, str | None]]:
    there = catalogues(sorted(result["totals"]))
    said = {entry["name"]: entry for entry in result["catalogues"]}
    for name in sorted({*there, *said}):
        called = say("catalogue {name}", name=name)
        if name not in there:
            yield called, None
        else:
            yield called, _same_catalogue(said.get(name), name, there[name].read_bytes())


def _same_catalogue(entry: CatalogueEntry | None, name: str, content: bytes) -> str:
    if entry is None:
        return "no"
    if hashlib.sha256(content).hexdigest() == entry["sha256"]:
        return "yes"
    return "words" if entry.get("asks") == asks.of_catalogue(name, content) else "no"


# -------------------------------------------------------------- a result beside the same audit, run again
def but_for_words(result: Result, again: Result) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both as they are to be compared: where a suite or catalogue that travels with recaudit decides the same in other
    words, neither its bytes nor the words that stem from such files count. Where each has the bytes that it says, all
    does. What an older build did not say is not asked."""
    one, other = ({**cast(Any, each)} for each in (result, again))
    reworded = False
    for part in ("suites", "catalogues"):
        now = {entry["name"]: entry for entry in other[part]}
        kept, beside = Entries(), {**now}
        for entry in one[part]:
            twin = now.get(entry["name"])
            if twin is not None and "asks" not in entry:
                twin = {key: value for key, value in twin.items() if key != "asks"}
            if twin is not None and entry["sha256"] != twin["sha256"] and _only_words(result, part, entry):
                reworded = True
                twin = {**twin, "sha256": entry["sha256"]}
            kept.append(entry)
            if twin is not None:
                beside[entry["name"]] = twin
        one[part], other[part] = kept, list(beside.values())
    if reworded:
        for part in _WORDS.keys() & one.keys() & other.keys():
            one[part], other[part] = _unworded(one[part], part), _unworded(other[part], part)
        for each in (one, other):
            if "bases" in each:
                each["bases"] = {name: {**base, "title": {}, "source": ""} for name, base in each["bases"].items()}
    return one, other


def _only_words(result: Result, part: str, entry: dict[str, Any]) -> bool:
    if part == "suites":
        path = expectations(f"{entry['name']}.json")
        return not entry["file"] and path.is_file() and _same_suite(result, cast(SuiteEntry, entry), path) == "words"
    found = catalogues(sorted(result["totals"])).get(entry["name"])
    return (
        found is not None and _same_catalogue(cast(CatalogueEntry, entry), entry["name"], found.read_bytes()) == "words"
    )


def _unworded(entries: Entries, part: str) -> Entries:
    return [{key: value for key, value in entry.items() if key not in _WORDS[part]} for entry in entries]
