"""What stands around a conversation: the patient, the flags with their history, the answers given so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.console import wording
from bot.console.account import Nurse
from bot.console.due import due_at
from bot.console.transcript import Transcript, transcript
from bot.console.worklist import clinic_timezone, finding_labels
from bot.records import people
from bot.records.models import Communication, Flag, FlagEvent, Observation, Practitioner, Thread

_LANGUAGES = {"en": "English", "es": "Spanish"}
_YES_NO_UNKNOWN = {True: "yes", False: "no", None: "not known"}


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
    opened_at: datetime
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
    facts: tuple[tuple[str, str], ...]
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


def find_flag(session: Session, nurse: Nurse, flag_id: int, *, to_change: bool = False) -> Flag | None:
    """The flag, if it belongs to the nurse's own clinic; `to_change` holds it until the transaction ends."""
    wanted = (
        select(Flag)
        .join(Thread, Thread.id == Flag.thread_id)
        .where(Flag.id == flag_id, Thread.organization_id == nurse.organization_id)
    )
    return session.scalar(wanted.with_for_update(of=Flag) if to_change else wanted)


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


def _facts(session: Session, thread: Thread) -> tuple[tuple[str, str], ...]:
    patient = thread.patient
    if patient is None:
        address = session.scalar(
            select(Communication.address)
            .where(Communication.thread_id == thread.id)
            .order_by(Communication.id.desc())
            .limit(1)
        )
        return (("Writes from", address or "not known"), ("Enrolled", "no: call to find out who this is"))
    done = patient.procedures[-1] if patient.procedures else None
    facts = [
        ("Phone", patient.phone or "not known"),
        ("Procedure", f"{wording.plain(done.code)}, {done.performed_on:%d %b %Y}" if done else "date not known"),
        ("Blood thinner", _YES_NO_UNKNOWN[patient.blood_thinner]),
        ("Language", _LANGUAGES.get(patient.language, patient.language)),
    ]
    if patient.risks:
        facts.append(("Risks", ", ".join(wording.plain(str(risk)).lower() for risk in patient.risks)))
    facts += [("Caregiver", f"{person.name or 'name not known'}, {person.phone}") for person in patient.related_persons]
    if patient.status != "active":
        facts.append(("Status", patient.status))
    return tuple(facts)


def _flags(session: Session, thread_id: int, names: dict[int, str], timezone: ZoneInfo) -> tuple[FlagView, ...]:
    found = list(session.scalars(select(Flag).where(Flag.thread_id == thread_id).order_by(Flag.id.desc())))
    events: dict[int, list[HistoryLine]] = {}
    for event in session.scalars(
        select(FlagEvent).where(FlagEvent.flag_id.in_([flag.id for flag in found])).order_by(FlagEvent.id)
    ):
        events.setdefault(event.flag_id, []).append(
            HistoryLine(
                wording.plain(event.event), event.level, names.get(event.practitioner_id or 0), event.reason,
                event.recorded_at,
            )
        )
    return tuple(
        FlagView(
            flag.id, flag.level, flag.state, finding_labels(flag), flag.opened_at,
            due_at(flag.level, flag.opened_at, timezone) if flag.state == "open" else None,
            names.get(flag.acknowledged_by_id or 0), flag.acknowledged_at, tuple(events.get(flag.id, ())),
        )
        for flag in sorted(found, key=lambda flag: (flag.state == "closed", -flag.rank, -flag.id))
    )


def _observations(session: Session, thread_id: int) -> tuple[tuple[str, str, datetime], ...]:
    """The newest answer to each check-in question, in the order of the answers."""
    newest: dict[str, tuple[str, str, datetime]] = {}
    for row in session.scalars(select(Observation).where(Observation.thread_id == thread_id).order_by(Observation.id)):
        newest[row.item] = (wording.plain(row.item), row.value, row.recorded_at)
    return tuple(newest.values())
