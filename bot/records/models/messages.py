"""What was said: threads, communications in and out, the turns still to take and the outbox still to send."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.records.models.base import AnyText, Base, Identified, Json
from bot.records.models.people import Organization, Patient


class Thread(Identified, Base):
    """One conversation: all that passes between a clinic and one patient, or one unknown address.

    `key` is `patient:<id>`, or `sms:<number>` / `web:<session>` while nobody knows who writes.
    `lease_*` lets one worker at a time take its turns. `owner_id` is the nurse who has taken over.
    `doubt` is the question about one finding that waits for an answer: {finding, question, communication_id}.
    `dialogue` is the agent's own state, kept for it and handed back with the next turn (see docs/architecture.md).
    """

    __tablename__ = "thread"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"), index=True)
    key: Mapped[str] = mapped_column(String(96), unique=True)
    asked: Mapped[str | None] = mapped_column(String(64))
    asked_at: Mapped[datetime | None]
    dialogue: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    doubt: Mapped[dict[str, Any] | None] = mapped_column(Json)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("practitioner.id"))
    owned_at: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship()
    patient: Mapped[Patient | None] = relationship()


class ChatSession(Identified, Base):
    """A browser that holds a chat token. Only the token's SHA-256 is kept."""

    __tablename__ = "chat_session"

    public_id: Mapped[str] = mapped_column(String(64), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    language: Mapped[str | None] = mapped_column(String(8))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Communication(Identified, Base):
    """One message, in or out (FHIR Communication). `address` is the far end: an E.164 number or a chat's public id.

    Inbound status: received, answered, silent (a nurse owns the thread), failed.
    Outbound status: queued, sending, sent, delivered, failed, undelivered, blocked (opted out), stale.
    Kinds out: advice, question, answer, notice, nurse. `provider_id`: Twilio's MessageSid or the chat client's id.
    """

    __tablename__ = "communication"
    __table_args__ = (
        UniqueConstraint("channel", "direction", "provider_id"),
        Index("ix_communication_thread_id_id", "thread_id", "id"),
        Index("ix_communication_outbox", "direction", "status", "next_attempt_at"),
    )

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"), index=True)
    direction: Mapped[str] = mapped_column(String(3))  # in | out
    channel: Mapped[str] = mapped_column(String(8))  # sms | web
    address: Mapped[str] = mapped_column(String(64), index=True)
    sender: Mapped[str] = mapped_column(String(16))  # patient | caregiver | unknown | bot | nurse
    kind: Mapped[str] = mapped_column(String(16), default="message")
    body: Mapped[str] = mapped_column(AnyText)
    media_count: Mapped[int] = mapped_column(Integer, default=0)
    quick_replies: Mapped[list[Any]] = mapped_column(Json, default=list)
    provider_id: Mapped[str | None] = mapped_column(String(96))
    in_reply_to_id: Mapped[int | None] = mapped_column(ForeignKey("communication.id"), index=True)
    position: Mapped[int] = mapped_column(Integer, default=0)
    status: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None]
    error_code: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]

    thread: Mapped[Thread] = relationship()


class Turn(Identified, Base):
    """The work that one inbound communication makes. Stored in the same transaction as the communication.

    State: pending, done, failed. `priority` is the rank of the level that a first look gave at intake (4 = emergency).
    """

    __tablename__ = "turn"
    __table_args__ = (Index("ix_turn_state_priority_id", "state", "priority", "id"),)

    communication_id: Mapped[int] = mapped_column(ForeignKey("communication.id"), unique=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), index=True)
    state: Mapped[str] = mapped_column(String(16), default="pending")
    priority: Mapped[int] = mapped_column(Integer, default=0)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    agent_failed: Mapped[bool] = mapped_column(Boolean, default=False)
    error_code: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    communication: Mapped[Communication] = relationship()
    thread: Mapped[Thread] = relationship()


class DeliveryReport(Identified, Base):
    """What the carrier said of a message that went out; rows are only added.

    A report may come before the send call has returned the `provider_id`, so it is kept by that id alone.
    """

    __tablename__ = "delivery_report"

    provider_id: Mapped[str] = mapped_column(String(96), index=True)
    status: Mapped[str] = mapped_column(String(16))
    error_code: Mapped[str | None] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
