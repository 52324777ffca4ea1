"""A profile's computation.json -> Computation, and the part of links.json that says where its parts stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from recaudit.computing import Computation, Computed, Level, Title
from recaudit.said import Value, say
from recaudit.suites.reading import Wrong, check_keys, near, read_object

FILE: Final = "computation"
_PARTS: Final = ("computation", "about", "source", "periods", "decimals", "secondary", "primary", "ages")
_SECONDARY: Final = (
    *("grades", "scored", "passed", "uncounted", "pass_words", "fail_words", "words", "levels"),
    *("conduct_trait", "conduct_terms", "titles", "promotion"),
)
_LEVEL: Final = ("code", "failed", "least", "some", "some_at", "adjusted")
_TITLE: Final = ("code", "words", "conduct", "learning", "some", "some_at")
_PRIMARY: Final = ("grades", "assessed", "uncounted", "pass_words", "fail_words", "least")


def folded(text: str) -> str:
    """A word as words are compared: NFC, small letters, no white space around it."""
    return unicodedata.normalize("NFC", text).strip().lower()


class _Reader:
    """One object of the file. What is not as it must be is added to ``wrong`` and read as nothing."""

    def __init__(self, said: object, wrong: Wrong, needed: Sequence[str], what: Value) -> None:
        self.said: Mapping[str, Any] = said if isinstance(said, dict) else {}
        self.wrong = wrong
        if not isinstance(said, dict):
            wrong.add(say("{what} is no object", what=what), say("write { … }"))
        else:
            check_keys(self.said, wrong, needed=needed, what=what)

    def at(self, key: str, needed: Sequence[str]) -> _Reader:
        return _Reader(self.said.get(key), self.wrong.inside(key), needed, key)

    def each(self, key: str, needed: Sequence[str]) -> list[_Reader]:
        said = self.said.get(key)
        if not isinstance(said, list) or not said:
            self.wrong.inside(key).add(say("it is no list with something in it"), say("write [ { … } ]"))
            return []
        return [
            _Reader(one, self.wrong.inside(f"{key} {at}"), needed, say("an entry of {key}", key=key))
            for at, one in enumerate(said, 1)
        ]

    def text(self, key: str) -> str:
        said = self.said.get(key)
        if not isinstance(said, str) or not said.strip():
            self.wrong.inside(key).add(say("it is no text"), say("write it in quotes"))
            return ""
        return said

    def texts(self, key: str) -> tuple[str, ...]:
        said = self.said.get(key)
        if not isinstance(said, list) or not all(isinstance(one, str) and one for one in said):
            self.wrong.inside(key).add(say("it is no list of texts"), say('write ["…"]'))
            return ()
        return tuple(said)

    def words(self, key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(folded, self.texts(key))))

    def whole(self, key: str) -> int:
        said = self.said.get(key)
        if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said < 1_000_000:
            self.wrong.inside(key).add(say("it is no whole number from 0"), say("write a number"))
            return 0
        return said

    def amount(self, key: str) -> Decimal:
        """A decimal number, written as a text so that nothing rounds it."""
        try:
            said = Decimal(self.text(key))
        except InvalidOperation:
            said = Decimal("NaN")
        if not said.is_finite():
            self.wrong.inside(key).add(say("it is no decimal number"), say('write it in quotes: "6.5"'))
            return Decimal(0)
        return said


def read_computation(path: Path, label: str) -> Computation:
    """The numbers of a profile. Raises ``SuiteError`` with everything that is wrong in the file."""
    wrong = Wrong(label)
    document, _ = read_object(path, wrong)
    wrong.refuse()
    whole = _Reader(document, wrong, _PARTS, "the computation")
    periods = whole.at("periods", ("terms", "year"))
    terms = [(one.text("code"), one.whole("weight")) for one in periods.each("terms", ("code", "weight"))]
    if len(terms) != 2 or not sum(weight for _, weight in terms):
        wrong.inside("periods, terms").add(
            say("a year is computed from two terms"), say("name two, each with its weight")
        )
        terms = [("", 1), ("", 1)]
    secondary, primary = whole.at("secondary", _SECONDARY), whole.at("primary", _PRIMARY)
    promotion = secondary.at("promotion", ("learning", "conduct", "absence"))
    said = secondary.said.get("words")
    by_code = secondary.at("words", tuple(said) if isinstance(said, dict) else ())
    words = {code: by_code.words(code) for code in by_code.said}
    levels = tuple(map(_level, secondary.each("levels", _LEVEL)))
    titles = tuple(map(_title, secondary.each("titles", _TITLE)))
    conduct = tuple(
        (one.texts("term1"), one.texts("term2"), one.text("year"))
        for one in secondary.each("conduct_terms", ("term1", "term2", "year"))
    )
    named = [*(one.code for one in levels), *(code for one in titles for code in (one.conduct, one.learning))]
    named += [code for first, second, year in conduct for code in (*first, *second, year)]
    named += [*promotion.texts("learning"), *promotion.texts("conduct")]
    for code in sorted(set(named) - set(words)):
        wrong.inside("secondary").add(say("the level {code} has no words", code=repr(code)), near(code, words))
    if not words:
        wrong.inside("secondary, words").add(say("no level has words"), say('write {"1": ["…"], …}, the best first'))
    ages = whole.at("ages", ("on", "grades"))
    on = ages.text("on")
    if not re.fullmatch("[01][0-9]-[0-3][0-9]", on):
        wrong.inside("ages, on").add(say("it is no day of a year"), say('write month and day: "09-01"'))
    computation = Computation(
        name=whole.text("computation"),
        terms=(terms[0], terms[1]),
        year=periods.text("year"),
        decimals=whole.whole("decimals"),
        scored=secondary.texts("scored"),
        passed=secondary.texts("passed"),
        uncounted=secondary.texts("uncounted"),
        pass_words=secondary.words("pass_words"),
        fail_words=secondary.words("fail_words"),
        secondary=secondary.texts("grades"),
        words=words,
        levels=levels,
        conduct_trait=secondary.text("conduct_trait"),
        conduct_terms=conduct,
        titles=titles,
        promoted_learning=promotion.texts("learning"),
        promoted_conduct=promotion.texts("conduct"),
        absence=promotion.whole("absence"),
        primary=primary.texts("grades"),
        primary_levels=primary.texts("assessed"),
        primary_uncounted=primary.texts("uncounted"),
        primary_pass=primary.words("pass_words"),
        primary_fail=primary.words("fail_words"),
        primary_least=primary.amount("least"),
        ages=_ages(ages.said.get("grades"), wrong.inside("ages, grades")),
        age_on=on,
    )
    if computation.decimals > 4:
        wrong.inside("decimals").add(say("more than four places are not looked at"), say("write 0 to 4"))
    wrong.refuse()
    return computation


def _level(one: _Reader) -> Level:
    code, failed, some = one.text("code"), one.whole("failed"), one.whole("some")
    return Level(code, failed, one.amount("least"), some, one.amount("some_at"), one.said.get("adjusted") is True)


def _title(one: _Reader) -> Title:
    code, words, some = one.text("code"), one.words("words"), one.whole("some")
    return Title(code, words, one.text("conduct"), one.text("learning"), some, one.amount("some_at"))


def _ages(said: object, wrong: Wrong) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for grade, pair in said.items() if isinstance(said, dict) else ():
        whole = isinstance(pair, list) and len(pair) == 2 and all(type(age) is int and age >= 0 for age in pair)
        if not whole or pair[0] > pair[1]:
            wrong.inside(str(grade)).add(say("it is no youngest and oldest age"), say("write [10, 15]"))
        else:
            found[str(grade)] = (pair[0], pair[1])
    return found


# ------------------------------------------------------------------------------------------------ links.json
_COLUMNS: Final = ("learner", "schoolYear", "learning", "conduct", "award", "decision")
COMPUTED: Final = ("subjects", "cards", "score", "level", "absences", "born", "traits", *_COLUMNS)


def read_computed(
    said: Mapping[str, Any],
    unit: str,
    of: str,
    hanging: Iterable[str],
    referenced: Iterable[str],
    tables: Mapping[str, Mapping[str, str]],
    wrong: Wrong,
) -> Computed | None:
    """The part ``computed`` of links.json. ``of``: the table of the results, as ``due`` names it."""
    check_keys(said, wrong, needed=COMPUTED, what="computed")
    if any(key not in said for key in COMPUTED):
        return None
    known_problems = len(wrong.problems)

    def column(name: object, table: str, key: str) -> str:
        if str(name) not in tables.get(table, {}):
            wrong.inside(key).add(say("there is no column {name}", name=repr(name)), near(name, tables.get(table, {})))
        return str(name)

    for key in ("subjects", "cards"):
        if str(said[key]) in tables:
            wrong.inside(key).add(
                say("{said} is a table that is read", said=repr(said[key])),
                say("give what is computed a name of its own"),
            )
    born, _, birth = str(said["born"]).partition(".")
    if born not in referenced:
        wrong.inside("born").add(say("the record names no row of {born}", born=repr(born)), near(born, referenced))
    column(birth, born, "born")
    traits = said["traits"] if isinstance(said["traits"], dict) else {}
    check_keys(traits, wrong.inside("traits"), needed=("table", "trait", "period", "level"), what="traits")
    table = str(traits.get("table"))
    if table not in hanging:
        wrong.inside("traits").add(
            say("rows of {table} do not hang on the record", table=repr(table)), near(table, hanging)
        )
    of_traits = [column(traits.get(key), table, f"traits, {key}") for key in ("trait", "period", "level")]
    absences = said["absences"] if isinstance(said["absences"], list) else []
    cells = {key: column(said[key], unit, key) for key in _COLUMNS}
    computed = Computed(
        subjects=str(said["subjects"]),
        cards=str(said["cards"]),
        score=column(said["score"], of, "score"),
        level=column(said["level"], of, "level"),
        learner=cells["learner"],
        school_year=cells["schoolYear"],
        learning=cells["learning"],
        conduct=cells["conduct"],
        award=cells["award"],
        decision=cells["decision"],
        absences=tuple(column(name, unit, "absences") for name in absences),
        born=(born, birth),
        traits=(table, *of_traits),  # type: ignore[arg-type]
    )
    return computed if len(wrong.problems) == known_problems else None
