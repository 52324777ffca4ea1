"""The models of fhir.resources by release and name. Imports them when asked, which costs seconds for many types."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any, Final

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
_ABSTRACT: Final = frozenset({"Resource", "DomainResource", "CanonicalResource", "MetadataResource"})


@cache
def model_of(release: str, name: str) -> Any:  # noqa: ANN401  # fhir.resources is untyped
    """The model of a resource type; None where the library has none, or another release's."""
    if name in _ABSTRACT or (release == "R4" and name in _CHANGED_AFTER_R4):
        return None
    try:
        model = importlib.import_module(_PACKAGES[release]).get_fhir_model_class(name)
    except ValueError:
        return None
    return model if model.has_resource_base() else None
