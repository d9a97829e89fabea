"""A doubt costs one question; no answer in ten minutes means the worse branch."""

from __future__ import annotations

import pytest

from bot.conversation.agent_reply import Reply
from bot.conversation.doubts import PATIENCE
from bot.conversation.housekeeping import keep_house
from bot.records.models import AuditEvent, Communication
from bot.triage import Assessment, Disposition, assess
from tests.conversation.support import Desk, says, sensible, unavailable
from tests.factories import Clinic

UNCLEAR = "temp is 1012"
QUESTION = assess(UNCLEAR).ask


@pytest.fixture
def phone(clinic: Clinic) -> str:
    return clinic.patient().phone


@pytest.fixture
def doubted(desk: Desk, clinic: Clinic, phone: str):
    """A temperature that may be 101.2 was asked about, and nothing was answered yet."""
    receipt = clinic.text(phone, UNCLEAR)
    desk.take_all()
    return receipt


def keep(desk: Desk) -> int:
    return keep_house(desk.sessions, desk.clock)


def test_the_question_is_asked_and_its_time_runs(desk: Desk, doubted):
    assert desk.replies(doubted.communication_id)[-1] == ("question", QUESTION)
    assert desk.thread(doubted.thread_id).doubt["finding"] == "fever"
    assert desk.tasks(doubted.thread_id)["doubt_timeout"].due_at == desk.clock.now() + PATIENCE


def test_it_takes_the_place_of_whatever_else_the_agent_asks(desk: Desk, clinic: Clinic, phone: str):
    desk.agent.script = says(Reply("answer", "Thanks."), Reply("question", "And your legs?"), asks="legs")
    receipt = clinic.text(phone, UNCLEAR)
    desk.take_all()
    assert desk.replies(receipt.communication_id) == [("answer", "Thanks."), ("question", QUESTION)]


def test_an_agent_that_asks_it_itself_is_not_repeated(desk: Desk, clinic: Clinic, phone: str):
    desk.agent.script = says(Reply("question", QUESTION), asks="doubt:fever")
    receipt = clinic.text(phone, UNCLEAR)
    desk.take_all()
    assert desk.replies(receipt.communication_id) == [("question", QUESTION)]
    assert desk.thread(receipt.thread_id).doubt["finding"] == "fever"


def test_a_doubt_of_the_agent_alone_is_kept_like_our_own(desk: Desk, clinic: Clinic, phone: str):
    desk.agent.script = says(Reply("question", "Is it hard to breathe?"), asks="doubt:breathing_difficulty")
    receipt = clinic.text(phone, "i feel odd today")
    desk.take_all()
    assert desk.thread(receipt.thread_id).doubt["finding"] == "breathing_difficulty"


def test_without_the_agent_the_question_is_asked_all_the_same(desk: Desk, clinic: Clinic, phone: str):
    desk.agent.script = unavailable
    receipt = clinic.text(phone, UNCLEAR)
    desk.take_all()
    assert desk.replies(receipt.communication_id) == [("question", QUESTION)]


def test_yes_is_the_finding(desk: Desk, clinic: Clinic, phone: str, doubted):
    receipt = clinic.text(phone, "yes")
    desk.take_all()
    assert desk.agent.asked[-1].context.asked == "doubt:fever"
    assert desk.kinds(receipt.communication_id)[0] == "advice"
    assert desk.flags(receipt.thread_id)[0].findings == ["fever"]
    assert desk.thread(receipt.thread_id).doubt is None
    assert "doubt_timeout" not in desk.tasks(receipt.thread_id)


@pytest.mark.parametrize("answer", ["no", "nope", "98.6"])
def test_no_or_a_clear_number_settles_it(desk: Desk, clinic: Clinic, phone: str, doubted, answer: str):
    clinic.text(phone, answer)
    desk.take_all()
    assert desk.thread(doubted.thread_id).doubt is None
    desk.clock.advance(minutes=11)
    assert keep(desk) == 0
    assert desk.flags(doubted.thread_id) == []


def test_something_else_leaves_it_open_and_does_not_ask_again(desk: Desk, clinic: Clinic, phone: str, doubted):
    receipt = clinic.text(phone, UNCLEAR)
    desk.take_all()
    assert ("question", QUESTION) not in desk.replies(receipt.communication_id)
    assert desk.thread(doubted.thread_id).doubt["finding"] == "fever"


def test_ten_minutes_of_silence_are_the_worse_branch(desk: Desk, doubted):
    desk.clock.advance(minutes=9, seconds=59)
    assert keep(desk) == 0
    desk.clock.advance(seconds=1)
    assert keep(desk) == 1
    kind, text = desk.replies(doubted.communication_id)[-1]
    assert kind == "advice"
    assert text.startswith("Call your doctor now")
    (flag,) = desk.flags(doubted.thread_id)
    assert (flag.level, flag.findings) == ("urgent", ["fever"])
    assert "page_nurse" in desk.tasks(doubted.thread_id)
    assert desk.only(AuditEvent, action="doubt.expired").detail == {"finding": "fever", "level": "urgent"}
    assert keep(desk) == 0


def test_an_answer_that_waits_to_be_read_goes_first(desk: Desk, clinic: Clinic, phone: str, doubted):
    desk.clock.advance(minutes=10)
    clinic.text(phone, "no")
    assert keep(desk) == 0
    desk.take_all()
    assert keep(desk) == 0
    assert desk.flags(doubted.thread_id) == []


def test_to_an_address_that_opted_out_no_text_goes_and_somebody_calls_at_once(
    desk: Desk, clinic: Clinic, phone: str, doubted
):
    clinic.text(phone, "STOP")
    desk.take_all()
    desk.clock.advance(minutes=10)
    assert keep(desk) == 1
    advice = desk.only(Communication, kind="advice")
    assert advice.status == "blocked"
    assert desk.tasks(doubted.thread_id)["phone_call"].due_at == desk.clock.now()


def test_beside_an_emergency_nothing_is_asked(desk: Desk, clinic: Clinic, phone: str):
    emergency = Assessment(Disposition.EMERGENCY, ask=QUESTION, doubts=("fever",), protocol="test")
    desk.agent.script = lambda request: sensible(request, triage=emergency)
    receipt = clinic.text(phone, "good morning")
    desk.take_all()
    assert desk.thread(receipt.thread_id).doubt is None


def test_a_question_that_waited_two_hours_is_dropped_and_advice_is_not(desk: Desk, clinic: Clinic, phone: str):
    desk.agent.script = lambda request: sensible(request, replies=(Reply("question", "Any trouble?"),))
    question = clinic.text(phone, "good morning")
    desk.take_all()
    advice = clinic.text(phone, "my chest hurts")
    desk.take_all()
    desk.clock.advance(hours=2, seconds=1)
    assert keep(desk) == 1
    states = {row.kind: row.status for row in desk.all(Communication, direction="out")}
    assert states == {"question": "stale", "advice": "queued"}
    assert question.thread_id == advice.thread_id
