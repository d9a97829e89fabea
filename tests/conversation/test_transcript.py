"""Reading back a conversation."""

from __future__ import annotations

from bot.conversation.agent_reply import Reply
from bot.conversation.transcript import messages_after, replies_to
from tests.conversation.support import Desk, says
from tests.factories import Clinic


def test_replies_come_in_the_order_in_which_they_were_given(desk: Desk, clinic: Clinic):
    desk.agent.script = says(Reply("answer", "one"), Reply("question", "two"))
    receipt = clinic.text(clinic.patient().phone, "good morning")
    desk.take_all()
    with desk.sessions() as session:
        assert [reply.body for reply in replies_to(session, receipt.communication_id)] == ["one", "two"]


def test_what_passed_after_a_message_is_read_both_ways_oldest_first(desk: Desk, clinic: Clinic):
    desk.agent.script = says(Reply("answer", "hi"))
    phone = clinic.patient().phone
    first = clinic.text(phone, "one")
    desk.take_all()
    clinic.text(phone, "two")
    clinic.text(clinic.patient().phone, "somebody else")
    desk.take_all()
    with desk.sessions() as session:
        assert [message.body for message in messages_after(session, phone, 0)] == ["one", "hi", "two", "hi"]
        after = messages_after(session, phone, first.communication_id)
        assert [message.body for message in after] == ["hi", "two", "hi"]


def test_what_was_held_back_is_not_shown(desk: Desk, clinic: Clinic):
    phone = clinic.patient().phone
    clinic.text(phone, "STOP")
    clinic.text(phone, "my chest hurts")
    desk.take_all()
    with desk.sessions() as session:
        assert {message.direction for message in messages_after(session, phone, 0)} == {"in"}
