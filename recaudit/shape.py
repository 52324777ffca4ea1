"""Whether a file of JSON has the shape of a result: asked before anything reads it, since anybody may have edited it.

``result.schema.json`` says the shape. What a schema cannot say is asked beside it: how deep a sentence is nested, and
that counts are written as whole numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

DEEPEST: Final = 64
"""Objects and lists inside one another. A result that recaudit wrote has a dozen or two; reports are recursive."""
_FLAT: Final = ("facilities", "areas", "rules", "evidence")  # large, and the schema lets nothing nest in them
_SHOWN: Final = 6


def misshapen(found: Mapping[str, Any], decimals: int) -> str | None:
    """Where the shape is first broken, as ``claims/0/by_rung``; None where it is not.

    ``decimals``: how many numbers of the file are written with a point or an exponent, which JSON Schema takes for
    whole ones if they are; only the seconds of the run may be.
    """
    deep = next((key for key, value in found.items() if key not in _FLAT and _deeper(value, DEEPEST - 1)), None)
    if deep is not None:
        return deep
    try:
        validator = _validator()
        error = None if validator.is_valid(found) else next(validator.iter_errors(found))
    except ValueError:  # too deep, a number beyond all bounds, or half of a character
        return "/"
    if error is not None:
        return "/".join(map(str, error.instance_path[:_SHOWN])) or "/"
    run = found.get("run", {})
    if not _all_characters(run):
        return "run"
    return "/" if decimals > isinstance(run.get("seconds"), float) else None


def _all_characters(run: Mapping[str, Any]) -> bool:
    """Of the core the digest cannot be made with half of a character; the run has no part in it."""
    try:
        json.dumps(run, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _deeper(value: object, deepest: int) -> bool:
    """Is anything nested deeper? Without recursion, because that is what it guards."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(deepest):
        level = [
            below
            for one in level
            for below in (one.values() if isinstance(one, dict) else one)
            if isinstance(below, dict | list)
        ]
        if not level:
            return False
    return True


@cache
def _validator() -> Any:  # noqa: ANN401  # jsonschema_rs.Draft202012Validator
    import jsonschema_rs

    schema = json.loads(Path(__file__).with_name("result.schema.json").read_text(encoding="utf-8"))
    return jsonschema_rs.Draft202012Validator(schema)
