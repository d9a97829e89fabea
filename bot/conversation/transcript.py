"""Reading back what was said in a conversation."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.models import Communication

_AT_ONCE = 200


def replies_to(session: Session, communication_id: int) -> list[Communication]:
    """What was answered to a message, in order."""
    return list(
        session.scalars(
            select(Communication)
            .where(Communication.in_reply_to_id == communication_id)
            .order_by(Communication.position, Communication.id)
        )
    )


def messages_after(session: Session, address: str, after_id: int) -> list[Communication]:
    """All that passed between us and an address after the message `after_id`, both ways, oldest first.

    What may not be shown to the address (blocked because it opted out, or stale) is left out.
    """
    return list(
        session.scalars(
            select(Communication)
            .where(
                Communication.address == address,
                Communication.id > after_id,
                Communication.status.not_in(("blocked", "stale")),
            )
            .order_by(Communication.id)
            .limit(_AT_ONCE)
        )
    )
