"""Small counts are not shown, and no sum that is shown gives them away."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit import cli
from recaudit.reports import judgements, lines, places, terminal
from recaudit.reports.hiding import EVERYTHING_SHOWN, Hidden, Place, hidden, hiding
from recaudit.reports.look import Sheet, console, rendered
from recaudit.result import Result
from recaudit.resultfile import write
from recaudit.said import as_entry, say
from tests.golden.province import province

Sites = list[tuple[int | None, int, str]]  # expected, read, area
PARENTS = {"P": "", "A": "P", "B": "P", "C": ""}
SITES = st.lists(
    st.tuples(st.none() | st.integers(0, 12), st.integers(0, 12), st.sampled_from(["A", "B", "C", "P", ""])), max_size=9
)


def world(sites: Sites) -> Result:
    """As much of a result as ``hidden`` looks at."""
    facilities = [
        {"id": str(place), "sector": "health", "area": area, "expected": expected, "read": read}
        for place, (expected, read, area) in enumerate(sites)
    ]
    areas = [{"code": code, "parent": parent} for code, parent in PARENTS.items()]
    return cast(Result, {"facilities": facilities, "areas": areas, "totals": {"health": {}}})


def sums(sites: Sites) -> list[dict[Place, Fraction]]:
    """Every sum that the pages show, as an equation: the whole is 1, each part -1. Written apart from ``hiding``."""
    equations = []
    for whole in ("", *PARENTS):
        name: Place = ("area", f"health/{whole}") if whole else ("sector", "health")
        equation = {name: Fraction(1)}
        for place, (_, _, area) in enumerate(sites):
            if area == whole:
                equation["facility", f"health/{place}"] = Fraction(-1)
        for code, parent in PARENTS.items():
            if parent == whole:
                equation["area", f"health/{code}"] = Fraction(-1)
        equations.append(equation)
    return equations


def sizes(sites: Sites, of: int) -> dict[Place, int]:
    """Records expected (0) or rows read (1) of each place."""
    found: dict[Place, int] = {("sector", "health"): sum(site[of] or 0 for site in cast(Any, sites))}
    for code in PARENTS:
        inside = [site for site in cast(Any, sites) if code in (site[2], PARENTS.get(site[2]))]
        found["area", f"health/{code}"] = sum(site[of] or 0 for site in inside)
    for place, site in enumerate(cast(Any, sites)):
        found["facility", f"health/{place}"] = site[of] or 0
    return found


def follows(of: Place, equations: list[dict[Place, Fraction]]) -> bool:
    """Does what is not known of ``of`` follow from the equations? Elimination over everything else."""
    rows = [dict(row) for row in equations]
    for name in sorted({name for row in rows for name in row} - {of}):
        pivot = next((row for row in rows if row.get(name)), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        for row in rows:
            if factor := row.get(name, Fraction(0)) / pivot[name]:
                for key, value in pivot.items():
                    row[key] = row.get(key, Fraction(0)) - factor * value
    return any(row.get(of) for row in rows)


@given(SITES, st.integers(2, 9))
def test_no_hidden_count_follows_from_the_sums_that_are_shown(sites: Sites, below: int) -> None:
    gone = hidden(world(sites), below)
    for of in (0, 1):
        size = sizes(sites, of)
        open_ = [{name: n for name, n in row.items() if name in gone and size[name]} for row in sums(sites)]
        for place in gone:
            assert not size[place] or not follows(place, open_), place


@given(SITES, st.integers(2, 9))
def test_what_has_few_is_hidden_and_what_has_none_is_not(sites: Sites, below: int) -> None:
    gone = hidden(world(sites), below)
    for place, n in sizes(sites, 0).items():
        size = n or sizes(sites, 1)[place]
        assert place in gone or not 0 < size < below
        assert size or place not in gone


@given(SITES)
def test_where_nobody_has_few_nothing_is_hidden(sites: Sites) -> None:
    few = any(0 < (expected or read) < 5 for expected, read, _ in sites)
    areas_with_few = any(0 < n < 5 for n in sizes(sites, 0).values())
    assert few or areas_with_few or hidden(world(sites), 5) == frozenset()
    assert hidden(world(sites), 1) == frozenset()


def test_the_next_smallest_of_the_area_goes_too() -> None:
    sites: Sites = [(3, 3, "A"), (40, 40, "A"), (20, 20, "A"), (50, 50, "C"), (60, 60, "C")]
    assert hidden(world(sites), 10) == {("facility", "health/0"), ("facility", "health/2")}


def test_two_that_together_have_few_take_a_third() -> None:
    sites: Sites = [(3, 3, "A"), (4, 4, "A"), (20, 20, "A"), (30, 30, "A"), (50, 50, "C")]
    assert hidden(world(sites), 10) == {("facility", f"health/{place}") for place in (0, 1, 2)}


def test_a_facility_alone_in_its_area_takes_the_area_and_a_neighbour_of_it() -> None:
    sites: Sites = [(3, 3, "A"), (40, 40, "B"), (50, 50, "B"), (60, 60, "C")]
    assert hidden(world(sites), 10) == {
        ("facility", "health/0"),
        ("area", "health/A"),
        ("area", "health/B"),
        ("facility", "health/1"),
    }


def test_without_areas_the_sector_is_the_sum() -> None:
    sites: Sites = [(3, 3, ""), (40, 40, ""), (50, 50, "")]
    assert hidden(world(sites), 10) == {("facility", "health/0"), ("facility", "health/1")}
    assert hidden(world([(3, 3, "")]), 10) == {("facility", "health/0"), ("sector", "health")}


def test_a_claim_is_hidden_where_its_sums_differ_from_those_of_its_area_by_one_who_may_lie_elsewhere() -> None:
    """The sums of A have the first site, a claim about A has it not: their difference would give it away."""
    result = world([(3, 3, "A"), (40, 40, "A"), (50, 50, "B")])
    gone = Hidden(10, frozenset({("facility", "health/0"), ("facility", "health/1")}))
    about: Any = {"areas": ["A"], "kinds": [], "vendors": [], "facilities": []}
    resolved = {"split": [{"facility": "0", "code": "O", "area": "A", "may_be": ["B"]}], "unresolved": []}
    assert not gone.scope({**result, "register": None}, "health", about)
    placed: Any = {**result, "register": {"resolved": resolved}}
    assert gone.scope(placed, "health", about)
    about["areas"] = ["B"]
    assert [one["id"] for one in gone.within(placed, "health", about)] == ["0"]


# -------------------------------------------------------------- what is printed
BELOW = 100
SMALL = 7  # an expected number that stands nowhere else in the province


def small() -> tuple[Result, Hidden]:
    """The province, its smallest facility with few records; what is hidden then."""
    result = province()
    return result, hiding(result, BELOW)


def everything(result: Result, gone: Hidden) -> dict[str, str]:
    """Every page and every list of lines of a result."""
    found = {}
    for width in (80, 120):
        screen = console()
        screen.width = width
        sheet = Sheet(width, hidden=gone)
        found[f"overview {width}"] = rendered(screen, terminal.overview(result, sheet))
        for one in result["facilities"]:
            found[f"facility {one['id']} {width}"] = rendered(screen, places.facility(result, one["id"], sheet))
        for area in result["areas"]:
            found[f"area {area['code']} {width}"] = rendered(screen, places.area(result, area["code"], sheet))
        for claim in result["claims"]:
            found[f"claim {claim['id']} {width}"] = rendered(screen, judgements.claim(result, claim["id"], sheet))
        for rule in result["rules"]:
            found[f"rule {rule['id']} {width}"] = rendered(screen, judgements.rule(result, rule["id"], sheet))
    found["lines"] = "\n".join(lines.overview(result, gone))
    for one in result["facilities"]:
        found[f"lines {one['id']}"] = "\n".join(lines.facility(result, one["id"], gone))
    for area in result["areas"]:
        found[f"lines {area['code']}"] = "\n".join(lines.area(result, area["code"], gone))
    for claim in result["claims"]:
        found[f"lines {claim['id']}"] = "\n".join(lines.claim(result, claim["id"], gone))
    for rule in result["rules"]:
        found[f"lines {rule['id']}"] = "\n".join(lines.rule(result, rule["id"], gone))
    return found


def altered(result: Result, gone: Hidden) -> Result:
    """The same result with other counts in hidden facilities, such that every sum that is shown stays."""
    first, second = gone.unseen(result["facilities"])[:2]
    for one, by in ((first, 1), (second, -1)):
        one["expected"] = (one["expected"] or 0) + by
        one["read"] += by
        one["matched"] += by
        one["missing"] += 3
        for at in one["rungs"].values():
            at["reached"] += by
        for counts in one["rules"].values():
            counts["unmet"] += by
            counts["solo"] += by
    return result


def test_the_province_has_something_to_hide() -> None:
    result, gone = small()
    assert 2 <= len(gone.unseen(result["facilities"])) < len(result["facilities"])
    assert not gone.sector("health")


def test_other_counts_in_hidden_facilities_change_no_page() -> None:
    """Whatever hidden facilities have, as long as the sums are the same, the same is printed."""
    result, gone = small()
    before = everything(result, gone)
    assert everything(province(), EVERYTHING_SHOWN) != before
    after = everything(altered(result, gone), gone)
    assert {name for name in before if before[name] != after[name]} == set()
    assert everything(altered(province(), gone), EVERYTHING_SHOWN) != everything(province(), EVERYTHING_SHOWN)


def test_what_counts_single_places_is_not_printed_where_one_is_hidden() -> None:
    """A note, a recount that looked at a hidden facility, and a cell in which two engines disagree."""
    result, gone = small()
    one = gone.unseen(result["facilities"])[0]["id"]
    result["notes"] = [as_entry(say("{facility}: its roster lists 41 records", facility=one))]
    counts = {"frame": 43, "sampled": 3, "answered": 3, "found": 3, "matching": 1, "factor": None}
    recount: dict[str, Any] = {
        **counts,
        "name": "visit",
        "sector": "health",
        "of": "records",
        "claim": "emr-100",
        "by": "b",
        "date": "2026-01-02",
        "confidence": "0.95",
        "design_effect": "1",
        "independent": True,
        "drawn": True,
        "low": "0.4",
        "high": "0.9",
        "facilities": [{**counts, "id": one, "p": None, "flagged": False}],
    }
    result["recounts"] = [cast(Any, recount)]
    whole = everything(result, EVERYTHING_SHOWN)
    assert "lists 41" in whole["overview 80"]
    assert all("43" in whole[name] for name in ("overview 80", "claim emr-100 80", "lines", "lines emr-100"))
    hidden_now = everything(result, gone)
    assert [name for name, page in hidden_now.items() if "lists 41" in page or "drawn from 43" in page] == []
    assert "frame=43" not in hidden_now["lines"] + hidden_now["lines emr-100"]


def test_the_next_commands_hide_too() -> None:
    _, gone = small()
    assert Sheet(80, hidden=gone).show("facility", "66001").endswith(f" --hide-below {BELOW}")


def test_a_hidden_facility_has_a_page_that_says_so() -> None:
    result, gone = small()
    one = gone.unseen(result["facilities"])[0]
    screen = console()
    screen.width = 80
    page = rendered(screen, places.facility(result, one["id"], Sheet(80, hidden=gone)))
    assert one["id"] in page
    assert "not shown (--hide-below 100)" in " ".join(page.split())
    [line] = lines.facility(result, one["id"], gone)
    assert line.startswith(f"facility\t{one['id']}\thidden\tbelow=100\t")


def test_a_sector_that_has_few_shows_no_sum() -> None:
    result = province()
    gone = hiding(result, 10**6)
    assert gone.sector("health")
    for name, page in everything(result, gone).items():
        assert not [number for number in ("1,803", "=1803") if number in page], (
            name
        )  # what is expected of the whole sector


def test_other_sums_of_a_rule_change_no_page_where_the_sector_shows_none() -> None:
    """Not even whether some row of a rule was not assessable, and why."""
    result = province()
    rule = next(rule for rule in result["rules"] if not rule["totals"]["not_assessable"])
    of = {"sector": rule["sector"], "rules": [rule["id"]]}
    result["not_looked_at"] = [cast(Any, {"what": rule["table"], "why": as_entry(say("not received")), **of})]
    gone = hiding(result, 10**6)
    before, shown = everything(result, gone), everything(result, EVERYTHING_SHOWN)
    rule["totals"]["not_assessable"] += rule["totals"]["met"]
    rule["totals"]["met"] = 0
    assert everything(result, EVERYTHING_SHOWN) != shown
    assert everything(result, gone) == before


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    write(province(), tmp_path / "recaudit-result.json")
    return tmp_path


def test_show_hides_too(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result, gone = small()
    assert cli.run(["show", "--result", str(kept), "--hide-below", str(BELOW)]) == 0
    assert capsys.readouterr().out.splitlines() == list(lines.overview(result, gone))


@pytest.mark.parametrize("form", ["json", "bundle:b.zip"])
def test_what_holds_every_count_is_refused(form: str, kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (kept / "recaudit.toml").touch()
    assert cli.run(["check", str(kept), "--hide-below", "5", "-f", form]) == 2
    assert "holds every count" in capsys.readouterr().err
