"""A result as tab-separated lines, for pipes: UTF-8, one thing a line, ``key=value`` after its kind and id, no colour.

Every line starts with its kind (``audit``, ``total``, ``claim``, ``by_rung``, ``facility``, ``rule`` …). Counts are
plain whole numbers, shares are ``n/N``, what is not known is ``-``. Fields may be added to a line; none is renamed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from recaudit.kept import Examples
from recaudit.model import RUNGS, STATES
from recaudit.reports import agreement, parts, patterns, recounts
from recaudit.reports.find import area_of, claim_of, facilities_below, facility_of, held_against, rule_of
from recaudit.reports.hiding import EVERYTHING_SHOWN, Hidden
from recaudit.reports.inert import visible
from recaudit.reports.languages import for_pipes, own
from recaudit.result import FacilityEntry, Result, RuleEntry, SumEntry
from recaudit.resultclaims import ClaimEntry, GateEntry
from recaudit.said import Said, english

UNKNOWN = "-"
HIDDEN = "hidden"


@for_pipes
def overview(result: Result, hidden: Hidden = EVERYTHING_SHOWN) -> Iterator[str]:
    """The whole result: totals, claims, facilities by gap, rules by what is missed, what was not looked at."""
    period = result["period"]
    exports = [entry for entry in result["inputs"] if entry["role"] == "export"]
    some = any(map(hidden.sector, result["totals"]))
    yield _line(
        "audit",
        result["plan"]["name"],
        recaudit=result["tool"]["version"],
        as_of=result["as_of"],
        period=period["from"] and f"{period['from']}/{period['to']}",
        **({"deadline": result["deadline"]} if "deadline" in result else {}),
        files=len(exports),
        rows=HIDDEN if some else sum(entry["read"] for entry in exports),
        digest=result.get("digest", UNKNOWN),
        **({"rates": "of received"} if parts.export_only(result) else {}),
    )
    for sector, total in result["totals"].items():
        if hidden.sector(sector):
            yield _line("total", sector, HIDDEN, below=hidden.below)
        else:
            yield _sums("total", sector, total, read=total["read"], unattributed=total["unattributed"])
    for claim in result["claims"]:
        yield from _claim(claim, hidden=hidden.scope(result, claim["sector"], claim["scope"]))
    yield from recounts.lines(result, hidden=hidden)
    for gate in result["gates"]:
        yield from _gate(result, gate, hidden)
    yield from _facilities(result, result["facilities"], hidden)
    for facility in result["facilities"]:
        if facility.get("disputed", False) and not hidden.facility(facility):
            yield from _said(facility)
    rules = [rule for rule in result["rules"] if not hidden.sector(rule["sector"])]
    yield from map(_rule, sorted(rules, key=lambda rule: (-parts.missed(rule["totals"]), rule["id"])))
    yield from _placed(result)
    for one in result["inputs"]:
        for found in [] if hidden.input(one) else one["findings"]:
            lines = ",".join(map(str, found["lines"]))
            said = {"what": english(found["what"])} if "what" in found else {}
            yield _line("input", one["path"], found["kind"], found["where"], count=found["count"], lines=lines, **said)
    for reason, rows in result["unattributed"].items():
        yield _line("unattributed", reason, rows=rows)
    for signal in result["signals"]:
        if signal["flagged"] is None or hidden.signal(signal["sector"], signal["group"]):
            continue
        flagged = str(signal["flagged"]).lower()
        yield _line("signal", signal["id"], group=signal["group"], flagged=flagged, figure=english(signal["figure"]))
    for kind, names, fields in patterns.lines(result, hidden):
        yield _line(kind, *names, **fields)
    for entry in result["not_looked_at"]:
        yield _line("not_looked_at", entry["what"], why=english(entry["why"]))
    notes = [hidden.why] * bool(result["notes"]) if hidden.places else map(english, result["notes"])
    for note in notes:  # they count single places
        yield _line("note", note)
    for kind, names, fields in agreement.fields(result, hidden):
        yield _line(kind, *names, **fields)


def ending(code: int, why: Said | str) -> str:
    return _line("exit", str(code), why=str(why))


def draft(command: str) -> str:
    """The last line where there was no plan: the command that drafts one."""
    return _line("next", command)


@for_pipes
def facility(result: Result, key: str, hidden: Hidden = EVERYTHING_SHOWN) -> Iterator[str]:
    """The facility, its rungs and its rules. Raises ``ResultError`` for one that is not in the result."""
    found = facility_of(result, key)
    yield from _facilities(result, [found], hidden)
    if hidden.facility(found):
        return
    yield from _said(found)
    for rung in RUNGS:
        if rung in found["rungs"]:
            yield _line("rung", found["id"], rung, **found["rungs"][rung])
    for rule, counts in found["rules"].items():
        yield _line("rule", found["id"], rule, **counts)


@for_pipes
def area(result: Result, key: str, hidden: Hidden = EVERYTHING_SHOWN) -> Iterator[str]:
    """The area's sums and the facilities in it, by gap. Raises ``ResultError`` as above."""
    found = area_of(result, key)
    for sector, sums in found["sectors"].items():
        if hidden.area(sector, found["code"]):
            yield _line("area", found["code"], HIDDEN, below=hidden.below, sector=sector, name=found["name"])
        else:
            yield _sums("area", found["code"], sums, sector=sector, name=found["name"])
    yield from _facilities(result, facilities_below(result, key), hidden)


