"""Texts go out through the real Twilio client to a Twilio that holds every request to its published description."""

import logging
import socket
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.channels.senders import build_senders
from bot.channels.sms.sender import DemoPhoneSender, TwilioSender
from bot.conversation.outbox import OutboundMessage, SendFailed, deliver_due
from bot.records.models import Communication, Consent
from tests.browser import serving
from tests.channels.support import CLINIC_SMS, PATIENT_PHONE, make_settings, sms_form
from tests.fakes.twilio_server import twilio_server

ONE_DAY = timedelta(days=1)


@pytest.fixture
def twilio():
    with twilio_server() as server:
        yield server


@pytest.fixture
def settings(twilio):
    return make_settings(twilio_auth_token=SecretStr(twilio.auth_token), twilio_api_base_url=twilio.base_url)


def message(**changes):
    fields = {
        "communication_id": 1,
        "address": PATIENT_PHONE,
        "body": "Call 911 now.",
        "kind": "advice",
        "organization_id": 1,
        "sms_number": CLINIC_SMS,
        **changes,
    }
    return OutboundMessage(**fields)


def send(settings, **changes):
    return build_senders(settings)["sms"].send(message(**changes))


def test_a_text_reaches_twilio_with_where_to_report_what_became_of_it(twilio, settings):
    result = send(settings)

    [sent] = twilio.messages
    assert result.provider_id == sent["sid"]
    assert sent["form"] == {
        "To": PATIENT_PHONE,
        "From": CLINIC_SMS,
        "Body": "Call 911 now.",
        "StatusCallback": "https://recovery.example/sms/status",
    }


def test_with_a_messaging_service_the_service_chooses_the_number(twilio, settings):
    settings.twilio_messaging_service_sid = "MG" + "a" * 32
    send(settings)

    assert twilio.messages[0]["form"]["MessagingServiceSid"] == "MG" + "a" * 32
    assert "From" not in twilio.messages[0]["form"]


def test_accents_that_would_cost_segments_are_left_out(twilio, settings):
    send(settings, body="¿Está débil? Llame al 911 – ahora")

    assert twilio.messages[0]["body"] == "¿Esta débil? Llame al 911 - ahora"
    assert twilio.messages[0]["num_segments"] == "1"


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [(429, 20429, True), (500, 20500, True), (503, 20503, True), (400, 21211, False), (400, 21610, False)],
)
def test_a_refusal_says_whether_to_try_again(twilio, settings, status, code, retryable):
    twilio.fail_next(status=status, code=code)

    with pytest.raises(SendFailed) as failed:
        send(settings)

    assert (failed.value.retryable, failed.value.code) == (retryable, str(code))
    assert twilio.messages == []


def test_a_wrong_token_is_not_retried(twilio, settings):
    settings.twilio_auth_token = SecretStr("another token")

    with pytest.raises(SendFailed) as failed:
        send(settings)

    assert (failed.value.retryable, failed.value.code) == (False, "20003")


def test_a_twilio_that_cannot_be_reached_is_tried_again(settings):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.twilio_api_base_url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(SendFailed) as failed:
            send(settings)

    assert failed.value.retryable is True


def test_a_twilio_that_is_too_slow_is_tried_again(twilio, settings, monkeypatch):
    monkeypatch.setattr("bot.channels.sms.twilio_client._TIMEOUT_SECONDS", 0.1)
    twilio.fail_next(delay=0.5)

    with pytest.raises(SendFailed) as failed:
        send(settings)

    assert failed.value.retryable is True


def test_a_clinic_without_a_number_is_told_so(settings):
    with pytest.raises(SendFailed, match="no_sms_number"):
        send(settings, sms_number=None)


def test_neither_the_text_nor_the_number_is_logged_or_raised(twilio, settings, caplog):
    caplog.set_level(logging.DEBUG)
    twilio.fail_next(status=400, code=21211)
    with pytest.raises(SendFailed) as failed:
        send(settings, body="private words")
    send(settings, body="private words")

    assert "private words" not in caplog.text + repr(failed.value)
    assert PATIENT_PHONE not in caplog.text + repr(failed.value)


def test_outside_the_demo_texts_always_go_to_twilio():
    assert isinstance(build_senders(make_settings())["sms"], TwilioSender)
    assert isinstance(build_senders(make_settings(recovery_demo=True))["sms"], TwilioSender)
    demo = make_settings(recovery_demo=True, twilio_account_sid="")
    assert isinstance(build_senders(demo)["sms"], DemoPhoneSender)


class TestFromTheOutbox:
    """The whole way: a stored answer, the outbox, Twilio, its signed report, the record."""

    @pytest.fixture
    def queued(self, service):
        """An answer that waits to be sent; gives its id."""
        service.post_signed("/sms/inbound", sms_form())
        thread_id = service.stored()[0].thread_id
        with service.sessions.begin() as session:
            answer = Communication(
                thread_id=thread_id,
                direction="out",
                channel="sms",
                address=PATIENT_PHONE,
                sender="bot",
                kind="advice",
                body="Call 911 now.",
                status="queued",
                next_attempt_at=service.clock.now(),
                created_at=service.clock.now(),
            )
            session.add(answer)
            session.flush()
            return answer.id

    @pytest.fixture
    def deliver(self, service, twilio):
        """Run the outbox once."""

        def run():
            service.settings.twilio_api_base_url = twilio.base_url
            twilio.auth_token = service.settings.twilio_auth_token.get_secret_value()
            return deliver_due(service.sessions, build_senders(service.settings), service.clock)

        return run

    def test_a_delivered_text_is_recorded_as_delivered(self, service, twilio, queued, deliver):
        twilio.statuses = ("sent", "delivered", "sent")
        with serving(service.app) as base:
            service.settings.public_base_url = base
            assert deliver() == 1
            twilio.wait_for_callbacks(3)

        assert twilio.callbacks == [204, 204, 204]
        [sent] = service.stored(id=queued)
        assert (sent.status, sent.provider_id) == ("delivered", twilio.messages[0]["sid"])

    def test_an_opted_out_number_is_recorded_as_such_and_not_tried_again(self, service, twilio, queued, deliver):
        twilio.fail_next(status=400, code=21610)
        deliver()
        service.clock.advance(ONE_DAY)
        deliver()

        assert service.stored(id=queued)[0].status == "failed"
        assert twilio.messages == []
        with service.sessions() as session:
            consent = session.query(Consent).order_by(Consent.id.desc()).first()
        assert (consent.address, consent.status, consent.source) == (PATIENT_PHONE, "opted_out", "carrier")

    def test_a_busy_twilio_gets_the_text_later(self, service, twilio, queued, deliver):
        twilio.fail_next(status=429, code=20429)
        deliver()
        assert service.stored(id=queued)[0].status == "queued"

        service.clock.advance(ONE_DAY)
        deliver()

        assert service.stored(id=queued)[0].status == "sent"
        assert len(twilio.messages) == 1
