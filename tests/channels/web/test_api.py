"""The chat's API: sessions by token, messages once each, refusals that name the field."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.channels.web.access import TOKEN_HEADER, token_hash
from bot.channels.web.invites import sign_invite
from bot.records.models import ChatSession, Communication
from tests.channels.support import running_service

ID = "11111111"


@pytest.fixture
def service(database_url):
    """The service on SQLite and on PostgreSQL."""
    with running_service(database_url) as running:
        yield running


def start(client, **body):
    answered = client.post("/chat/sessions", json=body)
    assert answered.status_code == 201
    return answered.json


def held(session):
    return {TOKEN_HEADER: session["token"]}


def post(client, session, text="hello", client_id=ID):
    return client.post("/chat/messages", json={"id": client_id, "text": text}, headers=held(session))


def read(client, session, after=0):
    return client.get(f"/chat/messages?after={after}", headers=held(session)).json


def reply(service, to, text, **more):
    """An answer of the bot, as the worker stores it."""
    with service.sessions.begin() as session:
        asked = session.get(Communication, to)
        fields = {"sender": "bot", "kind": "answer", "status": "sent", **more}
        answer = Communication(
            thread_id=asked.thread_id,
            direction="out",
            channel="web",
            address=asked.address,
            body=text,
            in_reply_to_id=to,
            created_at=service.clock.now(),
            **fields,
        )
        asked.status = "answered"
        session.add(answer)
        session.flush()
        return answer.id


def test_a_session_gives_a_token_of_which_only_the_hash_is_kept(service, client):
    session = start(client)

    with service.sessions() as database:
        kept = database.scalar(select(ChatSession))
    assert kept.public_id == session["session"]
    assert kept.token_hash == token_hash(session["token"])
    assert session["token"] not in (kept.public_id, kept.token_hash)


def test_an_invite_makes_the_messages_the_patients(service, client):
    invite = sign_invite(service.settings, service.patient_id, service.clock.now(), timedelta(hours=1))
    session = start(client, invite=invite)

    assert session["known"] is True
    assert post(client, session).status_code == 202
    assert service.stored(channel="web")[0].patient_id == service.patient_id


def test_without_an_invite_the_writer_is_unknown_and_still_heard(service, client):
    session = start(client)

    assert session["known"] is False
    assert post(client, session, "i cant breathe").status_code == 202
    assert service.stored(channel="web")[0].patient_id is None


def test_an_invite_whose_time_is_over_is_refused_by_name(service, client):
    invite = sign_invite(service.settings, service.patient_id, service.clock.now(), timedelta(hours=1))
    service.clock.advance(timedelta(hours=1))

    refused = client.post("/chat/sessions", json={"invite": invite})

    assert (refused.status_code, refused.json["field"]) == (400, "invite")


@pytest.mark.parametrize("invite", ["", "x", "WzEsMV0.xxxx", "\u00e9", "\ud800", "\x00"])
def test_an_invite_that_we_did_not_sign_is_refused_by_name(client, invite):
    refused = client.post("/chat/sessions", json={"invite": invite})

    assert (refused.status_code, refused.json["field"]) == (400, "invite")


def test_a_session_is_resumed_with_its_token(client):
    session = start(client)
    sent = post(client, session).json

    resumed = client.post("/chat/sessions", json={}, headers=held(session))

    assert resumed.status_code == 200
    assert resumed.json == {**session, "last_id": sent["message_id"]}


def test_the_same_client_id_again_gets_the_same_answer_and_is_not_a_second_message(service, client):
    session = start(client)

    first, second = post(client, session), post(client, session)

    assert (first.status_code, first.json) == (second.status_code, second.json) == (202, first.json)
    assert len(service.stored(channel="web", direction="in")) == 1


def test_two_sessions_may_use_the_same_client_id(service, client):
    assert post(client, start(client)).status_code == 202
    assert post(client, start(client)).status_code == 202

    assert len(service.stored(channel="web", direction="in")) == 2


def test_what_was_said_both_ways_is_read_in_order(service, client):
    session = start(client)
    asked = post(client, session, "hello").json["message_id"]
    assert read(client, session)["waiting"] is True
    answered = reply(service, asked, "Any trouble?", kind="question", quick_replies=[{"title": "Yes", "value": "yes"}])

    seen = read(client, session)

    assert seen["waiting"] is False
    own, bots = seen["messages"]
    assert (own["sender"], own["text"], own["client_id"]) == ("unknown", "hello", ID)
    assert (bots["id"], bots["sender"], bots["kind"], bots["text"]) == (answered, "bot", "question", "Any trouble?")
    assert bots["quick_replies"] == [{"title": "Yes", "value": "yes"}]


def test_only_what_came_after_the_last_seen_message_is_read(service, client):
    session = start(client)
    asked = post(client, session).json["message_id"]
    answered = reply(service, asked, "Thank you.")

    assert [message["id"] for message in read(client, session, after=asked)["messages"]] == [answered]
    assert read(client, session, after=answered)["messages"] == []


def test_a_session_reads_nothing_of_another(client):
    mine, other = start(client), start(client)
    post(client, other, "a secret")

    assert read(client, mine)["messages"] == []


@pytest.mark.parametrize("token", [None, "", "wrong", "\xff"])
def test_without_a_valid_token_nothing_is_read_or_written(service, client, token):
    headers = {} if token is None else {TOKEN_HEADER: token}

    refused = client.get("/chat/messages", headers=headers)

    assert refused.status_code == 401
    assert "call +1 555-010-0999. For an emergency call 911." in refused.json["error"]
    assert client.post("/chat/messages", json={"id": ID, "text": "hi"}, headers=headers).status_code == 401
    assert service.stored() == []


def test_a_session_ends_so_many_hours_after_its_last_message(service, client):
    session = start(client)
    service.clock.advance(timedelta(hours=service.settings.chat_session_hours) - timedelta(minutes=1))
    assert post(client, session).status_code == 202
    service.clock.advance(timedelta(hours=1))
    assert client.get("/chat/messages", headers=held(session)).status_code == 200

    service.clock.advance(timedelta(hours=service.settings.chat_session_hours))

    assert client.get("/chat/messages", headers=held(session)).status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"id": ID}, "text"),
        ({"id": ID, "text": None}, "text"),
        ({"id": ID, "text": 5}, "text"),
        ({"id": ID, "text": ["hello"]}, "text"),
        ({"text": "hello"}, "id"),
        ({"id": 7, "text": "hello"}, "id"),
        ({"id": "", "text": "hello"}, "id"),
        ({"id": "x" * 65, "text": "hello"}, "id"),
        ({"id": "a b", "text": "hello"}, "id"),
        ([], "body"),
        ("hello", "body"),
    ],
)
def test_a_wrong_message_is_refused_by_the_name_of_its_field(service, client, body, field):
    refused = client.post("/chat/messages", json=body, headers=held(start(client)))

    assert (refused.status_code, refused.json["field"]) == (400, field)
    assert service.stored() == []


@pytest.mark.parametrize(
    ("body", "field"), [({"invite": 5}, "invite"), ({"language": "fr"}, "language"), ({"language": 1}, "language")]
)
def test_a_wrong_start_is_refused_by_the_name_of_its_field(client, body, field):
    refused = client.post("/chat/sessions", json=body)

    assert (refused.status_code, refused.json["field"]) == (400, field)


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9" * 19, "9" * 5000, "%00"])
def test_a_wrong_position_is_refused_by_name(client, after):
    refused = client.get(f"/chat/messages?after={after}", headers=held(start(client)))

    assert (refused.status_code, refused.json["field"]) == (400, "after")


@pytest.mark.parametrize("raw", [b"{", b"\xff", b"[" * 60_000, b'{"id": ' + b"1" * 5000 + b"}", b"NaN"])
def test_a_body_that_is_not_a_json_object_is_refused(client, raw):
    refused = client.post("/chat/messages", data=raw, headers=held(start(client)))

    assert (refused.status_code, refused.json["field"] in ("body", "id")) == (400, True)


def test_unknown_fields_are_ignored(client):
    session = start(client, colour="blue")
    body = {"id": ID, "text": "hello", "mood": {"deep": [1]}}

    assert client.post("/chat/messages", json=body, headers=held(session)).status_code == 202


@pytest.mark.parametrize("text", ["", "   ", "x" * 5000, "😢", "a\x00b", "\ud800", "/restart"])
def test_every_text_is_stored(service, client, text):
    assert post(client, start(client), text).status_code == 202
    assert len(service.stored(channel="web", direction="in")) == 1


def test_no_other_site_is_let_in(client):
    answered = client.post("/chat/sessions", json={}, headers={"Origin": "https://elsewhere.example"})

    assert not [name for name in dict(answered.headers) if name.startswith("Access-Control-")]
