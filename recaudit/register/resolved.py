"""Facilities whose code of an area is not plainly one of the day of the audit: into a result, and asked of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from recaudit.register.crosswalk import Resolved
from recaudit.result import ResolvedEntry, Result
from recaudit.said import Said, say


def resolved_entry(placed: Iterable[tuple[str, Resolved]]) -> ResolvedEntry | None:
    """None where every code is plainly one of the day. ``placed``: (facility, its code) of the others."""
    found = sorted(placed, key=lambda one: one[0])
    if not found:
        return None
    return {
        "by_crosswalk": sum(bool(code.area) and code.area != code.code for _, code in found),
        "split": [
            {"facility": facility, "code": code.code, "area": code.area, "may_be": list(code.may_be)}
            for facility, code in found
            if code.area and code.may_be
        ],
        "unresolved": [
            {"facility": facility, "code": code.code, "area": "", "may_be": list(code.may_be)}
            for facility, code in found
            if not code.area
        ],
    }


def misplaced(result: Result) -> Iterator[Said]:
    """Where a facility does not lie in the area that its code was resolved to, in words."""
    register = result["register"]
    said = register.get("resolved") if register else None
    if said is None:
        return
    lies = {entry["id"]: entry["area"] for entry in result["facilities"]}
    areas = {area["code"] for area in result["areas"]}
    for one in [*said["split"], *said["unresolved"]]:
        if lies.get(one["facility"]) != one["area"]:
            yield say(
                "{place}: facility {facility} does not lie where its code leads",
                place="register/resolved",
                facility=one["facility"],
            )
        for code in {one["area"], *one["may_be"]} - areas - {""}:
            yield say("{place}: {code} is no area of the result", place="register/resolved", code=code)
