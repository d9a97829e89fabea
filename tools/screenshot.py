"""The pictures of the manuals: a demo day is played through the product, and a real browser takes the pictures.

`python -m tools.screenshot [folder]` writes PNG files; nothing outside a temporary folder is changed besides them.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import WSGIRequestHandler, make_server

from bot.channels.senders import build_senders
from bot.console.practitioners import add_practitioner
from bot.conversation.agent import AgentRequest
from bot.conversation.agent_reply import AgentReply, Reply
from bot.conversation.outbox import deliver_due
from bot.conversation.turns import take_next
from bot.demo.phone import deliver
from bot.demo.seed import NURSE_EMAIL, TIMEZONE, seed_demo
from bot.records import flags
from bot.records.database import create_engine_for, session_factory, upgrade
from bot.records.models import Organization, Patient, Practitioner
from bot.records.people import enrol
from bot.settings import Settings
from bot.triage import Disposition, assess
from bot.triage.advice import advice
from bot.web import create_app

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
MORNING = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
WIDE = {"width": 1280, "height": 860}
TALL = {"width": 1280, "height": 1100}

#: name, phone, days since the procedure, on a blood thinner; besides those of the demo's own data.
MORE_PATIENTS = (
    ("Ruth Feldman", "+15550100131", 6, False),
    ("Harold Nguyen", "+15550100132", 5, False),
    ("Margaret Sullivan", "+15550100133", 8, True),
)
WALTER, CARMEN, DOROTHY = "+15550100123", "+15550100124", "+15550100125"
RUTH, HAROLD, MARGARET, STRANGER = "+15550100131", "+15550100132", "+15550100133", "+15550100178"

#: minutes after the morning began, from which number, what.
DAY = (
    (0, RUTH, "Good morning. I havent pooped in 4 days, is that normal"),
    (31, MARGARET, "can I take ibuprofen together with my warfarin"),
    (58, HAROLD, "my left leg is weak and it buckled on the stairs"),
    (81, WALTER, "Walter here. I do not have a fever, slept fine"),
    (88, DOROTHY, "the bandage keeps bleeding and the lump is getting bigger"),
    (98, CARMEN, "tengo fiebre de 101.2 y escalofrios"),
    (109, WALTER, "my legs went to jelly and i cant feel wiping"),
    (110, STRANGER, "chest feels tight when i walk. no pain in my arm"),
)
HAROLD_SEEN = 64
NOW = MORNING + timedelta(minutes=112)


class SetClock:
    """The product's time during the day that is played."""

    def __init__(self) -> None:
        self.moment = MORNING

    def now(self) -> datetime:
        return self.moment


class PlainAgent:
    """Stands in for Rasa, which needs minutes to start: the protocol's advice, or thanks."""

    def ask(self, request: AgentRequest) -> AgentReply:
        read = assess(request.text, request.context)
        if read.disposition is Disposition.NONE:
            said = Reply("answer", "Thank you for telling us. Write any time you feel a change.")
        else:
            text = advice(read.disposition, read.present, request.context.language, request.clinic_phone)
            said = Reply("advice", text)
        return AgentReply(replies=(said,), triage=read)


class Quiet(WSGIRequestHandler):
    """Serves without a line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class Day:
    """One day of the demo clinic, on a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.clock = SetClock()
        self.settings = Settings.model_construct(
            **{name: field.get_default() for name, field in Settings.model_fields.items()}
        ).model_copy(
            update={
                "recovery_demo": True,
                "database_url": f"sqlite:///{folder / 'day.db'}",
                **{
                    name: SecretStr(secrets.token_urlsafe(32))
                    for name in ("secret_key", "password_salt", "agent_channel_key", "twilio_auth_token")
                },
            }
        )
        upgrade(self.settings.database_url)
        self.sessions: sessionmaker[Session] = session_factory(create_engine_for(self.settings.database_url))
        self.app: Flask = create_app(self.settings, sessions=self.sessions, clock=self.clock)
        self.password = self._people()

    def play(self) -> None:
        """Everybody writes, everything is read and answered, one nurse has begun to work."""
        senders, agent = build_senders(self.settings), PlainAgent()
        with self.sessions() as session:
            clinic_number = session.scalars(select(Organization.sms_number)).one() or ""
        for minute, number, text in DAY:
            self.clock.moment = MORNING + timedelta(minutes=minute)
            deliver(self.app, number, clinic_number, text)
            while take_next(self.sessions, agent, self.clock, lease_seconds=20, worker="screenshot"):
                self.clock.moment += timedelta(seconds=2)
            deliver_due(self.sessions, senders, self.clock)
        with self.sessions.begin() as session:
            ben = session.scalars(select(Practitioner.id).where(Practitioner.name == "Ben Okafor")).one()
            harold = session.scalars(select(Patient.id).where(Patient.phone == HAROLD)).one()
            for flag in flags.open_flags(session):
                if flag.patient_id == harold:
                    flags.acknowledge(session, flag, ben, MORNING + timedelta(minutes=HAROLD_SEEN))
        self.clock.moment = NOW

    def _people(self) -> str:
        with self.sessions() as session:
            access = seed_demo(session, MORNING, password_salt=self.settings.password_salt)
        if access is None:
            raise RuntimeError("the database was not empty")
        with self.sessions.begin() as session:
            clinic = session.scalars(select(Organization)).one()
            for name, phone, day, thinner in MORE_PATIENTS:
                enrol(
                    session, organization_id=clinic.id, name=name, phone=phone, blood_thinner=thinner, language="en",
                    procedure_date=MORNING.astimezone(ZoneInfo(TIMEZONE)).date() - timedelta(days=day),
                    timezone=TIMEZONE, caregiver_phone=None, now=MORNING,
                )
            add_practitioner(
                session, organization_id=clinic.id, name="Ben Okafor", email="ben@demo.example",
                password=secrets.token_urlsafe(12), password_salt=self.settings.password_salt, now=MORNING,
            )
        return access.password


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


def new_page(browser: Browser, scheme: str = "light") -> Page:
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

    for scheme, suffix in (("light", ""), ("dark", "-dark")):
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
