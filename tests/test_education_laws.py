"""Laws 1, 2 and 4 of SCORING section 6 over small schools with random defects, and each law is seen to fail.

Few examples by default, for an audit takes a second; ``RECAUDIT_EXHAUSTIVE=1`` asks for twenty times as many.
"""

from __future__ import annotations

import copy
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from recaudit import audit, engine
from recaudit.model import RUNGS, Rung
from tests import faults, one_school
from tests.counted_once import remembering
from tests.laws import TIMES, Result, raised, refuted_unread, reordered, told
from tests.losses import BREAKS, WITH_FILLED_CELLS
from tests.one_school import FIRST, LEARNERS, SECOND, Learner, Row, Tables, add, card_of

CARDS, RESULTS, APPROVALS = "rc_report_cards", "rc_subject_results", "rc_approvals"
Files = dict[str, bytes]
COUNT = remembering(engine.count)
"""For tests that audit the same rows as another does, where no fault lies in the counting."""

CLAIMS: Final = """
[suites]
education = ["users", "demographics", "rc_report_cards", "rc_subject_results", "due_results"]

[[claim]]
id = "all"
sector = "education"
rung = "complete"
target = "100 %"

[[claim]]
id = "most"
sector = "education"
rung = "attested"
target = "60 %"
excused = "accept"

[[claim]]
id = "schools"
sector = "education"
rung = "complete"
target = "50 %"
level = "facilities"
each = "60 %"

[[claim]]
id = "first"
sector = "education"
rung = "consistent"
target = "100 %"
scope = { facility = ["0660012"] }

[[claim]]
id = "second"
sector = "education"
rung = "complete"
target = "100 %"
scope = { facility = ["0660013"] }
"""
PLAN: Final = one_school.PLAN[: one_school.PLAN.index("[[claim]]")] + CLAIMS
MORE: Final = (
    Learner("00127", FIRST, "6", "Trần", "Bảo", "2014-05-05", "068214000000"),
    Learner("00128", SECOND, "10", "Y", "Bhim", "2010-05-05", "068210000000"),
)


def audited(of: Tables, *, workers: int = 1) -> Result:
    return judged(one_school.files(of, PLAN), workers=workers).result


def judged(files: Mapping[str, bytes], *, workers: int = 1) -> audit.Outcome:
    with tempfile.TemporaryDirectory() as folder:
        return audit.check(one_school.put(Path(folder), files), workers=workers)


@cache
def of_clean() -> Result:
    return audited(clean())


def clean() -> Tables:
    return one_school.tables((*LEARNERS, *MORE))


# -------------------------------------------------------------- schools with defects
def _blank(table: str, column: str, text: str = "") -> Callable[[Tables, Random], None]:
    def spoil(of: Tables, rng: Random) -> None:
        rng.choice([row for row in of[table] if row[column]])[column] = text

    return spoil


def _copy(of: Tables, rng: Random) -> None:
    """A second card of a learner: newer, older or without a time, with or without results, better or worse."""
    first = rng.choice(of[CARDS])
    learner = next(one for one in (*LEARNERS, *MORE) if one.id == first["studentSourcedId"])
    more = one_school.of_learner(learner)
    key = f"{first['reportCardId']}-{len(of[CARDS])}"
    kept: Tables = {
        table: [{**row, "reportCardId": key} for row in more[table] if table != RESULTS or rng.random() < 0.9]
        for table in (CARDS, RESULTS, APPROVALS)
    }
    kept[CARDS][0]["lastModifiedAt"] = rng.choice(("", "2026-05-24T08:00:00+07:00", "2026-05-27T08:00:00+07:00"))
    rng.choice((first, kept[CARDS][0]))["homeroomComment"] = rng.choice(("", "Chăm ngoan"))
    add(of, kept)


def _another_year(of: Tables, rng: Random) -> None:
    of[CARDS].append({**rng.choice(of[CARDS]), "reportCardId": f"old-{len(of[CARDS])}", "schoolYear": "2025"})


def _gone(table: str) -> Callable[[Tables, Random], None]:
    def spoil(of: Tables, rng: Random) -> None:
        of[table].remove(rng.choice(of[table]))

    return spoil


def _exempt(of: Tables, rng: Random) -> None:
    rng.choice([row for row in of[RESULTS] if row["score"]]).update(score="", exemptReason="illness")


