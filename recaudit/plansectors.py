"""What a plan may say of each sector: units, formats, releases, and where the facility of a row may stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

FHIR_RELEASES: Final = ("R4", "R4B", "R5", "STU3")
ONEROSTER_RELEASES: Final = ("1.0", "1.1", "1.1.1", "1.2", "1.2.1")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a plan that differ from sector to sector."""

    units: tuple[str, ...]  # what one record can be; the first is the default
    formats: tuple[str, ...]  # the first is the default
    releases: tuple[str, ...]
    facility: tuple[str, ...]  # candidates for the facility of a row
    facility_of: Mapping[str, str] = field(default_factory=dict)  # of these, those that only rows of one unit have
    by_year: tuple[str, ...] = ()  # units of which a roster's key holds for one year: "<id>/<year the period ends in>"


SECTORS: Final[Mapping[str, Vocabulary]] = MappingProxyType(
    {
        "health": Vocabulary(
            units=("encounter", "patient"),
            formats=("fhir", "fhir-ndjson", "fhir-bundle", "fhir-xml", "bhyt-xml"),
            releases=FHIR_RELEASES,
            facility=(
                "serviceProvider",
                "serviceProvider.identifier",
                "meta.source",
                "folder",
                "file",
                "managingOrganization",
                "managingOrganization.identifier",
            ),
            facility_of={"managingOrganization": "patient", "managingOrganization.identifier": "patient"},
        ),
        "education": Vocabulary(
            units=("report_card", "learner"),
            formats=("oneroster", "mapping"),
            releases=ONEROSTER_RELEASES,
            facility=("school.identifier", "school", "folder", "file"),
            by_year=("report_card",),
        ),
    }
)
"""The sectors a plan may name."""
