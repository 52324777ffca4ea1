"""``--lang``: which language a run speaks. What a program reads (lines, JSON, codes) is English whatever is spoken."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import click

from recaudit.reports.languages import known

VARIABLE: Final = "RECAUDIT_LANG"
_OPTION: Final = "--lang"
_LOCALES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


def language_option() -> click.Option:
    """``--lang``, for the group and for every command, so that it can stand on either side of a command's name.

    It is there to be read in the help and to refuse what is no language: the run has begun to speak before (``asked``),
    so that what is wrong with the other options is said in it too.
    """
    return click.Option(
        [_OPTION],
        type=click.Choice(known()),
        expose_value=False,
        help="What it speaks to people.  [default: RECAUDIT_LANG, else your locale's, else en]",
    )


def on_every_command(command: click.Command) -> None:
    """Give ``--lang`` to a command and to all below it."""
    command.params.append(language_option())
    if isinstance(command, click.Group):
        for below in command.commands.values():
            on_every_command(below)


def asked(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language to speak: the last ``--lang``, else ``RECAUDIT_LANG``, else the locale's where it has a catalogue,
    else English. Both are read as gettext reads a locale: ``vi_VN.UTF-8`` is ``vi``, and what nobody knows, as ``C``,
    is English. A wrong ``--lang`` is refused where options are read, in the language spoken without it.

    >>> asked(["check", "--lang", "vi"], {}), asked([], {"LANG": "vi_VN.UTF-8"})
    ('vi', 'vi')
    >>> asked([], {"LC_ALL": "C", "LANG": "vi_VN"}), asked([], {"RECAUDIT_LANG": "vi", "LC_ALL": "C"})
    ('en', 'vi')
    >>> asked(["--lang", "fr"], {"RECAUDIT_LANG": "vi"}), asked(["--lang=", "fr"], {})
    ('vi', 'en')
    >>> asked([], {"RECAUDIT_LANG": "VI_vn.utf8"}), asked([], {"RECAUDIT_LANG": "C", "LANG": "vi"})
    ('vi', 'en')
    """
    named = ""
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == _OPTION:
            named = "".join(arguments[place + 1 : place + 2])
        elif argument.startswith(f"{_OPTION}="):
            named = argument.partition("=")[2]
    if named in known():
        return named
    local = next((value for name in (VARIABLE, *_LOCALES) if (value := environment.get(name))), "")
    spoken = re.split(r"[_.@-]", local.lower())[0]
    return spoken if spoken in known() else "en"
