"""Every error that a person reads is of no language until it is printed."""

from __future__ import annotations

import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from recaudit import errors
from recaudit.errors import PlanError, Problem, RecauditError, SourceError, Unusable
from recaudit.health.fhirpath import PathError
from recaudit.reports.languages import speaking, words
from recaudit.reports.problems import in_words
from recaudit.said import say, say_n

PACKAGE = Path(errors.__file__).parent
SAYING = {"say", "say_n", "told", "told_n", "Said", "nearest", "near", "words"}
ERRORS = {
    "PlanError",
    "RegisterError",
    "SuiteError",
    "SourceError",
    "EngineError",
    "ResultError",
    "GateDisagreesError",
    "Problem",
    "Unusable",
    "PathError",
    "UsageError",
    "BadParameter",
    "ClickException",
}
MENTIONED = re.compile(rf"\b(?:{'|'.join(sorted(ERRORS))}|problem|wrong)\(|wrong.*\.add\(")
ABSENT = Problem(
    say_n("{n} file of {source} is not there", "{n} files of {source} are not there", n=2, source="office"),
    say("{name}, row 1", name="a.csv"),
    say("add it"),
)


def raw(tree: ast.AST) -> Iterator[int]:
    """Lines on which an error is made of a text that nobody said."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in ERRORS:
            told = [*node.args[:1], *(node.args[2:3] if name == "Problem" else [])]
        elif name in ("problem", "wrong") or (name == "add" and "wrong" in ast.unparse(node.func)):  # of plan, of suite
            told = [*node.args[:1], *node.args[-1:]]
        else:
            continue
        told += [keyword.value for keyword in node.keywords if keyword.arg in ("what", "fix")]
        yield from (one.lineno for one in told if not is_said(one))


def is_said(node: ast.expr) -> bool:
    match node:
        case ast.IfExp():
            return is_said(node.body) and is_said(node.orelse)
        case ast.BoolOp():
            return all(map(is_said, node.values))
        case ast.Call():
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            return name in SAYING or name not in ("str", "join", "format")
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Starred)


def test_no_error_is_made_of_a_raw_text() -> None:
    sources = {path: path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}
    found = {path: [*raw(ast.parse(text))] for path, text in sources.items() if MENTIONED.search(text)}
    assert len(found) > 50
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "planted",
    [
        'raise PlanError("no plan", where="x", fix=say("write one"))',
        'raise PlanError(say("no plan"), where="x", fix=f"write {one}")',
        'Problem(what, "x", "write it" if one else say("write one"))',
        'table.problem(say("no key"), key="x", fix="a" + "b")',
        'wrong.add("no table", near(word, known))',
        'raise click.UsageError(f"Which {what}?")',
    ],
)
def test_a_raw_text_is_found(planted: str) -> None:
    assert [*raw(ast.parse(planted))] == [1]


def test_errors_cross_process_borders_whole() -> None:
    error = SourceError.of([ABSENT, Problem(say("no period"), "there", say("add it"))])
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is SourceError
    assert again.problems == error.problems
    assert str(again) == str(error)
    told = pickle.loads(pickle.dumps(PathError(say("the path is empty"))))
    assert (type(told), told.said, str(told)) == (PathError, say("the path is empty"), "the path is empty")
    assert isinstance(told, Unusable)


def test_equal_problems_are_one_in_a_set() -> None:
    assert len({ABSENT, pickle.loads(pickle.dumps(ABSENT))}) == 1


def test_an_error_of_nothing_is_none() -> None:
    with pytest.raises(ValueError, match="no problem to report"):
        RecauditError.of([])


def test_an_error_is_english_for_those_who_print_it_themselves() -> None:
    with speaking("vi"):
        assert str(PlanError(say("there is no plan"), where="x", fix=say("add it"))) == (
            "error: there is no plan\n  where: x\n  fix:   add it"
        )


def test_a_problem_is_said_in_the_language_being_spoken() -> None:
    problem = Problem(say("there is no plan"), say("{place}, column {column}", place="a:3", column="id"), say("add it"))
    with speaking("vi"):
        lines = in_words(problem).splitlines()
    assert [line.partition(":")[0].strip() for line in lines] == ["lỗi", "tại", "cách sửa"]
    assert lines[0] == "lỗi: không có kế hoạch"
    assert lines[1].endswith("a:3, cột id")
    assert in_words(problem).splitlines()[1] == "  where: a:3, column id"


def test_a_refusal_of_the_system_is_said_too(tmp_path: Path) -> None:
    from recaudit.planfile import content_of
    from recaudit.refusals import of_system

    with pytest.raises(PlanError):
        content_of(tmp_path / "recaudit.toml")
    with pytest.raises(OSError, match="No such file") as refused:
        (tmp_path / "gone").read_bytes()
    with speaking("vi"):
        assert words(say("{reason}", reason=of_system(refused.value))) == "không có tệp hoặc thư mục này"
