"""The file of a result: its digest and its seal, how it is written, and how it is read again.

``digest`` is of the core, in canonical JSON, and the same whenever the same audit is run. ``seal`` is of the file: of
every byte above its own line, so the run too, order and white space. Neither is a secret; ``recaudit verify`` checks
both, and more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import rfc8785

from recaudit.errors import ResultError
from recaudit.refusals import of_system
from recaudit.result import SCHEMA, Result
from recaudit.said import say
from recaudit.shape import misshapen
from recaudit.writing import put

FILE_NAME = "recaudit-result.json"


NOT_HASHED = ("digest", "run", "seal")


def digest(result: Mapping[str, Any] | Result) -> str:
    """SHA-256, in hex, of the result's canonical JSON (RFC 8785) without its digest, the run and the seal.

    Raises ``ValueError`` for what canonical JSON cannot say: a number beyond 2**53, half of a character.
    """
    core = {key: value for key, value in result.items() if key not in NOT_HASHED}
    return hashlib.sha256(rfc8785.dumps(cast(Any, core))).hexdigest()


def sealed(result: Result) -> Result:
    """The same result with its digest in it."""
    return {**result, "digest": digest(result)}


def as_text(result: Result) -> str:
    """The file that ``write`` writes: keys as they come, one line for each facility, rule, input; sealed at the end.

    The digest is computed where the result has none, the seal always.
    """
    whole = result if "digest" in result else sealed(result)
    unsealed = "".join(_lines({key: value for key, value in whole.items() if key != "seal"}))
    above = unsealed.removesuffix("\n}\n") + ",\n"
    return f'{above}"seal": "{hashlib.sha256(above.encode()).hexdigest()}"\n}}\n'


def write(result: Result, path: Path) -> None:
    """Write it whole or not at all, in UTF-8. Raises ``ResultError`` when the file cannot be written."""
    put(as_text(result).encode(), path)


def _unbroken(content: bytes, result: Result) -> bool:
    """Does the file end with the seal of what stands above it? One without a seal has to have the right digest."""
    above, seal, rest = content.rpartition(b'"seal": "')
    if seal:
        return rest == f'{hashlib.sha256(above).hexdigest()}"\n}}\n'.encode()
    try:
        return result.get("digest") == digest(result)
    except (ValueError, RecursionError):
        return False


def _lines(result: Mapping[str, object]) -> Iterator[str]:
    """JSON that a person can read and ``diff`` compare: lists of objects one entry a line, all else one key a line."""
    yield "{\n"
    for place, (key, value) in enumerate(result.items()):
        yield ",\n" if place else ""
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{_json(key)}: [\n " + ",\n ".join(map(_json, value)) + "\n]"
        else:
            yield f"{_json(key)}: {_json(value)}"
    yield "\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def load(path: Path) -> Result:
    """Read a result back. Raises ``ResultError`` when there is none, it is no JSON, of another schema or shape, lacks a
    part, or was changed after it was written: its seal is wrong, or it has none and its digest is wrong.

    Identities (``recaudit.reports.identities``) are not checked here: ``recaudit.verify`` asks those, and the digest of
    what is sealed.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ResultError(
            say("the result cannot be opened ({reason})", reason=of_system(error)),
            where=str(path),
            fix=say("run 'recaudit check' first, or name the result with --result FILE"),
        ) from None
    result = shaped(content, str(path))
    if not _unbroken(content, result):
        raise ResultError(
            say("the result is no longer the one that was written"),
            where=str(path),
            fix=say("'recaudit verify' says what has changed; 'recaudit check' makes it anew"),
        )
    return result


def parsed(content: bytes, where: str) -> Result:
    """The result in the bytes of a file, without its seal. Raises ``ResultError`` for what is no JSON, of another
    schema, or lacks a part; what else is wrong with it ``verify`` says."""
    return _read(content, where, float)


def shaped(content: bytes, where: str) -> Result:
    """The same, of the published schema all through. Raises ``ResultError`` as ``parsed`` does, and for what is not."""
    decimals = []

    def decimal(text: str) -> float:
        decimals.append(text)
        return float(text)

    result = _read(content, where, decimal)
    place = misshapen(result, len(decimals))
    if place is not None:
        raise ResultError(
            say("the result does not keep its schema at {place}", place=place),
            where=where,
            fix=say("run 'recaudit check' again; a result is not to be edited by hand"),
        )
    return result


def _read(content: bytes, where: str, decimal: Callable[[str], float]) -> Result:
    try:
        found = json.loads(content.decode("utf-8"), parse_float=decimal)
    except (ValueError, RecursionError):
        raise ResultError(
            say("this is no JSON"),
            where=where,
            fix=say("name a file that 'recaudit check' wrote; write it again if it was cut off"),
        ) from None
    named = found.get("schema") if isinstance(found, dict) else None
    if named != SCHEMA:
        raise ResultError(
            say("this is no result of schema {schema}", schema=SCHEMA),
            where=where,
            fix=say("name a file that this version's 'recaudit check' wrote"),
        )
    lacking = sorted(
        Result.__required_keys__ - found.keys() - {"run", "seal", "deadline", "recounts", "bases", "patterns"}
    )
    if lacking:
        raise ResultError(
            say("the result lacks {names}", names=", ".join(lacking)),
            where=where,
            fix=say("run 'recaudit check' again; a result is not to be edited by hand"),
        )
    found.pop("seal", None)
    return cast(Result, found)
