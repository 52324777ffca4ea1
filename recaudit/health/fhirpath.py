"""FHIRPath, the part of it that views need: text to a tree.

The operators and functions are those of the SQL-on-FHIR v2 "shareable" subset plus arithmetic; anything else is
refused when a view is loaded, by name. Source: FHIRPath 2.0, section "Operator Precedence".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from recaudit.errors import Unusable
from recaudit.said import say


class PathError(Unusable):
    """A path that cannot be read, or that gives more than a column can hold."""


@dataclass(frozen=True, slots=True)
class This:
    """``$this``; also what a path that begins with an element name begins at."""


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | int | float | bool
    moment: bool = False  # written with @: a date, dateTime or time


@dataclass(frozen=True, slots=True)
class Variable:
    name: str  # without %


@dataclass(frozen=True, slots=True)
class Step:
    base: Node
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    base: Node
    position: Node


@dataclass(frozen=True, slots=True)
class Call:
    base: Node
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negative:
    operand: Node


Node = This | Literal | Variable | Step | Index | Call | Binary | Negative

_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?)
    | '(?P<text>(?:[^'\\]|\\.)*)'
    | @(?P<moment>T?\d[\dT:.+\-Z]*)
    | (?P<name>[%$]?[A-Za-z_][A-Za-z0-9_]*|`[^`]+`)
    | (?P<sign><=|>=|!=|[-+*/=<>.,()\[\]])
    )""",
    re.VERBOSE,
)
_PRECEDENCE: Final = {
    "or": 1,
    "and": 2,
    "=": 3,
    "!=": 3,
    "<": 4,
    ">": 4,
    "<=": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
}
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
_END: Final = ("end", "")


def parse(path: object) -> Node:
    """One path as a tree. Raises ``PathError`` when it is no text or no path.

    >>> parse("name.where(use = 'official').family.first()").function
    'first'
    """
    if not isinstance(path, str) or not path.strip():
        raise PathError(
            say("a path is text, not {name}", name=type(path).__name__)
            if not isinstance(path, str)
            else say("the path is empty")
        )
    parser = _Parser(_tokens(path.strip()), path)
    tree = parser.expression(0)
    if parser.peek() != _END:
        raise PathError(
            say("{path} goes on with {sign} where it should end", path=repr(path), sign=repr(parser.peek()[1]))
        )
    return tree


def _tokens(path: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    while at < len(path):
        match = _TOKEN.match(path, at)
        if match is None or match.lastgroup is None:
            raise PathError(say("{path} cannot be read from {rest} on", path=repr(path), rest=repr(path[at:])))
        tokens.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return [*tokens, _END]


class _Parser:
    """Precedence climbing over a list of tokens that ends with ``_END``."""

    def __init__(self, tokens: list[tuple[str, str]], path: str) -> None:
        self.tokens, self.path, self.at = tokens, path, 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at]

    def next(self) -> tuple[str, str]:
        token = self.tokens[self.at]
        self.at += token != _END
        return token

    def sees(self, sign: str) -> bool:
        return self.peek() == ("sign", sign)

    def expect(self, sign: str) -> None:
        kind, text = self.next()
        if (kind, text) != ("sign", sign):
            raise PathError(
                say("{path} needs {sign} where it has {text}", path=repr(self.path), sign=repr(sign), text=repr(text))
            )

    def expression(self, lowest: int) -> Node:
        left = self.unary()
        while True:
            kind, text = self.peek()
            precedence = _PRECEDENCE.get(text) if kind in ("sign", "name") else None
            if precedence is None or precedence <= lowest:
                return left
            self.next()
            left = Binary(text, left, self.expression(precedence))

    def unary(self) -> Node:
        if self.sees("-"):
            self.next()
            return Negative(self.unary())
        node = self.primary()
        while True:
            if self.sees("."):
                self.next()
                node = self.member(node)
            elif self.sees("["):
                self.next()
                node = Index(node, self.expression(0))
                self.expect("]")
            else:
                return node

    def primary(self) -> Node:
        kind, text = self.peek()
        if kind == "sign" and text == "(":
            self.next()
            node = self.expression(0)
            self.expect(")")
            return node
        if kind == "name" and text[0] not in "%$" and text not in ("true", "false"):
            return self.member(This())
        self.next()
        if kind == "number":
            return Literal(float(text) if "." in text else int(text))
        if kind == "text":
            return Literal(re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text))
        if kind == "moment":
            return Literal(text.removeprefix("T"), moment=True)
        if kind == "name" and text in ("true", "false"):
            return Literal(text == "true")
        if kind == "name" and text == "$this":
            return This()
        if kind == "name" and text[0] == "%":
            return Variable(text[1:])
        raise PathError(
            say("{path} cannot be read at {sign}", path=repr(self.path), sign=repr(text) if text else say("its end"))
        )

    def member(self, base: Node) -> Node:
        kind, text = self.next()
        if kind != "name" or text[0] in "%$":
            raise PathError(
                say(
                    "{path} needs an element or a function where it has {sign}",
                    path=repr(self.path),
                    sign=repr(text) if text else say("its end"),
                )
            )
        name = text.strip("`")
        if not self.sees("("):
            return Step(base, name)
        self.next()
        arguments: list[Node] = []
        while not self.sees(")"):
            if arguments:
                self.expect(",")
            arguments.append(self.expression(0))
        self.next()
        return Call(base, name, tuple(arguments))
