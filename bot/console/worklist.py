"""The queue as a nurse reads it: one row for each patient who waits, worst first."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.console import wording
from bot.console.due import due_at, waiting_since
from bot.console.quotes import Said, words_of
from bot.records import flags, people
from bot.records.models import Flag, FlagEvent, Organization, Practitioner


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One flag. Moments are kept as moments: the page counts the minutes. `message_id` is the message to read first."""

    flag_id: int
    thread_id: int
    level: str
    name: str
    day: int | None
    blood_thinner: bool
    findings: tuple[str, ...]
    quotes: tuple[str, ...]
    message_id: int | None
    since: datetime
    due_at: datetime | None
    state: str
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    owner: str | None

    @property
    def key(self) -> str:
        """Names the row in the page, so that a refresh can tell it from the others."""
        return f"flag-{self.flag_id}"

    def overdue(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at < now


@dataclass(frozen=True, slots=True)
class Queue:
    """All rows of one clinic at one moment."""

    rows: tuple[QueueRow, ...]
    timezone: ZoneInfo
    now: datetime

    @property
    def counts(self) -> dict[str, int]:
        """How many flags of each level that has any, worst level first."""
        found = Counter(row.level for row in self.rows)
        return {level: found[level] for level in wording.LEVELS if found[level]}

    @property
    def waiting(self) -> int:
        """How many flags nobody has acknowledged."""
        return sum(row.state == "open" for row in self.rows)

    @property
    def alarms(self) -> dict[str, str]:
        """Emergencies that nobody has acknowledged: what to announce, by row."""
        return {
            f"{row.key}@{row.since.isoformat()}": f"Emergency: {row.name}. {', '.join(row.findings)}."
            for row in self.rows
            if row.level == "emergency" and row.state == "open"
        }

    @property
    def version(self) -> str:
        """Changes when anything that the page shows changes, the passing of the due time included."""
        shown = [[asdict(row), row.overdue(self.now)] for row in self.rows]
        return hashlib.sha256(json.dumps(shown, default=str, sort_keys=True).encode()).hexdigest()[:24]


def queue_of(session: Session, organization_id: int, now: datetime) -> Queue:
    """The queue of one clinic."""
    timezone = clinic_timezone(session, organization_id)
    waiting = flags.open_flags(session, organization_id)
    names = _practitioner_names(session, waiting)
    words = words_of(session, [flag.episode_id for flag in waiting])
    events = events_of(session, waiting)
    rows = tuple(
        _row(
            flag, said=words.get(flag.episode_id, Said(None, ())),
            since=waiting_since(flag.opened_at, events.get(flag.id, ())), names=names, timezone=timezone, now=now,
        )
        for flag in waiting
    )
    return Queue(rows, timezone, now)


def clinic_timezone(session: Session, organization_id: int) -> ZoneInfo:
    """The time zone that the pages show times in."""
    return ZoneInfo(session.get_one(Organization, organization_id).timezone)


def finding_labels(flag: Flag) -> tuple[str, ...]:
    """Why the flag is there, in plain words."""
    found = tuple(wording.plain(str(finding)) for finding in flag.findings)
    if flag.reason == "finding" and found:
        return found
    return (wording.reason_label(flag.reason), *found)


def patient_name(flag: Flag) -> str:
    return flag.patient.name if flag.patient else "Unknown sender"


def events_of(session: Session, found: Sequence[Flag]) -> dict[int, list[FlagEvent]]:
    """The history of each flag, oldest change first."""
    events: dict[int, list[FlagEvent]] = {}
    ids = [flag.id for flag in found]
    for event in session.scalars(select(FlagEvent).where(FlagEvent.flag_id.in_(ids)).order_by(FlagEvent.id)):
        events.setdefault(event.flag_id, []).append(event)
    return events


def _row(
    flag: Flag, *, said: Said, since: datetime, names: dict[int, str], timezone: ZoneInfo, now: datetime
) -> QueueRow:
    is_open = flag.state == "open"
    return QueueRow(
        flag_id=flag.id,
        thread_id=flag.thread_id,
        level=flag.level,
        name=patient_name(flag),
        day=people.day_since_procedure(flag.patient, now) if flag.patient else None,
        blood_thinner=bool(flag.patient and flag.patient.blood_thinner),
        findings=finding_labels(flag),
        quotes=said.quotes,
        message_id=said.message_id,
        since=since,
        due_at=due_at(flag.level, since, timezone.key) if is_open else None,
        state=flag.state,
        acknowledged_by=names.get(flag.acknowledged_by_id or 0) if not is_open else None,
        acknowledged_at=flag.acknowledged_at if not is_open else None,
        owner=names.get(flag.thread.owner_id or 0),
    )


def _practitioner_names(session: Session, waiting: Sequence[Flag]) -> dict[int, str]:
    ids = {found for flag in waiting for found in (flag.acknowledged_by_id, flag.thread.owner_id) if found}
    rows = session.execute(select(Practitioner.id, Practitioner.name).where(Practitioner.id.in_(ids)))
    return {row.id: row.name for row in rows}
