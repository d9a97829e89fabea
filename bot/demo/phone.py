"""`/dev/phone`: texts sent and received as on a patient's phone, through the same signed webhook that Twilio calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from flask import Blueprint, Flask, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.test import Client

from bot.channels.errors import FieldError
from bot.channels.sms.forms import e164
from bot.channels.sms.signing import SIGNATURE_HEADER, sign
from bot.channels.web import fields
from bot.conversation import transcript
from bot.conversation.services import services
from bot.demo.people import demo_patients
from bot.records.models import Communication
from bot.records.people import default_organization

blueprint = Blueprint("phone", __name__, url_prefix="/dev/phone", template_folder="templates")

_INBOUND = "/sms/inbound"
_ARRIVED = ("sent", "delivered")


@blueprint.get("")
def phone() -> str:
    """The phone. Which number it is stays in the page, so that no number stands in an address."""
    own = services()
    with own.sessions() as session:
        people = demo_patients(session, own.clock.now())
        organization = default_organization(session)
    return render_template("demo/phone.html", people=people, clinic=organization.name)


@blueprint.post("/messages")
def messages() -> ResponseReturnValue:
    """What this number sent and received."""
    number = _number(fields.json_object())
    with services().sessions() as session:
        return jsonify({"messages": [_bubble(item) for item in _all(session, number) if _is_on_the_phone(item)]})


@blueprint.post("/send")
def send() -> ResponseReturnValue:
    """Text the clinic from this number."""
    data = fields.json_object()
    number, body = _number(data), fields.text(data, "body")
    with services().sessions() as session:
        organization = default_organization(session)
        to = organization.sms_number or organization.phone
    status = deliver(current_app._get_current_object(), number, to, body)  # type: ignore[attr-defined]
    return jsonify({"status": status}), 202 if status == 200 else 502


def deliver(app: Flask, number: str, to: str, body: str) -> int:
    """Post the text to the app's own webhook, signed as Twilio signs; gives the webhook's HTTP status."""
    settings = services(app).settings
    form = {
        "AccountSid": settings.twilio_account_sid or f"AC{0:032}",
        "Body": body.encode("utf-8", "replace").decode(),
        "From": number,
        "MessageSid": f"SM{uuid4().hex}",
        "NumMedia": "0",
        "To": to,
    }
    signature = sign(settings, _INBOUND, form)
    return Client(app).post(_INBOUND, data=form, headers={SIGNATURE_HEADER: signature}).status_code


def _all(session: Session, number: str) -> Iterator[Communication]:
    """Every message, page by page: a text may leave the outbox after one that was written later."""
    after = 0
    while found := transcript.messages_after(session, number, after):
        yield from found
        after = found[-1].id


def _number(data: dict[str, Any]) -> str:
    number = e164(fields.text(data, "number").strip())
    if not number.startswith("+") or not number[1:].isascii() or not number[1:].isdigit() or len(number) > 16:
        raise FieldError("number", "must be a phone number, such as +1 555 010 0123")
    return number


def _is_on_the_phone(item: Communication) -> bool:
    return item.channel == "sms" and (item.direction == "in" or item.status in _ARRIVED)


def _bubble(item: Communication) -> dict[str, Any]:
    return {
        "id": item.id,
        "mine": item.direction == "in",
        "sender": item.sender,
        "text": item.body,
        "at": item.created_at.isoformat(),
    }
