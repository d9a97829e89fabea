"""What `make run` adds to a set-up: free ports, the demo's settings, its database and its data."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tools import demo_env
from tools.problems import SetupError, check_port, port_from

#: The variable that chooses each port, with the port that is used without it.
PORTS = {"PORT": 8000, "RASA_PORT": 5005, "ACTIONS_PORT": 5055}


def free_ports(environ: Mapping[str, str]) -> dict[str, int]:
    """The three ports, each found free. Raises SetupError that names the one that is not."""
    ports = {variable: port_from(environ, variable, default) for variable, default in PORTS.items()}
    if len(set(ports.values())) < len(ports):
        raise SetupError("PORT, RASA_PORT and ACTIONS_PORT must be three different ports.")
    for variable, port in ports.items():
        check_port(variable, port)
    return ports


def environment(root: Path, environ: Mapping[str, str], ports: Mapping[str, int], model: Path) -> dict[str, str]:
    """The environment of the demo's processes; its secrets are kept in var/demo.env."""
    path = root / "var" / "demo.env"
    settings = demo_env.settings_for(environ, demo_env.read(path), ports["PORT"])
    demo_env.write(path, settings)
    return {
        **environ,
        **settings,
        **{variable: str(port) for variable, port in ports.items()},
        "AGENT_URL": f"http://127.0.0.1:{ports['RASA_PORT']}",
        "RASA_MODEL": str(model),
        "RASA_ENDPOINTS": str(endpoints(root, ports["ACTIONS_PORT"])),
        # Never kept in the file: the demo's open doors exist only while `make run` holds them open.
        "RECOVERY_DEMO": "1",
        "PYTHONUNBUFFERED": "1",
    }


def endpoints(root: Path, actions_port: int) -> Path:
    """Rasa's endpoints.yml, or a copy of it where the action server listens on another port than the usual one."""
    usual = root / "endpoints.yml"
    if actions_port == PORTS["ACTIONS_PORT"]:
        return usual
    copy = root / "var" / "endpoints.yml"
    copy.write_text(usual.read_text().replace(f":{PORTS['ACTIONS_PORT']}/", f":{actions_port}/"))
    return copy


def prepare_database(root: Path, python: Path, environ: Mapping[str, str]) -> None:
    """Bring the database to the newest tables and, where it is empty, fill it. Raises SetupError."""
    for arguments in (["database", "upgrade"], ["demo", "seed"]):
        result = subprocess.run(
            [str(python), "-m", "bot", *arguments], cwd=root, env=dict(environ), stdin=subprocess.DEVNULL, check=False
        )
        if result.returncode:
            raise SetupError(
                f"The database could not be prepared: `python -m bot {' '.join(arguments)}` says why above."
            )
