"""Does a result hold? Asked of its bytes, its hashes, its sums, its verdicts, and with the inputs of the whole.

Nothing here trusts the result: every number that can be computed from others is computed again. A result alone shows
that it was not damaged and does not contradict itself; only with the inputs, all of it is judged a second time.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from recaudit import __version__, audit, gates, installed
from recaudit.contradictions import contradictions, differing
from recaudit.errors import RecauditError, ResultError
from recaudit.exports import recognised
from recaudit.model import Failing
from recaudit.plan import Plan
from recaudit.refusals import of_system
from recaudit.reports import bundle
from recaudit.reports.identities import broken
from recaudit.reports.verification import SHOWN, Check, Verification, asked
from recaudit.result import NotLookedAt, Result
from recaudit.resultfile import FILE_NAME, NOT_HASHED, as_text, digest, parsed, shaped
from recaudit.said import Said, mark, say
from recaudit.sectors import Progress

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_ASKS: Final = {
    "bundle": mark(
        "every byte of the archive is as recaudit packs these files, and each is the one that the result names"
    ),
    "file": mark("every byte of the file is as recaudit wrote it"),
    "schema": mark("it keeps the published schema"),
    "digest": mark("the digest is that of the core"),
    "sums": mark("every record and every row is counted once, and sums are sums of their parts"),
    "verdicts": mark("ladders, sums, verdicts, bounds and reasons follow from the counts"),
    "suites": mark("the suites and catalogues that travel with recaudit are the ones that judged"),
    "inputs": mark(
        "plan, register, suites and exports are, byte by byte, the ones that were read; none more, none less"
    ),
    "again": mark("the whole audit, run again, says the same"),
}
_DAMAGED: Final = say("not asked: what was read cannot be relied on")


def verify(
    path: Path, *, inputs: Path | None = None, workers: int = 0, progress: Progress = lambda path, done, total: None
) -> Verification:
    """Everything that speaks against a result or a bundle, in one pass.

    ``inputs``: the folder that the plan lies in, or for a bundle the one that its plan's paths are relative to; None:
    the inputs are not looked at, and that is said. A file that is no result at all does not hold. Raises
    ``ResultError`` only when the file cannot be opened.
    """
    content = _content_of(path)
    if content[:2] != b"PK":
        return _verified(content, (), {}, inputs, workers, progress)
    try:
        files = bundle.unpacked(content)
    except ResultError as error:
        return Verification((asked("bundle", _ASKS["bundle"], [error.problems[0].what]), *_not_asked(_ASKS)))
    if FILE_NAME not in files:
        return Verification(
            (asked("bundle", _ASKS["bundle"], [say("it holds no {file}", file=FILE_NAME)]), *_not_asked(_ASKS))
        )
    wrong = tuple(_wrong_files(files))
    return _verified(files[FILE_NAME], (asked("bundle", _ASKS["bundle"], wrong),), files, inputs, workers, progress)


def intact(path: Path) -> Result:
    """A result to compare with, also out of a bundle. Raises ``ResultError`` when there is none, when its core is not
    the one that was judged, or when suites in the bundle ask for something else than it says."""
    content, files = _content_of(path), dict[str, bytes]()
    if content[:2] == b"PK":
        files = bundle.unpacked(content)
        content = files.get(FILE_NAME, b"")
    result = shaped(content, str(path))
    if _digest_differs(result) or installed.asked_otherwise(result, files):
        raise ResultError(
            say("the result is no longer the one that was written"),
            where=str(path),
            fix=say("'recaudit verify' says what has changed; 'recaudit check' makes it anew"),
        )
    return result


def _content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ResultError(
            say("the result cannot be opened ({reason})", reason=of_system(error)),
            where=str(path),
            fix=say("name a result or a bundle"),
        ) from None


def _verified(
    content: bytes,
    first: tuple[Check, ...],
    files: Mapping[str, bytes],
    inputs: Path | None,
    workers: int,
    progress: Progress,
) -> Verification:
    try:
        result = parsed(content, "")
    except ResultError as error:
        return Verification((*first, asked("file", _ASKS["file"], [error.problems[0].what]), *_not_asked(_ASKS)))
    checks = [*first, asked("file", _ASKS["file"], _differing_bytes(content, result))]
    schema = asked("schema", _ASKS["schema"], _against_schema(content))
    checks.append(schema)
    if schema.state == "fails":
        return Verification((*checks, *_not_asked(list(_ASKS)[3:])))
    checks.append(asked("digest", _ASKS["digest"], [say("it is not")] if _digest_differs(result) else []))
    checks.append(asked("sums", _ASKS["sums"], broken(result)))
    checks.append(asked("verdicts", _ASKS["verdicts"], list(contradictions(result))))
    checks.append(_installed(result))
    if inputs is None:
        checks += _not_asked(["inputs", "again"], say("not asked: --inputs DIR names the folder they lie in"))
    else:
        checks += _again(result, inputs, files, workers, progress)
    return Verification(tuple(checks), tuple(_notes(result, in_bundle=bool(files))))


def _not_asked(names: Iterable[str], why: Said = _DAMAGED) -> list[Check]:
    return [Check(name, _ASKS[name], "not done", (why,)) for name in names if name not in ("bundle", "file", "schema")]


def _notes(result: Result, *, in_bundle: bool) -> Iterator[Said]:
    made = result["tool"]["version"]
    if in_bundle and made != __version__:
        yield say(
            "{file} and the brief were not compared: another version may word them otherwise", file=bundle.COMMAND
        )
    if made != __version__:
        yield say(
            "made with recaudit {made}, verified with {now}: what differs may come from the version",
            made=made,
            now=__version__,
        )


# -------------------------------------------------------------- the file
def _differing_bytes(content: bytes, result: Result) -> list[Said]:
    """Where the file is not what ``write`` makes of what it says: order, white space, keys said twice, the seal."""
    try:
        due = as_text(result).encode()
    except ValueError:
        return [say("it holds a number or a character that no result can hold")]
    if due == content:
        return []
    said, written = content.split(b"\n"), due.split(b"\n")
    pairs = zip(said, written, strict=False)
    line = next((at for at, (one, other) in enumerate(pairs, 1) if one != other), min(len(said), len(written)) + 1)
    if line == len(written) - 2:
        return [say("its seal is not that of the lines above it")]
    return [say("line {line} is not as recaudit writes it", line=line)]


def _against_schema(content: bytes) -> list[Said]:
    """Where the schema is broken and by which word of it; never with what stands there."""
    errors = _schema().iter_errors(json.loads(content))
    return [
        say("{place} breaks {word}", place=error.json_path, word=repr(error.validator))
        for error in islice(errors, SHOWN)
    ]


@cache
def _schema() -> Validator:
    from jsonschema import Draft202012Validator

    schema = json.loads(Path(__file__).with_name("result.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def _digest_differs(result: Result) -> bool:
    try:
        return result.get("digest") != digest(result)
    except ValueError:
        return True


def _wrong_files(files: Mapping[str, bytes]) -> Iterator[Said]:
    """What a bundle holds more, less or otherwise than its result says."""
    try:
        result = parsed(files[FILE_NAME], "")
        due = bundle.members(result)
        ours = result["tool"]["version"] == __version__
        written = bundle.texts(result) if ours else {}
        otherwise = installed.asked_otherwise(result, files)
    except (ResultError, LookupError, TypeError, AttributeError, ValueError, ArithmeticError):  # of any shape
        yield say("its result does not say which files belong to it")
        return
    may_be = {bundle.COMMAND, *bundle.briefs().values()}  # another version may lack one, or put it in other words
    made = {FILE_NAME, bundle.SUMS, *(may_be if ours else may_be & files.keys())}
    for name in sorted({*due, *made} ^ files.keys()):
        yield say("{file} is not asked for", file=name) if name in files else say("{file} is not there", file=name)
    for name in sorted(due.keys() & files.keys()):
        if hashlib.sha256(files[name]).hexdigest() != due[name].sha256:
            yield say("{file} has another SHA-256 than the result names", file=name)
    yield from otherwise
    for name, text in written.items():
        if files.get(name, text) != text:
            yield say("{file} does not follow from the result", file=name)
    if files.get(bundle.SUMS, b"") != bundle.sums(files):
        yield say("{file} does not follow from the files", file=bundle.SUMS)


# -------------------------------------------------------------- what travels with recaudit
def _installed(result: Result) -> Check:
    """The same version of recaudit carries the same suites, though their words may be bettered; another one may carry
    others. Both is said; only a file that decides otherwise under the same version speaks against the result."""
    others, worded = installed.other_editions(result)
    if (others and result["tool"]["version"] != __version__) or (worded and not others):
        return Check("suites", _ASKS["suites"], "not done", (*others, *worded))
    return asked("suites", _ASKS["suites"], others)


# -------------------------------------------------------------- the whole, again
def _again(
    result: Result, inputs: Path, files: Mapping[str, bytes], workers: int, progress: Progress
) -> Iterator[Check]:
    """The audit of the same inputs, run again and compared: first what was read, then what was found."""
    said, failing = result["plan"], result["fail_on"]
    try:
        with _staged(result, inputs, files) as (plan, exports, ignored):
            outcome = audit.check(
                plan,
                workers=workers,
                facility=said["facility"],
                progress=progress,
                ignored=ignored,
                exports=exports,
                more_gates=[gates.gate_of(gate) for gate in result["gates"] if gate["from"] == "command"],
                fail_on=Failing(failing["on"], failing["reason"], "command") if failing["from"] == "command" else None,
            )
    except RecauditError as error:
        wrong = [
            say("the audit cannot be run on them: {what} ({where})", what=one.what, where=one.where)
            for one in error.problems
        ]
        yield asked("inputs", _ASKS["inputs"], wrong)
        yield Check("again", _ASKS["again"], "not done", (_DAMAGED,))
        return
    said_again = outcome.result
    whole, again = installed.but_for_words(result, said_again)
    read = ("plan", "inputs", "suites", "catalogues")
    wrong = [] if said["sha256"] == again["plan"]["sha256"] else [_other_bytes(said["file"])]
    wrong += _other_inputs(result, said_again)
    for part in ("suites", "catalogues"):
        wrong += differing(whole[part], again[part], part)
    yield asked("inputs", _ASKS["inputs"], wrong)
    core, core_again = (
        {key: value for key, value in one.items() if key not in (*NOT_HASHED, *read)} for one in (whole, again)
    )
    found = [one for key in sorted({*core, *core_again}) for one in _part(key, core, core_again)]
    for part in ("plan", "inputs"):
        found += differing(whole[part], again[part], part)
    yield asked("again", _ASKS["again"], found)


def _part(key: str, core: Mapping[str, object], again: Mapping[str, object]) -> Iterator[Said]:
    if key in core and key in again:
        return differing(core[key], again[key], key)
    only = say("{place}: only in the result", place=key)
    return iter([only if key in core else say("{place}: not in the result", place=key)])


def _other_bytes(path: str) -> Said:
    return say("{file}: another SHA-256", file=path)


def _other_inputs(result: Result, again: Result) -> Iterator[Said]:
    said, read = ({entry["path"]: entry for entry in one["inputs"]} for one in (result, again))
    for path in sorted(said.keys() | read.keys()):
        if path not in read:
            yield say("{file}: listed, but not there", file=path)
        elif path not in said:
            yield say("{file}: there, but not listed", file=path)
        elif (said[path]["sha256"], said[path]["bytes"]) != (read[path]["sha256"], read[path]["bytes"]):
            yield _other_bytes(path)


@contextmanager
def _staged(
    result: Result, inputs: Path, files: Mapping[str, bytes]
) -> Iterator[tuple[Path | Plan, Path, tuple[NotLookedAt, ...]]]:
    """The plan to run, the folder of its exports, and what lies beside them. A bundle's plan, register and suites are
    laid out in a folder of their own, with rosters and recounts, which are not in the bundle, from ``inputs``."""
    if not result["plan"]["sha256"]:
        yield _without_plan(result, inputs)
        return
    if not files:
        yield (inputs / result["plan"]["file"], inputs, ()) if inputs.is_dir() else (inputs, inputs.parent, ())
        return
    with audit.spill_folder() as folder:
        root = folder / bundle.plan_folder(result)
        for name in bundle.members(result):
            if name in files and not name.startswith("shipped/"):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(files[name])
        for entry in result["inputs"]:
            if entry["role"] in ("roster", "recount", "claims") and (inputs / entry["path"]).is_file():
                (root / entry["path"]).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(inputs / entry["path"], root / entry["path"])
        yield root / result["plan"]["file"], inputs, ()


def _without_plan(result: Result, inputs: Path) -> tuple[Plan, Path, tuple[NotLookedAt, ...]]:
    """The plan that ``recaudit check`` made of exports, for those of them that the result lists: nobody can say which
    files beside them were meant."""
    exports = recognised([inputs], timezone=result["period"]["timezone"])
    listed = {entry["path"] for entry in result["inputs"]}
    listed |= {path.partition("!")[0] for path in listed}
    sources = (
        replace(source, paths=tuple(path for path in source.paths if path in listed)) for source in exports.plan.sources
    )
    plan = replace(exports.plan, sources=tuple(source for source in sources if source.paths))
    said = {entry["what"] for entry in result["not_looked_at"]}
    return plan, inputs, tuple(entry for entry in exports.ignored if entry["what"] in said)
