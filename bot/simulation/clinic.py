"""A whole clinic for one conversation: the web app, turns, outbox and housekeeping on an empty database of its own."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.channels.sms.sender import DemoPhoneSender
from bot.conversation.agent import AgentClient
from bot.conversation.housekeeping import keep_house
from bot.conversation.outbox import deliver_due
from bot.conversation.turns import take_next
from bot.records import people
from bot.records.database import create_engine_for, session_factory, upgrade
from bot.records.models import Organization, Turn
from bot.settings import Settings
from bot.simulation.clock import MovableClock
from bot.web import create_app

TIMEZONE = "America/New_York"
CLINIC_PHONE, SMS_NUMBER = "+15550100999", "+15550100900"
PATIENT_PHONE, CAREGIVER_PHONE = "+15550100123", "+15550100124"
#: Every conversation starts in the morning of today, so that the hour at which a file is played changes nothing.
_MORNING = time_of_day(10, 0)
#: The longest step of the clock: everything that it starts happens at most this much late.
_STEP = timedelta(minutes=5)
#: There is but one worker, so a lease need only be long enough.
_LEASE_SECONDS = 3600.0
_PATIENCE_SECONDS = 120.0
_PAUSE_SECONDS = 0.05


class TurnNotTaken(Exception):
    """A message was left without an answer for so long that something must be broken."""


class Clinic:
    """The product's parts, run one after the other in this process instead of side by side in several."""

    def __init__(
        self,
        app: Flask,
        settings: Settings,
        sessions: sessionmaker[Session],
        clock: MovableClock,
        agent: AgentClient,
    ) -> None:
        self.app, self.settings, self.sessions, self.clock = app, settings, sessions, clock
        self._agent = agent
        self._senders = {"sms": DemoPhoneSender()}

    def enrol(self, *, day: int | None, blood_thinner: bool | None, language: str) -> int:
        """A new patient, `day` days after the procedure, with a caregiver; the patient's id."""
        with self.sessions.begin() as session:
            now = self.clock.now()
            patient = people.enrol(
                session,
                organization_id=people.default_organization(session).id,
                name="Pat Simulated",
                phone=PATIENT_PHONE,
                procedure_date=None if day is None else now.astimezone(ZoneInfo(TIMEZONE)).date() - timedelta(days=day),
                language=language,
                timezone=TIMEZONE,
                blood_thinner=blood_thinner,
                caregiver_phone=CAREGIVER_PHONE,
                now=now,
            )
            return patient.id

    def pass_time(self, minutes: float) -> None:
        """Move the clock and do what it starts on the way."""
        left = timedelta(minutes=minutes)
        while left > timedelta(0):
            step = min(left, _STEP)
            self.clock.move(step)
            left -= step
            keep_house(self.sessions, self.clock)
            self._send()

    def take_turn(self, communication_id: int) -> str | None:
        """Answer a message that came in; why the agent gave no answer to it, if so. Raises TurnNotTaken."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            taken = take_next(
                self.sessions, self._agent, self.clock, lease_seconds=_LEASE_SECONDS, worker="simulation"
            )
            with self.sessions() as session:
                turn = session.scalars(select(Turn).where(Turn.communication_id == communication_id)).one()
                state, error = turn.state, turn.error_code
            if state != "pending":
                self._send()
                return error
            if not taken:
                time.sleep(_PAUSE_SECONDS)  # the thread rests after a fault
        raise TurnNotTaken(f"A message was not answered in {_PATIENCE_SECONDS:.0f} s.")

    def _send(self) -> None:
        while deliver_due(self.sessions, self._senders, self.clock):
            pass


def empty_database(folder: Path) -> Path:
    """A database with the tables of this version and nothing in them, to be copied."""
    path = folder / "empty.db"
    upgrade(f"sqlite:///{path}")
    return path


@contextmanager
def open_clinic(settings: Settings, agent: AgentClient, empty: Path) -> Iterator[Clinic]:
    """A new clinic on a copy of the database `empty`; it is thrown away at the end."""
    with TemporaryDirectory(dir=empty.parent) as folder:
        database = Path(folder) / "recovery.db"
        shutil.copyfile(empty, database)
        engine = create_engine_for(f"sqlite:///{database}")
        try:
            yield _furnished(own_settings(settings), session_factory(engine), agent)
        finally:
            engine.dispose()


def own_settings(settings: Settings) -> Settings:
    """The service's settings with secrets and a Twilio account that nobody else has."""
    return settings.model_copy(
        update={
            "secret_key": SecretStr(secrets.token_urlsafe(32)),
            "password_salt": SecretStr(secrets.token_urlsafe(16)),
            "agent_channel_key": settings.agent_channel_key or SecretStr(secrets.token_urlsafe(32)),
            "twilio_account_sid": f"AC{0:032}",
            "twilio_auth_token": SecretStr(secrets.token_hex(16)),
            "recovery_demo": False,
            "ratelimit_storage_uri": "memory://",
        }
    )


def _furnished(settings: Settings, sessions: sessionmaker[Session], agent: AgentClient) -> Clinic:
    zone = ZoneInfo(TIMEZONE)
    clock = MovableClock(datetime.combine(datetime.now(zone).date(), _MORNING, zone).astimezone(UTC))
    with sessions.begin() as session:
        session.add(
            Organization(
                name="Simulated Clinic", phone=CLINIC_PHONE, sms_number=SMS_NUMBER, timezone=TIMEZONE, answers={},
                created_at=clock.now(),
            )
        )
    app = create_app(settings, sessions=sessions, clock=clock)
    for limiter in app.extensions["limiter"]:
        limiter.enabled = False  # the limits count real minutes, in which a whole day may pass here
    return Clinic(app, settings, sessions, clock, agent)
