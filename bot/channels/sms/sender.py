"""Hands a text of the outbox to Twilio, or to the demo's phone."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from bot.channels.sms.segments import to_gsm7
from bot.channels.sms.signing import public_url
from bot.conversation.outbox import OutboundMessage, SendFailed, SendResult
from bot.settings import Settings

_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


class TwilioSender:
    """Sends through Twilio's REST API, from the messaging service if there is one, else from the clinic's number."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self._client = client
        self._messaging_service_sid = settings.twilio_messaging_service_sid
        self._status_callback = public_url(settings, "/sms/status")

    def send(self, message: OutboundMessage) -> SendResult:
        """Hand the text over. Raises SendFailed with Twilio's code, worth a retry unless Twilio refused the text."""
        try:
            sent = self._client.messages.create(
                to=message.address,
                body=to_gsm7(message.body),
                status_callback=self._status_callback,
                **self._from(message),
            )
        except TwilioRestException as refused:
            retryable = refused.status == _TOO_MANY_REQUESTS or refused.status >= _SERVER_ERROR
            raise SendFailed(retryable=retryable, code=str(refused.code or refused.status)) from None
        except (RequestException, TwilioException) as lost:
            raise SendFailed(retryable=True, code=type(lost).__name__) from None
        return SendResult(provider_id=sent.sid)

    def _from(self, message: OutboundMessage) -> dict[str, Any]:
        if self._messaging_service_sid:
            return {"messaging_service_sid": self._messaging_service_sid}
        if message.sms_number:
            return {"from_": message.sms_number}
        raise SendFailed(retryable=False, code="no_sms_number")


class DemoPhoneSender:
    """Takes every text: the demo's phone page shows what the outbox has sent."""

    def send(self, message: OutboundMessage) -> SendResult:
        """Give the text an id, as Twilio would."""
        return SendResult(provider_id=f"SM{uuid4().hex}")
