"""A sheet as batches of named columns: header lines found by folded titles, tables that repeat inside a sheet told
apart, lines above and below them kept out.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final

from recaudit.education.mapping.containers import Line, Sheet
from recaudit.education.mapping.definition import Answer, Format, Shape
from recaudit.education.mapping.patterns import searched
from recaudit.education.mapping.text import fold, plain
from recaudit.sources.inputs import FIRST_LINES, Said

ROWS: Final = 20_000  # of one batch
_COUNTED: Final = 4  # columns that a line numbers, at least
_FEW: Final = 2  # cells of a line that may stand below or above a table
_TITLES: Final = 60  # lines above tables that are kept to look for parameters


@dataclass(slots=True)
class Batch:
    """Some rows of one table: for each column that the header has its cells, and the line of each row."""

    columns: dict[str, list[str]]
    lines: list[int] = field(default_factory=list)
    titles: tuple[str, ...] = ()  # lines above the table without marks, the nearest first


class Names:
    """How a file is called, for shapes that are told by it."""

    def __init__(self, stem: str) -> None:
        self.stem = fold(stem)

    def fit(self, shape: Shape, title: str) -> bool:
        return _fits(shape.files, self.stem) and _fits(shape.sheets, fold(title))


def _fits(patterns: Sequence[str], text: str) -> bool:
    return not patterns or any(fnmatchcase(text, each) for each in patterns)


class Reading:
    """One sheet, read once. ``shape`` is None where its header is that of none of the shapes."""

    def __init__(self, sheet: Sheet, shapes: Sequence[Shape], titles: Sequence[Answer], said: Said) -> None:
        self.sheet, self.said = sheet, said
        self._patterns = [re.compile(each.match, re.IGNORECASE) for each in titles if each.of == "title" and each.match]
        self._ahead: deque[Line] = deque()
        self._lines = sheet.lines
        self.shape, self._at = self._found(shapes)
        self.empty = not any(_filled(cells) for _, cells in self._ahead) and self.shape is None

    # -------------------------------------------------------------------------------------------- lines
    def _take(self) -> Line | None:
        return self._ahead.popleft() if self._ahead else next(self._lines, None)

    def _peek(self, number: int) -> list[Line]:
        """The next lines, as many as there are."""
        while len(self._ahead) < number and (line := next(self._lines, None)) is not None:
            self._ahead.append(line)
        return [self._ahead[place] for place in range(min(number, len(self._ahead)))]

    # -------------------------------------------------------------------------------------------- the header
    def _found(self, shapes: Sequence[Shape]) -> tuple[Shape | None, int]:
        """The first shape whose header begins in the lines where it looks for one, and how many lines precede it."""
        for shape in shapes:
            for place, (_, cells) in enumerate(self._peek(shape.within)):
                if _is_header(shape, cells):
                    return shape, place
        return None, 0

    def batches(self) -> Iterator[Batch]:
        """The rows of all tables of the sheet; nothing without a shape."""
        shape = self.shape
        if shape is None:
            return
        titles: list[str] = []
        above: list[Line] = []
        for _ in range(self._at):
            if (line := self._take()) is not None:
                above.append(line)
        first = True
        while True:
            table = _Table(shape, above, self, told=first)
            first = False
            titles = [*_as_titles(above), *titles][:_TITLES]
            yield from table.batches(tuple(titles))
            if table.next_header is None:
                return
            above = table.next_header

    def is_title(self, cells: Sequence[str]) -> bool:
        """Whether a line in a table is a line above the next one: one cell, which answers a parameter."""
        filled = [cell for cell in cells if cell.strip()]
        return len(filled) == 1 and any(searched(each, plain(filled[0])) for each in self._patterns)


class _Table:
    """From one header to the next one, or to the end of the sheet."""

    def __init__(self, shape: Shape, above: Sequence[Line], reading: Reading, *, told: bool) -> None:
        self.shape, self.reading, self.said = shape, reading, reading.said
        self.next_header: list[Line] | None = None  # what stands above the next header, whose line comes next
        number, cells = reading._take() or (0, [])
        required = _required_places(shape, cells)
        levels = [cells]
        for _, upper in reversed(above[-(shape.levels - 1) :] if shape.levels > 1 else []):
            if len(levels) == shape.levels or not _may_be_level(upper, cells, required) or _filled(upper) < _FEW:
                break
            levels.insert(0, upper)
        endings = {path[-1] for column in shape.columns.values() for path in column.titles if len(path) > 1}
        while len(levels) < shape.levels and (following := reading._peek(1)):
            lower = following[0][1]
            if not _may_be_level(lower, cells, required) or not _says_titles(lower, endings):
                break
            reading._take()
            levels.append(lower)
        if (following := reading._peek(1)) and _counts_columns(following[0][1]):
            reading._take()
        self.paths = _paths(levels)
        self.width = len(self.paths)
        self.places = self._placed(number, told)
        self.required = [self.places[name] for name in shape.required if name in self.places]
        self._heads = {cells[place] for place in required}  # as they are written here
        self._ends = [re.compile(each) for each in shape.ends]

    def _placed(self, line: int, told: bool) -> dict[str, int]:
        """Column -> its place; what is not there, is there twice, or is of no use is told, once a sheet."""
        places: dict[str, int] = {}
        for name, column in self.shape.columns.items():
            fitting = _fitting(column.titles, self.paths)
            if fitting:
                places[name] = fitting[0]
            if len(fitting) > 1 and told:
                self.said.find("column twice", f"{self.shape.name}.{name}", line)
            if not fitting and told:
                self.said.find("optional column missing", f"{self.shape.name}.{name}", line)
        unused = [place for place, path in enumerate(self.paths) if path and place not in places.values()]
        if unused and told:
            self.said.find_all("column not in the mapping", self.shape.name, len(unused), [line])
        return places

    def batches(self, titles: tuple[str, ...]) -> Iterator[Batch]:
        rows: list[Sequence[str]] = []
        lines: list[int] = []
        pending: list[Line] = []  # lines without what every row has: above the next header, or rows without a key
        over = False
        while (line := self.reading._take()) is not None:
            number, cells = line
            if not (filled := _filled(cells)):
                continue
            if self._is_header(cells):
                self.reading._ahead.appendleft(line)
                self.next_header = pending
                break
            keys = [place < len(cells) and bool(cells[place].strip()) for place in self.required]
            few = filled <= _FEW
            if over and (few or not all(keys)):
                pending.append(line)
                continue
            if (few or not all(keys)) and (self._is_over(cells, all(keys)) or self.reading.is_title(cells)):
                self._spoil(pending)
                pending, over = [line], True
                continue
            if not any(keys):
                pending.append(line)
                continue
            self._close(pending, over)  # a sum between rows ends nothing
            pending, over = [], False
            if self._is_broken(cells):
                self.said.spoil("broken line", number)
                continue
            rows.append(cells)
            lines.append(number)
            if len(rows) >= ROWS:
                yield self._batch(rows, lines, titles)
                rows, lines = [], []
        if self.next_header is None or over:
            self._close(pending, over)
        if rows:
            yield self._batch(rows, lines, titles)

    def _batch(self, rows: Sequence[Sequence[str]], lines: list[int], titles: tuple[str, ...]) -> Batch:
        columns = {
            name: [row[place].strip() if place < len(row) else "" for row in rows]
            for name, place in self.places.items()
        }
        return Batch(columns, lines, titles)

    def _is_header(self, cells: Sequence[str]) -> bool:
        """The same titles once more; a cell of a learner is none of them."""
        if not self._heads.isdisjoint(cells):
            return _is_header(self.shape, cells)
        first = cells[self.required[0]] if self.required and self.required[0] < len(cells) else ""
        return (
            not first[:1].isdigit() and _split(first) == self.paths[self.required[0]] and _is_header(self.shape, cells)
        )

    def _is_over(self, cells: Sequence[str], keyed: bool) -> bool:
        """Whether a line ends the table; one that has all keys only by its first cell, as names may be like words."""
        texts = [text for cell in cells if (text := fold(cell))]
        return any(searched(each, text) for each in self._ends for text in (texts[:1] if keyed else texts))

    def _close(self, pending: Sequence[Line], over: bool) -> None:
        """Lines that belong to no table are told; before its end they are rows that nobody can read. After it, one that
        may be a row leaves open what else there is. The first of ``pending`` is the line that ended the table."""
        if over:
            numbers = [number for number, _ in pending]
            if self.next_header is None and any(self._names_one(cells) for _, cells in pending[1:]):
                self.said.to_the_end = False
            self.said.find_all("line outside a table", self.shape.name, len(pending), numbers[:FIRST_LINES])
        else:
            self._spoil(pending)

    def _names_one(self, cells: Sequence[str]) -> bool:
        """Whether a line may be of a learner: a cell of what every row has is one word with a digit, as codes and dates
        are. Names of those who sign, and the day on which they do, are not."""
        keys = (cells[place].strip() for place in self.required if place < len(cells))
        return any(any(map(str.isdigit, key)) and " " not in key for key in keys)

    def _is_broken(self, cells: Sequence[str]) -> bool:
        more = any(cell.strip() for cell in cells[self.width :])
        return more or (self.reading.sheet.narrow and len(cells) < self.width)

    def _spoil(self, lines: Sequence[Line]) -> None:
        """Rows that do not say whose they are: nobody can read them."""
        for number, _ in lines:
            self.said.spoil("row without a key", number)


# ------------------------------------------------------------------------------------------------ titles
def _filled(cells: Sequence[str]) -> int:
    return sum(map(bool, map(str.strip, cells)))


def _as_titles(above: Sequence[Line]) -> list[str]:
    """Lines above a table as one text each, the nearest first."""
    return [text for _, cells in reversed(above) if (text := plain(" ".join(cells)))]


def _is_header(shape: Shape, cells: Sequence[str]) -> bool:
    """Whether every required column has its last title on this line."""
    there = {path[-1] for cell in cells if (path := _split(cell))}
    return all(any(path[-1] in there for path in shape.columns[name].titles if path) for name in shape.required)


def _required_places(shape: Shape, cells: Sequence[str]) -> set[int]:
    wanted = {path[-1] for name in shape.required for path in shape.columns[name].titles if path}
    return {place for place, cell in enumerate(cells) if (path := _split(cell)) and path[-1] in wanted}


def _may_be_level(cells: Sequence[str], header: Sequence[str], required: set[int]) -> bool:
    """Whether a line beside the header may belong to it: it says nothing else of those columns that every row has."""
    return _filled(cells) > 0 and all(
        place >= len(cells) or cells[place].strip() in ("", header[place].strip()) for place in required
    )


def _says_titles(cells: Sequence[str], endings: Collection[str]) -> bool:
    """Whether a line below the header is of titles: one that is looked for, or no digit at all. Else it is a row."""
    there = {path[-1] for cell in cells if (path := _split(cell))}
    return not there.isdisjoint(endings) or not any(any(map(str.isdigit, cell)) for cell in cells)


def _counts_columns(cells: Sequence[str]) -> bool:
    """Whether a line only numbers the columns, from 1: (1), (2), (3), …"""
    numbers = [cell.strip(" ()[].") for cell in cells if cell.strip()]
    return len(numbers) >= _COUNTED and numbers == [str(number) for number in range(1, len(numbers) + 1)]


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for part in (fold(each) for each in cell.split("/")) if part)


def _paths(levels: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """For every column its titles from the upper line down. A title over several columns stands in the first."""
    width = max(map(len, levels))
    table = [[_split(cells[place]) if place < len(cells) else () for place in range(width)] for cells in levels]
    for number in range(len(table) - 2, -1, -1):
        last: tuple[str, ...] = ()
        for place in range(width):
            if table[number][place]:
                last = table[number][place]
            elif any(lower[place] for lower in table[number + 1 :]):
                table[number][place] = last
    paths = []
    for place in range(width):
        path: list[str] = []
        for row in table:
            path += [part for part in row[place] if path[-1:] != [part]]
        paths.append(tuple(path))
    return paths


def _fitting(titles: Sequence[tuple[str, ...]], paths: Sequence[tuple[str, ...]]) -> list[int]:
    """Places that a column may stand at, by the first of its titles that is there: the whole path, else its end."""
    for title in titles:
        exact = [place for place, path in enumerate(paths) if path == title]
        if exact:
            return exact
        ending = [place for place, path in enumerate(paths) if path[-len(title) :] == title]
        if ending:
            return ending
    return []


# ------------------------------------------------------------------------------------------------ parameters
def titles_of(form: Format) -> tuple[Answer, ...]:
    """The ways in which lines above a table answer parameters."""
    return tuple(answer for answers in form.parameters.values() for answer in answers)


def answered(
    parameters: Mapping[str, tuple[Answer, ...]],
    said: Mapping[str, str],
    titles: Sequence[str],
    sheet: str,
    stem: str,
    folder: str,
) -> tuple[dict[str, str], list[str]]:
    """What the parameters are for one table, the first answer of each, and those of which the plan says another."""
    found: dict[str, str] = {}
    differing = []
    for name, answers in parameters.items():
        for each in answers:
            texts = {"plan": (said.get(name, ""),), "title": titles, "sheet": (sheet,), "file": (stem,)}.get(
                each.of, (folder,)
            )
            if (text := _answer(each, texts)) and name not in found:
                found[name] = text
        if said.get(name, found.get(name, "")) != found.get(name, ""):
            differing.append(name)
    return found, differing


def _answer(answer: Answer, texts: Sequence[str]) -> str:
    for text in texts:
        if not answer.match:
            if text.strip():
                return answer.value or text.strip()
            continue
        if match := searched(re.compile(answer.match, re.IGNORECASE), plain(text)):
            return answer.value or (match[1] if match.re.groups else match[0])
    return ""
