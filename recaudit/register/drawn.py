"""The map of the areas that a plan names, as one more file of its register."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from recaudit.csvfiles import Faults
from recaudit.geojson import GeoJsonError, outlines
from recaudit.model import Area, Input
from recaudit.plan import RegisterFiles
from recaudit.result import MapEntry, Result
from recaudit.said import Said, few, say


def load(
    files: RegisterFiles, root: Path, areas: Sequence[Area], faults: Faults, notes: list[Said]
) -> tuple[MapEntry | None, tuple[Input, ...]]:
    """The map that the plan names: what of it a result says, and the file. It draws, and counts nothing.

    Without areas there is nothing to draw. What is wrong with the file goes to ``faults``, what it lacks to ``notes``.
    """
    if not files.map or not areas:
        return None, ()
    faults.begin(files.map)
    path = root / files.map
    try:
        content = path.read_bytes()
        found = outlines(content, {area.code for area in areas}, files.map_key)
    except OSError:
        faults.whole(path, files.map, say("cannot be opened"), say("check who may read the file"))
        return None, ()
    except GeoJsonError as error:
        faults.whole(path, files.map, error.what, error.fix)
        return None, ()
    if found.strangers:
        notes.append(
            say(
                "{file}: {strangers} of {features} outlines are of no area of the register",
                file=files.map,
                strangers=found.strangers,
                features=found.features,
            )
        )
    if bare := [area.code for area in areas if area.code not in found.rings and area.parent]:
        notes.append(say("{file}: no outline of {names}", file=files.map, names=few(bare)))
    read_from = Input(
        src=0,
        path=files.map,
        sector="",
        format="geojson",
        source=files.source,
        namespace="",
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        role="map",
        read=found.features,
    )
    return {"file": files.map, "key": found.key, "areas": len(found.rings)}, (read_from,)


def undrawn(result: Result) -> Iterator[Said]:
    """Where what a result says of its map does not fit its inputs and areas, in words."""
    register = result["register"]
    said = register.get("map") if register else None
    files = [entry["path"] for entry in result["inputs"] if entry["role"] == "map"]
    if files != ([] if said is None else [said["file"]]):
        yield say("register/map: it is not the input that is a map")
    if said is not None and not 0 < said["areas"] <= len(result["areas"]):
        yield say("register/map: it has outlines of more areas than there are, or of none")
