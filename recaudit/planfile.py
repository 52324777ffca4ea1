"""The file recaudit.toml, opened, parsed and read key by key, with every problem kept; ``plan`` says what it means."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeVar

from recaudit.errors import PlanError, Problem, either, nearest
from recaudit.refusals import of_reader
from recaudit.said import Said, say

FILE_NAME: Final = "recaudit.toml"


def content_of(file: Path) -> bytes:
    """The bytes of the plan. Raises ``PlanError`` when it is not there or may not be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise PlanError(
            say("there is no plan") if missing else say("the plan cannot be opened"),
            where=str(file),
            fix=say("name a {file} or a folder that holds one", file=FILE_NAME)
            if missing
            else say("check who may read the file"),
        ) from error


def parsed(file: Path, content: bytes) -> dict[str, object]:
    """The plan as TOML, numbers as exact decimals. Raises ``PlanError`` with the line where it is none."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PlanError(say("the plan is not UTF-8"), where=f"{file}:{line}", fix=say("save it as UTF-8")) from error
    except tomllib.TOMLDecodeError as error:
        said, _, place = str(error).partition(" (at ")
        line_found = re.match(r"line (\d+)", place)
        last = content.rstrip(b"\n").count(b"\n") + 1  # "at end of document"
        line = int(line_found[1]) if line_found else last
        raise PlanError(
            say("the plan is not TOML: {reason}", reason=of_reader(said)),
            where=f"{file}:{line}",
            fix=say("correct this line"),
        ) from error
    except (ValueError, ArithmeticError, RecursionError) as error:  # TOML in form, beyond what Python can hold
        raise PlanError(
            say("the plan holds a number too long, or brackets too deep, to be read"),
            where=str(file),
            fix=say("a plan needs neither: compare it with one that 'recaudit synth DIR' writes"),
        ) from error


_Word = TypeVar("_Word", bound=str)
_PER_CENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,20})?) ?%")
_FINEST: Final = Decimal("1e-22")  # what _PER_CENT can say; 1e-999999999 as a fraction would fill the memory


class Table:
    """One table of the plan, and the list to which it adds what is wrong with it.

    Reading goes on after a problem with a stand-in of the right type, so that one pass finds them all; no stand-in
    leaves ``load``, which raises when the list is not empty. ``sound`` are the keys that were there and well formed.
    """

    def __init__(self, raw: Mapping[str, object], file: str, title: str, problems: list[Problem]) -> None:
        self.raw, self.sound = raw, set[str]()
        self._file, self._title, self._problems = file, title, problems

    def problem(self, what: Said, *, fix: Said, key: str = "") -> None:
        self.sound.discard(key)
        place = ", ".join(part for part in (self._title, key) if part)
        self._problems.append(Problem(what, f"{self._file} {place}".rstrip(), fix))

    def not_one_of(self, word: str, known: Sequence[str], *, key: str) -> None:
        self.problem(
            say("{key} {word} is not known", key=key, word=repr(word)),
            key=key,
            fix=nearest(word, known) or say("use {names}", names=either(known)),
        )

    def known(self, *keys: str) -> None:
        """Refuse every other key; a misspelt one would be a setting that silently does nothing."""
        for key in self.raw:
            if key not in keys:
                self.problem(
                    say("unknown key"),
                    key=key,
                    fix=nearest(key, keys) or say("the keys here are {names}", names=", ".join(keys)),
                )

    def once(self, array: str, key: str, names: Iterable[str]) -> None:
        """Refuse a name that an entry of ``[[array]]`` shares with an earlier one."""
        seen: dict[str, int] = {}
        for place, name in enumerate(names, start=1):
            if name and seen.setdefault(name, place) != place:
                what = say(
                    "{key} {name} is that of [[{array}]] {seen} too",
                    key=key,
                    name=repr(name),
                    array=array,
                    seen=seen[name],
                )
                where = f"{self._file} [[{array}]] {place}, {key}"
                self._problems.append(
                    Problem(what, where, say("give each {array} its own {key}", array=array, key=key))
                )

    def table(self, key: str, *, required: bool = False) -> Table:
        """The table below ``key``; an empty one where it is missing or no table."""
        title = f"{self._title}, {key}" if self._title else f"[{key}]"
        found = self.raw.get(key)
        if isinstance(found, dict):
            self.sound.add(key)
            return Table(found, self._file, title, self._problems)
        if found is not None or required:
            example = say("write {key} = { ... }", key=key) if self._title else say("begin it with [{key}]", key=key)
            self.problem(
                say("is no table") if found is not None else say("no {name}", name=key if self._title else title),
                key=key,
                fix=example,
            )
            return Table({}, self._file, title, [])  # one problem is enough: what it would hold is not missing too
        return Table({}, self._file, title, self._problems)

    def tables(self, key: str) -> tuple[Table, ...]:
        """The entries of ``[[key]]``, titled by their place from 1."""
        found = self.raw.get(key, [])
        if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
            self.problem(say("is no list of tables"), key=key, fix=say("begin each with [[{key}]]", key=key))
            return ()
        titles = (f"[[{key}]] {place}" for place in range(1, len(found) + 1))
        return tuple(
            Table(entry, self._file, title, self._problems) for entry, title in zip(found, titles, strict=True)
        )

    def _value(self, key: str, *, required: bool) -> object:
        if key not in self.raw and required:
            self.problem(say("no {key}", key=key), key=key, fix=say("add {key} = ...", key=key))
        return self.raw.get(key)

    def text(self, key: str, *, default: str | None = None) -> str:
        found = self._value(key, required=default is None)
        if isinstance(found, str) and found.strip():
            self.sound.add(key)
            return found.strip()
        if found is not None:
            self.problem(say("is no text, or an empty one"), key=key, fix=say('write {key} = "..."', key=key))
        return default or ""

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """One text or a list of them. An empty list is refused where the key is required."""
        found = self._value(key, required=required)
        entries = found if isinstance(found, list) else [] if found is None else [found]
        texts = tuple(entry.strip() for entry in entries if isinstance(entry, str) and entry.strip())
        if len(texts) < len(entries):
            self.problem(
                say("is no list of texts, or holds an empty one"), key=key, fix=say('write {key} = ["..."]', key=key)
            )
            return ()
        if required and found == []:
            self.problem(say("is empty"), key=key, fix=say('name at least one: {key} = ["..."]', key=key))
            return ()
        self.sound.add(key)
        return texts

    def word(self, key: str, known: Sequence[_Word], *, default: _Word | None = None) -> _Word:
        found = self._value(key, required=default is None)
        for word in known:
            if word == found:
                self.sound.add(key)
                return word
        if found is not None:
            self.not_one_of(str(found), [word for word in known if word], key=key)
        return known[0] if default is None else default

    def day(self, key: str) -> date:
        found = self._value(key, required=True)
        if isinstance(found, date) and not isinstance(found, datetime):
            self.sound.add(key)
            return found
        if found is not None:
            self.problem(
                say("is no day"),
                key=key,
                fix=say("write it without quotes and without a time: {key} = 2026-03-31", key=key),
            )
        return date.min

    def share(self, key: str, *, or_else: Said | None = None) -> Fraction:
        """A share above 0, at most 1, exact: "97.5 %", or a number such as 0.975, with 22 decimals at most."""
        found = self._value(key, required=True)
        share: Fraction | None = None
        if isinstance(found, str):
            share = per_cent(found)
        elif isinstance(found, int | Decimal) and not isinstance(found, bool):
            number = Decimal(found)
            if number.is_finite() and _FINEST <= number <= 1 and number % _FINEST == 0:
                share = Fraction(number)
        if share is not None and 0 < share <= 1:
            self.sound.add(key)
            return share
        if found is not None:
            forms = say('write "97.5 %", or the share 0.975')
            if or_else is not None:
                forms = say('write "97.5 %", or the share 0.975, or {form}', form=or_else)
            self.problem(say("is no share above 0 %, at most 100 %"), key=key, fix=forms)
        return Fraction(1)

    def sentences(self, key: str) -> dict[str, str]:
        """Language -> sentence; a plain text is English. Empty where the key is missing."""
        found = self.raw.get(key, {})
        if isinstance(found, str):
            found = {"en": found}
        if isinstance(found, dict) and all(isinstance(text, str) and text.strip() for text in found.values()):
            return {language: text.strip() for language, text in found.items()}
        self.problem(
            say("is no sentence"), key=key, fix=say('write {key} = "...", or { en = "...", vi = "..." }', key=key)
        )
        return {}


def per_cent(text: str) -> Fraction | None:
    """The share that ``97.5 %`` says, exact; None for other text. 0 % and more than 100 % are shares here too.

    >>> per_cent("97.5 %"), per_cent("97.5")
    (Fraction(39, 40), None)
    """
    found = _PER_CENT.fullmatch(text.strip())
    return Fraction(found[1]) / 100 if found else None
