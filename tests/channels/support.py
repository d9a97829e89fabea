"""A service with a clinic and a patient in a database of its own, for the tests of the channels."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.channels.sms.sender import DemoPhoneSender
from bot.channels.sms.signing import SIGNATURE_HEADER, sign
from bot.conversation.agent import AgentRequest
from bot.conversation.agent_reply import AgentReply, Reply
from bot.conversation.outbox import deliver_due
from bot.conversation.turns import take_next
from bot.records.database import create_engine_for, session_factory
from bot.records.models import Communication, Organization
from bot.records.people import enrol
from bot.settings import Settings
from bot.triage import assess
from bot.triage.advice import advice, texts
from bot.web import create_app

CLINIC_PHONE = "+15550100999"
CLINIC_SMS = "+15550100900"
PATIENT_PHONE = "+15550100123"
NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


class SetClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


def make_settings(**changes: Any) -> Settings:
    """Complete settings, nothing read from the environment."""
    values: dict[str, Any] = {
        "secret_key": SecretStr("a secret key of the tests"),
        "password_salt": SecretStr("a salt of the tests"),
        "agent_channel_key": SecretStr("a channel key of the tests"),
        "twilio_account_sid": "AC" + "0" * 32,
        "twilio_auth_token": SecretStr("a token of the tests"),
        "public_base_url": "https://recovery.example",
        **changes,
    }
    return Settings.model_construct(**{**_defaults(), **values})


def _defaults() -> dict[str, Any]:
    return {name: field.get_default() for name, field in Settings.model_fields.items()}


@dataclass
class Service:
    """The parts of a running service that tests talk to."""

    settings: Settings
    sessions: sessionmaker[Session]
    clock: SetClock
    app: Flask
    patient_id: int = 0

    def stored(self, **where: Any) -> list[Communication]:
        """The communications that match, oldest first, loaded for use outside their session."""
        with self.sessions() as session:
            found = session.scalars(select(Communication).filter_by(**where).order_by(Communication.id)).all()
            session.expunge_all()
        return list(found)

    def post_signed(self, path: str, form: dict[str, str], *, query: str = "", **options: Any) -> Any:
        """Post a form as Twilio would."""
        headers = {SIGNATURE_HEADER: sign(self.settings, path, form, query)}
        address = f"{path}?{query}" if query else path
        return self.app.test_client().post(address, data=form, headers=headers, **options)


def sms_form(**changes: str) -> dict[str, str]:
    """The fields of an inbound text."""
    return {
        "AccountSid": "AC" + "0" * 32,
        "Body": "hello",
        "From": PATIENT_PHONE,
        "MessageSid": "SM" + "1" * 32,
        "NumMedia": "0",
        "To": CLINIC_SMS,
        **changes,
    }


class ScriptedAgent:
    """Stands in for Rasa: the advice for a red flag, a question with buttons for everything else."""

    def ask(self, request: AgentRequest) -> AgentReply:
        found = assess(request.text, request.context)
        language = request.context.language
        if found.is_red_flag:
            words = advice(found.disposition, found.present, language, request.clinic_phone)
            return AgentReply((Reply("advice", words),), found)
        item = texts(language)["check_in"]["legs"]
        question = Reply("question", item["question"], tuple(item["quick_replies"]))
        return AgentReply((question,), found, asks="legs")


@contextmanager
def answering(service: Service) -> Iterator[None]:
    """Run the worker's two loops on the service's database: turns with a scripted agent, and the outbox."""
    stop = threading.Event()
    agent = ScriptedAgent()
    senders = {"sms": DemoPhoneSender()}

    def work() -> None:
        while not stop.wait(0.05):
            while take_next(service.sessions, agent, service.clock, lease_seconds=20, worker="test"):
                pass
            deliver_due(service.sessions, senders, service.clock)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def empty_service(url: str, **changes: Any) -> Iterator[Service]:
    """A service on a migrated database, with nobody in it."""
    engine = create_engine_for(url)
    sessions = session_factory(engine)
    settings = make_settings(database_url=url, **changes)
    clock = SetClock()
    yield Service(settings, sessions, clock, create_app(settings, sessions=sessions, clock=clock))
    engine.dispose()


@contextmanager
def running_service(url: str, **changes: Any) -> Iterator[Service]:
    """A service with one clinic and one patient, three days after the procedure."""
    with empty_service(url, **changes) as service:
        with service.sessions.begin() as session:
            clinic = Organization(
                name="Riverside Spine Clinic",
                phone=CLINIC_PHONE,
                sms_number=CLINIC_SMS,
                timezone="America/New_York",
                answers={},
                created_at=NOW,
            )
            session.add(clinic)
            session.flush()
            service.patient_id = enrol(
                session,
                organization_id=clinic.id,
                name="Walter Hughes",
                phone=PATIENT_PHONE,
                procedure_date=date(2026, 3, 7),
                language="en",
                timezone="America/New_York",
                blood_thinner=False,
                caregiver_phone=None,
                now=NOW,
            ).id
        yield service
