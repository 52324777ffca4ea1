"""XML that others wrote, parsed without doing what it says: no entities, no document type, no network, no XInclude.

A file that declares a document type is refused, whatever is in it: entities that grow (billion laughs), that name
files or addresses, and defaults of attributes all come by one. No format that recaudit reads allows one (FHIR R4,
"XML representation": "SHALL NOT"; Decision 4750/QĐ-BYT has none). Processing instructions and comments are left out;
``xi:include`` is an element like any other, which nobody follows.

The parser's own limits are kept (``huge_tree`` off): a text or an attribute has 10 million characters at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple, NoReturn

if TYPE_CHECKING:
    from lxml import etree

DEEPEST: Final = 200
"""Elements inside one another. FHIR's deepest examples have about 20; whoever walks a tree may recurse so far."""

SAFE: Final[Mapping[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
"""What every parser of lxml is told that reads what others wrote."""

_HEAD: Final = 1 << 20  # bytes in which the first element has to begin
_BLOCK: Final = 1 << 16


class XmlError(Exception):
    """Bytes that are no XML that may be read. ``kind`` is the finding: never a part of the text."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Root(NamedTuple):
    """What the first element is called."""

    namespace: str  # "" for none
    name: str  # without prefix


def root_of(stream: BinaryIO) -> Root:
    """The first element of a stream, of which no more than that is read (1 MiB at most).

    ``Root("http://hl7.org/fhir", "Patient")`` is FHIR, ``Root("", "GIAMDINHHS")`` is a claim of health insurance.
    Raises ``XmlError`` where there is none, or a document type before it. What the stream raises goes on.
    """
    return _first(iter(lambda: stream.read(_BLOCK), b""))


def tree_of(text: bytes) -> etree._Element:
    """The root element of a whole document, without comments and processing instructions.

    Raises ``XmlError`` for anything else: "broken document", "wrong encoding" (bytes that are not as the document
    declares, UTF-8 where it declares nothing), "document type", "nested too deep" and "too large" (a text beyond the
    parser's limit). Nothing is no document.
    """
    from lxml import etree

    root = _first(text[start : start + _BLOCK] for start in range(0, len(text), _BLOCK))
    parser = etree.XMLParser(recover=False, **SAFE)
    try:
        tree = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as wrong:
        raise XmlError(kind_of(wrong)) from None  # its message quotes the text
    if name_of(tree) != root:
        raise XmlError("broken document")
    _check_depth(tree)
    return tree


def name_of(node: etree._Element) -> Root:
    """The namespace and the name of an element."""
    return _name_of(str(node.tag))


class _FoundError(Exception):
    def __init__(self, root: Root) -> None:
        super().__init__()
        self.root = root


class _Head:
    """A target that ends parsing at the first element, or at a document type before it."""

    def doctype(self, name: str, public: str | None, system: str | None) -> NoReturn:
        raise XmlError("document type")

    def start(self, tag: str, attributes: object) -> NoReturn:
        raise _FoundError(_name_of(tag))

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...

    def close(self) -> None: ...


def _parser_of_the_head() -> Any:  # noqa: ANN401  # lxml's own classes are private
    from lxml import etree

    target: Any = _Head()  # doctype() is called where a target has it, whatever the stubs say
    return etree.XMLParser(target=target, **SAFE)


def _first(blocks: Iterator[bytes]) -> Root:
    from lxml import etree

    head, parser = 0, _parser_of_the_head()
    try:
        for block in blocks:
            parser.feed(block)
            head += len(block)
            if head >= _HEAD:
                raise XmlError("broken document")
        parser.close()  # the parser of a short text waits for more
    except _FoundError as found:
        return found.root
    except etree.XMLSyntaxError as wrong:
        raise XmlError(kind_of(wrong)) from None
    raise XmlError("broken document")


def kind_of(wrong: etree.XMLSyntaxError) -> str:
    """The finding that a refusal of lxml is; its message quotes the text."""
    from lxml import etree

    codes = etree.ErrorTypes
    encodings = {
        codes.ERR_INVALID_ENCODING,
        codes.ERR_UNSUPPORTED_ENCODING,
        codes.ERR_UNKNOWN_ENCODING,
        codes.I18N_CONV_FAILED,
    }
    code = getattr(wrong, "code", None)
    if code in encodings:
        return "wrong encoding"
    if code == codes.ERR_RESOURCE_LIMIT:
        return "nested too deep" if "depth" in str(wrong).lower() else "too large"
    return "broken document"


def _name_of(tag: str) -> Root:
    namespace, closed, name = tag.rpartition("}")
    return Root(namespace[1:] if closed else "", name)


def _check_depth(tree: etree._Element) -> None:
    from lxml import etree

    depth = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise XmlError("nested too deep")
