"""One zip for hand-over: the result, what it was judged by, and how to judge again; never an export or a roster.

Inside lie the result, the plan with its register and its own suites (``audit/``), the suites and catalogues that
travel with recaudit (``shipped/``), ``COMMAND.txt``, a brief and ``SHA256SUMS``. Exports are people's data and a roster
lists their keys, as do sheets of recounts, so these stay where they are: the result names them, with hashes.

Nobody knows who will read it, and the same result gives the same bytes whatever language was spoken: so what people
read is there in every language, the command one under the other, the brief as ``BRIEF.md`` (English), ``BRIEF.vi.md``.

The same result gives the same bytes everywhere: names sorted, one fixed time, nothing compressed (two editions of
zlib may pack the same text in two ways). So an archive is whole exactly if packing its own files gives its own bytes.
"""

from __future__ import annotations

import hashlib
import io
import posixpath
import re
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recaudit.errors import ResultError
from recaudit.refusals import of_system
from recaudit.reports.brief import for_bundle
from recaudit.reports.languages import known, speaking, told
from recaudit.result import Result
from recaudit.resultfile import FILE_NAME, as_text
from recaudit.said import say
from recaudit.shipped import expectations

SUMS: Final = "SHA256SUMS"
COMMAND: Final = "COMMAND.txt"
BRIEF: Final = "BRIEF.md"
_UNDER_EACH_OTHER: Final = "\n" + "-" * 72 + "\n\n"
LEFT_OUT: Final = ("export", "ignored", "roster", "recount", "claims")
"""Roles of inputs that are, or name, people's data."""

_BROKEN: Final = (
    zipfile.BadZipFile,
    NotImplementedError,
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    struct.error,
)
"""What zipfile raises on bytes that are no archive, or a damaged one."""
_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the first that a zip can say


@dataclass(frozen=True, slots=True)
class Member:
    """A file that the result was made with. ``shipped``: it travels with recaudit; else it lies beside the plan."""

    file: str  # relative to the plan, or to the folder of expectations
    sha256: str
    shipped: bool = False


def plan_folder(result: Result) -> str:
    """The folder of the plan inside the bundle; deep enough for what the plan names above itself (``../register``)."""
    files = [entry["path"] for entry in result["inputs"] if entry["role"] not in ("export", "ignored")]
    files += [suite["file"] for suite in result["suites"]]
    depth = max(posixpath.normpath(file).split("/").count("..") for file in [result["plan"]["file"], *files])
    return "audit" + "/plan" * depth


def members(result: Result) -> dict[str, Member]:
    """Name in the bundle -> the file it is, as the result lists them; without the result and what is made of it.

    Raises ``ResultError`` where the plan names a file by its place on this computer, or where there is no plan.
    """
    if not result["plan"]["sha256"]:
        raise ResultError(
            say("an audit without a plan cannot be handed over as a bundle"),
            where=say("the result"),
            fix=say("write a plan with 'recaudit init', and run 'recaudit check' on it"),
        )
    plan = result["plan"]
    beside = {plan["file"]: plan["sha256"]}
    beside |= {entry["path"]: entry["sha256"] for entry in result["inputs"] if entry["role"] not in LEFT_OUT}
    beside |= {suite["file"]: suite["sha256"] for suite in result["suites"] if suite["file"]}
    rosters = [entry["path"] for entry in result["inputs"] if entry["role"] in ("roster", "recount")]
    for file in [*beside, *rosters]:
        if posixpath.isabs(file) or re.match(r"[A-Za-z]:", file) or "\\" in file:
            raise ResultError(
                say("the plan names a file by its place on this computer, which a bundle cannot keep"),
                where=f"{plan['file']}, {file}",
                fix=say("name it relative to the plan, with / between the parts"),
            )
    folder = plan_folder(result)
    found = {posixpath.normpath(f"{folder}/{file}"): Member(file, sha256) for file, sha256 in beside.items()}
    travels = {f"{suite['name']}.json": suite["sha256"] for suite in result["suites"] if not suite["file"]}
    travels |= {entry["name"]: entry["sha256"] for entry in result["catalogues"]}
    return found | {f"shipped/{file}": Member(file, sha256, shipped=True) for file, sha256 in travels.items()}


