"""The brief: one page of Markdown for a ticket or a mail. Claims with verdict, bounds and counts; where to act first;
what was not looked at; how it was made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from recaudit.model import RUNGS
from recaudit.reports import parts, sentences, vocabulary
from recaudit.reports.find import key_of
from recaudit.reports.inert import visible
from recaudit.reports.languages import speaking, spoken, told, told_n, words
from recaudit.reports.look import ICONS
from recaudit.reports.markdown import block, code, plain, table
from recaudit.reports.wish import Wish
from recaudit.result import FacilityEntry, Result
from recaudit.resultclaims import ClaimEntry, GateEntry
from recaudit.said import Said, grouped, percent, promised, say, say_n

HEAD: Final = "<!-- recaudit brief -->\n"
FACILITIES: Final = 10
RULES: Final = 8
REASONS: Final = 3
NOT_LOOKED_AT: Final = 8
FILES: Final = 8
FINDINGS: Final = 3


def brief(result: Result, wish: Wish) -> bytes:
    """The whole page, in UTF-8."""
    return (HEAD + page(result, wish)).encode()


def for_bundle(result: Result, language: str = "en") -> bytes:
    """The brief that lies in a bundle: every count, and without an exit code, which a later option of the command may
    have changed; so it follows from the result alone."""
    return (HEAD + page(result, Wish(0, "", language=language), ending=False)).encode()


def page(result: Result, wish: Wish, *, ending: bool = True) -> str:
    """The same without the mark that it is ours. Of an empty result: the exit code, and that nothing was judged."""
    with speaking(wish.language):
        blocks = [
            *_header(result),
            *([_exit(wish)] if ending else []),
            *_claims(result, wish),
            *_gates(result, wish),
            *_funnels(result, wish),
            *_facilities(result, wish),
            *_rules(result, wish),
            *_unread(result, wish),
            *_not_looked_at(result),
            *_made(result),
        ]
        return "\n".join(f"{text}\n" for text in (one.rstrip("\n") for one in blocks) if text)


def _header(result: Result) -> Iterator[str]:
    yield f"# {plain(sentences.audit(result))}"
    period = result["period"]
    about = [f"recaudit {result['tool']['version']}"]
    if result["as_of"]:
        about.append(told("as of {day}", day=_day(result["as_of"])))
    if period["from"] and period["to"]:
        about.append(told("period {first} to {last}", first=_day(period["from"]), last=_day(period["to"])))
    if "deadline" in result:
        about.append(told("deadline {day}", day=_day(result["deadline"])))
    yield plain(" · ".join(about))


def _exit(wish: Wish) -> str:
    return f"**{plain(told('Exit code {code}: {why}', code=str(wish.code), why=words(wish.why)))}**"


def _day(written: str) -> date | str:
    """The day of a result; whatever else stands there as it is."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        return written


# ------------------------------------------------------------------------------------------------ claims
def _claims(result: Result, wish: Wish) -> Iterator[str]:
    yield f"## {told('Verdicts on the claims')}"
    if not result["claims"]:
        yield told("No claim was judged.")
        if parts.export_only(result):
            yield told("Every rate below is of received records.")
        return
    titles = [told("Claim"), told("Verdict"), told("Claimed"), told("Lowest – highest possible"), told("Counts")]
    yield table(titles, (_claim(result, claim, wish) for claim in result["claims"]))
    for claim in result["claims"]:
        if claim["verdict"] != "confirmed" and not wish.hidden.within(result, claim["sector"], claim["scope"]):
            yield "\n".join(_reasons(claim))


def _claim(result: Result, claim: ClaimEntry, wish: Wish) -> list[str]:
    verdict = f"{ICONS[claim['verdict']]} **{plain(vocabulary.verdict(claim['wording']))}**"
    shown = [
        f"{code(claim['id'])} {plain(sentences.statement(claim))}",
        verdict,
        promised(claim["target"], spoken()),
    ]
    if wish.hidden.scope(result, claim["sector"], claim["scope"]):
        return [*shown, told("not shown"), told("not shown")]
    return [*shown, _bounds(claim), _counts(claim)]


