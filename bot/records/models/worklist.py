"""What the nurses have to do: flags, their history, and tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.records.models.base import Base, Identified, Json
from bot.records.models.clinical import Episode
from bot.records.models.messages import Thread
from bot.records.models.people import Patient


class Flag(Identified, Base):
    """A patient whom a nurse must see (FHIR Flag). One open flag an episode; `rank` sorts the queue (4 = emergency).

    States: open, acknowledged, closed. An acknowledged flag reopens when a new red flag comes. See `bot.records.flags`.
    Reasons: finding, not_understood, unread (nobody could read the message), nurse_request, media.
    """

    __tablename__ = "flag"
    __table_args__ = (
        Index("ix_flag_queue", "state", "rank", "opened_at"),
        Index(
            "uq_flag_open",
            "episode_id",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
    )

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), index=True)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"), index=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    level: Mapped[str] = mapped_column(String(16))
    rank: Mapped[int] = mapped_column(Integer)
    findings: Mapped[list[Any]] = mapped_column(Json, default=list)
    reason: Mapped[str] = mapped_column(String(32), default="finding")
    state: Mapped[str] = mapped_column(String(16), default="open")
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("practitioner.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("practitioner.id"))
    close_reason: Mapped[str | None] = mapped_column(String(500))

    thread: Mapped[Thread] = relationship()
    patient: Mapped[Patient | None] = relationship()
    episode: Mapped[Episode] = relationship()


class FlagEvent(Identified, Base):
    """One change of a flag's state or level; rows are only added."""

    __tablename__ = "flag_event"

    flag_id: Mapped[int] = mapped_column(ForeignKey("flag.id"), index=True)
    event: Mapped[str] = mapped_column(String(16))  # opened | raised | reopened | acknowledged | closed
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(16))
    communication_id: Mapped[int | None] = mapped_column(ForeignKey("communication.id"))
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("practitioner.id"))
    reason: Mapped[str | None] = mapped_column(String(500))
    recorded_at: Mapped[datetime]


class Task(Identified, Base):
    """A thing to be done by a person or by the clock (FHIR Task).

    Kinds: page_nurse, page_on_call, page_physician, phone_call, callback, recheck, agent_unavailable, delivery_failed,
    media_review, doubt_timeout (done by the clock: see `bot.conversation.housekeeping`).
    Status: requested, completed, cancelled.
    """

    __tablename__ = "task"
    __table_args__ = (Index("ix_task_due", "status", "due_at"),)

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), index=True)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    flag_id: Mapped[int | None] = mapped_column(ForeignKey("flag.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(16), default="requested")
    detail: Mapped[str | None] = mapped_column(String(200))
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
