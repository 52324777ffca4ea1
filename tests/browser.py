"""A headless Chromium for tests of pages: one browser, and what it said and asked for while it was open."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

CHROMIUM: Final = shutil.which("chromium")
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WAIT: Final = 20_000  # milliseconds until a page that is not ready is a fault


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser. The test is skipped, with the reason, where there is none or nothing to drive it."""
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with driver.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        try:
            yield browser
        finally:
            browser.close()


class Tab:
    """A tab that keeps what went wrong: messages of the console, errors of scripts, requests beside its own file."""

    def __init__(self, browser: Any, file: Path, **options: Any) -> None:  # noqa: ANN401
        self.context = browser.new_context(viewport={"width": 1280, "height": 860}, **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(WAIT)
        self.address = file.as_uri()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        self.page.on("request", lambda request: self._asked(request.url))

    def _asked(self, url: str) -> None:
        if url.partition("#")[0] != self.address and not url.startswith("blob:"):
            self.complaints.append(f"request: {url}")

    @classmethod
    @contextmanager
    def opened(cls, browser: Any, file: Path) -> Iterator[Tab]:  # noqa: ANN401
        """A tab with the file open, while it lasts."""
        tab = cls(browser, file)
        tab.open()
        yield tab
        tab.context.close()

    def uncomplaining(self) -> Iterator[Tab]:
        """For a fixture: after the test nothing was complained of, and nothing asked for."""
        self.complaints.clear()
        yield self
        assert self.complaints == []

    def open(self, address: str = "") -> Any:  # noqa: ANN401
        """Load the file afresh at an address."""
        self.page.goto("about:blank")
        self.page.goto(self.address + address)
        self.page.wait_for_selector("body[data-ready]")
        return self.page

    def go(self, address: str) -> Any:  # noqa: ANN401
        """To another address of the page, as a link does."""
        self.page.evaluate(
            """(hash) => window.location.hash === hash ? null : new Promise((done) => {
                window.addEventListener("hashchange", () => setTimeout(done, 0), { once: true });
                window.location.hash = hash;
            })""",
            address,
        )
        return self.page
