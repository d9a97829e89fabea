"""Real processes that are killed, slow or missing: no message is lost, each is answered once, red flags first."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot.records.models import Communication
from bot.triage import Disposition
from bot.triage.advice import advice, notice
from tests.conversation.support import Desk
from tests.conversation.wire import WireAgent, wire_agent
from tests.factories import CLINIC_PHONE, Clinic, SetClock
from tests.journeys.product import DEADLINE, Product, eventually, product

pytestmark = pytest.mark.live

CHEST_PAIN = "my chest hurts"
EMERGENCY = advice(Disposition.EMERGENCY, [], "en", CLINIC_PHONE)
UNAVAILABLE = notice("unavailable", "en", CLINIC_PHONE)


@pytest.fixture
def clock() -> SetClock:
    """The processes keep the machine's time, so the messages must too."""
    return SetClock(datetime.now(UTC))


@pytest.fixture
def desk(sessions: sessionmaker[Session], clock: SetClock) -> Desk:
    """Only to look into the records: the turns are taken by real workers."""
    return Desk(sessions, clock)


@pytest.fixture
def agent() -> Iterator[WireAgent]:
    with wire_agent() as running:
        yield running


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Callable[[str], Product]]:
    """Starts the product on the test's database with the agent at an address."""
    opened = []

    def open_product(agent_url: str) -> Product:
        opened.append(product(database_url, tmp_path, agent_url))
        return opened[-1].__enter__()

    yield open_product
    for each in opened:
        each.__exit__(None, None, None)


def each_is_answered_once(desk: Desk, expected: int) -> None:
    """Waits until every message is answered, then looks that none was answered twice."""
    eventually(lambda: len(desk.all(Communication, direction="in")) == expected, "all messages are stored")
    eventually(lambda: desk.waiting() == 0, "no message waits any more")
    places = Counter((row.in_reply_to_id, row.position) for row in desk.all(Communication, direction="out"))
    assert set(places.values()) == {1}
    answered = {message for message, _ in places}
    assert answered == {message.id for message in desk.all(Communication, direction="in")}


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_the_web_process_is_killed_right_after_it_stored_messages(
    start: Callable[[str], Product], agent: WireAgent, clinic: Clinic, desk: Desk
):
    """Twilio sends again what was not acknowledged; what was stored must neither be lost nor stored again."""
    phones = [clinic.patient().phone for _ in range(6)]
    said = (CHEST_PAIN, "hello")
    texts = [(phone, text, f"SM{n}{i}") for n, phone in enumerate(phones) for i, text in enumerate(said)]
    running = start(agent.url)
    web = running.start_web()
    with ThreadPoolExecutor(4) as pool:
        posts = [pool.submit(running.post_text, *text) for text in texts]
        eventually(lambda: desk.all(Communication, direction="in"), "a first message is stored")
        web.kill()
        acknowledged = {text for text, post in zip(texts, posts, strict=True) if post.result()}
    stored = {message.provider_id for message in desk.all(Communication, direction="in")}
    assert {sid for *_, sid in acknowledged} <= stored
    running.start_web()
    for text in texts:
        if text not in acknowledged:
            assert running.post_text(*text)
    running.start_worker()
    each_is_answered_once(desk, len(texts))


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_the_worker_is_killed_in_the_middle_of_a_turn(
    start: Callable[[str], Product], agent: WireAgent, clinic: Clinic, desk: Desk
):
    phone = clinic.patient().phone
    agent.gate = threading.Event()
    first, second = clinic.text(phone, CHEST_PAIN), clinic.text(phone, "what should i do")
    running = start(agent.url)
    worker = running.start_worker()
    assert agent.arrived.wait(60)
    worker.kill()
    assert desk.waiting() == 2
    agent.gate.set()
    running.start_worker()
    each_is_answered_once(desk, 2)
    assert desk.replies(first.communication_id)[0] == ("advice", EMERGENCY)
    assert desk.kinds(second.communication_id) == ["answer"]
    assert desk.turn(first.communication_id).attempts == 2
    assert len(desk.flags(first.thread_id)) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_workers_share_the_work_and_one_of_them_dies(
    start: Callable[[str], Product], agent: WireAgent, clinic: Clinic, desk: Desk
):
    receipts = []
    for _ in range(8):
        phone = clinic.patient().phone
        receipts += [clinic.text(phone, text) for text in ("good morning", CHEST_PAIN, "thanks")]
    running = start(agent.url)
    doomed, _ = running.start_worker(), running.start_worker()
    eventually(lambda: len(agent.requests) >= 5, "the agent is asked")
    doomed.kill()
    each_is_answered_once(desk, len(receipts))
    for thread_id in {receipt.thread_id for receipt in receipts}:
        answered = [row.in_reply_to_id for row in desk.all(Communication, thread_id=thread_id, direction="out")]
        assert answered == sorted(answered), "a conversation was answered out of order"
        assert len(desk.flags(thread_id)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_with_rasa_stopped_a_red_flag_gets_its_advice_in_time_and_the_rest_is_queued(
    start: Callable[[str], Product], clinic: Clinic, desk: Desk
):
    running = start("http://127.0.0.1:1")
    running.start_web()
    worker = running.start_worker()
    phone = clinic.patient().phone
    assert running.post_text(phone, "can i have a shower?", "SM0")
    eventually(lambda: desk.waiting() == 0, "the worker is up")
    assert running.post_text(phone, "my legs went to jelly and i cant feel wiping", "SM1")
    harmless, red_flag = (desk.only(Communication, provider_id=sid).id for sid in ("SM0", "SM1"))
    eventually(lambda: desk.replies(red_flag), "the advice", patience=DEADLINE + 1)
    assert desk.replies(red_flag) == [("advice", EMERGENCY)]
    assert desk.replies(harmless) == [("notice", UNAVAILABLE)]
    eventually(
        lambda: {row.status for row in desk.all(Communication, direction="out")} == {"sent"}, "both answers are sent"
    )
    (flag,) = desk.flags(desk.message(red_flag).thread_id)
    assert (flag.level, flag.state) == ("emergency", "open")
    assert "agent_unavailable" in desk.tasks(flag.thread_id)
    assert worker.terminate() == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_with_an_agent_that_never_answers_the_advice_goes_out_at_the_deadline(
    start: Callable[[str], Product], agent: WireAgent, clinic: Clinic, desk: Desk
):
    agent.gate = threading.Event()
    running = start(agent.url)
    running.start_worker()
    receipt = clinic.text(clinic.patient().phone, CHEST_PAIN)
    assert agent.arrived.wait(60)
    eventually(lambda: desk.replies(receipt.communication_id), "the advice", patience=DEADLINE + 1)
    assert desk.replies(receipt.communication_id) == [("advice", EMERGENCY)]
    assert desk.turn(receipt.communication_id).error_code == "deadline"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_workers_log_holds_nothing_of_what_a_patient_wrote(
    start: Callable[[str], Product], clinic: Clinic, desk: Desk, tmp_path: Path
):
    phone = clinic.patient().phone
    receipt = clinic.text(phone, "my chest hurts since breakfast")
    worker = start("http://127.0.0.1:1").start_worker()
    eventually(lambda: desk.replies(receipt.communication_id), "the answer")
    assert worker.terminate() == 0
    log = (tmp_path / "worker-0.log").read_text()
    assert "agent unavailable" in log
    assert not any(secret in log for secret in ("breakfast", phone, phone[1:], "Walter"))
