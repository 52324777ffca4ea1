"""What makes a page harmless: texts of data escaped, and a policy under which only the page's own script runs."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from html import escape
from typing import cast

from recaudit.reports.inert import visible
from recaudit.result import FacilityEntry, Result

_ISLAND = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def island(value: object) -> str:
    """JSON that may stand inside a script element: no text in it can end the element or be read as markup.

    >>> island({"name": "</script>"})
    '{"name":"\\\\u003c/script\\\\u003e"}'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(_ISLAND)


def shown(text: str) -> str:
    """A text as HTML shows it, whatever it holds."""
    return escape(visible(text), quote=True)


def harmless(result: Result) -> Result:
    """The same result with every text made visible, names of keys too."""
    return cast(
        Result,
        {
            **{name: visible_texts(part) for name, part in result.items() if name != "facilities"},
            "facilities": [_harmless_facility(one) for one in result["facilities"]],
        },
    )


def _harmless_facility(facility: FacilityEntry) -> dict[str, object]:
    """Of its many counts by rule only the rules have names."""
    found = {name: visible_texts(part) for name, part in facility.items() if name != "rules"}
    found["rules"] = {_visible(rule): counts for rule, counts in facility["rules"].items()}
    return found


def visible_texts(value: object) -> object:
    """The same JSON with every text in it made visible."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {_visible(key): visible_texts(part) for key, part in value.items()}
    if isinstance(value, list):
        return [visible_texts(part) for part in value]
    return value


_visible = lru_cache(maxsize=1 << 14)(visible)  # names of keys, which come again and again


def policy(script: str, sheet: str) -> str:
    """The content security policy of a page with this one script and this one style sheet.

    No request, no form, no frame; no other script or style, none in an attribute; and no text becomes a script or HTML.
    """
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {_hash(script)}",
            f"style-src {_hash(sheet)}",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
