"""What the page needs to speak each language: how it writes numbers, and the messages that it can come to say."""

from __future__ import annotations

import gettext
import json
from collections.abc import Iterator
from typing import Any, Final

from recaudit.reports.languages import CATALOGUES, DOMAIN, known, language

FORMS: Final = 200
"""Plural forms are asked by n up to here; beyond, rules of every language go by the last two digits."""


def catalogues(script: str, *results: object) -> dict[str, dict[str, Any]]:
    """Language -> its signs, and the messages that stand in the script or in what the results say.

    A message without a translation is left out, and so is said in English. English has no messages: they are the ids.
    """
    said = dict(pair for result in results for pair in _said(result))
    return {name: {**_signs(name), **_messages(name, script, said)} for name in known()}


def _signs(name: str) -> dict[str, str]:
    signs = language(name).signs()
    return {"group": signs.group, "decimal": signs.decimal, "per_cent": signs.per_cent.replace(" ", "\u00a0")}


def _messages(name: str, script: str, said: dict[str, str]) -> dict[str, Any]:
    """``messages``: id -> text, or one text for each form of a plural; ``forms``: n -> which of them."""
    if name == "en":
        return {"messages": {}, "forms": []}
    catalogue = gettext.translation(DOMAIN, CATALOGUES, [name])
    plural: Any = vars(catalogue)["plural"]
    texts: dict[Any, str] = vars(catalogue)["_catalog"]
    forms = [int(plural(n)) for n in range(FORMS)]
    messages: dict[str, Any] = {}
    for key, text in texts.items():
        message = key[0] if isinstance(key, tuple) else key
        if not message or not text or not (message in said or json.dumps(message, ensure_ascii=False) in script):
            continue
        if isinstance(key, tuple):
            messages.setdefault(message, [""] * (max(forms) + 1))[key[1]] = text
        else:
            messages.setdefault(message, text)
    return {"messages": dict(sorted(messages.items())), "forms": forms if max(forms) else []}


def _said(value: object) -> Iterator[tuple[str, str]]:
    """The messages of every sentence of a result, and of the kinds of its findings: its id, and its plural."""
    if isinstance(value, dict):
        if isinstance(value.get("kind"), str):
            yield value["kind"], ""
        if isinstance(value.get("text"), str) and value.keys() <= {"text", "plural", "with"}:
            yield value["text"], value.get("plural", "")
        if isinstance(value.get("kind"), str) and "lines" in value:  # a finding: its kind is a message
            yield value["kind"], ""
        reasons = value.get("unattributed")
        if isinstance(reasons, dict):  # reason -> rows
            yield from ((reason, "") for reason in reasons)
        for part in value.values():
            yield from _said(part)
    elif isinstance(value, list):
        for part in value:
            yield from _said(part)
