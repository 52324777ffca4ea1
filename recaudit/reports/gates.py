"""What an overview says of the gates: one line each, and who misses it most."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from recaudit import gatewords
from recaudit.reports import parts
from recaudit.reports.hiding import Hidden
from recaudit.reports.inert import inert
from recaudit.reports.languages import told, words
from recaudit.reports.look import ICONS, Sheet, hanging, heading
from recaudit.result import Result
from recaudit.resultclaims import GateEntry

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
    line = Text.assemble(
        "  ",
        (f"{sign} {told('met') if gate['met'] else told('missed')}".upper(), style),
        "  ",
        inert(words(gatewords.asked(gate, result["areas"])), "bold"),
        ": ",
        inert(words(gatewords.kept(gate, hidden=hidden.scope(result, gate["sector"], gate["scope"])))),
        inert(f" · {gate['reason']}" if gate["reason"] else "", "muted"),
    )
    yield hanging(line, 4)
    missed = [unit for unit in gate["worst"] if not unit["met"]]
    scoped = gate["per"] == "area" and hidden.scope(result, gate["sector"], gate["scope"])  # a part of each area
    if gate["per"] != "sector":
        for unit in missed[:UNITS_SHOWN]:
            gone = scoped or hidden.unit(gate["sector"], gate["per"], unit["unit"])
            name = inert(unit["unit"] or told("(in no area)"), "bold")
            yield hanging(Text.assemble("    ", name, f"  {words(gatewords.known(unit, hidden=gone))}"), 6)
        if gate["missed"] > UNITS_SHOWN:
            yield Text(f"    {parts.more(gate['missed'] - UNITS_SHOWN)}", "muted")
