"""The chat's JSON API: start or resume a session, send a message, read what came since.

It answers at once and the widget asks again: a request that waits would hold a thread of the server for each patient.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import Unauthorized

from bot.channels.errors import FieldError, answer
from bot.channels.web import access, fields
from bot.channels.web.invites import InvalidInvite, read_invite
from bot.channels.web.pages import clinic_phone, preferred_language
from bot.channels.web.texts import LANGUAGES, texts
from bot.conversation import intake, transcript
from bot.conversation.services import services
from bot.records import chat_sessions
from bot.records.models import ChatSession, Communication, Organization, Patient
from bot.records.people import default_organization

blueprint = Blueprint("chat", __name__, url_prefix="/chat")


@blueprint.post("/sessions")
def start_session() -> ResponseReturnValue:
    """A new session with its token, or the one whose token is given."""
    data = fields.json_object()
    invite = fields.optional_text(data, "invite")
    language = fields.choice(data, "language", LANGUAGES)
    own = services()
    now = own.clock.now()
    with own.sessions.begin() as session:
        held = access.holder(session, now)
        if held is not None:
            return jsonify(_described(session, held, request.headers[access.TOKEN_HEADER]))
        patient = _invited(session, invite, now) if invite is not None else None
        token = access.new_token()
        started = chat_sessions.create(
            session,
            organization_id=patient.organization_id if patient else default_organization(session).id,
            patient_id=patient.id if patient else None,
            token_hash=access.token_hash(token),
            language=language or (patient.language if patient else "en"),
            now=now,
            expires_at=access.end_of_session(now, own.settings.chat_session_hours),
        )
        return jsonify(_described(session, started, token)), 201


@blueprint.post("/messages")
def post_message() -> ResponseReturnValue:
    """Take a message in. The same client id again gets the same answer and is not a second message."""
    own = services()
    now = own.clock.now()
    with own.sessions() as session:
        chat = access.required_holder(session, now)
        data = fields.json_object()
        client_id = fields.client_id(data, "id")
        body = fields.text(data, "text")
        chat.expires_at = access.end_of_session(now, own.settings.chat_session_hours)
        receipt = intake.receive(
            session,
            organization=session.get_one(Organization, chat.organization_id),
            channel="web",
            address=chat.public_id,
            body=body,
            provider_id=f"{chat.public_id}:{client_id}",
            now=now,
            patient_id=chat.patient_id,
        )
    return jsonify({"id": client_id, "message_id": receipt.communication_id}), 202


@blueprint.get("/messages")
def get_messages() -> ResponseReturnValue:
    """Everything in this chat after the message that the client saw last, both ways, oldest first."""
    own = services()
    now = own.clock.now()
    after = fields.query_id("after")
    with own.sessions() as session:
        chat = access.required_holder(session, now)
        found = transcript.messages_after(session, chat.public_id, after)
        waiting = chat_sessions.has_unanswered(session, chat.public_id)
        levels = chat_sessions.advice_levels(session, [item for item in found if item.kind == "advice"])
        messages = [_message(item, chat.public_id, levels.get(item.id)) for item in found]
        return jsonify({"messages": messages, "waiting": waiting})


@blueprint.errorhandler(Unauthorized)
def session_ended(_error: Unauthorized) -> ResponseReturnValue:
    """No session, or one whose time is over: say how to go on, and whom to call."""
    return answer(401, texts(preferred_language(), "refusals", clinic_phone())["session_ended"])


def _invited(session: Session, invite: str, now: datetime) -> Patient:
    try:
        patient = session.get(Patient, read_invite(services().settings, invite, now))
    except InvalidInvite as error:
        raise FieldError("invite", "is not valid, or its time is over") from error
    if patient is None:
        raise FieldError("invite", "is not valid, or its time is over")
    return patient


def _described(session: Session, chat: ChatSession, token: str) -> dict[str, Any]:
    return {
        "session": chat.public_id,
        "token": token,
        "language": chat.language,
        "known": chat.patient_id is not None,
        "expires_at": chat.expires_at.isoformat(),
        "last_id": chat_sessions.last_message_id(session, chat.public_id),
    }


def _message(item: Communication, public_id: str, level: str | None) -> dict[str, Any]:
    message: dict[str, Any] = {
        "id": item.id,
        "sender": item.sender,
        "kind": item.kind,
        "text": item.body,
        "quick_replies": item.quick_replies,
        "at": item.created_at.isoformat(),
    }
    if level is not None:
        message["level"] = level
    if item.direction == "in" and item.provider_id:
        message["client_id"] = item.provider_id.removeprefix(f"{public_id}:")
    return message
