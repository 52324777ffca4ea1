"""What a GitHub workflow prints: annotations, capped, and below them one group a facility; and the summary of a step.

An annotation is an error where ``recaudit.reports.deciding`` finds a reason for exit code 1 or 3, else a warning.
GitHub shows ten errors and ten warnings of a step, so there are no more: what is worst comes first, and the groups have
the rest. A name from data can neither begin a line nor write a command.

Source of the syntax: GitHub's "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from recaudit.model import RUNGS
from recaudit.reports import brief, deciding, parts, sentences, vocabulary
from recaudit.reports.deciding import Outcome
from recaudit.reports.inert import visible
from recaudit.reports.languages import speaking, told, told_n, words
from recaudit.reports.locations import Place, of_plan, own_files, place
from recaudit.reports.wish import Wish
from recaudit.result import FacilityEntry, Result, RuleEntry

SHOWN: Final = 10  # annotations of one kind that GitHub shows of a step
GROUPS: Final = 100  # facilities with a group of their own
RULES: Final = 20  # rules named in a group
SUMMARY: Final = 1024 * 1024 - 1024  # bytes that a step's summary may have, and room for the last line
HEAD: Final = "recaudit "


@dataclass(frozen=True, slots=True)
class Annotation:
    level: Literal["error", "warning"]
    title: str
    message: str
    where: Place | None = None


def log(result: Result, wish: Wish) -> bytes:
    """The lines for a step's log, in UTF-8. Of an empty result: the exit code and why."""
    with speaking(wish.language):
        return "".join(f"{line}\n" for line in _lines(result, wish)).encode()


def summary(result: Result, wish: Wish) -> bytes:
    """What is appended to the file that ``$GITHUB_STEP_SUMMARY`` names: the brief, whole lines of it."""
    page = brief.page(result, wish).encode()
    if len(page) <= SUMMARY:
        return page + b"\n"
    with speaking(wish.language):
        cut = page[:SUMMARY].rpartition(b"\n")[0]
        return cut + f"\n\n{told('The summary is cut off here: a step may show no more.')}\n".encode()


def _lines(result: Result, wish: Wish) -> Iterator[str]:
    yield f"{HEAD}{_inert(result['tool']['version'])}: {_inert(sentences.audit(result))}"
    found = [*_annotations(result, wish)]
    for level in ("error", "warning"):
        of_level = [one for one in found if one.level == level]
        yield from map(_command, of_level[:SHOWN])
        if len(of_level) > SHOWN:
            yield told_n(
                "and {n} more, in the groups below", "and {n} more, in the groups below", n=len(of_level) - SHOWN
            )
    yield from _groups(result, wish)
    yield _inert(told("Exit code {code}: {why}", code=str(wish.code), why=words(wish.why)))


def _annotations(result: Result, wish: Wish) -> Iterator[Annotation]:
    """Worst first: the code where no part has a reason for it, claims, gates, facilities by gap, files."""
    plan = of_plan(wish.root, result)
    parts_found = [*_claims(result, wish, plan), *_gates(result, wish, plan)]
    parts_found += [*_facilities(result, wish), *_files(result, wish)]
    if wish.code and not any(one.level == "error" for one in parts_found):
        yield Annotation("error", told("Exit code {code}", code=str(wish.code)), words(wish.why), plan)
    yield from parts_found


def _claims(result: Result, wish: Wish, plan: Place | None) -> Iterator[Annotation]:
    worst = {"refuted": 0, "unverifiable": 1}
    for claim in sorted(result["claims"], key=lambda one: worst.get(one["verdict"], 2)):
        if deciding.of_claim(claim) != "passed":
            hidden = wish.hidden.within(result, claim["sector"], claim["scope"])
            said = vocabulary.verdict(claim["wording"]) if hidden else sentences.verdict(claim)
            title = told("Claim {name}", name=claim["id"])
            yield Annotation("error", title, f"{sentences.statement(claim)}: {said}", plan)


def _gates(result: Result, wish: Wish, plan: Place | None) -> Iterator[Annotation]:
    for gate in result["gates"]:
        if deciding.of_gate(gate) != "passed":
            hidden = wish.hidden.scope(result, gate["sector"], gate["scope"])
            message = sentences.gate(gate, result["areas"], hidden=hidden)
            yield Annotation("error", told("Gate {name}", name=gate["rung"]), message, plan)


def _facilities(result: Result, wish: Wish) -> Iterator[Annotation]:
    """One a facility: how it stands, and the rules that it misses most, those up to the rung it speaks of first."""
    rules = {(rule["sector"], rule["id"]): rule for rule in result["rules"]}
    files = own_files(result)
    of_received = parts.export_only(result)
    ranked = parts.by_gap(wish.hidden.shown(result["facilities"]), of_received=of_received)
    for entry, level in [(one, _level(result, one, rules)) for one in ranked]:
        if level is None:
            continue
        own = files.get((entry["sector"], entry["id"]), [])
        where = place(wish.root, own[0]["path"]) if len(own) == 1 else None
        found = sorted((rule for rule, _ in _missed(result, entry, rules)), key=_is_later)  # stable
        missed = [rule["id"] for rule in found if parts.missed(entry["rules"][rule["id"]])]
        said = [sentences.facility(entry)]
        if missed:
            said.append(told("misses {rules}", rules=sentences.names(missed)))
        if blind := len(found) - len(missed):
            said.append(told_n("{n} rule not assessable", "{n} rules not assessable", n=blind))
        title = told("Facility {name}", name=f"{entry['id']} {entry['name']}".strip())
        yield Annotation(level, title, "; ".join(said), where)


