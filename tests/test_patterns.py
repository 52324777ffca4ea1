"""Signals about groups: what was planted is flagged and nothing else, chance alone flags next to nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit import audit, discovery, suites
from recaudit.education.tables import tables
from recaudit.engine import patterns as engine_patterns
from recaudit.engine import patterns_of_marks, patterns_of_terms
from recaudit.engine.handed import Handed, handed_table
from recaudit.engine.marks import Column, Group, Marks, Place
from recaudit.engine.patterns import told, whole_tables
from recaudit.engine.patterns_of_rolls import folded
from recaudit.engine.task import Engine
from recaudit.patterns import GROUPS, contradictions
from recaudit.reports import lines, patterns
from recaudit.reports.hiding import hiding
from recaudit.reports.look import Sheet, plain_console, rendered
from recaudit.result import Result
from recaudit.shipped import expectations
from recaudit.signals import PATTERNS, SignalRule
from recaudit.statistics import at_most_of_many
from recaudit.suites.reading import texts_of
from recaudit.synth import Spec, register, sectors
from recaudit.synth.education import plant_signals
from recaudit.synth.export import build, plan_text

PACKS = ("patterns", "vn-patterns")
PLANTINGS = [one.name for one in (*plant_signals.PATTERNS.plantings, *plant_signals.VIETNAM.plantings)]
PROVINCE = Spec(
    seed=1,
    facilities=6,
    records=40,
    sectors=("education",),
    packs=PACKS,
    basis="roster",
    plantings=frozenset(PLANTINGS),
)


def _rules() -> dict[str, SignalRule]:
    links = suites.links("education", tables())
    asked = suites.signals("education", tables(), links, [f"education/{pack}" for pack in PACKS])
    return {one.id: one for one in asked if one.kind in PATTERNS}


RULES = _rules()


# ------------------------------------------------------------------------------------------------ a whole province
class Audited(NamedTuple):
    result: Result
    flagged: dict[str, list[list[str]]]
    planted: dict[str, list[list[str]]]
    values: frozenset[str]  # of cells and keys


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    return _audited(PROVINCE, tmp_path_factory.mktemp("province"))


def _audited(spec: Spec, folder: Path) -> Audited:
    """A province with every planting, judged by no more suites than the signals need."""
    world, planted, _ = build(spec)
    of_spec = sectors.of(spec)
    for site in world.sites:  # one package is read faster than six
        site.layout = "shared"
    exports = tuple(of_spec[0].files(world.sites))
    few = json.dumps(["users", "demographics", "rc_subject_results", "enrollments", *spec.packs])
    plan = [
        f"education = {few}" if line.startswith("education = ") else line
        for line in plan_text(world, exports, ()).splitlines()
    ]
    made = {path: text.encode() for path, text in register.files(world, of_spec).items()}
    made |= {"recaudit.toml": "\n".join(plan).encode(), **of_spec[0].written(exports)}
    for path, content in made.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    kept = folder.with_name("kept")
    result = audit.check(folder, workers=1, keep=kept).result
    flagged = json.loads((kept / GROUPS).read_text(encoding="utf-8"))
    rows = [row for site in world.sites for record in site.records for row in record.rows]
    names = {row.cells[name].text for row in rows for name in ("classSourcedId", "familyName") if name in row.cells}
    values = frozenset(name for name in (*names, *(row.id or "" for row in rows)) if len(name) > 3)
    return Audited(result, flagged, plant_signals.flagged(planted), values)


def test_every_planting_finds_room(audited: Audited) -> None:
    assert audited.planted.keys() == {name.partition("/")[0] for name in PLANTINGS}


@pytest.mark.parametrize("signal", RULES)
def test_what_was_planted_is_flagged_and_nothing_else(audited: Audited, signal: str) -> None:
    assert audited.flagged[signal] == audited.planted.get(signal, [])


def test_so_it_is_in_schools_of_nobody_s_country(tmp_path: Path) -> None:
    plantings = frozenset(one.name for one in plant_signals.PATTERNS.plantings)
    spec = replace(PROVINCE, seed=4, records=30, flavour="generic", packs=("patterns",), plantings=plantings)
    found = _audited(spec, tmp_path / "province")
    assert found.planted.keys() == {name.partition("/")[0] for name in plantings}
    assert {name: groups for name, groups in found.flagged.items() if groups} == found.planted


def test_the_result_says_how_many_groups_were_tested_and_how_many_were_not(audited: Audited) -> None:
    entries = {one["id"]: one for one in audited.result["patterns"]}
    assert entries.keys() == RULES.keys()
    for name, one in entries.items():
        assert one["flagged"] == len(audited.planted.get(name, [])) <= one["tested"]
        assert all(seat["whole"] for seat in one["facilities"])
    assert (entries["gam-03-clones"]["tested"], entries["gam-03-clones"]["untested"]) == (20, 4)


def test_no_page_names_a_class_or_a_value(audited: Audited) -> None:
    result = audited.result
    page = rendered(plain_console(120), _page(result))
    assert str(patterns.WORDS).split(";")[0] in " ".join(page.split())
    assert "1 flagged of 20 classes tested, 4 could not be" in " ".join(page.split())
    said = page + json.dumps(result["patterns"]) + "\n".join(lines.overview(result))
    assert not [value for value in audited.values if value in said]


def _page(result: Result, sheet: Sheet | None = None) -> Any:  # noqa: ANN401 - what rich renders
    from rich.console import Group as Page

    return Page(*patterns.overview(result, sheet or Sheet(120)))


def test_where_a_school_is_hidden_no_sum_gives_it_away(audited: Audited) -> None:
    hidden = hiding(audited.result, 60)
    assert hidden.places
    said = [line.split("\t") for line in lines.overview(audited.result, hidden) if line.startswith("pattern")]
    gone = {one["id"] for one in hidden.unseen(audited.result["facilities"])}
    assert not [line for line in said if line[0] == "pattern"]  # a sum, of which all but one school would be known
    assert not [line for line in said if line[2] in gone]
    assert "flagged of" not in rendered(plain_console(120), _page(audited.result, Sheet(120, hidden=hidden)))


def test_a_result_that_was_edited_is_found_out(audited: Audited) -> None:
    entries = audited.result["patterns"]
    known = [(one["sector"], one["id"]) for one in audited.result["facilities"]]
    assert list(contradictions(entries, known)) == []
    clones = next(one for one in entries if one["id"] == "gam-03-clones")
    first = clones["facilities"][0]
    changes: list[dict[str, Any]] = [{"tested": 99}, {"flagged": 99}, {"q": None}, {"facility": "nobody"}]
    changes += [{"flagged": 1, "q": "0.5"}, {"flagged": 1, "q": "x"}]
    for change in changes:
        broken = {**clones, "facilities": [{**first, **change}, *clones["facilities"][1:]]}
        assert list(contradictions([broken], known)), change  # type: ignore[list-item]


def test_an_audit_that_asks_for_no_pack_has_no_such_signal() -> None:
    links = suites.links("education", tables())
    assert not [one for one in suites.signals("education", tables(), links) if one.kind in PATTERNS]


# ------------------------------------------------------------------------------------------------ classes made by hand
Card = Mapping[tuple[str, str], int]
"""(subject, period) -> mark in hundredths."""


def laid_out(classes: Mapping[tuple[str, str], Sequence[Card]], order: Random | None = None) -> Marks:
    """Marks as the engine lays them out, their rows in any order."""
    names = sorted({place for cards in classes.values() for card in cards for place in card})
    rows = []
    cards = []
    number = 0
    for place, of in enumerate(classes.values(), 1):
        for card in of:
            number += 1
            cards.append((place, number))
            rows += [(place, number, names.index(name) + 1, mark) for name, mark in card.items()]
    if order is not None:
        order.shuffle(rows)
    made = Engine(threads=1)

    def load(name: str, columns: str, of: Sequence[tuple[int, ...]]) -> Any:  # noqa: ANN401 - a relation
        cells = zip(*of, strict=True)
        return made.load(
            name, pa.table({c: pa.array(v, pa.int64()) for c, v in zip(columns.split(), cells, strict=True)})
        )

    return Marks(
        made,
        load("pattern_cards", "place card", cards),
        load("pattern_marks", "place card col mark", rows),
        {place: Place(*name) for place, name in enumerate(classes, 1)},
        {number: Column("7", *name) for number, name in enumerate(names, 1)},
    )


KINDS = {
    "gam-03-clones": patterns_of_marks.clones,
    "gam-04-flat-learners": patterns_of_marks.flat_learners,
    "gam-04-flat-classes": patterns_of_marks.flat_classes,
    "gam-06-copied-terms": patterns_of_terms.copied_terms,
    "gam-19-shifted-rows": patterns_of_terms.shifted_rows,
}


def ask(signal: str, at: Marks) -> list[Group]:
    return KINDS[signal](at, RULES[signal])


def genuine(rng: Random, learners: int, *, step: int = 10) -> list[dict[tuple[str, str], int]]:
    """A class whose learners are good or bad, with stronger and weaker subjects. ``step``: of marks, in hundredths."""
    cards = []
    for _ in range(learners):
        able = rng.gauss(7.0, 1.2)
        card = {}
        for subject in ("A", "B", "C", "D", "E", "F", "G", "H"):
            middle = able + rng.gauss(0, 0.6)
            for period in ("HK1", "HK2"):
                mark = max(0, min(1000, round(100 * rng.gauss(middle, 0.5))))
                card[subject, period] = step * round(mark / step)
        cards.append(card)
    return cards


def province(rng: Random, schools: int = 3, **how: int) -> dict[tuple[str, str], list[dict[tuple[str, str], int]]]:
    return {(f"s{school}", f"c{number}"): genuine(rng, 22, **how) for school in range(schools) for number in range(3)}


def flags(signal: str, at: Marks) -> tuple[tuple[str, str], ...]:
    return told(RULES[signal], ask(signal, at), sorted({one.facility for one in at.places.values()}), set()).groups


def test_chance_alone_flags_next_to_nothing() -> None:
    """In genuine provinces, with marks in tenths and in halves, no class is flagged."""
    rng = Random(20)
    for step in (10, 50):
        at = laid_out(province(rng, step=step))
        assert not [signal for signal in KINDS if flags(signal, at)]


def test_the_order_of_rows_changes_nothing() -> None:
    classes = province(Random(3))
    one, other = (laid_out(classes, Random(seed)) for seed in (1, 2))
    for signal in KINDS:
        groups = ask(signal, one)
        assert groups == ask(signal, other), signal
        assert any(group.tested for group in groups), signal


def test_a_class_of_which_everybody_is_a_clone_is_flagged_too() -> None:
    classes = province(Random(5))
    first = classes["s1", "c1"][0]
    classes["s1", "c1"] = [dict(first) for _ in range(22)]
    assert flags("gam-03-clones", laid_out(classes)) == (("s1", "c1"),)


def test_rows_of_marks_that_are_mistaken_for_one_another_are_compared() -> None:
    classes = province(Random(5))
    classes["s1", "c1"][1:4] = [dict(classes["s1", "c1"][0]) for _ in range(3)]
    at = laid_out(classes)
    mistaken = replace(at, number=1)
    n = mistaken.learners.c
    same = sa.select(*(one for one in n if one.name != "vector"), sa.literal(7).label("vector"))
    mistaken.__dict__["learners"] = mistaken.engine.make("one_vector", same)
    assert ask("gam-03-clones", mistaken) == ask("gam-03-clones", at)
    assert flags("gam-03-clones", mistaken) == (("s1", "c1"),)


def test_a_table_is_whole_where_all_of_it_was_read() -> None:
    said: dict[tuple[str, str, str | None], Handed] = {
        ("a", "t", "s1"): Handed(handed_in=True),
        ("a", "t", "s2"): Handed(handed_in=True, unread=True),
        ("a", "t", "s3"): Handed(handed_in=True, cut=True),
        ("b", "t", "s4"): Handed(handed_in=True),
    }
    engine = Engine(threads=1)
    places = [("s1", "a"), ("s2", "a"), ("s3", "a"), ("s4", "b"), ("s4", "a"), ("s5", "a")]
    handed = engine.load("handed", handed_table(said, places, ["t"]))
    assert whole_tables(engine, handed) == {("s1", "t")}


def test_marks_are_laid_out_by_the_columns_that_a_rule_names(monkeypatch: pytest.MonkeyPatch) -> None:
    clones = RULES["gam-03-clones"]
    levels = replace(clones, id="levels", columns=(*clones.columns[:3], "level"))
    seen: list[tuple[str, str]] = []

    def laid(engine: Engine, task: object, frames: object, rule: SignalRule, number: int) -> str:
        seen.append(("laid out", f"{rule.id} {number}"))
        return rule.columns[-1]

    def asked(marks: str, rule: SignalRule) -> list[Group]:
        seen.append((marks, rule.id))
        return []

    monkeypatch.setattr(engine_patterns, "laid_out", laid)
    monkeypatch.setattr(engine_patterns, "_OF_MARKS", {"clones": asked})
    engine = Engine(threads=1)
    task: Any = SimpleNamespace(signals=(clones, levels, replace(clones, id="again")), facilities=())
    frames: Any = SimpleNamespace(handed=engine.load("handed", handed_table({}, [], [])))
    linked: Any = None
    engine_patterns.patterns(engine, task, linked, frames)
    first, other = ("score", clones.id), ("level", "levels")
    assert seen == [("laid out", f"{clones.id} 0"), first, ("laid out", "levels 1"), other, ("score", "again")]


def test_two_learners_with_the_same_marks_are_no_clones() -> None:
    classes = province(Random(5))
    classes["s1", "c1"][1] = dict(classes["s1", "c1"][0])
    assert flags("gam-03-clones", laid_out(classes)) == ()


def test_few_marks_and_coarse_ones_collide_without_being_clones() -> None:
    """Primary schools with marks in two subjects, and others in eight, all nines and tens: neither can be asked."""
    rng = Random(6)
    few: dict[tuple[str, str], list[dict[tuple[str, str], int]]] = {}
    coarse: dict[tuple[str, str], list[dict[tuple[str, str], int]]] = {}
    for school in range(4):
        for number in range(3):
            place = (f"s{school}", f"c{number}")
            few[place] = [{("A", "Y"): rng.choice((900, 1000)), ("B", "Y"): rng.choice((900, 1000))} for _ in range(25)]
            of_class = coarse[place] = []
            for _ in range(25):
                able = rng.gauss(0, 1)
                of_class.append({(s, "Y"): 900 + 100 * (able + rng.gauss(0, 0.5) > 0) for s in "ABCDEFGH"})
    for classes in (few, coarse):
        assert not any(group.tested for group in ask("gam-03-clones", laid_out(classes)))


def test_whole_marks_may_stay_the_same_from_term_to_term() -> None:
    classes = province(Random(7), step=100)
    assert not any(group.tested for group in ask("gam-06-copied-terms", laid_out(classes)))


def test_a_small_group_is_neither_flagged_nor_cleared() -> None:
    classes = province(Random(8))
    classes["s0", "c0"] = [dict(classes["s0", "c0"][0]) for _ in range(9)]
    at = laid_out(classes)
    for signal in KINDS:
        assert ask(signal, at)[0] == Group("s0", "c0")


def test_a_school_alone_has_nothing_to_be_held_against() -> None:
    classes = {place: cards for place, cards in province(Random(9)).items() if place[0] == "s0"}
    at = laid_out(classes)
    for signal in ("gam-04-flat-learners", "gam-04-flat-classes", "gam-06-copied-terms"):
        assert not any(group.tested for group in ask(signal, at))


@pytest.mark.parametrize("by", [1, -1])
def test_marks_a_line_away_are_found_in_either_direction(by: int) -> None:
    classes = province(Random(10))
    cards = classes["s2", "c2"]
    marks = [card["C", "HK2"] for card in cards]
    for card, mark in zip(cards, marks[by:] + marks[:by], strict=True):
        card["C", "HK2"] = mark
    assert flags("gam-19-shifted-rows", laid_out(classes)) == (("s2", "c2"),)


def test_without_a_mark_nothing_is_said() -> None:
    rule = RULES["gam-03-clones"]
    nothing = told(rule, [], ["s1"], {"s1"})
    assert nothing.groups == ()
    assert [(at.tested, at.untested, at.q, at.whole) for at in nothing.places] == [(0, 0, None, False)]


def test_a_group_needs_both_a_chance_below_the_limit_and_much_of_it() -> None:
    rule = replace(RULES["gam-03-clones"], limit=Fraction(1, 100))
    groups = [
        Group("s1", "both", True, 1e-9, True),
        Group("s1", "little", True, 1e-9, False),
        Group("s1", "likely", True, 0.5, True),
        Group("s1", "small", False, 1.0, True),
    ]
    said = told(rule, groups, ["s1"], set())
    assert said.groups == (("s1", "both"),)
    assert (said.places[0].tested, said.places[0].untested, said.places[0].flagged) == (3, 1, 1)


def test_a_name_is_folded_as_people_write_it() -> None:
    assert folded("Đặng  Thị Hà") == folded("đặng thị hà") == "dang thi ha"


# ------------------------------------------------------------------------------------------------ the statistics
chances = st.lists(st.floats(0, 1), max_size=12)


@settings(max_examples=30, deadline=None)
@given(chances, st.randoms(use_true_random=False))
def test_q_values_keep_the_order_of_chances_and_none_is_below_its_own(ps: list[float], rng: Random) -> None:
    qs = discovery.benjamini_hochberg(ps)
    assert all(p <= q <= 1 for p, q in zip(ps, qs, strict=True))
    by_chance = [q for _, q in sorted(zip(ps, qs, strict=True))]
    assert by_chance == sorted(by_chance)
    order = rng.sample(range(len(ps)), len(ps))
    assert discovery.benjamini_hochberg([ps[at] for at in order]) == tuple(qs[at] for at in order)


@settings(max_examples=30, deadline=None)
@given(chances, st.floats(0, 1), st.floats(0, 1))
def test_a_larger_limit_flags_no_fewer(ps: list[float], one: float, other: float) -> None:
    qs = discovery.benjamini_hochberg(ps)
    low, high = sorted((one, other))
    assert {at for at, q in enumerate(qs) if q <= low} <= {at for at, q in enumerate(qs) if q <= high}


@settings(max_examples=30, deadline=None)
@given(chances.filter(bool), st.data())
def test_less_likely_chances_never_raise_a_q_value(ps: list[float], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(ps) - 1))
    less = [p * 0.5 if place == at else p for place, p in enumerate(ps)]
    pairs = zip(discovery.benjamini_hochberg(less), discovery.benjamini_hochberg(ps), strict=True)
    assert all(new <= old for new, old in pairs)


def test_where_nobody_meddled_a_flag_is_as_rare_as_the_limit_says() -> None:
    rng, limit = Random(0), 0.05
    any_flag = sum(min(discovery.benjamini_hochberg([rng.random() for _ in range(30)])) <= limit for _ in range(1_000))
    assert any_flag / 1_000 <= limit + 3 * (limit * (1 - limit) / 1_000) ** 0.5


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 30), st.integers(1, 30), st.integers(0, 19))
def test_the_binomial_tail_is_the_exact_one(seen: int, drawn: int, share: int) -> None:
    exact = 1 - at_most_of_many(seen - 1, Fraction(share, 20), drawn)
    assert discovery.binomial_tail(seen, drawn, share / 20) == pytest.approx(float(exact), abs=1e-9)


def test_tails_agree_with_tables() -> None:
    assert discovery.poisson_tail(3, 1.0) == pytest.approx(0.0803014)
    assert discovery.spread_tail(3.940, 1.0, 10) == pytest.approx(0.05, abs=1e-4)
    assert discovery.correlation_tail(0.4973, 16) == pytest.approx(0.025, abs=1e-4)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1))
def test_what_is_written_never_looks_smaller_than_it_is(one: float, other: float) -> None:
    assert float(discovery.said(one)) >= one - 1e-9
    if one <= other:
        assert float(discovery.said(one)) <= float(discovery.said(other))


# ------------------------------------------------------------------------------------------------ the pages
def test_the_pages_name_every_signal() -> None:
    root = Path(__file__).parents[1] / "docs"
    for page in ("signals.md", "education-rules.md"):
        text = (root / page).read_text(encoding="utf-8")
        for name in RULES:
            assert f"`{name}`" in text, (page, name)


def test_every_signal_has_words_in_both_languages_and_a_source() -> None:
    for pack in PACKS:
        for one in json.loads(expectations("education", pack, "signals.json").read_text(encoding="utf-8"))["signals"]:
            assert one["title"].keys() == {"en", "vi"}
            assert one["why"].keys() == {"en", "vi"}
            assert "catalogue" in texts_of(one["source"])["en"]
