"""The demo's clinic page lets a visitor chat as one of the demo patients."""

import pytest
from playwright.sync_api import expect

from tests.browser import serving
from tests.channels.support import answering

pytestmark = pytest.mark.live


def test_a_visitor_chats_as_the_chosen_patient(service, page):
    with serving(service.app) as base, answering(service):
        page.goto(f"{base}/demo")
        page.get_by_role("link", name="Dorothy Klein").click()
        page.get_by_label("Your message").fill("my legs feel numb")
        page.get_by_role("button", name="Send").click()

        expect(page.get_by_role("log")).to_contain_text("911")
    [stored] = service.stored(direction="in")
    assert (stored.channel, stored.sender) == ("web", "patient")
    assert stored.patient_id is not None


def test_each_patient_keeps_a_chat_of_their_own(service, page):
    with serving(service.app) as base, answering(service):
        page.goto(f"{base}/demo")
        page.get_by_role("link", name="Walter Hughes").click()
        page.get_by_label("Your message").fill("hello from walter")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("log")).to_contain_text("Sent")

        page.get_by_role("link", name="Dorothy Klein").click()
        expect(page.get_by_role("log")).to_contain_text("Write how you feel")
        expect(page.get_by_role("log")).not_to_contain_text("hello from walter")

        page.get_by_role("link", name="Walter Hughes").click()
        expect(page.get_by_role("log")).to_contain_text("hello from walter")


def test_the_page_speaks_the_patients_language(service, page):
    with serving(service.app) as base:
        page.goto(f"{base}/demo")
        page.get_by_role("link", name="Carmen Ortiz").click()

        expect(page.get_by_role("button", name="Enviar")).to_be_visible()
    assert page.get_attribute("html", "lang") == "es"


def test_nothing_can_be_sent_before_the_chat_can_take_it(service):
    html = service.app.test_client().get("/demo").get_data(as_text=True)
    before_scripts = html[html.index("recovery-chat__compose") :]
    assert before_scripts.count(" disabled>") >= 2
