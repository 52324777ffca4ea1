"""The columns of a view as one Python function, generated from their paths: the interpreter's cells, sooner.

In nearly every resource the value stands first where its path leads. The generated code looks there; what is otherwise
(a second element of a list, an object where text is due, an absence that may have a reason) it hands to the functions
of ``SeamColumn``, which stay the definition of a cell. Only paths that were parsed from a view are written into the
source, names through ``repr``: nothing of an export can reach it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from math import isfinite
from typing import Any, Final
from zoneinfo import ZoneInfo

from recaudit import values
from recaudit.health.column import SeamColumn, Trail
from recaudit.health.evaluate import Around, Element, Resource, choice, reference_key
from recaudit.health.fhirpath import Call, Node, Step, This
from recaudit.health.firsts import First, plain
from recaudit.health.guards import NOTHING_OF_NOTHING, guard_of, holder
from recaudit.seam import RANGED

Cell = tuple[str | int | None, ...]
"""The text and its bucket; of a date also the first and the last microsecond."""

Cells = Callable[[Resource, Mapping[str, str]], list[str | int | None]]
"""(one resource, where the references of its Bundle lead) -> all its cells, in the order of the seam."""

Lines = Iterator[str]

_MANY: Final = 1 << 12  # cells remembered at once of each kind: an export has few codes, each many times
_LONG: Final = 100  # characters; a longer text is not remembered
_ALONE: Final = Around({})
_JUST_TEXT: Final = values.KINDS - {"date", "number"}  # any text is a value, that is no filler and not blank
_SEVERAL: Final = 4  # names from which on a set is asked


def span_of(text: str | None, zone: ZoneInfo) -> tuple[int | None, int | None]:
    """First and last microsecond that the text of a date may mean; twice None for no text."""
    return (None, None) if text is None else values.span(text, zone) or (None, None)


class Remembered(dict[str, Any]):
    """What ``make`` says of a text, asked once; of a long one each time. When there are many, all are forgotten."""

    def __init__(self, make: Callable[[str], Any]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, key: str) -> Any:  # noqa: ANN401
        made = self.make(key)
        if len(key) <= _LONG:
            if len(self) >= _MANY:
                self.clear()
            self[key] = made
        return made


@lru_cache(maxsize=64)  # a process reads one chunk after another
def compiled(columns: tuple[SeamColumn, ...], zone: ZoneInfo) -> Cells:
    """The cells of one resource after another, as ``SeamView.cells`` gives them. No columns give no cells."""
    known: dict[str, Any] = {}
    exec(compile(source(columns, zone, known), "<columns of a view>", "exec"), known)
    cells: Cells = known["cells"]
    return cells


def source(columns: Sequence[SeamColumn], zone: ZoneInfo, known: dict[str, Any]) -> str:
    """The text of the generated functions. What they name is put into ``known``."""
    shared = _Shared(known, {}, {})
    lines: list[str] = []
    for i, column in enumerate(columns):
        lines += [f"while True:  # {column.name!r}", *_in(_column(f"c{i}", column, zone, shared))]
    unasked = [f"{name} = None" for name in shared.held.values()]
    cells = ", ".join(f"*c{i}" for i in range(len(columns)))
    return "\n".join(["def cells(r, follow):", *_in([*unasked, *lines, f"return [{cells}]"]), ""])


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the columns of a view have in common."""

    known: dict[str, Any]  # what the text names
    memories: dict[str, Remembered]  # kind -> cells of texts
    held: dict[tuple[tuple[str, ...], str], str]  # place, key -> the variable with the texts that stand there


def _is(of: str, cell: str) -> str:
    """The cell of a column is known: leave its block."""
    return f"{of} = {cell}; break"


