"""Mappings that do not travel with recaudit: files that an audit was made with, as inputs that hold no row."""

from __future__ import annotations

import hashlib

from recaudit.model import Input
from recaudit.plan import Plan

ROLE = "mapping"


def own_mappings(plan: Plan) -> tuple[Input, ...]:
    """Each file once, by its name in the plan; () where every mapping travels with recaudit. One that cannot be opened
    is told where it is read."""
    found = {}
    for source in plan.sources:
        file = plan.path.parent / source.mapping
        if source.mapping.endswith(".json") and file.is_file():
            content = file.read_bytes()
            found[source.mapping] = Input(
                src=-1,  # no row of a table comes from it
                path=source.mapping,
                sector=source.sector,
                format="mapping",
                source="",
                namespace="",
                bytes=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                role=ROLE,
            )
    return tuple(found[name] for name in sorted(found))
