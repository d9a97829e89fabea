"""Whatever happens in whatever order: no message is lost, none is answered twice, no episode's level falls."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.conversation.housekeeping import keep_house
from bot.records import levels
from bot.records.database import create_engine_for, session_factory
from bot.records.models import Communication, Episode, Flag, RiskAssessment, Turn
from tests.conversation.support import Desk, poisoned, sensible, unavailable
from tests.factories import STRANGER, Clinic, SetClock

TEXTS = ("good morning", "my chest hurts", "my temp is 101.5", "temp is 1012", "yes", "no", "STOP", "START", "")


class Killed(BaseException):
    """The worker process is gone in the middle of a turn."""


class Killing:
    """An agent during whose answer the worker is killed."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def __call__(self, request):
        self.desk.agent.script = sensible
        raise Killed


class Conversations(RuleBasedStateMachine):
    """Two patients, one stranger, workers that die, an agent that fails, time that passes."""

    template: Path

    @initialize()
    def open_clinic(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="recovery-property-"))
        shutil.copyfile(self.template, self.folder / "recovery.db")
        self.engine = create_engine_for(f"sqlite:///{self.folder / 'recovery.db'}")
        self.clock = SetClock()
        self.desk = Desk(session_factory(self.engine), self.clock)
        self.clinic = Clinic(self.desk.sessions, self.clock)
        self.phones = [self.clinic.patient().phone, self.clinic.patient(day=1, blood_thinner=True).phone, STRANGER]
        self.received: dict[str, str] = {}
        self.levels: dict[int, int] = {}

    @rule(who=st.integers(0, 2), text=st.sampled_from(TEXTS), media=st.integers(0, 1))
    def receive(self, who: int, text: str, media: int) -> None:
        sid = f"SM{len(self.received)}"
        self.clinic.text(self.phones[who], text, sid=sid, media=media)
        self.received[sid] = text

    @precondition(lambda self: self.received)
    @rule(data=st.data())
    def receive_again(self, data) -> None:
        sid = data.draw(st.sampled_from(sorted(self.received)))
        assert self.clinic.text(self.phones[0], self.received[sid], sid=sid).duplicate

    @rule(script=st.sampled_from([sensible, unavailable, poisoned]))
    def take_next(self, script) -> None:
        self.desk.agent.script = script
        self.desk.take_next()

    @rule()
    def worker_dies_in_the_middle_of_a_turn(self) -> None:
        self.desk.agent.script = Killing(self.desk)
        try:
            self.desk.take_next()
        except Killed:
            return

    @rule(who=st.integers(0, 1))
    def another_worker_is_quicker(self, who: int) -> None:
        """The first one's lease runs out while its agent thinks."""

        def slow(request):
            self.desk.agent.script = sensible
            self.clock.advance(seconds=21)
            self.desk.take_next()
            return sensible(request)

        self.desk.agent.script = slow
        self.desk.take_next()

    @rule(seconds=st.sampled_from([1, 21, 700]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @rule()
    def house_is_kept(self) -> None:
        keep_house(self.desk.sessions, self.clock)

    @invariant()
    def nothing_is_lost_and_nothing_stored_twice(self) -> None:
        stored = self.desk.all(Communication, direction="in")
        assert [message.provider_id for message in stored] == list(self.received)
        assert len(self.desk.all(Turn)) == len(stored)

    @invariant()
    def nothing_is_answered_twice(self) -> None:
        """The replies of one turn are numbered from 0: a second answer would repeat a number."""
        places = [(row.in_reply_to_id, row.position) for row in self.desk.all(Communication, direction="out")]
        assert len(places) == len(set(places))

    @invariant()
    def no_level_falls(self) -> None:
        for episode in self.desk.all(Episode):
            rank = levels.rank(episode.level)
            assert rank >= self.levels.get(episode.id, 0)
            self.levels[episode.id] = rank

    @invariant()
    def each_red_flag_that_was_read_stands_in_the_queue(self) -> None:
        flagged = {flag.episode_id: flag.rank for flag in self.desk.all(Flag)}
        for reading in self.desk.all(RiskAssessment):
            if levels.rank(reading.disposition) >= levels.RED_FLAG:
                assert flagged[reading.episode_id] >= levels.rank(reading.disposition)

    def teardown(self) -> None:
        if not hasattr(self, "desk"):
            return
        self.desk.agent.script = sensible
        self.desk.take_all(limit=200)
        for message in self.desk.all(Communication, direction="in"):
            answered = self.desk.kinds(message.id)
            assert answered or message.body in ("STOP",), message.body
            if "chest" in message.body:
                assert answered[0] == "advice"
        self.engine.dispose()
        shutil.rmtree(self.folder)


@pytest.fixture
def machine(migrated_sqlite: Path) -> type[Conversations]:
    Conversations.template = migrated_sqlite
    return Conversations


def test_no_order_of_events_loses_or_repeats_anything(machine: type[Conversations]):
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
