"""A morning of the demo clinic, played through the product on a database of its own: what the screenshots show."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.channels.senders import build_senders
from bot.console.practitioners import add_practitioner
from bot.conversation.agent import AgentRequest
from bot.conversation.agent_reply import AgentReply, Reply
from bot.conversation.outbox import deliver_due
from bot.conversation.turns import take_next
from bot.demo.phone import deliver
from bot.demo.seed import TIMEZONE, seed_demo
from bot.records import flags
from bot.records.database import create_engine_for, session_factory, upgrade
from bot.records.models import Organization, Patient, Practitioner
from bot.records.people import enrol
from bot.settings import Settings
from bot.triage import Disposition, assess
from bot.triage.advice import advice
from bot.web import create_app

MORNING = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)

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
    (0, RUTH, "Good morning. I am very constipated"),
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
        self.engine = create_engine_for(self.settings.database_url)
        self.sessions: sessionmaker[Session] = session_factory(self.engine)
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