def _column(of: str, column: SeamColumn, zone: ZoneInfo, shared: _Shared) -> Lines:
    """One column: its places in turn, then why there is nothing. For the path ``class.code``:

    .. code-block:: python

        while True:  # 'class'
            v = r.get('class')
            if v is not None:
                sure = True                                # that what is not found is not there
                if type(v) is list:
                    if len(v) > 1: sure = False
                    v = v[0] if v else None
                if type(v) is dict:
                    v = v.get('code')
                    if type(v) is str: c1 = c1_texts[v]; break
                    if v is not None:
                        …                                  # the first of a list
                        if v is not None: c1 = c1_cell(v); break
                if v is not None or not sure:              # the long way
                    v = c1_place0(r, follow)
                    if v is not None: c1 = c1_cell(v); break
            if '_class' in r or 'class' in r: c1 = c1_missing(r, follow); break
            c1 = c1_nothing; break
    """
    ranged = column.kind in RANGED

    def with_span(value: Element) -> Cell:
        if type(value) is str:
            bucket, span = values.dated(value, zone)
            return (None, bucket, None, None) if span is None else (value, bucket, *span)
        text, bucket = column.of(value)
        return text, bucket, *span_of(text, zone)

    make: Callable[[Element], Cell] = with_span if ranged else column.of

    def blank(bucket: int) -> Cell:
        return (None, bucket, None, None) if ranged else (None, bucket)

    known = shared.known
    texts = shared.memories.setdefault(column.kind, Remembered(make))
    last: list[Any] = known.setdefault("last", [None, ""])  # two columns often show the same decimal
    fillers = values.placeholders(column.kind)

    def cell(value: Element) -> Cell:
        if type(value) is str:
            found: Cell = texts[value]
            return found
        if type(value) is float and not ranged and isfinite(value) and not value.is_integer():  # as ``column.of`` does
            if value is not last[0]:
                last[:] = value, repr(value)
            text = last[1]
            return (None, values.PLACEHOLDER) if text in fillers else (text, values.VALUE)
        return make(value)

    known |= {
        f"{of}_texts": texts,
        f"{of}_cell": cell,
        f"{of}_missing": lambda r, follow: blank(column.absent(r, Around(r, follow))),
        f"{of}_nothing": blank(values.NULL),
    }
    for i, (tree, place) in enumerate(zip(column.trees, column.places, strict=True)):
        known[f"{of}_place{i}"] = _around(place)
        long_way = [f"v = {of}_place{i}(r, follow)", f"if v is not None: {_is(of, f'{of}_cell(v)')}"]
        yield from _place(of, i, tree, long_way, shared, make, column.kind)
    yield from _absence(column, [_is(of, f"{of}_missing(r, follow)")], shared)
    yield _is(of, f"{of}_nothing")


def _place(
    of: str,
    i: int,
    tree: Node,
    long_way: Sequence[str],
    shared: _Shared,
    make: Callable[[Element], Cell],
    kind: str,
) -> Lines:
    """Lines that set the cell of the first value a path gives, and go on when it gives none."""
    while isinstance(tree, Call) and tree.function == "first":
        tree = tree.base
    match tree:
        case Call(base, "getReferenceKey", arguments) if names := plain(base):
            wanted = arguments[0].name if arguments and isinstance(arguments[0], Step) else None
            shared.known[f"{of}_keys{i}"] = Remembered(_key(wanted, make, kind))
            reference = [
                "if type(v) is dict:",
                "    v = v.get('reference')",
                "    if type(v) is str:",
                "        if follow: v = follow.get(v, v)",
                f"        v = {of}_keys{i}[v]",
                f"        if v is not None: {_is(of, 'v')}",
            ]
            yield from _descent(names, (), [*reference, *long_way])
        case Call(Step() as element, "ofType", (Step(This(), type_name),)) if type_name[0].islower():
            if (chosen := plain(tree)) and (named := plain(element)):
                yield from _descent(chosen, _end(of), long_way)
                yield from _descent(named, (), long_way)
            else:
                yield from _where_it_may(tree, long_way, shared)
        case _ if names := plain(tree):
            yield from _descent(names, _end(of), long_way)
        case _:
            yield from _where_it_may(tree, long_way, shared)


def _absence(column: SeamColumn, missing: Sequence[str], shared: _Shared) -> Lines:
    """Lines that ask for a reason where there may be one: in an element that says so, or in an extension on the way."""
    for tree in column.reason_trees:
        yield from _where_it_may(tree, missing, shared)
    if len(column.trails) > _SEVERAL:
        yield from _where_there_is(column.heads, missing, shared)
        return
    for (name, beside), trails in groupby(sorted(map(tuple, column.trails)), lambda trail: trail[0]):
        yield f"if {beside!r} in r:"
        yield from _in(missing)
        yield f"u = r.get({name!r})"
        yield "if u is not None:"
        for _, *rest in trails:
            yield from _in(["v = u", *_along(rest, missing)])


