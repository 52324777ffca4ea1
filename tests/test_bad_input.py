"""Whatever is handed in, it gets its count or its message, and its exit code: docs/bad-input.md, row by row."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from recaudit import audit, cli, engine
from tests.counted_once import remembering
from tests.english import in_english
from tests.two_stations import AREAS, FACILITIES, MARK, PLAN, SUITE, id_of, line, resources, rosters, write

TABLE = Path(__file__).parents[1] / "docs" / "bad-input.md"
UNIT, HANGING = "export/Encounter.ndjson", "export/Condition.ndjson"
REGISTER, ROSTER = "register/facilities.csv", "register/rosters.csv"
COUNT = remembering(engine.count)
Damage = Callable[[Path], list[str] | None]
"""Does its damage below a folder; may return the arguments to run instead of ``check FOLDER``."""


# ------------------------------------------------------------------------------------------------ ways to do damage
def swap(file: str, old: str, new: str) -> Damage:
    """The first ``old`` of a text file becomes ``new``; it must be there."""

    def damage(root: Path) -> None:
        text = (root / file).read_text(encoding="utf-8")
        assert old in text
        (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return damage


def plan(old: str, new: str) -> Damage:
    return swap("recaudit.toml", old, new)


ELSEWHERE = """{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "1"}, "geometry":
    {"type": "Polygon", "coordinates": [[[108, 12], [109, 12], [109, 13], [108, 12]]]}}]}"""


def mapped(text: str) -> Damage:
    return both(
        put("register/map.geojson", text),
        swap(
            "recaudit.toml",
            'areas = "register/areas.csv"',
            'areas = "register/areas.csv"\nmap = "register/map.geojson"',
        ),
    )


def put(file: str, content: bytes | str) -> Damage:
    def damage(root: Path) -> None:
        (root / file).write_bytes(content.encode() if isinstance(content, str) else content)

    return damage


def add(file: str, content: bytes | str) -> Damage:
    """Further bytes at the end of a file."""

    def damage(root: Path) -> None:
        with (root / file).open("ab") as handle:
            handle.write(content.encode() if isinstance(content, str) else content)

    return damage


def remove(*files: str) -> Damage:
    def damage(root: Path) -> None:
        for file in files:
            (root / file).unlink()

    return damage


def rewrite(file: str, change: Callable[[bytes], bytes]) -> Damage:
    def damage(root: Path) -> None:
        (root / file).write_bytes(change((root / file).read_bytes()))

    return damage


def rename(file: str, change: Callable[[bytes], bytes], new: str) -> Damage:
    def damage(root: Path) -> None:
        (root / new).write_bytes(change((root / file).read_bytes()))
        (root / file).unlink()

    return damage


def both(*ones: Damage) -> Damage:
    """One after the other; the arguments of the last one count."""

    def damage(root: Path) -> list[str] | None:
        arguments = None
        for one in ones:
            arguments = one(root)
        return arguments

    return damage


def of(kind: str, place: int, **changes: object) -> dict[str, Any]:
    """A resource of the sound export with some elements changed; None takes one away."""
    changed = {**resources()[kind][place], **changes}
    return {key: value for key, value in changed.items() if value is not None}


def last(kind: str, **changes: object) -> Damage:
    """The last resource of a file, changed."""
    return last_line(kind, line(of(kind, -1, **changes)))


def last_line(kind: str, content: bytes) -> Damage:
    """Other bytes where the last line of a file stood."""
    return put(f"export/{kind}.ndjson", b"".join(map(line, resources()[kind][:-1])) + content)


def expected(*rows: str) -> Damage:
    """Counts instead of rosters."""
    return both(
        remove(ROSTER),
        plan('rosters = ["register/rosters.csv"]', 'expected = ["register/expected.csv"]'),
        put("register/expected.csv", "facility,period,expected,source\n" + "".join(f"{row}\n" for row in rows)),
    )


def run(*arguments: str) -> Damage:
    """No damage at all; ROOT in an argument is the audit's folder."""
    return lambda root: [argument.replace("ROOT", str(root)) for argument in arguments]


def unreadable(file: str) -> Damage:
    def damage(root: Path) -> None:
        (root / file).chmod(0)

    return damage


def archive(root: Path) -> None:
    """All exports in one archive, whose middle is then destroyed."""
    file = root / "export/all.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for kind, those in resources().items():
            packed.writestr(f"{kind}.ndjson", b"".join(map(line, those)))
            (root / f"export/{kind}.ndjson").unlink()
    with zipfile.ZipFile(file) as packed:
        at = packed.getinfo("Encounter.ndjson").header_offset + 80
    content = bytearray(file.read_bytes())
    content[at : at + 20] = bytes(20)
    file.write_bytes(content)


