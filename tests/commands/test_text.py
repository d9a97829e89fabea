"""`text` posts a signed message to the running service and prints what goes back to the number."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import make_server

from bot.conversation.clock import SystemClock
from bot.records.models import Communication, Turn
from bot.settings import load_settings
from bot.web import create_app
from tests.commands.conftest import CommandLine

PHONE = "+15550100130"


class Worker(threading.Thread):
    """Takes each turn as it comes, with replies of the test's own."""

    def __init__(self, sessions: sessionmaker[Session], replies: list[tuple[str, str]]) -> None:
        super().__init__()
        self._sessions = sessions
        self._replies = replies
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.02):
            with self._sessions.begin() as session:
                for turn in session.scalars(select(Turn).where(Turn.state == "pending")):
                    self._take(session, turn)

    def _take(self, session: Session, turn: Turn) -> None:
        asked, now = turn.communication, SystemClock().now()
        for position, (body, status) in enumerate(self._replies):
            session.add(
                Communication(
                    thread_id=turn.thread_id, direction="out", channel="sms", address=asked.address, sender="bot",
                    body=body, status=status, in_reply_to_id=asked.id, position=position, created_at=now,
                )
            )
        turn.state = "done"

    def stop(self) -> None:
        self._over.set()
        self.join()


@pytest.fixture
def service(environment: pytest.MonkeyPatch, sessions: sessionmaker[Session]) -> Iterator[None]:
    """The real web app on a free port, named by PUBLIC_BASE_URL."""
    environment.setenv("TWILIO_ACCOUNT_SID", f"AC{'0' * 32}")
    settings = load_settings()
    server = make_server("127.0.0.1", 0, Flask("not yet"), threaded=True)
    settings.public_base_url = f"http://127.0.0.1:{server.server_port}"
    environment.setenv("PUBLIC_BASE_URL", settings.public_base_url)
    server.app = create_app(settings, sessions=sessions)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def worker(sessions: sessionmaker[Session]) -> Iterator[Callable[..., None]]:
    """Starts a worker that answers with the given (body, status) pairs."""
    started: list[Worker] = []

    def start(*replies: tuple[str, str]) -> None:
        started.append(Worker(sessions, list(replies)))
        started[-1].start()

    yield start
    for each in started:
        each.stop()


@pytest.mark.usefixtures("service")
def test_each_reply_is_printed_with_a_blank_line_between(bot: CommandLine, worker: Callable[..., None]) -> None:
    worker(("Call 911 now.", "queued"), ("Can you go on?", "sent"))
    result = bot("text", PHONE, "cant pee since last night")
    assert result.exit_code == 0, result.output
    assert result.output == "Call 911 now.\n\nCan you go on?\n"


@pytest.mark.usefixtures("service")
def test_the_message_is_stored_as_it_was_written(
    bot: CommandLine, worker: Callable[..., None], sessions: sessionmaker[Session]
) -> None:
    worker(("ok", "sent"))
    bot("text", "(555) 010-0130", "me duele ¡mucho! 😖")
    with sessions() as session:
        stored = session.scalars(select(Communication).where(Communication.direction == "in")).one()
    assert (stored.address, stored.body) == (PHONE, "me duele ¡mucho! 😖")


@pytest.mark.usefixtures("service")
def test_what_is_withheld_from_the_number_is_not_printed(bot: CommandLine, worker: Callable[..., None]) -> None:
    worker(("You opted out, so this waits.", "blocked"))
    result = bot("text", PHONE, "my chest hurts")
    assert result.exit_code == 1
    assert "Nothing goes back" in result.output
    assert "this waits" not in result.output


@pytest.mark.usefixtures("service")
def test_a_worker_that_is_not_there_is_suspected(bot: CommandLine) -> None:
    result = bot("text", PHONE, "hello", "--wait", "0.2")
    assert result.exit_code == 1
    assert result.output == "Error: Nothing came back in 0.2 s: is the worker running?\n"


@pytest.mark.usefixtures("sessions")
def test_a_service_that_is_not_running_is_told(bot: CommandLine, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PUBLIC_BASE_URL", "http://127.0.0.1:1")
    result = bot("text", PHONE, "hello")
    assert result.exit_code == 1
    assert "Nothing answers at http://127.0.0.1:1/sms/inbound: start the service" in result.output


@pytest.mark.usefixtures("service")
def test_another_token_than_the_services_is_refused(bot: CommandLine, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("TWILIO_AUTH_TOKEN", "another token")
    result = bot("text", PHONE, "hello")
    assert result.exit_code == 1
    assert "The service refused the message: 403" in result.output


@pytest.mark.usefixtures("sessions")
def test_without_a_token_nothing_can_be_signed(bot: CommandLine, environment: pytest.MonkeyPatch) -> None:
    environment.delenv("TWILIO_AUTH_TOKEN")
    result = bot("text", PHONE, "hello")
    assert result.exit_code == 1
    assert "TWILIO_AUTH_TOKEN is not set" in result.output
