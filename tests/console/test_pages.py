"""The queue and the conversation show what a nurse must know, in the order in which she must know it."""

import re
from datetime import timedelta
from html import unescape

import pytest

from bot.records import flags
from bot.records.models import Communication, Flag, Patient, Thread, Turn


@pytest.fixture
def url(database_url):
    """Both kinds of database: the pages read, lock and write them with the same words."""
    return database_url


def text_of(html):
    """The words of a page, as one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<title>.*?</title>", "", html))).split())


def row_of(html, case):
    found = re.search(rf'<tr[^>]*id="flag-{case.flag_id}".*?</tr>', html, re.DOTALL)
    assert found
    return text_of(found[0])


def names_in_order(html):
    return re.findall(r'id="flag-\d+-link"[^>]*>([^<]+)</a>', html)


class TestQueue:
    def test_an_empty_queue_says_so(self, as_ana):
        assert "Nobody is waiting" in text_of(as_ana.get("/console/").text)

    def test_the_worst_is_first_and_within_a_level_the_longest_waiting(self, as_ana, scene, clinic):
        for name, text, minutes in (
            ("Routine Ruth", "havent pooped in 4 days", 300),
            ("Urgent Uma", "i have a fever", 40),
            ("Newer Nora", "my chest hurts", 2),
            ("Older Olga", "my chest hurts", 9),
        ):
            scene.wrote(clinic, scene.patient(clinic, name), text, minutes_ago=minutes)

        html = as_ana.get("/console/").text
        assert names_in_order(html) == ["Older Olga", "Newer Nora", "Urgent Uma", "Routine Ruth"]

    def test_a_row_says_who_why_since_when_and_in_which_words(self, as_ana, scene, clinic):
        patient = scene.patient(clinic, "Walter Hughes", day=3, blood_thinner=True)
        case = scene.wrote(clinic, patient, "my legs went to jelly and i cant feel wiping", minutes_ago=12)

        row = row_of(as_ana.get("/console/").text, case)

        assert "Emergency" in row
        assert "Walter Hughes Day 3 · Blood thinner" in row
        assert "Saddle numbness" in row
        assert "cant feel wiping" in row
        assert "12 min" in row
        assert "Open Overdue by 7 min" in row

    def test_the_level_stands_in_words_and_shape_and_not_in_colour_alone(self, as_ana, scene, clinic):
        case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts")
        html = as_ana.get("/console/").text
        row = re.search(rf'<tr[^>]*id="flag-{case.flag_id}".*?</tr>', html, re.DOTALL)[0]

        assert re.search(r'class="level level-emergency"><svg.*?</svg>Emergency</span>', row, re.DOTALL)

    def test_the_levels_are_counted_and_the_title_counts_who_waits(self, as_ana, scene, clinic):
        scene.wrote(clinic, scene.patient(clinic), "my chest hurts")
        scene.wrote(clinic, scene.patient(clinic), "i have a fever")
        html = as_ana.get("/console/").text

        assert re.search(r"<title>\s*\(2\) Queue", html)
        assert "1 Emergency 1 Urgent" in text_of(html)

    def test_an_acknowledged_flag_names_who_is_on_it_and_no_longer_counts_as_waiting(
        self, as_ana, scene, clinic, ana
    ):
        case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts")
        with scene.sessions.begin() as session:
            flags.acknowledge(session, session.get_one(Flag, case.flag_id), ana, scene.now)
        html = as_ana.get("/console/").text

        assert "Acknowledged by Ana Reyes" in row_of(html, case)
        assert "(1)" not in html
        assert "due" not in row_of(html, case).lower()

    def test_a_reopened_flag_waits_since_it_was_reopened(self, as_ana, scene, clinic, ana):
        patient = scene.patient(clinic)
        case = scene.wrote(clinic, patient, "i have a fever", minutes_ago=600)
        with scene.sessions.begin() as session:
            flags.acknowledge(session, session.get_one(Flag, case.flag_id), ana, scene.now - timedelta(minutes=590))
        scene.wrote(clinic, patient, "my chest hurts", minutes_ago=3)

        assert "3 min Open Due in 2 min" in row_of(as_ana.get("/console/").text, case)

    def test_someone_unknown_who_writes_is_in_the_queue_too(self, as_ana, scene, clinic):
        case = scene.wrote(clinic, None, "my chest hurts")

        assert "Unknown sender Day not known" in row_of(as_ana.get("/console/").text, case)

    def test_a_message_that_nobody_understood_is_shown_as_it_was_written(self, as_ana, scene, clinic):
        case = scene.wrote(clinic, scene.patient(clinic), "qwxz zzkp", reason="not_understood")
        row = row_of(as_ana.get("/console/").text, case)

        assert "Message not understood" in row
        assert "qwxz zzkp" in row

    def test_a_closed_flag_is_gone(self, as_ana, scene, clinic, ana):
        case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts")
        with scene.sessions.begin() as session:
            flags.close(session, session.get_one(Flag, case.flag_id), ana, "ER", scene.now)

        assert "Nobody is waiting" in text_of(as_ana.get("/console/").text)


class TestRefresh:
    def test_nothing_is_sent_while_nothing_changed(self, as_ana, scene, clinic):
        scene.wrote(clinic, scene.patient(clinic), "my chest hurts")
        version = as_ana.get("/console/queue.json").headers["ETag"]

        again = as_ana.get("/console/queue.json", headers={"If-None-Match": version})

        assert (again.status_code, again.data) == (304, b"")

    def test_the_page_knows_the_version_that_it_shows(self, as_ana, scene, clinic):
        scene.wrote(clinic, scene.patient(clinic), "my chest hurts")
        version = re.search(r'data-version="([^"]+)"', as_ana.get("/console/").text)[1]

        assert as_ana.get("/console/queue.json", headers={"If-None-Match": f'"{version}"'}).status_code == 304

    def test_a_new_emergency_comes_with_what_to_announce(self, as_ana, scene, clinic):
        version = as_ana.get("/console/queue.json").headers["ETag"]
        scene.wrote(clinic, scene.patient(clinic, "Walter Hughes"), "my chest hurts", minutes_ago=0)

        news = as_ana.get("/console/queue.json", headers={"If-None-Match": version}).json

        assert list(news["alarms"].values()) == ["Emergency: Walter Hughes. Chest pain."]
        assert news["waiting"] == 1
        assert "Walter Hughes" in news["rows"]

    def test_becoming_overdue_is_news(self, as_ana, scene, clinic, service):
        scene.wrote(clinic, scene.patient(clinic), "my chest hurts", minutes_ago=0)
        version = as_ana.get("/console/queue.json").headers["ETag"]
        service.clock.advance(timedelta(minutes=4))
        before = as_ana.get("/console/queue.json", headers={"If-None-Match": version})
        service.clock.advance(timedelta(minutes=2))
        after = as_ana.get("/console/queue.json", headers={"If-None-Match": version})

        assert (before.status_code, after.status_code) == (304, 200)

    def test_an_open_conversation_learns_of_a_newer_message_by_number_only(self, as_ana, scene, clinic):
        case = scene.wrote(clinic, scene.patient(clinic, "Walter Hughes"), "my chest hurts")
        newest = scene.writes_again(case, "and my arm too")

        state = as_ana.get(f"/console/threads/{case.thread_id}/state.json")

        assert state.json["newest"] == newest
        assert "Walter" not in state.text


class TestConversation:
    @pytest.fixture
    def show(self, as_ana):
        return lambda case, **query: as_ana.get(f"/console/threads/{case.thread_id}", query_string=query).text

    def test_the_words_that_fired_are_marked_with_the_finding(self, show, scene, clinic):
        case = scene.wrote(clinic, scene.patient(clinic), "hello. my legs went to jelly and i cant feel wiping")
        marks = [text_of(mark) for mark in re.findall(r'<mark class="fires">.*?</mark>', show(case), re.DOTALL)]

        assert marks == ["legs went to jelly Leg paralysis", "cant feel wiping Saddle numbness"]

    def test_a_denied_symptom_is_shown_as_denied_and_not_as_one_that_fired(self, show, scene, clinic):
        case = scene.wrote(clinic, scene.patient(clinic), "i dont have a fever. my chest hurts")
        html = show(case)

        quiet = [text_of(mark) for mark in re.findall(r'<mark class="does-not-fire">.*?</mark>', html, re.DOTALL)]
        assert quiet == ["i dont have a fever Fever: denied"]
        assert "Not counted: fever (denied)" in text_of(html)

    def test_the_rules_stand_beside_the_message_with_their_sources_and_the_protocol(self, show, scene, clinic):
        case = scene.wrote(clinic, scene.patient(clinic), "i cant feel wiping")
        words = text_of(show(case))

        assert "Saddle numbness : emergency" in words
        assert "cauda-equina: Cauda equina syndrome red flags" in words
        assert re.search(r"Protocol vertebroplasty@\d", words)

    def test_what_each_reader_made_of_it_is_shown_and_a_difference_is_pointed_out(self, show, scene, clinic):
        case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts", agent="routine")

        assert "Safety screen: emergency · Assistant: routine. The higher counts." in text_of(show(case))

    def test_when_the_assistant_did_not_answer_the_nurse_is_told(self, show, scene, clinic):
        case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts", agent=None)

        assert "The assistant did not answer; fixed advice was used." in text_of(show(case))

    def test_when_the_assistant_overlooked_the_red_flag_the_nurse_is_told(self, show, scene, clinic):
        case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts", agent=None)
        with scene.sessions.begin() as session:
            session.query(Turn).one().error_code = "below_screen"

        assert "The assistant overlooked the red flag; fixed advice was used." in text_of(show(case))

    def test_an_assistant_that_was_away_is_no_difference_of_opinion(self, show, scene, clinic):
        case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts", agent="unavailable")
        words = text_of(show(case))

        assert "Assistant: unavailable" in words
        assert "The higher counts" not in words

    def test_both_sides_are_there_with_what_became_of_each_message(self, show, scene, clinic):
        case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts")
        words = text_of(show(case))

        assert words.index("my chest hurts") < words.index("This may be an emergency")
        assert "Advice · delivered" in words

    def test_advice_that_did_not_arrive_is_called_out(self, show, scene, clinic):
        case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts")
        with scene.sessions.begin() as session:
            sent = session.query(Communication).filter_by(direction="out").one()
            sent.status, sent.error_code = "undelivered", "30005"

        assert "The patient has not received this (carrier code 30005). Call them." in text_of(show(case))

    @pytest.mark.parametrize(
        ("state", "said"),
        [("pending", "This message is still being read."), ("failed", "This message could not be read as usual.")],
    )
    def test_a_message_that_nothing_has_read_yet_says_so(self, show, scene, clinic, state, said):
        case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts")
        newest = scene.writes_again(case, "hello?")
        with scene.sessions.begin() as session:
            session.query(Turn).filter_by(communication_id=newest).one().state = state

        assert said in text_of(show(case))

    def test_a_photo_is_mentioned(self, show, scene, clinic):
        case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts")
        with scene.sessions.begin() as session:
            session.get_one(Communication, case.message_id).media_count = 2

        assert "2 photos sent with it" in text_of(show(case))

    def test_what_a_nurse_needs_to_know_about_the_patient_is_beside_it(self, show, scene, clinic):
        patient = scene.patient(clinic, "Dorothy Klein", day=10, blood_thinner=True, risks=["diabetes"], language="es")
        with scene.sessions.begin() as session:
            phone = session.get_one(Patient, patient).phone
        words = text_of(show(scene.wrote(clinic, patient, "my chest hurts")))

        for fact in ("Day 10 after the procedure", f"Phone {phone}", "Blood thinner yes", "Spanish", "diabetes"):
            assert fact in words

    def test_the_answers_to_check_in_questions_are_there_the_newest_of_each(self, show, scene, clinic):
        case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts")
        scene.answered(case, "pain", "9")
        scene.answered(case, "pain", "4")

        assert re.search(r"Check-in answers Pain 4 ", text_of(show(case)))

    def test_an_unknown_sender_is_shown_with_the_number_to_call(self, show, scene, clinic):
        case = scene.wrote(clinic, None, "my chest hurts")
        with scene.sessions.begin() as session:
            number = session.get_one(Thread, case.thread_id).key.removeprefix("sms:")

        assert f'href="tel:{number}"' in show(case)

    def test_a_long_conversation_comes_in_pages_that_lose_nothing(self, show, scene, clinic):
        case = scene.wrote(clinic, scene.patient(clinic), *(f"message {n}, my chest hurts" for n in range(70)))
        seen, before = [], {}
        while True:
            html = show(case, **before)
            seen = re.findall(r"message (\d+),", text_of(html)) + seen
            older = re.search(r'href="[^"]*before=(\d+)"', html)
            if not older:
                break
            before = {"before": older[1]}

        assert list(dict.fromkeys(seen)) == [str(n) for n in range(70)]

    def test_html_of_a_patient_stays_text(self, show, scene, clinic):
        case = scene.wrote(clinic, scene.patient(clinic, "<b>Bob</b>"), "<script>alert(1)</script> my chest hurts")
        html = show(case)

        assert "<script>alert" not in html
        assert "<b>Bob" not in html
        assert "<script>alert(1)</script>" in unescape(html)

    @pytest.mark.parametrize("before", ["x", "-1", "0", "99999999999999999999"])
    def test_a_place_in_the_conversation_that_makes_no_sense_is_no_error(self, as_ana, scene, clinic, before):
        case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts")

        assert as_ana.get(f"/console/threads/{case.thread_id}?before={before}").status_code == 200

    def test_a_conversation_with_a_number_beyond_any_is_not_found(self, as_ana):
        assert as_ana.get("/console/threads/99999999999999999999999").status_code == 404


class TestAudit:
    def test_every_look_is_audited(self, as_ana, scene, clinic, ana):
        case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts")
        as_ana.get("/console/")
        as_ana.get(f"/console/threads/{case.thread_id}")

        actor = f"practitioner:{ana}"
        assert (actor, "queue.viewed", "organization", clinic) in scene.audited()
        assert (actor, "thread.viewed", "thread", case.thread_id) in scene.audited()

    def test_a_refresh_that_shows_something_new_is_a_look_and_one_that_does_not_is_none(self, as_ana, scene, clinic):
        def looks():
            return sum(action == "queue.viewed" for _, action, _, _ in scene.audited())

        version = as_ana.get("/console/queue.json").headers["ETag"]
        first = looks()
        as_ana.get("/console/queue.json", headers={"If-None-Match": version})
        second = looks()
        scene.wrote(clinic, scene.patient(clinic), "my chest hurts")
        as_ana.get("/console/queue.json", headers={"If-None-Match": version})

        assert (first, second, looks()) == (1, 1, 2)

    def test_a_look_that_was_refused_is_none(self, as_ana, scene):
        as_ana.get("/console/threads/999")

        assert not [row for row in scene.audited() if row[1] == "thread.viewed"]
