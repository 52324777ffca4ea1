"""The whole page of a result: bytes in, one file out, the same every time."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any, Final, cast

from recaudit import gatewords
from recaudit.reports import sentences
from recaudit.reports.alone import alone, asked
from recaudit.reports.html import linking
from recaudit.reports.html.earlier import beside, in_order
from recaudit.reports.html.inertly import harmless, island, policy, shown, visible_texts
from recaudit.reports.html.messages import catalogues
from recaudit.reports.html.outlines import drawn_map
from recaudit.reports.html.packing import packed, unpacked
from recaudit.reports.html.summary import summary, summary_alone
from recaudit.reports.identities import broken, refuse
from recaudit.reports.languages import speaking, told
from recaudit.result import Result
from recaudit.resultclaims import GateEntry
from recaudit.said import as_entry, say

_TEMPLATE: Final = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))


def html(
    result: Result,
    *,
    language: str = "en",
    root: Path | None = None,
    older: Sequence[Result] = (),
) -> bytes:
    """One file that shows ``result`` to whoever opens it, with no network.

    ``language``: which the page opens in; it can be switched. ``root``: the folder of the plan, for a map that the plan
    names. ``older``: earlier results of the same plan, for trends. Raises ``ResultError`` where the sums of a result do
    not hold: such a result is not shown to anybody. ``ValueError`` for a language that has no catalogue.
    """
    return _page(result, language, root, older)


def one_facility(
    result: Result, sector: str, facility: str, *, language: str = "en", older: Sequence[Result] = ()
) -> bytes:
    """The page for one facility, with nothing in it of any other. Raises ``ResultError`` as ``html`` does, and where
    there is no such facility."""
    return _page(
        alone(result, sector, facility),
        language,
        None,
        [alone(one, sector, facility) for one in older if _knows(one, sector, facility)],
        only={"sector": sector, "id": facility},
        promises=asked(result, sector, facility),
    )


def _knows(result: Result, sector: str, facility: str) -> bool:
    return any((one["sector"], one["id"]) == (sector, facility) for one in result["facilities"])


def _page(
    result: Result,
    language: str,
    root: Path | None,
    older: Sequence[Result],
    *,
    only: Mapping[str, str] | None = None,
    promises: Sequence[Mapping[str, Any]] = (),
) -> bytes:
    inert, before = harmless(result), [harmless(one) for one in in_order(result, older)]
    for one in (*before, inert):
        refuse(broken(one))
    now = packed(inert)
    if unpacked(now, inert["rules"]) != inert["facilities"]:
        refuse([say("the counts of its facilities cannot be written as they are")])
    numbers = bytearray(now.numbers)
    head = {
        "result": _without_facilities(inert),
        "facilities": {**now.head, "start": 0},
        "only": visible_texts(only),
        "promises": visible_texts(promises),
        "gates": [gate_said(gate, inert) for gate in inert["gates"]],
        "map": visible_texts(drawn_map(result, root)),
        "older": [beside(one, inert, numbers) for one in before],
    }
    return _rendered(inert, head, bytes(numbers), language)


def gate_said(gate: GateEntry, result: Result) -> dict[str, Any]:
    """What the gate asks and how it stands, then its lowest units that miss it: sentences of no language."""
    missed = [unit for unit in gate["worst"] if not unit["met"]]
    return {
        "asked": as_entry(gatewords.asked(gate, result["areas"])),
        "kept": as_entry(gatewords.kept(gate)),
        "missed": [{"unit": unit["unit"], "known": as_entry(gatewords.known(unit))} for unit in missed],
    }


def _without_facilities(result: Result) -> dict[str, Any]:
    """All but what is packed, and but what only ``verify`` reads: the evidence of single facilities."""
    found: dict[str, Any] = {name: part for name, part in result.items() if name not in ("facilities", "seal")}
    found["evidence"] = {
        sector: {name: part for name, part in one.items() if name != "facilities"}
        for sector, one in result["evidence"].items()
    }
    found["inputs"] = columns(cast(Any, result["inputs"]))
    found["signals"] = columns(cast(Any, result["signals"]))
    if "patterns" in result:
        found["patterns"] = [
            {**pattern, "facilities": columns(cast(Any, pattern["facilities"]))} for pattern in result["patterns"]
        ]
    return found


def columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Objects of one shape as columns; a column of which few values differ has each of them once."""
    found: dict[str, Any] = {}
    for name in rows[0] if rows else ():
        values = [row[name] for row in rows]
        keys = [repr(value) for value in values]
        places: dict[str, int] = {}
        at = [places.setdefault(key, len(places)) for key in keys]
        of = dict(zip(keys, values, strict=True))
        found[name] = {"at": at, "of": [of[key] for key in places]} if 2 * len(places) < len(rows) else values
    return {"count": len(rows), "columns": found}


def _rendered(result: Result, head: Mapping[str, Any], numbers: bytes, language: str) -> bytes:
    script, sheet = linking.script(), linking.sheet()
    with speaking(language):
        skip, name = told("Skip navigation"), sentences.audit(result)
    settings = {"language": language, "catalogues": catalogues(script, head)}
    return _TEMPLATE.substitute(
        language=language,
        policy=policy(script, sheet),
        tool=shown(f"{result['tool']['name']} {result['tool']['version']}"),
        title=shown(f"{name} · recaudit"),
        sheet=sheet,
        script=script,
        skip=shown(skip),
        summary=summary_alone(result, language, head["promises"]) if head["only"] else summary(result, language),
        settings=island(settings),
        result=_compressed(island(head).encode(), memory=9, strategy=zlib.Z_DEFAULT_STRATEGY),
        counts=_compressed(numbers, memory=5, strategy=zlib.Z_FILTERED),  # small blocks: each column has its own sizes
    ).encode()


def _compressed(content: bytes, *, memory: int, strategy: int) -> str:
    """Deflated with zlib's head, which says neither time nor machine; in base64."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, memory, strategy)
    return base64.b64encode(packer.compress(content) + packer.flush()).decode()
