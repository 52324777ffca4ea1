"""What an overview says of the gates: one line each, and who misses it most."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from recaudit.reports import parts
from recaudit.reports.hiding import Hidden
from recaudit.reports.inert import inert
from recaudit.reports.languages import told, told_n, words
from recaudit.reports.look import ICONS, Sheet, hanging, heading
from recaudit.result import GateEntry, GateUnit, Result
from recaudit.said import Share
from recaudit.terms import asked_of

UNITS_SHOWN = 3


def gates(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    """Nothing where there is no gate, and nobody said of rules that they fail or do not."""
    said = result["fail_on"]
    if result["gates"] or said["from"] != "default":
        yield heading(told("Gates: what has to be known at least"))
    for gate in result["gates"]:
        yield from _gate(result, gate, sheet.hidden)
    if said["from"] != "default":
        asked = {
            "advisory": told("every rule has to be met, advisory ones too"),
            "required": told("every required rule has to be met"),
            "never": told("rules that are not met fail nothing"),
        }
        reason = f": {said['reason']}" if said["reason"] else ""
        yield hanging(inert(f"  {asked.get(said['on'], said['on'])}{reason}"), 4)


def _gate(result: Result, gate: GateEntry, hidden: Hidden) -> Iterator[RenderableType]:
    sign, style = (ICONS["confirmed"], "confirmed") if gate["met"] else (ICONS["refuted"], "refuted")
    asked = words(asked_of(gate["rung"], gate["at_least"], gate["sector"], gate["of"], gate["per"]))
    if only := parts.narrowed(gate["scope"]):
        asked = told("{asked}, only {scope}", asked=asked, scope=only)
    line = Text.assemble(
        "  ",
        (f"{sign} {told('met') if gate['met'] else told('missed')}".upper(), style),
        "  ",
        inert(asked, "bold"),
        ": ",
        inert(_counts(result, gate, hidden)),
        inert(f" · {gate['reason']}" if gate["reason"] else "", "muted"),
    )
    yield hanging(line, 4)
    missed = [unit for unit in gate["worst"] if not unit["met"]]
    scoped = gate["per"] == "area" and hidden.scope(result, gate["sector"], gate["scope"])  # a part of each area
    if gate["per"] != "sector":
        for unit in missed[:UNITS_SHOWN]:
            gone = scoped or hidden.unit(gate["sector"], gate["per"], unit["unit"])
            name = inert(unit["unit"] or told("(in no area)"), "bold")
            yield hanging(Text.assemble("    ", name, f"  {_low(unit, gone)}"), 6)
        if gate["missed"] > UNITS_SHOWN:
            yield Text(f"    {parts.more(gate['missed'] - UNITS_SHOWN)}", "muted")


def _counts(result: Result, gate: GateEntry, hidden: Hidden) -> str:
    if not gate["units"]:
        return words(gate["why"])
    if gate["per"] == "sector":
        return _low(gate["worst"][0], hidden.scope(result, gate["sector"], gate["scope"]))
    if gate["per"] == "area":
        return told_n(
            "{n} of {every} areas misses it", "{n} of {every} areas miss it", n=gate["missed"], every=gate["units"]
        )
    return told_n(
        "{n} of {every} facilities misses it",
        "{n} of {every} facilities miss it",
        n=gate["missed"],
        every=gate["units"],
    )


def _low(unit: GateUnit, hidden: bool) -> str:
    if hidden:
        return told("not shown")
    if unit["low"] is None:
        return words(unit["why"])
    n, total = unit["low"]
    return told("at least {share}  {n} / {total}", share=Share(n, total), n=n, total=total)
