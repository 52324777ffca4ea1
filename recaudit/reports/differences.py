"""What ``recaudit compare`` shows: what may have caused the changes, then the changes, gains and losses apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from recaudit.compare import Change, Comparison, Finding, told
from recaudit.reports.inert import inert, visible
from recaudit.reports.languages import called, words
from recaudit.reports.look import Column, Sheet, hanging, heading, table
from recaudit.reports.numbers import counted, grouped

SHOWN = 15
_HEADINGS = {"claim": "Claims", "facility": "Facilities", "rule": "Rules, missed of due"}
_SIGNS = {"better": ("✓ better", "confirmed"), "worse": ("✗ worse", "refuted")}


def page(comparison: Comparison, sheet: Sheet) -> Group:
    """The whole comparison; lists are cut after a few lines and say how many are left."""
    return Group(*_page(comparison, sheet))


def _page(comparison: Comparison, sheet: Sheet) -> Iterator[RenderableType]:
    if not comparison.causes and not comparison.changes:
        yield Text("The two results say the same of the same inputs.")
        return
    yield Text("What is not what it was", style="bold")
    for cause in comparison.causes:
        yield hanging(Text.assemble(f"  {called(cause.kind):10}", inert(words(cause.what))), 12)
    if not comparison.causes:
        yield Text("  nothing that was recorded: neither data nor rules, policy, register or version")
    for kind, title in _HEADINGS.items():
        own = [change for change in comparison.changes if change.kind == kind]
        shown = [change for change in own if change.trend != "not comparable" and change.old != change.new]
        yield from _changes(title, shown, sheet)
    apart = [change for change in comparison.changes if change.trend == "not comparable"]
    yield from _not_comparable(apart)
    yield from _findings("Missed now, and not before", comparison.new)
    yield from _findings("Missed before, and not now", comparison.gone, gone=True)
    yield Text()
    yield Text(_summary(comparison), style="bold")


def _changes(title: str, changes: Sequence[Change], sheet: Sheet) -> Iterator[RenderableType]:
    if not changes:
        return
    yield heading(title)
    yield Text()
    columns = [Column(""), Column("", gives=True), Column("was"), Column("is"), Column("")]
    rows = [
        [inert(one.id), inert(called(one.part)), inert(words(one.old)), inert(words(one.new)), _sign(one)]
        for one in _ranked(changes)[:SHOWN]
    ]
    yield table(columns, rows, sheet.width)
    yield from _more(len(changes))


def _ranked(changes: Sequence[Change]) -> list[Change]:
    """Losses first; within them the order of the comparison."""
    order = ("worse", "gone", "new", "changed", "better", "not comparable")
    return sorted(changes, key=lambda change: order.index(change.trend))


def _sign(change: Change) -> Text:
    word, style = _SIGNS.get(change.trend, (change.trend, "muted"))
    return Text(word, style)


def _not_comparable(changes: Sequence[Change]) -> Iterator[RenderableType]:
    if not changes:
        return
    yield heading("Not comparable: neither gains nor losses")
    for one in changes[:SHOWN]:
        figures = f"  {one.id} {called(one.part)}: {words(one.old)} | {words(one.new)}  "
        yield hanging(Text.assemble(inert(figures), inert(words(one.why), "muted")), 4)
    yield from _more(len(changes))


def fresh(findings: Sequence[Finding]) -> Group:
    """What ``check --baseline`` shows before its page."""
    return Group(*_findings("Missed now, and not in the baseline", findings))


def _findings(title: str, findings: Sequence[Finding], *, gone: bool = False) -> Iterator[RenderableType]:
    if not findings:
        return
    yield heading(title)
    for sentence in told(findings[:SHOWN], gone=gone):
        yield hanging(inert(f"  {words(sentence)}"), 4)
    yield from _more(len(findings))


def _more(number: int) -> Iterator[RenderableType]:
    if number > SHOWN:
        yield Text(f"  and {grouped(number - SHOWN)} more; a pipe gets all of them", "muted")


def _summary(comparison: Comparison) -> str:
    better, worse, apart = (
        sum(change.trend == trend for change in comparison.changes) for trend in ("better", "worse", "not comparable")
    )
    fixed = sum(not one.why for one in comparison.gone)
    return (
        f"{grouped(better)} better, {grouped(worse)} worse, {grouped(apart)} not comparable; "
        f"{counted(fixed, 'finding')} repaired, {grouped(len(comparison.new))} new"
    )


def lines(comparison: Comparison) -> Iterator[str]:
    """The same for pipes, nothing left out: ``cause``, ``change``, ``finding`` and one ``summary``; tab-separated."""
    for cause in comparison.causes:
        yield _line("cause", cause.kind, what=str(cause.what))
    for one in comparison.changes:
        fields = {
            "was": str(one.old),
            "is": str(one.new),
            "trend": one.trend,
            "why": str(one.why or ""),
            "sector": one.sector,
        }
        yield _line("change", one.kind, one.id, one.part, **fields)
    for word, findings in (("new", comparison.new), ("gone", comparison.gone)):
        for found in findings:
            yield finding(found, word)
    yield _line("summary", said=_summary(comparison))


def finding(found: Finding, word: str) -> str:
    """One finding as a line; also what ``check --baseline`` prints."""
    return _line(
        "finding",
        word,
        found.facility,
        found.rule,
        missed=str(found.missed),
        why=str(found.why or ""),
        sector=found.sector,
    )


def _line(kind: str, *names: str, **fields: str) -> str:
    named = (f"{key}={visible(value) or '-'}" for key, value in fields.items())
    return "\t".join([kind, *map(visible, names), *named])
