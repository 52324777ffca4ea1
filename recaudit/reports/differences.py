"""What ``recaudit compare`` shows: what may have caused the changes, then the changes, gains and losses apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from recaudit.compare import Change, Comparison, Finding
from recaudit.compare import told as missed
from recaudit.reports import vocabulary
from recaudit.reports.inert import inert, visible
from recaudit.reports.languages import for_pipes, told, words
from recaudit.reports.look import Column, Sheet, hanging, heading, table
from recaudit.said import Said, SaidEntry, mark, say_n

SHOWN = 15
_HEADINGS = {"claim": mark("Claims"), "facility": mark("Facilities"), "rule": mark("Rules, missed of due")}
_SIGNS = {"better": ("✓ ", "confirmed"), "worse": ("✗ ", "refuted")}


def page(comparison: Comparison, sheet: Sheet) -> Group:
    """The whole comparison; lists are cut after a few lines and say how many are left."""
    return Group(*_page(comparison, sheet))


def _page(comparison: Comparison, sheet: Sheet) -> Iterator[RenderableType]:
    if not comparison.causes and not comparison.changes:
        yield Text(told("The two results say the same of the same inputs."))
        return
    yield Text(told("What is not what it was"), style="bold")
    kinds = [vocabulary.cause(cause.kind) for cause in comparison.causes]
    wide = max([len(kind) for kind in kinds], default=0)
    for kind, cause in zip(kinds, comparison.causes, strict=True):
        yield hanging(Text.assemble(f"  {kind:{wide}}  ", inert(words(cause.what))), wide + 4)
    if not comparison.causes:
        said = told("nothing that was recorded: neither data nor rules, policy, register or version")
        yield hanging(Text(f"  {said}"), 2)
    for kind, title in _HEADINGS.items():
        own = [change for change in comparison.changes if change.kind == kind]
        shown = [change for change in own if change.trend != "not comparable" and change.old != change.new]
        yield from _changes(words(Said(title)), shown, sheet)
    apart = [change for change in comparison.changes if change.trend == "not comparable"]
    yield from _not_comparable(apart)
    yield from _findings(told("Missed now, and not before"), [*missed(comparison.new)])
    yield from _findings(told("Missed before, and not now"), [*missed(comparison.gone, gone=True)])
    yield Text()
    yield Text(_summary(comparison), style="bold")


def _changes(title: str, changes: Sequence[Change], sheet: Sheet) -> Iterator[RenderableType]:
    if not changes:
        return
    yield heading(title)
    yield Text()
    columns = [Column(""), Column("", gives=True), Column(told("was")), Column(told("is")), Column("")]
    rows: list[list[Text | str]] = [
        [inert(one.id), vocabulary.part(one.part), _figure(one, one.old), _figure(one, one.new), _sign(one)]
        for one in _ranked(changes)[:SHOWN]
    ]
    yield table(columns, rows, sheet.width)
    yield from _more(len(changes))


def _ranked(changes: Sequence[Change]) -> list[Change]:
    """Losses first; within them the order of the comparison."""
    order = ("worse", "gone", "new", "changed", "better", "not comparable")
    return sorted(changes, key=lambda change: order.index(change.trend))


def _sign(change: Change) -> Text:
    sign, style = _SIGNS.get(change.trend, ("", "muted"))
    return Text(f"{sign}{vocabulary.change(change.trend)}", style)


def _figure(change: Change, figure: Said | SaidEntry | str) -> Text:
    """What a figure was or is: a code in words, a number as it is."""
    if isinstance(figure, str) and change.part == "verdict":
        return inert(vocabulary.verdict(figure))
    if isinstance(figure, str) and change.part == "status":
        return inert(vocabulary.status(figure))
    return inert(words(figure))


def _not_comparable(changes: Sequence[Change]) -> Iterator[RenderableType]:
    if not changes:
        return
    yield heading(told("Not comparable: neither gains nor losses"))
    for one in changes[:SHOWN]:
        figures = Text(f"  {visible(one.id)} {vocabulary.part(one.part)}: ")
        figures.append_text(_figure(one, one.old)).append(" | ").append_text(_figure(one, one.new)).append("  ")
        yield hanging(figures.append_text(inert(words(one.why), "muted")), 4)
    yield from _more(len(changes))


def fresh(findings: Sequence[Finding]) -> Group:
    """What ``check --baseline`` shows before its page."""
    return Group(*_findings(told("Missed now, and not in the baseline"), [*missed(findings)]))


def _findings(title: str, sentences: Sequence[Said]) -> Iterator[RenderableType]:
    if not sentences:
        return
    yield heading(title)
    for sentence in sentences[:SHOWN]:
        yield hanging(inert(f"  {words(sentence)}"), 4)
    yield from _more(len(sentences))


def _more(number: int) -> Iterator[RenderableType]:
    if number > SHOWN:
        yield Text(f"  {told('and {n} more; a pipe gets all of them', n=number - SHOWN)}", "muted")


def _summary(comparison: Comparison) -> str:
    better, worse, apart = (
        sum(change.trend == trend for change in comparison.changes) for trend in ("better", "worse", "not comparable")
    )
    fixed = sum(not one.why for one in comparison.gone)
    return told(
        "{better} better, {worse} worse, {apart} not comparable; {repaired} repaired, {new} new",
        better=better,
        worse=worse,
        apart=apart,
        repaired=say_n("{n} finding", "{n} findings", n=fixed),
        new=len(comparison.new),
    )


@for_pipes
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
