"""Parts of an answer that failed: what a server could not give is not there, and is not known to be missing.

Source: FHIR R4, "Bundle" (``entry.response.status``, ``entry.response.outcome``, ``entry.search.mode``) and R5
(``issues``); the severities are those of "OperationOutcome".
"""

from __future__ import annotations

from typing import Final

from recaudit.health.evaluate import Element, Resource
from recaudit.health.manifests import MILD, severity_of

FAILED: Final = "failed part of an answer"
_ANSWERS: Final = ("searchset", "history", "batch-response", "transaction-response")
_WRITES: Final = ("PUT", "PATCH", "DELETE")


def failures(bundle: Resource) -> int:
    """How many entries of one Bundle say that something could not be given, those of Bundles inside it left out.

    An entry says so by a status that is none of 2xx, or by an outcome where the Bundle is an answer: one of severity
    error or fatal, or of one that nobody can read. What failed as it was written says nothing of what is there.
    """
    listed = bundle.get("entry")
    number = int(_is_grave(bundle.get("issues")))
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and not _writes(entry.get("request")):
            number += _failed(entry.get("response")) or (
                bundle.get("type") in _ANSWERS and _is_grave(entry.get("resource"))
            )
    return number


def _failed(response: Element) -> bool:
    if not isinstance(response, dict):
        return False
    status = response.get("status")
    return (status is not None and not str(status).strip().startswith("2")) or _is_grave(response.get("outcome"))


def _is_grave(outcome: Element) -> bool:
    named = isinstance(outcome, dict) and outcome.get("resourceType") == "OperationOutcome"
    return named and severity_of(outcome) not in MILD


def _writes(request: Element) -> bool:
    """A POST writes, but for a search by it."""
    if not isinstance(request, dict):
        return False
    method, url = request.get("method"), request.get("url")
    searches = isinstance(url, str) and url.partition("?")[0].endswith("_search")
    return method in _WRITES or (method == "POST" and not searches)
