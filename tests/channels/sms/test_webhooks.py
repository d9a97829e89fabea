"""Texts come in through Twilio's signed webhook and through nothing else; each is stored once."""

import pytest
from sqlalchemy import select

from bot.channels.sms.signing import SIGNATURE_HEADER, sign
from bot.records.models import Communication, Turn
from tests.channels.support import PATIENT_PHONE, running_service, sms_form

INBOUND = "/sms/inbound"


@pytest.fixture
def service(database_url):
    """The service on SQLite and on PostgreSQL."""
    with running_service(database_url) as running:
        yield running


def test_a_signed_text_is_stored_with_its_turn_and_acknowledged_with_empty_twiml(service):
    answered = service.post_signed(INBOUND, sms_form(Body="my legs feel numb"))

    assert (answered.status_code, answered.mimetype) == (200, "text/xml")
    assert answered.text.endswith("<Response/>")
    [stored] = service.stored(direction="in")
    assert (stored.body, stored.address, stored.patient_id) == ("my legs feel numb", PATIENT_PHONE, service.patient_id)
    with service.sessions() as session:
        assert session.scalar(select(Turn.state).where(Turn.communication_id == stored.id)) == "pending"


def test_the_same_message_sid_twice_is_one_message(service):
    for _ in range(2):
        assert service.post_signed(INBOUND, sms_form()).status_code == 200

    assert len(service.stored(direction="in")) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {SIGNATURE_HEADER: ""},
        {SIGNATURE_HEADER: "bm90IGEgc2lnbmF0dXJl"},
        {SIGNATURE_HEADER: "\xe9\xff"},
    ],
)
def test_an_unsigned_text_is_refused_and_not_stored(service, client, headers):
    assert client.post(INBOUND, data=sms_form(), headers=headers).status_code == 403
    assert service.stored() == []


def test_a_signature_over_another_form_is_refused(service, client):
    signature = sign(service.settings, INBOUND, sms_form(Body="all good"))

    refused = client.post(INBOUND, data=sms_form(Body="no pain"), headers={SIGNATURE_HEADER: signature})

    assert refused.status_code == 403


def test_the_address_that_is_signed_is_ours_and_not_the_callers(service, client):
    signature = sign(service.settings, INBOUND, sms_form())
    foreign = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}

    accepted = client.post(INBOUND, data=sms_form(), headers={SIGNATURE_HEADER: signature, **foreign})

    assert accepted.status_code == 200


def test_the_query_is_part_of_what_is_signed(service, client):
    signature = sign(service.settings, INBOUND, sms_form(), query="line=2")

    assert service.post_signed(INBOUND, sms_form(), query="line=2").status_code == 200
    refused = client.post(f"{INBOUND}?line=3", data=sms_form(), headers={SIGNATURE_HEADER: signature})
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("changes", "media"),
    [
        ({"Body": ""}, 0),
        ({"Body": "", "NumMedia": "1", "MediaUrl0": "https://api.twilio.com/m", "MediaContentType0": "image/jpeg"}, 1),
        ({"Body": "x" * 1600}, 0),
        ({"Body": "😢😢👩‍⚕️"}, 0),
        ({"Body": "¿qué hago?"}, 0),
        ({"Body": "nul \x00 inside"}, 0),
        ({"From": "+15550100888"}, 0),
        ({"From": "24273"}, 0),
        ({"To": "+15550100001"}, 0),
    ],
)
def test_every_odd_text_is_stored(service, changes, media):
    assert service.post_signed(INBOUND, sms_form(**changes)).status_code == 200

    [stored] = service.stored(direction="in")
    assert stored.media_count == media


def test_a_number_that_is_written_otherwise_is_stored_in_e164(service):
    service.post_signed(INBOUND, sms_form(From="(555) 010-0123"))

    [stored] = service.stored(direction="in")
    assert (stored.address, stored.patient_id) == (PATIENT_PHONE, service.patient_id)


def test_bytes_that_are_not_utf8_are_stored_as_they_were_escaped(service, client):
    signature = sign(service.settings, INBOUND, sms_form(Body="pain %FF"))
    raw = "&".join(f"{name}={value}" for name, value in sms_form(Body="pain+%FF").items()).replace("=+1", "=%2B1")

    accepted = client.post(
        INBOUND,
        data=raw,
        content_type="application/x-www-form-urlencoded",
        headers={SIGNATURE_HEADER: signature},
    )

    assert accepted.status_code == 200
    assert service.stored(direction="in")[0].body == "pain %FF"


@pytest.mark.parametrize("field", ["MessageSid", "From", "To", "Body"])
def test_a_missing_field_is_named(service, field):
    form = sms_form()
    del form[field]

    refused = service.post_signed(INBOUND, form)

    assert refused.status_code == 400
    assert refused.text.startswith(f"{field} ")
    assert service.stored() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("MessageSid", ""),
        ("MessageSid", "S" * 65),
        ("From", ""),
        ("From", "+" + "1" * 80),
        ("To", "\x00"),
        ("NumMedia", "some"),
        ("NumMedia", "-1"),
        ("NumMedia", "9" * 30),
    ],
)
def test_an_impossible_field_is_named_without_its_value(service, field, value):
    refused = service.post_signed(INBOUND, sms_form(**{field: value}))

    assert refused.status_code == 400
    assert refused.text.startswith(f"{field} ")
    assert "1" * 80 not in refused.text


def test_an_unsigned_status_is_refused(client):
    assert client.post("/sms/status", data={"MessageSid": "SM1", "MessageStatus": "delivered"}).status_code == 403


def test_a_status_for_a_text_that_we_never_sent_changes_nothing(service):
    answered = service.post_signed("/sms/status", {"MessageSid": "SM9", "MessageStatus": "delivered"})

    assert answered.status_code == 204
    assert service.stored() == []


def test_a_status_is_recorded(service):
    service.post_signed(INBOUND, sms_form())
    thread_id = service.stored()[0].thread_id
    with service.sessions.begin() as session:
        session.add(
            Communication(
                thread_id=thread_id,
                direction="out",
                channel="sms",
                address=PATIENT_PHONE,
                sender="bot",
                kind="answer",
                body="hello",
                provider_id="SM" + "2" * 32,
                status="sent",
                created_at=service.clock.now(),
            )
        )

    service.post_signed(
        "/sms/status", {"MessageSid": "SM" + "2" * 32, "MessageStatus": "undelivered", "ErrorCode": "30003"}
    )

    [sent] = service.stored(direction="out")
    assert (sent.status, sent.error_code) == ("undelivered", "30003")


@pytest.mark.parametrize("field", ["MessageSid", "MessageStatus"])
def test_a_field_that_a_status_lacks_is_named(service, field):
    form = {"MessageSid": "SM9", "MessageStatus": "delivered"}
    del form[field]

    assert service.post_signed("/sms/status", form).text.startswith(f"{field} ")
