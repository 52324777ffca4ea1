"""``python -m recaudit.locale [--check]``: brings the catalogues up to date with the source, and compiles them.

Tells what lacks a translation. Exit code 1 where something does, or, with --check, where a file is not current.
Messages that are not used any more go.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from recaudit.locale.helps import helps

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent
IN_PYTHON = {"say": 1, "told": 1, "mark": 1, "say_n": 2, "told_n": 2}  # how many of the first arguments are messages
IN_JAVASCRIPT = {"t": None, "tn": (1, 2), "mark": None}
FROM = ("recaudit.said", "recaudit.reports.languages")
_PLACES = re.compile(r"\{\w+\}")


def extracted() -> Catalog:
    """Every message of the source, without a translation."""
    found = Catalog(domain="recaudit")
    for path in sorted(PACKAGE.rglob("*.py")):
        text, own = path.read_text("utf-8"), path.stem == "said"
        if own or any(f"from {module} import" in text for module in FROM):  # parsing what says nothing takes seconds
            for message in _in_python(ast.parse(text), own=own):
                found.add(message)
    for path in (PACKAGE / "cli.py", *sorted((PACKAGE / "commands").glob("*.py"))):
        for text in helps(path):
            found.add(text)
    for path in sorted(PACKAGE.rglob("*.js")):
        for _, texts, _, _ in extract_from_file("javascript", path, keywords=IN_JAVASCRIPT):
            found.add(texts)
    return found


def _in_python(tree: ast.Module, *, own: bool) -> Iterator[str | tuple[str, str]]:
    """Messages of calls of the functions that a module has from ``recaudit.said`` (``own``: it is that), however deep.

    Babel's own reader of Python loses calls inside the values of others.
    """
    nodes = list(ast.walk(tree))
    theirs = {
        name.name for node in nodes if isinstance(node, ast.ImportFrom) and node.module in FROM for name in node.names
    }
    ours = IN_PYTHON.keys() if own else IN_PYTHON.keys() & theirs
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ours:
            texts = [
                argument.value
                for argument in node.args
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            ]
            if len(texts) == len(node.args) == IN_PYTHON[node.func.id]:
                yield texts[0] if len(texts) == 1 else (texts[0], texts[1])


def brought_up_to_date(language: str) -> Catalog:
    """The catalogue of a language: the messages of the source, with what it says of them."""
    fresh, known = Catalog(language, domain="recaudit"), dict[str, str | tuple[str, ...] | list[str] | None]()
    if _po(language).is_file():  # a new language has none yet
        with _po(language).open("rb") as file:
            known = {_id(message): message.string for message in read_po(file, language)}
    for message in extracted():
        if message.id:
            fresh.add(message.id, _as_often(message, known.get(_id(message)), fresh.num_plurals))
    return fresh


def _as_often(
    message: Message, said: str | tuple[str, ...] | list[str] | None, forms: int
) -> str | tuple[str, ...] | list[str] | None:
    """A translation in as many forms as the message has: it may have had a plural, or none, when it was made."""
    if said is None or isinstance(message.id, str) == isinstance(said, str):
        return said
    return (said,) * forms if isinstance(said, str) else said[0]


def untranslated(catalogue: Catalog) -> Iterator[str]:
    """Messages without a translation, or with one whose places are not those of the message."""
    for message in catalogue:
        if not message.id:
            continue
        texts = [message.string] if isinstance(message.string, str) else message.string or [""]
        ids = [message.id] if isinstance(message.id, str) else message.id
        asked = set(_PLACES.findall(ids[-1]))
        if not all(texts) or any(set(_PLACES.findall(text)) != asked for text in texts):
            yield ids[0]


def po_file(catalogue: Catalog) -> bytes:
    """The catalogue for people; sorted, and without a date, so that it changes only where a text does."""
    file = io.BytesIO()
    write_po(file, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    plural = f'"Plural-Forms: {catalogue.plural_forms}\\n"\n'
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n' + plural + "\n"
    return head.encode() + file.getvalue()


def mo_file(po: bytes, language: str) -> bytes:
    """The catalogue for the program."""
    file = io.BytesIO()
    catalogue = read_po(io.BytesIO(po), language)
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # the same text, the same file
    write_mo(file, catalogue)
    return file.getvalue()


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _po(language: str) -> Path:
    return HERE / language / "LC_MESSAGES" / "recaudit.po"


def main(arguments: list[str]) -> int:
    check, lacking = "--check" in arguments, 0
    for language in sorted(path.name for path in HERE.iterdir() if (path / "LC_MESSAGES").is_dir()):
        catalogue = brought_up_to_date(language)
        po = po_file(catalogue)
        for path, content in ((_po(language), po), (_po(language).with_suffix(".mo"), mo_file(po, language))):
            if not path.is_file() or path.read_bytes() != content:
                if check:
                    print(f"{path.name} of {language} is not current: python -m recaudit.locale")
                    lacking += 1
                else:
                    path.write_bytes(content)
        for text in untranslated(catalogue):
            print(f"{language}: {text!r}")
            lacking += 1
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
