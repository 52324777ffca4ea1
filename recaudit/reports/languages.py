"""Putting what was said in words: the language that is being spoken, its numbers and days.

Languages are English, and every one that has a catalogue in ``recaudit/locale``. What has no translation is said in
English; a test sees to it that there is nothing of the kind.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache, wraps
from pathlib import Path
from typing import Final, ParamSpec

from recaudit.errors import Unusable
from recaudit.said import ENGLISH, Language, Said, SaidEntry, Signs, Value, in_words, of_entry, say, say_n

DOMAIN: Final = "recaudit"
CATALOGUES: Final = Path(__file__).resolve().parent.parent / "locale"
_P = ParamSpec("_P")
_SPOKEN: ContextVar[Language] = ContextVar("spoken", default=ENGLISH)


@cache
def known() -> tuple[str, ...]:
    """The languages there are, English first."""
    found = CATALOGUES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return ("en", *sorted(path.parent.parent.name for path in found))


@cache
def language(name: str) -> Language:
    """Raises ``ValueError``, in words, for one that has no catalogue.

    Babel is asked with the first number, day or list: a page of help, which has to come at once, has none.
    """
    if name == "en":
        return ENGLISH
    if name not in known():
        raise Unusable(
            say("language {name} has no catalogue; there are {names}", name=repr(name), names=", ".join(known()))
        )
    catalogue = gettext.translation(DOMAIN, CATALOGUES, [name])

    def message(one: str, many: str, n: int) -> str:
        return catalogue.ngettext(one, many, n) if many else catalogue.gettext(one)

    def day(when: date) -> str:
        from babel.dates import format_date

        return format_date(when, "dd/MM/yyyy" if name == "vi" else "short", name)

    def listed(names: Sequence[str]) -> str:
        from babel.lists import format_list

        return format_list(list(names), locale=name)

    @cache
    def signs() -> Signs:
        from babel import Locale

        locale = Locale.parse(name)
        symbols, pattern = locale.number_symbols["latn"], locale.percent_formats[None].pattern
        return Signs(symbols["group"], symbols["decimal"], pattern.rpartition("0")[2])

    return Language(name, message, day, listed, signs)


@contextmanager
def speaking(name: str) -> Iterator[Language]:
    """Everything that is put in words inside is in this language. Raises ``ValueError`` as ``language`` does."""
    token = _SPOKEN.set(language(name))
    try:
        yield _SPOKEN.get()
    finally:
        _SPOKEN.reset(token)


def spoken() -> Language:
    return _SPOKEN.get()


def words(said: Said | SaidEntry | str | None) -> str:
    """A sentence in the language being spoken; a plain text, which comes from data, as it is; "" of none."""
    if said is None:
        return ""
    if isinstance(said, str):
        return said
    return in_words(said if isinstance(said, Said) else of_entry(said), spoken())


def called(code: str) -> str:
    """A code of a result (a rung, a verdict, a kind of finding) as it is called in the language being spoken.

    >>> called("complete")
    'complete'
    """
    return words(Said(code))


def told(text: str, /, **values: Value) -> str:
    """What ``say`` says, at once.

    >>> told("{n} of {total}", n=3, total=4000)
    '3 of 4,000'
    """
    return words(say(text, **values))


def told_n(one: str, many: str, /, n: int, **values: Value) -> str:
    """What ``say_n`` says, at once.

    >>> told_n("{n} facility", "{n} facilities", n=2)
    '2 facilities'
    """
    return words(say_n(one, many, n=n, **values))


def for_pipes(lines: Callable[_P, Iterator[str]]) -> Callable[_P, Iterator[str]]:
    """Lines that machines read are English, whatever language is being spoken.

    >>> with speaking("en"):
    ...     list(for_pipes(lambda: iter([told("{n} rows", n=3)]))())
    ['3 rows']
    """

    @wraps(lines)
    def english(*arguments: _P.args, **named: _P.kwargs) -> Iterator[str]:
        with speaking("en"):
            return iter([*lines(*arguments, **named)])

    return english


def own(texts: Mapping[str, str] | str, otherwise: str = "") -> str:
    """The text in the language being spoken, else the English one, else the first there is; one of no language as it
    is.

    >>> own({"vi": "Lớp", "en": "Grade"}), own("Grade"), own({}, "edu-grade")
    ('Grade', 'Grade', 'edu-grade')
    """
    if isinstance(texts, str):
        return texts or otherwise
    return texts.get(spoken().name) or texts.get("en") or next((text for text in texts.values() if text), otherwise)
