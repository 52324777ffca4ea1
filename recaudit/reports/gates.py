"""What an overview says of the gates: one line each, and who misses it most."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from recaudit.reports.hiding import Hidden
from recaudit.reports.inert import inert
from recaudit.reports.languages import words
from recaudit.reports.look import ICONS, Sheet, hanging, heading
from recaudit.reports.numbers import counted, grouped, of, percent, promised
from recaudit.result import GateEntry, GateUnit, Result

UNITS_SHOWN = 3
_MANY = {"sector": "sectors", "area": "areas", "facility": "facilities"}


def gates(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    """Nothing where there is no gate, and nobody said of rules that they fail or do not."""
    said = result["fail_on"]
    if result["gates"] or said["from"] != "default":
        yield heading("Gates: what has to be known at least")
    for gate in result["gates"]:
        yield from _gate(result, gate, sheet.hidden)
    if said["from"] != "default":
        words = {
            "advisory": "every rule has to be met, advisory ones too",
            "required": "every required rule has to be met",
            "never": "rules that are not met fail nothing",
        }
        reason = f": {said['reason']}" if said["reason"] else ""
        yield hanging(inert(f"  {words.get(said['on'], said['on'])}{reason}"), 4)


def _gate(result: Result, gate: GateEntry, hidden: Hidden) -> Iterator[RenderableType]:
    sign, style = (ICONS["confirmed"], "confirmed") if gate["met"] else (ICONS["refuted"], "refuted")
    asked = f"{gate['rung']}: {promised(gate['at_least'])} of {gate['of']} records"
    where = gate["sector"] if gate["per"] == "sector" else f"each {gate['per']} of {gate['sector']}"
    scope = [f"{name} {', '.join(values)}" for name, values in gate["scope"].items() if values]  # type: ignore[arg-type]
    line = Text.assemble(
        "  ",
        (f"{sign} {'MET' if gate['met'] else 'MISSED'}", style),
        "  ",
        (asked, "bold"),
        inert(f", {where}{', only ' + '; '.join(scope) if scope else ''}: "),
        inert(_counts(result, gate, hidden)),
        inert(f" · {gate['reason']}" if gate["reason"] else "", "muted"),
    )
    yield hanging(line, 4)
    missed = [unit for unit in gate["worst"] if not unit["met"]]
    scoped = gate["per"] == "area" and hidden.scope(result, gate["sector"], gate["scope"])  # a part of each area
    if gate["per"] != "sector":
        for unit in missed[:UNITS_SHOWN]:
            gone = scoped or hidden.unit(gate["sector"], gate["per"], unit["unit"])
            name = inert(unit["unit"] or "(in no area)", "bold")
            yield hanging(Text.assemble("    ", name, f"  {_low(unit, gone)}"), 6)
        if gate["missed"] > UNITS_SHOWN:
            yield Text(f"    and {grouped(gate['missed'] - UNITS_SHOWN)} more", "muted")


def _counts(result: Result, gate: GateEntry, hidden: Hidden) -> str:
    if not gate["units"]:
        return words(gate["why"])
    if gate["per"] == "sector":
        return _low(gate["worst"][0], hidden.scope(result, gate["sector"], gate["scope"]))
    of_all = counted(gate["units"], gate["per"], _MANY[gate["per"]])
    return f"{grouped(gate['missed'])} of {of_all} {'misses' if gate['missed'] == 1 else 'miss'} it"


def _low(unit: GateUnit, hidden: bool) -> str:
    if hidden:
        return "not shown"
    if unit["low"] is None:
        return words(unit["why"])
    return f"at least {percent(*unit['low'])}  {of(*unit['low'])}"
