"""What changed, what it may come from, and what is neither a gain nor a loss."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from recaudit import cli
from recaudit.audit import Outcome
from recaudit.compare import Change, Comparison, Finding, compare, gated, risen
from recaudit.reports import differences
from recaudit.reports.look import Sheet, console, rendered
from recaudit.result import Result
from recaudit.resultfile import FILE_NAME, sealed, write
from recaudit.said import say
from tests.golden.province import HOSTILE, province

Json = dict[str, Any]


def changed(*changes: Callable[[Json], object]) -> Result:
    result = cast(Json, copy.deepcopy(province()))
    for change in changes:
        change(result)
    return sealed(cast(Result, result))


def new_data(result: Json) -> None:
    result["inputs"][0]["sha256"] = "e" * 64


def facility(result: Json, key: str = "KCB66001") -> Json:
    return cast(Json, next(one for one in result["facilities"] if one["id"] == key))


def repaired(result: Json) -> None:
    """Forty records more are complete."""
    facility(result)["rungs"]["complete"].update(reached=680, short=220)


def rule(result: Json, key: str) -> Json:
    return cast(Json, next(one for one in result["rules"] if one["id"] == key))


def of(found: Comparison, kind: str) -> list[Change]:
    return [change for change in found.changes if change.kind == kind]


def said(result: Json) -> None:
    """The first suite and the first catalogue say what they ask for; the others are of an older build."""
    for part in ("suites", "catalogues"):
        result[part][0].setdefault("asks", "1" * 64)


def said_to_ask() -> Result:
    return changed(said)


def asking(was: str, now: str, part: str = "suites", **more: str) -> Callable[[Json], object]:
    """The first of them has other bytes; what it asks for was ``was``, and is ``now``."""
    return lambda r: r[part][0].update(sha256="9" * 64, asks=now * 64, **more)


def older_build(result: Json, part: str = "suites") -> object:
    """The first of them has other bytes, and nobody says what it asks for."""
    result[part][0]["sha256"] = "9" * 64
    return result[part][0].pop("asks")


# ------------------------------------------------------------------------------------------------ causes
def test_a_result_beside_itself_says_nothing() -> None:
    assert compare(province(), province()) == Comparison((), (), (), ())
    assert list(differences.lines(compare(province(), province()))) == [
        "summary\tsaid=0 better, 0 worse, 0 not comparable; 0 findings repaired, 0 new"
    ]


@pytest.mark.parametrize(
    ("change", "kind", "what"),
    [
        (new_data, "data", "1 changed of 3 files"),
        (lambda r: r["inputs"].pop(), "data", "1 gone of 3 files"),
        (lambda r: r["plan"].update(sha256="1" * 64), "plan", "the plan's text is another"),
        (
            lambda r: (r["plan"].update(sha256="1" * 64), r["period"].update({"from": None, "to": None})),
            "plan",
            "period 2026-03-01 to 2026-03-31 → all times",
        ),
        (lambda r: r["plan"].update(facility="x"), "plan", "--facility says otherwise"),
        (asking("1", "2"), "suite", "health/composition edited"),
        (asking("1", "2", version="2026.2"), "suite", "health/composition 2026.1 → 2026.2"),
        (asking("1", "1", version="2026.2"), "wording", "health/composition worded otherwise"),
        (older_build, "wording", "health/composition worded otherwise"),
        (
            lambda r: (older_build(r), rule(r, "comp-attester").update(sha256="2" * 64)),
            "suite",
            "health/composition edited",
        ),
        (lambda r: r["suites"].pop(), "suite", "health/patient removed"),
        (lambda r: r["policy"].update(version="2"), "policy", "edition 2026.1 → 2"),
        (lambda r: older_build(r, "catalogues"), "policy", "values/any.json edited, or worded otherwise"),
        (asking("1", "2", "catalogues"), "policy", "values/any.json edited"),
        (asking("1", "1", "catalogues"), "wording", "values/any.json worded otherwise"),
        (lambda r: r["register"].update(date="2026-02-01"), "register", "another source or date"),
        (lambda r: r["inputs"][1].update(role="roster"), "register", "1 new of 1 file"),
        (lambda r: r["tool"].update(version="0.2.0"), "version", "recaudit 0.1.0 → 0.2.0"),
    ],
)
def test_what_may_have_caused_it_is_named(change: Callable[[Json], object], kind: str, what: str) -> None:
    found = {cause.kind: str(cause.what) for cause in compare(said_to_ask(), changed(said, change)).causes}
    assert found[kind] == what
    assert kind == "wording" or "wording" not in found


def test_other_words_alone_leave_every_figure_comparable() -> None:
    found = compare(said_to_ask(), changed(said, asking("1", "1"), asking("1", "1", "catalogues"), repaired))
    assert {cause.kind for cause in found.causes} == {"wording"}
    assert {change.trend for change in of(found, "facility")} == {"better"}


def of_visits(*codes: str, source: object) -> Result:
    base = {"name": "vn/opened", "column": "visit_type", "codes": [*codes], "title": {}, "source": source}
    return changed(lambda r: r["plan"].update(sha256=str(len(codes)) * 64), lambda r: r.update(bases={"health": base}))


def test_another_wording_of_who_says_which_visits_count_is_the_same_base() -> None:
    one, other = of_visits("03", source="a list"), of_visits("03", source={"en": "a list", "vi": "một danh mục"})
    assert compare(one, other).causes == ()
    (cause,) = compare(one, of_visits("03", "04", source="a list")).causes
    assert str(cause.what) == "another base of visits"


# ------------------------------------------------------------------------------------------------ gains and losses
def test_a_repair_is_a_gain_and_the_way_back_a_loss() -> None:
    new = changed(new_data, repaired)
    (gain,) = of(compare(province(), new), "facility")
    assert gain == Change("facility", "health", "KCB66001", "complete", "640/900", "680/900", "better")
    (loss,) = of(compare(new, province()), "facility")
    assert loss.trend == "worse"


def test_another_denominator_is_no_progress() -> None:
    def fewer(result: Json) -> None:
        """Of 860 expected now, 680 are complete."""
        facility(result).update(expected=860)
        for at in facility(result)["rungs"].values():
            at["short"] -= 20
        facility(result)["rungs"]["complete"].update(reached=680, short=180)

    found = of(compare(province(), changed(new_data, fewer)), "facility")
    at = {change.part: change for change in found}
    assert (str(at["expected"].old), str(at["expected"].new)) == ("900 by roster", "860 by roster")
    assert at["complete"].trend == "not comparable"
    assert str(at["complete"].why) == "expected was 900 by roster, and is 860 by roster"
    assert not [change for change in found if change.trend in ("better", "worse")]


def test_a_roster_in_the_place_of_a_count_is_another_denominator() -> None:
    new = changed(new_data, repaired, lambda r: facility(r).update(basis="count"))
    assert {change.trend for change in of(compare(province(), new), "facility")} == {"changed", "not comparable"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda r: rule(r, "enc-discharge").update(sha256="1" * 64), "rule enc-discharge changed"),
        (lambda r: rule(r, "pat-telecom").update(required=True), "rule pat-telecom changed"),
        (lambda r: r["rules"].remove(rule(r, "enc-discharge")), "rule enc-discharge removed"),
        (lambda r: r["policy"].update(version="2"), "what counts as a value changed"),
    ],
)
def test_a_changed_rule_is_never_progress(change: Callable[[Json], object], why: str) -> None:
    for one, other in (
        (province(), changed(new_data, repaired, change)),
        (changed(change), changed(new_data, repaired)),
    ):
        (moved,) = of(compare(one, other), "facility")
        assert moved.trend == "not comparable"
        assert str(moved.why).startswith(why.rsplit(" ", 1)[0])


def test_rungs_below_a_changed_rule_are_still_compared() -> None:
    def received(result: Json) -> None:
        facility(result)["rungs"]["received"].update(reached=885, short=15)

    new = changed(new_data, repaired, received, lambda r: rule(r, "enc-discharge").update(sha256="1" * 64))
    assert {change.part: change.trend for change in of(compare(province(), new), "facility")} == {
        "received": "better",
        "complete": "not comparable",
    }


def test_a_changed_advisory_rule_moves_no_rung() -> None:
    new = changed(new_data, repaired, lambda r: rule(r, "pat-telecom").update(sha256="1" * 64))
    assert [change.trend for change in of(compare(province(), new), "facility")] == ["better"]


def test_other_words_are_the_same_rule() -> None:
    new = changed(
        new_data, repaired, lambda r: rule(r, "enc-discharge").update(title={"en": "x"}, why={"en": "y"}, fix={})
    )
    assert [change.trend for change in of(compare(province(), new), "facility")] == ["better"]


@pytest.mark.parametrize("cause", ["tool", "policy", "plan"])
def test_the_same_data_judged_otherwise_is_no_progress(cause: str) -> None:
    new = changed(repaired, lambda r: r[cause].update(**{"plan": {"sha256": "1" * 64}}.get(cause, {"version": "9"})))
    (moved,) = of(compare(province(), new), "facility")
    assert moved.trend == "not comparable"
    assert str(moved.why).startswith("the same data, judged otherwise: ")


def test_what_is_only_no_longer_known_is_no_gain() -> None:
    new = changed(new_data, lambda r: facility(r)["rungs"]["complete"].update(short=200, unknown=60))
    (moved,) = of(compare(province(), new), "facility")
    assert (moved.trend, str(moved.old), str(moved.new)) == ("changed", "260 short, 0 unknown", "200 short, 60 unknown")


def test_facilities_and_rules_that_come_or_go_are_said() -> None:
    new = changed(new_data, lambda r: r["facilities"].pop(0), lambda r: r["rules"].pop())
    assert Change("facility", "health", "KCB66001", "status", "ok", "-", "gone") in compare(province(), new).changes
    assert Change("rule", "health", "pat-telecom", "missed", "270/993", "-", "gone") in compare(province(), new).changes
    assert Change("facility", "health", "KCB66001", "status", "-", "ok", "new") in compare(new, province()).changes


def test_a_rule_met_by_more_of_the_same_rows_is_better() -> None:
    totals = rule(cast(Json, province()), "enc-has-condition")["totals"]
    new = changed(
        new_data,
        lambda r: rule(r, "enc-has-condition")["totals"].update(met=totals["met"] + 5, unmet=totals["unmet"] - 5),
    )
    (moved,) = of(compare(province(), new), "rule")
    assert (moved.trend, moved.old, moved.new) == ("better", "265/1630", "260/1630")
    new = changed(new_data, lambda r: rule(r, "enc-has-condition")["totals"].update(unmet=totals["unmet"] - 5))
    (moved,) = of(compare(province(), new), "rule")
    assert (moved.trend, str(moved.why)) == ("not comparable", "of 1,630 rows that were due, now 1,625")


# ------------------------------------------------------------------------------------------------ claims
def claim(result: Json, **parts: object) -> None:
    result["claims"][0].update(parts)


@pytest.mark.parametrize(
    ("before", "after", "trend"),
    [
        ("refuted", "confirmed", "better"),
        ("unverifiable", "confirmed", "better"),
        ("confirmed", "unverifiable", "worse"),
        ("unverifiable", "refuted", "worse"),
        ("refuted", "unverifiable", "changed"),
    ],
)
def test_only_confirmed_is_better(before: str, after: str, trend: str) -> None:
    old = changed(lambda r: claim(r, verdict=before, wording=before))
    (moved,) = of(compare(old, changed(new_data, lambda r: claim(r, verdict=after, wording=after))), "claim")
    assert (moved.part, moved.trend) == ("verdict", trend)


def test_a_higher_low_is_better_and_a_higher_high_only_another() -> None:
    new = changed(new_data, lambda r: claim(r, low=[1100, 1320], high=[1200, 1320]))
    assert [(change.part, change.trend) for change in of(compare(province(), new), "claim")] == [
        ("low", "better"),
        ("high", "changed"),
    ]


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"target": "0.5"}, "the claim says something else"),
        ({"low": [1000, 1100], "high": [1073, 1100]}, "its denominator was 1,320, and is 1,100"),
    ],
)
def test_a_claim_about_something_else_is_not_compared(parts: Json, why: str) -> None:
    new = changed(new_data, lambda r: claim(r, verdict="confirmed", wording="confirmed", **parts))
    assert {(change.trend, str(change.why)) for change in of(compare(province(), new), "claim")} == {
        ("not comparable", why)
    }


def test_claims_come_and_go() -> None:
    new = changed(lambda r: r["claims"][0].update(id="other"))
    assert [(change.id, change.trend) for change in of(compare(province(), new), "claim")] == [
        ("other", "new"),
        ("emr-100", "gone"),
    ]


# ------------------------------------------------------------------------------------------------ findings
def counts(result: Json, key: str, rule: str, **parts: int) -> None:
    facility(result, key)["rules"][rule].update(parts)


def test_a_finding_is_new_when_it_rose_from_none() -> None:
    new = changed(new_data, lambda r: counts(r, "KCB66103", "enc-has-condition", met=113, unmet=2))
    assert risen(province(), new) == [Finding("KCB66103", "enc-has-condition", "health", 2)]
    assert compare(province(), new).new == tuple(risen(province(), new))
    more = changed(new_data, lambda r: counts(r, "KCB66001", "enc-has-condition", unmet=300))
    assert risen(province(), more) == []  # it was there before


def test_excused_counts_as_missed_and_advisory_does_not_count() -> None:
    new = changed(
        lambda r: counts(r, "KCB66103", "enc-discharge", excused=1),
        lambda r: counts(r, "KCB66103", "pat-telecom", unmet=1),
    )
    assert [(found.facility, found.rule) for found in risen(province(), new)] == [("KCB66103", "enc-discharge")]


def test_a_finding_of_a_new_rule_is_new_and_says_why() -> None:
    old = changed(lambda r: [one["rules"].pop("comp-attester", None) for one in r["facilities"]])
    old["rules"] = [one for one in old["rules"] if one["id"] != "comp-attester"]
    assert {str(found.why) for found in risen(old, changed(new_data))} == {"the rule was added"}


def test_a_finding_that_went_with_its_rows_is_not_repaired() -> None:
    silent = changed(new_data, lambda r: counts(r, "KCB66058", "comp-attester", met=0, unmet=0))
    (gone,) = compare(province(), silent).gone
    assert str(gone.why).startswith("no more rows meet it than did")
    mended = changed(new_data, lambda r: counts(r, "KCB66058", "comp-attester", met=130, unmet=0))
    assert compare(province(), mended).gone == (Finding("KCB66058", "comp-attester", "health", 10),)


def test_the_gate_is_missed_whatever_else_the_audit_says() -> None:
    found = [Finding("f", "r", "health", 1)]
    confirmed = say("every claim is confirmed")
    assert gated(0, confirmed, []) == (0, confirmed)
    code, why = gated(0, confirmed, found)
    assert (code, str(why)) == (1, "1 finding is new since the baseline; every claim is confirmed")
    assert gated(3, confirmed, found * 2)[0] == 1


# ------------------------------------------------------------------------------------------------ what is shown
def everything() -> Comparison:
    return compare(
        province(),
        changed(
            new_data,
            repaired,
            lambda r: rule(r, "comp-attester").update(sha256="1" * 64),
            lambda r: facility(r)["rungs"]["attested"].update(reached=600, short=300),
            lambda r: facility(r, "KCB66103")["rungs"]["received"].update(reached=112, short=1),
            lambda r: claim(r, verdict="confirmed", wording="confirmed"),
            lambda r: counts(r, "KCB66103", "enc-discharge", unmet=3),
            lambda r: counts(r, "KCB66017", "enc-has-condition", met=409, unmet=0),
        ),
    )


@pytest.mark.parametrize("width", [80, 120])
def test_the_page_shows_all_of_it_and_fits(width: int) -> None:
    screen = console(io.StringIO())
    screen.width = width
    shown = rendered(screen, differences.page(everything(), Sheet(width)))
    assert max(map(len, shown.splitlines())) <= width
    for words in (
        "data  1 changed of 3 files",
        "✓ better",
        "✗ worse",
        "Not comparable: neither gains nor losses",
        "rule comp-attester changed",
        "KCB66103: enc-discharge is missed by 3",
        "KCB66017: enc-has-condition was missed by 11",
    ):
        assert words in shown


def test_the_page_of_no_change_says_so() -> None:
    screen = console(io.StringIO())
    shown = rendered(screen, differences.page(compare(province(), province()), Sheet(80)))
    assert shown == "The two results say the same of the same inputs.\n"


def test_a_pipe_gets_every_change_on_a_line_of_its_own() -> None:
    found = everything()
    told = list(differences.lines(found))
    assert len(told) == len(found.causes) + len(found.changes) + len(found.new) + len(found.gone) + 1
    assert "cause\tdata\twhat=1 changed of 3 files" in told
    assert "finding\tnew\tKCB66103\tenc-discharge\tmissed=3\twhy=-\tsector=health" in told


def test_hostile_names_are_inert() -> None:
    def hostile(result: Json) -> None:
        facility(result).update(id=HOSTILE)

    found = compare(province(), changed(new_data, hostile))
    assert "\x1b" not in "\n".join(differences.lines(found))
    assert "\x1b[31m" not in rendered(console(io.StringIO()), differences.page(found, Sheet(80)))


# ------------------------------------------------------------------------------------------------ the commands
@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders, the older one without the finding of the newer."""
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, result in ((old, province()), (new, NEWER)):
        folder.mkdir()
        write(result, folder / FILE_NAME)
    return old, new


