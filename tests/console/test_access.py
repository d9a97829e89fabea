"""Whatever is added to the product later: without a login only a short, known list of endpoints answers."""

import pytest
from werkzeug.routing import Rule

from tests.channels.support import empty_service

#: Each carries its own proof of the sender, or shows nothing about anyone. Nothing comes here without a reason.
PUBLIC = {
    "index": "only leads to the chat",
    "security.login": "the login itself",
    "security.logout": "leads to the login",
    "console_assets.static": "style and script of the console",
    "sms.": "Twilio's signature",
    "chat.": "the chat token",
    "chat_pages.": "the chat widget",
    "operations.": "health for the load balancer, numbers for this machine or a token",
    "demo.": "exists only in the demo",
    "phone.": "exists only in the demo",
}


def is_public(endpoint: str) -> bool:
    return any(endpoint == name or (name.endswith(".") and endpoint.startswith(name)) for name in PUBLIC)


def address(rule: Rule) -> str:
    return rule.build(dict.fromkeys(rule.arguments, 1), append_unknown=False)[1]


@pytest.mark.parametrize("demo", [False, True])
def test_every_endpoint_that_is_not_known_as_public_asks_for_a_login(sqlite_url, demo):
    with empty_service(sqlite_url, public_base_url="http://127.0.0.1:8000", recovery_demo=demo) as service:
        service.app.config["WTF_CSRF_ENABLED"] = False
        open_to_all, guarded = [], []
        for rule in service.app.url_map.iter_rules():
            if is_public(rule.endpoint):
                continue
            guarded.append(rule.endpoint)
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                response = service.app.test_client().open(address(rule), method=method)
                to_login = response.status_code == 302 and (response.location or "").startswith("/login")
                if not to_login and response.status_code not in (401, 403):
                    open_to_all.append((method, rule.rule, response.status_code))

    assert open_to_all == []
    assert len(guarded) >= 8


@pytest.mark.parametrize("accept", ["text/html", "application/json", "*/*"])
@pytest.mark.parametrize("token", ["", "?auth_token=x"])
def test_a_guessed_token_is_no_login(console, accept, token):
    response = console.get(f"/console/queue.json{token}", headers={"Accept": accept, "Authentication-Token": "x"})

    assert response.status_code in (302, 401)


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_every_form_of_the_console_needs_the_token_of_its_session(as_ana, service, method):
    for rule in service.app.url_map.iter_rules():
        if rule.endpoint.startswith("console.") and method.upper() in rule.methods:
            assert getattr(as_ana.client, method)(address(rule)).status_code == 400


class TestAnotherClinic:
    """A nurse sees no other clinic's patients, not even that they are there."""

    @pytest.fixture
    def elsewhere(self, scene):
        other = scene.clinic("Lakeside Clinic")
        return scene.wrote(other, scene.patient(other, "Somebody Else"), "my chest hurts")

    def test_its_flags_are_not_in_the_queue(self, as_ana, elsewhere):
        assert "Somebody Else" not in as_ana.get("/console/").text
        assert "Somebody Else" not in as_ana.get("/console/queue.json").text

    def test_its_conversations_are_not_found(self, as_ana, elsewhere):
        assert as_ana.get(f"/console/threads/{elsewhere.thread_id}").status_code == 404
        assert as_ana.get(f"/console/threads/{elsewhere.thread_id}/state.json").status_code == 404

    @pytest.mark.parametrize("action", ["acknowledge", "close"])
    def test_its_flags_cannot_be_changed(self, as_ana, scene, elsewhere, action):
        response = as_ana.post(
            f"/console/flags/{elsewhere.flag_id}/{action}", reason="Mine now", seen=elsewhere.message_id
        )

        assert response.status_code == 404
        assert scene.flag(elsewhere).state == "open"

    @pytest.mark.parametrize("action", ["take-over", "hand-back", "reply"])
    def test_its_conversations_cannot_be_taken(self, as_ana, elsewhere, action):
        response = as_ana.post(f"/console/threads/{elsewhere.thread_id}/{action}", body="Hello", owner=0)

        assert response.status_code == 404

    def test_the_answer_is_the_same_as_for_a_conversation_that_does_not_exist(self, as_ana, elsewhere):
        there = as_ana.get(f"/console/threads/{elsewhere.thread_id}")
        nowhere = as_ana.get("/console/threads/999999")

        assert (there.status_code, there.text) == (nowhere.status_code, nowhere.text)
        assert "There is no such page in your clinic" in there.text
