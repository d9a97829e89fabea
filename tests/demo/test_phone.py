"""The demo's phone sends through the signed webhook and shows what the number sent and received."""

import pytest
from playwright.sync_api import expect

from bot.demo.phone import deliver
from tests.browser import NARROW, WIDE, accessibility_violations, screenshot, scrolls_sideways, serving
from tests.channels.support import answering

WALTER = "+15550100123"
RED_FLAG = "my legs went to jelly and i cant feel wiping"


@pytest.fixture
def open_service(service):
    """The service without the check of form tokens, for tests of the phone's own rules."""
    service.app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    return service


def test_a_text_goes_through_the_signed_webhook(service):
    assert deliver(service.app, WALTER, "+15550100900", "hello") == 200

    [stored] = service.stored(direction="in")
    assert (stored.channel, stored.address, stored.body) == ("sms", WALTER, "hello")


def test_with_another_token_the_webhook_refuses_the_phone_too(service, monkeypatch):
    monkeypatch.setattr("bot.demo.phone.sign", lambda *_: "bm90IGEgc2lnbmF0dXJl")

    assert deliver(service.app, WALTER, "+15550100900", "hello") == 403


@pytest.mark.parametrize("number", ["", "home", "12", "+1555010012345678", 5, None])
def test_a_number_that_is_none_is_refused_by_name(open_service, number):
    refused = open_service.app.test_client().post(
        "/dev/phone/send", json={"number": number, "body": "hi"}, headers={"Accept": "application/json"}
    )

    assert (refused.status_code, refused.json["field"]) == (400, "number")


def test_a_text_that_no_phone_could_send_is_sent_without_its_broken_part(open_service):
    sent = open_service.app.test_client().post("/dev/phone/send", json={"number": WALTER, "body": "ow \ud800"})

    assert sent.status_code == 202
    assert open_service.stored(direction="in")[0].body == "ow ?"


@pytest.mark.live
class TestInChromium:
    def test_texts_go_out_and_answers_come_in(self, service, page):
        with serving(service.app) as base, answering(service):
            page.goto(f"{base}/dev/phone")
            page.get_by_label("Walter Hughes").check()
            page.get_by_label("Text message").fill(RED_FLAG)
            page.get_by_role("button", name="Send").click()

            expect(page.get_by_role("log")).to_contain_text(RED_FLAG)
            expect(page.get_by_role("log")).to_contain_text("Call 911 now")
            screenshot(page, "phone")

            page.get_by_label("Dorothy Klein").check()
            expect(page.get_by_role("log")).not_to_contain_text(RED_FLAG)

    def test_any_other_number_can_text(self, service, page):
        with serving(service.app) as base, answering(service):
            page.goto(f"{base}/dev/phone")
            page.get_by_label("Another number").check()
            page.get_by_label("Number", exact=True).fill("(555) 010-0177")
            page.get_by_label("Text message").fill(RED_FLAG)
            page.get_by_label("Text message").press("Enter")

            expect(page.get_by_role("log")).to_contain_text("Call 911 now")
        assert service.stored(direction="in")[0].address == "+15550100177"

    def test_no_number_stands_in_an_address(self, service, page):
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        with serving(service.app) as base, answering(service):
            page.goto(f"{base}/dev/phone")
            page.get_by_label("Text message").fill("hello")
            page.get_by_role("button", name="Send").click()
            expect(page.get_by_role("log")).to_contain_text("hello")

        assert not [url for url in asked if "555" in url]

    @pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
    @pytest.mark.parametrize("path", ["/dev/phone", "/demo"])
    def test_the_demo_pages_are_accessible_and_fit_their_window(self, service, page, path, size):
        page.set_viewport_size(size)
        with serving(service.app) as base:
            page.goto(base + path)
            expect(page.get_by_role("log")).to_be_visible()
            assert accessibility_violations(page) == []
            assert not scrolls_sideways(page)
            screenshot(page, f"demo{path.replace('/', '-')}-{size['width']}")
