"""``-f FORMAT[:FILE]``: what a result can be written as. Every format is a pure function of the result and the wish.

A bundle also holds the files that the result was judged by, which it names with their hashes. Several formats at once
are several pure functions of the same result, so they agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recaudit.errors import Unusable
from recaudit.reports import bundle
from recaudit.reports.wish import Wish
from recaudit.result import Result
from recaudit.resultfile import as_text
from recaudit.said import say


@dataclass(frozen=True, slots=True)
class Format:
    """``make``: the bytes, of a result and what is asked for beside it; imports of a format happen there."""

    make: Callable[[Result, Wish], bytes]
    for_stdout: bool  # False: it needs a file
    hides: bool = False  # whether it can leave out small counts; others hold every count
    alone: str = ""  # how the name of a file of one facility ends; "": it cannot be of one facility
    folder: Callable[[Result, Wish], Mapping[str, bytes]] | None = None  # several files, for FORMAT:DIR/
    names: Callable[[], list[str]] = list  # of these files


TEXT_WIDTH: Final = 80


def _text(result: Result, wish: Wish) -> bytes:
    """The page of a terminal of 80 columns, without colours."""
    from recaudit.reports import terminal
    from recaudit.reports.languages import speaking
    from recaudit.reports.look import Sheet, plain_console, rendered

    with speaking(wish.language):
        page = terminal.overview(result, Sheet(TEXT_WIDTH, hidden=wish.hidden))
        return rendered(plain_console(TEXT_WIDTH), page).encode()


def _html(result: Result, wish: Wish) -> bytes:
    from recaudit.reports.html.page import html, one_facility

    if wish.facility is None:
        return html(result, language=wish.language, root=wish.root, older=wish.older)
    return one_facility(result, *wish.facility, language=wish.language, older=wish.older)


def _junit(result: Result, wish: Wish) -> bytes:
    from recaudit.reports.junit import junit

    return junit(result, wish)


def _sarif(result: Result, wish: Wish) -> bytes:
    from recaudit.reports.sarif import sarif

    return sarif(result, wish)


def _github(result: Result, wish: Wish) -> bytes:
    from recaudit.reports.github import log

    return log(result, wish)


def _csv(result: Result, wish: Wish) -> bytes:
    from recaudit.reports.csvtables import csv_archive

    return csv_archive(result, wish)


def _csv_files(result: Result, wish: Wish) -> Mapping[str, bytes]:
    from recaudit.reports.csvtables import csv_files

    return csv_files(result, wish)


def _csv_names() -> list[str]:
    from recaudit.reports.csvtables import NAMES

    return [f"{name}.csv" for name in NAMES]


def _xlsx(result: Result, wish: Wish) -> bytes:
    from recaudit.reports.workbook import facility_workbook, workbook

    if wish.facility is not None:
        return facility_workbook(result, *wish.facility, wish.language)
    return workbook(result, wish)


def _md(result: Result, wish: Wish) -> bytes:
    from recaudit.reports.brief import brief

    return brief(result, wish)


FORMATS: Final[Mapping[str, Format]] = {
    "bundle": Format(lambda result, wish: bundle.bundled(result, wish.root), for_stdout=False),
    "csv": Format(_csv, for_stdout=False, hides=True, folder=_csv_files, names=_csv_names),
    "github": Format(_github, for_stdout=True, hides=True),
    "html": Format(_html, for_stdout=False, alone=".html"),
    "json": Format(lambda result, wish: as_text(result).encode(), for_stdout=True),
    "junit": Format(_junit, for_stdout=True),
    "md": Format(_md, for_stdout=True, hides=True),
    "sarif": Format(_sarif, for_stdout=True),
    "text": Format(_text, for_stdout=True, hides=True),
    "xlsx": Format(_xlsx, for_stdout=False, hides=True, alone=".xlsx"),
}


@dataclass(frozen=True, slots=True)
class Output:
    """One wish: a format, and the file to write; None for stdout. ``folder``: the file is a folder of several."""

    format: str
    file: Path | None
    folder: bool = False

    @property
    def files(self) -> list[Path]:
        """Every file that will be written, known before anything is; [] for stdout."""
        if self.file is None:
            return []
        return [self.file / name for name in FORMATS[self.format].names()] if self.folder else [self.file]


def output(text: str) -> Output:
    """Read ``FORMAT[:FILE]``. A format of several files takes ``FORMAT:DIR/`` too. Raises ``Unusable``, in words, for
    an unknown format or a missing file name.

    >>> output("bundle:C:/to/hand/over.zip").format, output("csv:tables/").folder
    ('bundle', True)
    >>> output("pdf")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    recaudit.errors.Unusable: format 'pdf' is not known; known are bundle, csv, ...
    """
    name, _, file = text.partition(":")
    if name not in FORMATS:
        raise Unusable(
            say("format {name} is not known; known are {names}", name=repr(name), names=", ".join(sorted(FORMATS)))
        )
    known = FORMATS[name]
    if not file and not known.for_stdout:
        if known.folder:
            raise Unusable(say("format {name} needs a file: {name}:DIR/, or one file, {name}:FILE.zip", name=name))
        raise Unusable(say("format {name} needs a file: {name}:FILE", name=name))
    folder = known.folder is not None and bool(file) and (file.endswith(("/", "\\")) or Path(file).is_dir())
    if known.folder and file and not folder and not file.lower().endswith(".zip"):
        raise Unusable(
            say(
                "{name}:{file} is neither a folder, {name}:{file}/, nor an archive, {name}:{file}.zip",
                name=name,
                file=file,
            )
        )
    return Output(name, Path(file) if file else None, folder)


def outputs(texts: Iterable[str]) -> tuple[Output, ...]:
    """Read them all. Raises ``Unusable``, in words, as ``output`` does, and where two would be written to one place.

    >>> outputs(["md:brief.md", "junit:./brief.md"])
    Traceback (most recent call last):
    recaudit.errors.Unusable: md and junit would both be written to brief.md
    """
    found = tuple(map(output, texts))
    taken: dict[Path | None, str] = {}
    for one in found:
        places: list[Path | None] = [*one.files] or [None]
        for place in places:
            if place in taken:
                where = "stdout" if place is None else str(place)
                raise Unusable(
                    say(
                        "{one} and {other} would both be written to {where}",
                        one=taken[place],
                        other=one.format,
                        where=where,
                    )
                )
            taken[place] = one.format
    return found


def made(result: Result, wanted: Output, wish: Wish) -> Iterator[tuple[Path | None, bytes]]:
    """Where to write what; None is stdout. Nothing is written here."""
    known = FORMATS[wanted.format]
    if wanted.folder and known.folder is not None and wanted.file is not None:
        for name, content in known.folder(result, wish).items():
            yield wanted.file / name, content
    else:
        yield wanted.file, known.make(result, wish)