def _bounds(claim: ClaimEntry) -> str:
    low, high = claim["low"], claim["high"]
    if low is None and high is None:
        return "—"
    if low == high and low is not None:
        return plain(f"{percent(low[0], low[1], spoken())} ({grouped(low[0], spoken())} / {grouped(low[1], spoken())})")
    least = "—" if low is None else percent(low[0], low[1], spoken())
    most = "—" if high is None else percent(high[0], high[1], spoken(), up=True)
    counts = [grouped(bound[0], spoken()) if bound else "—" for bound in (low, high)]
    whole = (low or high or [0, 0])[1]
    of = f"{' – '.join(counts)} / {grouped(whole, spoken())}"
    return plain(f"{least} – {most} ({of})")


def _counts(claim: ClaimEntry) -> str:
    """Records where they stand, or units of the claim's level; as the terminal counts them."""
    counts = parts.claim_counts(claim)
    at = claim["standing"].get(claim["rung"])
    if claim["level"] == "records" and counts and at:
        counts = told(
            "{counts}; {short} known short, {unknown} unknown", counts=counts, short=at["short"], unknown=at["unknown"]
        )
    return plain(counts) or "—"


def _reasons(claim: ClaimEntry) -> Iterator[str]:
    reasons = [words(reason) for reason in claim["reasons"]]
    for reason in reasons[:REASONS]:
        yield f"- {code(claim['id'])} {plain(reason)}"
    if len(reasons) > REASONS:
        yield f"- {code(claim['id'])} {told_n('and {n} more reason', 'and {n} more reasons', n=len(reasons) - REASONS)}"


def _gates(result: Result, wish: Wish) -> Iterator[str]:
    if result["gates"]:
        yield f"## {told('Gates')}"
        yield "\n".join(_gate(result, gate, wish) for gate in result["gates"])


def _gate(result: Result, gate: GateEntry, wish: Wish) -> str:
    """The outcome stands once, in bold before the sentence."""
    outcome = f"✓ **{told('met')}**" if gate["met"] else f"✗ **{told('missed')}**"
    hidden = wish.hidden.scope(result, gate["sector"], gate["scope"])
    return f"- {outcome} {plain(sentences.gate(gate, result['areas'], hidden=hidden, outcome=False))}"


def _funnels(result: Result, wish: Wish) -> Iterator[str]:
    if result["totals"]:
        yield f"## {told('From expected to timely')}"
    lines = []
    for sector, total in result["totals"].items():
        name = plain(vocabulary.sector(sector))
        if wish.hidden.sector(sector):
            lines.append(f"- {name}: {told('not shown')}")
            continue
        judged = parts.ruled(result, sector)
        steps = [] if total["expected"] is None else [told("expected {n}", n=total["expected"])]
        steps += [
            f"{vocabulary.rung(rung)} {grouped(total['rungs'][rung]['reached'], spoken())}"
            for rung in RUNGS
            if rung in total["rungs"] and rung in judged
        ]
        facilities = told_n("{n} facility", "{n} facilities", n=total["facilities"])
        beside = told(
            "{facilities}, {silent} silent, {unsaid} without an expected number",
            facilities=facilities, silent=total["silent"], unsaid=total["no_expected"],
        )  # fmt: skip
        lines.append(f"- {name}: {plain(' → '.join(steps))} ({plain(beside)})")
    yield "\n".join(lines)


# ------------------------------------------------------------------------------------------------ where to act
def _facilities(result: Result, wish: Wish) -> Iterator[str]:
    of_received = parts.export_only(result)
    ranked = parts.first(wish.hidden.shown(result["facilities"]), of_received=of_received)
    gone = wish.hidden.unseen(result["facilities"])
    if ranked:
        yield f"## {told('Largest gaps')}"
        titles = [told("Facility"), told("Name"), told("Complete"), told("n / N"), told("Gap"), told("Known short")]
        yield table([*titles, told("Unknown")], (_facility(one) for one in ranked[:FACILITIES]), numbers=5)
        rest = len(ranked) - FACILITIES
        if rest > 0:
            yield told_n("and {n} more facility with a gap", "and {n} more facilities with a gap", n=rest)
    unsaid = [one for one in wish.hidden.shown(result["facilities"]) if one["expected"] is None]
    if unsaid and not of_received:
        rows = say_n("{n} received record", "{n} received records", n=sum(one["matched"] for one in unsaid))
        said = told_n(
            "{n} facility without an expected number, {rows} in no sum: {names}",
            "{n} facilities without an expected number, {rows} in no sum: {names}",
            n=len(unsaid), rows=rows, names=parts.named(unsaid),
        )  # fmt: skip
        yield plain(said)
    if gone:
        yield plain(
            told_n(
                "{n} facility is not shown: {why}", "{n} facilities are not shown: {why}", n=len(gone), why=_why(wish)
            )
        )


