"""A sentence that is of no language yet: a message, and the values that stand in it.

English is the message itself, and every other language is found by it in a catalogue (``recaudit/locale``). Whoever has
something to say writes ``say("{n} rows of {table}", n=3, table="patient")``; whoever prints it knows the language. In a
result it is ``{"text": …, "plural": …, "with": {…}}``, so a result is of no language either.

Messages are literals, because the catalogue is made by reading the source. A value is a whole number, a day, a share,
another sentence, a list of these, or text that comes from data and is printed as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, NotRequired, TypeAlias, TypedDict

SaidEntry = TypedDict("SaidEntry", {"text": str, "plural": NotRequired[str], "with": NotRequired[dict[str, Any]]})
NOTHING: Final = "—"
_HUNDREDTHS: Final = 100 * 100  # hundredths of a per cent in a whole
_PLACE: Final = re.compile(r"\{(\w+)\}")
_DECIMAL: Final = re.compile(r"[0-9]{1,20}(\.[0-9]{1,60})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Share:
    """``n`` of ``total`` in per cent, rounded down; ``up`` for a highest possible share."""

    n: int
    total: int
    up: bool = False


@dataclass(frozen=True, slots=True)
class Promised:
    """A share as a person wrote it: an exact decimal, ``"0.97"``."""

    share: str


Value: TypeAlias = "int | str | date | Share | Promised | Said | Sequence[Value]"


@dataclass(frozen=True, slots=True)
class Said:
    """One message and its values; with a ``plural``, ``values["n"]`` says which of the two it is."""

    text: str
    plural: str = ""
    values: Mapping[str, Value] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return in_words(self, ENGLISH)


def say(text: str, /, **values: Value) -> Said:
    """
    >>> str(say("{n} of {total} in {place}", n=1200, total=3000, place="Krông Bông"))
    '1,200 of 3,000 in Krông Bông'
    """
    return Said(text, "", values)


def say_n(one: str, many: str, /, n: int, **values: Value) -> Said:
    """
    >>> str(say_n("{n} row", "{n} rows", n=1)), str(say_n("{n} row", "{n} rows", n=0))
    ('1 row', '0 rows')
    """
    return Said(one, many, {"n": n, **values})


def mark(text: str) -> str:
    """The same text: a message for the catalogue, which is put in words elsewhere."""
    return text


# ------------------------------------------------------------------------------------------------ languages
@dataclass(frozen=True, slots=True)
class Signs:
    """What stands between thousands, before decimals, and after per cent."""

    group: str = ","
    decimal: str = "."
    per_cent: str = " %"


@dataclass(frozen=True, slots=True)
class Language:
    """How one language writes. ``message``: (one, many or "", n) to the text. ``signs`` is asked for with the first
    number, so that what prints none (pages of help) looks nothing up."""

    name: str
    message: Callable[[str, str, int], str]
    day: Callable[[date], str]
    listed: Callable[[Sequence[str]], str]
    signs: Callable[[], Signs] = Signs


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


ENGLISH: Final = Language("en", lambda one, many, n: many if many and n != 1 else one, date.isoformat, _and)


def in_words(said: Said, language: Language) -> str:
    """The sentence in a language. A place without a value stays as it is, so that nothing said can be lost.

    >>> in_words(say("of {what}"), ENGLISH)
    'of {what}'
    """
    n = said.values.get("n", 1)
    text = language.message(said.text, said.plural, n if isinstance(n, int) else 1)
    return _PLACE.sub(lambda place: _value(said.values.get(place[1], place[0]), language), text)


def _value(value: Value, language: Language) -> str:
    match value:
        case str():
            return value
        case int():
            return grouped(value, language)
        case date():
            return language.day(value)
        case Share():
            return percent(value.n, value.total, language, up=value.up)
        case Promised():
            return promised(value.share, language)
        case Said():
            return in_words(value, language)
    return language.listed([_value(one, language) for one in value]) if value else NOTHING


def few(names: Sequence[Value], most: int = 5) -> Value:
    """The first names of a list, and how many more there are.

    >>> str(say("{names}", names=few(["a", "b", "c"], most=2))), str(say("{names}", names=few(["a", "b"])))
    ('a, b and 1 more', 'a and b')
    """
    rest = len(names) - most
    return [*names[:most], say("{n} more", n=rest)] if rest > 0 else list(names)


def together(first: Said, *others: Said | None) -> Said:
    """Several sentences as one; those that are None are not there.

    >>> str(together(say("a"), None, say("b"), say("c")))
    'a; b; c'
    """
    for one in others:
        first = first if one is None else say("{first}; {then}", first=first, then=one)
    return first


def unlike(place: str, said: int | str, again: int | str) -> Said:
    """What stands in a result and what follows from it are not the same.

    >>> str(unlike("totals", 3, 4))
    'totals: 3 in the result, 4 again'
    """
    return say("{place}: {said} in the result, {again} again", place=place, said=said, again=again)


def grouped(number: int, language: Language = ENGLISH) -> str:
    """
    >>> grouped(1234567)
    '1,234,567'
    """
    return f"{number:,}".replace(",", language.signs().group)


def percent(n: int, total: int, language: Language = ENGLISH, *, up: bool = False) -> str:
    """``n`` of ``total`` in per cent, two decimals; ``up`` for a highest possible share. Whole numbers only.

    >>> percent(99996, 100000), percent(99996, 100000, up=True)
    ('99.99 %', '< 100 %')
    >>> percent(3, 3), percent(0, 3), percent(0, 0), percent(1, 100000)
    ('100 %', '0 %', '—', '0.00 %')
    """
    if total == 0:
        return NOTHING
    if n in (0, total):
        return f"{100 if n else 0}{language.signs().per_cent}"
    hundredths = -(-n * _HUNDREDTHS // total) if up else n * _HUNDREDTHS // total
    if up and hundredths == _HUNDREDTHS:
        return f"< 100{language.signs().per_cent}"
    whole, part = divmod(hundredths, 100)
    return f"{whole}{language.signs().decimal}{part:02}{language.signs().per_cent}"


def promised(share: str, language: Language = ENGLISH) -> str:
    """A share from the plan, exactly as it was promised.

    >>> promised("1"), promised("0.97"), promised("0.9995")
    ('100 %', '97 %', '99.95 %')
    """
    hundredfold = f"{(Decimal(share) * 100).normalize():f}"
    return hundredfold.replace(".", language.signs().decimal) + language.signs().per_cent


# ------------------------------------------------------------------------------------------------ as JSON
def as_entry(said: Said) -> SaidEntry:
    """What stands in a result."""
    entry: SaidEntry = {"text": said.text}
    if said.plural:
        entry["plural"] = said.plural
    if said.values:
        entry["with"] = {name: _as_json(value) for name, value in said.values.items()}
    return entry


def _as_json(value: Value) -> Any:  # noqa: ANN401
    match value:
        case str() | int():
            return value
        case date():
            return {"date": value.isoformat()}
        case Share():
            return {"share": [value.n, value.total], **({"up": True} if value.up else {})}
        case Promised():
            return {"promised": value.share}
        case Said():
            return as_entry(value)
    return [_as_json(one) for one in value]


def of_entry(entry: SaidEntry) -> Said:
    """The sentence that stands in a result; a value of a form that nobody knows is printed as nothing (``—``).

    >>> said = say_n("{n} row, {share}", "{n} rows, {share}", n=2, share=Share(1, 3))
    >>> of_entry(as_entry(said)) == said
    True
    """
    values = {name: _of_json(value) for name, value in entry.get("with", {}).items()}
    return Said(entry["text"], entry.get("plural", ""), values)


def english(entry: SaidEntry | str | None) -> str:
    """For lines of a pipe, which are English always: what an entry of a result says; "" for none, a text as it is.

    >>> english(as_entry(say_n("{n} row", "{n} rows", n=1200))), english(None)
    ('1,200 rows', '')
    """
    return "" if entry is None else entry if isinstance(entry, str) else str(of_entry(entry))


def _of_json(value: Any) -> Value:  # noqa: ANN401
    match value:
        case str() | int():
            return value
        case list():
            return [_of_json(one) for one in value]
        case {"text": str()}:
            return of_entry(value)
        case {"date": str(day)}:
            return _day(day)
        case {"share": [int(n), int(total)]}:
            return Share(n, total, bool(value.get("up")))
        case {"promised": str(share)} if _DECIMAL.fullmatch(share):
            return Promised(share)
    return NOTHING


def _day(text: str) -> Value:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
