"""Real Chromium for the tests of pages. A folder's conftest.py imports the fixtures: `browser` and `page`."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, Request, sync_playwright
from werkzeug.serving import make_server

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
]
#: The narrowest window that WCAG 2.2 asks for (1.4.10 Reflow).
NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 900}


def chromium_path() -> str:
    """The Chromium of this machine; skips the test where there is none, unless REQUIRE_ALL=1."""
    path = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium")
    if not path:
        reason = "Chromium is not installed (apt-get install chromium, or set CHROMIUM_PATH)"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve the app with threads on a free port of this machine; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module's tests. It ends with them: while it runs, no other test may run an event loop."""
    path = chromium_path()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh window. It fails the test for any request to another origin, script error or refused resource."""
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    window = context.new_page()
    troubles = Troubles()
    window.on("request", troubles.request)
    window.on("pageerror", lambda error: troubles.found.append(f"script error: {error}"))
    window.on("console", lambda line: troubles.said(line.type, line.text))
    yield window
    context.close()
    assert not troubles.found


class Troubles:
    """What a page must never do, collected while the test runs."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._origin: str | None = None

    def request(self, request: Request) -> None:
        """Hold every request to the origin of the first one."""
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(request.url))
        self._origin = self._origin or origin
        if origin != self._origin and not request.url.startswith("data:"):
            self.found.append(f"left the origin: {origin}")

    def said(self, kind: str, text: str) -> None:
        """A refused script, style or connection stands in the browser's console."""
        if kind == "error" and "Content Security Policy" in text:
            self.found.append(text)


def accessibility_violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands, under the rules of WCAG 2.2 AA and its best practices."""
    results = Axe().run(page)
    return [f"{found['id']}: {node['html']}" for found in results.response["violations"] for node in found["nodes"]]


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def screenshot(page: Page, name: str) -> None:
    """Keep a picture where SCREENSHOTS names a folder."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