def odd_member(root: Path) -> None:
    """An archive whose member's name says that it is UTF-8 and is not."""
    file = root / "export/odd.zip"
    with zipfile.ZipFile(file, "w") as packed:
        packed.write(root / UNIT, "Encounter-é.ndjson")
    file.write_bytes(file.read_bytes().replace("é".encode(), b"\xff\xfe"))
    (root / UNIT).unlink()


def loop(root: Path) -> None:
    (root / UNIT).symlink_to("Encounter.ndjson")


def odd_name(root: Path) -> None:
    """A file whose name is not UTF-8, with a broken line where its last record stood."""
    (root / UNIT).unlink()
    content = b"".join(map(line, resources()["Encounter"][:-1])) + b"{\n"
    Path(os.fsdecode(os.fsencode(root) + b"/export/Encounter-\xff\xfe.ndjson")).write_bytes(content)


def suite(change: Callable[[str], str]) -> Damage:
    """The suite's text changed; a change that changes nothing is a fault of the test."""
    text = json.dumps(SUITE)
    assert change(text) != text
    return put("own.json", change(text))


def nested(levels: int) -> bytes:
    """The last encounter with brackets in brackets as a further element."""
    return line(of("Encounter", -1)).rstrip()[:-1] + b',"extension":' + b"[" * levels + b"]" * levels + b"}\n"


def with_number(text: str) -> Damage:
    """The last encounter with JSON of our own choice where a number may stand."""
    return last_line(
        "Encounter", line(of("Encounter", -1)).rstrip()[:-1] + f',"length":{{"value":{text}}}}}\n'.encode()
    )


def bundle(entry: str) -> Damage:
    return last_line("Encounter", f'{{"resourceType":"Bundle","entry":{entry}}}\n'.encode())


