"""What a person is told of a draft: what was found, what was not recognised, what is still to be filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from recaudit.draftplan import LISTED
from recaudit.education.mapping.drafting import Drafted, KindOfFile
from recaudit.exports import MAPPABLE
from recaudit.planfile import FILE_NAME
from recaudit.reports.inert import visible
from recaudit.result import NotLookedAt
from recaudit.said import Said, few, say, say_n
from recaudit.terms import named

FACILITIES: Final = "register/facilities.csv"
EXPECTED: Final = "register/expected.csv"
MAPPING: Final = "mapping.json"
_TABLES: Final = tuple(ending for ending in MAPPABLE if ".txt" not in ending)


def of_mapping(own: Drafted) -> Iterable[Said]:
    """Which titles were recognised and which were not; what a person has to fill in."""
    if own.kinds:
        yield say_n(
            "{file}: {n} kind of file of no known format. Say there which column is which: {docs}",
            "{file}: {n} kinds of files of no known format. Say there which column is which: {docs}",
            n=len(own.kinds),
            file=MAPPING,
            docs="docs/education-formats.md",
        )
    for kind in own.kinds:
        yield _of_kind(kind)
        if kind.by_folder:
            yield by_folder(kind)
        if kind.kept_back:
            yield say_n(
                "{kind}: {n} more column, whose title is not written down, as it may be a name",
                "{kind}: {n} more columns, whose titles are not written down, as they may be names",
                n=kind.kept_back,
                kind=visible(kind.name),
            )
    if own.untitled:
        yield say(
            "no header with known titles was found in {files}", files=few([visible(path) for path in own.untitled])
        )


def by_folder(kind: KindOfFile) -> Said:
    """Where numbers by school would be false, if nobody looked: no column says which school a row is of."""
    return say(
        "{kind}: no column was taken for the school, so all rows of a file count for the name of its folder. "
        "If files hold several schools, say in {file} which column names them",
        kind=visible(kind.name),
        file=MAPPING,
    )


def _of_kind(kind: KindOfFile) -> Said:
    name, unknown = visible(kind.name), few([visible(title) for title in kind.unknown], LISTED)
    if kind.unsure:
        return say(
            "{kind} may be a list of learners, but nobody knows which column names their school: {columns}. "
            "Fill in its rows",
            kind=name,
            columns=few([visible(title) for title in kind.unsure], LISTED),
        )
    if not kind.known:
        return say(
            "{kind} is not recognised: fill in its rows, or leave it out. Its columns: {columns}",
            kind=name,
            columns=unknown,
        )
    if not kind.unknown:
        return say("{kind} was taken for a list of learners; every column was recognised", kind=name)
    return say(
        "{kind} was taken for a list of learners. Not recognised of its columns: {columns}", kind=name, columns=unknown
    )


def of_parameters(unsaid: Mapping[str, Sequence[str]]) -> Iterable[Said]:
    """Source -> what its files do not say: where a person has to fill it in."""
    for source, names in unsaid.items():
        if names:
            yield say(
                "{file}, source {source}: files do not say {names}. Fill in parameters, else their rows are not read",
                file=FILE_NAME,
                source=source,
                names=list(names),
            )


def of_others(ignored: Iterable[NotLookedAt]) -> Iterable[Said]:
    """Tables of no known format that lie beside exports that are known."""
    left = [one["what"] for one in ignored if one["what"].lower().endswith(_TABLES)]
    if left:
        yield say("not recognised, and not in the plan: {files}", files=few([visible(path) for path in left]))


def taken(where: str, sector: str) -> Said:
    """What stands for facilities that no row names: the folders of the files, or the folder that was drafted for."""
    if where.startswith("facility_id"):
        return say(
            "no row of sector {sector} names a facility: its folder's name was taken. Correct it in {plan} and {file}",
            sector=named(sector),
            plan=FILE_NAME,
            file=FACILITIES,
        )
    return say(
        "no row of sector {sector} names a facility: the names of the folders were taken",
        sector=named(sector),
    )


def of_register(found: int, taken: Iterable[Said], unnamed: int, left_out: int) -> Iterable[Said]:
    """The files one by one. ``found``: facilities; ``unnamed``: rows that name none of them; ``left_out``: ids that are
    not in the register."""
    yield say(
        "{file}: the plan. Check the period and the time zone; name source and date of the register", file=FILE_NAME
    )
    yield say_n(
        "{file}: {n} facility found. Add those that sent nothing; fill in kind and area",
        "{file}: {n} facilities found. Add those that sent nothing; fill in kind and area",
        n=found,
        file=FACILITIES,
    )
    yield from taken
    yield say("{file}: fill in how many records each should have, and who says so; blank: nobody said", file=EXPECTED)
    if unnamed:
        yield say_n("{n} row names no facility", "{n} rows name no facility", n=unnamed)
    if left_out:
        yield say_n(
            "left out, because a CSV cannot hold it safely: {n} facility id",
            "left out, because a CSV cannot hold them safely: {n} facility ids",
            n=left_out,
        )
