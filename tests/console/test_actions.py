"""What a nurse does is done once, kept with her name, and never on a page that hides something newer from her."""

import re
import threading

import pytest

from bot.console.nurse_reply import LONGEST
from bot.records import consents
from bot.records.models import Communication, Episode, FlagEvent, Thread
from tests.console.conftest import Console
from tests.console.test_pages import text_of


@pytest.fixture
def url(database_url):
    """Both kinds of database: the pages read, lock and write them with the same words."""
    return database_url


@pytest.fixture
def case(scene, clinic):
    return scene.wrote(clinic, scene.patient(clinic, "Walter Hughes"), "my chest hurts")


@pytest.fixture
def ben(scene, clinic, service):
    """Another nurse of the same clinic, signed in elsewhere."""
    scene.nurse(clinic, "Ben Okafor")
    other = Console(service.app.test_client())
    other.sign_in("ben@clinic.example")
    return other


@pytest.fixture
def act(as_ana):
    """Press a button of the conversation's page as Ana sees it; `by` another nurse, `seen` another newest message."""

    def press(case, action, by=as_ana, **fields):
        kind = "flags" if action in ("acknowledge", "close") else "threads"
        number = case.flag_id if kind == "flags" else case.thread_id
        return by.post(f"/console/{kind}/{number}/{action}", **{"seen": case.message_id, **fields})

    return press


def error_in(html):
    return [text_of(found) for found in re.findall(r'<p class="error".*?</p>', html, re.DOTALL)]


def thread(scene, case):
    with scene.sessions() as session:
        return session.get_one(Thread, case.thread_id)


class TestAcknowledge:
    def test_the_flag_carries_the_nurse_and_the_moment(self, act, scene, case, ana):
        response = act(case, "acknowledge")

        assert response.location == f"/console/threads/{case.thread_id}"
        flag = scene.flag(case)
        assert (flag.state, flag.acknowledged_by_id, flag.acknowledged_at) == ("acknowledged", ana, scene.now)

    def test_it_is_audited(self, act, scene, case, ana):
        act(case, "acknowledge")

        assert (f"practitioner:{ana}", "flag.acknowledged", "flag", case.flag_id) in scene.audited()

    def test_twice_is_refused_by_name_and_changes_nothing(self, act, scene, case, ben, ana):
        act(case, "acknowledge")
        response = act(case, "acknowledge", by=ben)

        assert response.status_code == 409
        assert "not waiting any more" in error_in(response.text)[0]
        assert scene.flag(case).acknowledged_by_id == ana

    def test_a_page_that_does_not_show_the_newest_message_cannot_acknowledge(self, act, scene, case):
        scene.writes_again(case, "now i cant breathe")

        response = act(case, "acknowledge")

        assert response.status_code == 409
        assert "A new message came" in error_in(response.text)[0]
        assert "now i cant breathe" in response.text
        assert scene.flag(case).state == "open"

    def test_a_request_that_does_not_say_what_it_saw_is_refused(self, act, case):
        assert act(case, "acknowledge", seen="").status_code == 409


class TestClose:
    def test_the_flag_and_its_episode_are_closed_with_the_reason(self, act, scene, case, ana):
        act(case, "close", reason="  Spoke with Walter, ambulance is there  ")

        flag = scene.flag(case)
        assert (flag.state, flag.closed_by_id) == ("closed", ana)
        assert flag.close_reason == "Spoke with Walter, ambulance is there"
        with scene.sessions() as session:
            assert session.get_one(Episode, flag.episode_id).closed_by_id == ana
            assert session.query(FlagEvent).filter_by(event="closed").one().practitioner_id == ana

    def test_it_is_audited_without_the_words(self, act, scene, case, ana):
        act(case, "close", reason="Spoke with Walter")

        assert (f"practitioner:{ana}", "flag.closed", "flag", case.flag_id) in scene.audited()

    def test_it_stands_in_the_history(self, act, as_ana, case):
        act(case, "close", reason="Spoke with Walter")

        assert "closed (emergency) by Ana Reyes: “Spoke with Walter”" in text_of(
            as_ana.get(f"/console/threads/{case.thread_id}").text
        )

    @pytest.mark.parametrize("reason", ["", "   \n "])
    def test_without_a_reason_it_stays_open_and_the_field_says_why(self, act, scene, case, reason):
        response = act(case, "close", reason=reason)

        assert response.status_code == 422
        assert "Say how it was dealt with" in error_in(response.text)[0]
        assert 'aria-invalid="true"' in response.text
        assert scene.flag(case).state == "open"

    def test_a_reason_that_is_too_long_is_kept_in_the_field(self, act, scene, case):
        reason = "Long <story> " * 50

        response = act(case, "close", reason=reason)

        assert response.status_code == 422
        assert "Shorten the reason to 500 characters; it has 649." in error_in(response.text)[0]
        assert ("Long &lt;story&gt; " * 50) in response.text
        assert scene.flag(case).state == "open"

    def test_a_message_that_came_meanwhile_keeps_it_open_and_the_typed_reason_too(self, act, scene, case):
        scene.writes_again(case, "now i cant breathe")

        response = act(case, "close", reason="Spoke with Walter")

        assert response.status_code == 409
        assert "Spoke with Walter</textarea>" in response.text
        assert scene.flag(case).state == "open"

    def test_two_nurses_cannot_both_close_it_and_the_second_keeps_what_she_typed(self, act, scene, case, ben, ana):
        act(case, "close", reason="Spoke with Walter")
        response = act(case, "close", by=ben, reason="Called his wife")

        assert response.status_code == 409
        assert "closed already" in text_of(response.text)
        assert "Called his wife</textarea>" in response.text
        assert scene.flag(case).closed_by_id == ana

    def test_of_two_nurses_at_the_same_moment_one_closes_it(self, act, scene, case, ben, as_ana):
        token = {who: who.token() for who in (as_ana, ben)}
        barrier, statuses = threading.Barrier(2), []

        def close(who):
            fields = {"csrf_token": token[who], "seen": case.message_id, "reason": "Spoke with Walter"}
            barrier.wait()
            statuses.append(who.client.post(f"/console/flags/{case.flag_id}/close", data=fields).status_code)

        threads = [threading.Thread(target=close, args=(who,)) for who in (as_ana, ben)]
        for running in threads:
            running.start()
        for running in threads:
            running.join()

        assert sorted(statuses) == [303, 409]

    def test_any_characters_can_be_a_reason(self, act, scene, case):
        act(case, "close", reason="NUL \x00, \u2067\u0645\u0631\u062d\u0628\u0627\u2069, \U0001f469\u200d\u2695\ufe0f")

        assert scene.flag(case).state == "closed"


