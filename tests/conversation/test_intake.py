"""Taking messages in: all of them, once each, whoever wrote them and whatever they hold."""

from __future__ import annotations

import threading

import pytest
from hypothesis import HealthCheck, example, given, settings

from bot.records.models import Communication, Thread, Turn
from bot.records.models.base import storable
from tests.conversation.support import Desk
from tests.factories import STRANGER, Clinic
from tests.records.test_base import ANY_TEXT


def test_a_message_and_its_turn_are_stored(desk: Desk, clinic: Clinic):
    patient = clinic.patient()
    receipt = clinic.text(patient.phone, "my chest hurts", sid="SM1", media=2)
    message = desk.message(receipt.communication_id)
    assert (message.body, message.media_count, message.provider_id) == ("my chest hurts", 2, "SM1")
    assert (message.sender, message.patient_id, message.status) == ("patient", patient.id, "received")
    turn = desk.turn(receipt.communication_id)
    assert (turn.state, turn.priority) == ("pending", 4)


def test_the_same_provider_id_again_is_the_same_message(desk: Desk, clinic: Clinic):
    phone = clinic.patient().phone
    first = clinic.text(phone, "my chest hurts", sid="SM1")
    again = clinic.text(phone, "my chest hurts", sid="SM1")
    assert (first.duplicate, again.duplicate) == (False, True)
    assert again.communication_id == first.communication_id
    assert len(desk.all(Turn)) == 1


def test_the_same_message_from_many_processes_at_once_is_stored_once(desk: Desk, clinic: Clinic):
    phone = clinic.patient().phone
    start = threading.Barrier(4)
    receipts = []

    def post() -> None:
        start.wait()
        receipts.append(clinic.text(phone, "my chest hurts", sid="SM1"))

    posts = [threading.Thread(target=post) for _ in range(4)]
    for each in posts:
        each.start()
    for each in posts:
        each.join()
    assert sorted(receipt.duplicate for receipt in receipts) == [False, True, True, True]
    assert len(desk.all(Communication)) == len(desk.all(Thread)) == 1


def test_a_caregivers_text_is_about_the_patient(desk: Desk, clinic: Clinic):
    patient = clinic.patient(caregiver_phone="+15550100555")
    own = clinic.text(patient.phone, "hello")
    theirs = clinic.text("+15550100555", "mom has a fever")
    assert own.thread_id == theirs.thread_id
    message = desk.message(theirs.communication_id)
    assert (message.sender, message.patient_id) == ("caregiver", patient.id)


def test_an_unknown_number_gets_a_thread_of_its_own(desk: Desk, clinic: Clinic):
    receipt = clinic.text(STRANGER, "my chest hurts")
    thread = desk.thread(receipt.thread_id)
    assert (thread.key, thread.patient_id) == (f"sms:{STRANGER}", None)
    assert desk.message(receipt.communication_id).sender == "unknown"
    assert desk.turn(receipt.communication_id).priority == 4


def test_a_chat_belongs_to_its_patient_and_shares_the_thread_with_the_texts(desk: Desk, clinic: Clinic):
    patient = clinic.patient()
    assert clinic.chat("session", "hello", patient=patient).thread_id == clinic.text(patient.phone, "hi").thread_id
    assert desk.thread(clinic.chat("visitor", "hello").thread_id).key == "web:visitor"


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
@given(text=ANY_TEXT)
@example("\x00my chest\ud800 hurts\x00")
@example("¡" * 1600)
@example("x" * 20_000)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_at_all_is_stored_and_answered(desk: Desk, clinic: Clinic, text: str):
    receipt = clinic.text(STRANGER, text)
    assert desk.message(receipt.communication_id).body == storable(text)
    desk.take_all()
    assert desk.message(receipt.communication_id).status == "answered"


def test_a_screen_that_breaks_keeps_no_message_out_and_lets_it_be_read_early(
    desk: Desk, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("bot.conversation.intake.assess", broken)
    receipt = clinic.text(clinic.patient().phone, "good morning")
    assert desk.turn(receipt.communication_id).priority == 3
