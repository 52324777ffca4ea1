"""``recaudit rules``: the rules that travel with recaudit, their pages, their examples, and a draft of new ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recaudit.commands import printing
from recaudit.commands.completing import ids
from recaudit.commands.results import RESULT
from recaudit.errors import SuiteError
from recaudit.said import say

if TYPE_CHECKING:
    from recaudit.model import Suite


@click.group()
def rules() -> None:
    """The rules of the suites that travel with recaudit."""


@rules.command("list")
@click.argument("names", nargs=-1, metavar="[SUITE…]")
def list_rules(names: tuple[str, ...]) -> None:
    """Every rule: its suite, rung, whether it is required, and what it asks for.

    SUITE is a group (core, further, health/vn), a shipped suite (health/encounter) or a file; without one, all shipped
    suites are listed.
    """
    from recaudit.reports import suites
    from recaudit.suites import meant

    shipped = _suites(meant(names) or _shipped())
    if printing.on_terminal():
        printing.page(suites.listed(shipped, printing.sheet(Path(RESULT))))
    else:
        printing.lines(suites.lines(shipped))


@rules.command("show")
@click.argument("key", metavar="ID", shell_complete=ids("rule"))
def show_rule(key: str) -> None:
    """One rule in full: what it asks for, why, how to repair what misses it, and its examples."""
    from recaudit.reports import suites

    printing.page(suites.one(_suites(_shipped()), key))


@rules.command("test")
@click.argument("names", nargs=-1, metavar="[SUITE…]")
def hold_rules(names: tuple[str, ...]) -> int:
    """Run the examples of every rule, and have Great Expectations load the suites.

    SUITE is a group (core, further, health/vn), a shipped suite (health/encounter) or a file; without one, all shipped
    suites are tested.
    """
    from recaudit.engine.examples import failures
    from recaudit.suites import find, frame_kinds, hold_in_gx, links_of, meant

    tables = _tables()
    named = meant(names) or _shipped()
    failed = 0
    for name, suite in zip(named, _suites(named), strict=True):
        held = hold_in_gx(find(name, Path()), suite)
        judged = {
            rule.table: frame_kinds(rule.table, tables, linked)
            for rule in suite.rules
            if (linked := links_of(rule.table, rule.sector, tables))
        }
        wrong = failures(suite.rules, judged)
        failed += len(wrong)
        printing.lines([f"{'FAILED' if wrong else 'ok'}\t{name}\trules={len(suite.rules)}\theld_by_gx={held}"])
        printing.lines(f"  {one.rule}\t{one.expected} example {one.example} is {one.found}" for one in wrong)
    return 1 if failed else 0


@rules.command("new")
@click.argument("profile", type=click.Path(path_type=Path), metavar="PROFILE.json")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="[default: stdout]")
def new_rules(profile: Path, out: Path | None) -> None:
    """Write a suite from a FHIR profile: min of 1 or more becomes required, mustSupport advisory.

    PROFILE.json is a StructureDefinition of a type that has a table. What no rule can say (elements without a column,
    slices, constraints, bindings) is listed on stderr and in the suite's meta.
    """
    from recaudit.health.profiles import draft
    from recaudit.suites import links_of

    suite, left = draft.suite_of(draft.read(profile), str(profile))
    table = suite["meta"]["recaudit"]["table"]
    if links_of(table, "health", _tables()) is None:
        raise SuiteError(
            say("no unit looks at table {table}", table=table),
            where=str(profile),
            fix=say("give a profile of another type"),
        )
    if out is None:
        printing.lines([draft.as_text(suite)])
    else:
        draft.write(suite, out)
    for path, why in left:
        click.echo(f"left out\t{path}\t{why}", err=True)


def _tables() -> Mapping[str, Mapping[str, str]]:
    from recaudit.everysector import SECTORS

    return {table: columns for sector in SECTORS.values() for table, columns in sector.tables().items()}


def _shipped() -> tuple[str, ...]:
    from recaudit.everysector import SECTORS
    from recaudit.suites import every

    return tuple(name for sector in SECTORS for name in every(sector))


def _suites(names: tuple[str, ...]) -> tuple[Suite, ...]:
    from recaudit.suites import load

    return load(names, _tables(), Path())
