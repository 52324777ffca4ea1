"""What was verified in the field, on the pages of a result: beside a claim, in the overview, and for pipes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from rich.console import RenderableType
from rich.text import Text

from recaudit.reasons import few
from recaudit.reports.hiding import EVERYTHING_SHOWN, Hidden
from recaudit.reports.inert import inert, visible
from recaudit.reports.look import Column, Sheet, hanging, heading, number, table
from recaudit.reports.numbers import NOTHING, grouped, of, percent
from recaudit.result import RecountEntry, RecountFacility, Result
from recaudit.statistics import per_cent

FACILITIES_SHOWN = 20


def overview(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    """One line for each recount; nothing where there is none, and no counts of one in which a place is hidden."""
    recounts = result.get("recounts", [])
    if recounts:
        yield heading("Recounted in the field")
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
        yield heading(f"Recounted: {visible(one['name'])}")
        yield hanging(inert(f"  by {one['by']}, {one['date']}; {_how(one)}", "muted"), 4)
        yield hanging(Text(f"  {_found(one)}"), 4)
        yield hanging(Text(f"  {_range(one)}"), 4)
        if one["factor"] is not None:
            yield Text(f"  verification factor {_factor(one['factor'])}")
        yield Text()
        yield _facilities(one, sheet)
        asked = [each for each in one["facilities"] if each["sampled"]]
        if len(asked) > FACILITIES_SHOWN:
            yield Text(f"  and {grouped(len(asked) - FACILITIES_SHOWN)} more, all of them in the result", "muted")
        flagged = [each["id"] for each in asked if each["flagged"]]
        if flagged:
            words = f"  below what was claimed, corrected for looking at all of them (Holm): {few(flagged)}"
            yield hanging(inert(words, "refuted"), 4)


def _hidden(result: Result, one: RecountEntry, hidden: Hidden) -> bool:
    """Whether a recount looked at a place whose counts are hidden: its sums would say what was found there."""
    gone = {each["id"] for each in hidden.unseen(result["facilities"]) if each["sector"] == one["sector"]}
    return any(each["sampled"] and each["id"] in gone for each in one["facilities"])


def _how(one: RecountEntry) -> str:
    drawn = "drawn from the lists, and the draw was repeated" if one["drawn"] else "nobody shows how it was drawn"
    effect = "" if one["design_effect"] == "1" else f"; design effect {one['design_effect']}, as stated"
    return f"{drawn}{effect}{'' if one['independent'] else '; not independent'}"


def _found(one: RecountEntry) -> str:
    """``57 of 59 records match, 1 does not, 1 without an answer; drawn from 1,803``"""
    bad, open_ = one["answered"] - one["matching"], one["sampled"] - one["answered"]
    words = f"{grouped(one['matching'])} of {grouped(one['sampled'])} {one['of']} match, {grouped(bad)} do not"
    words += f", {grouped(open_)} without an answer" if open_ else ""
    return words if one["frame"] is None else f"{words}; drawn from {grouped(one['frame'])}"


def _range(one: RecountEntry) -> str:
    if one["low"] is None or one["high"] is None:
        return "nothing was sampled: it says nothing"
    low, high = per_cent(Fraction(one["low"])), per_cent(Fraction(one["high"]), up=True)
    words = f"at least {low} match, at most {high}, each at {per_cent(Fraction(one['confidence']))}"
    return words if one["drawn"] else f"if it was drawn at random: {words}"


def _factor(factor: Sequence[int]) -> str:
    recounted, reported = factor
    if not reported:
        return f"{NOTHING}  {of(recounted, reported)}"
    return f"{per_cent(Fraction(recounted, reported))}  {of(recounted, reported)} recounted / reported"


def _facilities(one: RecountEntry, sheet: Sheet) -> RenderableType:
    asked = [each for each in one["facilities"] if each["sampled"]]
    asked.sort(key=lambda each: (not each["flagged"], each["matching"] - each["sampled"], each["id"]))
    if one["of"] == "facilities":
        columns = [Column("Facility"), number("Recounted / reported"), number("Factor")]
        rows: list[list[Text | str]] = [[inert(each["id"]), *_parts(each)] for each in asked[:FACILITIES_SHOWN]]
        return table(columns, rows, sheet.width)
    columns = [Column("Facility"), number("Match"), number("n / N"), number("Open"), number("p"), Column("")]
    rows = [
        [
            inert(each["id"]),
            percent(each["matching"], each["sampled"]),
            Text(of(each["matching"], each["sampled"]), "muted"),
            grouped(each["sampled"] - each["answered"]),
            each["p"] or NOTHING,
            Text("flagged", "refuted") if each["flagged"] else "",
        ]
        for each in asked[:FACILITIES_SHOWN]
    ]
    return table(columns, rows, sheet.width)


def _parts(each: RecountFacility) -> tuple[Text | str, str]:
    factor = each["factor"]
    if factor is None:
        return Text("no answer", "unverifiable"), NOTHING
    return of(*factor), per_cent(Fraction(*factor)) if factor[1] else NOTHING


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
