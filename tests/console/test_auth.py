"""Only a nurse who knows the password, and keeps using the console, is let in; guessing gets nowhere."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.console import idle, lockout
from bot.console.practitioners import PractitionerError, add_practitioner, hash_for_login
from bot.records.models import Practitioner, Role
from tests.channels.support import empty_service
from tests.console.scene import PASSWORD

REFUSED = "That e-mail and password do not fit"


def answer_to(console, email, password):
    """What the login page says, without what differs by itself: the token and the address typed."""
    response = console.sign_in(email, password)
    html = response.text.replace(console.token(), "")
    return response.status_code, [line for line in html.splitlines() if "csrf_token" not in line and email not in line]


def test_a_nurse_signs_in_and_sees_the_queue(console, ana):
    response = console.sign_in(follow_redirects=True)

    assert response.request.path == "/console/"
    assert "Nobody is waiting" in response.text


def test_the_address_may_be_typed_in_capitals(console, ana):
    assert console.sign_in("ANA@Clinic.Example").status_code == 302


def test_after_signing_in_the_nurse_comes_to_the_page_that_was_asked_for(console, scene, clinic, ana):
    case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts")
    response = console.get(f"/console/threads/{case.thread_id}")
    fields = {"csrf_token": console.token(), "email": "ana@clinic.example", "password": PASSWORD}

    landed = console.client.post(response.location, data=fields)

    assert landed.location == f"/console/threads/{case.thread_id}"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "\\\\evil.example"])
def test_signing_in_never_leads_to_another_site(console, ana, elsewhere):
    fields = {"csrf_token": console.token(), "email": "ana@clinic.example", "password": PASSWORD, "next": elsewhere}

    response = console.client.post("/login", data=fields)

    landing = urlsplit(response.location or "")
    assert (landing.scheme, landing.netloc) == ("", "")


def test_an_unknown_address_a_wrong_password_and_a_locked_account_are_answered_alike(console, ana):
    unknown = answer_to(console, "nobody@clinic.example", "wrong password")
    wrong = answer_to(console, "ana@clinic.example", "wrong password")
    for _ in range(lockout.MAX_FAILURES - 1):
        console.sign_in(password="wrong password")
    locked = answer_to(console, "ana@clinic.example", PASSWORD)

    assert unknown == wrong == locked
    assert REFUSED in "".join(locked[1])


def test_what_was_typed_as_address_is_kept_and_the_password_is_not(console, ana):
    html = console.sign_in(password="not-the-password").text

    assert 'value="ana@clinic.example"' in html
    assert "not-the-password" not in html


def test_the_fifth_wrong_password_locks_the_account_for_a_while(console, service, ana):
    for _ in range(lockout.MAX_FAILURES):
        assert console.sign_in(password="wrong password").status_code == 200

    assert console.sign_in().status_code == 200
    service.clock.advance(lockout.LOCKED_FOR + timedelta(seconds=1))
    assert console.sign_in().status_code == 302


def test_guessing_on_does_not_make_the_lock_longer(console, service, ana):
    for _ in range(lockout.MAX_FAILURES):
        console.sign_in(password="wrong password")
    service.clock.advance(lockout.LOCKED_FOR - timedelta(minutes=1))
    console.sign_in(password="wrong password")
    service.clock.advance(timedelta(minutes=2))

    assert console.sign_in().status_code == 302


def test_a_right_password_forgets_the_wrong_ones_before_it(console, scene, ana):
    for _ in range(lockout.MAX_FAILURES - 1):
        console.sign_in(password="wrong password")
    console.sign_in()

    assert scene.practitioner(ana).failed_logins == 0


def test_every_attempt_is_audited_and_none_names_the_address(console, scene, ana):
    console.sign_in("nobody@clinic.example", "wrong password")
    for _ in range(lockout.MAX_FAILURES):
        console.sign_in(password="wrong password")
    console.sign_in()

    actions = [action for _, action, _, _ in scene.audited() if action.startswith("login")]
    assert actions == ["login.unknown", *["login.failed"] * 4, "login.locked", "login.refused"]


def test_an_account_that_was_switched_off_is_refused_and_its_session_ends(as_ana, service, ana):
    with service.sessions.begin() as session:
        session.get_one(Practitioner, ana).active = False

    assert as_ana.get("/console/").status_code == 302
    assert as_ana.sign_in().status_code == 200


def test_an_account_without_a_role_is_let_in_nowhere(console, service, ana):
    with service.sessions.begin() as session:
        practitioner = session.get_one(Practitioner, ana)
        practitioner.roles.clear()
    console.sign_in()

    assert console.get("/console/").status_code == 403


def test_signing_out_ends_the_session(as_ana):
    response = as_ana.post("/logout")

    assert response.location == "/login"
    assert as_ana.get("/console/").status_code == 302


def test_signing_out_needs_a_form_of_this_site(as_ana):
    as_ana.client.post("/logout")

    assert as_ana.get("/console/").status_code == 200


def test_a_session_that_is_left_alone_ends(as_ana, service):
    service.clock.advance(idle.IDLE + timedelta(minutes=1))

    response = as_ana.get("/console/")

    assert response.status_code == 302
    assert response.location.startswith("/login?next=")


def test_a_session_in_use_goes_on_but_not_for_ever(as_ana, service):
    for _ in range(23):
        service.clock.advance(timedelta(minutes=29))
        assert as_ana.get("/console/").status_code == 200
    service.clock.advance(timedelta(minutes=59))

    assert as_ana.get("/console/").status_code == 302


def test_a_page_that_refreshes_itself_does_not_keep_the_session_alive(as_ana, service):
    for _ in range(4):
        service.clock.advance(timedelta(minutes=9))
        refreshed = as_ana.get("/console/queue.json")

    assert refreshed.status_code == 401
    assert refreshed.json == {"error": "signed out"}


def test_a_page_that_refreshes_itself_under_the_nurses_hands_does(as_ana, service):
    for _ in range(4):
        service.clock.advance(timedelta(minutes=9))
        refreshed = as_ana.get("/console/queue.json", headers={"X-Recovery-Active": "1"})

    assert refreshed.status_code == 200


def test_what_was_typed_before_the_session_ended_is_handed_back(as_ana, scene, clinic, service):
    case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts")
    token = as_ana.token()
    service.clock.advance(idle.IDLE + timedelta(minutes=1))

    fields = {"csrf_token": token, "reason": "Spoke with <Walter>"}
    response = as_ana.client.post(f"/console/flags/{case.flag_id}/close", data=fields)

    assert response.status_code == 401
    assert "Spoke with &lt;Walter&gt;" in response.text
    assert scene.flag(case).state == "open"


def test_a_form_without_a_token_changes_nothing_and_hands_back_what_was_typed(as_ana, scene, clinic):
    case = scene.wrote(clinic, scene.patient(clinic), "my chest hurts")

    response = as_ana.client.post(f"/console/flags/{case.flag_id}/close", data={"reason": "Spoke with Walter"})

    assert response.status_code == 400
    assert "Spoke with Walter" in response.text
    assert scene.flag(case).state == "open"


def test_a_login_page_that_was_open_for_too_long_starts_afresh(console, ana):
    response = console.client.post("/login", data={"email": "ana@clinic.example", "password": PASSWORD})

    assert (response.status_code, response.location) == (303, "/login")


@pytest.mark.parametrize(
    ("base_url", "demo", "secure"),
    [
        ("http://127.0.0.1:8000", True, False),
        ("http://localhost:8000", False, False),
        ("https://recovery.example", False, True),
        ("http://recovery.example", False, True),
    ],
)
def test_the_session_cookie_is_kept_from_scripts_other_sites_and_plain_http(sqlite_url, base_url, demo, secure):
    with empty_service(sqlite_url, public_base_url=base_url, recovery_demo=demo) as service:
        cookie = service.app.test_client().get("/login").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) is secure


@pytest.mark.parametrize("path", ["/register", "/reset", "/change", "/confirm", "/verify", "/us-signin", "/fs-static"])
def test_nobody_can_register_recover_or_re_verify_by_the_web(console, path):
    assert console.get(path).status_code == 404


def test_one_address_cannot_keep_the_service_busy_with_passwords(console, ana):
    token = console.token()
    fields = {"csrf_token": token, "email": "not an address", "password": "x"}
    statuses = {console.client.post("/login", data=fields).status_code for _ in range(40)}

    assert statuses == {200, 429}


class TestNewAccounts:
    @pytest.fixture
    def add(self, service, clinic):
        """Make an account as the administrator's command and the demo do."""

        def added(**changes):
            wanted = {"name": "Ben Okafor", "email": "ben@clinic.example", "password": PASSWORD, **changes}
            with service.sessions.begin() as session:
                return add_practitioner(
                    session, organization_id=clinic, password_salt=service.settings.password_salt,
                    now=service.clock.now(), **wanted,
                ).id

        return added

    def test_a_new_nurse_can_sign_in_and_see_the_queue(self, add, console):
        add()
        console.sign_in("ben@clinic.example")

        assert console.get("/console/").status_code == 200

    def test_a_role_is_made_once(self, add, service):
        add()
        add(email="cleo@clinic.example", role="admin")
        add(email="dana@clinic.example")

        with service.sessions() as session:
            assert sorted(session.scalars(select(Role.name))) == ["admin", "nurse"]

    def test_it_is_audited(self, add, scene):
        account = add()

        assert ("system:accounts", "practitioner.added", "practitioner", account) in scene.audited()

    @pytest.mark.parametrize(
        ("field", "changes"),
        [
            ("email", {"email": "nobody"}),
            ("email", {"email": "ANA@clinic.example"}),
            ("password", {"password": "short"}),
            ("role", {"role": "owner"}),
        ],
    )
    def test_what_is_wrong_with_an_account_is_named(self, add, ana, field, changes):
        with pytest.raises(PractitionerError) as refused:
            add(**changes)

        assert refused.value.field == field

    def test_the_password_is_kept_as_an_argon2_hash_never_twice_the_same(self, service):
        salt = service.settings.password_salt
        hashes = {hash_for_login(PASSWORD, salt) for _ in range(2)}

        assert len(hashes) == 2
        assert all(found.startswith("$argon2id$") for found in hashes)

    def test_a_hash_made_under_another_salt_opens_nothing(self, add, service, console):
        account = add()
        with service.sessions.begin() as session:
            session.get_one(Practitioner, account).password = hash_for_login(PASSWORD, SecretStr("another salt"))

        assert console.sign_in("ben@clinic.example").status_code == 200