def _why(wish: Wish) -> Said:
    return say("few records, or a sum would give away a place that has few (--hide-below {n})", n=wish.hidden.below)


def _facility(one: FacilityEntry) -> list[str]:
    at = one["rungs"].get(parts.HEADLINE, {"reached": 0, "short": 0, "unknown": 0})
    whole = parts.denominator(one)
    share = percent(at["reached"], whole, spoken())
    if one["status"] == "silent":
        share = told("silent")
    elif 0 < whole == at["unknown"]:
        share = told("unknown")
    of = f"{grouped(at['reached'], spoken())} / {grouped(whole, spoken())}"
    numbers = [grouped(number, spoken()) for number in (parts.wanting(one), at["short"], at["unknown"])]
    return [code(one["id"]), plain(one["name"]), plain(share), of, *numbers]


def _rules(result: Result, wish: Wish) -> Iterator[str]:
    shown = [rule for rule in result["rules"] if not wish.hidden.sector(rule["sector"])]
    ranked = parts.most_missed(shown)[:RULES]
    if not ranked:
        return
    yield f"## {told('Required rules missed most')}"
    titles = [told("Rule"), told("What it asks for"), told("Missed of eligible rows"), told("Facilities")]
    rows = []
    for rule in ranked:
        lost, due = parts.missed(rule["totals"]), parts.eligible(rule["totals"])
        of = f"{grouped(lost, spoken())} / {grouped(due, spoken())} ({percent(lost, due, spoken())})"
        failing = grouped(rule["facilities_failing"], spoken())
        rows.append([code(key_of(result, rule)), plain(sentences.title(rule)), plain(of), failing])
    yield table(titles, rows, numbers=2)


def _unread(result: Result, wish: Wish) -> Iterator[str]:
    """Exports with lines that nobody could read, or without their end, and what was found in each; worst first."""
    found = [
        one
        for one in result["inputs"]
        if one["role"] == "export" and (one["unreadable"] or not one["to_the_end"]) and not wish.hidden.input(one)
    ]
    if not found:
        return
    yield f"## {told('Files not read whole')}"
    found.sort(key=lambda one: (-one["unreadable"], one["path"]))
    lines = []
    for one in found[:FILES]:
        how = sentences.encoding(one)
        others = [each for each in one["findings"] if each["kind"] not in sentences.ENCODING]
        said = [sentences.unread(one), *([how] if how else []), *map(sentences.finding, others[:FINDINGS])]
        more = len(others) - FINDINGS
        said += [told_n("{n} more finding", "{n} more findings", n=more)] if more > 0 else []
        lines.append(f"- {code(one['path'])}: {plain('; '.join(said))}")
    if len(found) > FILES:
        lines.append(f"- {told_n('and {n} more', 'and {n} more', n=len(found) - FILES)}")
    yield "\n".join(lines)


def _not_looked_at(result: Result) -> Iterator[str]:
    entries = result["not_looked_at"]
    if not entries:
        return
    yield f"## {told('Not looked at')}"
    lines = [f"- {plain(words(one['what']))}: {plain(words(one['why']))}" for one in entries[:NOT_LOOKED_AT]]
    if len(entries) > NOT_LOOKED_AT:
        lines.append(f"- {told_n('and {n} more', 'and {n} more', n=len(entries) - NOT_LOOKED_AT)}")
    yield "\n".join(lines)


def _made(result: Result) -> Iterator[str]:
    yield f"## {told('How it was made')}"
    run = result.get("run")
    command = (run["command"] if run else "") or f"recaudit check {result['plan']['file'] or 'EXPORT'}"
    yield block(command)
    if "digest" in result:
        yield f"{told('Digest of the result')}: {code(visible(result['digest']))}"