DEFECTS: Final[Mapping[str, Callable[[Tables, Random], None]]] = {
    "no comment": _blank(CARDS, "homeroomComment"),
    "no score": _blank(RESULTS, "score", "N/A"),
    "no level": _blank(RESULTS, "level"),
    "no birth date": _blank("demographics", "birthDate", "31/02/2010"),
    "a grade that nobody has": _blank(CARDS, "gradeLevel", "13"),
    "too many days absent": _blank(CARDS, "daysAbsentExcused", "200"),
    "a result of no card": _blank(RESULTS, "reportCardId"),
    "a result of a strange card": _blank(RESULTS, "reportCardId", "nobody"),
    "no result": _gone(RESULTS),
    "no approval": _gone(APPROVALS),
    "no user": _gone("users"),
    "not on the roster": _gone("register/rosters"),
    "exempt": _exempt,
    "two cards": _copy,
    "another year": _another_year,
}


def random_schools(rng: Random) -> tuple[Tables, list[str]]:
    of, planted = clean(), rng.sample(sorted(DEFECTS), rng.randrange(5))
    for name in planted:
        DEFECTS[name](of, rng)
    return of, planted


# -------------------------------------------------------------- losses
@dataclass(frozen=True)
class Loss:
    """``unread``: what is lost is there and was not read, so that nothing may be refuted by it."""

    what: str
    files: Files
    unread: bool
    rungs: tuple[Rung, ...] = RUNGS


def changed(of: Tables, what: str, *, unread: bool, rungs: tuple[Rung, ...] = RUNGS) -> Loss:
    return Loss(what, one_school.files(of, PLAN), unread, rungs)


def single(of: Tables) -> list[Row]:
    """Cards whose learner has no other one: of several copies, losing one may leave the better one."""
    cards = Counter(card["studentSourcedId"] for card in of[CARDS])
    return [card for card in of[CARDS] if cards[card["studentSourcedId"]] == 1]


def package(of: Tables) -> list[str]:
    return sorted(table for table in of if not table.startswith("register/"))


def delete_record(of: Tables, rng: Random) -> Loss:
    """Every card of a learner, with what hangs on it."""
    learner = rng.choice(of[CARDS])["studentSourcedId"]
    gone = {card["reportCardId"] for card in of[CARDS] if card["studentSourcedId"] == learner}
    for table in (CARDS, RESULTS, APPROVALS):
        of[table] = [row for row in of[table] if row["reportCardId"] not in gone]
    of["enrollments"] = [row for row in of["enrollments"] if row["userSourcedId"] != learner]
    return changed(of, f"deleted: the cards of {learner}", unread=False)


def delete_file(of: Tables, rng: Random) -> Loss:
    lost = rng.choice(package(of))
    del of[lost]
    return changed(of, f"deleted: {lost}", unread=True)


def drop_column(of: Tables, rng: Random) -> Loss:
    """Any column, but for the time by which copies are told apart."""
    table = rng.choice(package(of))
    column = rng.choice([name for name in of[table][0] if name != "lastModifiedAt"])
    for row in of[table]:
        del row[column]
    return changed(of, f"dropped: {table}.{column}", unread=False)


ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    CARDS: ("classSourcedId", "gradeLevel", "homeroomComment", "decision"),
    RESULTS: ("score", "level", "comment", "subjectCode", "periodCode"),
    "users": ("familyName", "givenName", "identifier", "userMasterIdentifier"),
    "demographics": ("birthDate", "sex"),
}
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    CARDS: ("studentSourcedId", "schoolSourcedId", "schoolYear", "stage", "reportCardId"),
    RESULTS: ("reportCardId",),
    APPROVALS: ("reportCardId",),
}


def empty_cell(of: Tables, rng: Random) -> Loss:
    """A cell that a required rule asks for: empty, or a placeholder."""
    return _emptied(of, rng, ASKED, WITH_FILLED_CELLS)


def empty_key(of: Tables, rng: Random) -> Loss:
    """What says which record a row is, or is of."""
    return _emptied(of, rng, KEYS, RUNGS)


def _emptied(of: Tables, rng: Random, cells: Mapping[str, tuple[str, ...]], rungs: tuple[Rung, ...]) -> Loss:
    alone = single(of)
    found = [
        (table, row, column)
        for table, columns in cells.items()
        for row in (alone if table == CARDS else of[table])
        for column in columns
        if row[column] and row.get("schoolYear") != "2025"  # not the year that puts a card out of scope
    ]
    table, row, column = rng.choice(found)
    row[column] = rng.choice(("", " ", "N/A"))
    return changed(of, f"emptied: {table}.{column}", unread=False, rungs=rungs)


