"""Plantings in files: broken lines, files that were cut off, tables that were not handed in or are empty."""

from __future__ import annotations

from recaudit.synth.health.fhir import UNIT
from recaudit.synth.plant_files import cut, line, torn, whole_file, withheld
from recaudit.synth.world import Site


def _empty(site: Site) -> None:
    for visit in site.records:
        visit.hanging = [row for row in visit.hanging if row.table != "procedure"]


FILES = (
    whole_file("file/cut-encounter", "the encounter file (gzip) was cut off", UNIT, cut(UNIT), least=2),
    whole_file(
        "file/cut-composition", "the composition file (gzip) was cut off", "composition", cut("composition"), least=2
    ),
    whole_file("file/torn-condition", "the condition file ends inside its last line", "condition", torn("condition")),
    whole_file("file/no-composition", "no composition file was handed in", "composition", withheld("composition")),
    whole_file("file/empty-procedure", "the procedure file is empty", "procedure", _empty),
    line("line/encounter-shared", "a broken line: nobody knows whose", UNIT, "shared", "cut short"),
    line("line/encounter-folder", "a line that is not UTF-8", UNIT, "folder", "not UTF-8"),
    line("line/encounter-no-object", "a line that is a list", UNIT, "folder", "no object"),
    line("line/encounter-unknown-type", "a line of a type FHIR does not know", UNIT, "shared", "unknown type"),
    line("line/mixed", "a broken line in a file that mixes types", "observation", "mixed", "cut short"),
    line("line/condition-shared", "a broken line of the shared condition file", "condition", "shared", "cut short"),
    line("line/composition-folder", "a broken line of a composition file", "composition", "folder", "cut short"),
    line("line/patient-shared", "a broken line of the shared patient file", "patient", "shared", "cut short"),
)
