"""The app starts only when it is whole, answers every request safely, and never fails on what is sent to it."""

import io
import itertools
import os
import re
import subprocess
import sys
from contextlib import ExitStack
from ipaddress import ip_address
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from bot.channels.hardening import CONTENT_SECURITY_POLICY
from bot.channels.sms.signing import SIGNATURE_HEADER, sign
from bot.channels.web.access import TOKEN_HEADER
from bot.records.database import upgrade
from bot.settings import ROOT, SettingsError
from bot.web import create_app
from tests.channels.support import make_settings, running_service, sms_form


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request, tmp_path_factory):
    """One service under the demo, with every route registered, for all tests here; none depends on what it holds."""
    with ExitStack() as stack:
        if request.param == "postgresql":
            server = request.getfixturevalue("postgres")
            server.clean()
            url = server.migrated
        else:
            url = f"sqlite:///{tmp_path_factory.mktemp('web') / 'recovery.db'}"
            upgrade(url)
        yield stack.enter_context(running_service(url, recovery_demo=True))


@pytest.fixture
def client(service):
    return service.app.test_client()


@pytest.mark.parametrize(
    "name", ["secret_key", "password_salt", "agent_channel_key", "twilio_auth_token", "twilio_account_sid"]
)
def test_the_app_does_not_start_without_a_secret(name):
    empty = "" if name == "twilio_account_sid" else SecretStr("")

    with pytest.raises(SettingsError, match=name.upper()):
        create_app(make_settings(database_url="sqlite://", **{name: empty}))


def test_gunicorn_ends_with_the_names_of_what_is_missing():
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--check-config",
        "-c",
        "deploy/gunicorn.conf.py",
        "bot.web:create_app()",
    ]
    bare = {"PATH": os.environ["PATH"], "DATABASE_URL": "sqlite://"}

    ended = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode != 0
    assert "TWILIO_AUTH_TOKEN" in ended.stderr


