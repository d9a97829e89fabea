"""What the pages call things: levels, findings, statuses, deliveries and spans of time, in a nurse's plain words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

LEVELS: Final = ("emergency", "urgent", "routine", "self_care", "none")

_LEVEL_LABELS = {
    "emergency": "Emergency",
    "urgent": "Urgent",
    "routine": "Routine",
    "self_care": "Self-care",
    "none": "No symptom",
}

_STATUS_LABELS = {
    "present": "present",
    "uncertain": "present, unsure",
    "resolved": "over now",
    "negated": "denied",
    "historical": "before the procedure",
    "unchanged": "old, unchanged",
    "hypothetical": "a question",
    "other_person": "somebody else",
    "figurative": "figure of speech",
}

_REASON_LABELS = {
    "not_understood": "Message not understood",
    "unread": "Message not read by the assistant",
    "nurse_request": "Asks for a nurse",
    "media": "Sent a photo",
}

_DELIVERY_LABELS = {
    "queued": "waiting to be sent",
    "sending": "being sent",
    "sent": "sent",
    "delivered": "delivered",
    "failed": "NOT sent",
    "undelivered": "NOT delivered",
    "blocked": "NOT sent: opted out",
    "stale": "not sent: too late",
    "received": "being read",
    "silent": "read, no automatic reply",
}

#: Outbound statuses that mean the patient has not got the message and will not.
UNDELIVERED: Final = frozenset({"failed", "undelivered", "blocked", "stale"})

_SENDER_LABELS = {
    "patient": "Patient",
    "caregiver": "Caregiver",
    "unknown": "Unknown sender",
    "bot": "Recovery Line",
    "nurse": "Nurse",
}

_READER_LABELS = {"screen": "Safety screen", "agent": "Assistant"}


def level_label(level: str) -> str:
    return _LEVEL_LABELS.get(level, plain(level))


def status_label(status: str) -> str:
    return _STATUS_LABELS.get(status, plain(status).lower())


def reason_label(reason: str) -> str:
    return _REASON_LABELS.get(reason, plain(reason))


def delivery_label(status: str) -> str:
    return _DELIVERY_LABELS.get(status, plain(status).lower())


def sender_label(sender: str) -> str:
    return _SENDER_LABELS.get(sender, plain(sender))


def reader_label(reader: str) -> str:
    return _READER_LABELS.get(reader, plain(reader))


def plain(identifier: str) -> str:
    """An identifier such as `leg_numbness` as words: "Leg numbness"."""
    words = identifier.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def span(length: timedelta) -> str:
    """A length of time, to the minute below a day: "under 1 min", "12 min", "3 h 05 min", "2 d 4 h"."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes < 1:
        return "under 1 min"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"


def at(moment: datetime, timezone: ZoneInfo) -> str:
    """A moment in the clinic's time: "Fri 21 Nov, 07:25"."""
    local = moment.astimezone(timezone)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"
