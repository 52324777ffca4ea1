"""What a shell offers when somebody presses tab: names out of the newest result, formats. It never fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from recaudit.commands.results import newest
from recaudit.errors import RecauditError

if TYPE_CHECKING:
    from recaudit.result import Result

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def ids(what: str = "") -> Completer:
    """The ids of facilities, areas, claims or rules of the newest result; of what the argument ``what`` says where none
    is named. Nothing where there is no result that can be read."""

    def complete(context: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
        from recaudit.reports.inert import visible
        from recaudit.resultfile import load

        given = context.params.get("given") or Path()
        try:
            result = load(newest(Path(given)))
        except (RecauditError, OSError):
            return []
        named = _named(result, what or str(context.params.get("what")))
        return [
            CompletionItem(key, help=visible(name))
            for key, name in named
            if key.startswith(begun) and key == visible(key)
        ]

    return complete


def _named(result: Result, what: str) -> Iterator[tuple[str, str]]:
    """(id, what people call it)."""
    from recaudit.reports.find import key_of
    from recaudit.reports.languages import own

    match what:
        case "facility":
            ids = Counter(one["id"] for one in result["facilities"])
            for one in result["facilities"]:
                yield (one["id"] if ids[one["id"]] == 1 else f"{one['sector']}/{one['id']}"), one["name"]
        case "area":
            yield from ((one["code"], one["name"]) for one in result["areas"])
        case "claim":
            yield from ((one["id"], own(one["statement"])) for one in result["claims"])
        case "rule":
            yield from ((key_of(result, one), own(one["title"])) for one in result["rules"])


def formats(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """The formats that ``-f`` knows; with a colon those that need a file."""
    from recaudit.reports.formats import FORMATS

    offered = (name if known.for_stdout else f"{name}:" for name, known in sorted(FORMATS.items()))
    return [CompletionItem(name) for name in offered if name.startswith(begun)]
