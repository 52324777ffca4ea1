"""``-f FORMAT[:FILE]``: what a result can be written as. Every format is a pure function of the result.

A bundle also holds the files that the result was judged by, which it names with their hashes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recaudit.errors import Unusable
from recaudit.reports import bundle
from recaudit.reports.hiding import Hidden
from recaudit.result import Result, as_text
from recaudit.said import say


@dataclass(frozen=True, slots=True)
class Format:
    """``make``: the bytes, of a result, the folder that its plan lies in, and what is hidden."""

    make: Callable[[Result, Path, Hidden], bytes]
    for_stdout: bool  # False: it needs a file
    hides: bool = False  # whether it can leave out small counts; others hold every count


TEXT_WIDTH: Final = 80


def _text(result: Result, root: Path, hidden: Hidden) -> bytes:
    """The page of a terminal of 80 columns, without colours."""
    from recaudit.reports import terminal
    from recaudit.reports.look import Sheet, plain_console, rendered

    return rendered(plain_console(TEXT_WIDTH), terminal.overview(result, Sheet(TEXT_WIDTH, hidden=hidden))).encode()


FORMATS: Final[Mapping[str, Format]] = {
    "bundle": Format(lambda result, root, hidden: bundle.bundled(result, root), for_stdout=False),
    "json": Format(lambda result, root, hidden: as_text(result).encode(), for_stdout=True),
    "text": Format(_text, for_stdout=True, hides=True),
}


@dataclass(frozen=True, slots=True)
class Output:
    """One wish: a format, and the file to write; None for stdout."""

    format: str
    file: Path | None


def output(text: str) -> Output:
    """Read ``FORMAT[:FILE]``. Raises ``Unusable``, in words, for an unknown format or a missing file name.

    >>> output("bundle:C:/to/hand/over.zip").format
    'bundle'
    >>> output("pdf")
    Traceback (most recent call last):
    recaudit.errors.Unusable: format 'pdf' is not known; known are bundle, json, text
    """
    name, _, file = text.partition(":")
    if name not in FORMATS:
        raise Unusable(
            say("format {name} is not known; known are {names}", name=repr(name), names=", ".join(sorted(FORMATS)))
        )
    if not file and not FORMATS[name].for_stdout:
        raise Unusable(say("format {name} needs a file: {name}:FILE", name=name))
    return Output(name, Path(file) if file else None)
