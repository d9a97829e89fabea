"""Whether an address may be written to: the newest word on it counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.models import Consent

OPTED_IN, OPTED_OUT = "opted_in", "opted_out"


def record(session: Session, *, channel: str, address: str, status: str, source: str, now: datetime) -> None:
    """Write down that the address may, or may not, be written to from now on."""
    session.add(Consent(channel=channel, address=address, status=status, source=source, recorded_at=now))
    session.flush()


def is_opted_out(session: Session, channel: str, address: str) -> bool:
    """Whether the last thing said about the address is that it wants no messages."""
    newest = session.scalar(
        select(Consent.status)
        .where(Consent.channel == channel, Consent.address == address)
        .order_by(Consent.id.desc())
        .limit(1)
    )
    return newest == OPTED_OUT