def bundled(result: Result, root: Path) -> bytes:
    """The whole archive. ``root`` is the folder of the plan.

    Raises ``ResultError`` when a file cannot be read, or is no longer the one that the audit read.
    """
    files: dict[str, bytes] = {}
    for name, member in members(result).items():
        path = expectations(member.file) if member.shipped else root / member.file
        try:
            files[name] = path.read_bytes()
        except OSError as error:
            raise ResultError(
                say("a file of the audit cannot be read ({reason})", reason=of_system(error)),
                where=str(path),
                fix=say("put it back, or run 'recaudit check' again"),
            ) from None
        if hashlib.sha256(files[name]).hexdigest() != member.sha256:
            raise ResultError(
                say("a file has changed since the audit read it"),
                where=str(path),
                fix=say("run 'recaudit check' again"),
            )
    files[FILE_NAME] = as_text(result).encode()
    files |= texts(result)
    files[SUMS] = sums(files)
    return packed(files)


def briefs() -> dict[str, str]:
    """Language -> the name of the brief that is written in it."""
    return {name: BRIEF if name == "en" else f"BRIEF.{name}.md" for name in known()}


def texts(result: Result) -> dict[str, bytes]:
    """Name -> content of what people read; from the result alone, so that it can be compared."""
    written = {file: for_bundle(result, name) for name, file in briefs().items()}
    return {COMMAND: command_text(result).encode()} | written


def command_text(result: Result) -> str:
    """How the result was made and how it is judged again, in every language one under the other."""
    said = []
    for name in known():
        with speaking(name):
            said.append(_command(result))
    return _UNDER_EACH_OTHER.join(said)


def _command(result: Result) -> str:
    run = result.get("run")
    command = (run["command"] if run else "") or f"recaudit check {result['plan']['file']}"
    tool = f"{result['tool']['name']} {result['tool']['version']}"
    plan = told(
        "The plan is {file}; its paths are relative to the folder it lies in.",
        file=f"{plan_folder(result)}/{result['plan']['file']}",
    )
    left = told("Exports and rosters are not in this bundle: the result lists them with their SHA-256.")
    if result.get("recounts"):
        left = told(
            "Exports, rosters and sheets of recounts are not in this bundle: the result lists them with their SHA-256."
        )
    again = told("To verify the bundle, and with the exports in DIR to run the whole audit again:")
    verify = f"    recaudit verify {told('BUNDLE.zip')}"
    return (
        f"{told('Made with {tool}, by:', tool=tool)}\n\n"
        f"    {command}\n\n"
        f"{plan}\n{left}\n\n"
        f"{again}\n\n"
        f"{verify}\n{verify} --inputs {told('DIR')}\n"
    )


def sums(files: Mapping[str, bytes]) -> bytes:
    """What ``sha256sum`` writes of all files but its own, sorted by name."""
    return "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()) if name != SUMS
    ).encode()


# -------------------------------------------------------------- the archive
def packed(files: Mapping[str, bytes]) -> bytes:
    """The one archive that these files make."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = 3  # else it would tell Windows from others
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content)
    return written.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """Name -> content of every file of an archive. Nothing is written to disk.

    Raises ``ResultError`` for all that ``packed`` could not have written.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if any(entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 for entry in entries):
                raise zipfile.BadZipFile
            files = {entry.filename: archive.read(entry) for entry in entries}
    except _BROKEN as error:
        raise _no_bundle() from error
    if packed(files) != content:
        raise _no_bundle()
    return files


def _no_bundle() -> ResultError:
    return ResultError(
        say("the archive is not as recaudit writes it"),
        where=say("the bundle"),
        fix=say("ask for it again, or make it anew with 'recaudit check -f bundle:FILE.zip'"),
    )
