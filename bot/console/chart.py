"""What stands around a conversation: the patient, the flags with their history, the answers given so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.console import wording
from bot.console.account import Nurse
from bot.console.due import due_at, waiting_since
from bot.console.transcript import Transcript, transcript
from bot.console.worklist import clinic_timezone, events_of, finding_labels
from bot.records import people
from bot.records.models import Communication, Flag, FlagEvent, Observation, Practitioner, Thread

_LANGUAGES = {"en": "English", "es": "Spanish"}
_YES_NO_UNKNOWN = {True: "yes", False: "no", None: "not known"}


class Fact(NamedTuple):
    """One line about the patient; `call` is the number to phone, where there is one."""

    name: str
    value: str
    call: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change of a flag."""

    event: str
    level: str
    who: str | None
    reason: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class FlagView:
    """A flag of the thread, with what was done about it."""

    id: int
    level: str
    state: str
    findings: tuple[str, ...]
    since: datetime
    due_at: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    history: tuple[HistoryLine, ...]

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done about it."""
        return self.state != "closed"


@dataclass(frozen=True, slots=True)
class Chart:
    """The whole page of one conversation."""

    thread_id: int
    name: str
    day: int | None
    facts: tuple[Fact, ...]
    flags: tuple[FlagView, ...]
    observations: tuple[tuple[str, str, datetime], ...]
    transcript: Transcript
    owner_id: int | None
    owner: str | None
    timezone: ZoneInfo
    now: datetime

    @property
    def open_flags(self) -> tuple[FlagView, ...]:
        return tuple(flag for flag in self.flags if flag.is_open)


def find_thread(session: Session, nurse: Nurse, thread_id: int) -> Thread | None:
    """The thread, if it belongs to the nurse's own clinic."""
    return session.scalar(
        select(Thread).where(Thread.id == thread_id, Thread.organization_id == nurse.organization_id)
    )


def find_flag(session: Session, nurse: Nurse, flag_id: int) -> Flag | None:
    """The flag, if it belongs to the nurse's own clinic."""
    return session.scalar(
        select(Flag)
        .join(Thread, Thread.id == Flag.thread_id)
        .where(Flag.id == flag_id, Thread.organization_id == nurse.organization_id)
    )


def chart_of(session: Session, thread: Thread, now: datetime, before: int | None = None) -> Chart:
    """All that the page of a conversation shows."""
    timezone = clinic_timezone(session, thread.organization_id)
    staff = select(Practitioner.id, Practitioner.name).where(Practitioner.organization_id == thread.organization_id)
    names = {row.id: row.name for row in session.execute(staff)}
    patient = thread.patient
    return Chart(
        thread_id=thread.id,
        name=patient.name if patient else "Unknown sender",
        day=people.day_since_procedure(patient, now) if patient else None,
        facts=_facts(session, thread),
        flags=_flags(session, thread.id, names, timezone),
        observations=_observations(session, thread.id),
        transcript=transcript(session, thread.id, before),
        owner_id=thread.owner_id,
        owner=names.get(thread.owner_id or 0),
        timezone=timezone,
        now=now,
    )


def _facts(session: Session, thread: Thread) -> tuple[Fact, ...]:
    patient = thread.patient
    if patient is None:
        address = session.scalar(
            select(Communication.address)
            .where(Communication.thread_id == thread.id)
            .order_by(Communication.id.desc())
            .limit(1)
        )
        number = address if address and address.startswith("+") else None
        return (
            Fact("Writes from", number or "a web chat without a name", number),
            Fact("Enrolled", "no: call to find out who this is" if number else "no"),
        )
    done = patient.procedures[-1] if patient.procedures else None
    facts = [
        Fact("Phone", patient.phone or "not known", patient.phone),
        Fact("Procedure", f"{wording.plain(done.code)}, {done.performed_on:%d %b %Y}" if done else "date not known"),
        Fact("Blood thinner", _YES_NO_UNKNOWN[patient.blood_thinner]),
        Fact("Language", _LANGUAGES.get(patient.language, patient.language)),
    ]
    if patient.risks:
        facts.append(Fact("Risks", ", ".join(wording.plain(str(risk)).lower() for risk in patient.risks)))
    for person in patient.related_persons:
        facts.append(Fact("Caregiver", " ".join(filter(None, (person.name, person.phone))), person.phone))
    if patient.status != "active":
        facts.append(Fact("Status", patient.status))
    return tuple(facts)


def _flags(session: Session, thread_id: int, names: dict[int, str], timezone: ZoneInfo) -> tuple[FlagView, ...]:
    found = list(session.scalars(select(Flag).where(Flag.thread_id == thread_id).order_by(Flag.id.desc())))
    events = events_of(session, found)
    ordered = sorted(found, key=lambda flag: (flag.state == "closed", -flag.rank, -flag.id))
    return tuple(_flag(flag, events.get(flag.id, []), names, timezone) for flag in ordered)


def _flag(flag: Flag, events: list[FlagEvent], names: dict[int, str], timezone: ZoneInfo) -> FlagView:
    since = waiting_since(flag.opened_at, events)
    return FlagView(
        id=flag.id,
        level=flag.level,
        state=flag.state,
        findings=finding_labels(flag),
        since=since,
        due_at=due_at(flag.level, since, timezone.key) if flag.state == "open" else None,
        acknowledged_by=names.get(flag.acknowledged_by_id or 0),
        acknowledged_at=flag.acknowledged_at,
        history=tuple(
            HistoryLine(
                wording.plain(event.event), event.level, names.get(event.practitioner_id or 0), event.reason,
                event.recorded_at,
            )
            for event in events
        ),
    )


def _observations(session: Session, thread_id: int) -> tuple[tuple[str, str, datetime], ...]:
    """The newest answer to each check-in question, in the order of the answers."""
    newest: dict[str, tuple[str, str, datetime]] = {}
    for row in session.scalars(select(Observation).where(Observation.thread_id == thread_id).order_by(Observation.id)):
        newest[row.item] = (wording.plain(row.item), row.value, row.recorded_at)
    return tuple(newest.values())