NEWER = changed(new_data, lambda r: counts(r, "KCB66103", "enc-has-condition", met=113, unmet=2))


def test_compare_is_0_whatever_changed(kept: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["compare", *map(str, kept)]) == 0
    assert "finding\tnew\tKCB66103\tenc-has-condition\tmissed=2\t" in capsys.readouterr().out


def test_compare_refuses_a_result_that_was_changed(kept: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    file = kept[0] / FILE_NAME
    file.write_text(file.read_text(encoding="utf-8").replace('"matched": 880', '"matched": 881'), encoding="utf-8")
    assert cli.run(["compare", *map(str, kept)]) == 2
    assert "recaudit verify" in capsys.readouterr().err
    assert cli.run(["compare", str(kept[1]), "no/such/result"]) == 2


@pytest.mark.parametrize(("gate", "code"), [([], 0), (["--fail-on-new"], 1)])
def test_a_new_finding_is_printed_and_fails_where_asked(
    gate: list[str],
    code: int,
    kept: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "recaudit.audit.check", lambda plan, **options: Outcome(NEWER, 0, say("every claim is confirmed"))
    )
    plan = tmp_path / "recaudit.toml"
    plan.touch()
    assert cli.run(["check", str(plan), "--baseline", str(kept[0]), *gate]) == code
    out = capsys.readouterr().out
    assert out.startswith("finding\tnew\tKCB66103\tenc-has-condition\tmissed=2\t")
    assert f"exit\t{code}\twhy=" in out
    assert cli.run(["check", str(plan), "--baseline", str(kept[1]), *gate]) == 0


def test_new_needs_a_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", "--fail-on-new"]) == 2
    assert "--baseline" in capsys.readouterr().err
