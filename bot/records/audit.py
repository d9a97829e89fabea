"""Writing down who did or saw what. The database refuses to change or remove what stands here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.records.models import AuditEvent


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    entity: str,
    entity_id: int | None,
    detail: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Add one event to the caller's transaction. `detail` holds ids, states and counts, never a patient's words."""
    session.add(
        AuditEvent(
            recorded_at=now, actor=actor, action=action, entity=entity, entity_id=entity_id, detail=dict(detail or {})
        )
    )
