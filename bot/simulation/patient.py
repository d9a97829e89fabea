"""The patient of a conversation: writes by text message or in the chat, and sees what arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import Client, TestResponse

from bot.channels.web.access import TOKEN_HEADER
from bot.channels.web.invites import sign_invite
from bot.demo.phone import deliver
from bot.records.models import Communication
from bot.simulation.clinic import SMS_NUMBER, Clinic

_ARRIVED = ("sent", "delivered")
_INVITE_FOR = timedelta(hours=1)
_OK, _CREATED, _ACCEPTED, _SESSION_ENDED = 200, 201, 202, 401


class Refused(Exception):
    """The product's own door did not take a message in."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The product refused a message with status {status}.")


class Writer(Protocol):
    """Somebody who writes on one channel."""

    channel: str

    @property
    def address(self) -> str:
        """Where the answers go: a number, or a chat's public id."""
        ...

    def write(self, text: str) -> None:
        """Send one message. Raises Refused."""
        ...


class Texter:
    """Writes text messages: each is a signed request to the webhook that Twilio calls."""

    channel = "sms"

    def __init__(self, clinic: Clinic, number: str) -> None:
        self._clinic = clinic
        self.address = number

    def write(self, text: str) -> None:
        status = deliver(self._clinic.app, self.address, SMS_NUMBER, text)
        if status != _OK:
            raise Refused(status)


class Chatter:
    """Writes in the chat, opened with an invite; when a session's time is over, opens the invite's link again."""

    channel = "web"

    def __init__(self, clinic: Clinic, patient_id: int) -> None:
        self._clinic, self._patient_id = clinic, patient_id
        self._client = Client(clinic.app, use_cookies=False)
        self.address, self._token = self._open()

    def write(self, text: str) -> None:
        response = self._post(text)
        if response.status_code == _SESSION_ENDED:
            self.address, self._token = self._open()
            response = self._post(text)
        if response.status_code != _ACCEPTED:
            raise Refused(response.status_code)

    def _post(self, text: str) -> TestResponse:
        message = {"id": uuid4().hex, "text": text}
        return self._client.post("/chat/messages", json=message, headers={TOKEN_HEADER: self._token})

    def _open(self) -> tuple[str, str]:
        invite = sign_invite(self._clinic.settings, self._patient_id, self._clinic.clock.now(), _INVITE_FOR)
        response = self._client.post("/chat/sessions", json={"invite": invite})
        if response.status_code != _CREATED:
            raise Refused(response.status_code)
        chat = response.get_json()
        return chat["session"], chat["token"]


def last_written(session: Session) -> Communication:
    """The newest message that came in."""
    newest = select(Communication).where(Communication.direction == "in").order_by(Communication.id.desc()).limit(1)
    return session.scalars(newest).one()


def newest_id(session: Session) -> int:
    """The id of the newest message of all; 0 if there is none."""
    return session.scalar(select(func.max(Communication.id))) or 0


def arrived(session: Session, after_id: int) -> Sequence[str]:
    """What reached the patient after the message `after_id`, oldest first."""
    return session.scalars(
        select(Communication.body)
        .where(
            Communication.direction == "out", Communication.id > after_id, Communication.status.in_(_ARRIVED)
        )
        .order_by(Communication.id)
    ).all()
