"""Sending what waits: once, in order, retried, and told to somebody where it cannot be delivered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.conversation.agent_reply import Reply
from bot.conversation.outbox import BACK_OFF, OutboundMessage, SendFailed, SendResult, deliver_due, record_status
from bot.records import consents
from bot.records.models import Communication
from bot.triage import Disposition
from tests.conversation.support import Desk, says, sensible
from tests.factories import CLINIC_SMS, Clinic


class Carrier:
    """A sender that keeps what it is given, and fails as a test wants it to."""

    def __init__(self) -> None:
        self.sent: list[OutboundMessage] = []
        self.fault: Exception | None = None
        self.before: Callable[[], None] = lambda: None

    def send(self, message: OutboundMessage) -> SendResult:
        self.before()
        if self.fault is not None:
            raise self.fault
        self.sent.append(message)
        return SendResult(f"SM-out-{message.communication_id}")


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
def phone(clinic: Clinic) -> str:
    return clinic.patient().phone


@pytest.fixture
def deliver(desk: Desk, carrier: Carrier) -> Callable[[], int]:
    return lambda: deliver_due(desk.sessions, {"sms": carrier}, desk.clock)


@pytest.fixture
def advice(desk: Desk, clinic: Clinic, phone: str) -> int:
    """The id of a red flag's advice that waits to be sent."""
    receipt = clinic.text(phone, "my chest hurts")
    desk.take_all()
    return desk.only(Communication, in_reply_to_id=receipt.communication_id, kind="advice").id


def say(desk: Desk, advice: int, status: str, code: str | None = None) -> None:
    with desk.sessions.begin() as session:
        record_status(session, f"SM-out-{advice}", status, code, desk.clock.now())


def test_what_waits_is_sent_once_from_the_clinics_number(desk, carrier, deliver, advice, phone):
    assert deliver() == 2
    assert deliver() == 0
    first = carrier.sent[0]
    assert (first.communication_id, first.address, first.sms_number) == (advice, phone, CLINIC_SMS)
    message = desk.message(advice)
    assert (message.status, message.provider_id) == ("sent", f"SM-out-{advice}")


def test_a_chat_needs_no_sending(desk, clinic, carrier, deliver):
    clinic.chat("session", "my chest hurts", patient=clinic.patient())
    desk.take_all()
    assert {row.status for row in desk.all(Communication, direction="out")} == {"sent"}
    assert deliver() == 0


def test_the_replies_of_a_turn_arrive_in_order(desk, clinic, phone, carrier, deliver):
    desk.agent.script = says(Reply("answer", "one"), Reply("answer", "two"), Reply("question", "three"))
    clinic.text(phone, "good morning")
    desk.take_all()
    deliver()
    assert [message.body for message in carrier.sent] == ["one", "two", "three"]


def test_what_is_delayed_holds_back_what_comes_after_it_but_never_advice(desk, clinic, phone, carrier, deliver):
    desk.agent.script = says(Reply("answer", "one"), Reply("answer", "two"))
    clinic.text(phone, "good morning")
    desk.take_all()
    carrier.fault = SendFailed(retryable=True, code="20429")
    deliver()
    carrier.fault = None
    desk.agent.script = sensible
    clinic.text(phone, "my chest hurts")
    desk.take_all()
    deliver()
    assert [message.kind for message in carrier.sent] == ["advice"]
    desk.clock.advance(seconds=2)
    deliver()
    assert [message.body for message in carrier.sent][1:3] == ["one", "two"]


def test_a_failure_is_tried_again_with_growing_pauses_and_then_told(desk, carrier, deliver, advice):
    carrier.fault = SendFailed(retryable=True, code="20503")
    for pause in BACK_OFF:
        deliver()
        assert desk.message(advice).status == "queued"
        assert desk.message(advice).next_attempt_at == desk.clock.now() + pause
        desk.clock.advance(seconds=pause.total_seconds())
    deliver()
    message = desk.message(advice)
    assert (message.status, message.error_code) == ("failed", "20503")
    assert desk.tasks(message.thread_id)["delivery_failed"].due_at == desk.clock.now()


