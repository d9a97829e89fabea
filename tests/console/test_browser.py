"""The console in a real browser: fresh without getting in the way; no mouse, no colours, no width needed."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from bot.console import idle
from tests.browser import NARROW, accessibility_violations, scrolls_sideways
from tests.console.scene import PASSWORD

SIX_SECONDS = 6000


@pytest.fixture
def case(scene, clinic):
    """The worst of a full queue: every level, someone unknown, one that somebody is on."""
    scene.wrote(clinic, scene.patient(clinic, "Ruth Feldman", day=6), "havent pooped in 4 days", minutes_ago=200)
    scene.wrote(clinic, scene.patient(clinic, "Carmen Ortiz", day=1), "i have a fever", minutes_ago=20)
    scene.wrote(clinic, None, "chest feels tight", minutes_ago=2)
    walter = scene.patient(clinic, "Walter Hughes", blood_thinner=True, risks=["diabetes"])
    found = scene.wrote(
        clinic, walter, "i dont have a fever", "my legs went to jelly and i cant feel wiping", agent="routine"
    )
    scene.answered(found, "temperature", "98.9")
    return found


def tab_to(page, name):
    """Press Tab until the control called `name` has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(document.activeElement.labels?.[0] ?? document.activeElement).textContent.replace(/\\s+/g, ' ').trim()"
        )
        if focused == name:
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")


def sees_focus(page):
    """Whether the focused control is marked as such."""
    return page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


class TestEveryone:
    @pytest.fixture(params=["light", "dark"])
    def scheme(self, request, page):
        page.emulate_media(color_scheme=request.param)
        return request.param

    def test_no_page_has_a_barrier(self, scheme, page, chrome, address, case, service):
        for path in ("/console/", f"/console/threads/{case.thread_id}", "/console/threads/999"):
            page.goto(f"{address}{path}")
            assert accessibility_violations(page) == [], path

    def test_a_refused_form_has_no_barrier(self, scheme, page, chrome, address, case):
        page.goto(f"{address}/console/threads/{case.thread_id}")
        page.get_by_role("button", name="Close the flag").click()
        expect(page.get_by_label("How was it dealt with?")).to_be_focused()
        assert accessibility_violations(page) == []

    def test_a_conversation_that_the_nurse_has_taken_over_has_no_barrier(self, scheme, page, chrome, address, case):
        page.goto(f"{address}/console/threads/{case.thread_id}")
        page.get_by_role("button", name="Take over").click()
        expect(page.get_by_label("Message to the patient")).to_be_visible()
        assert accessibility_violations(page) == []

    def test_the_empty_queue_has_no_barrier(self, scheme, page, chrome):
        expect(page.get_by_role("heading", name="Nobody is waiting")).to_be_visible()
        assert accessibility_violations(page) == []

    def test_signing_in_has_no_barrier(self, scheme, page, address, ana):
        page.goto(f"{address}/login")
        assert accessibility_violations(page) == []
        page.get_by_label("E-mail").fill("ana@clinic.example")
        page.get_by_label("Password").fill("not the password")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("do not fit")
        assert accessibility_violations(page) == []

    def test_the_page_after_an_ended_session_has_no_barrier(self, scheme, page, chrome, address, case, service):
        page.goto(f"{address}/console/threads/{case.thread_id}")
        page.get_by_label("How was it dealt with?").fill("Spoke with Walter")
        service.clock.advance(idle.IDLE + timedelta(minutes=1))
        page.get_by_role("button", name="Close the flag").click()
        expect(page.get_by_label("What you had typed")).to_have_value("Spoke with Walter")
        assert accessibility_violations(page) == []

    def test_no_page_is_wider_than_the_narrowest_window(self, page, chrome, address, case):
        page.set_viewport_size(NARROW)
        for path in ("/console/", f"/console/threads/{case.thread_id}"):
            page.goto(f"{address}{path}")
            assert not scrolls_sideways(page), path


class TestKeyboard:
    def test_signing_in_needs_no_mouse(self, page, address, ana):
        page.goto(f"{address}/login")
        expect(page.get_by_label("E-mail")).to_be_focused()
        page.keyboard.type("ana@clinic.example")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/")

    def test_a_flag_is_acknowledged_and_closed_by_keyboard_alone(self, page, chrome, address, case, scene):
        page.goto(f"{address}/console/")
        tab_to(page, "Walter Hughes")
        assert sees_focus(page)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/console/threads/{case.thread_id}#message-{case.message_id}")

        tab_to(page, "Acknowledge")
        assert sees_focus(page)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Acknowledged by Ana Reyes")).to_be_visible()

        tab_to(page, "How was it dealt with?")
        page.keyboard.type("Spoke with Walter")
        tab_to(page, "Close the flag")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="No open flag")).to_be_visible()
        assert scene.flag(case).state == "closed"

    def test_the_first_stop_skips_to_the_content(self, page, chrome):
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()