def workbook(_: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        packed.writestr("xl/workbook.xml", bytes(range(256)))
    return data.getvalue()


def elsewhere(root: Path) -> list[str]:
    (root / "empty").mkdir()
    return ["check", str(root / "empty")]


def linked(root: Path) -> None:
    """The unit's file lies in a folder that is only linked."""
    (root / "far").mkdir()
    (root / UNIT).rename(root / "far/Encounter.ndjson")
    (root / "export/near").symlink_to(root / "far")


def zst(content: bytes) -> bytes:
    packed = pa.BufferOutputStream()
    with pa.CompressedOutputStream(packed, "zstd") as stream:
        stream.write(content)
    return bytes(packed.getvalue())


def manifest(name: str, count: int | None = None) -> Damage:
    """A manifest that names one file of encounters."""
    output = [{"type": "Encounter", "url": f"https://h/{MARK}/{name}", **({} if count is None else {"count": count})}]
    content = {"transactionTime": "2026-04-01T00:00:00Z", "request": f"https://h/{MARK}", "output": output, "error": []}
    return put("export/manifest.json", json.dumps(content, indent=1))


DELETION = {"request": {"method": "DELETE", "url": f"Encounter/{id_of('e4')}"}}
NEXT = [{"relation": "next", "url": f"https://h/Encounter?name={MARK}"}]
PAGE = json.dumps({"resourceType": "Bundle", "type": "searchset", "link": NEXT, "entry": []})
XML = "export/Encounter.xml"
SHARE, BRACKETS = "is no share above 0 %, at most 100 %", "a number too long, or brackets too deep, to be read"
NAMES = tuple(f"export/{kind}.ndjson" for kind in resources())
SOURCE, REST = PLAN[PLAN.index("[[source]]") : PLAN.index("[suites]")], PLAN[PLAN.index("[[claim]]") :]
AGAIN = SOURCE.replace('"his"', '"again"')
CLAIM = '[[claim]]\nid = "b"\nsector = "health"\nrung = "complete"\ntarget = "90 %"\n\n[[claim]]'
LOST = ("66002: missing 1", "unattributed: unreadable line in a file of several facilities 1")
SILENT = ("66001: silent", "66002: silent")
NO_ROW = "nothing to judge: no row of the unit's table"


@dataclass(frozen=True)
class Case:
    """``said``: what must be heard of it, on stderr, or as counts of the result."""

    name: str
    damage: Damage
    code: int
    said: tuple[str, ...]


def case(name: str, damage: Damage, code: int, *said: str) -> Case:
    return Case(name, damage, code, said)


PLANS = (
    case("empty directory", elsewhere, 3, "nothing to judge: no file"),
    case("path that does not exist", run("check", "ROOT/nowhere"), 2, "does not exist"),
    case("plan with a typo", plan("target =", "taget ="), 2, "unknown key", "did you mean target?"),
    case("plan with a misspelt table", plan("[[claim]]", "[[clam]]"), 2, "did you mean claim?"),
    case("plan that is no TOML", plan("[audit]", "[audit"), 2, "the plan is not TOML"),
    case("plan in UTF-16", rewrite("recaudit.toml", lambda text: text.decode().encode("utf-16")), 2, "is not UTF-8"),
    case("empty plan", put("recaudit.toml", b""), 2, "no [audit]", "no [[source]]: there is nothing to read"),
    case("plan of 100 000 brackets", put("recaudit.toml", b"a = " + b"[" * 100_000), 2, BRACKETS),
    case("plan with a number of 5 000 digits", plan('"100 %"', "9" * 5000), 2, BRACKETS),
    case("period reversed", plan("to = 2026-03-31", "to = 2025-03-31"), 2, "the period ends before it begins"),
    case("time zone unknown", plan("Ho_Chi_Minh", "Ho_Chi_Min"), 2, "did you mean Asia/Ho_Chi_Minh?"),
    case("time zone that is a path", plan("Asia/Ho_Chi_Minh", "../../etc/passwd"), 2, "is not known"),
    case("day that is text", plan("as_of = 2026-04-20", 'as_of = "20/04/2026"'), 2, "is no day"),
    case("claim for a sector without source", plan(SOURCE, ""), 2, "no [[source]] is of sector health"),
    case("rung misspelt", plan('rung = "complete"', 'rung = "complet"'), 2, "did you mean complete?"),
    case("rung without a rule", plan('"complete"', '"timely"'), 2, "of which the suites have no required rule"),
    case("target 0", plan('"100 %"', '"0 %"'), 2, SHARE),
    case("target 101 %", plan('"100 %"', '"101 %"'), 2, SHARE),
    case('target "100"', plan('"100 %"', '"100"'), 2, SHARE),
    case("target nan", plan('"100 %"', "nan"), 2, SHARE),
    case("target 1e-999999999", plan('"100 %"', "1e-999999999"), 2, SHARE),
    case("target of 5 000 decimals", plan('"100 %"', "0." + "9" * 5000), 2, SHARE),
    case("target of 5 000 digits and %", plan('"100 %"', f'"{"9" * 5000} %"'), 2, SHARE),
    case(
        "two claims of one id", plan("[[claim]]", CLAIM.replace('"b"', '"all-complete"')), 2, "is that of [[claim]] 1"
    ),
    case(
        "scope of a facility that the register lacks",
        plan("[[claim]]", '[[claim]]\nscope = { facility = ["66009"] }'),
        3,
        "no facility of the register is in the claim's scope",
    ),
    case("unknown format", plan('["export"]', '["export"]\nformat = "hl7v2"'), 2, "format 'hl7v2' is not known"),
    case(
        "one file read by two sources", plan("[suites]", AGAIN + "[suites]"), 2, "read the same file as two namespaces"
    ),
    case(
        "--facility that the register lacks",
        run("check", "ROOT", "--facility", "66009"),
        3,
        "unattributed: facility unknown to the register 4",
        *SILENT,
    ),
    case("--facility that is no text", run("check", "ROOT", "--facility", "a\0\udcff"), 3, *SILENT),
)

REGISTERS = (
    case(
        "no register",
        plan(PLAN[PLAN.index("[register]") : PLAN.index("[[source]]")], ""),
        3,
        "nothing to judge by: the plan names no register",
    ),
    case("register file missing", remove(REGISTER), 2, "file register/facilities.csv is not there"),
    case("register file with a name of 5 000 letters", plan("register/facilities", "x" * 5000), 2, "is not there"),
    case(
        "register without source",
        plan('source = "Provincial health department"', ""),
        3,
        "the register does not name its source and date",
    ),
    case("empty register", put(REGISTER, b""), 2, "is empty"),
    case("register with a header only", put(REGISTER, FACILITIES.splitlines()[0] + "\n"), 2, "no facility"),
    case("register in UTF-16", put(REGISTER, FACILITIES.encode("utf-16")), 2, "is not UTF-8"),
    case("register in windows-1258", add(REGISTER, b"66003,\xea,health,24133\n"), 2, "is not UTF-8"),
    case("register with NUL", add(REGISTER, f"66003\0,{MARK},health,24133\n"), 2, "holds NUL characters"),
    case("XLSX instead of CSV", rewrite(REGISTER, workbook), 2, "is not UTF-8"),
    case("semicolons", put(REGISTER, FACILITIES.replace(",", ";")), 2, "the columns are not separated by commas"),
    case("quote that is never closed", add(REGISTER, f'66003,"{MARK},health,24133\n'), 2, "is no CSV"),
    case("row that is too long", add(REGISTER, f"66003,{MARK},health,24133,{MARK}\n"), 2, "is no CSV"),
    case(
        "two facilities with one id",
        add(REGISTER, f"66001,{MARK},health,24133\n"),
        2,
        "id stands in an earlier line too",
    ),
    case("facility without id", add(REGISTER, f",{MARK},health,24133\n"), 2, "id is empty"),
    case("facility of an unknown sector", add(REGISTER, f"66003,{MARK},{MARK},24133\n"), 2, "sector is not known"),
    case(
        "facility in an unknown area", add(REGISTER, f"66003,{MARK},health,{MARK}\n"), 2, "area is not among the areas"
    ),
    case(
        "area cycle",
        put("register/areas.csv", AREAS.replace("66,Đắk Lắk,", "66,Đắk Lắk,24133")),
        2,
        "the area lies inside itself",
    ),
    case(
        "coordinate in metres",
        put("register/areas.csv", "code,name,lat,lon\n24133,A,1404512,108.03\n"),
        2,
        "is no such place on Earth",
    ),
    case("map that is no GeoJSON", mapped("{}"), 2, "this is no GeoJSON FeatureCollection"),
    case("map of other areas", mapped(ELSEWHERE), 2, "no feature is of an area"),
    case("leading zero lost", swap(REGISTER, "66001,", "066001,"), 2, "facility is not in the register"),
    case(
        "id in another Unicode form",
        both(swap(REGISTER, "66001,", "Tra\u0323m,"), swap(ROSTER, "66001", "Tr\u1ea1m")),
        2,
        "facility is not in the register",
    ),
    case(
        "roster key twice",
        add(ROSTER, f"66002,2026-Q1,{id_of('e4')},Book\n"),
        2,
        "this key of the facility stands in an earlier row too",
    ),
    case("roster key empty", add(ROSTER, "66002,2026-Q1,,Book\n"), 2, "id is empty"),
    case(
        "roster of a facility that the register lacks",
        add(ROSTER, f"66009,2026-Q1,{MARK},Book\n"),
        2,
        "facility is not in the register",
    ),
    case(
        "roster for a facility without rows",
        both(add(REGISTER, "66003,C,health,\n"), add(ROSTER, f"66003,2026-Q1,{MARK},B\n")),
        3,
        "66003: silent",
        "1 facility sent nothing",
    ),
    case(
        "roster with a header only",
        put(ROSTER, rosters().splitlines()[0] + "\n"),
        3,
        "2 facilities without an expected number",
    ),
    case("roster key that nobody sent", add(ROSTER, f"66002,2026-Q1,{id_of('e5')},Book\n"), 1, "66002: missing 1"),
    case(
        "expected 0",
        expected("66001,2026-Q1,0,Report", "66002,2026-Q1,0,Report"),
        3,
        "2 facilities with more records than expected",
    ),
    case(
        "expected 0 and zero rows", both(expected("66001,2026-Q1,0,R", "66002,2026-Q1,0,R"), put(UNIT, b"")), 3, NO_ROW
    ),
    case("expected -1", expected(f"66001,2026-Q1,-1,{MARK}"), 2, "expected is no whole number, 0 or more"),
    case("expected 1.5", expected(f"66001,2026-Q1,1.5,{MARK}"), 2, "expected is no whole number, 0 or more"),
    case('expected "1 000"', expected(f"66001,2026-Q1,1 000,{MARK}"), 2, "expected is no whole number, 0 or more"),
    case(
        "expected that is text", expected(f"66001,2026-Q1,{MARK},Report"), 2, "expected is no whole number, 0 or more"
    ),
    case(
        "expected for a closed facility",
        put(
            REGISTER,
            FACILITIES.replace(
                ",area\n66001,Ea Súp,health,24133", ",area,open_to\n66001,Ea Súp,health,24133,2025-12-31"
            ),
        ),
        2,
        "something is expected of a facility that was not open",
    ),
    case(
        "facility without an expected number",
        add(REGISTER, "66003,C,health,24133\n"),
        3,
        "1 facility sent nothing, and nobody said what was expected of it",
    ),
)

FILES = (
    case("folder of zero files", remove(*NAMES), 2, "source his names nothing: export"),
    case("folder that does not exist", plan('["export"]', '["exports"]'), 2, "source his names nothing: exports"),
    case("glob that matches nothing", plan('["export"]', '["export/*.jsonx"]'), 2, "matches no file that can be read"),
    case("path with NUL", plan('["export"]', '["export/\\u0000"]'), 2, "source his names nothing"),
    case("path of 5 000 letters", plan('["export"]', f'["{"x" * 5000}"]'), 2, "source his names nothing"),
    case(
        "only files of another kind",
        both(*(rename(name, bytes, name + ".csv") for name in NAMES)),
        2,
        "matches no file that can be read (5 of another kind)",
    ),
    case("zero rows", put(UNIT, b""), 3, "export/Encounter.ndjson: empty file 1", NO_ROW),
    case("unit's file missing", remove(UNIT), 3, NO_ROW),
    case("empty hanging file", put(HANGING, b""), 1, "export/Condition.ndjson: empty file 1"),
    case("hanging file missing", remove(HANGING), 3, "own-diagnosed: not_assessable 4"),
    case(
        "UTF-16",
        rewrite(UNIT, lambda text: text.decode().encode("utf-16")),
        3,
        "export/Encounter.ndjson: wrong encoding 4",
    ),
    case(
        "UTF-16 without its mark",
        rewrite(UNIT, lambda text: text.decode().encode("utf-16-le")),
        3,
        "export/Encounter.ndjson: broken line 5",
    ),
    case(
        "gzip that ends early",
        rename(UNIT, lambda content: gzip.compress(content)[:-60], UNIT + ".gz"),
        3,
        "export/Encounter.ndjson.gz: cut off 1",
    ),
    case(
        "zstd that ends early",
        rename(UNIT, lambda content: zst(content)[:-1], UNIT + ".zst"),
        3,
        "export/Encounter.ndjson.zst: could not be opened 1",
    ),
    case(
        "gzip that is none", rename(UNIT, bytes, UNIT + ".gz"), 3, "export/Encounter.ndjson.gz: could not be opened 1"
    ),
    case("gzip that is called .ndjson", rewrite(UNIT, gzip.compress), 3, "export/Encounter.ndjson: cut off 1"),
    case("damaged zip", archive, 3, "export/all.zip!Encounter.ndjson: could not be opened 1"),
    case(
        "zip that is none",
        rename(UNIT, bytes, "export/Encounter.zip"),
        3,
        "export/Encounter.zip: could not be opened 1",
    ),
    case("zip with a name in no encoding", odd_member, 3, "export/odd.zip: could not be opened 1"),
    case("binary file", put(UNIT, bytes(range(256)) * 40), 3, "export/Encounter.ndjson: wrong encoding 40"),
    case("file without read permission", unreadable(UNIT), 3, "export/Encounter.ndjson: could not be opened 1"),
    case("folder without read permission", unreadable("export"), 2, "a folder cannot be opened"),
    case("link that leads to itself", both(remove(UNIT), loop), 3, "export/Encounter.ndjson: could not be opened 1"),
    case(
        "file name that is not UTF-8",
        odd_name,
        3,
        "export/Encounter-\\xff\\xfe.ndjson: broken line 1",
        "66002: missing 1",
    ),
    case(
        "manifest that names a file that is not there",
        both(last_line("Encounter", b""), manifest("Encounter-2.ndjson")),
        3,
        "export/manifest.json: file of the manifest missing 1",
        "may have rows in what was not read of export/manifest.json",
    ),
    case(
        "Bundle whose next page is not there",
        both(last_line("Encounter", b""), put("export/page.json", PAGE)),
        3,
        "export/page.json: next page missing 1",
        "may have rows in what was not read of export/page.json",
    ),
    case(
        "XML with a document type",
        rename(UNIT, lambda _: f"<!DOCTYPE a [<!ENTITY x '{MARK}'>]><Bundle>&x;</Bundle>".encode(), XML),
        3,
        "export/Encounter.xml: document type 1",
    ),
)

LINES = (
    case(
        "insurance dossier without a visit",
        put("export/claims.xml", f"<GIAMDINHHS><HOSO>{MARK}</HOSO></GIAMDINHHS>"),
        3,
        "no content 1",
    ),
    case(
        "line in latin-1",
        last_line("Encounter", line(of("Encounter", -1)).replace(b"AMB", b"\xea")),
        3,
        "wrong encoding 1",
        *LOST,
    ),
    case("broken line", last_line("Encounter", line(of("Encounter", -1))[:40] + b"\n"), 3, "broken line 1", *LOST),
    case("last line cut off", last_line("Encounter", line(of("Encounter", -1))[:-20]), 3, "cut off 1"),
    case(
        "resource that is a list",
        last_line("Encounter", b"[" + line(of("Encounter", -1)).rstrip() + b"]\n"),
        3,
        "not an object 1",
        *LOST,
    ),
    case("null", last_line("Encounter", b"null\n"), 3, "not an object 1", *LOST),
    case("text", last_line("Encounter", f'"{MARK}"\n'.encode()), 3, "not an object 1", *LOST),
    case("resourceType unknown", last("Encounter", resourceType=MARK), 3, "unknown resource type 1", *LOST),
    case("resourceType a number", last("Encounter", resourceType=7), 3, "unknown resource type 1", *LOST),
    case("resourceType absent", last("Encounter", resourceType=None), 3, "unknown resource type 1", *LOST),
    case("NaN", with_number("NaN"), 3, "broken line 1", *LOST),
    case("Infinity", with_number("-Infinity"), 3, "broken line 1", *LOST),
    case("number of 5 000 digits", with_number("9" * 5000), 3, "broken line 1", *LOST),
    case("lone surrogate", with_number('1,"unit":"\\ud800"'), 3, "broken line 1", *LOST),
    case(
        "NUL bytes", last_line("Encounter", line(of("Encounter", -1)).rstrip() + b"\0\0\n"), 3, "broken line 1", *LOST
    ),
    case("10 000 levels", last_line("Encounter", nested(10_000)), 3, "broken line 1", *LOST),
    case("1 000 levels", last_line("Encounter", nested(1_000)), 3, "not judged 1"),
    case("Bundle whose entry is no list", bundle('{"resource":{}}'), 3, "not an object 1", *LOST),
    case("Bundle with an entry that is no object", bundle("[7]"), 3, "not an object 1", *LOST),
    case(
        "Bundle in Bundles, 200 deep",
        bundle('[{"resource":{"resourceType":"Bundle","entry":' * 200 + "[]" + "}}]" * 200),
        3,
        "not an object 1",
        *LOST,
    ),
    case(
        "Bundle that deletes a record",
        add(UNIT, line({"resourceType": "Bundle", "type": "transaction", "entry": [DELETION]})),
        1,
        "deleted 1",
        "66002: missing 1",
    ),
    case(
        "duplicate JSON keys",
        last_line("Encounter", line(of("Encounter", -1)).rstrip()[:-1] + b',"status":"planned"}\n'),
        1,
        "66002: out_of_scope 1",
    ),
    case("record without id", last("Encounter", id=None), 3, "66002: unreadable 1"),
    case("id that is an object", last("Encounter", id={"value": MARK}), 3, "66002: unreadable 1"),
    case(
        "id that is not on the roster", last("Encounter", id=f"{MARK}\0"), 1, "66002: unexpected 1", "66002: missing 1"
    ),
    case("record without status", last("Encounter", status=None), 3, "66002: unreadable 1"),
    case("end that no calendar has", last("Encounter", period={"end": "2026-02-30"}), 3, "66002: unreadable 1"),
    case(
        "end in the year 9998",
        last("Encounter", period={"end": "9998-12-31T23:59:59-14:00"}),
        1,
        "66002: out_of_scope 1",
    ),
    case("period that is a list", last("Encounter", period=[MARK]), 1, "not conformant 1"),
    case("meta that is a number", last("Encounter", meta=5), 1, "not conformant 1"),
    case(
        "record without facility",
        last("Encounter", serviceProvider=None),
        3,
        "66002: missing 1",
        "unattributed: no facility named 1",
    ),
    case(
        "facility in the export that the register lacks",
        last("Encounter", serviceProvider={"reference": f"Organization/{MARK}"}),
        3,
        "66002: missing 1",
        "unattributed: facility unknown to the register 1",
    ),
    case("condition without its encounter", last("Condition", encounter=None), 3, "condition: unreadable 1"),
    case(
        "condition of an encounter that nobody sent",
        last("Condition", encounter={"reference": f"Encounter/{MARK}"}),
        1,
        "condition: unlinked 1",
    ),
)

SUITES = (
    case("no rule", put("own.json", json.dumps({**SUITE, "expectations": []})), 2, "the suite holds no rule"),
    case("no suite", plan('["own.json", "condition"]', "[]"), 2, "is empty"),
    case("unknown suite", plan('"own.json"', '"enconter"'), 2, "write 'health/encounter'"),
    case(
        "suite with a misspelt expectation type",
        suite(lambda text: text.replace("to_not_be_null", "to_not_be_nul")),
        2,
        "which is not compiled",
        "write 'expect_column_values_to_not_be_null'",
    ),
    case("suite with an unknown column", suite(lambda text: text.replace('"class"', '"klass"')), 2, "write 'class'"),
    case(
        "suite with an unknown severity",
        suite(lambda text: text.replace("critical", "fatal", 1)),
        2,
        "has severity 'fatal'",
    ),
    case(
        "suite of an unknown table",
        suite(lambda text: text.replace('"encounter"', '"encountr"')),
        2,
        "write 'encounter'",
    ),
    case("suite of an unknown sector", suite(lambda text: text.replace('"health"', '"helth"')), 2, "write 'health'"),
    case("empty suite", put("own.json", b""), 2, "the file is no JSON"),
    case("suite that is a list", put("own.json", b"[]"), 2, "the file holds no JSON object"),
    case("suite of 100 000 brackets", put("own.json", b"[" * 100_000), 2, BRACKETS),
    case("suite with a number of 5 000 digits", put("own.json", '{"a":' + "9" * 5000 + "}"), 2, BRACKETS),
    case(
        "expectations that are no objects",
        put("own.json", json.dumps({**SUITE, "expectations": [1, None]})),
        2,
        "an expectation is no object",
    ),
)

COMMANDS = (
    case(
        "result in a folder that does not exist",
        run("check", "ROOT", "--result", "ROOT/no/r.json"),
        2,
        "cannot be written (No such file or directory)",
    ),
    case("show without a result", run("show", "--result", "ROOT"), 2, "there is no recaudit-result.json"),
    case(
        "show with a result that is cut off",
        both(put("recaudit-result.json", b'{"schema":'), run("show", "--result", "ROOT")),
        2,
        "this is no JSON",
    ),
    case(
        "show with other JSON",
        both(put("recaudit-result.json", b"[]"), run("show", "--result", "ROOT")),
        2,
        "this is no result",
    ),
    case(
        "show with parts missing",
        both(put("recaudit-result.json", '{"schema": "recaudit.result/1"}'), run("show", "--result", "ROOT")),
        2,
        "the result lacks areas",
    ),
    case("synth into a folder that is not empty", run("synth", "ROOT"), 2, "the folder is not empty"),
    case("synth below a file", run("synth", "ROOT/recaudit.toml/new"), 2, "the province cannot be written"),
)

HARMLESS = (
    case("CRLF", rewrite(UNIT, lambda content: content.replace(b"\n", b"\r\n")), 0),
    case("byte-order mark", rewrite(UNIT, lambda content: b"\xef\xbb\xbf" + content), 0),
    case("blank lines", rewrite(UNIT, lambda content: content.replace(b"\n", b"\n \t\n\n")), 0),
    case("no line end at the end", rewrite(UNIT, lambda content: content[:-1]), 0),
    case(
        "line of 10 million characters",
        last("Encounter", text={"status": "generated", "div": f"<div>{MARK * 600_000}</div>"}),
        0,
    ),
    case("spaces around a facility id", swap(REGISTER, "66001,", "  66001  ,"), 0),
    case("folder that is linked", linked, 0),
    case("link to a folder above", lambda root: (root / "export/again").symlink_to(root), 0),
    case("file of another kind", put("export/Encounter.xlsx", MARK), 0, "not looked at: export/Encounter.xlsx"),
    case("record twice", add(UNIT, line(of("Encounter", -1))), 0, "66002: duplicate 1"),
    case(
        "further record of a facility that the register lacks",
        add(UNIT, line(of("Encounter", -1, id=MARK, serviceProvider={"reference": f"Organization/{MARK}"}))),
        0,
        "unattributed: facility unknown to the register 1",
    ),
    case(
        "XML of another kind",
        put("export/claims.xml", f"<claims>{MARK}</claims>"),
        0,
        "not looked at: export/claims.xml",
    ),
    case("further line that cannot be read", add(UNIT, MARK.encode() + b"\n"), 0, "broken line 1"),
    case(
        "further file that cannot be opened",
        put("export/Encounter-2.ndjson.gz", b"x"),
        0,
        "could not be opened 1",
        "66001: partial",
    ),
)

CASES = (*PLANS, *REGISTERS, *FILES, *LINES, *SUITES, *COMMANDS, *HARMLESS)
NEEDS_NO_ROOT = ("file without read permission", "folder without read permission")


# ------------------------------------------------------------------------------------------------ what is heard
PROBLEMS = re.compile(r"(?:error: \S.*\n  where: \S.*\n  fix:   \S.*\n)+")
USAGE = re.compile(r"Usage: .*\nTry '.*' for help\.\n\nError: .*\n")  # wrong options are told by click


@dataclass(frozen=True)
class Heard:
    code: int
    out: str
    err: str
    result: dict[str, Any] | None

    def all(self) -> str:
        return "\n".join([self.out, self.err, *(_counts(self.result) if self.result else ())])


def _counts(result: dict[str, Any]) -> Iterator[str]:
    """What a result says of its inputs and rows, one thing a line."""
    for entry in result["inputs"]:
        yield from (f"{entry['path']}: {found['kind']} {found['count']}" for found in entry["findings"])
    for facility in result["facilities"]:
        yield f"{facility['id']}: {facility['status']}"
        counts = ("duplicate", "unexpected", "out_of_scope", "unreadable", "missing")
        yield from (f"{facility['id']}: {count} {facility[count]}" for count in counts)
    for table in result["tables"]:
        yield from (f"{table['name']}: {count} {table[count]}" for count in ("unreadable", "unlinked"))
    yield from (f"{rule['id']}: {state} {count}" for rule in result["rules"] for state, count in rule["totals"].items())
    yield from (f"unattributed: {reason} {rows}" for reason, rows in result["unattributed"].items())
    yield from (f"not looked at: {entry['what']}" for entry in result["not_looked_at"])
    yield from (reason for claim in result["claims"] for reason in in_english(claim["reasons"]))


def hear(root: Path, arguments: list[str] | None, capsys: pytest.CaptureFixture[str]) -> Heard:
    arguments = arguments or ["check", str(root)]
    code = cli.run([*arguments, *(["--workers", "1"] if arguments[0] == "check" else [])])
    out, err = capsys.readouterr()
    file = root / "recaudit-result.json"
    checked = arguments[0] == "check" and file.is_file()
    return Heard(code, out, err, json.loads(file.read_text(encoding="utf-8")) if checked else None)


# ------------------------------------------------------------------------------------------------ the tests
def test_the_undamaged_audit_is_confirmed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heard = hear(write(tmp_path / "sound"), None, capsys)
    assert (heard.code, heard.err) == (0, "")
    assert heard.result is not None
    assert [claim["wording"] for claim in heard.result["claims"]] == ["confirmed"]
    assert MARK not in heard.all() + json.dumps(heard.result)


@pytest.mark.parametrize("each", CASES, ids=lambda each: each.name)
def test_bad_input_gets_its_count_or_its_message(
    each: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if each.name in NEEDS_NO_ROOT and os.geteuid() == 0:
        pytest.skip("root may read everything")
    monkeypatch.setattr(engine, "count", COUNT)  # much damage leaves the rows as they are
    root = write(tmp_path / "damaged")
    heard = hear(root, each.damage(root), capsys)
    assert heard.code == each.code, heard.all()
    for said in each.said:
        assert said in heard.all()
    assert "Traceback" not in heard.err + heard.out
    assert "(internal)" not in heard.err
    assert MARK not in heard.all() + json.dumps(heard.result)
    if each.code == 2:
        assert PROBLEMS.fullmatch(heard.err) or USAGE.fullmatch(heard.err), heard.err
        assert heard.out == ""
        assert heard.result is None
    else:
        claims = heard.result["claims"] if heard.result else []
        assert ([claim["verdict"] for claim in claims] == ["confirmed"]) == (each.code == 0)


def test_a_condition_without_its_encounter_may_be_the_one_that_is_lacking(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write(tmp_path / "damaged")
    plan(', "condition"]', "]")(root)
    last("Condition", encounter=None)(root)
    assert hear(root, None, capsys).code == 3


def test_a_file_that_grows_while_it_is_read_is_not_read_to_the_end(tmp_path: Path) -> None:
    root = write(tmp_path / "growing")

    def grow(path: str, done: int, total: int) -> None:
        if path == HANGING:  # read before the unit's file
            add(UNIT, line(of("Encounter", -1)))(root)

    outcome = audit.check(root, workers=1, progress=grow)
    (grown,) = (entry for entry in outcome.result["inputs"] if entry["path"] == UNIT)
    assert ([found["kind"] for found in grown["findings"]], grown["to_the_end"]) == (["changed while read"], False)
    assert {facility["status"] for facility in outcome.result["facilities"]} == {"partial"}


def test_the_folder_one_is_in_does_not_matter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(tmp_path / "sound")
    digests = set()
    for folder, named in ((root, "."), (tmp_path, "sound/recaudit.toml"), (root / "export", "..")):
        monkeypatch.chdir(folder)
        heard = hear(root, ["check", named], capsys)
        assert heard.code == 0
        assert heard.result is not None
        digests.add(heard.result["digest"])
    assert len(digests) == 1


def test_a_facility_that_the_result_lacks_is_answered_with_near_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write(tmp_path / "sound")
    hear(root, None, capsys)
    heard = hear(root, ["show", "facility", "6600", "--result", str(root)], capsys)
    assert (heard.code, heard.out) == (2, "")
    assert PROBLEMS.fullmatch(heard.err)
    assert "known, for example: 66002, 66001" in heard.err or "known, for example: 66001, 66002" in heard.err


@pytest.mark.parametrize("name", ["no rule", "file name that is not UTF-8"])
def test_a_process_ends_with_the_same_code_and_no_traceback(name: str, tmp_path: Path) -> None:
    (each,) = (case for case in CASES if case.name == name)
    root = write(tmp_path / "damaged")
    arguments = each.damage(root) or ["check", str(root)]
    program = [sys.executable, "-c", "from recaudit.cli import main; main()", *arguments, "--workers", "2"]
    done = subprocess.run(
        program, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(TABLE.parents[1])}
    )
    assert done.returncode == each.code
    assert "Traceback" not in done.stdout + done.stderr
    assert MARK not in done.stdout + done.stderr


def test_the_table_says_what_each_gets() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+) \| ([0-3]) \|$", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [(name, int(code)) for name, _, code in rows] == [(each.name, each.code) for each in CASES]
    for each, (_, gets, _) in zip(CASES, rows, strict=True):
        for said in each.said:
            assert f"`{said}`" in gets
