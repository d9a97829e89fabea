"""Who saw or changed what: append-only, enforced by triggers in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.models.base import Base, BigInt, Identified, Json


class AuditEvent(Identified, Base):
    """One act (FHIR AuditEvent). `detail` holds ids, states and counts, never a patient's words, name or number."""

    __tablename__ = "audit_event"

    recorded_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))  # practitioner:<id> | system:<part> | patient:<id>
    action: Mapped[str] = mapped_column(String(48), index=True)
    entity: Mapped[str] = mapped_column(String(48))
    entity_id: Mapped[int | None] = mapped_column(BigInt)
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
