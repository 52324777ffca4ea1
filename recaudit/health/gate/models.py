"""The models of fhir.resources by release and name. Imports them when asked, which costs seconds for many types."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any, Final

from recaudit.health.types import RESOURCE_TYPES

GATED: Final = frozenset({"R4", "R4B", "R5"})

RESOURCE_ELEMENTS: Final = frozenset({"contained", "resource", "outcome", "issues"})
"""Elements where a resource of any type may stand, if something that says its resource type does."""

_PACKAGES: Final[dict[str, str]] = {
    "R4": "fhir.resources.R4B",  # R4B is R4 but for the types below and new ones
    "R4B": "fhir.resources.R4B",
    "R5": "fhir.resources",
    "STU3": "fhir.resources.STU3",
}
_CHANGED_AFTER_R4: Final = frozenset({"Evidence", "EvidenceVariable"})


@cache
def class_of(release: str, name: str) -> Any:  # noqa: ANN401  # fhir.resources is untyped
    """The library's class of a resource type or a data type; None where it has none. Ask for names of FHIR's alone:
    each is kept."""
    try:
        return importlib.import_module(_PACKAGES[release]).get_fhir_model_class(name)
    except ValueError:
        return None


def model_of(release: str, name: str) -> Any:  # noqa: ANN401
    """The model of a resource type; None where the library has none, or another release's. Nothing is kept of a name
    that no release has."""
    return _model_of(release, name) if name in RESOURCE_TYPES else None


@cache
def _model_of(release: str, name: str) -> Any:  # noqa: ANN401
    if release == "R4" and name in _CHANGED_AFTER_R4:
        return None
    return class_of(release, name)
