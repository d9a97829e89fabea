"""A turn from the message to the stored answer, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from bot.conversation.agent_reply import Reply
from bot.records.models import AuditEvent, Communication, Observation
from bot.triage import Disposition, assess
from bot.triage.advice import advice, notice
from tests.conversation.support import Desk, poisoned, says, sensible, unavailable
from tests.factories import CLINIC_PHONE, STRANGER, Clinic

CHEST_PAIN = "my chest hurts"
UNAVAILABLE = notice("unavailable", "en", CLINIC_PHONE)
EMERGENCY = advice(Disposition.EMERGENCY, [], "en", CLINIC_PHONE)
#: What does not depend on the database is tried on one of them.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def phone(clinic: Clinic) -> str:
    return clinic.patient().phone


def test_with_nothing_to_do_no_turn_is_taken(desk: Desk):
    assert not desk.take_next()


def test_a_red_flag_gets_its_advice_first_and_a_flag_and_a_page(desk: Desk, clinic: Clinic, phone: str):
    receipt = clinic.text(phone, CHEST_PAIN)
    desk.take_all()
    assert desk.replies(receipt.communication_id)[0] == ("advice", EMERGENCY)
    (flag,) = desk.flags(receipt.thread_id)
    assert (flag.level, flag.rank, flag.reason, flag.findings) == ("emergency", 4, "finding", ["chest_pain"])
    assert desk.tasks(receipt.thread_id)["page_nurse"].due_at == desk.clock.now()
    assert desk.message(receipt.communication_id).status == "answered"
    assert desk.turn(receipt.communication_id).state == "done"


def test_the_reading_is_kept_with_findings_spans_rules_readers_and_protocol(desk: Desk, clinic: Clinic, phone: str):
    receipt = clinic.text(phone, "good morning, my chest hurts")
    desk.take_all()
    kept = desk.assessment(receipt.communication_id)
    (mention,) = kept.findings
    assert "good morning, my chest hurts"[mention["start"] : mention["end"]] == mention["text"]
    assert kept.disposition == "emergency"
    assert kept.readers == {"screen": "emergency", "agent": "emergency"}
    assert kept.rules[0]["source"]
    assert kept.protocol.startswith("vertebroplasty@")
    assert kept.context["day"] == 3


def test_a_harmless_message_is_answered_by_the_agent_and_not_queued(desk: Desk, clinic: Clinic, phone: str):
    receipt = clinic.text(phone, "thanks!")
    desk.take_all()
    assert desk.replies(receipt.communication_id) == [("answer", "Thank you for telling us.")]
    assert desk.flags(receipt.thread_id) == []
    assert desk.tasks(receipt.thread_id) == {}


def test_expected_soreness_is_recorded_but_not_queued(desk: Desk, clinic: Clinic, phone: str):
    receipt = clinic.text(phone, "pain 2")
    desk.take_all()
    assert [episode.level for episode in desk.episodes(receipt.thread_id)] == ["self_care"]
    assert desk.flags(receipt.thread_id) == []


def test_a_routine_finding_is_queued_for_the_next_working_day(desk: Desk, clinic: Clinic, phone: str):
    receipt = clinic.text(phone, "pain 5")
    desk.take_all()
    assert desk.flags(receipt.thread_id)[0].level == "routine"
    assert desk.tasks(receipt.thread_id)["callback"].due_at.isoformat() == "2026-03-11T21:00:00+00:00"


def test_two_different_urgent_findings_page_the_on_call_too(desk: Desk, clinic: Clinic, phone: str):
    receipt = clinic.text(phone, "the spot is red and oozing yellow. my heart is racing")
    assert assess("the spot is red and oozing yellow. my heart is racing").page_on_call
    desk.take_all()
    assert {"page_nurse", "page_on_call"} <= set(desk.tasks(receipt.thread_id))


def test_the_agent_is_told_what_it_may_know(desk: Desk, clinic: Clinic):
    patient = clinic.patient(day=1, blood_thinner=True, language="es", caregiver_phone="+15550100555")
    clinic.text(patient.phone, "hola")
    clinic.text("+15550100555", "como esta mi mama")
    desk.take_all()
    first, second = desk.agent.asked
    assert (first.context.day, first.context.blood_thinner, first.context.language) == (1, True, "es")
    assert (first.clinic_phone, first.sender, second.sender) == (CLINIC_PHONE, "patient", "caregiver")


def test_what_the_agent_asks_and_keeps_comes_back_to_it(desk: Desk, clinic: Clinic, phone: str):
    desk.agent.script = says(Reply("question", "Any trouble?"), asks="legs", dialogue={"requested": "legs"})
    receipt = clinic.text(phone, "check in")
    desk.take_all()
    assert desk.thread(receipt.thread_id).asked == "legs"
    clinic.text(phone, "no")
    desk.take_all()
    assert desk.agent.asked[-1].context.asked == "legs"
    assert desk.agent.asked[-1].dialogue == {"requested": "legs"}


def test_a_bare_yes_to_a_dangerous_question_is_the_finding(desk: Desk, clinic: Clinic, phone: str):
    desk.agent.script = says(Reply("question", "Any trouble breathing?"), asks="breathing")
    clinic.text(phone, "check in")
    desk.take_all()
    desk.agent.script = unavailable
    receipt = clinic.text(phone, "yes")
    desk.take_all()
    assert desk.replies(receipt.communication_id) == [("advice", EMERGENCY)]


def test_a_bare_yes_two_days_later_answers_nothing(desk: Desk, clinic: Clinic, phone: str):
    desk.agent.script = says(Reply("question", "Any trouble breathing?"), asks="breathing")
    clinic.text(phone, "check in")
    desk.take_all()
    desk.clock.advance(hours=48)
    receipt = clinic.text(phone, "yes")
    desk.take_all()
    assert desk.assessment(receipt.communication_id).disposition == "none"


def test_answers_to_the_check_in_are_kept_and_corrections_do_not_replace_them(desk: Desk, clinic: Clinic, phone: str):
    for value in ("9", "4"):
        desk.agent.script = says(Reply("answer", "Noted."), observations=(("pain", value),))
        clinic.text(phone, "good morning")
        desk.take_all()
    assert [(row.item, row.value) for row in desk.all(Observation)] == [("pain", "9"), ("pain", "4")]


def test_the_quick_replies_of_a_question_are_kept(desk: Desk, clinic: Clinic, phone: str):
    button = {"title": "Yes", "digit": "1", "value": "yes"}
    desk.agent.script = says(Reply("question", "Any trouble?", (button,)))
    receipt = clinic.text(phone, "good morning")
    desk.take_all()
    (reply,) = desk.all(Communication, in_reply_to_id=receipt.communication_id)
    assert reply.quick_replies == [button]


class TestWithoutTheAgent:
    """Rasa is slow, down, silent or wrong."""

    def test_a_red_flag_gets_the_fixed_advice_alone_a_flag_and_a_task(self, desk: Desk, clinic: Clinic, phone: str):
        desk.agent.script = unavailable
        receipt = clinic.text(phone, CHEST_PAIN)
        desk.take_all()
        assert desk.replies(receipt.communication_id) == [("advice", EMERGENCY)]
        assert desk.flags(receipt.thread_id)[0].level == "emergency"
        assert desk.tasks(receipt.thread_id)["agent_unavailable"].detail == "unreachable"
        assert desk.turn(receipt.communication_id).agent_failed

    def test_a_harmless_text_gets_the_notice_and_a_nurse_reads_it(self, desk: Desk, clinic: Clinic, phone: str):
        desk.agent.script = unavailable
        receipt = clinic.text(phone, "can i have a shower?")
        desk.take_all()
        assert desk.replies(receipt.communication_id) == [("notice", UNAVAILABLE)]
        (flag,) = desk.flags(receipt.thread_id)
        assert (flag.level, flag.reason) == ("routine", "unread")

    def test_what_was_asked_stays_asked(self, desk: Desk, clinic: Clinic, phone: str):
        desk.agent.script = says(Reply("question", "Legs?"), asks="legs", dialogue={"requested": "legs"})
        receipt = clinic.text(phone, "check in")
        desk.take_all()
        desk.agent.script = unavailable
        clinic.text(phone, "why do you ask")
        desk.take_all()
        thread = desk.thread(receipt.thread_id)
        assert (thread.asked, thread.dialogue) == ("legs", {"requested": "legs"})

    @pytest.mark.parametrize(
        "replies",
        [
            (Reply("answer", "That is normal after the procedure."),),
            (Reply("advice", "Take it easy today."),),
            (Reply("question", "And your legs?"), Reply("advice", EMERGENCY)),
        ],
    )
    def test_a_red_flag_that_the_agent_overlooks_gets_the_fixed_advice_and_nothing_of_the_agent(
        self, desk: Desk, clinic: Clinic, phone: str, replies: tuple[Reply, ...]
    ):
        desk.agent.script = says(*replies, asks="legs", dialogue={"requested": "legs"})
        receipt = clinic.text(phone, CHEST_PAIN)
        desk.take_all()
        assert desk.replies(receipt.communication_id) == [("advice", EMERGENCY)]
        assert desk.tasks(receipt.thread_id)["agent_unavailable"].detail == "below_screen"
        assert desk.thread(receipt.thread_id).dialogue == {}

    def test_a_lower_advice_of_the_agent_is_replaced_and_the_rest_kept(self, desk: Desk, clinic: Clinic, phone: str):
        desk.agent.script = says(Reply("advice", "Take it easy."), Reply("answer", "Walk a little each day."))
        receipt = clinic.text(phone, "pain 5")
        desk.take_all()
        first, *others = desk.replies(receipt.communication_id)
        assert first[1].startswith("A nurse will call you.")
        assert others == [("answer", "Walk a little each day.")]

    def test_what_the_agent_alone_finds_counts(self, desk: Desk, clinic: Clinic, phone: str):
        desk.agent.script = lambda request: sensible(request, triage=assess(CHEST_PAIN))
        receipt = clinic.text(phone, "good morning")
        desk.take_all()
        assert desk.replies(receipt.communication_id)[0] == ("advice", EMERGENCY)
        assert desk.flags(receipt.thread_id)[0].level == "emergency"
        assert desk.assessment(receipt.communication_id).readers == {"screen": "none", "agent": "emergency"}


class TestAnEpisode:
    """Findings add up, the level only rises, a nurse closes it."""

    def test_a_harmless_message_afterwards_lowers_nothing(self, desk: Desk, clinic: Clinic, phone: str):
        receipt = clinic.text(phone, CHEST_PAIN)
        clinic.text(phone, "never mind, i am fine")
        desk.take_all()
        assert [episode.level for episode in desk.episodes(receipt.thread_id)] == ["emergency"]
        assert desk.flags(receipt.thread_id)[0].level == "emergency"

    def test_later_messages_are_read_in_its_light(self, desk: Desk, clinic: Clinic, phone: str):
        clinic.text(phone, "my temp is 101.5")
        clinic.text(phone, "thanks")
        desk.take_all()
        assert desk.agent.asked[-1].context.episode == ("fever",)

    def test_it_has_one_flag_however_much_is_found(self, desk: Desk, clinic: Clinic, phone: str):
        receipt = clinic.text(phone, "my temp is 101.5")
        clinic.text(phone, CHEST_PAIN)
        desk.take_all()
        (flag,) = desk.flags(receipt.thread_id)
        assert (flag.level, flag.findings) == ("emergency", ["fever", "chest_pain"])


class TestWhileANurseOwnsTheThread:
    """The bot stays silent, except for red-flag advice."""

    @pytest.fixture
    def owned(self, desk: Desk, clinic: Clinic, phone: str) -> int:
        receipt = clinic.text(phone, "good morning")
        desk.take_all()
        desk.change(receipt.thread_id, owner_id=clinic.nurse().id, owned_at=desk.clock.now())
        return receipt.thread_id

    def test_a_harmless_message_is_kept_in_silence(self, desk: Desk, clinic: Clinic, phone: str, owned: int):
        receipt = clinic.text(phone, "ok thank you")
        desk.take_all()
        assert desk.replies(receipt.communication_id) == []
        assert desk.message(receipt.communication_id).status == "silent"

    def test_a_routine_finding_is_flagged_in_silence(self, desk: Desk, clinic: Clinic, phone: str, owned: int):
        receipt = clinic.text(phone, "pain 5")
        desk.take_all()
        assert desk.replies(receipt.communication_id) == []
        assert desk.flags(owned)[0].level == "routine"

    def test_a_red_flag_gets_its_advice(self, desk: Desk, clinic: Clinic, phone: str, owned: int):
        receipt = clinic.text(phone, CHEST_PAIN)
        desk.take_all()
        assert desk.replies(receipt.communication_id) == [("advice", EMERGENCY)]

    def test_a_nurse_who_takes_over_while_the_agent_thinks_silences_it(self, desk: Desk, clinic: Clinic, phone: str):
        receipt = clinic.text(phone, "good morning")
        nurse = clinic.nurse().id

        def slow(request):
            desk.change(receipt.thread_id, owner_id=nurse, owned_at=desk.clock.now())
            return sensible(request)

        desk.agent.script = slow
        desk.take_all()
        assert desk.replies(receipt.communication_id) == []


@on_sqlite
class TestAnUnknownSender:
    """A number that nobody enrolled."""

    def test_a_red_flag_gets_advice_with_the_clinics_phone_and_a_flag(self, desk: Desk, clinic: Clinic):
        receipt = clinic.text(STRANGER, "my temp is 101.5")
        desk.take_all()
        ((kind, text),) = desk.replies(receipt.communication_id)
        assert kind == "advice"
        assert CLINIC_PHONE in text
        (flag,) = desk.flags(receipt.thread_id)
        assert (flag.level, flag.patient_id) == ("urgent", None)

    def test_a_harmless_text_is_asked_to_call_and_not_given_to_the_agent(self, desk: Desk, clinic: Clinic):
        receipt = clinic.text(STRANGER, "hello is this the clinic")
        desk.take_all()
        assert desk.replies(receipt.communication_id) == [("notice", notice("unknown_sender", "en", CLINIC_PHONE))]
        assert desk.flags(receipt.thread_id) == []
        assert desk.agent.asked == []

    def test_spanish_is_answered_in_spanish(self, desk: Desk, clinic: Clinic):
        receipt = clinic.text(STRANGER, "hola tengo fiebre de 101.5 y no me siento bien")
        desk.take_all()
        assert desk.replies(receipt.communication_id) == [
            ("advice", advice(Disposition.URGENT, [], "es", CLINIC_PHONE))
        ]


@on_sqlite
class TestCarrierKeywords:
    """STOP, START and HELP, when they are all that is said, and after the screen."""

    @pytest.mark.parametrize("word", ["STOP", "stop", " Stopall. ", "UNSUBSCRIBE", "cancel", "End", "quit", "ALTO"])
    def test_stop_gets_no_text_back_and_a_call_is_asked_for(self, desk, clinic, phone, word):
        receipt = clinic.text(phone, word)
        desk.take_all()
        assert desk.replies(receipt.communication_id) == []
        assert desk.tasks(receipt.thread_id)["phone_call"].due_at > desk.clock.now()
        assert desk.agent.asked == []

    @pytest.mark.parametrize(
        "text", ["it wont stop bleeding", "help i cant breathe", "please stop", "i want to end it all"]
    )
    def test_a_sentence_with_the_word_in_it_is_no_keyword(self, desk, clinic, phone, text):
        receipt = clinic.text(phone, text)
        desk.take_all()
        assert desk.replies(receipt.communication_id) != []

    def test_after_stop_a_red_flag_is_called_about_at_once_and_no_text_goes_out(self, desk, clinic, phone):
        clinic.text(phone, "STOP")
        receipt = clinic.text(phone, CHEST_PAIN)
        desk.take_all()
        assert {row.status for row in desk.all(Communication, direction="out")} == {"blocked"}
        assert desk.tasks(receipt.thread_id)["phone_call"].due_at == desk.clock.now()
        assert desk.flags(receipt.thread_id)[0].level == "emergency"

    @pytest.mark.parametrize("word", ["START", "unstop"])
    def test_start_lets_texts_out_again_and_says_so(self, desk, clinic, phone, word):
        clinic.text(phone, "STOP")
        receipt = clinic.text(phone, word)
        desk.take_all()
        (reply,) = desk.all(Communication, direction="out")
        assert (reply.in_reply_to_id, reply.status) == (receipt.communication_id, "queued")

    @pytest.mark.parametrize(("word", "language"), [("HELP", "en"), ("info", "en"), ("AYUDA", "es")])
    def test_help_is_answered_with_the_emergency_line(self, desk, clinic, phone, word, language):
        receipt = clinic.text(phone, word)
        desk.take_all()
        assert desk.replies(receipt.communication_id) == [("notice", notice("help", language, CLINIC_PHONE))]

    def test_in_a_chat_stop_is_a_word_like_others(self, desk, clinic):
        receipt = clinic.chat("session", "stop", patient=clinic.patient())
        desk.take_all()
        assert desk.kinds(receipt.communication_id) == ["answer"]


@on_sqlite
class TestMessagesWithoutWords:
    """A photo, an empty text."""

    def test_a_photo_alone_goes_to_a_nurse_and_the_patient_is_told(self, desk, clinic, phone):
        receipt = clinic.text(phone, "", media=1)
        desk.take_all()
        assert desk.replies(receipt.communication_id)[0] == ("notice", notice("media_received", "en", CLINIC_PHONE))
        (flag,) = desk.flags(receipt.thread_id)
        assert (flag.level, flag.reason) == ("routine", "media")
        assert "media_review" in desk.tasks(receipt.thread_id)

    def test_a_photo_alone_is_told_of_without_the_agent_too(self, desk, clinic, phone):
        desk.agent.script = unavailable
        receipt = clinic.text(phone, "", media=1)
        desk.take_all()
        assert desk.replies(receipt.communication_id) == [("notice", notice("media_received", "en", CLINIC_PHONE))]

    def test_an_empty_text_is_given_to_the_agent_as_not_understood(self, desk, clinic, phone):
        receipt = clinic.text(phone, "")
        desk.take_all()
        assert desk.agent.asked[0].text == ""
        assert desk.kinds(receipt.communication_id) == ["answer"]

    def test_a_photo_with_a_red_flag_is_the_red_flag(self, desk, clinic, phone):
        receipt = clinic.text(phone, CHEST_PAIN, media=1)
        desk.take_all()
        assert desk.kinds(receipt.communication_id)[0] == "advice"
        assert desk.flags(receipt.thread_id)[0].reason == "finding"


class TestAPoisonedTurn:
    """Our own code breaks on a message again and again."""

    def test_it_is_answered_after_three_attempts_flagged_and_marked(self, desk, clinic, phone):
        desk.agent.script = poisoned
        receipt = clinic.text(phone, "can i have a shower?")
        desk.take_all()
        assert len(desk.agent.asked) == 3
        assert desk.replies(receipt.communication_id) == [("notice", UNAVAILABLE)]
        assert desk.turn(receipt.communication_id).state == "failed"
        assert desk.turn(receipt.communication_id).error_code == "Poison"
        assert desk.message(receipt.communication_id).status == "failed"
        assert desk.flags(receipt.thread_id)[0].reason == "unread"

    def test_a_red_flag_still_gets_its_advice(self, desk, clinic, phone):
        desk.agent.script = poisoned
        receipt = clinic.text(phone, CHEST_PAIN)
        desk.take_all()
        assert desk.replies(receipt.communication_id) == [("advice", EMERGENCY)]
        assert desk.flags(receipt.thread_id)[0].level == "emergency"

    def test_what_not_even_the_screen_can_read_is_shown_to_a_nurse_at_once(self, desk, clinic, phone, monkeypatch):
        def broken(*_):
            raise RuntimeError

        receipt = clinic.text(phone, "anything")
        monkeypatch.setattr("bot.conversation.turns.assess", broken)
        desk.take_all()
        assert desk.replies(receipt.communication_id) == [("notice", UNAVAILABLE)]
        (flag,) = desk.flags(receipt.thread_id)
        assert (flag.level, flag.reason) == ("urgent", "unread")
        assert "page_nurse" in desk.tasks(receipt.thread_id)

    def test_a_message_that_kills_the_worker_each_time_is_answered_too(self, desk, clinic, phone):
        class Killed(BaseException):
            pass

        def killed(request):
            raise Killed

        desk.agent.script = killed
        receipt = clinic.text(phone, "can i have a shower?")
        for _ in range(3):
            with pytest.raises(Killed):
                desk.take_next()
            desk.clock.advance(seconds=21)
        desk.take_all()
        assert desk.replies(receipt.communication_id) == [("notice", UNAVAILABLE)]

    def test_it_holds_up_nobody_else_and_its_own_thread_only_for_a_moment(self, desk, clinic, phone):
        bad = clinic.text(phone, "can i have a shower?")
        other = clinic.text(clinic.patient().phone, "good morning")
        desk.agent.script = lambda request: (
            poisoned(request) if request.message_id == str(bad.communication_id) else sensible(request)
        )
        desk.take_next()
        desk.take_next()
        assert desk.kinds(other.communication_id) == ["answer"]

    def test_an_attempt_that_fails_once_is_simply_made_again(self, desk, clinic, phone):
        receipt = clinic.text(phone, "good morning")
        desk.agent.script = poisoned
        desk.take_next()
        desk.agent.script = sensible
        desk.clock.advance(seconds=1)
        desk.take_all()
        assert desk.kinds(receipt.communication_id) == ["answer"]
        assert desk.turn(receipt.communication_id).state == "done"


class TestTheOrderOfTurns:
    """One at a time in a thread, in the order of arrival; the worst thread first."""

    def test_the_messages_of_a_thread_are_answered_in_order(self, desk, clinic, phone):
        for text in ("first", "second", CHEST_PAIN):
            clinic.text(phone, text)
        desk.take_all()
        assert [request.text for request in desk.agent.asked] == ["first", "second", CHEST_PAIN]

    def test_a_red_flag_is_answered_before_harmless_messages_of_others(self, desk, clinic):
        for text in ("good morning", CHEST_PAIN):
            clinic.text(clinic.patient().phone, text)
        desk.take_next()
        assert desk.agent.asked[0].text == CHEST_PAIN

    def test_while_a_turn_runs_nobody_else_takes_one_of_that_thread(self, desk, clinic, phone):
        seen = []

        def nested(request):
            seen.append(desk.take_next())
            return sensible(request)

        desk.agent.script = nested
        clinic.text(phone, "first")
        clinic.text(phone, "second")
        desk.take_next()
        assert seen == [False]

    def test_a_worker_that_was_too_slow_stores_nothing(self, desk, clinic, phone):
        """Its lease ran out while the agent was thinking; another worker answered meanwhile."""
        receipt = clinic.text(phone, "good morning")

        def slow(request):
            desk.agent.script = sensible
            desk.clock.advance(seconds=21)
            assert desk.take_next()
            return sensible(request)

        desk.agent.script = slow
        assert desk.take_next()
        assert desk.kinds(receipt.communication_id) == ["answer"]
        assert len(desk.agent.asked) == 2


def test_every_step_is_audited_without_a_word_of_the_patient(desk, clinic, phone):
    clinic.text(phone, CHEST_PAIN)
    desk.take_all()
    events = desk.all(AuditEvent)
    assert {"communication.received", "flag.opened", "turn.done"} <= {event.action for event in events}
    assert not any("chest" in str(event.detail) or phone in str(event.detail) for event in events)
