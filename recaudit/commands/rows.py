"""``recaudit rows``: the records that one facility has to repair."""

from __future__ import annotations

from pathlib import Path

import click

from recaudit.commands import files, printing
from recaudit.commands.completing import ids
from recaudit.commands.results import newest_kept, result_option


@click.command()
@click.option(
    "--facility",
    "key",
    required=True,
    metavar="ID",
    shell_complete=ids("facility"),
    help="The facility whose records are listed.",
)
@click.option(
    "--rule", "rule_key", metavar="ID", shell_complete=ids("rule"), help="Only the records that miss this rule."
)
@result_option(
    help="The folder that 'check --keep' filled, the recaudit-result.json in it, or the folder above.  "
    "[default: the folder you are in]",
)
@click.option("--show-keys", is_flag=True, help="Call records by their keys, not by pseudonyms.")
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.csv",
    help="Write a table for a spreadsheet, readable by you alone, and print nothing else.",
)
def rows(key: str, rule_key: str | None, given: Path, show_keys: bool, out: Path | None) -> None:
    """The work list of a facility: which records miss which rule, where they stand, and how that is repaired.

    It is read out of the folder that 'recaudit check --keep DIR' filled, for this facility and no other. Records are
    called by pseudonyms that say nothing to who does not have the folder; with --show-keys by their keys, which the
    facility can look up.
    """
    from recaudit.reports import repairs
    from recaudit.reports.find import facility_of, rule_of, rules_of
    from recaudit.reports.languages import told, told_n
    from recaudit.resultfile import load
    from recaudit.worklist import of_facility

    if out is not None and out.suffix.lower() != ".csv":
        raise click.UsageError(told("A work list is written as CSV: name a file that ends in .csv."))
    path = newest_kept(given)
    result = load(path)
    facility = facility_of(result, key)
    rule = None if rule_key is None else rule_of(result, rule_key)
    if rule is not None and rule["sector"] != facility["sector"]:
        raise click.UsageError(told("Rule {rule} is not asked of this facility.", rule=rule["id"]))
    found = of_facility(path, result, facility, rule=rule["id"] if rule else "", show_keys=show_keys)
    if found is None:
        raise click.UsageError(told("Nothing was kept beside this result: run 'recaudit check --keep DIR' first."))
    rules = rules_of(result, facility["sector"])
    if out is not None:
        files.write_private(repairs.as_csv(found, rules), out, ours=repairs.ours)
        wrote = told_n("Wrote {n} row to {file}.", "Wrote {n} rows to {file}.", n=len(found.repairs), file=str(out))
        printing.note("\n".join([wrote, *repairs.notes(found)]))
    elif printing.on_terminal():
        printing.page(repairs.page(facility, found, rules))
    else:
        printing.lines(repairs.lines(facility, found, rules))