def _along(trail: Trail, missing: Sequence[str]) -> Lines:
    """Lines that go down from ``v``, and ask for a reason wherever an element may have one."""
    for depth, (name, beside) in enumerate(trail):
        lines = [
            "if type(v) is list and len(v) == 1: v = v[0]",
            f"if type(v) is not dict or {beside!r} in v or 'extension' in v:",
            *_in(missing),
            f"v = v.get({name!r})",
            "if v is not None:",
        ]
        yield from _in(lines, depth)
    # What stands at the end gives no value, and may have extensions.
    yield from _in(missing, len(trail))


def _descent(names: Sequence[str], end: Sequence[str], long_way: Sequence[str]) -> Lines:
    """Lines that go down to what stands first, the first of a list; at the end of the path those of ``end`` instead.
    Where it may stand elsewhere they go the long way."""
    one_of_a_list = [
        "if type(v) is list:",
        "    if len(v) > 1: sure = False",
        "    v = v[0] if v else None",
    ]
    yield f"v = r.get({names[0]!r})"
    yield "if v is not None:"
    inner = ["sure = True"]
    for depth, name in enumerate(names):
        if depth:
            inner += _in(["if type(v) is dict:", f"    v = v.get({name!r})"], depth - 1)
        inner += _in(end if end and depth == len(names) - 1 else one_of_a_list, depth)
    yield from _in([*inner, "if v is not None or not sure:", *_in(long_way)])


def _end(of: str) -> list[str]:
    """What is found at the end of a path is the value: the first of a list that is none."""
    return [
        f"if type(v) is str: {_is(of, f'{of}_texts[v]')}",
        "if v is not None:",
        "    if type(v) is list:",
        "        if len(v) > 1: sure = False",
        "        v = v[0] if v else None",
        f"    if v is not None: {_is(of, f'{of}_cell(v)')}",
    ]


def _where_there_is(names: Collection[str] | None, then: Sequence[str], shared: _Shared) -> Lines:
    """``then``, where the resource has one of these elements; always for None, never for no names."""
    if names is None:
        yield from then
    elif names:
        listed = sorted(names)
        if len(listed) > _SEVERAL:
            any_of = f"n{len(shared.known)}"
            shared.known[any_of] = frozenset(names)
            yield f"if not {any_of}.isdisjoint(r):"
        else:
            yield f"if {' or '.join(f'{name!r} in r' for name in listed)}:"
        yield from _in(then)


def _where_it_may(tree: Node, then: Sequence[str], shared: _Shared) -> Lines:
    """``then``, where the path may give something."""
    guard = guard_of(tree)
    if guard is None:
        yield from _where_there_is(_heads(tree), then, shared)
        return
    held = shared.held.setdefault(guard[:2], f"s{len(shared.held)}")
    wanted = f"w{len(shared.known)}"
    shared.known.update({f"{held}_of": holder(guard.place, guard.key), wanted: guard.texts})
    lines = [f"if {held} is None: {held} = {held}_of(r)", f"if not {wanted}.isdisjoint({held}):", *_in(then)]
    yield from _where_there_is(set(guard.place[:1]) or None, lines, shared)


def _heads(tree: Node) -> set[str] | None:
    """The elements of a resource of which it must have one for the path to give anything; None where none is needed."""
    match tree:
        case Step(This(), name):
            return None if name[0].isupper() else {name}
        case Call(Step(This(), name), "ofType", (Step(This(), type_name),)) if not name[0].isupper():
            return {name, choice(name, type_name)}
        case Step(base, _):
            return _heads(base)
        case Call(base, function, _) if function in NOTHING_OF_NOTHING:
            return _heads(base)
    return None


def _around(place: First) -> Callable[[Resource, Mapping[str, str]], Element]:
    return lambda resource, follow: place(resource, Around(resource, follow))


def _key(wanted: str | None, cell_of: Callable[[Element], Cell], kind: str) -> Callable[[str], Cell | None]:
    """The cell of the id that a reference names; None where its text alone does not tell."""
    start = f"{wanted}/" if wanted and kind in _JUST_TEXT else None
    after, fillers = len(start or ""), values.placeholders(kind)

    def make(text: str) -> Cell | None:
        if start is not None and text.startswith(start) and text.isascii():  # most are the type and a plain id
            key = text[after:]
            if key.replace("-", "").isalnum():
                return (None, values.PLACEHOLDER) if key.lower() in fillers else (key, values.VALUE)
        if text.startswith(("urn:", "#")):
            return None
        found = reference_key({"reference": text}, wanted, _ALONE)
        return None if found is None else cell_of(found)

    return make


def _in(lines: Iterable[str], by: int = 1) -> Lines:
    return ("    " * by + line for line in lines)
