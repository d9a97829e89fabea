"""A clinic with nurses, patients and conversations, built row by row as the conversation engine leaves them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records import episodes, flags, threads
from bot.records.models import (
    AuditEvent,
    Communication,
    Episode,
    Flag,
    Observation,
    Organization,
    Patient,
    Practitioner,
    Procedure,
    RiskAssessment,
    Role,
    Thread,
    Turn,
)
from bot.triage import Assessment, Disposition, Mention, RuleHit
from bot.triage.advice import advice
from bot.triage.protocol import load_protocol
from tests.channels.support import Service

PASSWORD = "correct horse battery"
#: What the patients of these tests say and what it means. The console's tests do not test the triage.
PHRASES = {
    "chest hurts": "chest_pain",
    "chest feels tight": "chest_pain",
    "cant breathe": "breathing_difficulty",
    "legs went to jelly": "leg_paralysis",
    "cant feel wiping": "saddle_numbness",
    "i have a fever": "fever",
    "havent pooped in 4 days": "constipation",
}
DENIALS = {"i dont have a fever": "fever"}
NUMBERS = count(5550100100)


def read_text(text: str) -> Assessment:
    """The reading of a text in these phrases, with the protocol's own levels and sources."""
    protocol = load_protocol()
    mentions = [
        Mention(finding, status, phrase, text.index(phrase), text.index(phrase) + len(phrase))
        for status, phrases in (("present", PHRASES), ("negated", DENIALS))
        for phrase, finding in phrases.items()
        if phrase in text
    ]
    present = [protocol.findings[mention.finding] for mention in mentions if mention.fires]
    rules = tuple(RuleHit(f"finding.{row.id}", row.level, row.source, (row.id,)) for row in present)
    level = max((row.level for row in present), default=Disposition.NONE)
    return Assessment(level, tuple(mentions), rules, protocol=protocol.name)


@dataclass(frozen=True, slots=True)
class Case:
    """A patient who wrote, by the ids that the pages use."""

    thread_id: int
    patient_id: int | None
    flag_id: int
    message_id: int


