"""Pages of help in the language being spoken: what commands and options say of themselves, and examples at the end."""

from __future__ import annotations

import click

from recaudit.commands.examples import EXAMPLES
from recaudit.locale.helps import paragraphs
from recaudit.reports.languages import told

_ENGLISH: dict[click.Command | click.Option, str] = {}  # what the source says, for the next language
_KINDS: dict[click.Path, str] = {}  # the same of files, folders and paths


class _Named(str):
    """What a path is, in a sentence of click's, which begins with it in capitals: only its first letter is."""

    __slots__ = ()

    def title(self) -> str:
        return self.capitalize()


def put_in_words(command: click.Command, path: str = "recaudit") -> None:
    """Give a command, its options and all below it their help."""
    command.help = _told(command, command.help)
    vars(command)["_help_option"] = None  # click keeps that of --help in the language of whoever asked first
    for one in command.params:
        if isinstance(one, click.Option):
            one.help = _told(one, one.help)
        if isinstance(one.type, click.Path):
            one.type.name = _Named(told(_KINDS.setdefault(one.type, one.type.name)))
    if path in EXAMPLES:
        command.epilog = "\b\n" + "\n".join([told("Examples:"), *(f"  {line}" for line in EXAMPLES[path])])
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            put_in_words(below, f"{path} {name}")


def _told(of: click.Command | click.Option, text: str | None) -> str | None:
    english = _ENGLISH.setdefault(of, text or "")
    return "\n\n".join(map(_paragraph, paragraphs(english))) or None


def _paragraph(english: str) -> str:
    """One that has lines keeps them."""
    return f"\b\n{told(english)}" if "\n" in english else told(english)
