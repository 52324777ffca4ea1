"""``recaudit register``: the register of a plan, looked at alone."""

from __future__ import annotations

from pathlib import Path

import click

from recaudit.commands import printing


@click.group()
def register() -> None:
    """The register of a plan: what should exist."""


@register.command("lint")
@click.argument("plan", type=click.Path(exists=True, path_type=Path), default=".", metavar="[PLAN]")
def lint_register(plan: Path) -> int:
    """What is doubtful in a register: gaps, orphans, numbers that are missing or disputed, codes of areas.

    PLAN is a recaudit.toml or the folder that it lies in; without it, the folder you are in. No export is read. Exit
    code 0 when nothing needs repair, 1 when something does, 2 when the register cannot be used.
    """
    from recaudit.plan import load
    from recaudit.registerlint import lint
    from recaudit.reports import registered

    found = lint(load(plan))
    if printing.on_terminal():
        printing.page(registered.page(found))
    else:
        printing.lines(registered.lines(found))
    return found.code
