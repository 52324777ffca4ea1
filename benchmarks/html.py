"""How large and how quick the page of a province is: ``python -m benchmarks.html [OUT.md]``. See docs/benchmarks.md.

A province drawn with a seed (``benchmarks.province``), 15 000 facilities by 60 rules; its page is built twice, opened
afresh in headless Chromium. Measured in the page: from navigation until it can be read and used, from a key pressed in
the search until the list stands, from a click on the head of a column until it is sorted.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import machine
from benchmarks.province import province
from recaudit.reports.html.page import html

SEED: Final = 20261126
FACILITIES: Final = 15_000
RULES: Final = 60
CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TYPED: Final = ("t", "tr", "tram", "tram y te", "tram y te long", "")
MOST: Final = {"size": 2_000_000, "ready": 1_000, "filter": 150}
"""Bytes and milliseconds that we hold ourselves to."""
_FILTER: Final = """(typed) => typed.map((text) => {
  const field = document.getElementById("asked-q"), start = performance.now();
  field.value = text;
  field.dispatchEvent(new Event("input"));
  document.body.offsetHeight;
  return performance.now() - start;
})"""
_CHOOSE: Final = """() => {
  const field = document.getElementById("asked-status"), start = performance.now();
  field.value = "silent";
  field.dispatchEvent(new Event("change"));
  document.body.offsetHeight;
  return performance.now() - start;
}"""
_SORT: Final = """(column) => {
  const start = performance.now();
  document.querySelector(`[data-focus="sort-${column}"]`).click();
  document.body.offsetHeight;
  return performance.now() - start;
}"""
_GO: Final = """(hash) => new Promise((done) => {
  const start = performance.now();
  window.addEventListener("hashchange", () => { document.body.offsetHeight; done(performance.now() - start); });
  window.location.hash = hash;
})"""


@dataclass(frozen=True, slots=True)
class Built:
    """``seconds``: of each build. ``same``: whether all gave the same bytes."""

    page: bytes
    seconds: tuple[float, ...]
    same: bool


@dataclass(slots=True)
class Opened:
    """Milliseconds, one number a run."""

    ready: list[float]
    filtered: list[float]
    sorted: list[float]
    facility: list[float]
    rule: list[float]


def built(facilities: int, rules: int, times: int) -> tuple[Built, str, str]:
    """The page, and addresses of one of its facilities and one of its rules."""
    result = province(facilities, rules, SEED)
    pages, seconds = [], []
    for _ in range(times):
        start = time.perf_counter()
        pages.append(html(result))
        seconds.append(time.perf_counter() - start)
    one, rule = result["facilities"][facilities // 2], result["rules"][rules + rules // 2]
    addresses = f"#/facility/{one['sector']}/{one['id']}", f"#/rule/{rule['sector']}/{rule['id']}"
    return Built(pages[0], tuple(seconds), len(set(pages)) == 1), *addresses


def opened(page: bytes, facility: str, rule: str, rounds: int) -> Opened:
    """Each round in a browser context of its own, after one that is not counted."""
    found = Opened([], [], [], [], [])
    with tempfile.TemporaryDirectory(prefix="recaudit-benchmark-") as folder, _browser() as browser:
        file = Path(folder) / "report.html"
        file.write_bytes(page)
        for number in range(rounds + 1):
            context = browser.new_context(viewport={"width": 1280, "height": 860})
            tab = context.new_page()
            tab.goto(file.as_uri())
            tab.wait_for_selector("body[data-ready]")
            ready = float(tab.evaluate("document.body.dataset.ready"))
            tab.evaluate(_GO, "#/facilities")
            filtered = [*tab.evaluate(_FILTER, TYPED), tab.evaluate(_CHOOSE)]
            tab.evaluate(_GO, "#/facilities?q=")
            ordered = [tab.evaluate(_SORT, column) for column in ("name", "area", "gap")]
            first_facility, first_rule = tab.evaluate(_GO, facility), tab.evaluate(_GO, rule)
            context.close()
            if number:
                found.ready.append(ready)
                found.filtered += filtered
                found.sorted += ordered
                found.facility.append(first_facility)
                found.rule.append(first_rule)
    return found


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        try:
            yield browser
        finally:
            browser.close()


def table(built_: Built, found: Opened) -> list[str]:
    """A Markdown table: the median, the worst, and what we hold ourselves to."""
    lines = ["| | median | worst | at most |", "|---|--:|--:|--:|"]
    lines.append(f"| file | {len(built_.page):,} bytes | | {MOST['size']:,} bytes |")
    lines.append(_line("built", [1000 * one for one in built_.seconds], None))
    lines.append(_line("opened until it can be used", found.ready, MOST["ready"]))
    lines.append(_line("filtered: a key pressed, a choice made", found.filtered, MOST["filter"]))
    lines.append(_line("sorted by a column", found.sorted, None))
    lines.append(_line("page of a facility, the first that asks for counts by rule", found.facility, None))
    lines.append(_line("page of a rule, the next", found.rule, None))
    return lines


def _line(name: str, milliseconds: Sequence[float], most: int | None) -> str:
    limit = f"{most:,} ms" if most else ""
    return f"| {name} | {statistics.median(milliseconds):,.0f} ms | {max(milliseconds):,.0f} ms | {limit} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.html", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", help="write the table there; else it is printed")
    parser.add_argument("--facilities", type=int, default=FACILITIES)
    parser.add_argument("--rules", type=int, default=RULES)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args(arguments)
    said = machine()
    first, facility, rule = built(given.facilities, given.rules, 2)
    found = opened(first.page, facility, rule, given.rounds)
    text = "\n".join(
        [
            *(f"- {line}" for line in said),
            f"- {given.facilities:,} facilities, {given.rules} rules each, {given.rounds} rounds",
            f"- built twice: {'the same bytes' if first.same else 'NOT the same bytes'}",
            "",
            *table(first, found),
            "",
        ]
    )
    if given.out:
        given.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
