"""The modules of ``app/`` as one script, and its styles as one sheet; no tool, no build step.

The modules are plain ES modules. Linked, they stand in one strict function in the order of their imports, without the
lines ``import`` and the word ``export``. So a name may stand at the top of one module only, nothing may be imported
under another name, and modules may not import each other in a circle: all three are refused. Lines that are nothing but
a comment, and the space before each line, stay behind: every page would carry them. So no text goes over several lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from recaudit.terms import WORDS

APP: Final = Path(__file__).with_name("app")
MAIN: Final = "main.js"
STYLES: Final = (
    "tokens.css",
    "text.css",
    "layout.css",
    "controls.css",
    "narrow.css",
    "tables.css",
    "bars.css",
    "charts.css",
    "places.css",
    "distribution.css",
    "records.css",
    "pack.css",
    "print.css",
)
"""In the order in which they hold; one that is not there is left out."""

SHOWN: Final = {
    kind: WORDS[kind]
    for kind in (
        "rung", "verdict", "heading", "status", "state", "severity", "of", "level", "unit", "kind", "role", "mode",
    )
}  # fmt: skip
"""The words that the page looks up."""

_IMPORT: Final = re.compile(r"^import\s+(?:\{(?P<names>[^}]*)\}\s+from\s+)?\"\./(?P<file>[\w.]+)\";\n", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)  # in a sheet
_TOP: Final = re.compile(r"^(?:export )?(?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE)
_LEFT: Final = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


class LinkError(ValueError):
    """The modules do not make one script; says which and why."""


def linked(modules: Mapping[str, str], main: str = MAIN) -> str:
    """One script of the modules that ``main`` needs. ``modules``: file name -> text. Raises ``LinkError``."""
    order: list[str] = []
    _visit(main, modules, order, ())
    owners: dict[str, str] = {}
    parts = []
    for file in order:
        text = modules[file]
        for name in _TOP.findall(text):
            if name in owners:
                raise LinkError(f"{file} and {owners[name]} both have {name} at their top")
            owners[name] = file
        text = _EXPORT.sub("", _IMPORT.sub("", text))
        if left := _LEFT.search(text):
            raise LinkError(f"{file}: this cannot be linked: {left[0]}")
        for number, line in enumerate(text.splitlines(), 1):
            if line.count("`") % 2:
                raise LinkError(f"{file}: a text goes over several lines, near line {number} of what is linked")
        parts.append(f"// {file}\n{_lean(text, '//')}\n")
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n"


def _visit(file: str, modules: Mapping[str, str], order: list[str], above: tuple[str, ...]) -> None:
    if file in above:
        raise LinkError(f"{' -> '.join((*above, file))} is a circle")
    if file in order:
        return
    if file not in modules:
        raise LinkError(f"{above[-1] if above else 'the script'} imports {file}, which is not there")
    for found in _IMPORT.finditer(modules[file]):
        _visit(found["file"], modules, order, (*above, file))
        offered = set(_EXPORTED.findall(modules[found["file"]]))
        for name in (found["names"] or "").replace("\n", " ").split(","):
            if name.strip() and name.strip() not in offered:
                raise LinkError(f"{file} imports {name.strip()}, which {found['file']} does not export")
    order.append(file)


_EXPORTED: Final = re.compile(r"^export (?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE)


def _lean(text: str, comment: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(comment))


@cache
def modules() -> dict[str, str]:
    """The text of every module of ``app/``, and ``words.js``, which is made: the words for the codes of a result."""
    found = {path.name: path.read_text(encoding="utf-8") for path in sorted(APP.glob("*.js"))}
    return {**found, "words.js": f"export const WORDS = {json.dumps(SHOWN, ensure_ascii=False)};\n"}


@cache
def script() -> str:
    return linked(modules())


@cache
def sheet() -> str:
    """The styles, one file after the other."""
    texts = ((APP / name).read_text(encoding="utf-8") for name in STYLES)
    return "\n".join(_lean(_COMMENT.sub("", text), "/*") for text in texts)
