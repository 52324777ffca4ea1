"""JSON Schema of FHIR's primitive types, each as strict as fhir.resources' type and ``lenience``, or stricter.

Patterns are of Rust's regex crate and name no class (``\\s``, ``\\d``) whose meaning differs between engines; ``$`` is
the end of the text alone. Stricter than the library on purpose: years 1500 to 2999, no leap second, codes in ASCII.
"""

from __future__ import annotations

from typing import Any, Final

WHOLE: Final = "recaudit:whole"
"""A keyword of our own: 5.0 is an integer to JSON Schema, and another type than FHIR's to ``lenience``."""

_YEAR: Final = r"(?:1[5-9]|2[0-9])[0-9]{2}"
_MONTH_DAY: Final = (
    r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_LEAP: Final = r"(?:1[5-9]|2[0-9])(?:0[48]|[2468][048]|[13579][26])-02-29|(?:16|20|24|28)00-02-29"
_DAY: Final = rf"(?:{_YEAR}-{_MONTH_DAY}|{_LEAP})"
_PARTIAL: Final = rf"{_YEAR}(?:-(?:0[1-9]|1[0-2]))?"
_TIME: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
_ZONE: Final = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"


def _text(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern}


def _whole(least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most, WHOLE: True}


_FILLED: Final = {"type": "string", "minLength": 1}

PRIMITIVES: Final[dict[str, dict[str, Any]]] = {
    "boolean": {"type": "boolean"},
    # Something that is no white space but space, tab and line ends.
    "string": _text(r"[^\x0b\x0c\x85\xa0\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}]"),
    "code": _text(r"^[!-~]+(?: [!-~]+)*$"),
    "id": _text(r"^[A-Za-z0-9\-.]{1,64}$"),
    "decimal": {"type": "number", "minimum": -1e300, "maximum": 1e300},
    "integer": _whole(-(2**31), 2**31 - 1),
    "integer64": {"anyOf": [_whole(-(2**63) + 1, 2**63 - 1), _text(r"^(?:0|-?[1-9][0-9]{0,17})$")]},
    "unsignedInt": _whole(0, 2**31 - 1),
    "positiveInt": _whole(1, 2**31 - 1),
    "uri": _FILLED,
    "canonical": _FILLED,
    "markdown": _FILLED,
    "xhtml": _FILLED,
    "url": _FILLED,
    "oid": _text(r"^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+$"),
    "uuid": _text(r"^(?:urn:uuid:)?[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"),
    "base64Binary": _text(r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$"),
    "date": _text(rf"^(?:{_DAY}|{_PARTIAL})$"),
    "dateTime": _text(rf"^(?:{_DAY}(?:T{_TIME}{_ZONE})?|{_PARTIAL})$"),
    "instant": _text(rf"^{_DAY}T{_TIME}{_ZONE}$"),
    "time": _text(rf"^{_TIME}$"),
}
