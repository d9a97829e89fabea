"""Each thing that may be wrong with the machine is told in one plain sentence."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.problems import SetupError, check_disk, check_port, check_python, disk_is_full, port_from


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_python_3_11_is_accepted() -> None:
    check_python((3, 11))


@pytest.mark.parametrize("version", [(3, 10), (3, 12), (2, 7)])
def test_another_python_is_refused_by_its_version_and_with_a_way_out(version: tuple[int, int]) -> None:
    with pytest.raises(SetupError) as caught:
        check_python(version)
    assert f"this is Python {version[0]}.{version[1]}" in str(caught.value)
    assert "make PYTHON=" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_disk_with_room_is_accepted(tmp_path: Path) -> None:
    check_disk(tmp_path, 4, free=lambda _: 4_000_000_000)


def test_a_full_disk_is_refused_with_what_is_free_and_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"1\.5 GB are free .* needs 4 GB") as caught:
        check_disk(tmp_path, 4, free=lambda _: 1_500_000_000)
    assert "\n" not in str(caught.value)


def test_a_failure_counts_as_a_full_disk_by_its_code_or_by_what_is_left(tmp_path: Path) -> None:
    def roomy(_: Path) -> int:
        return 10**12

    assert disk_is_full(OSError(errno.ENOSPC, "no space"), tmp_path, free=roomy)
    assert disk_is_full(None, tmp_path, free=lambda _: 1000)
    assert not disk_is_full(OSError(errno.ENOENT, "no such file"), tmp_path, free=roomy)


def test_a_taken_port_is_named_with_the_variable_that_changes_it(taken_port: int) -> None:
    with pytest.raises(SetupError) as caught:
        check_port("RASA_PORT", taken_port)
    assert f"Port {taken_port} is taken" in str(caught.value)
    assert f"make run RASA_PORT={taken_port + 1}" in str(caught.value)


def test_a_port_whose_server_stopped_a_moment_ago_is_free() -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = server.accept()
            accepted.close()  # the server's end closes first and lingers in TIME_WAIT
    check_port("PORT", port)


@pytest.mark.parametrize("text", ["eighty", "0", "65536", "-1", "80 80", "٨٠"])
def test_an_impossible_port_is_refused_by_the_name_of_its_variable(text: str) -> None:
    with pytest.raises(SetupError, match="ACTIONS_PORT must be a port number"):
        port_from({"ACTIONS_PORT": text}, "ACTIONS_PORT", 5055)


def test_a_port_comes_from_the_environment_or_is_the_usual_one() -> None:
    assert port_from({"PORT": "9000"}, "PORT", 8000) == 9000
    assert port_from({"PORT": ""}, "PORT", 8000) == 8000
