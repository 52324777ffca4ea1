"""The envelope ``GIAMDINHHS`` of insurance dossiers, read one dossier at a time in bounded memory.

Nothing in a file is followed: no entity, no document type, no address. What a file holds stands in ``insurance``.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from recaudit.sources.insurance import Cells, Content, Dossier, is_envelope
from recaudit.sources.lines import BLOCK, BROKEN, UTF16_MARKS, CutOffError
from recaudit.sources.xml import SAFE, XmlError, kind_of, tree_of

MOST: Final = 64 << 20
"""Characters of inner files that one dossier may have; the parser itself stops at 10 million for each text."""
ELEMENTS: Final = 500_000
"""Elements that the inner files of one dossier may have where they stand there as they are, not in base64."""

_KIND: Final = 20  # characters of the longest LOAIHOSO that is kept of a dossier which is too large
_LABEL: Final = re.compile(r"\s*<\?xml\b[^>]*\?>")


Element = Any
"""An element of lxml, whose published types say less than it can."""


@dataclass(slots=True)
class Envelope:
    """One file while it is read: what it says of itself, as far as it was read."""

    sender: str = ""  # MACSKCB
    made: str = ""  # NGAYLAP
    announced: int | None = None  # SOLUONGHOSO; None where it is not there, or is no number
    unclear: bool = False  # whether it is there and is no number
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


class _Reader:
    """The parser of one envelope, and what it holds of the dossier that is being read."""

    def __init__(self, envelope: Envelope, wanted: Mapping[str, frozenset[str]]) -> None:
        self.envelope, self.wanted = envelope, wanted
        self.parser: Any = None
        self.above: list[str] = []  # names of the open elements
        self.contents: list[Content] = []
        self.bytes = 0  # characters of this dossier's inner files
        self.inside = 0  # their elements
        self.strange = False  # whether this dossier has elements that are no inner file

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
            raise XmlError(kind_of(wrong))  # its message quotes the text

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
                self.inside += "FILEHOSO" in self.above
                if self.inside > ELEMENTS:
                    raise XmlError("too large")
                continue
            self.above.pop()
            if "FILEHOSO" in self.above:  # a part of an inner file, which is read as a whole
                self._weigh(element)
                continue
            if name == "FILEHOSO":
                self.contents.append(self._content(element))
            elif name == "HOSO":
                yield from self._dossier()
            elif "HOSO" in self.above:
                self.strange |= not _is_signature(element) and _says_something(element)
            else:
                self._say(name, "".join(element.itertext()).strip() if not len(element) else "")
            _forget(element)

    def _dossier(self, *, if_any: bool = False) -> Iterator[Dossier]:
        """The files read since the last dossier, as one; none where there are none, ``if_any``."""
        if self.contents or not if_any:
            self.envelope.seen += 1
            yield Dossier(self.envelope.seen, tuple(self.contents), strange=self.strange)
            self.contents, self.bytes, self.inside, self.strange = [], 0, 0, False

    def _weigh(self, element: Element) -> None:
        """Count what an element of an inner file says: all texts, also those behind the elements before it and in it.
        Beyond what a dossier may have nothing of it is kept but what kind of file it is."""
        behind = [one for one in (element.getprevious(), element[-1] if len(element) else None) if one is not None]
        texts = [element.text, *(one.tail for one in behind), *element.values()]
        self.bytes += sum(len(text) for text in texts if text)
        if self.bytes > MOST:
            for one in behind:
                one.tail = None
            if _name(element) != "LOAIHOSO" or len(_text(element)) > _KIND:
                element.clear(keep_tail=True)

    def _say(self, name: str, text: str) -> None:
        above = self.above[-1] if self.above else ""
        match above, name:
            case "THONGTINDONVI", "MACSKCB":
                self.envelope.sender = text
            case "THONGTINHOSO", "NGAYLAP":
                self.envelope.made = text
            case "THONGTINHOSO", "SOLUONGHOSO":
                self.envelope.announced = int(text) if re.fullmatch("[0-9]{1,9}", text) else None
                self.envelope.unclear = self.envelope.announced is None

    def _content(self, element: Element) -> Content:
        if self.bytes > MOST:  # parts of it were not kept
            named = [_text(child).strip().upper() for child in element if _name(child) == "LOAIHOSO"]
            kind = named[0] if len(named) == 1 else ""
            return Content(kind, fault="too large" if kind in self.wanted else "")
        parts: dict[str, list[Element]] = {"LOAIHOSO": [], "NOIDUNGFILE": []}
        for child in element:
            parts.setdefault(_name(child), []).append(child)
        kinds, bodies = parts["LOAIHOSO"], parts["NOIDUNGFILE"]
        kind = _text(kinds[0]).strip().upper() if len(kinds) == 1 else ""
        if kind not in self.wanted:
            return Content(kind)
        if len(bodies) != 1:
            return Content(kind, fault="several contents" if bodies else "no content")
        [body] = bodies
        rows: list[Cells] = []
        try:
            trees = list(body) if len(body) else [tree_of(_decoded(_text(body)))]  # or the XML itself
            whole = _all_rows(trees, self.wanted[kind], rows) and not (len(body) and _own_text(body))
        except XmlError as wrong:
            return Content(kind, fault=wrong.kind)
        return Content(kind, tuple(rows), fault="" if whole else "no known row")


def _parser(first: bytes) -> Any:  # noqa: ANN401  # lxml's own classes are private
    """A file labelled UTF-16 that is UTF-8 (as .NET writes from a string) is read."""
    from lxml import etree

    encoding = None if first.startswith(UTF16_MARKS) else "utf-8"
    return etree.XMLPullParser(events=("start", "end"), encoding=encoding, **SAFE)


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


def rows_of(element: Element, known: frozenset[str], rows: list[Cells]) -> bool:
    """Adds the elements that have a field of the table among their children, whatever they are called and wrapped in:
    programs differ in that. An element whose fields stand beside further rows is a wrapper, and no row.

    False where something was left behind: a text in no row, as of misspelt fields, or elements inside a row. True for
    an empty list. Signatures say nothing.
    """
    cells: dict[str, str] = {}
    others = []
    for child in element:
        name = child.tag if child.tag in known else _name(child)
        if name not in known:
            others.append(child)
        elif name not in cells:
            cells[name] = _text(child)
    others = [child for child in others if not _is_signature(child)]
    if not cells:
        return _all_rows(others, known, rows) and not (_own_text(element) if others else _says_something(element))
    inside, before = [child for child in others if len(child)], len(rows)
    for child in inside:
        rows_of(child, known, rows)
    if len(rows) == before:
        rows.append(cells)
    return not inside


def _all_rows(elements: Iterable[Element], known: frozenset[str], rows: list[Cells]) -> bool:
    """``rows_of`` each; False where one of them left something behind."""
    left = [one for one in elements if not rows_of(one, known, rows)]
    return not left


def _own_text(element: Element) -> bool:
    """Whether a text stands beside the elements inside it."""
    return any(text and not text.isspace() for text in (element.text, *(child.tail for child in element)))


def _is_signature(element: Element) -> bool:
    return _name(element) in ("Signature", "CHUKYDONVI")


def _says_something(element: Element) -> bool:
    """An attribute may; one with a namespace, as of a schema, is about the document."""
    return bool(_text(element).strip()) or any(text.strip() and "}" not in name for name, text in element.items())


def _text(element: Element) -> str:
    return "".join(element.itertext()) if len(element) else element.text or ""


def _name(element: Element) -> str:
    """Without a namespace: none is laid down, and some programs write one. "" for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
