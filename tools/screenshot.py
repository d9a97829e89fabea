"""The pictures of the manuals, taken by a real browser of a demo clinic's morning.

`python -m tools.screenshot [folder]` writes PNG files; nothing outside a temporary folder is changed besides them.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from bot.demo.seed import NURSE_EMAIL, TIMEZONE
from tools.demo_day import NOW, Day

Scheme = Literal["light", "dark"]

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
WIDE: ViewportSize = {"width": 1280, "height": 860}
TALL: ViewportSize = {"width": 1280, "height": 1100}


class Quiet(WSGIRequestHandler):
    """Serves without a line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The app on a free port of this machine; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def new_page(browser: Browser, scheme: Scheme = "light") -> Page:
    """A window in the clinic's time zone whose clock stands where the day's does."""
    context = browser.new_context(viewport=WIDE, timezone_id=TIMEZONE, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.clock.set_fixed_time(NOW)
    return page


def take_all(browser: Browser, address: str, password: str, folder: Path) -> list[Path]:
    """Every picture; gives their paths."""
    taken = []

    def take(page: Page, name: str) -> None:
        path = folder / f"{name}.png"
        page.screenshot(path=path)
        taken.append(path)

    schemes: tuple[tuple[Scheme, str], ...] = (("light", ""), ("dark", "-dark"))
    for scheme, suffix in schemes:
        page = new_page(browser, scheme)
        page.goto(f"{address}/login")
        page.get_by_label("E-mail").fill(NURSE_EMAIL)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/console/")
        take(page, f"console-queue{suffix}")
        page.get_by_role("link", name="Walter Hughes").click()
        page.wait_for_url("**/console/threads/**")
        take(page, f"console-thread{suffix}")
    page = new_page(browser)
    page.set_viewport_size(TALL)
    page.goto(f"{address}/dev/phone")
    page.get_by_label("Walter Hughes").check()
    page.get_by_text("Call 911 now").wait_for()
    take(page, "phone")
    page.goto(f"{address}/demo")
    page.get_by_role("link", name="Walter Hughes").click()
    page.get_by_role("textbox").wait_for()
    take(page, "clinic-page")
    return taken


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Take the screenshots of the manuals.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder: Path = parser.parse_args().folder
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is not installed: apt-get install chromium")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        day = Day(Path(temporary))
        day.play()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with serving(day.app) as address:
            for path in take_all(browser, address, day.password, folder):
                print(path)
        browser.close()


if __name__ == "__main__":
    main()
