"""A signed link that tells the chat who is writing: an id and an end date under the service's key, nothing personal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from bot.settings import Settings

_SALT = "recovery.chat.invite"


class InvalidInvite(Exception):
    """The invite was not signed by this service, or its time is over."""


def sign_invite(settings: Settings, patient_id: int, now: datetime, valid_for: timedelta) -> str:
    """An invite for the patient. Put it behind the `#` of a link, where no server writes it to a log."""
    until = int((now + valid_for).timestamp())
    return str(_serializer(settings).dumps([patient_id, until]))


def read_invite(settings: Settings, invite: str, now: datetime) -> int:
    """The patient's id. Raises InvalidInvite."""
    try:
        patient_id, until = _serializer(settings).loads(invite.encode("utf-8", "replace"))
    except BadSignature as error:
        raise InvalidInvite from error
    if now >= datetime.fromtimestamp(until, UTC):
        raise InvalidInvite
    return int(patient_id)


def _serializer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key.get_secret_value(), salt=_SALT)
