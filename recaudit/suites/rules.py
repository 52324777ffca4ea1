"""One expectation of a suite file -> Rule, or everything that keeps it from being one."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from recaudit.errors import either
from recaudit.model import RUNGS, STATES, Rule
from recaudit.said import Said, say
from recaudit.suites.patterns import why_not_common
from recaudit.suites.reading import Wrong, check_keys, listed, near, texts_of
from recaudit.values import REASONS

# ------------------------------------------------------------------------------------------------ what a rule may say
_VALUES, _LENGTHS, _PAIR = "expect_column_values_to_", "expect_column_value_lengths_to_", "expect_column_pair_values_"
_RANGE = ("min_value", "max_value", "strict_min", "strict_max")
_TWO = ("column_A", "column_B", "ignore_row_if")

SUPPORTED: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    # expectation type: (kwargs that must be there, kwargs that may be there); row_condition always may
    f"{_VALUES}not_be_null": (("column",), ()),
    f"{_VALUES}be_null": (("column",), ()),
    f"{_VALUES}be_unique": (("column",), ()),
    f"{_VALUES}be_in_set": (("column", "value_set"), ()),
    f"{_VALUES}not_be_in_set": (("column", "value_set"), ()),
    f"{_VALUES}match_regex": (("column", "regex"), ()),
    f"{_VALUES}not_match_regex": (("column", "regex"), ()),
    f"{_VALUES}be_between": (("column",), _RANGE),
    f"{_LENGTHS}be_between": (("column",), _RANGE),
    f"{_LENGTHS}equal": (("column", "value"), ()),
    f"{_PAIR}a_to_be_greater_than_b": (_TWO, ("or_equal",)),
    f"{_PAIR}to_be_equal": (_TWO, ()),
}
"""The expectation types that recaudit compiles. Any other is refused when the suite is loaded."""

SUITE_RUNGS: Final = RUNGS[RUNGS.index("complete") :]
"""Received and conformant are decided by reading, not by suites."""

_SEVERITIES: Final = {True: ("critical",), False: ("warning", "info")}
_ENTRY = ("type", "kwargs", "severity", "meta")
_GX_ADDS = ("id", "notes", "description", "rendered_content")  # GX writes them when it saves a suite
_MEASURED = frozenset({"number", "count"})


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_text, value))


def _in_both_languages(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"en", "vi"} and all(map(_is_text, value.values()))


def _is_sentence(value: object) -> bool:
    """A plain text is English: a suite that travels with nobody needs one language only."""
    return _is_text(value) or _in_both_languages(value)


def _are_reasons(value: object) -> bool:
    return isinstance(value, list) and all(reason in REASONS for reason in value)


_Shape = tuple[Callable[[object], bool], Said | tuple[str, ...]]
"""Whether a value is as it must be, and what to write instead: in words, or all the words there are."""

_META: Final[Mapping[str, _Shape]] = {
    "rule": (
        lambda value: isinstance(value, str) and re.fullmatch("[a-z][a-z0-9]*(?:-[a-z0-9]+)+", value) is not None,
        say("a name of small letters and digits with a hyphen, such as enc-end"),
    ),
    "rung": (lambda value: value in SUITE_RUNGS, SUITE_RUNGS),
    "required": (lambda value: isinstance(value, bool), say("true or false")),
    "title": (_in_both_languages, say('texts in both languages: {"en": …, "vi": …}')),
    "why": (_is_sentence, say('a sentence, or texts in both languages: {"en": …, "vi": …}')),
    "fix": (_in_both_languages, say('texts in both languages: {"en": …, "vi": …}')),
    "source": (_is_sentence, say("who asks for it, in a sentence or in both languages; where nobody does, say so")),
    "examples": (lambda value: isinstance(value, dict), say("state -> list of examples")),
}
_MAY: Final[Mapping[str, _Shape]] = {
    "accepts": (_are_reasons, say("reasons for absence, known: {names}", names=listed(REASONS))),
    "exempts": (_are_reasons, say("reasons for absence, known: {names}", names=listed(REASONS))),
    "absence_means": (lambda value: value in ("yes", "no"), ("yes", "no")),
    "within": (lambda value: value == "facility", ("facility",)),
    "unit": (_is_text, say("the unit's table around which alone the rule is asked")),
}
_KWARGS: Final[Mapping[str, _Shape]] = {
    "column": (_is_text, say("a column of the table")),
    "column_A": (_is_text, say("a column of the table")),
    "column_B": (_is_text, say("a column of the table")),
    "value_set": (_are_texts, say("a list of texts, as cells are compared as text")),
    "regex": (_is_text, say("a regular expression")),
    "min_value": (_is_number, say("a number")),
    "max_value": (_is_number, say("a number")),
    "strict_min": (lambda value: isinstance(value, bool), say("true or false")),
    "strict_max": (lambda value: isinstance(value, bool), say("true or false")),
    "value": (lambda value: isinstance(value, int) and not isinstance(value, bool), say("a whole number")),
    "or_equal": (lambda value: isinstance(value, bool), say("true or false")),
    "ignore_row_if": (
        lambda value: value == "either_value_is_missing",
        say('"either_value_is_missing", as a value without its partner is not assessed'),
    ),
}


# ------------------------------------------------------------------------------------------------ one expectation
def read_rule(entry: object, wrong: Wrong, *, sector: str, table: str, kinds: Mapping[str, str]) -> Rule | None:
    """The rule that ``entry`` states; None, with every reason added to ``wrong``, when it states none.

    ``kinds`` are the columns of the table's frame and their kinds.
    """
    known_problems = len(wrong.problems)
    if not isinstance(entry, dict):
        wrong.add(say("an expectation is no object"), say('write {"type": …, "kwargs": …, "severity": …, "meta": …}'))
        return None
    meta, kwargs, kind = entry.get("meta"), entry.get("kwargs"), str(entry.get("type"))
    if not isinstance(meta, dict) or not isinstance(kwargs, dict):
        wrong.add(
            say("an expectation needs kwargs and meta, each an object"), say("a shipped suite shows a complete rule")
        )
        return None
    name = say("rule {rule}", rule=str(meta["rule"])) if "rule" in meta else say("the expectation")
    check_keys(entry, wrong, needed=_ENTRY, allowed=_GX_ADDS, what=name)
    check_keys(meta, wrong, needed=_META, allowed=_MAY, what=name)
    _check_shapes(meta, {**_META, **_MAY}, wrong, name)
    _check_severity(entry, meta, wrong, name)
    if kind not in SUPPORTED:
        wrong.add(
            say("{name} has the expectation type {kind}, which is not compiled", name=name, kind=repr(kind)),
            near(kind, SUPPORTED),
        )
        return None
    columns = _check_kwargs(kind, kwargs, kinds, wrong, name)
    asked = _check_condition(kwargs.get("row_condition"), kinds, wrong, name)
    _check_absence(kind, meta, kwargs, wrong, name)
    _check_counts(kind, kwargs, [*columns, *asked], kinds, wrong, name)
    columns = tuple(dict.fromkeys((*columns, *asked)))
    if isinstance(meta.get("examples"), dict):
        _check_examples(meta["examples"], columns, wrong, name)
    if len(wrong.problems) > known_problems:
        return None
    return Rule(
        id=meta["rule"],
        sector=sector,
        table=table,
        rung=meta["rung"],
        required=meta["required"],
        type=kind,
        kwargs=kwargs,
        columns=columns,
        title=meta["title"],
        why=texts_of(meta["why"]),
        fix=meta["fix"],
        source=texts_of(meta["source"]),
        accepts=tuple(meta.get("accepts", ())),
        exempts=tuple(meta.get("exempts", ())),
        absence_means=meta.get("absence_means", ""),
        within=meta.get("within", ""),
        unit=meta.get("unit", ""),
        examples={state: tuple(examples) for state, examples in meta["examples"].items()},
    )


def _check_shapes(found: Mapping[str, Any], shapes: Mapping[str, _Shape], wrong: Wrong, name: Said) -> None:
    for key, value in found.items():
        holds, wanted = shapes.get(key, (lambda _: True, ()))
        if not holds(value):
            fix = say("write {wanted}", wanted=wanted) if isinstance(wanted, Said) else near(value, wanted)
            wrong.add(say("{name}: {key} is not as it must be", name=name, key=key), fix)


def _check_severity(entry: Mapping[str, Any], meta: Mapping[str, Any], wrong: Wrong, name: Said) -> None:
    required, severity = meta.get("required"), entry.get("severity")
    if isinstance(required, bool) and "severity" in entry and severity not in _SEVERITIES[required]:
        word = say("required") if required else say("advisory")
        wrong.add(
            say("{name} is {word} and has severity {severity}", name=name, word=word, severity=repr(severity)),
            say("write {names}, or change required", names=either(_SEVERITIES[required])),
        )


def _check_absence(kind: str, meta: Mapping[str, Any], kwargs: Mapping[str, Any], wrong: Wrong, name: Said) -> None:
    """Words that would have no effect are refused: their author believes that they have one."""
    for key in ("accepts", "exempts"):
        if key in meta and kind != f"{_VALUES}not_be_null":
            wrong.add(
                say("{name}: {key} has no effect, as a value rule does not judge absence", name=name, key=key),
                say("remove {key}", key=key),
            )
    if "within" in meta and kind != f"{_VALUES}be_unique":
        wrong.add(
            say("{name}: within has no effect, as the rule looks at one row alone", name=name), say("remove within")
        )
    if kind == f"{_VALUES}be_unique" and "row_condition" in kwargs:
        wrong.add(
            say("{name}: a value that stands once stands once among all rows", name=name), say("remove row_condition")
        )
    if "absence_means" in meta and "comparison" not in str(kwargs.get("row_condition")):
        wrong.add(
            say("{name}: absence_means has no effect without a comparison in row_condition", name=name),
            say("remove absence_means"),
        )


# ------------------------------------------------------------------------------------------------ kwargs
def _check_kwargs(
    kind: str, kwargs: Mapping[str, Any], kinds: Mapping[str, str], wrong: Wrong, name: Said
) -> tuple[str, ...]:
    """The columns that the expectation itself looks at."""
    must, may = SUPPORTED[kind]
    if "mostly" in kwargs:
        wrong.add(
            say("{name} has a threshold (mostly)", name=name),
            say("remove it: a rule says what a good row is, a claim how many are promised"),
        )
    check_keys(
        [key for key in kwargs if key != "mostly"], wrong, needed=must, allowed=(*may, "row_condition"), what=name
    )
    _check_shapes(kwargs, _KWARGS, wrong, name)
    if may is _RANGE and not {"min_value", "max_value"} & set(kwargs):
        wrong.add(
            say("{name} has neither min_value nor max_value", name=name), say("add one: without them every value holds")
        )
    for reason in why_not_common(kwargs["regex"]) if _is_text(kwargs.get("regex")) else ():
        wrong.add(
            say(
                "{name}: the pattern is outside the syntax of RE2, Java and Python: {reason}", name=name, reason=reason
            ),
            say("write it without"),
        )
    columns = tuple(str(kwargs[key]) for key in ("column", "column_A", "column_B") if key in kwargs)
    for column in columns:
        _check_column(column, kinds, wrong, name)
    if set(columns) <= set(kinds):
        _check_column_kinds(kind, [kinds[column] for column in columns], wrong, name)
    return columns


def _check_column(column: str, kinds: Mapping[str, str], wrong: Wrong, name: Said) -> None:
    if column not in kinds:
        wrong.add(
            say("{name} looks at the unknown column {column}", name=name, column=repr(column)), near(column, kinds)
        )


def _check_counts(
    kind: str, kwargs: Mapping[str, Any], columns: list[str], kinds: Mapping[str, str], wrong: Wrong, name: Said
) -> None:
    """A count of rows is asked for one row at least, and nothing else: only of that is it known, also where some rows
    could not be read or one was handed in twice, which way it may err."""
    if "count" not in [kinds.get(column) for column in columns]:
        return
    plain = set(kwargs) - {"row_condition"} == {"column", "min_value"} and kwargs["min_value"] == 1
    asked = [column for column in columns if kinds.get(column) == "count"]
    if kind != f"{_VALUES}be_between" or not plain or asked != [kwargs["column"]]:
        wrong.add(
            say("{name} asks more of a count of rows than whether there is one", name=name),
            say("ask {type} of it with min_value 1, and use it nowhere else", type=f"{_VALUES}be_between"),
        )


def _check_column_kinds(kind: str, found: list[str], wrong: Wrong, name: Said) -> None:
    if kind == f"{_VALUES}be_between":
        fits, wanted = set(found) <= {*_MEASURED, "days"}, say("a column of numbers, a count or days")
    elif kind == f"{_PAIR}a_to_be_greater_than_b":
        fits, wanted = set(found) == {"date"} or set(found) <= _MEASURED, say("two dates or two numbers")
    elif kind.endswith("_be_null"):
        return
    else:
        fits, wanted = not set(found) & {"count", "days"}, say("a column of text")
    if not fits:
        wrong.add(
            say("{name} asks {kind} of {names}", name=name, kind=kind, names=listed(found)),
            say("ask it of {wanted}", wanted=wanted),
        )


# ------------------------------------------------------------------------------------------------ row_condition
_TEXT_OPERATORS = ("==", "!=", "IN", "NOT_IN")
_NUMBER_OPERATORS = ("==", "!=", "<", "<=", ">", ">=")
_CONDITION = say('write GX\'s objects: {"type": "comparison" | "nullity" | "and", …}')


def _check_condition(condition: object, kinds: Mapping[str, str], wrong: Wrong, name: Said) -> tuple[str, ...]:
    """The columns that the condition looks at; none without a condition."""
    if condition is None:
        return ()
    if not isinstance(condition, dict) or condition.get("type") not in ("comparison", "nullity", "and"):
        shape = condition.get("type") if isinstance(condition, dict) else "text"
        wrong.add(
            say("{name} has a row_condition of a shape that is not compiled ({shape})", name=name, shape=str(shape)),
            _CONDITION,
        )
        return ()
    if condition["type"] == "and":
        parts = condition.get("conditions")
        if set(condition) != {"type", "conditions"} or not isinstance(parts, list) or len(parts) < 2:
            wrong.add(say("{name}: and joins a list of at least two conditions", name=name), _CONDITION)
            return ()
        return tuple(column for part in parts for column in _check_condition(part, kinds, wrong, name))
    column = str(condition["column"].get("name") if isinstance(condition.get("column"), dict) else None)
    _check_column(column, kinds, wrong, say("{name}: row_condition", name=name))
    rest = {key: value for key, value in condition.items() if key not in ("type", "column")}
    if condition["type"] == "nullity":
        if set(rest) != {"is_null"} or not isinstance(rest["is_null"], bool):
            wrong.add(
                say("{name}: a nullity condition says is_null, true or false, and no more", name=name), _CONDITION
            )
    elif set(rest) != {"operator", "parameter"}:
        wrong.add(say("{name}: a comparison says operator and parameter, and no more", name=name), _CONDITION)
    elif column in kinds:
        _check_comparison(rest["operator"], rest["parameter"], kinds[column], wrong, name)
    return (column,)


def _check_comparison(operator: object, parameter: object, kind: str, wrong: Wrong, name: Said) -> None:
    if kind in ("date", "days"):
        wrong.add(
            say("{name}: row_condition compares a {kind}, which may be partial", name=name, kind=kind),
            say("use a pair rule, or is_null"),
        )
        return
    known = _NUMBER_OPERATORS if kind in _MEASURED else _TEXT_OPERATORS
    if operator not in known:
        wrong.add(
            say("{name}: a {kind} is not compared by {operator}", name=name, kind=kind, operator=repr(operator)),
            near(operator, known),
        )
    elif kind in _MEASURED:
        if not _is_number(parameter):
            wrong.add(
                say(
                    "{name}: {operator} compares a {kind} with something else",
                    name=name,
                    operator=str(operator),
                    kind=kind,
                ),
                say("give a number as parameter"),
            )
    elif not (_are_texts(parameter) if operator in ("IN", "NOT_IN") else _is_text(parameter)):
        wrong.add(
            say("{name}: {operator} has a parameter that it cannot compare", name=name, operator=str(operator)),
            say("IN and NOT_IN take a list of texts, others a text"),
        )


# ------------------------------------------------------------------------------------------------ examples
def _check_examples(examples: Mapping[str, Any], columns: tuple[str, ...], wrong: Wrong, name: Said) -> None:
    """Their shape only; whether they hold is asked of the engine."""
    for state in examples:
        if state not in STATES:
            wrong.add(
                say("{name} has examples of the unknown state {state}", name=name, state=repr(state)),
                near(state, STATES),
            )
    if missing := [state for state in ("met", "unmet") if not examples.get(state)]:
        wrong.add(
            say("{name} has no example of {names}", name=name, names=listed(missing)),
            say("add one for each, the border cases first"),
        )
    for state, cases in examples.items():
        for position, case in enumerate(cases if isinstance(cases, list) else [], start=1):
            if not _is_example(case, columns):
                wrong.add(
                    say(
                        "{name}: example {position} of {state} is no row of {names}",
                        name=name,
                        position=position,
                        state=state,
                        names=listed(columns),
                    ),
                    say('give a text, null or {"reason": …}')
                    if len(columns) == 1
                    else say("give an object with every one of these columns"),
                )
        if not isinstance(cases, list):
            wrong.add(say("{name}: the examples of {state} are no list", name=name, state=state), say("write [ … ]"))


def _is_example(case: object, columns: tuple[str, ...]) -> bool:
    if len(columns) == 1:
        return _is_cell(case)
    return isinstance(case, dict) and set(case) == set(columns) and all(map(_is_cell, case.values()))


def _is_cell(cell: object) -> bool:
    """A text, null, ``{"reason": code}`` (absent, and it says why) or ``{"not_known": true}`` (not read)."""
    if isinstance(cell, dict):
        return cell == {"not_known": True} or (set(cell) == {"reason"} and _is_text(cell["reason"]))
    return cell is None or isinstance(cell, str)