@for_pipes
def claim(
    result: Result, key: str, hidden: Hidden = EVERYTHING_SHOWN, examples: Examples | None = None
) -> Iterator[str]:
    """The claim, its rungs, reasons, counter-examples where they were kept, and what would settle it. Raises
    ``ResultError`` as above."""
    found = claim_of(result, key)
    yield from _claim(found, hidden=hidden.scope(result, found["sector"], found["scope"]))
    if hidden.within(result, found["sector"], found["scope"]):  # reasons count records of single facilities
        return
    yield _line("open", found["id"], **found["open"])
    for reason in found["reasons"]:
        yield _line("reason", found["id"], english(reason))
    if examples is not None:
        for one in examples.shown:
            rules = ",".join(one.rules)
            yield _line("counterexample", found["id"], one.facility, one.name, short_at=one.rung, rules=rules)
        yield _line(
            "counterexamples", found["id"], shown=len(examples.shown), named=examples.total, nameless=examples.nameless
        )
    yield from recounts.lines(result, found["id"], hidden)
    for step in found["would_settle"]:
        yield _line("would_settle", found["id"], english(step))


@for_pipes
def rule(result: Result, key: str, hidden: Hidden = EVERYTHING_SHOWN) -> Iterator[str]:
    """The rule's totals, and its counts in every facility that misses it. Raises ``ResultError`` as above."""
    found = rule_of(result, key)
    if hidden.sector(found["sector"]):
        yield _line("rule", found["id"], HIDDEN, below=hidden.below)
    else:
        yield _rule(found)
    for entry in hidden.shown(held_against(result, found)):
        yield _line("facility", entry["id"], found["id"], **entry["rules"][found["id"]])


# ------------------------------------------------------------------------------------------------ one line each
def _line(kind: str, *names: str, **fields: object) -> str:
    """Tabs and line ends inside a value are spelt out, so a line is a line and a field is a field."""
    named = (
        f"{key}={UNKNOWN if value is None or value == '' else visible(str(value))}" for key, value in fields.items()
    )
    return "\t".join([kind, *map(visible, names), *named])


def _share(bound: Iterable[int] | None) -> str:
    return UNKNOWN if bound is None else "/".join(map(str, bound))