def duplicate(of: Tables, rng: Random) -> Loss:
    """A card with all that hangs on it, as it stands or under another name."""
    card = rng.choice(single(of) or of[CARDS])
    key = rng.choice((card["reportCardId"], f"again-{card['reportCardId']}"))
    for table in (CARDS, RESULTS, APPROVALS):
        of[table] += [{**row, "reportCardId": key} for row in of[table] if row["reportCardId"] == card["reportCardId"]]
    return changed(of, f"twice: {card['reportCardId']} as {key}", unread=False)


LINES: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "cut short": BREAKS["cut short"],
    "not UTF-8": lambda line: b"\xea" + line,
    "an open quote": lambda line: b'"' + line,
    "a comma more": lambda line: line + b",",
}


def break_line(of: Tables, rng: Random) -> Loss:
    """A line of any table, but for cards of learners who have several."""
    table, how = rng.choice([table for table in package(of) if of[table]]), rng.choice(sorted(LINES))
    places = [place for place, row in enumerate(of[table]) if table != CARDS or row in single(of)]
    files = one_school.files(of, PLAN)
    if not places:
        return Loss("nothing", files, unread=False)
    place = rng.choice(places) + 1
    lines = files[one_school.path_of(table)].split(b"\n")
    lines[place] = LINES[how](lines[place])
    files[one_school.path_of(table)] = b"\n".join(lines)
    return Loss(f"{how}: line {place + 1} of {table}", files, unread=True)


def cut_off(of: Tables, rng: Random) -> Loss:
    """A file that stops inside a line; none in which a learner has several cards."""
    tables = [table for table in package(of) if table != CARDS or len(single(of)) == len(of[CARDS])]
    table = rng.choice([table for table in tables if len(of[table])])
    files = one_school.files(of, PLAN)
    content = files[one_school.path_of(table)]
    body = content.index(b"\n") + 1
    at = rng.randrange(body, len(content) - 1)
    while content[at - 1 : at] == b"\n" or content[at : at + 1] == b"\n":
        at += 1 if at < len(content) - 2 else -3
    files[one_school.path_of(table)] = content[:at]
    return Loss(f"cut off: {table} after {at} bytes", files, unread=True)


LOSSES: Final[Mapping[str, Callable[[Tables, Random], Loss]]] = {
    lose.__name__: lose
    for lose in (
        delete_record,
        delete_file,
        drop_column,
        empty_cell,
        empty_key,
        duplicate,
        break_line,
        cut_off,
    )
}


# -------------------------------------------------------------- law 1
def every_file_is_empty(of: Tables) -> None:
    for table in package(of):
        of[table] = []


def a_school_is_empty(of: Tables) -> None:
    for card in [card for card in of[CARDS] if card["schoolSourcedId"] == one_school.org(SECOND)]:
        for table in (CARDS, RESULTS, APPROVALS):
            of[table] = [row for row in of[table] if row["reportCardId"] != card["reportCardId"]]


def a_table_is_missing(of: Tables) -> None:
    del of[RESULTS]


def a_column_is_missing(of: Tables) -> None:
    for row in of[RESULTS]:
        del row["level"]


def test_clean_schools_are_confirmed() -> None:
    assert {claim["verdict"] for claim in of_clean()["claims"]} == {"confirmed"}


LOST: Final = (every_file_is_empty, a_school_is_empty, a_table_is_missing, a_column_is_missing)


@pytest.mark.parametrize("lost", LOST)
def test_law_1_nothing_rises_where_nothing_is(lost: one_school.Change) -> None:
    of = clean()
    lost(of)
    after = judged(one_school.files(of, PLAN))
    assert told(raised(of_clean(), after.result)) == ""
    assert after.code in (1, 3)
    for was, now in zip(of_clean()["facilities"], after.result["facilities"], strict=True):
        assert all(now["rungs"][rung]["reached"] <= was["rungs"][rung]["reached"] for rung in RUNGS)
    assert any(claim["verdict"] != "confirmed" for claim in after.result["claims"])


