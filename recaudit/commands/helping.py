"""Pages of help in the language being spoken: what commands and options say of themselves, and examples at the end."""

from __future__ import annotations

from copy import copy
from typing import Any, Final

import click

from recaudit.commands.examples import EXAMPLES
from recaudit.locale.helps import paragraphs
from recaudit.reports.languages import told

_ENGLISH: dict[click.Command | click.Option, str] = {}  # what the source says, for the next language
_METAVARS: dict[click.Parameter, str | None] = {}  # the same of what is to be given
_KINDS: dict[
    click.Parameter, tuple[click.ParamType[Any, Any], str]
] = {}  # a type of its own, and what the source calls it
_NAMED: Final = (click.Path, type(click.INT), type(click.FLOAT))  # ranges too: types that click calls by their name


class _Named(str):
    """What a type is called: in a sentence of click's, which begins with it in capitals, and as what is to be given,
    which is one word."""

    __slots__ = ()

    def title(self) -> str:
        return self.capitalize()

    def upper(self) -> str:
        return super().upper().replace(" ", "_")


def put_in_words(command: click.Command, path: str = "recaudit") -> None:
    """Give a command, its options and all below it their help."""
    command.help = _told(command, command.help)
    vars(command)["_help_option"] = None  # click keeps that of --help in the language of whoever asked first
    command.options_metavar = told("[OPTIONS]")
    for one in command.params:
        if isinstance(one, click.Option):
            one.help = _told(one, one.help)
        if metavar := _METAVARS.setdefault(one, one.metavar):
            one.metavar = told(metavar)
        if isinstance(one.type, _NAMED):
            own, english = _KINDS.setdefault(one, (copy(one.type), one.type.name))  # that of whole numbers is shared
            one.type, own.name = own, _Named(told(english))
    if path in EXAMPLES:
        command.epilog = "\b\n" + "\n".join([told("Examples:"), *(f"  {line}" for line in EXAMPLES[path])])
    if isinstance(command, click.Group):
        command.subcommand_metavar = told("COMMAND [ARGS]...")
        for name, below in command.commands.items():
            put_in_words(below, f"{path} {name}")


def _told(of: click.Command | click.Option, text: str | None) -> str | None:
    english = _ENGLISH.setdefault(of, text or "")
    return "\n\n".join(map(_paragraph, paragraphs(english))) or None


def _paragraph(english: str) -> str:
    """One that has lines keeps them."""
    return f"\b\n{told(english)}" if "\n" in english else told(english)
