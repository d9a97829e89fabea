"""What was found: assessments, the episodes that they add up to, and the answers to check-in questions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.records.models.base import Base, Identified, Json
from bot.records.models.messages import Communication


class RiskAssessment(Identified, Base):
    """What triage made of one message (FHIR RiskAssessment): the merged result that the patient's advice came from.

    `findings`: [{finding, status, text, start, end}], character offsets into the communication's body.
    `rules`: [{id, level, source, findings}]. `readers`: the level that each reader gave ({"screen": …, "agent": …}).
    """

    __tablename__ = "risk_assessment"

    communication_id: Mapped[int] = mapped_column(ForeignKey("communication.id"), unique=True)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"), index=True)
    episode_id: Mapped[int | None] = mapped_column(ForeignKey("episode.id"), index=True)
    disposition: Mapped[str] = mapped_column(String(16))
    findings: Mapped[list[Any]] = mapped_column(Json, default=list)
    rules: Mapped[list[Any]] = mapped_column(Json, default=list)
    doubts: Mapped[list[Any]] = mapped_column(Json, default=list)
    ask: Mapped[str | None] = mapped_column(String(300))
    readers: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    context: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    protocol: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    communication: Mapped[Communication] = relationship()


class Episode(Identified, Base):
    """One spell of illness: findings add up and the level only rises until a nurse closes it. A thread has one open."""

    __tablename__ = "episode"
    __table_args__ = (
        Index(
            "uq_episode_open",
            "thread_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), index=True)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"), index=True)
    level: Mapped[str] = mapped_column(String(16))
    findings: Mapped[list[Any]] = mapped_column(Json, default=list)  # finding ids, in the order seen
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("practitioner.id"))


class Observation(Identified, Base):
    """The answer to one check-in item (FHIR Observation). A correction adds a row; both stay."""

    __tablename__ = "observation"

    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"), index=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), index=True)
    communication_id: Mapped[int] = mapped_column(ForeignKey("communication.id"), index=True)
    item: Mapped[str] = mapped_column(String(32))
    value: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
