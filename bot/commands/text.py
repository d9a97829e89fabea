"""`python -m bot text`: a patient's text message, signed as Twilio signs it, and what goes back to the patient."""

from __future__ import annotations

import secrets
import time

import click
import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.channels.sms.forms import e164
from bot.channels.sms.signing import SIGNATURE_HEADER, public_url, sign
from bot.commands.support import clinic_or_exit, open_sessions, settings_or_exit
from bot.conversation.transcript import replies_to
from bot.records.models import Communication, Turn
from bot.records.people import patients_at
from bot.settings import Settings

PATH = "/sms/inbound"
POLL_SECONDS = 0.1
#: Stored for the record, but never on its way to the patient.
WITHHELD = ("blocked", "stale")


@click.command()
@click.argument("phone")
@click.argument("message")
@click.option("--wait", default=15.0, show_default=True, type=click.FloatRange(0, 600), help="Seconds to wait.")
def text(phone: str, message: str, wait: float) -> None:
    """Send MESSAGE to the running service as a text from PHONE and print what goes back."""
    settings = settings_or_exit()
    if not settings.twilio_auth_token.get_secret_value():
        raise click.ClickException("TWILIO_AUTH_TOKEN is not set, so the message cannot be signed: is `make run` on?")
    with open_sessions(settings) as sessions:
        form = _form(sessions, settings, phone, message)
        _post(settings, form)
        replies = _wait_for_replies(sessions, form["MessageSid"], wait)
    click.echo("\n\n".join(replies))


def _form(sessions: sessionmaker[Session], settings: Settings, phone: str, message: str) -> dict[str, str]:
    """The fields as Twilio sends them, to the number of the clinic that the patient belongs to."""
    sender = e164(phone)
    with sessions() as session:
        patients = patients_at(session, sender)
        clinic = patients[0].organization if patients else clinic_or_exit(session)
        if not clinic.sms_number:
            raise click.ClickException(f"The clinic {clinic.id} has no number for text messages.")
        to = clinic.sms_number
    return {
        "MessageSid": f"SM{secrets.token_hex(16)}",
        "AccountSid": settings.twilio_account_sid or f"AC{'0' * 32}",
        "From": sender,
        "To": to,
        # Bytes of another encoding on the command line arrive as lone surrogates, which no form can carry.
        "Body": message.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
        "NumMedia": "0",
    }


def _post(settings: Settings, form: dict[str, str]) -> None:
    url = public_url(settings, PATH)
    try:
        response = httpx.post(url, data=form, headers={SIGNATURE_HEADER: sign(settings, PATH, form)}, timeout=10)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise click.ClickException(f"Nothing answers at {url}: start the service with `make run`.") from None
    if not response.is_success:
        detail = response.text.strip()[:200]
        raise click.ClickException(f"The service refused the message: {response.status_code} {detail}")


def _wait_for_replies(sessions: sessionmaker[Session], message_sid: str, seconds: float) -> list[str]:
    deadline = time.monotonic() + seconds
    while True:
        with sessions() as session:
            state, replies = _outcome(session, message_sid)
        if replies:
            return replies
        if state == "done":
            raise click.ClickException("Nothing goes back: a nurse owns the conversation, or the number opted out.")
        if time.monotonic() >= deadline:
            raise click.ClickException(f"Nothing came back in {seconds:g} s: is the worker running?")
        time.sleep(POLL_SECONDS)


def _outcome(session: Session, message_sid: str) -> tuple[str | None, list[str]]:
    """The state of the message's turn, and the texts that go back."""
    inbound = select(Communication.id).where(
        Communication.provider_id == message_sid, Communication.direction == "in", Communication.channel == "sms"
    )
    communication_id = session.scalar(inbound)
    if communication_id is None:
        return None, []
    state = session.scalar(select(Turn.state).where(Turn.communication_id == communication_id))
    return state, [reply.body for reply in replies_to(session, communication_id) if reply.status not in WITHHELD]
