"""The chat widget in real Chromium: a patient writes, reads, loses the connection, comes back."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from bot.channels.web.invites import sign_invite
from bot.records.models import ChatSession
from tests.browser import NARROW, WIDE, accessibility_violations, screenshot, scrolls_sideways, serving
from tests.channels.support import answering

pytestmark = pytest.mark.live

RED_FLAG = "my legs went to jelly and i cant feel wiping"
ADVICE = "Call 911 now or go to the nearest ER"


class Widget:
    """The widget as a patient sees it."""

    def __init__(self, page):
        self.page = page
        self.log = page.get_by_role("log")
        self.text = page.get_by_label(re.compile("Your message|Su mensaje"))
        self.trouble = page.get_by_role("alert")

    def write(self, words):
        self.text.fill(words)
        self.text.press("Enter")

    def own(self, words):
        return self.page.locator(".recovery-chat__message--own", has_text=words)


@pytest.fixture
def address(service):
    """The served chat page, with the worker running behind it."""
    with serving(service.app) as base, answering(service):
        yield f"{base}/chat/"


@pytest.fixture
def invite(service):
    return sign_invite(service.settings, service.patient_id, service.clock.now(), timedelta(hours=1))


@pytest.fixture
def widget(page, address, invite):
    """The widget, opened by the patient from an invite."""
    page.goto(f"{address}#invite={invite}")
    widget = Widget(page)
    expect(widget.log).to_contain_text("Write how you feel")
    return widget


def test_a_red_flag_is_answered_with_the_advice_in_the_log(service, widget):
    widget.write(RED_FLAG)

    expect(widget.log).to_contain_text(ADVICE)
    expect(widget.page.locator(".recovery-chat__bubble--red-flag")).to_have_count(1)
    expect(widget.own(RED_FLAG)).to_contain_text("Sent")
    screenshot(widget.page, "widget")


def test_the_whole_journey_works_with_the_keyboard_alone(widget):
    keyboard = widget.page.keyboard
    focused = widget.page.locator(":focus")
    names = []
    for _ in range(12):
        keyboard.press("Tab")
        names.append(focused.evaluate("node => node.textContent.trim() || node.id || node.getAttribute('aria-label')"))
        if names[-1] == "recovery-chat-text":
            break
    assert "For an emergency call 911" in names
    keyboard.type("hello")
    keyboard.press("Enter")
    yes = widget.page.get_by_role("button", name="Yes")
    expect(yes).to_be_visible()
    expect(widget.text).to_be_focused()

    keyboard.press("Shift+Tab")
    keyboard.press("Shift+Tab")
    expect(yes).to_be_focused()
    keyboard.press("Enter")

    expect(widget.own("Yes")).to_contain_text("Sent")
    expect(widget.text).to_be_focused()


def test_quick_replies_go_away_once_answered(widget):
    widget.write("hello")
    widget.page.get_by_role("button", name="No", exact=True).click()

    expect(widget.own("No")).to_contain_text("Sent")


def test_a_new_line_is_written_with_shift_and_enter(service, widget):
    widget.text.fill("one")
    widget.text.press("Shift+Enter")
    widget.text.type("two")
    widget.text.press("Enter")

    expect(widget.own("one")).to_contain_text("Sent")
    assert service.stored(direction="in")[0].body == "one\ntwo"


def test_what_was_said_is_there_after_a_reload(widget):
    widget.write(RED_FLAG)
    expect(widget.log).to_contain_text(ADVICE)

    widget.page.reload()

    expect(widget.log).to_contain_text(RED_FLAG)
    expect(widget.log).to_contain_text(ADVICE)
    expect(widget.own(RED_FLAG)).to_have_count(1)


def test_text_is_shown_as_text(widget):
    widget.write("<img src=x onerror=alert(1)>")

    expect(widget.own("<img src=x onerror=alert(1)>")).to_contain_text("Sent")
    assert widget.page.locator(".recovery-chat img").count() == 0


def test_without_a_connection_it_says_so_and_sends_again_later(service, widget):
    widget.page.context.set_offline(True)
    widget.write(RED_FLAG)

    failed = widget.own(RED_FLAG)
    expect(failed).to_contain_text("Not sent")
    expect(failed).to_contain_text("For an emergency call 911")
    screenshot(widget.page, "widget-offline")
    assert service.stored(direction="in") == []

    widget.page.context.set_offline(False)

    expect(failed).to_contain_text("Sent")
    expect(widget.log).to_contain_text(ADVICE)
    assert len(service.stored(direction="in")) == 1


def test_a_message_that_failed_is_kept_through_a_reload(service, widget):
    block = re.compile("/chat/messages$")
    widget.page.route(block, lambda route: route.fulfill(status=400, json={"error": "no"}))
    widget.write("my calf hurts")
    expect(widget.own("my calf hurts")).to_contain_text("Not sent")
    widget.page.unroute(block)

    widget.page.reload()

    expect(widget.own("my calf hurts")).to_contain_text("Sent")
    assert len(service.stored(direction="in")) == 1


def test_a_lost_acknowledgement_does_not_send_the_message_twice(service, widget):
    def lose_answer(route):
        route.fetch()
        route.abort()

    widget.page.route(re.compile("/chat/messages$"), lose_answer, times=1)
    widget.write("hello")

    expect(widget.own("hello")).to_contain_text("Sent")
    assert len(service.stored(direction="in")) == 1


def test_the_button_sends_a_failed_message_again(service, widget):
    widget.page.route(
        re.compile("/chat/messages$"), lambda route: route.fulfill(status=400, json={"error": "no"}), times=1
    )
    widget.write("hello")
    widget.own("hello").get_by_role("button", name="Send again").click()

    expect(widget.own("hello")).to_contain_text("Sent")
    assert len(service.stored(direction="in")) == 1


def test_too_many_messages_show_whom_to_call(widget):
    advice = "Wait a minute. Call +1 555-010-0999."
    widget.page.route(re.compile("/chat/messages$"), lambda route: route.fulfill(status=429, json={"error": advice}))
    widget.write("hello")

    expect(widget.own("hello")).to_contain_text(advice)


def test_lost_contact_is_told_and_taken_back(widget):
    polls = re.compile(r"/chat/messages\?")
    widget.page.route(polls, lambda route: route.abort())
    widget.write("hello")

    expect(widget.trouble).to_contain_text("No connection", timeout=20_000)
    widget.page.unroute(polls)
    expect(widget.trouble).to_be_empty(timeout=20_000)


def test_a_chat_that_cannot_start_says_whom_to_call(page, address):
    sessions = re.compile("/chat/sessions$")
    page.route(sessions, lambda route: route.abort())
    page.goto(address)
    widget = Widget(page)
    expect(widget.trouble).to_contain_text("Please call +1 555-010-0999. For an emergency call 911.")

    page.unroute(sessions)
    page.get_by_role("button", name="Try again").click()

    expect(widget.log).to_contain_text("Write how you feel")


def test_a_session_that_ended_is_replaced_without_losing_the_message(service, widget):
    with service.sessions.begin() as session:
        session.execute(update(ChatSession).values(expires_at=service.clock.now()))
    widget.write(RED_FLAG)

    expect(widget.own(RED_FLAG)).to_contain_text("Sent")
    expect(widget.log).to_contain_text(ADVICE)


def test_an_invite_stands_behind_the_hash_and_never_reaches_an_address(service, page, address, invite):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}#invite={invite}")
    widget = Widget(page)
    widget.write("hello")

    expect(widget.own("hello")).to_contain_text("Sent")
    assert service.stored(direction="in")[0].patient_id == service.patient_id
    assert not [url for url in asked if invite in url.split("#")[0]]


def test_an_invite_that_ran_out_keeps_nobody_from_writing(service, page, address):
    page.goto(f"{address}#invite=old")
    widget = Widget(page)
    widget.write("hello")

    expect(widget.own("hello")).to_contain_text("Sent")


def test_the_page_speaks_spanish(page, address):
    page.goto(f"{address}?language=es")

    expect(page.get_by_role("link", name="En una emergencia llame al 911")).to_be_visible()
    expect(page.get_by_role("button", name="Enviar")).to_be_visible()
    assert page.get_attribute("html", "lang") == "es"


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_the_page_is_accessible_in_every_state_and_fits_its_window(page, address, size, language):
    page.set_viewport_size(size)
    page.goto(f"{address}?language={language}")
    widget = Widget(page)
    expect(widget.log.get_by_role("listitem")).to_have_count(1)
    assert accessibility_violations(page) == []

    widget.write(RED_FLAG)
    expect(page.locator(".recovery-chat__bubble--advice")).to_be_visible()
    page.context.set_offline(True)
    widget.write("W" * 200)
    expect(widget.own("WWW").get_by_role("button")).to_be_visible()

    assert accessibility_violations(page) == []
    assert not scrolls_sideways(page)
    screenshot(page, f"widget-{language}-{size['width']}")
    page.context.set_offline(False)


def test_the_emergency_line_is_always_in_view(widget):
    for number in range(8):
        widget.write(f"message {number}")
    expect(widget.own("message 7")).to_contain_text("Sent")

    expect(widget.page.get_by_role("link", name="For an emergency call 911")).to_be_in_viewport()
