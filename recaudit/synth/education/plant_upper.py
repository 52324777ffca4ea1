"""Upper secondary schools of Viet Nam, where learners choose among subjects and one is put into words only: no pack of
suites, for the core has the rules on these. The subject plan has the grade (``subjects.upper``).
"""

from __future__ import annotations

from dataclasses import replace

from recaudit.synth.cells import NULL
from recaudit.synth.education.element import element
from recaudit.synth.education.part import Part
from recaudit.synth.education.plant_absent import taking, without_subject
from recaudit.synth.education.subjects import CHOSEN
from recaudit.synth.planting import on_record

UPPER = Part(
    plantings=(
        replace(
            on_record("grd-02-electives/three", "an elective too few", without_subject(CHOSEN), taking(CHOSEN)),
            rule="grd-02-electives",
        ),
        element(
            "grd-06-comment/wordless",
            "unmet",
            "a subject that is put into words, without any",
            {"comment": NULL},
            lambda record, row: row["comment"].filled,
            table="rc_subject_results",
        ),
    )
)