class TestTakeOver:
    def test_the_nurse_owns_the_conversation_until_she_hands_it_back(self, act, scene, case, ana):
        act(case, "take-over", owner=0)
        assert thread(scene, case).owner_id == ana

        act(case, "hand-back")
        assert thread(scene, case).owner_id is None

    def test_both_are_audited(self, act, scene, case):
        act(case, "take-over", owner=0)
        act(case, "hand-back")

        assert [row[1] for row in scene.audited() if row[2] == "thread" and row[1] != "thread.viewed"] == [
            "thread.taken_over", "thread.handed_back",
        ]

    def test_the_queue_shows_who_answers(self, act, as_ana, case):
        act(case, "take-over", owner=0)

        assert "Ana Reyes answers" in text_of(as_ana.get("/console/").text)

    def test_another_nurse_can_take_it_from_her_knowingly(self, act, as_ana, scene, case, ben, ana):
        act(case, "take-over", owner=0)

        assert act(case, "take-over", by=ben, owner=0).status_code == 409
        assert thread(scene, case).owner_id == ana
        assert "Take over from Ana Reyes" in text_of(ben.get(f"/console/threads/{case.thread_id}").text)
        assert act(case, "take-over", by=ben, owner=ana).status_code == 303

    def test_only_the_one_who_has_it_can_hand_it_back(self, act, scene, case, ben, ana):
        act(case, "take-over", owner=0)

        assert act(case, "hand-back", by=ben).status_code == 409
        assert thread(scene, case).owner_id == ana


class TestReply:
    @pytest.fixture
    def owned(self, act, case):
        act(case, "take-over", owner=0)
        return case

    def sent(self, scene):
        with scene.sessions() as session:
            return session.query(Communication).filter_by(kind="nurse").all()

    def test_it_waits_in_the_outbox_for_the_number_that_the_patient_wrote_from(self, act, scene, owned):
        assert act(owned, "reply", body="Walter, I am calling you now.").status_code == 303

        [message] = self.sent(scene)
        with scene.sessions() as session:
            came = session.get_one(Communication, owned.message_id)
        assert (message.sender, message.status, message.channel) == ("nurse", "queued", "sms")
        assert (message.address, message.body) == (came.address, "Walter, I am calling you now.")
        assert message.next_attempt_at == scene.now

    def test_it_is_audited(self, act, scene, owned, ana):
        act(owned, "reply", body="Hello")

        [message] = self.sent(scene)
        assert (f"practitioner:{ana}", "reply.queued", "communication", message.id) in scene.audited()

    def test_in_a_web_chat_it_is_there_at_once(self, act, scene, owned):
        with scene.sessions.begin() as session:
            came = session.get_one(Communication, owned.message_id)
            came.channel, came.address = "web", "a-session"
        act(owned, "reply", body="Hello")

        assert [(m.channel, m.status) for m in self.sent(scene)] == [("web", "sent")]

    def test_it_stands_in_the_conversation_as_the_nurses(self, act, as_ana, owned):
        act(owned, "reply", body="Walter, I am calling you now.")
        words = text_of(as_ana.get(f"/console/threads/{owned.thread_id}").text)

        assert re.search(r"Nurse · text message · \w+ \d+ \w+, \d+:\d+ Walter, I am calling you now\.", words)

    @pytest.mark.parametrize(("body", "said"), [("  ", "Write a message first"), ("x" * (LONGEST + 1), "it has 481")])
    def test_what_cannot_be_sent_is_said_and_kept(self, act, scene, owned, body, said):
        response = act(owned, "reply", body=body)

        assert response.status_code == 422
        assert said in error_in(response.text)[0]
        assert body in response.text
        assert self.sent(scene) == []

    def test_nothing_is_sent_to_someone_who_opted_out(self, act, scene, owned):
        with scene.sessions.begin() as session:
            came = session.get_one(Communication, owned.message_id)
            consents.record(
                session, channel="sms", address=came.address, status="opted_out", source="keyword", now=scene.now
            )

        assert "opted out" in error_in(act(owned, "reply", body="Hello").text)[0]
        assert self.sent(scene) == []

    def test_a_nurse_who_has_not_taken_over_is_asked_to_first_and_keeps_what_she_typed(self, act, scene, case):
        response = act(case, "reply", body="Walter, I am calling you now.")

        assert response.status_code == 409
        assert "Take over first" in error_in(response.text)[0]
        assert "Walter, I am calling you now.</textarea>" in response.text
        assert self.sent(scene) == []

    def test_a_message_that_came_meanwhile_is_read_first(self, act, scene, owned):
        scene.writes_again(owned, "wait, it stopped")

        response = act(owned, "reply", body="Hello")

        assert response.status_code == 409
        assert "wait, it stopped" in response.text
        assert self.sent(scene) == []
