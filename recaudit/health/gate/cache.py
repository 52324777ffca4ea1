"""Derived schemas on disk, so that a run over clean exports never imports the models of fhir.resources.

A file per release and type in a folder of the user's own (mode 0700), under a key of everything that the derivation
follows from. A cache that is broken, foreign, or cannot be written is as good as none: nothing here raises.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import sys
import tempfile
import time
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

VARIABLE: Final = "RECAUDIT_CACHE"
"""Names the folder of the cache; empty: no cache."""

_LIBRARIES: Final = ("fhir.resources", "fhir-core", "pydantic", "pydantic-core", "jsonschema-rs")
_OURS: Final = ("definitions", "gate", "specification")  # packages whose code and data a schema follows from
_OLD: Final = 30 * 24 * 3600  # seconds
_LARGEST: Final = 16 << 20  # bytes of a file that is looked at: the largest schema has one


def folder() -> Path | None:
    """Where schemas are kept: ``RECAUDIT_CACHE``, else the user's cache folder; None where there is none."""
    said = os.environ.get(VARIABLE)
    if said is not None:
        return Path(said) if said else None
    try:
        if sys.platform == "win32":
            base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        elif sys.platform == "darwin":
            base = Path.home() / "Library" / "Caches"
        else:
            base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # nobody knows where this user is at home
        return None
    return base / "recaudit" if base.is_absolute() else None


@cache
def key() -> str:
    """16 hex digits of the libraries' versions and of our own code and data; "" where a library's version is unknown,
    and then nothing is kept."""
    digest = hashlib.sha256(sys.version.encode())
    try:
        for name in _LIBRARIES:
            digest.update(f"{name} {version(name)}\n".encode())
        health = Path(__file__).resolve().parents[1]
        for package in _OURS:
            for file in sorted((health / package).rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    digest.update(f"{file.relative_to(health).as_posix()}\n".encode() + file.read_bytes())
    except (PackageNotFoundError, OSError):
        return ""
    return digest.hexdigest()[:16]


def load(release: str, name: str) -> bytes | None:
    """What ``store`` kept last; None where it kept nothing, or where another user could have written it."""
    place = _place(release, name)
    if place is None or not _is_ours(place.parent):
        return None
    try:
        with open(os.open(place, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
            said = os.fstat(file.fileno())
            if not _is_private(said) or not stat.S_ISREG(said.st_mode):
                return None
            text = file.read(_LARGEST + 1)
    except OSError:
        return None
    digest, _, content = text.partition(b"\n")
    whole = len(text) <= _LARGEST and digest == hashlib.sha256(content).hexdigest().encode()
    return content if whole else None


def store(release: str, name: str, content: bytes) -> None:
    """Keep this for the next process: written beside and put in place at once. Does nothing where it cannot."""
    place = _place(release, name)
    if place is None:
        return
    try:
        if not place.parent.exists():
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _clear(place.parent)
        if not _is_ours(place.parent):
            return
        handle, beside = tempfile.mkstemp(dir=place.parent, prefix=".new-")
        try:
            with open(handle, "wb") as file:
                file.write(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
            os.replace(beside, place)
        except OSError:
            os.unlink(beside)
    except OSError:
        return


def _place(release: str, name: str) -> Path | None:
    root = folder()
    if root is None or not key() or not (release + name).isalnum():
        return None
    return root / f"gate-{key()}" / f"{release}-{name}.json"


def _clear(beside: Path) -> None:
    """Remove the caches of other versions to which no schema was added for a month. One that is still read from may be
    among them: its schemas are derived again."""
    for other in beside.parent.glob("gate-*"):
        if other != beside and _is_ours(other) and time.time() - other.stat().st_mtime > _OLD:
            shutil.rmtree(other, ignore_errors=True)


def _is_ours(place: Path) -> bool:
    """Whether a folder is this user's, and nobody else may write into it."""
    try:
        said = os.lstat(place)
    except OSError:
        return False
    return stat.S_ISDIR(said.st_mode) and _is_private(said)


def _is_private(said: os.stat_result) -> bool:
    if not hasattr(os, "getuid"):  # Windows: the profile's folder is the user's alone
        return True
    return said.st_uid == os.getuid() and not said.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
