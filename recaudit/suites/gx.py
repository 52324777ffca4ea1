"""Great Expectations itself loads a suite file, so that "genuine" is a fact and not a hope.

This module alone imports the library; ``recaudit.suites.reference`` has it judge frames.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from recaudit.model import Suite
from recaudit.said import say, say_n
from recaudit.suites.reading import Wrong, check_keys, read_object


def hold_in_gx(path: Path, compiled: Suite | None = None) -> int:
    """How many expectations of the file GX holds, which is all of them.

    GX drops what it cannot build (a misspelt type, an unknown severity) with a line in a log, so that a broken suite
    loads empty and passes. Raises ``SuiteError`` naming each expectation that GX dropped or changed, when the file
    holds none, and when ``compiled`` (the same file as ``load`` read it) has another number of rules.
    Imports GX, which takes seconds.
    """
    wrong = Wrong(path.name)
    document, _ = read_object(path, wrong)
    wrong.refuse()
    check_keys(document, wrong, needed=("name", "expectations", "meta"), allowed=document, what=say("the suite"))
    wrong.refuse()
    entries = document["expectations"]
    if not entries:
        wrong.add(say("the suite holds no expectation"), say("add a rule, or remove the file"))
    held = sum(_held(entry, wrong.inside(say("expectation {at}", at=at))) for at, entry in enumerate(entries, start=1))
    wrong.refuse()
    stored = _stored(document)
    if not len(entries) == held == stored:
        wrong.add(
            say_n(
                "the file has {n} expectation and GX holds {stored}",
                "the file has {n} expectations and GX holds {stored}",
                n=len(entries),
                stored=stored,
            ),
            say("look for two that are the same"),
        )
    if compiled is not None and len(compiled.rules) != held:
        wrong.add(
            say(
                "GX holds {held} of the expectations, recaudit compiled {compiled}",
                held=held,
                compiled=len(compiled.rules),
            ),
            say("report this as a bug"),
        )
    wrong.refuse()
    return held


def library() -> ModuleType:
    """The library: no analytics, no progress bars, and no log, as what it would say is said by us."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what its own imports deprecate is not ours to mend
        import great_expectations
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL + 1)
    gx: ModuleType = great_expectations
    return gx


def quiet_context(gx: ModuleType) -> Any:  # noqa: ANN401  # GX is untyped to us
    """A context in memory: no project folder, no progress bars, no analytics."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    context.enable_analytics(False)
    return context


def _held(entry: Mapping[str, Any], wrong: Wrong) -> int:
    """1 when GX builds the expectation and keeps every kwarg; else 0, with the reason added."""
    gx = library()
    rule = entry.get("meta", {}).get("rule", "?") if isinstance(entry, dict) else "?"
    try:
        built = gx.ExpectationSuite(name="one", expectations=[entry]).expectations
    except (ValueError, TypeError, gx.exceptions.GreatExpectationsError) as error:
        wrong.add(
            say("GX cannot build rule {rule}: {name}", rule=rule, name=type(error).__name__),
            say("correct its type, kwargs and severity"),
        )
        return 0
    if not built:
        wrong.add(say("GX drops rule {rule}", rule=rule), say("correct its type and severity"))
        return 0
    kept = built[0].configuration.to_json_dict()["kwargs"]
    if changed := [key for key, value in entry["kwargs"].items() if kept.get(key) != value]:
        wrong.add(
            say("GX reads {names} of rule {rule} otherwise", names=", ".join(changed), rule=rule),
            say("write the kwargs as GX saves them"),
        )
        return 0
    return 1


def _stored(document: Mapping[str, Any]) -> int:
    """How many expectations come back when the whole suite goes through a store of GX."""
    gx = library()
    context = quiet_context(gx)
    suite = gx.ExpectationSuite(
        name=document["name"], expectations=document["expectations"], meta=dict(document["meta"])
    )
    context.suites.add(suite)
    return len(context.suites.get(document["name"]).expectations)
