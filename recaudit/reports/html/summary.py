"""What a reader sees who runs no scripts: claims with verdicts and bounds, facilities, areas. The program replaces it.

The claims are told once in every language; what is nothing but names and numbers once, with a heading in each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from recaudit.model import RUNGS
from recaudit.reports.html.inertly import shown
from recaudit.reports.languages import known, own, speaking, spoken, told, told_n, words
from recaudit.result import ClaimEntry, Result, SumEntry
from recaudit.said import NOTHING, grouped, percent, promised


def summary(result: Result, language: str) -> str:
    """HTML without a script. ``language`` comes first, the others after it."""
    names = [language, *(name for name in known() if name != language)]
    parts = [part for name in names for part in _in_language(result, name)]
    return "\n".join([*parts, *_areas(result, names)])


def _in_language(result: Result, name: str) -> Iterator[str]:
    with speaking(name):
        yield f'<section lang="{name}">'
        yield f"<h1>{shown(told('Audit of records: {plan}', plan=result['plan']['name']))}</h1>"
        period = result["period"]
        if period["from"] and period["to"]:
            yield f"<p>{shown(told('{first} to {last}', first=period['from'], last=period['to']))}</p>"
        for sector, total in result["totals"].items():
            yield f"<p>{shown(_sector(sector, total))}</p>"
        if result["claims"]:
            heads = (told("Claim"), told("Verdict"), told("Lowest possible"), told("Highest possible"))
            yield _table(heads, map(_claim, result["claims"]))
        else:
            yield f"<p>{shown(told('No claim was judged.'))}</p>"
        yield f"<p>{shown(told('With scripts on, this page shows every facility, rule and claim.'))}</p>"
        yield "</section>"


def _sector(sector: str, total: SumEntry) -> str:
    parts = [
        told_n("{n} facility", "{n} facilities", n=total["facilities"]),
        told_n("{n} submitted nothing", "{n} submitted nothing", n=total["silent"]),
        told_n("{n} without an expected number", "{n} without an expected number", n=total["no_expected"]),
    ]
    return f"{sector_name(sector)}: {', '.join(parts)}"


def sector_name(sector: str) -> str:
    """What people call a sector."""
    names: dict[str, Callable[[], str]] = {"health": lambda: told("Health"), "education": lambda: told("Education")}
    return names[sector]() if sector in names else sector


def verdict_name(verdict: str) -> str:
    """The word for a verdict."""
    names: dict[str, Callable[[], str]] = {
        "confirmed": lambda: told("confirmed"),
        "refuted": lambda: told("refuted"),
        "unverifiable": lambda: told("unverifiable"),
    }
    return names[verdict]()


def _claim(claim: ClaimEntry) -> Sequence[str]:
    statement = own(claim["statement"], claim["id"])
    return (
        f"{claim['id']}: {statement} ({promised(claim['target'], spoken())})",
        f"{verdict_name(claim['verdict'])} – {words(claim['sentence'])}",
        _bound(claim["low"], up=False),
        _bound(claim["high"], up=True),
    )


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
            [area["name"] or area["code"], sector_name(sector), *_counts(sums)]
            for area in result["areas"]
            for sector, sums in area["sectors"].items()
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
