"""A mapping read from JSON, checked as it is read: what fits nothing is refused with its place in the file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, get_args

from recaudit.education.formats import MANIFEST, specifications
from recaudit.education.mapping.definition import (
    Answer,
    Column,
    Csv,
    Form,
    Format,
    Item,
    Kind,
    Lookup,
    Origin,
    Place,
    Shape,
    Target,
)
from recaudit.education.mapping.text import ORDERS, fold
from recaudit.errors import SuiteError
from recaudit.planfile import nearest
from recaudit.shipped import expectations

_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_FORMS: Final[tuple[Form, ...]] = get_args(Form)
_ORIGINS: Final[tuple[Origin, ...]] = get_args(Origin)


def shipped() -> tuple[str, ...]:
    """Names of the mappings that travel with recaudit."""
    return tuple(sorted(path.stem for path in expectations("education", "mappings").glob("*.json")))


def load(name: str, root: Path) -> Format:
    """A mapping that travels with recaudit, or a file relative to ``root``. Raises ``SuiteError``."""
    file = root / name if name.endswith(".json") else expectations("education", "mappings", f"{name}.json")
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
    except OSError as failure:
        fix = nearest(name, shipped()) or f"name a file, or one of {', '.join(shipped())}"
        raise SuiteError("there is no such mapping", where=name, fix=fix) from failure
    except (ValueError, RecursionError) as failure:
        raise SuiteError("a mapping is no JSON", where=name, fix="correct the file") from failure
    return _Reader(name if name.endswith(".json") else f"mapping {name}").mapping(raw, Path(name).stem)


class _Reader:
    """Reads one file; raises ``SuiteError`` at the first thing that fits nothing."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.codes: Mapping[str, Mapping[str, str]] = {}

    def wrong(self, what: str, place: str, fix: str) -> SuiteError:
        return SuiteError(what, where=f"{self.where}: {place}" if place else self.where, fix=fix)

    def entries(self, raw: object, place: str, known: Sequence[str], needed: Sequence[str] = ()) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise self.wrong("is no object", place, "write { … }")
        for key in raw:
            if key not in known:
                raise self.wrong(f"key {key} is not known", place, nearest(key, known) or f"use {', '.join(known)}")
        for key in needed:
            if key not in raw:
                raise self.wrong(f"no {key}", place, "add it")
        return raw

    def texts(self, raw: object, place: str) -> tuple[str, ...]:
        found = [raw] if isinstance(raw, str) else raw
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise self.wrong("is no text and no list of texts", place, 'write ["…"]')
        return tuple(found)

    def pattern(self, text: object, place: str) -> str:
        try:
            return re.compile(str(text)).pattern
        except re.error as failure:
            raise self.wrong("is no pattern", place, "write a regular expression as Python reads it") from failure

    def word(self, raw: object, words: Sequence[Any], place: str) -> Any:  # noqa: ANN401  # one of words
        if raw not in words:
            raise self.wrong("is not known", place, f"use {', '.join(map(repr, words))}")
        return raw

    # -------------------------------------------------------------------------------------------- the whole
    def mapping(self, raw: object, name: str) -> Format:
        known = (
            "format", "about", "evidence", "source", "csv", "decimal", "dates", "empty", "hidden", "parameters",
            "version", "codes", "lookups", "shapes",
        )  # fmt: skip
        whole = self.entries(raw, "", known, ("format", "about", "evidence", "source", "shapes"))
        csv = self.entries(whole.get("csv", {}), "csv", ("delimiter", "encodings"))
        self.codes = {
            each: {fold(text): str(word) for text, word in self.entries(words, f"codes, {each}", tuple(words)).items()}
            for each, words in self.entries(whole.get("codes", {}), "codes", tuple(whole.get("codes", {}))).items()
        }
        version = self.entries(whole.get("version", {}), "version", ("parameter", "oldest_first"))
        made = Format(
            name=name,
            about=str(whole["about"]),
            evidence=str(whole["evidence"]),
            source=str(whole["source"]),
            csv=Csv(
                csv.get("delimiter", ""), self.texts(csv.get("encodings", list(Csv().encodings)), "csv, encodings")
            ),
            comma=self.word(whole.get("decimal", "."), (".", ","), "decimal") == ",",
            order=self.word(whole.get("dates", ""), ORDERS, "dates"),
            empty=frozenset(fold(each) for each in self.texts(whole.get("empty", []), "empty")),
            hidden=self.word(whole.get("hidden", "skip"), ("skip", "read"), "hidden") == "read",
            parameters={
                each: tuple(self.answer(one, f"parameters, {each}") for one in answers)
                for each, answers in self.entries(
                    whole.get("parameters", {}), "parameters", tuple(whole.get("parameters", {}))
                ).items()
            },
            version=(version.get("parameter", ""), self.texts(version.get("oldest_first", []), "version")),
            lookups={
                each: self.lookup(each, one)
                for each, one in self.entries(
                    whole.get("lookups", {}), "lookups", tuple(whole.get("lookups", {}))
                ).items()
            },
            shapes=tuple(self.shape(one, place) for place, one in enumerate(whole["shapes"], 1)),
        )
        self._fits(made)
        return made

    def answer(self, raw: object, place: str) -> Answer:
        one = self.entries(raw, place, ("of", "match", "value"), ("of",))
        return Answer(
            self.word(one["of"], _ORIGINS, place), self.pattern(one.get("match", ""), place), str(one.get("value", ""))
        )

    def lookup(self, name: str, raw: object) -> Lookup:
        one = self.entries(raw, f"lookups, {name}", ("shape", "key", "answer", "several"), ("shape", "key", "answer"))
        return Lookup(name, one["shape"], one["key"], one["answer"], bool(one.get("several", False)))

    # -------------------------------------------------------------------------------------------- a kind of sheet
    def shape(self, raw: object, number: int) -> Shape:
        place = f"shapes, {number}"
        known = ("name", "files", "sheets", "every", "header", "ends", "columns", "rows")
        one = self.entries(raw, place, known, ("name", "columns", "rows"))
        place = f"shape {one['name']}"
        header = self.entries(one.get("header", {}), f"{place}, header", ("within", "lines"))
        columns = {name: self.column(name, each, f"{place}, {name}") for name, each in one["columns"].items()}
        targets: list[Target] = []
        for each in one["rows"]:
            target = self.target(each, place, columns)
            targets.append(target)
        shape = Shape(
            name=str(one["name"]),
            files=tuple(map(_pattern_of, self.texts(one.get("files", []), place))),
            sheets=tuple(map(_pattern_of, self.texts(one.get("sheets", []), place))),
            every=bool(one.get("every", True)),
            within=int(header.get("within", 1)),
            levels=int(header.get("lines", 1)),
            ends=tuple(self.pattern(each, place) for each in self.texts(one.get("ends", []), place)),
            columns=columns,
            targets=tuple(targets),
        )
        if not shape.required:
            raise self.wrong("has no required column", place, "say of one column that it is required")
        return shape

    def column(self, name: str, raw: object, place: str) -> Column:
        one = self.entries(raw, place, ("titles", "required", "kind", "dates", "serial"), ("titles",))
        return Column(
            name,
            tuple(map(path_of, self.texts(one["titles"], place))),
            bool(one.get("required", False)),
            self.word(one.get("kind", "text"), _KINDS, place),
            self.word(one["dates"], ORDERS, place) if "dates" in one else None,
            bool(one.get("serial", False)),
        )

    def target(self, raw: object, place: str, columns: dict[str, Column]) -> Target:
        """``columns`` grows by those of the items."""
        one = self.entries(raw, place, ("table", "once", "columns", "items", "exempt", "when"), ("table", "columns"))
        place = f"{place}, rows of {one['table']}"
        specification = specifications().get(one["table"])
        if specification is None or one["table"] == MANIFEST:
            raise self.wrong("no such table", place, nearest(one["table"], list(specifications())) or "name another")
        items = []
        for number, each in enumerate(one.get("items", ()), 1):
            item = self.entries(each, f"{place}, item {number}", ("set", "from"), ("set", "from"))
            cells = {}
            for column, titles in item["from"].items():
                own = f"{one['table']} {number} {column}"
                kind: Kind = "number" if column == "score" else "text"
                columns[own] = Column(own, tuple(map(path_of, self.texts(titles, place))), kind=kind)
                cells[column] = own
            items.append(Item(cells, {str(key): str(value) for key, value in item["set"].items()}))
        target = Target(
            table=one["table"],
            columns={name: self.place(each, f"{place}, {name}") for name, each in one["columns"].items()},
            once=bool(one.get("once", False)),
            items=tuple(items),
            exempt=frozenset(map(fold, self.texts(one.get("exempt", []), place))),
            when={name: self.texts(words, place) for name, words in one.get("when", {}).items()},
        )
        filled = {*target.columns, *(name for item in items for name in (*item.cells, *item.sets))}
        for name in sorted(filled - set(specification.columns)):
            fix = nearest(name, list(specification.columns)) or "name a column of the table"
            raise self.wrong(f"{one['table']} has no column {name}", place, fix)
        return target

    def place(self, raw: object, place: str) -> Place:
        if isinstance(raw, str):
            return Place(column=raw)
        said = ("column", "parameter", "value", "item", "join", "first")
        one = self.entries(raw, place, (*said, "between", "lookup", "take", "codes", "form"))
        if sum(key in one for key in said) != 1:
            raise self.wrong("says not exactly one origin", place, f"use one of {', '.join(said)}")
        if (codes := one.get("codes", "")) and codes not in self.codes:
            raise self.wrong(f"codes {codes} are not there", place, nearest(codes, self.codes) or "add them to codes")
        return Place(
            column=one.get("column", ""),
            parameter=one.get("parameter", ""),
            value=str(one["value"]) if "value" in one else None,
            item=bool(one.get("item", False)),
            join=tuple(self.place(each, place) for each in one.get("join", ())),
            first=tuple(self.place(each, place) for each in one.get("first", ())),
            between=one.get("between", ""),
            lookup=one.get("lookup", ""),
            take=self.pattern(one.get("take", ""), place),
            codes=self.codes[codes] if codes else {},
            form=self.word(one.get("form", ""), _FORMS, place),
        )

    # -------------------------------------------------------------------------------------------- what names what
    def _fits(self, made: Format) -> None:
        shapes = {shape.name: shape for shape in made.shapes}
        for lookup in made.lookups.values():
            if lookup.shape not in shapes or {lookup.key, lookup.answer} - set(shapes[lookup.shape].columns):
                raise self.wrong("shape or column is not there", f"lookups, {lookup.name}", "name those of the mapping")
        for shape in made.shapes:
            for target in shape.targets:
                for place in target.columns.values():
                    self._place_fits(place, f"shape {shape.name}, rows of {target.table}", shape, made)
                for name in target.when:
                    if name not in made.parameters:
                        raise self.wrong(f"parameter {name} is not there", f"shape {shape.name}", "add it")
        if made.version[0] not in ("", *made.parameters):
            raise self.wrong("no such parameter", "version", "name one of the parameters")

    def _place_fits(self, place: Place, where: str, shape: Shape, made: Format) -> None:
        for word, there in (
            (place.column, shape.columns), (place.parameter, made.parameters), (place.lookup, made.lookups)
        ):  # fmt: skip
            if word and word not in there:
                raise self.wrong(f"{word} is not there", where, nearest(word, list(there)) or "add it")
        for part in (*place.join, *place.first):
            self._place_fits(part, where, shape, made)


def path_of(title: str) -> tuple[str, ...]:
    """A title, upper lines before lower ones: "Toán/điểm".

    >>> path_of("Toán / Điểm")
    ('toan', 'diem')
    """
    return tuple(part for part in (fold(each) for each in title.split("/")) if part)


def _pattern_of(name: str) -> str:
    """A pattern of names, folded but for its asterisks."""
    return "*".join(fold(part) for part in name.split("*"))
