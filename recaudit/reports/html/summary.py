"""What a reader sees who runs no scripts: claims with verdicts and bounds, facilities, areas; of one facility what is
claimed and its counts, without verdicts. The program replaces it.

The claims are told once in every language; what is nothing but names and numbers once, with a heading in each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from recaudit.model import RUNGS
from recaudit.reports.html.inertly import shown
from recaudit.reports.languages import known, own, speaking, spoken, told, told_n, words
from recaudit.reports.parts import days
from recaudit.reports.sentences import facility
from recaudit.reports.vocabulary import sector
from recaudit.result import Result, SumEntry
from recaudit.resultclaims import ClaimEntry
from recaudit.said import NOTHING, grouped, percent, promised


def summary(result: Result, language: str) -> str:
    """HTML without a script. ``language`` comes first, the others after it."""
    names = [language, *(name for name in known() if name != language)]
    parts = [part for name in names for part in _section(result, name, _of_all(result))]
    return "\n".join([*parts, *_areas(result, names)])


def summary_alone(result: Result, language: str, promises: Sequence[Mapping[str, Any]]) -> str:
    """The same of one facility: ``result`` as ``alone`` gives it, ``promises`` what the claims ask that speak of it."""
    names = [language, *(name for name in known() if name != language)]
    return "\n".join(part for name in names for part in _section(result, name, _of_one(result, promises)))


def _section(result: Result, name: str, body: Iterable[str]) -> Iterator[str]:
    """``body`` is made while the language is spoken."""
    with speaking(name):
        yield f'<section lang="{name}">'
        yield f"<h1>{shown(told('Audit of records: {plan}', plan=result['plan']['name']))}</h1>"
        yield _paragraph(days(result["period"]))
        yield from body
        yield "</section>"


def _of_all(result: Result) -> Iterator[str]:
    for name, total in result["totals"].items():
        yield _paragraph(_sector(name, total))
    if result["claims"]:
        heads = (told("Claim"), told("Verdict"), told("Lowest possible"), told("Highest possible"))
        yield _table(heads, map(_claim, result["claims"]))
    else:
        yield _paragraph(told("No claim was judged."))
    yield _paragraph(told("With scripts on, this page shows every facility, rule and claim."))


def _of_one(result: Result, promises: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in result["facilities"]:
        yield _paragraph(f"{one['name'] or one['id']}: {facility(one)}")
    yield f"<h2>{shown(told('Claims that speak of this facility'))}</h2>"
    yield _paragraph(told("Verdicts are of several facilities together, so they stand in the report of the audit."))
    if promises:
        yield "<ul>" + "\n".join(f"<li>{shown(_claimed(one))}" for one in promises) + "\n</ul>"
    else:
        yield _paragraph(told("No claim speaks of this facility."))
    yield _paragraph(told("With scripts on, this page shows every rule that judged this facility."))


def _paragraph(text: str) -> str:
    return f"<p>{shown(text)}</p>"


def _sector(name: str, total: SumEntry) -> str:
    parts = [
        told_n("{n} facility", "{n} facilities", n=total["facilities"]),
        told_n("{n} submitted nothing", "{n} submitted nothing", n=total["silent"]),
        told_n("{n} without an expected number", "{n} without an expected number", n=total["no_expected"]),
    ]
    return f"{sector(name)}: {', '.join(parts)}"


def _claim(claim: ClaimEntry) -> Sequence[str]:
    return (
        _claimed(claim),
        words(claim["sentence"]),  # begins with the verdict, as it is worded: "confirmed by count"
        _bound(claim["low"], up=False),
        _bound(claim["high"], up=True),
    )


def _claimed(claim: Mapping[str, Any]) -> str:
    return f"{claim['id']}: {own(claim['statement'], claim['id'])} ({promised(claim['target'], spoken())})"


def _bound(bound: Sequence[int] | None, *, up: bool) -> str:
    if bound is None:
        return NOTHING
    return f"{percent(bound[0], bound[1], spoken(), up=up)} ({_of(bound[0], bound[1])})"


def _of(n: int, total: int) -> str:
    return f"{grouped(n, spoken())} / {grouped(total, spoken())}"


def _areas(result: Result, names: Sequence[str]) -> Iterator[str]:
    """One table for all languages: its heads are in each."""
    if not result["areas"]:
        return
    heads: list[list[str]] = []
    for name in names:
        with speaking(name):
            words_ = [told("Area"), told("Sector"), told("Facilities"), told("Submitted nothing"), told("Expected")]
            heads.append([*words_, told("Complete"), told("Known short"), told("Unknown")])
    with speaking(names[0]):
        rows = (
            [area["name"] or area["code"], sector(name), *_counts(sums)]
            for area in result["areas"]
            for name, sums in area["sectors"].items()
        )
        yield _table([" / ".join(dict.fromkeys(column)) for column in zip(*heads, strict=True)], rows)


def _counts(sums: SumEntry) -> list[str]:
    at = sums["rungs"].get(RUNGS[2], {"reached": 0, "short": 0, "unknown": 0})
    numbers = [sums["facilities"], sums["silent"], sums["expected"], at["reached"], at["short"], at["unknown"]]
    return [NOTHING if number is None else grouped(number, spoken()) for number in numbers]


def _table(heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{shown(text)}' for text in heads)
    body = "\n".join("<tr>" + "".join(f"<td>{shown(text)}" for text in row) for row in rows)
    return f"<table><thead><tr>{head}\n<tbody>\n{body}\n</table>"