# -------------------------------------------------------------- law 2
def law(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return settings(
        max_examples=examples * TIMES,
        derandomize=TIMES == 1,
        deadline=None,
        database=None,
        phases=(Phase.generate,),  # a smaller example would cost an audit a step
        suppress_health_check=[HealthCheck.too_slow],
    )


seeds = st.integers(0, 2**32 - 1)


@law(examples=2)
@given(seed=seeds)
def test_law_2_a_loss_raises_no_low_bound(seed: int) -> None:
    rng = Random(seed)
    of, planted = random_schools(rng)
    before = audited(of)
    for kind in rng.sample(sorted(LOSSES), 3):
        loss = LOSSES[kind](copy.deepcopy(of), rng)
        after = judged(loss.files).result
        assert told(raised(before, after, loss.rungs)) == "", (planted, loss.what)
        if loss.unread:
            assert told(refuted_unread(before, after)) == "", (planted, loss.what)


# -------------------------------------------------------------- law 4
def shuffled(of: Tables, rng: Random) -> Files:
    """The same rows in another order, and some tables in two folders."""
    files = one_school.files({table: rng.sample(rows, len(rows)) for table, rows in of.items()}, PLAN)
    for table in package(of):
        path = one_school.path_of(table)
        if table not in ("manifest", "orgs", "academicSessions") and rng.random() < 0.5:
            header, *lines = files.pop(path).decode().splitlines(keepends=True)
            at = rng.randrange(len(lines) + 1)
            for folder, some in (("z", lines[:at]), ("a", lines[at:])):
                files[path.replace("package/", f"package/{folder}/")] = "".join([header, *some]).encode()
    return files


def varied(rng: Random) -> Tables:
    """All defects at once, and results that stand there twice with other scores."""
    of = clean()
    for name in (*sorted(DEFECTS), "two cards", "two cards"):
        DEFECTS[name](of, rng)
    of[RESULTS] += [{**row, "score": "2.5"} for row in rng.sample([row for row in of[RESULTS] if row["score"]], 2)]
    return of


@law(examples=1)
@given(seed=seeds)
def test_law_4_the_order_of_rows_and_files_changes_nothing_and_two_workers_say_the_same_byte_by_byte(seed: int) -> None:
    rng = Random(seed)
    of = varied(rng)
    one = audited(of)
    assert audited(of, workers=2)["digest"] == one["digest"]
    assert told(reordered(one, judged(shuffled(of, rng)).result)) == ""


# -------------------------------------------------------------- every law is seen to fail
def short() -> Tables:
    """Clean, but for a score of one learner of the second school."""
    of = clean()
    row = next(row for row in of[RESULTS] if row["reportCardId"] == card_of("00125") and row["score"])
    row["score"] = ""
    return of


def table_lost(of: Tables) -> Files:
    del of[RESULTS]
    return one_school.files(of, PLAN)


def record_lost(of: Tables) -> Files:
    one_school.drop(CARDS, reportCardId=card_of("00125"))(of)
    return one_school.files(of, PLAN)


def school_lost(of: Tables) -> Files:
    a_school_is_empty(of)
    return one_school.files(of, PLAN)


SEEN: Final = (
    (faults.what_is_open_counts_as_reached, table_lost),
    (faults.silent_facilities_are_left_out, school_lost),
    (faults.shares_are_of_the_received, record_lost),
)


@pytest.mark.parametrize(("fault", "lost"), SEEN, ids=[fault.__name__ for fault, _ in SEEN])
def test_laws_1_and_2_see(
    fault: Callable[[pytest.MonkeyPatch], None], lost: Callable[[Tables], Files], monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault not in faults.INSIDE:
        monkeypatch.setattr(engine, "count", COUNT)
    fault(monkeypatch)
    assert raised(audited(short()), judged(lost(short())).result) != []


def test_what_is_unread_is_seen_to_refute(monkeypatch: pytest.MonkeyPatch) -> None:
    faults.every_table_is_taken_as_handed_in(monkeypatch)
    assert refuted_unread(of_clean(), judged(table_lost(clean())).result) != []


def test_law_4_sees_the_first_copy_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    of = clean()
    for table in (CARDS, RESULTS, APPROVALS):
        rows = [row for row in of[table] if row["reportCardId"] == card_of("00125")]
        of[table] += [{**row, "reportCardId": "other"} for row in rows]
    of[CARDS][-1].update(lastModifiedAt="2026-05-27T08:00:00+07:00", homeroomComment="")
    faults.the_first_copy_stands(monkeypatch)
    backwards = {table: rows[::-1] for table, rows in of.items()}
    assert reordered(audited(of), audited(backwards)) != []
