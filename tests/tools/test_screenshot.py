"""The manuals' pictures show a morning as the product really leaves it, and the command takes them all."""

import subprocess
import sys

import pytest

from bot.records import flags
from tests.browser import chromium_path
from tools.demo_day import Day
from tools.screenshot import FOLDER


@pytest.fixture
def day(tmp_path):
    played = Day(tmp_path)
    played.play()
    yield played
    played.engine.dispose()


def test_every_level_a_stranger_and_a_flag_that_somebody_is_on_are_in_the_queue(day):
    with day.sessions() as session:
        waiting = flags.open_flags(session)
        assert {flag.level for flag in waiting} == {"emergency", "urgent", "routine"}
        assert {flag.state for flag in waiting} == {"open", "acknowledged"}
        assert any(flag.patient is None for flag in waiting)


@pytest.mark.live
def test_the_command_takes_every_picture_of_the_manuals(tmp_path):
    chromium_path()

    done = subprocess.run(
        [sys.executable, "-m", "tools.screenshot", str(tmp_path)], cwd=FOLDER.parent.parent, capture_output=True,
        text=True, timeout=240, check=False,
    )

    assert done.returncode == 0, done.stderr
    taken = {path.name for path in tmp_path.iterdir()}
    assert taken == {path.name for path in FOLDER.iterdir()}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in tmp_path.iterdir())
