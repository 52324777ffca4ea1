"""What was verified in the field, on the pages of a result: beside a claim, in the overview, and for pipes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from rich.console import RenderableType
from rich.text import Text

from recaudit.reports import parts
from recaudit.reports.hiding import EVERYTHING_SHOWN, Hidden
from recaudit.reports.inert import inert, visible
from recaudit.reports.languages import told, told_n
from recaudit.reports.look import Column, Sheet, hanging, heading, number, table
from recaudit.reports.numbers import NOTHING, grouped, number_of, of, percent, share_of
from recaudit.result import Result
from recaudit.resultevidence import RecountEntry, RecountFacility

FACILITIES_SHOWN = 20


def overview(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    """One line for each recount; nothing where there is none, and no counts of one in which a place is hidden."""
    recounts = result.get("recounts", [])
    if recounts:
        yield heading(told("Recounted in the field"))
    for one in recounts:
        if _hidden(result, one, sheet.hidden):
            yield hanging(Text.assemble("  ", inert(one["name"], "bold"), f"  {sheet.hidden.why}"), 4)
            continue
        words = Text.assemble("  ", inert(one["name"], "bold"), f"  {_found(one)}", (f"  {_range(one)}", "muted"))
        yield hanging(words, 4)


def of_claim(result: Result, claim: str, sheet: Sheet) -> Iterator[RenderableType]:
    """The recounts of one claim, facility by facility, accused and incomplete ones first."""
    for one in result.get("recounts", []):
        if one["claim"] != claim or _hidden(result, one, sheet.hidden):
            continue
        yield heading(visible(told("Recounted: {name}", name=one["name"])))
        who = told("by {whom}, {day}", whom=one["by"], day=parts.day(one["date"]))
        yield hanging(inert(f"  {'; '.join([who, *_how(one)])}", "muted"), 4)
        yield hanging(Text(f"  {_found(one)}"), 4)
        yield hanging(Text(f"  {_range(one)}"), 4)
        if one["factor"] is not None:
            yield Text(f"  {told('verification factor {factor}', factor=_factor(one['factor']))}")
        yield Text()
        yield _facilities(one, sheet)
        asked = [each for each in one["facilities"] if each["sampled"]]
        if len(asked) > FACILITIES_SHOWN:
            yield Text(f"  {parts.more_in_result(len(asked) - FACILITIES_SHOWN)}", "muted")
        flagged = [each["id"] for each in asked if each["flagged"]]
        if flagged:
            said = told(
                "below what was claimed, corrected for looking at all of them (Holm): {names}",
                names=parts.listed(flagged),
            )
            yield hanging(inert(f"  {said}", "refuted"), 4)


def _hidden(result: Result, one: RecountEntry, hidden: Hidden) -> bool:
    """Whether a recount looked at a place whose counts are hidden: its sums would say what was found there."""
    gone = {each["id"] for each in hidden.unseen(result["facilities"]) if each["sector"] == one["sector"]}
    return any(each["sampled"] and each["id"] in gone for each in one["facilities"])


def _how(one: RecountEntry) -> Iterator[str]:
    if one["drawn"]:
        yield told("drawn from the lists, and the draw was repeated")
    else:
        yield told("nobody shows how it was drawn")
    if one["design_effect"] != "1":
        yield told("design effect {effect}, as stated", effect=number_of(one["design_effect"]))
    if not one["independent"]:
        yield told("not independent")


def _found(one: RecountEntry) -> str:
    """``57 of 59 records match, 1 does not, 1 without an answer; drawn from 1,803``"""
    bad, open_ = one["answered"] - one["matching"], one["sampled"] - one["answered"]
    if one["of"] == "records":
        said = told_n(
            "{n} of {sampled} records matches, {bad} do not",
            "{n} of {sampled} records match, {bad} do not",
            n=one["matching"],
            sampled=one["sampled"],
            bad=bad,
        )
    else:
        said = told_n(
            "{n} of {sampled} facilities matches, {bad} do not",
            "{n} of {sampled} facilities match, {bad} do not",
            n=one["matching"],
            sampled=one["sampled"],
            bad=bad,
        )
    if open_:
        said = told("{found}, {n} without an answer", found=said, n=open_)
    return said if one["frame"] is None else told("{found}; drawn from {n}", found=said, n=one["frame"])


def _range(one: RecountEntry) -> str:
    if one["low"] is None or one["high"] is None:
        return told("nothing was sampled: it says nothing")
    low, high = share_of(Fraction(one["low"])), share_of(Fraction(one["high"]), up=True)
    sure = share_of(Fraction(one["confidence"]))
    if one["drawn"]:
        return told("at least {low} match, at most {high}, each at {sure}", low=low, high=high, sure=sure)
    return told(
        "if it was drawn at random: at least {low} match, at most {high}, each at {sure}", low=low, high=high, sure=sure
    )


def _factor(factor: Sequence[int]) -> str:
    recounted, reported = factor
    if not reported:
        return f"{NOTHING}  {of(recounted, reported)}"
    share = share_of(Fraction(recounted, reported))
    return told(
        "{share}  {recounted} / {reported} recounted / reported", share=share, recounted=recounted, reported=reported
    )


def _facilities(one: RecountEntry, sheet: Sheet) -> RenderableType:
    asked = [each for each in one["facilities"] if each["sampled"]]
    asked.sort(key=lambda each: (not each["flagged"], each["matching"] - each["sampled"], each["id"]))
    if one["of"] == "facilities":
        columns = [Column(told("Facility")), number(told("Recounted / reported")), number(told("Factor"))]
        rows: list[list[Text | str]] = [[inert(each["id"]), *_parts(each)] for each in asked[:FACILITIES_SHOWN]]
        return table(columns, rows, sheet.width)
    columns = [Column(told("Facility")), number(told("Match")), number("n / N"), number(told("Open"))]
    columns += [number("p"), Column("")]
    rows = [
        [
            inert(each["id"]),
            percent(each["matching"], each["sampled"]),
            Text(of(each["matching"], each["sampled"]), "muted"),
            grouped(each["sampled"] - each["answered"]),
            number_of(each["p"] or NOTHING),
            Text(told("flagged"), "refuted") if each["flagged"] else "",
        ]
        for each in asked[:FACILITIES_SHOWN]
    ]
    return table(columns, rows, sheet.width)


def _parts(each: RecountFacility) -> tuple[Text | str, str]:
    factor = each["factor"]
    if factor is None:
        return Text(told("no answer"), "unverifiable"), NOTHING
    return of(*factor), share_of(Fraction(*factor)) if factor[1] else NOTHING


# ------------------------------------------------------------------------------------------------ for pipes
def lines(result: Result, claim: str = "", hidden: Hidden = EVERYTHING_SHOWN) -> Iterator[str]:
    """One line a recount and, where a claim is named, one for each of its facilities; none with a hidden place."""
    for one in result.get("recounts", []):
        if (claim and one["claim"] != claim) or _hidden(result, one, hidden):
            continue
        fields = {key: one[key] for key in _FIELDS}  # type: ignore[literal-required]
        yield _line("recount", visible(one["name"]), {**fields, "factor": _share(one["factor"])})
        for each in one["facilities"] if claim else ():
            counts = {key: each[key] for key in _OF_FACILITY}  # type: ignore[literal-required]
            yield _line(
                "recount_facility",
                f"{visible(one['name'])}\t{visible(each['id'])}",
                {**counts, "factor": _share(each["factor"])},
            )


_FIELDS = (
    *("of", "claim", "by", "date", "confidence", "design_effect", "independent", "drawn", "frame"),
    *("sampled", "answered", "found", "matching", "low", "high"),
)
_OF_FACILITY = ("frame", "sampled", "answered", "found", "matching", "p", "flagged")


def _share(pair: Sequence[int] | None) -> str | None:
    return None if pair is None else "/".join(map(str, pair))


def _line(kind: str, names: str, fields: dict[str, object]) -> str:
    said = (f"{key}={_said(value)}" for key, value in fields.items())
    return "\t".join([kind, names, *said])


def _said(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "-" if value is None or value == "" else visible(str(value))
