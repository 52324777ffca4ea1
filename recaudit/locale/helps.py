"""What click shows as help, read from the source of the commands: docstrings, ``help=`` of their options, and
``metavar=``, the word for what is to be given.

Messages are paragraphs, each on one line, so that where a line of the source breaks says nothing.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_MAKERS: Final = ("command", "group")


def paragraphs(text: str) -> list[str]:
    """Of one help text, as click tells them apart; one that begins with ``\\b`` keeps its lines, and loses that sign.

    >>> paragraphs("One\\n  line.\\n\\nAnother.")
    ['One line.', 'Another.']
    """
    return [_whole(part) for part in inspect.cleandoc(text).split("\n\n") if part.strip()]


def _whole(part: str) -> str:
    return part.removeprefix("\b\n") if part.startswith("\b") else " ".join(map(str.strip, part.splitlines()))


def helps(source: Path) -> Iterator[str]:
    """Every paragraph of help in one file."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and any(map(_makes_a_command, node.decorator_list)):
            yield from paragraphs(ast.get_docstring(node) or "")
        elif isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant):
            if node.arg == "help":
                yield from paragraphs(str(node.value.value))
            elif node.arg == "metavar":
                yield str(node.value.value)


def _makes_a_command(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr in _MAKERS