def test_a_refusal_is_not_tried_again(desk, carrier, deliver, advice):
    carrier.fault = SendFailed(retryable=False, code="21211")
    deliver()
    assert desk.message(advice).status == "failed"
    assert "delivery_failed" in desk.tasks(desk.message(advice).thread_id)


def test_a_fault_of_the_sender_itself_is_tried_again(desk, carrier, deliver, advice):
    carrier.fault = RuntimeError("broken")
    deliver()
    assert (desk.message(advice).status, desk.message(advice).error_code) == ("queued", "RuntimeError")


def test_a_carriers_opt_out_is_respected_from_then_on(desk, carrier, deliver, advice, phone):
    carrier.fault = SendFailed(retryable=False, code="21610")
    deliver()
    with desk.sessions() as session:
        assert consents.is_opted_out(session, "sms", phone)
    assert {row.status for row in desk.all(Communication, direction="out")} == {"failed", "blocked"}


def test_who_opts_out_before_it_is_sent_gets_nothing(desk, clinic, carrier, deliver, advice, phone):
    clinic.text(phone, "STOP")
    desk.take_all()
    deliver()
    assert carrier.sent == []
    assert desk.message(advice).status == "blocked"
    assert desk.tasks(desk.message(advice).thread_id)["phone_call"]


def test_a_process_that_dies_while_sending_leaves_it_to_be_sent_again(desk, carrier, deliver, advice):
    class Killed(BaseException):
        pass

    carrier.fault = Killed()
    with pytest.raises(Killed):
        deliver()
    carrier.fault = None
    deliver()
    assert carrier.sent == []  # somebody may still be sending it, and what comes after must wait
    desk.clock.advance(seconds=60)
    deliver()
    assert carrier.sent[0].communication_id == advice


def test_two_processes_do_not_send_the_same_message(desk, carrier, deliver, advice):
    nested = []

    def other_process() -> None:
        carrier.before = lambda: None
        nested.append(deliver())

    carrier.before = other_process
    deliver()
    assert [message.communication_id for message in carrier.sent].count(advice) == 1


class TestStatusCallbacks:
    """What the carrier reports."""

    def test_delivery_is_recorded_and_never_left(self, desk, deliver, advice):
        deliver()
        say(desk, advice, "delivered")
        say(desk, advice, "sent")
        say(desk, advice, "failed", "30008")
        assert (desk.message(advice).status, desk.message(advice).error_code) == ("delivered", None)

    @pytest.mark.parametrize("status", ["undelivered", "failed"])
    def test_advice_that_does_not_arrive_is_called_about_at_once(self, desk, deliver, advice, status):
        deliver()
        say(desk, advice, status, "30003")
        message = desk.message(advice)
        assert (message.status, message.error_code) == (status, "30003")
        assert desk.tasks(message.thread_id)["delivery_failed"].due_at == desk.clock.now()

    @pytest.mark.parametrize("status", ["queued", "accepted", "sending", "whatever"])
    def test_a_state_that_says_nothing_new_changes_nothing(self, desk, deliver, advice, status):
        deliver()
        say(desk, advice, status)
        assert desk.message(advice).status == "sent"

    def test_a_report_that_is_quicker_than_our_own_commit_is_not_lost(self, desk, carrier, deliver, advice):
        carrier.before = lambda: say(desk, advice, "undelivered", "30003")
        deliver()
        assert desk.message(advice).status == "undelivered"

    def test_a_report_on_an_unknown_message_is_kept_and_does_no_harm(self, desk, clinic):
        say(desk, 999, "delivered")


def test_advice_is_never_too_late_to_be_sent(desk, carrier, deliver, advice):
    desk.clock.advance(days=2)
    deliver()
    assert carrier.sent[0].kind == "advice"
    assert desk.assessment(desk.message(advice).in_reply_to_id).disposition == Disposition.EMERGENCY.id
