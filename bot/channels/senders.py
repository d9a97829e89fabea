"""Which sender the outbox uses for each channel that needs one. A chat message needs none: the widget reads it."""

from __future__ import annotations

from bot.channels.sms.sender import DemoPhoneSender, TwilioSender
from bot.channels.sms.twilio_client import build_client
from bot.conversation.outbox import Sender
from bot.settings import Settings


def build_senders(settings: Settings) -> dict[str, Sender]:
    """The senders by channel: in the demo without a Twilio account, texts go to the demo's phone page."""
    if settings.recovery_demo and not settings.twilio_account_sid:
        return {"sms": DemoPhoneSender()}
    return {"sms": TwilioSender(settings, build_client(settings))}
