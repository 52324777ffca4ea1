"""A folder that ``check --keep DIR`` fills: which records do not reach which rung. Counter-examples come from here.

It holds keys of records, so it is for the auditor alone: mode 0700, files 0600, nothing in it leaves it by itself.
What is shown of a key is a pseudonym: HMAC-SHA256 with a key of the facility, made of a secret that lies in the folder
and stays the same when the folder is filled again. So the same record has the same name in every run, and whoever knows
the names of one facility knows none of another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from recaudit.errors import ResultError
from recaudit.evidence import claim_of, evidence_of
from recaudit.model import RUNGS, Rung
from recaudit.refusals import of_system
from recaudit.result import Result
from recaudit.resultclaims import ClaimEntry
from recaudit.resultfile import FILE_NAME, write
from recaudit.said import say
from recaudit.seam import SHORT, WORD
from recaudit.verdicts import in_scope, unit_of
from recaudit.writing import put

SCHEMA: Final = "recaudit.kept/1"
INDEX: Final = "recaudit-kept.json"
_LETTERS: Final = 10


@dataclass(frozen=True, slots=True)
class Example:
    """One record that is known not to keep a promise.

    ``rung``: the lowest it is known to fail. ``rules``: required rules of the rungs asked that it misses, in the
    result's order; () for a record that was not received.
    """

    facility: str
    name: str  # its pseudonym, or its key where that was asked for
    rung: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Examples:
    """``shown`` of ``total``. ``nameless``: missing records of which only the number is known."""

    shown: tuple[Example, ...]
    total: int
    nameless: int


# -------------------------------------------------------------- filling the folder
def records(sector: str) -> str:
    """What the file with the records of one sector is called."""
    return f"records-{sector}.parquet"


def prepared(folder: Path, sectors: Collection[str]) -> dict[str, Path]:
    """Sector -> the file that the engine is to fill, empty and for its owner alone. Nothing that was kept before is
    touched until ``finish``. Raises ``ResultError`` for a folder that holds other things, or that cannot be written:
    what is kept must not lie among exports."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not (folder / INDEX).is_file():
            raise ResultError(
                say("the folder holds things that recaudit did not keep"),
                where=str(folder),
                fix=say("name a new folder: --keep DIR"),
            )
        folder.chmod(0o700)
        files = {sector: folder / f".{records(sector)}" for sector in sectors}
        for file in files.values():
            file.unlink(missing_ok=True)
            file.touch(mode=0o600)
    except OSError as error:
        raise ResultError(
            say("nothing can be kept there ({reason})", reason=of_system(error)),
            where=str(folder),
            fix=say("name another folder"),
        ) from None
    return files


def finish(
    folder: Path,
    result: Result,
    files: Mapping[str, Path],
    bits: Mapping[str, tuple[str, ...]],
    *,
    looks_at: Mapping[str, Mapping[str, Sequence[str]]],
    root: Path,
) -> None:
    """Give the records their names, write the result beside them, and last the index that says what belongs together.
    ``files``: as ``prepared`` gave them; ``bits``: sector -> the rule of each bit of the masks; ``looks_at``: sector ->
    rule -> where it looks; ``root``: the folder that the paths of inputs are relative to."""
    secret = _secret(folder)
    digests = {sector: _digest(file) for sector, file in sorted(files.items())}
    for sector, file in files.items():
        file.replace(folder / records(sector))
    write(result, folder / FILE_NAME)
    index = {
        "schema": SCHEMA,
        "digest": result.get("digest", ""),
        "records": digests,
        "secret": secret.hex(),
        "bits": {sector: list(rules) for sector, rules in sorted(bits.items())},
        "looks_at": {
            sector: {rule: list(places) for rule, places in sorted(rules.items())}
            for sector, rules in sorted(looks_at.items())
        },
        "root": str(root.resolve()).encode("utf-8", "backslashreplace").decode("utf-8"),
    }
    put(json.dumps(index, ensure_ascii=False, indent=1).encode(), folder / INDEX)
    for path in folder.iterdir():
        if not path.is_symlink():  # what a link leads to is no part of the folder
            path.chmod(0o600)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _secret(folder: Path) -> bytes:
    """The secret of the folder: the one it has, so that names stay; else a new one."""
    file = folder / INDEX
    return bytes.fromhex(_index(file)["secret"]) if file.is_file() else secrets.token_bytes(32)