class TestFresh:
    @pytest.fixture(autouse=True)
    def turned_by_hand(self, page):
        page.clock.install()

    def test_a_new_emergency_comes_in_by_itself_and_is_announced(self, page, chrome, scene, clinic, case):
        page.reload()
        scene.wrote(clinic, scene.patient(clinic, "Harold Nguyen"), "i cant breathe", minutes_ago=0)
        page.clock.run_for(SIX_SECONDS)

        expect(page.get_by_role("link", name="Harold Nguyen")).to_be_visible()
        expect(page.locator("[data-announce]")).to_have_text("Emergency: Harold Nguyen. Breathing difficulty.")
        expect(page).to_have_title(re.compile(r"^\(5\) Queue"))
        expect(page.locator("[data-summary]")).to_contain_text("3 Emergency")

    def test_an_emergency_that_was_there_already_is_not_announced_again(self, page, chrome, scene, clinic, case):
        page.reload()
        scene.wrote(clinic, scene.patient(clinic, "Harold Nguyen"), "i have a fever", minutes_ago=0)
        page.clock.run_for(SIX_SECONDS)

        expect(page.get_by_role("link", name="Harold Nguyen")).to_be_visible()
        expect(page.locator("[data-announce]")).to_be_empty()

    def test_news_moves_neither_the_focus_nor_the_page(self, page, chrome, scene, clinic, case):
        for number in range(20):
            scene.wrote(clinic, scene.patient(clinic, f"Patient {number}"), "havent pooped in 4 days")
        page.set_viewport_size({"width": 1280, "height": 500})
        page.reload()
        link = page.get_by_role("link", name="Patient 7", exact=True)
        link.focus()
        before = link.bounding_box()
        scene.wrote(clinic, scene.patient(clinic, "Harold Nguyen"), "i cant breathe", minutes_ago=0)
        page.clock.run_for(SIX_SECONDS)

        expect(page.get_by_role("link", name="Harold Nguyen")).to_be_attached()
        expect(link).to_be_focused()
        assert abs(link.bounding_box()["y"] - before["y"]) < 2

    def test_the_first_flag_of_a_quiet_day_comes_in_too(self, page, chrome, scene, clinic):
        page.reload()
        expect(page.get_by_role("heading", name="Nobody is waiting")).to_be_visible()
        scene.wrote(clinic, scene.patient(clinic, "Walter Hughes"), "my chest hurts", minutes_ago=0)
        page.clock.run_for(SIX_SECONDS)

        expect(page.get_by_role("link", name="Walter Hughes")).to_be_visible()
        expect(page.get_by_role("heading", name="Nobody is waiting")).to_be_hidden()

    def test_the_minutes_are_counted_on(self, page, chrome, case):
        page.reload()
        age = page.locator(f"#flag-{case.flag_id} .cell-age time")
        expect(age).to_have_text("11 min")
        page.clock.fast_forward("03:00")

        expect(age).to_have_text("14 min")

    def test_a_page_that_gets_no_news_says_so(self, page, chrome, case):
        page.reload()
        page.route("**/queue.json", lambda route: route.abort())
        page.clock.run_for(30_000)

        expect(page.locator("[data-freshness]")).to_contain_text("Not updated since")
        expect(page.locator("[data-alarm]")).to_contain_text("This page is not getting news")

    def test_a_page_whose_session_ended_says_so(self, page, chrome, case, service):
        page.reload()
        service.clock.advance(idle.IDLE + timedelta(minutes=1))
        page.clock.run_for(SIX_SECONDS)

        expect(page.get_by_role("alert")).to_contain_text("You are signed out")

    def test_an_open_conversation_says_that_a_message_came_and_keeps_what_is_typed(
        self, page, chrome, address, scene, case
    ):
        page.goto(f"{address}/console/threads/{case.thread_id}")
        page.get_by_label("How was it dealt with?").fill("Spoke with")
        scene.writes_again(case, "it got worse")
        page.clock.run_for(SIX_SECONDS)

        expect(page.get_by_text("A new message came.")).to_be_visible()
        expect(page.get_by_label("How was it dealt with?")).to_have_value("Spoke with")

    def test_in_an_open_conversation_a_nurse_hears_of_an_emergency_elsewhere(
        self, page, chrome, address, scene, clinic, case
    ):
        page.goto(f"{address}/console/threads/{case.thread_id}")
        scene.wrote(clinic, scene.patient(clinic, "Harold Nguyen"), "i cant breathe", minutes_ago=0)
        page.clock.run_for(SIX_SECONDS)

        expect(page.get_by_role("alert")).to_contain_text("A new emergency is in the queue")