def _reached(rungs: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    return {rung: rungs[rung]["reached"] if rung in rungs else UNKNOWN for rung in RUNGS}


def _claim(entry: ClaimEntry, *, hidden: bool) -> Iterator[str]:
    if hidden:
        said = {"wording": entry["wording"], "rung": entry["rung"], "level": entry["level"], "target": entry["target"]}
        yield _line("claim", entry["id"], entry["verdict"], **said, statement=own(entry["statement"]), counts=HIDDEN)
        yield from (_line("by_rung", entry["id"], rung, at["verdict"]) for rung, at in entry["by_rung"].items())
        return
    at = entry["standing"].get(entry["rung"])
    received = entry["standing"].get("received")
    yield _line(
        "claim",
        entry["id"],
        entry["verdict"],
        wording=entry["wording"],
        rung=entry["rung"],
        level=entry["level"],
        target=entry["target"],
        low=_share(entry["low"]),
        high=_share(entry["high"]),
        reached=at and at["reached"],
        short=at and at["short"],
        unknown=at and at["unknown"],
        missing=at and at["missing"],
        received=received and received["reached"],
        expected=received and parts.total(received),
        counterexamples=entry["counterexamples"],
        statement=own(entry["statement"]),
    )
    for rung, verdict in entry["by_rung"].items():
        yield _line(
            "by_rung", entry["id"], rung, verdict["verdict"], low=_share(verdict["low"]), high=_share(verdict["high"])
        )


def _gate(result: Result, entry: GateEntry, hidden: Hidden) -> Iterator[str]:
    """The gate, and those of its lowest units that miss it."""
    said = ("at_least", "sector", "per", "of", "units", "missed", "from", "reason")
    fields = {key: entry[key] for key in said}  # type: ignore[literal-required]
    scope = ";".join(f"{name}:{','.join(values)}" for name, values in entry["scope"].items() if values)  # type: ignore[arg-type]
    yield _line(
        "gate", entry["rung"], "met" if entry["met"] else "missed", **fields, why=english(entry["why"]), scope=scope
    )
    for unit in entry["worst"]:
        if not unit["met"]:
            by_scope = entry["per"] != "facility" and hidden.scope(result, entry["sector"], entry["scope"])
            gone = by_scope or hidden.unit(entry["sector"], entry["per"], unit["unit"])
            low, why = (HIDDEN, "") if gone else (_share(unit["low"]), english(unit["why"]))
            yield _line("gate_unit", entry["rung"], unit["unit"], low=low, why=why)


def _sums(kind: str, key: str, sums: SumEntry, **more: object) -> str:
    return _line(
        kind,
        key,
        expected=sums["expected"],
        **_reached(sums["rungs"]),
        facilities=sums["facilities"],
        silent=sums["silent"],
        no_expected=sums["no_expected"],
        **more,
    )


def _facilities(result: Result, entries: Sequence[FacilityEntry], hidden: Hidden) -> Iterator[str]:
    """By gap; those that are hidden at the end, by name."""
    of_received = parts.export_only(result)
    for one in parts.by_gap(hidden.shown(entries), of_received=of_received):
        yield _facility(one, parts.gap(one, of_received=of_received))
    for one in hidden.unseen(entries):
        said = {"sector": one["sector"], "area": one["area"], "name": one["name"]}
        yield _line("facility", one["id"], HIDDEN, below=hidden.below, **said)


def _facility(entry: FacilityEntry, gap: int | None) -> str:
    return _line(
        "facility",
        entry["id"],
        entry["status"],
        gap=gap,
        expected=entry["expected"],
        **_reached(entry["rungs"]),
        missing=entry["missing"],
        **({} if entry["probable"] is None else {"probable": entry["probable"]}),
        **({"moved": entry["moved"]} if "moved" in entry else {}),
        basis=entry["basis"],
        over_reported=str(entry["over_reported"]).lower(),
        read=entry["read"],
        **{state: entry[state] for state in parts.READ},  # type: ignore[literal-required]
        sector=entry["sector"],
        area=entry["area"],
        name=entry["name"],
    )


def _placed(result: Result) -> Iterator[str]:
    """Facilities whose code of an area may mean several, or leads to none on the day of the audit."""
    resolved = result["register"].get("resolved") if result["register"] else None
    if resolved is not None:
        for one in [*resolved["split"], *resolved["unresolved"]]:
            may_be = ",".join(one["may_be"])
            yield _line("placed", one["facility"], code=one["code"], area=one["area"], may_be=may_be)


def _said(entry: FacilityEntry) -> Iterator[str]:
    """What each source expects of the facility, where several speak; the one that decides first."""
    disputed = str(entry.get("disputed", False)).lower()
    for place, one in enumerate(entry.get("said", [])):
        numbers = {"number": one["number"], "basis": one["basis"], "covers": one["covers"]}
        decides = str(place == 0).lower()
        yield _line("said", entry["id"], one["source"], **numbers, decides=decides, disputed=disputed)


def _rule(entry: RuleEntry) -> str:
    return _line(
        "rule",
        entry["id"],
        "required" if entry["required"] else "advisory",
        sector=entry["sector"],
        rung=entry["rung"],
        missed=parts.missed(entry["totals"]),
        eligible=parts.eligible(entry["totals"]),
        **{state: entry["totals"][state] for state in STATES},
        facilities_failing=entry["facilities_failing"],
        title=own(entry["title"]),
    )
