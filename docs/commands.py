"""Writes docs/commands.md: every --help page of recaudit, in the order of the commands' names. Run by `make docs`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from recaudit.cli import commands

WIDTH = 80
HEAD = "# Commands\n\nWhat `--help` says, page by page. Written by `make docs`; change the command, not this file.\n"


def pages(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[str]:
    """The page of ``command`` and of every command below it."""
    context = click.Context(
        command,
        info_name=name,
        parent=parent,
        max_content_width=WIDTH,
        terminal_width=WIDTH,
        help_option_names=commands.context_settings["help_option_names"],
    )
    vars(command)["_help_option"] = None  # click keeps the one that it was first asked for
    yield f"\n## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None:
                yield from pages(found, below, context)


def document() -> str:
    return HEAD + "".join(pages(commands, "recaudit"))


if __name__ == "__main__":
    Path(__file__).with_name("commands.md").write_text(document(), encoding="utf-8")
