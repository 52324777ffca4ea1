"""A mapping read from JSON, checked as it is read: what fits nothing is refused with its place in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, get_args

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
from recaudit.education.mapping.elements import Elements, content
from recaudit.education.mapping.invented import without_invented
from recaudit.education.mapping.text import ORDERS, fold
from recaudit.errors import Problem, SuiteError, nearest
from recaudit.said import say
from recaudit.shipped import expectations

_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_FORMS: Final[tuple[Form, ...]] = get_args(Form)
_ORIGINS: Final[tuple[Origin, ...]] = get_args(Origin)
_WITHIN: Final = 200  # lines in which a header may be looked for
_LEVELS: Final = 10  # lines that it may have


def shipped() -> tuple[str, ...]:
    """Names of the mappings that travel with recaudit."""
    return tuple(sorted(path.stem for path in expectations("education", "mappings").glob("*.json")))


def load(name: str, root: Path) -> Format:
    """A mapping that travels with recaudit, or a file relative to ``root``. Raises ``SuiteError``."""
    file = root / name if name.endswith(".json") else expectations("education", "mappings", f"{name}.json")
    try:
        raw = content(file, name)
    except (OSError, ValueError) as failure:  # a name with what no name of a file may hold
        if isinstance(failure, SuiteError):
            raise
        fix = nearest(name, shipped()) or say("name a file, or one of {names}", names=", ".join(shipped()))
        raise SuiteError(say("there is no such mapping"), where=name, fix=fix) from failure
    return _Reader(name if name.endswith(".json") else f"mapping {name}").mapping(
        raw, Path(name).name.removesuffix(".json")
    )


class _Reader(Elements):
    """Reads one file; raises ``SuiteError`` at the first thing that fits nothing."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.codes: Mapping[str, Mapping[str, str]] = {}

    # -------------------------------------------------------------------------------------------- the whole
    def mapping(self, raw: object, name: str) -> Format:
        known = (
            "format", "about", "evidence", "source", "csv", "decimal", "dates", "empty", "hidden", "parameters",
            "version", "codes", "lookups", "shapes",
        )  # fmt: skip
        whole = self.entries(raw, "", known, ("format", "about", "evidence", "source", "shapes"))
        csv = self.entries(whole.get("csv", {}), "csv", ("delimiter", "encodings"))
        self.codes = {
            each: self.words(words, f"codes, {each}")
            for each, words in self.named(whole.get("codes", {}), "codes").items()
        }
        version = self.entries(whole.get("version", {}), "version", ("parameter", "oldest_first"))
        made = Format(
            name=name,
            about=self.line(whole["about"], "about"),
            evidence=self.line(whole["evidence"], "evidence"),
            source=self.line(whole["source"], "source"),
            csv=Csv(
                self.delimiter(csv.get("delimiter", ""), "csv, delimiter"),
                self.encodings(csv.get("encodings", list(Csv().encodings)), "csv, encodings"),
            ),
            comma=self.word(whole.get("decimal", "."), (".", ","), "decimal") == ",",
            order=self.word(whole.get("dates", ""), ORDERS, "dates"),
            empty=frozenset(fold(each) for each in self.texts(whole.get("empty", []), "empty")),
            hidden=self.word(whole.get("hidden", "skip"), ("skip", "read"), "hidden") == "read",
            parameters={
                each: tuple(
                    self.answer(one, f"parameters, {each}") for one in self.several(answers, f"parameters, {each}")
                )
                for each, answers in self.named(whole.get("parameters", {}), "parameters").items()
            },
            version=(
                self.text(version.get("parameter", ""), "version"),
                self.texts(version.get("oldest_first", []), "version"),
            ),
            lookups={
                each: self.lookup(each, one) for each, one in self.named(whole.get("lookups", {}), "lookups").items()
            },
            shapes=tuple(
                self.shape(one, place) for place, one in enumerate(self.several(whole["shapes"], "shapes"), 1)
            ),
        )
        self.line(whole["format"], "format")
        self._fits(made)
        return replace(made, shapes=tuple(_without_invented(shape, made) for shape in made.shapes))

    def words(self, raw: object, place: str) -> Mapping[str, str]:
        found = {fold(text): self.said(word, place) for text, word in self.named(raw, place).items()}
        if "" in found:
            raise self.wrong(
                say("a code for an empty cell"), place, say("a cell that is empty says nothing: leave it out")
            )
        return found

    def answer(self, raw: object, place: str) -> Answer:
        one = self.entries(raw, place, ("of", "match", "value"), ("of",))
        return Answer(
            self.word(one["of"], _ORIGINS, place),
            self.pattern(one.get("match", ""), place),
            self.said(one.get("value", ""), place),
        )

    def lookup(self, name: str, raw: object) -> Lookup:
        place = f"lookups, {name}"
        one = self.entries(raw, place, ("shape", "key", "answer", "several"), ("shape", "key", "answer"))
        shape, key, answer = (self.text(one[each], f"{place}, {each}") for each in ("shape", "key", "answer"))
        return Lookup(name, shape, key, answer, self.flag(one.get("several", False), f"{place}, several"))

    # -------------------------------------------------------------------------------------------- a kind of sheet
    def shape(self, raw: object, number: int) -> Shape:
        place = f"shapes, {number}"
        known = ("name", "files", "sheets", "every", "header", "ends", "columns", "rows")
        one = self.entries(raw, place, known, ("name", "columns", "rows"))
        place = f"shape {self.line(one['name'], place)}"
        header = self.entries(one.get("header", {}), f"{place}, header", ("within", "lines"))
        columns = {
            name: self.column(name, each, f"{place}, {name}")
            for name, each in self.named(one["columns"], place).items()
        }
        targets: list[Target] = []
        for each in self.several(one["rows"], f"{place}, rows", none=True):
            target = self.target(each, place, columns)
            targets.append(target)
        shape = Shape(
            name=str(one["name"]),
            files=tuple(map(_pattern_of, self.texts(one.get("files", []), place))),
            sheets=tuple(map(_pattern_of, self.texts(one.get("sheets", []), place))),
            every=self.flag(one.get("every", True), f"{place}, every"),
            within=self.number(header.get("within", 1), _WITHIN, f"{place}, header, within"),
            levels=self.number(header.get("lines", 1), _LEVELS, f"{place}, header, lines"),
            ends=tuple(self.pattern(each, place) for each in self.texts(one.get("ends", []), place)),
            columns=columns,
            targets=tuple(targets),
        )
        if not shape.required:
            raise self.wrong(say("has no required column"), place, say("say of one column that it is required"))
        return shape

    def column(self, name: str, raw: object, place: str) -> Column:
        one = self.entries(raw, place, ("titles", "required", "kind", "dates", "serial"), ("titles",))
        return Column(
            name,
            self.titles(one["titles"], f"{place}, titles"),
            self.flag(one.get("required", False), f"{place}, required"),
            self.word(one.get("kind", "text"), _KINDS, place),
            self.word(one["dates"], ORDERS, place) if "dates" in one else None,
            self.flag(one.get("serial", False), f"{place}, serial"),
        )

    def titles(self, raw: object, place: str) -> tuple[tuple[str, ...], ...]:
        found = tuple(path_of(self.text(each, place)) for each in self.several(raw, place))
        if not all(found):
            raise self.wrong(say("a title is empty"), place, say("write what stands above the column"))
        return found

    def target(self, raw: object, place: str, columns: dict[str, Column]) -> Target:
        """``columns`` grows by those of the items."""
        one = self.entries(raw, place, ("table", "once", "columns", "items", "exempt", "when"), ("table", "columns"))
        place = f"{place}, rows of {self.line(one['table'], place)}"
        specification = specifications().get(one["table"])
        if specification is None or one["table"] == MANIFEST:
            raise self.wrong(
                say("no such table"), place, nearest(one["table"], list(specifications())) or say("name another")
            )
        items = []
        for number, each in enumerate(self.several(one.get("items", []), f"{place}, items", none=True), 1):
            item = self.entries(each, f"{place}, item {number}", ("set", "from"), ("set", "from"))
            cells = {}
            for column, titles in self.named(item["from"], f"{place}, item {number}, from").items():
                own = f"{one['table']} {number} {column}"
                kind: Kind = "number" if column == "score" else "text"
                columns[own] = Column(own, self.titles(titles, f"{place}, item {number}, {column}"), kind=kind)
                cells[column] = own
            where = f"{place}, item {number}, set"
            sets = {key: self.said(value, where) for key, value in self.named(item["set"], where).items()}
            items.append(Item(cells, sets))
        target = Target(
            table=one["table"],
            columns={
                name: self.place(each, f"{place}, {name}") for name, each in self.named(one["columns"], place).items()
            },
            once=self.flag(one.get("once", False), f"{place}, once"),
            items=tuple(items),
            exempt=frozenset(map(fold, self.texts(one.get("exempt", []), place))),
            when={name: self.texts(words, place) for name, words in self.named(one.get("when", {}), place).items()},
        )
        filled = {*target.columns, *(name for item in items for name in (*item.cells, *item.sets))}
        for name in sorted(filled - set(specification.columns)):
            fix = nearest(name, list(specification.columns)) or say("name a column of the table")
            raise self.wrong(say("{one} has no column {name}", one=one["table"], name=name), place, fix)
        return target

    def place(self, raw: object, place: str) -> Place:
        if isinstance(raw, str):
            return Place(column=raw)
        said = ("column", "parameter", "value", "item", "join", "first")
        one = self.entries(raw, place, (*said, "between", "lookup", "take", "codes", "form"))
        if sum(key in one for key in said) != 1:
            raise self.wrong(
                say("says not exactly one origin"), place, say("use one of {names}", names=", ".join(said))
            )
        if (codes := self.text(one.get("codes", ""), f"{place}, codes")) and codes not in self.codes:
            raise self.wrong(
                say("codes {codes} are not there", codes=codes),
                place,
                nearest(codes, self.codes) or say("add them to codes"),
            )
        return Place(
            column=self.text(one.get("column", ""), place),
            parameter=self.text(one.get("parameter", ""), place),
            value=self.said(one["value"], f"{place}, value") if "value" in one else None,
            item=self.flag(one.get("item", False), f"{place}, item"),
            join=tuple(self.place(each, place) for each in self.several(one.get("join", []), place, none=True)),
            first=tuple(self.place(each, place) for each in self.several(one.get("first", []), place, none=True)),
            between=self.line(one.get("between", ""), f"{place}, between"),
            lookup=self.text(one.get("lookup", ""), f"{place}, lookup"),
            take=self.pattern(one.get("take", ""), f"{place}, take", group=True),
            codes=self.codes[codes] if codes else {},
            form=self.word(one.get("form", ""), _FORMS, place),
        )

    # -------------------------------------------------------------------------------------------- what names what
    def _fits(self, made: Format) -> None:
        shapes = {shape.name: shape for shape in made.shapes}
        for lookup in made.lookups.values():
            if lookup.shape not in shapes or {lookup.key, lookup.answer} - set(shapes[lookup.shape].columns):
                raise self.wrong(
                    say("shape or column is not there"), f"lookups, {lookup.name}", say("name those of the mapping")
                )
        asked = {lookup.shape for lookup in made.lookups.values()}
        if idle := [shape for shape in made.shapes if not shape.targets and shape.name not in asked]:
            what, fix = say("makes no rows"), say("say which rows (docs/education-formats.md), or leave the shape out")
            raise SuiteError.of([Problem(what, f"{self.where}: shape {shape.name}, rows", fix) for shape in idle])
        for shape in made.shapes:
            for target in shape.targets:
                for place in target.columns.values():
                    self._place_fits(place, f"shape {shape.name}, rows of {target.table}", shape, made)
                for name in target.when:
                    if name not in made.parameters:
                        raise self.wrong(
                            say("parameter {name} is not there", name=name), f"shape {shape.name}", say("add it")
                        )
        if made.version[0] not in ("", *made.parameters):
            raise self.wrong(say("no such parameter"), "version", say("name one of the parameters"))

    def _place_fits(self, place: Place, where: str, shape: Shape, made: Format) -> None:
        for word, there in (
            (place.column, shape.columns), (place.parameter, made.parameters), (place.lookup, made.lookups)
        ):  # fmt: skip
            if word and word not in there:
                raise self.wrong(
                    say("{word} is not there", word=word), where, nearest(word, list(there)) or say("add it")
                )
        for part in (*place.join, *place.first):
            self._place_fits(part, where, shape, made)


def _without_invented(shape: Shape, made: Format) -> Shape:
    return replace(shape, targets=tuple(without_invented(target, made.parameters) for target in shape.targets))


def path_of(title: str) -> tuple[str, ...]:
    """A title, upper lines before lower ones: "Toán/điểm".

    >>> path_of("Toán / Điểm")
    ('toan', 'diem')
    """
    return tuple(part for part in (fold(each) for each in title.split("/")) if part)


def _pattern_of(name: str) -> str:
    """A pattern of names, folded but for its asterisks."""
    return "*".join(fold(part) for part in name.split("*"))
