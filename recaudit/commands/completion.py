"""``recaudit completion``: the script by which a shell completes commands, options and ids."""

from __future__ import annotations

import click

from recaudit.commands import printing
from recaudit.reports.languages import told

VARIABLE = "_RECAUDIT_COMPLETE"  # click's name for it


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes commands, options, formats and the ids of the newest result.

    Have your shell read it when it starts.
    """
    from click.shell_completion import get_completion_class

    completer = get_completion_class(shell)
    if completer is None:  # click knows the three above
        raise click.UsageError(told("There is no completion for {shell}.", shell=shell))
    printing.text(f"{completer(context.find_root().command, {}, 'recaudit', VARIABLE).source()}\n")
