"""Dossiers of Vietnamese health insurance, out of the envelope ``GIAMDINHHS`` in which hospitals send them.

One file has any number of dossiers (HOSO), each of one visit, each of up to fifteen inner files (FILEHOSO) of a kind
(LOAIHOSO: XML1 … XML15) whose content (NOIDUNGFILE) is XML in base64, or the XML itself. What the fields are called
stands in ``expectations/health/formats/bhyt-4750.json``. Nothing here decides what a field means.

Source: Decision 4750/QĐ-BYT for the tables; public programs that write and read such files for the envelope.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from typing import Any, BinaryIO, Final

from recaudit.errors import SuiteError
from recaudit.shipped import expectations
from recaudit.sources.lines import BLOCK, BROKEN, UTF16_MARKS, CutOffError
from recaudit.sources.xml import XmlError, tree_of

ROOT: Final = "GIAMDINHHS"
FORMAT: Final = "bhyt-xml"
_LIKE_ROOT: Final = "giamdinh"
_ALIKE: Final = 0.8
MOST: Final = 64 << 20
"""Bytes of inner files that one dossier may have; the parser itself stops at 10 million characters for each."""
ELEMENTS: Final = 500_000
"""Elements that one inner file may have where it stands there as it is, not in base64."""

_FILE: Final = "bhyt-4750"
_LABEL: Final = re.compile(r"\s*<\?xml\b[^>]*\?>")


Element = Any
"""An element of lxml, whose published types say less than it can."""


# ------------------------------------------------------------------------------------------------ the format
@cache
def definition() -> Mapping[str, Any]:
    """The shipped definition of the format as it stands in its file. Raises ``SuiteError`` where it is no JSON."""
    file = expectations("health", "formats", f"{_FILE}.json")
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as failure:
        raise SuiteError("a format cannot be read", where=str(file), fix="install recaudit again") from failure
    return content


@dataclass(frozen=True, slots=True)
class Visit:
    """Which table says that there was a visit, and in which of its fields it says what."""

    table: str
    key: str
    facility: str
    end: str


@cache
def visit() -> Visit:
    return Visit(**definition()["visit"])


@cache
def fields() -> Mapping[str, frozenset[str]]:
    """Kind of an inner file -> the fields of its rows."""
    return {kind: frozenset(one["name"] for one in table["fields"]) for kind, table in definition()["tables"].items()}


_MOMENT: Final = re.compile(r"([0-9]{8})(?:[0-9]{4}|[0-9]{6})?")


def day_of(text: str) -> date | None:
    """The local day of a moment ``yyyyMMddHHmm`` or a day ``yyyyMMdd``; None for anything else.

    >>> day_of("202603311705"), day_of("31/03/2026")
    (datetime.date(2026, 3, 31), None)
    """
    match = _MOMENT.fullmatch(text.strip())
    try:
        return date(int(match[1][:4]), int(match[1][4:6]), int(match[1][6:])) if match else None
    except ValueError:
        return None


# ------------------------------------------------------------------------------------------------ dossiers
Cells = Mapping[str, str]
"""Element -> its text, of one row; an element that is not there has none."""


@dataclass(frozen=True, slots=True)
class Content:
    """One inner file. ``fault``: why it could not be read ("broken base64", …); "" where it could."""

    kind: str  # "XML1"; whatever else LOAIHOSO says; "" for nothing
    rows: tuple[Cells, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """One HOSO. ``number`` is its place in the file, from 1."""

    number: int
    contents: tuple[Content, ...]

    def first(self, kind: str) -> Cells | None:
        """The first row of a kind; None where it has none."""
        return next((row for one in self.contents if one.kind == kind for row in one.rows), None)


@dataclass(slots=True)
class Envelope:
    """One file while it is read: what it says of itself, as far as it was read."""

    sender: str = ""  # MACSKCB
    made: str = ""  # NGAYLAP
    announced: int | None = None  # SOLUONGHOSO; None where it is no number
    seen: int = 0

    def dossiers(self, stream: BinaryIO, wanted: Mapping[str, frozenset[str]]) -> Iterator[Dossier]:
        """The dossiers of a file, one after the other, in bounded memory. ``wanted``: kind -> the fields by which a
        row is known; other kinds are not opened.

        After the last one that could be read it raises ``XmlError`` where the rest is no XML that may be read, or the
        file is another one ("unknown document"), and ``CutOffError`` where the stream breaks off. A file without a
        dossier gives none; one without a byte is a "broken document".
        """
        reader = _Reader(self, wanted)
        for block in _blocks(stream):
            yield from reader.fed(block)
        yield from reader.closed()


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while True:
        try:
            block = stream.read(BLOCK)
        except BROKEN as failure:
            raise CutOffError from failure
        if not block:
            return
        yield block


def is_envelope(name: str) -> bool:
    """Is a file whose first element is called so one of this format?"""
    return name == ROOT


def is_meant_as_envelope(name: str) -> bool:
    """Is a file whose first element is called so of this format, or meant to be? Only its name is misspelt then.

    >>> is_meant_as_envelope("GIAMDINHHSS"), is_meant_as_envelope("GiamDinhHs"), is_meant_as_envelope("HOSO")
    (True, True, False)
    """
    return name.casefold().startswith(_LIKE_ROOT) or SequenceMatcher(None, name, ROOT).ratio() >= _ALIKE


class _Reader:
    """The parser of one envelope, and what it holds of the dossier that is being read."""

    def __init__(self, envelope: Envelope, wanted: Mapping[str, frozenset[str]]) -> None:
        self.envelope, self.wanted = envelope, wanted
        self.parser: Any = None
        self.above: list[str] = []  # names of the open elements
        self.contents: list[Content] = []
        self.bytes = 0  # of inner files of this dossier
        self.inside = 0  # elements of the inner file that is open

    def fed(self, block: bytes) -> Iterator[Dossier]:
        from lxml import etree

        if self.parser is None:
            self.parser = _parser(block)
        wrong: Any = None
        try:
            self.parser.feed(block)
        except etree.XMLSyntaxError as failure:
            wrong = failure
        yield from self._events()
        if wrong is not None:
            raise XmlError(_kind_of(wrong))  # its message quotes the text

    def closed(self) -> Iterator[Dossier]:
        from lxml import etree

        if self.parser is None:
            raise XmlError("broken document")
        try:
            self.parser.close()
        except etree.XMLSyntaxError:
            raise XmlError("broken document") from None
        yield from self._events()
        yield from self._dossier(if_any=True)

    def _events(self) -> Iterator[Dossier]:
        for event, element in self.parser.read_events():
            name = _name(element)
            if event == "start":
                if not self.above:
                    _check_root(element, name)
                if name == "HOSO" and "FILEHOSO" not in self.above:
                    yield from self._dossier(if_any=True)  # files that stood in none
                self.above.append(name)
                self.inside = self.inside + 1 if "FILEHOSO" in self.above else 0
                if self.inside > ELEMENTS:
                    raise XmlError("too large")
                continue
            self.above.pop()
            if "FILEHOSO" in self.above:
                continue  # a part of an inner file, which is read as a whole
            if name == "FILEHOSO":
                self.inside = 0
                self.contents.append(self._content(element))
            elif name == "HOSO":
                yield from self._dossier()
            else:
                self._say(name, "".join(element.itertext()).strip() if not len(element) else "")
            _forget(element)

    def _dossier(self, *, if_any: bool = False) -> Iterator[Dossier]:
        """The files read since the last dossier, as one; none where there are none, ``if_any``."""
        if self.contents or not if_any:
            self.envelope.seen += 1
            yield Dossier(self.envelope.seen, tuple(self.contents))
            self.contents, self.bytes = [], 0

    def _say(self, name: str, text: str) -> None:
        above = self.above[-1] if self.above else ""
        match above, name:
            case "THONGTINDONVI", "MACSKCB":
                self.envelope.sender = text
            case "THONGTINHOSO", "NGAYLAP":
                self.envelope.made = text
            case "THONGTINHOSO", "SOLUONGHOSO":
                self.envelope.announced = int(text) if re.fullmatch("[0-9]{1,9}", text) else None

    def _content(self, element: Element) -> Content:
        parts = {_name(child): child for child in element}
        kind = _text(parts["LOAIHOSO"]).strip().upper() if "LOAIHOSO" in parts else ""
        if kind not in self.wanted or "NOIDUNGFILE" not in parts:
            return Content(kind, fault="" if kind not in self.wanted else "no content")
        body = parts["NOIDUNGFILE"]
        if len(body):  # the XML itself
            return Content(kind, tuple(row for child in body for row in rows_in(child, self.wanted[kind])))
        text = _text(body)
        self.bytes += len(text)
        if self.bytes > MOST:
            return Content(kind, fault="too large")
        try:
            return Content(kind, tuple(rows_in(tree_of(_decoded(text)), self.wanted[kind])))
        except XmlError as wrong:
            return Content(kind, fault=wrong.kind)


def _parser(first: bytes) -> Any:  # noqa: ANN401  # lxml's own classes are private
    """A parser that follows nothing. A file labelled UTF-16 that is UTF-8 (as .NET writes from a string) is read."""
    from lxml import etree

    return etree.XMLPullParser(
        events=("start", "end"),
        encoding=None if first.startswith(UTF16_MARKS) else "utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _kind_of(wrong: Any) -> str:  # noqa: ANN401
    from lxml import etree

    if wrong.code == etree.ErrorTypes.ERR_INVALID_ENCODING:
        return "wrong encoding"
    if wrong.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return "nested too deep" if "depth" in str(wrong).lower() else "too large"
    return "broken document"


def _check_root(element: Element, name: str) -> None:
    if element.getroottree().docinfo.doctype:
        raise XmlError("document type")
    if not is_envelope(name):
        raise XmlError("unknown document")


def _forget(element: Element) -> None:
    """Keep nothing of an element that was read, nor of those before it. The element itself stays: the parser may still
    be writing behind it."""
    element.clear(keep_tail=True)
    above = element.getparent()
    while above is not None and element.getprevious() is not None:
        del above[0]


def _decoded(text: str) -> bytes:
    """The XML that stands in NOIDUNGFILE, in base64 or as it is, as UTF-8 without a declaration. Once, and no deeper:
    base64 inside base64 is no XML. Raises ``XmlError``."""
    inner = text.strip()
    if not inner.startswith("<"):
        try:
            raw = base64.b64decode("".join(inner.split()), validate=True)
        except (binascii.Error, ValueError):
            raise XmlError("broken base64") from None
        try:
            inner = raw.decode("utf-16" if raw.startswith(UTF16_MARKS) else "utf-8-sig")
        except UnicodeDecodeError:
            raise XmlError("wrong encoding") from None
    return _LABEL.sub("", inner, count=1).strip().encode()


def rows_in(element: Element, known: frozenset[str]) -> Iterator[Cells]:
    """The outermost elements that have a field of the table among their children, whatever they are called and
    wrapped in: programs differ in that. None for an empty list."""
    left = [element]
    while left:
        one = left.pop()
        cells: dict[str, str] = {}
        for child in one:
            name = child.tag if child.tag in known else _name(child)
            if name in known and name not in cells:
                cells[name] = _text(child)
        if cells:
            yield cells
        else:
            left.extend(reversed(one))


def _text(element: Element) -> str:
    return "".join(element.itertext()) if len(element) else element.text or ""


def _name(element: Element) -> str:
    """Without a namespace: none is laid down, and some programs write one. "" for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def readable() -> Mapping[str, frozenset[str]]:
    """What is wanted of a file by whoever reads all of it."""
    return fields()


def visits_only() -> Mapping[str, frozenset[str]]:
    """What is wanted by whoever only counts visits."""
    return {visit().table: fields()[visit().table]}
