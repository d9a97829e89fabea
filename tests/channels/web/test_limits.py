"""Who writes too often is told whom to call, and other patients are not held up."""

import pytest

from bot.channels.web.access import TOKEN_HEADER
from tests.channels.web.test_api import held, post, start


def test_one_session_that_writes_too_often_is_told_whom_to_call(client):
    session = start(client)
    for number in range(20):
        assert post(client, session, client_id=f"m{number}").status_code == 202

    refused = post(client, session, client_id="one-more")

    assert refused.status_code == 429
    assert "911" in refused.json["error"]
    assert "+1 555-010-0999" in refused.json["error"]
    assert refused.headers["Retry-After"] == "60"
    assert post(client, start(client)).status_code == 202


def test_the_advice_is_in_the_browsers_language(client):
    session = start(client)
    refused = None
    for number in range(21):
        refused = client.post(
            "/chat/messages",
            json={"id": f"m{number}", "text": "hola"},
            headers={**held(session), "Accept-Language": "es-MX, en;q=0.5"},
        )

    assert "llame al 911" in refused.json["error"]


def test_one_address_cannot_start_sessions_without_end(client):
    statuses = {client.post("/chat/sessions", json={}).status_code for _ in range(21)}

    assert statuses == {201, 429}


@pytest.mark.parametrize("address", ["203.0.113.7"])
def test_another_address_is_not_held_up(client, address):
    for _ in range(21):
        client.post("/chat/sessions", json={})

    elsewhere = client.post("/chat/sessions", json={}, environ_base={"REMOTE_ADDR": address})

    assert elsewhere.status_code == 201


def test_made_up_tokens_share_the_limit_of_their_address(client):
    statuses = [
        client.post("/chat/messages", json={}, headers={TOKEN_HEADER: f"made up {number}"}).status_code
        for number in range(121)
    ]

    assert statuses[0] == 401
    assert statuses[-1] == 429