def _is_later(rule: RuleEntry) -> bool:
    """Whether it stands on a rung above the one that the sentence on a facility speaks of, and costs no record that."""
    return RUNGS.index(rule["rung"]) > RUNGS.index(parts.HEADLINE)


def _level(
    result: Result, entry: FacilityEntry, rules: dict[tuple[str, str], RuleEntry]
) -> Literal["error", "warning"] | None:
    """None where it has no gap and misses no required rule."""
    outcomes: set[Outcome] = {outcome for _, outcome in _missed(result, entry, rules)}
    if outcomes & {"failed", "open"}:
        return "error"
    return "warning" if outcomes or parts.wanting(entry) else None


def _missed(
    result: Result, entry: FacilityEntry, rules: dict[tuple[str, str], RuleEntry]
) -> list[tuple[RuleEntry, Outcome]]:
    """Rules with a reason for the exit code, or required and not met by every row; most missed first."""
    found = []
    for key, counts in entry["rules"].items():
        rule = rules.get((entry["sector"], key))
        if rule is None:
            continue
        outcome = deciding.of_rule(result, rule, counts)
        if outcome in ("failed", "open") or (outcome == "aside" and rule["required"]):
            found.append((rule, outcome, parts.missed(counts)))
    found.sort(key=lambda one: (one[1] != "failed", -one[2], one[0]["id"]))
    return [(rule, outcome) for rule, outcome, _ in found]


def _files(result: Result, wish: Wish) -> Iterator[Annotation]:
    for entry in result["inputs"]:
        outcome = deciding.of_input(result, entry)
        if entry["role"] != "export" or outcome in ("passed", "nothing") or wish.hidden.input(entry):
            continue
        level: Literal["error", "warning"] = "warning" if outcome == "aside" else "error"
        first = next((one for one in entry["findings"] if one["lines"]), next(iter(entry["findings"]), None))
        said = [sentences.unread(entry), *([sentences.finding(first)] if first else [])]
        more = len(entry["findings"]) - 1
        if more > 0:
            said.append(told_n("{n} more finding", "{n} more findings", n=more))
        where = place(wish.root, entry["path"], first["lines"] if first else ())
        yield Annotation(level, told("File {name}", name=entry["path"]), "; ".join(said), where)


# ------------------------------------------------------------------------------------------------ groups
def _groups(result: Result, wish: Wish) -> Iterator[str]:
    rules = {(rule["sector"], rule["id"]): rule for rule in result["rules"]}
    ranked = [
        (entry, missed)
        for entry in parts.by_gap(wish.hidden.shown(result["facilities"]), of_received=parts.export_only(result))
        if (missed := _missed(result, entry, rules)) or parts.wanting(entry)
    ]
    for entry, missed in ranked[:GROUPS]:
        name = _inert(f"{entry['id']} {entry['name']}".strip())
        yield f"::group::{_data(f'{name}: {sentences.facility(entry)}')}"
        for rule, _ in missed[:RULES]:
            counts = sentences.counted(entry["rules"][rule["id"]])
            yield f"- {_inert(rule['id'])}: {_inert(sentences.title(rule))}: {counts}"
        if len(missed) > RULES:
            yield "- " + told_n("and {n} more rule", "and {n} more rules", n=len(missed) - RULES)
        yield "::endgroup::"
    if len(ranked) > GROUPS:
        yield told_n("and {n} more facility with a gap", "and {n} more facilities with a gap", n=len(ranked) - GROUPS)


# ------------------------------------------------------------------------------------------------ the syntax
def _command(one: Annotation) -> str:
    fields = {}
    if one.where:
        fields["file"] = one.where.path
        if one.where.line:
            fields["line"] = str(one.where.line)
    fields["title"] = one.title
    named = ",".join(f"{name}={_property(value)}" for name, value in fields.items())
    return f"::{one.level} {named}::{_data(one.message)}"


def _inert(text: str) -> str:
    r"""One line that holds no command, in the older form of commands (``##[error]``) neither, which may stand anywhere.

    >>> _inert("##[error]x"), _inert("a\u0085::error::b")
    ('##<U+005B>error]x', 'a<U+0085>::error::b')
    """
    return visible(text).replace("##[", "##<U+005B>")


def _data(text: str) -> str:
    return _inert(text).replace("%", "%25")


def _property(text: str) -> str:
    """
    >>> _property("100 %, at: x")
    '100 %25%2C at%3A x'
    """
    return _data(text).replace(":", "%3A").replace(",", "%2C")
