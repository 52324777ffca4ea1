"""Writes docs/screenshots: the page of sample_data in Chromium, in Vietnamese and English. Run by ``make screenshots``.

What was drawn is written beside the pictures, in ``MADE_FROM.txt``: the hash of the page with what it packs unpacked
(two editions of zlib may pack the same page in two ways), and the hash of each picture. A test makes the page anew and
compares: pictures of a page that has changed since are not current. Drawn anew, they differ from machine to machine.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import tempfile
import zlib
from pathlib import Path
from typing import Any, Final

from recaudit import audit
from recaudit.reports.html.page import html
from recaudit.result import Result

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "docs" / "screenshots"
MADE_FROM: Final = "MADE_FROM.txt"
PAGE: Final = "the page of sample_data"
SIZE: Final = (1280, 1400)
WIDE: Final = (1280, 800)
PHONE: Final = (390, 1200)
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
PICTURES: Final = {
    "overview.png": ("#/?lang=vi", "light", SIZE),
    "areas.png": ("#/areas?lang=vi", "light", WIDE),
    "facility.png": ("#/facility/health/66001?lang=en", "light", SIZE),
    "claim.png": ("#/claim/signed-95?lang=en", "dark", SIZE),
    "phone.png": ("#/facilities?lang=vi", "light", PHONE),
}
"""File -> address in the page, theme, width and height."""
_ISLAND: Final = re.compile(r'(<script type="application/octet-stream" id="\w+">)([^<]*)')


def without_run(result: Result) -> Result:
    """The same, without what differs from run to run."""
    found = result.copy()
    found.pop("run", None)
    return found


def page(of: Result) -> bytes:
    """The page that is drawn."""
    return html(of, language="vi", root=ROOT / "sample_data")


def hash_of(drawn: bytes) -> str:
    """SHA-256 of a page with its islands unpacked."""

    def unpacked(found: re.Match[str]) -> str:
        return found[1] + hashlib.sha256(zlib.decompress(base64.b64decode(found[2]))).hexdigest()

    return hashlib.sha256(_ISLAND.sub(unpacked, drawn.decode()).encode()).hexdigest()


def made_from(drawn: bytes) -> str:
    """What stands beside the pictures."""
    lines = [f"{hash_of(drawn)}  {PAGE}"]
    lines += [f"{hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()}  {name}" for name in PICTURES]
    return "".join(f"{line}\n" for line in lines)


def draw(drawn: bytes) -> None:
    """Every picture, in one browser."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="recaudit-screenshots-") as folder, sync_playwright() as started:
        file = Path(folder) / "report.html"
        file.write_bytes(drawn)
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=[*FLAGS])
        for name, (address, theme, (width, height)) in PICTURES.items():
            options: dict[str, Any] = {"viewport": {"width": width, "height": height}, "color_scheme": theme}
            tab = browser.new_page(**options)
            tab.goto(file.as_uri() + address)
            tab.wait_for_selector("body[data-ready]")
            tab.screenshot(path=FOLDER / name)
            tab.close()
        browser.close()


if __name__ == "__main__":
    DRAWN = page(without_run(audit.check(ROOT / "sample_data", workers=1).result))
    draw(DRAWN)
    (FOLDER / MADE_FROM).write_text(made_from(DRAWN), encoding="utf-8")
