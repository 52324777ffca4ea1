"""The contracts of exports say what pandera says of them, and cost none of its imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit.csvfiles import broken, failed
from recaudit.education.checks import checks_of
from recaudit.education.formats import specifications

SESSIONS = {name: checks_of(column, "delta") for name, column in specifications()["academicSessions"].columns.items()}
CHECKS = {name: checks for name, checks in SESSIONS.items() if checks}
CELL = st.sampled_from(["", " ", "a1", "é", "2026", "2026-02-30", "2026-02-28", "active", "term", "ext:x"])

PROGRAM = """
import sys
from recaudit.cli import run
code = run(["check", sys.argv[1], "--quiet"])
print(code, sorted({"pandas", "pandera", "hypothesis"} & set(sys.modules)))
"""


@settings(max_examples=20)
@given(st.integers(0, 4).flatmap(lambda rows: st.tuples(*[st.lists(CELL, min_size=rows, max_size=rows)] * len(CHECKS))))
def test_a_contract_says_what_pandera_says(columns: tuple[list[str], ...]) -> None:
    frame = pl.DataFrame(dict(zip(CHECKS, columns, strict=True)), schema=dict.fromkeys(CHECKS, pl.String))
    ours, theirs = (
        {(one.column, one.check.name): one.rows.cast(pl.Int64).sort().to_list() for one in ask(frame, CHECKS)}
        for ask in (broken, failed)
    )
    assert ours == theirs


def test_a_faulty_export_is_judged_without_pandera_and_pandas(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text(
        "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName\n"
        "u1,,,yes,user1,,Hà,Trần\nu1,,,true,user2,,Hà,\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("1 []\n", "")
