"""The browsers that hold a chat, and where their conversation stands."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from bot.records.models import ChatSession, Communication, RiskAssessment


def create(
    session: Session,
    *,
    organization_id: int,
    patient_id: int | None,
    token_hash: str,
    language: str,
    now: datetime,
    expires_at: datetime,
) -> ChatSession:
    """A new chat session under a random public id, which is its messages' address."""
    started = ChatSession(
        public_id=secrets.token_urlsafe(16),
        token_hash=token_hash,
        organization_id=organization_id,
        patient_id=patient_id,
        language=language,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(started)
    session.flush()
    return started


def by_token_hash(session: Session, token_hash: str, now: datetime) -> ChatSession | None:
    """The session whose token has this hash, unless its time is over."""
    return session.scalar(select(ChatSession).where(ChatSession.token_hash == token_hash, ChatSession.expires_at > now))


def last_message_id(session: Session, public_id: str) -> int:
    """The id of the session's newest message, 0 if there is none."""
    newest = select(func.max(Communication.id)).where(
        Communication.channel == "web", Communication.address == public_id
    )
    return session.scalar(newest) or 0


def has_unanswered(session: Session, public_id: str) -> bool:
    """Whether a message of this session still waits for its turn."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    Communication.channel == "web",
                    Communication.address == public_id,
                    Communication.direction == "in",
                    Communication.status == "received",
                )
            )
        )
    )


def advice_levels(session: Session, advice: Sequence[Communication]) -> dict[int, str]:
    """The level of each piece of advice: what the message that it answers was found to be."""
    answered = {item.id: item.in_reply_to_id for item in advice if item.in_reply_to_id is not None}
    found = session.execute(
        select(RiskAssessment.communication_id, RiskAssessment.disposition).where(
            RiskAssessment.communication_id.in_(answered.values())
        )
    )
    levels: dict[int, str] = {row.communication_id: row.disposition for row in found}
    return {advice_id: levels[asked_id] for advice_id, asked_id in answered.items() if asked_id in levels}


def language_of(session: Session, public_id: str) -> str | None:
    """The language that the visitor chose, if any."""
    return session.scalar(select(ChatSession.language).where(ChatSession.public_id == public_id))
