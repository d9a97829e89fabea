"""What Twilio calls: a text came in, or one that went out changed its state. Nothing unsigned gets in."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import Forbidden

from bot.channels.sms.forms import InboundMessage, StatusUpdate
from bot.channels.sms.signing import is_signed
from bot.conversation import intake, outbox
from bot.conversation.services import services
from bot.records.people import default_organization, organization_by_sms_number

blueprint = Blueprint("sms", __name__, url_prefix="/sms")

#: Answers go out through the outbox, where a crash cannot lose them; the webhook itself says nothing.
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@blueprint.before_request
def refuse_unsigned() -> None:
    """Raises Forbidden unless Twilio signed the request."""
    if not is_signed(services().settings, request):
        raise Forbidden


@blueprint.post("/inbound")
def inbound() -> Response:
    """Store the text and the work that it makes, then acknowledge. The same MessageSid again changes nothing."""
    message = InboundMessage.from_form(request.form)
    own = services()
    with own.sessions() as session:
        intake.receive(
            session,
            organization=organization_by_sms_number(session, message.to) or default_organization(session),
            channel="sms",
            address=message.sender,
            body=message.body,
            provider_id=message.sid,
            now=own.clock.now(),
            media_count=message.media_count,
        )
    return Response(EMPTY_TWIML, content_type="text/xml; charset=utf-8")


@blueprint.post("/status")
def status() -> Response:
    """Record what became of a text that we sent."""
    update = StatusUpdate.from_form(request.form)
    own = services()
    with own.sessions.begin() as session:
        outbox.record_status(session, update.sid, update.status, update.error_code, own.clock.now())
    return Response(status=204)
