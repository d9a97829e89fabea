"""What triage made of each message, and the answers to check-in questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.records.models import Communication, Observation, RiskAssessment

_VALUE_LENGTH = 64


def add(
    session: Session,
    *,
    message: Communication,
    result: Mapping[str, Any],
    readers: Mapping[str, str],
    context: Mapping[str, Any],
    episode_id: int | None,
    now: datetime,
) -> RiskAssessment:
    """Keep the reading that the patient's advice came from. `result` is triage's own JSON form."""
    row = RiskAssessment(
        communication_id=message.id, patient_id=message.patient_id, episode_id=episode_id,
        disposition=result["disposition"], findings=list(result["findings"]), rules=list(result["rules"]),
        doubts=list(result["doubts"]), ask=result["ask"], readers=dict(readers), context=dict(context),
        protocol=result["protocol"], created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def observe(session: Session, message: Communication, answers: Iterable[tuple[str, str]], now: datetime) -> None:
    """Keep what the message answers to check-in items. A correction adds a row; both stay."""
    for item, value in answers:
        session.add(
            Observation(
                patient_id=message.patient_id, thread_id=message.thread_id, communication_id=message.id, item=item,
                value=value[:_VALUE_LENGTH], recorded_at=now,
            )
        )
    session.flush()