def test_every_answer_carries_the_security_headers(client):
    for path in ("/healthz", "/chat/", "/nowhere", "/chat/static/widget.js"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Strict-Transport-Security"].startswith("max-age=")


def test_the_policy_lets_nothing_in_from_elsewhere_and_nothing_inline():
    assert not re.search(r"unsafe|https?:|\*|nonce", CONTENT_SECURITY_POLICY)


def test_answers_are_not_kept_by_caches_and_files_are_asked_for_again(client):
    assert client.get("/chat/").headers["Cache-Control"] == "no-store"
    assert "no-cache" in client.get("/chat/static/widget.css").headers["Cache-Control"]


def test_the_process_and_the_database_are_told_apart(service, client, monkeypatch):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200

    def away(*_):
        raise OperationalError("select 1", {}, Exception("away"))

    monkeypatch.setattr("bot.channels.operations.check_ready", away)
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_a_database_that_is_away_is_no_fault_of_the_caller(service, client, monkeypatch):
    def away(*_, **__):
        raise OperationalError("insert", {}, Exception("away"))

    monkeypatch.setattr("bot.conversation.intake.receive", away)
    refused = service.post_signed("/sms/inbound", sms_form())

    assert refused.status_code == 503
    assert "911" in refused.text
    assert "insert" not in refused.text


def test_metrics_count_requests_without_saying_who(service, client):
    service.post_signed("/sms/inbound", sms_form(Body="secret words"))
    client.get("/console/patients/7?name=secret")

    metrics = client.get("/metrics").text

    assert 'recovery_http_requests_total{endpoint="sms.inbound",method="POST",status="200"}' in metrics
    assert "secret" not in metrics
    assert "5550100" not in metrics


def test_metrics_are_for_this_machine_only(client):
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 403


def test_with_a_token_metrics_are_for_who_has_it(sqlite_url):
    with running_service(sqlite_url, metrics_token=SecretStr("a token")) as running:
        client = running.app.test_client()
        assert client.get("/metrics").status_code == 403
        assert client.get("/metrics", headers={"Authorization": "Bearer a tokem"}).status_code == 403
        assert client.get("/metrics", headers={"Authorization": "Bearer a token"}).status_code == 200


@pytest.mark.parametrize("path", ["/sms/inbound", "/sms/status", "/chat/sessions", "/chat/messages", "/login", "/no"])
def test_a_body_over_64_kb_is_refused(client, path):
    assert client.post(path, data=b"x" * (64 * 1024 + 1)).status_code == 413


@pytest.mark.parametrize("path", ["/sms/inbound", "/chat/sessions", "/chat/messages", "/login"])
def test_a_body_that_names_no_length_is_refused_too(client, path):
    endless = {"input_stream": io.BytesIO(b"x" * 200_000), "environ_overrides": {"wsgi.input_terminated": True}}

    assert client.post(path, headers={"Transfer-Encoding": "chunked"}, **endless).status_code == 413


def test_a_body_of_64_kb_is_read(client):
    assert client.post("/chat/sessions", data=b" " * 64 * 1024).status_code in (201, 429)


def test_demo_pages_exist_in_the_demo_only(client, sqlite_url):
    pages = ("/demo", "/dev/phone", "/demo/static/phone.js")
    assert [client.get(path).status_code for path in pages] == [200, 200, 200]

    with running_service(sqlite_url) as running:
        plain = running.app.test_client()
        assert [plain.get(path).status_code for path in pages] == [404, 404, 404]
        for path in ("/dev/phone/send", "/dev/phone/messages"):
            assert plain.post(path, json={}).status_code in (400, 404)
        assert not [rule for rule in running.app.url_map.iter_rules() if re.match("/(demo|dev)", rule.rule)]


def test_a_form_of_ours_without_its_csrf_token_is_refused(client):
    assert client.post("/dev/phone/send", json={"number": "+15550100123", "body": "hi"}).status_code == 400


def _routes(app):
    """Every address of the app, its variables filled with awkward values."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            path = re.sub(r"<(?:[^:>]*:)?[^>]*>", "1", rule.rule)
            for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
                yield method, path


_header_text = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
_callers = itertools.count(1)
_content_types = st.sampled_from(
    [
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded; charset=utf-16",
        "text/plain; charset=nothing",
        "",
    ]
)
_json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bytes_to_any_route_make_the_service_fail(service, data):
    method, path = data.draw(st.sampled_from(sorted(set(_routes(service.app)))), label="route")
    query = data.draw(st.binary(max_size=40), label="query")
    headers = {
        TOKEN_HEADER: data.draw(_header_text),
        SIGNATURE_HEADER: data.draw(_header_text),
        "Authorization": data.draw(_header_text),
        "Cookie": data.draw(_header_text),
        "Accept": data.draw(_header_text),
        "Accept-Language": data.draw(_header_text),
        "X-Forwarded-For": data.draw(_header_text),
        "Content-Type": data.draw(_content_types | _header_text),
    }
    answered = service.app.test_client().open(
        path,
        method=method,
        query_string=quote(query),
        headers=headers,
        data=data.draw(st.binary(max_size=300), label="body"),
        environ_base={"REMOTE_ADDR": data.draw(st.sampled_from(["127.0.0.1", "203.0.113.7", "::1", "", "x"]))},
    )

    assert answered.status_code < 500


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=st.dictionaries(
        st.sampled_from(["MessageSid", "From", "To", "Body", "NumMedia", "MessageStatus", "ErrorCode", "Other"]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=100),
    ),
    path=st.sampled_from(["/sms/inbound", "/sms/status"]),
)
def test_no_signed_form_makes_the_service_fail(service, form, path):
    answered = service.app.test_client().post(
        path, data=form, headers={SIGNATURE_HEADER: sign(service.settings, path, form)}
    )

    assert answered.status_code in (200, 204, 400)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=_json_values | st.fixed_dictionaries({}, optional={"id": _json_values, "text": _json_values}))
def test_no_json_makes_the_chat_fail(service, body):
    client = service.app.test_client()
    # Each example comes from an address of its own, so that the rate limit refuses none.
    address = {"REMOTE_ADDR": str(ip_address("10.0.0.0") + next(_callers))}
    token = client.post("/chat/sessions", json={}, environ_base=address).json["token"]

    for path, headers in (("/chat/sessions", {}), ("/chat/messages", {TOKEN_HEADER: token})):
        answered = client.post(path, json=body, headers=headers, environ_base=address)
        assert answered.status_code in (200, 201, 202, 400)
