"""Documents, reports and provenance of a synthetic province made for the packs; test_packs checks one."""

from __future__ import annotations

from pathlib import Path

from recaudit import suites
from recaudit.health.cells import shipped_views
from recaudit.model import RUNGS
from recaudit.synth import Spec
from recaudit.synth.export import build
from recaudit.synth.health.documents import TABLES
from recaudit.synth.health.plant_documents import FURTHER, VN
from recaudit.synth.sector import Received

PACKS = ("further", "vn")
PLANNED = {**FURTHER.rules, **VN.rules}


def test_what_is_planned_are_the_rules_of_the_suites() -> None:
    tables = {view.table: view.kinds for view in shipped_views().values()}
    names = [f"health/{pack}/{table}" for pack in PACKS for table in (*TABLES, "composition")]
    rules = [rule for suite in suites.load(names, tables, Path()) for rule in suite.rules if not rule.unit]
    said = {rule.id: (rule.table, RUNGS.index(rule.rung) + 1, rule.required) for rule in rules}
    assert said == {name: tuple(rule) for name, rule in PLANNED.items() if name != "vn-enc-signed"}


def test_each_planting_puts_a_row_in_the_state_that_it_is_made_for() -> None:
    plantings = {one.name: one for part in (FURTHER, VN) for one in part.plantings if one.rule}
    alone = frozenset(plantings)
    world, planted, _ = build(Spec(seed=4, facilities=8, records=9, packs=PACKS, plantings=alone))
    visits = {row: record for site in world.sites for record in site.records for row in record.rows}
    assert {one.name for one in planted} == alone
    for one in planted:
        [row] = one.rows
        asked = plantings[one.name]
        part = FURTHER if asked.rule in FURTHER.rules else VN
        states = part.states[row.table](row, Received(("", ""), [visits[row].own]))
        assert states[asked.rule] == asked.state, one.name


def test_a_clean_visit_is_short_of_nothing() -> None:
    world, _, _ = build(Spec(seed=4, facilities=4, records=4, packs=PACKS, plantings=frozenset()))
    for record in (record for site in world.sites for record in site.records):
        received = Received(("", ""), [record.own], {record.own: {"provenance": record.of("provenance")}})
        for part in (FURTHER, VN):
            for row in record.rows:
                states = part.states[row.table](row, received) if row.table in part.states else {}
                assert set(states.values()) <= {"met", "not_applicable"}


def test_a_province_without_packs_holds_no_table_of_them() -> None:
    _, _, files = build(Spec(seed=3, facilities=2, records=3))
    assert not {row.table for file in files for row in file.rows} & set(TABLES)