def _index(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        shaped = isinstance(found["bits"], dict) and isinstance(found["records"], dict)
        if found["schema"] == SCHEMA and shaped and bytes.fromhex(found["secret"]):
            return cast("dict[str, Any]", found)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise ResultError(
        say("the index of what was kept cannot be read"), where=str(file), fix=say("keep it anew in a new folder")
    )


# -------------------------------------------------------------- names
def pseudonym(secret: bytes, facility: str, namespace: str, key: str) -> str:
    """What a record is called: ten letters and digits, the same for the same record, facility and secret.

    >>> one = pseudonym(b"secret", "66001", "his", "e1")
    >>> one, one == pseudonym(b"secret", "66001", "his", "e1"), one == pseudonym(b"secret", "66002", "his", "e1")
    ('7rcxma6bnr', True, False)
    """
    of_facility = hmac.digest(secret, facility.encode(), "sha256")
    name = hmac.digest(of_facility, f"{namespace}\0{key}".encode(), "sha256")
    return base64.b32encode(name)[:_LETTERS].decode().lower()


# -------------------------------------------------------------- what was kept
@dataclass(frozen=True, slots=True)
class Kept:
    """The records of one sector that were kept, and what is needed to read them.

    ``bits``: the rule of each bit of the masks. ``looks_at``: rule -> where it looks. ``root``: the folder that the
    paths of inputs were relative to when it was kept; both empty in folders of older versions.
    """

    file: Path
    bits: tuple[str, ...]
    secret: bytes
    looks_at: Mapping[str, tuple[str, ...]]
    root: str

    def name(self, row: Mapping[str, Any], *, show_keys: bool) -> str:
        """What a record is called: its pseudonym, or its key where that was asked for."""
        return row["id"] if show_keys else pseudonym(self.secret, row["facility"], row["ns"] or "", row["id"])

    def missed(self, row: Mapping[str, Any], *masks: str) -> Iterator[str]:
        """The rules that a received record misses by any of the masks, in order."""
        for place, rule in enumerate(self.bits):
            if any(row[f"{mask} {place // WORD}"] >> place % WORD & 1 for mask in masks):
                yield rule


def opened(result_file: Path, result: Result, sector: str) -> Kept | None:
    """What was kept in the folder that the result lies in; None where nothing was. Raises ``ResultError`` when it is
    of another result, or cannot be read."""
    folder = result_file.parent
    if not (folder / INDEX).is_file():
        return None
    index = _index(folder / INDEX)
    file = folder / records(sector)
    try:
        belongs = index["digest"] == result.get("digest") and index["records"].get(sector) == _digest(file)
    except OSError:
        raise ResultError(
            say("records that were kept are gone"), where=str(folder), fix=say("check again with --keep")
        ) from None
    if not belongs:
        raise ResultError(
            say("what was kept is of another result"), where=str(folder), fix=say("check again with --keep")
        )
    looks_at = index.get("looks_at", {}).get(sector, {})
    return Kept(
        file,
        tuple(index["bits"].get(sector, ())),
        bytes.fromhex(index["secret"]),
        {rule: tuple(places) for rule, places in looks_at.items()},
        index.get("root", ""),
    )


# -------------------------------------------------------------- counter-examples
def examples(result_file: Path, result: Result, entry: ClaimEntry, *, most: int, show_keys: bool) -> Examples | None:
    """Counter-examples of a claim, from the folder the result lies in; None where nothing was kept there.

    Each facility gives its first before any gives its second. Raises ``ResultError`` when what was kept is of another
    result, or cannot be read.
    """
    kept = opened(result_file, result, entry["sector"])
    if kept is None:
        return None
    claim, evidence = claim_of(entry), evidence_of(result, entry["sector"])
    of_scope = {
        seat.facility.id
        for seat in in_scope(claim, evidence)
        if not seat.stand_in
        and (entry["level"] == "records" or unit_of(claim.level, seat) in entry["units"]["refuted"])
    }
    inside = [one for one in result["facilities"] if one["id"] in of_scope]
    # where some of what was not received is unknown, nobody knows which of the keys are missing
    all_missing = [one["id"] for one in inside if one["missing"] and not one["rungs"]["received"]["unknown"]]
    rung: Rung = "received" if entry["each"] == "any" else claim.rung
    stand = None if rung == "received" else f"{rung} {claim.excused}"
    rows, total, keyed = _rows(kept.file, of_scope, all_missing, stand, most)
    asked = {
        rule["id"]
        for rule in result["rules"]
        if rule["sector"] == entry["sector"]
        and rule["required"]
        and RUNGS.index(cast(Rung, rule["rung"])) <= RUNGS.index(rung)
    }
    masks = ("unmet",) if claim.excused == "accept" else ("unmet", "excused")
    shown = []
    for row in rows:
        misses = tuple(rule for rule in kept.missed(row, *masks) if rule in asked) if row["received"] else ()
        name = kept.name(row, show_keys=show_keys)
        shown.append(Example(row["facility"], name, _lowest(row, claim.excused), misses))
    return Examples(tuple(shown), total, sum(one["missing"] for one in inside) - keyed)


def _rows(
    file: Path, facilities: Collection[str], missing: Collection[str], stand: str | None, most: int
) -> tuple[list[dict[str, Any]], int, int]:
    """The rows shown, how many there are, and how many of these were not received."""
    import polars as pl

    received = pl.lit(False) if stand is None else pl.col("received") & (pl.col(stand) == SHORT)
    lost = ~pl.col("received") & pl.col("facility").is_in(list(missing))
    records = pl.scan_parquet(file).filter(pl.col("facility").is_in(list(facilities)) & (received | lost))
    count, keyed = records.select(pl.len(), (~pl.col("received")).sum()).collect().row(0)
    in_turn = pl.int_range(pl.len()).over("facility")
    rows = records.sort("facility", "ns", "id").with_columns(in_turn.alias("turn")).sort("turn", "facility").head(most)
    return rows.collect().to_dicts(), count, keyed


def _lowest(row: Mapping[str, Any], excused: str) -> str:
    return next((rung for rung in RUNGS[1:] if row["received"] and row[f"{rung} {excused}"] == SHORT), RUNGS[0])