class Scene:
    """What the tests say about a clinic: who works there, who wrote what and when."""

    def __init__(self, service: Service) -> None:
        self.sessions = service.sessions
        self.clock = service.clock
        self.app = service.app

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def clinic(self, name: str = "Riverside Spine Clinic", timezone: str = "America/New_York") -> int:
        with self.sessions.begin() as session:
            clinic = Organization(name=name, phone="+15550100999", timezone=timezone, answers={}, created_at=self.now)
            session.add(clinic)
            session.flush()
            return clinic.id

    def nurse(self, clinic: int, name: str = "Ana Reyes", email: str | None = None, role: str = "nurse") -> int:
        """An account whose password is PASSWORD; the address is the first name at clinic.example."""
        with self.app.app_context():
            password = hash_password(PASSWORD)
        with self.sessions.begin() as session:
            nurse = Practitioner(
                organization_id=clinic, name=name, email=email or f"{name.split(maxsplit=1)[0].lower()}@clinic.example",
                password=password, active=True, fs_uniquifier=uuid4().hex, created_at=self.now,
            )
            known = session.scalar(select(Role).where(Role.name == role))
            nurse.roles.append(known or Role(name=role, permissions=[]))
            session.add(nurse)
            session.flush()
            return nurse.id

    def patient(self, clinic: int, name: str = "Walter Hughes", *, day: int = 3, **fields: Any) -> int:
        with self.sessions.begin() as session:
            patient = Patient(
                organization_id=clinic, name=name, phone=f"+1{next(NUMBERS)}", timezone="America/New_York",
                status="active", created_at=self.now, **{"language": "en", "risks": [], **fields},
            )
            patient.procedures.append(Procedure(performed_on=(self.now - timedelta(days=day)).date()))
            session.add(patient)
            session.flush()
            return patient.id

    def wrote(
        self, clinic: int, patient: int | None, *texts: str, minutes_ago: float = 12, agent: str | None = "same",
        reason: str = "finding",
    ) -> Case:
        """The patient's messages, a minute apart, each read and answered, and the flag that they raised."""
        with self.sessions.begin() as session:
            person = session.get_one(Patient, patient) if patient else None
            at = self.now - timedelta(minutes=minutes_ago)
            thread = self._thread(session, clinic, person)
            episode = episodes.add(session, thread=thread, level="none", findings=(), now=at)
            raised, message = None, None
            for minute, text in enumerate(texts):
                moment = at + timedelta(minutes=minute)
                message, read = self._turn(session, thread, person, episode, text, moment, agent)
                if read.disposition >= Disposition.ROUTINE or reason != "finding":
                    raised = flags.raise_flag(
                        session, thread=thread, episode=episode, level=max(read.disposition, Disposition.ROUTINE).id,
                        findings=read.present, reason=reason, communication_id=message.id, now=moment,
                    ).flag
            assert message is not None
            return Case(thread.id, patient, raised.id if raised else 0, message.id)

    def writes_again(self, case: Case, text: str) -> int:
        """One more message in the same conversation, now; nothing has read it yet."""
        with self.sessions.begin() as session:
            thread = session.get_one(Thread, case.thread_id)
            message = self._inbound(session, thread, thread.patient, text, self.now, "received")
            session.add(Turn(communication_id=message.id, thread_id=thread.id, created_at=self.now))
            return message.id

    def answered(self, case: Case, item: str, value: str) -> None:
        with self.sessions.begin() as session:
            session.add(
                Observation(
                    patient_id=case.patient_id, thread_id=case.thread_id, communication_id=case.message_id, item=item,
                    value=value, recorded_at=self.now,
                )
            )

    def practitioner(self, practitioner_id: int) -> Practitioner:
        with self.sessions() as session:
            return session.get_one(Practitioner, practitioner_id)

    def flag(self, case: Case) -> Flag:
        with self.sessions() as session:
            return session.get_one(Flag, case.flag_id)

    def audited(self) -> list[tuple[str, str, str, int | None]]:
        """Every audit row: who, what, and on which thing."""
        with self.sessions() as session:
            rows = session.scalars(select(AuditEvent).order_by(AuditEvent.id))
            return [(row.actor, row.action, row.entity, row.entity_id) for row in rows]

    def _thread(self, session: Session, clinic: int, person: Patient | None) -> Thread:
        key = f"patient:{person.id}" if person else f"sms:+1{next(NUMBERS)}"
        return threads.get_or_create(
            session, key=key, organization_id=clinic, patient_id=person.id if person else None, now=self.now
        )

    def _inbound(
        self, session: Session, thread: Thread, person: Patient | None, text: str, at: datetime, status: str
    ) -> Communication:
        message = Communication(
            thread_id=thread.id, patient_id=thread.patient_id, direction="in", channel="sms",
            address=person.phone if person and person.phone else thread.key.removeprefix("sms:"),
            sender="patient" if person else "unknown", body=text, status=status, created_at=at,
        )
        session.add(message)
        session.flush()
        return message

    def _turn(
        self, session: Session, thread: Thread, person: Patient | None, episode: Episode, text: str, at: datetime,
        agent: str | None,
    ) -> tuple[Communication, Assessment]:
        message = self._inbound(session, thread, person, text, at, "answered")
        read = read_text(text)
        readers = {"screen": read.disposition.id, "agent": read.disposition.id if agent == "same" else agent}
        data = read.as_dict()
        session.add(
            RiskAssessment(
                communication_id=message.id, patient_id=thread.patient_id, episode_id=episode.id,
                disposition=data["disposition"], findings=data["findings"], rules=data["rules"],
                doubts=data["doubts"], ask=data["ask"], readers=readers, context={}, protocol=data["protocol"],
                created_at=at,
            )
        )
        session.add(
            Turn(
                communication_id=message.id, thread_id=thread.id, state="done", created_at=at, finished_at=at,
                agent_failed=agent is None,
            )
        )
        if read.disposition > Disposition.NONE:
            said, kind = advice(read.disposition, read.present, "en", "555-010-0999"), "advice"
        else:
            said, kind = "Thank you for telling us.", "answer"
        session.add(
            Communication(
                thread_id=thread.id, patient_id=thread.patient_id, direction="out", channel="sms",
                address=message.address, sender="bot", kind=kind, body=said, in_reply_to_id=message.id,
                status="delivered", created_at=at + timedelta(seconds=2),
            )
        )
        session.flush()
        return message, read
