"""Sending what waits to be sent: claimed first, sent outside any transaction, retried, and its fate recorded."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session, sessionmaker

from bot.conversation.clock import Clock
from bot.records import audit, consents, deliveries, tasks, threads
from bot.records.models import Communication

logger = logging.getLogger(__name__)

#: How long to wait after each failed attempt; after the last one the message has failed.
BACK_OFF = tuple(timedelta(seconds=s) for s in (2, 10, 30, 60, 300, 900))
#: A message that was being sent when the process died is sent again after this long.
SENDING_LEASE = timedelta(seconds=60)
#: The carrier's code for a number that has opted out with it.
OPTED_OUT_CODES = ("21610",)
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """What a sender needs to know of a message."""

    communication_id: int
    address: str
    body: str
    kind: str
    organization_id: int
    sms_number: str | None


@dataclass(frozen=True, slots=True)
class SendResult:
    """The provider has taken the message over, under its own id if it gives one."""

    provider_id: str | None


class SendFailed(Exception):
    """The provider did not take the message. `code` is its own error code, or a short name of what happened."""

    def __init__(self, *, retryable: bool, code: str) -> None:
        super().__init__(code)
        self.retryable = retryable
        self.code = code


class Sender(Protocol):
    """One way out, such as Twilio."""

    def send(self, message: OutboundMessage) -> SendResult:
        """Hand the message to the provider. Raises SendFailed."""
        ...


def deliver_due(sessions: sessionmaker[Session], senders: Mapping[str, Sender], clock: Clock) -> int:
    """Send what is due on the channels that have a sender; how many messages were handled.

    A message is claimed before it is sent, so no two processes send it. If this process dies in between, it is sent
    again later: a patient may get an advice twice, but never not at all.
    """
    handled = 0
    while handled < _AT_ONCE:
        claimed = _claim(sessions, tuple(senders), clock.now())
        if claimed is None:
            break
        if claimed.message is not None:
            _send(sessions, senders[claimed.channel], claimed.message, clock)
        handled += 1
    return handled


def record_status(session: Session, provider_id: str, status: str, error_code: str | None, now: datetime) -> None:
    """What the carrier says of a message, in the caller's transaction. A terminal state is never left.

    The report is kept even where no message is known by that id yet: the carrier may be quicker than our own commit.
    """
    deliveries.add_report(session, provider_id, status, error_code, now)
    message = deliveries.by_provider_id(session, provider_id)
    if message is not None:
        _apply(session, message, status, error_code, now)


@dataclass(frozen=True, slots=True)
class _Claimed:
    channel: str
    message: OutboundMessage | None  # None: it may not be sent any more


def _claim(sessions: sessionmaker[Session], channels: tuple[str, ...], now: datetime) -> _Claimed | None:
    with sessions() as session:
        if not deliveries.has_due(session, channels, now):
            return None
    with sessions.begin() as session:
        message = deliveries.next_due(session, channels, now)
        if message is None:
            return None
        if consents.is_opted_out(session, message.channel, message.address):
            _finish(session, message, "blocked", "opted_out", now)
            _ask_for_call(session, message, now)
            return _Claimed(message.channel, None)
        if message.attempts > len(BACK_OFF):
            _failed(session, message, "failed", message.error_code or "gave_up", now)
            return _Claimed(message.channel, None)
        message.status = "sending"
        message.attempts += 1
        message.next_attempt_at = now + SENDING_LEASE
        organization = message.thread.organization
        return _Claimed(
            message.channel,
            OutboundMessage(
                communication_id=message.id, address=message.address, body=message.body, kind=message.kind,
                organization_id=organization.id, sms_number=organization.sms_number,
            ),
        )


def _send(sessions: sessionmaker[Session], sender: Sender, message: OutboundMessage, clock: Clock) -> None:
    try:
        result = sender.send(message)
    except SendFailed as failed:
        _record_failure(sessions, message.communication_id, failed, clock.now())
        return
    except Exception as error:  # noqa: BLE001 - a fault in one sender may not stop the others' messages
        fault = SendFailed(retryable=True, code=type(error).__name__)
        _record_failure(sessions, message.communication_id, fault, clock.now())
        return
    now = clock.now()
    with sessions.begin() as session:
        sent = deliveries.lock(session, message.communication_id)
        sent.provider_id = result.provider_id
        if sent.status == "sending":
            _finish(session, sent, "sent", None, now)
        if result.provider_id is not None:
            session.flush()
            for report in deliveries.reports(session, result.provider_id):
                _apply(session, sent, report.status, report.error_code, now)


def _record_failure(
    sessions: sessionmaker[Session], communication_id: int, failure: SendFailed, now: datetime
) -> None:
    logger.warning("send failed", extra={"communication": communication_id, "code": failure.code})
    with sessions.begin() as session:
        message = deliveries.lock(session, communication_id)
        if message.status != "sending":
            return
        if failure.retryable and message.attempts <= len(BACK_OFF):
            message.status = "queued"
            message.error_code = failure.code[:64]
            message.next_attempt_at = now + BACK_OFF[message.attempts - 1]
            return
        _failed(session, message, "failed", failure.code, now)


#: What Twilio calls a state → what we call it. States that say no more than "sent" are left out.
_STATES = {"sent": "sent", "delivered": "delivered", "read": "delivered", "undelivered": "undelivered",
           "failed": "failed", "canceled": "failed"}
_TERMINAL = ("delivered", "failed", "undelivered", "blocked", "stale")


def _apply(session: Session, message: Communication, status: str, error_code: str | None, now: datetime) -> None:
    state = _STATES.get(status)
    if state is None or message.status in _TERMINAL or state == message.status:
        return
    if state in ("failed", "undelivered"):
        _failed(session, message, state, error_code, now)
    else:
        _finish(session, message, state, None, now)


def _failed(session: Session, message: Communication, state: str, code: str | None, now: datetime) -> None:
    """The patient will not get it: somebody must call, at once if it was advice."""
    _finish(session, message, state, code, now)
    if code in OPTED_OUT_CODES:
        consents.record(
            session, channel=message.channel, address=message.address, status=consents.OPTED_OUT, source="carrier",
            now=now,
        )
    _ask_for_call(session, message, now)


def _ask_for_call(session: Session, message: Communication, now: datetime) -> None:
    thread = threads.lock(session, message.thread_id)
    at_once = message.kind in ("advice", "nurse")
    tasks.request(
        session, thread=thread, kind="delivery_failed", detail=f"communication {message.id}",
        due_at=now if at_once else tasks.next_working_day(now, thread.organization.timezone), now=now,
    )


def _finish(session: Session, message: Communication, state: str, code: str | None, now: datetime) -> None:
    message.status = state
    message.error_code = code[:64] if code else None
    message.next_attempt_at = None
    message.completed_at = now
    audit.record(
        session, actor="system:outbox", action=f"communication.{state}", entity="communication", entity_id=message.id,
        now=now,
    )
