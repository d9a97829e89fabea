"""The agent's model: trained when what it is made from changed, kept under the hash of that."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tools.fingerprint import fingerprint
from tools.problems import SetupError, disk_is_full

#: Everything that the trained model, or what it says, depends on.
INPUTS = (
    "config.yml",
    "domain.yml",
    "endpoints.yml",
    "requirements-rasa.txt",
    "data/nlu",
    "data/rules",
    "data/lexicon",
    "data/protocol",
    "data/texts",
    "data/answers",
    "bot/agent",
    "bot/triage",
)
KEPT_MODELS = 3
CURRENT = "current.tar.gz"
#: Rasa is quiet about itself, and the libraries below it about what they plan to drop.
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
}


def model_path(root: Path) -> Path:
    """Where the model for the present inputs is, or will be."""
    return root / "models" / f"{fingerprint(root, INPUTS)}.tar.gz"


def train(root: Path, python: Path) -> Path:
    """Train the model. It gets its name last, so that an interrupted training leaves none. Raises SetupError."""
    target = model_path(root)
    building = root / "models" / "building"
    command = [str(python), "-m", "rasa", "train", "--data", "data/nlu", "data/rules", "--config", "config.yml"]
    command += ["--domain", "domain.yml", "--out", str(building), "--fixed-model-name", target.name]
    run_training(root, command, "The agent's model")
    (building / target.name).replace(target)
    shutil.rmtree(building)
    forget_old_models(target)
    return target


def run_training(root: Path, command: list[str], what: str) -> None:
    """Run a training; what it says is shown only when it fails. Raises SetupError."""
    try:
        subprocess.run(
            command,
            cwd=root,
            env=os.environ | QUIET,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        if disk_is_full(error, root):
            raise SetupError("The disk ran full during the training: make room and run the command again.") from None
        said = f"{getattr(error, 'stdout', '')}\n{getattr(error, 'stderr', '')}".strip() or str(error)
        raise SetupError(f"{said}\n\n{what} could not be trained; the lines above say why.") from None


def make_current(target: Path) -> None:
    """Point `models/current.tar.gz` at the model that belongs to the present inputs, for services that name no hash."""
    link, draft = target.parent / CURRENT, target.parent / f"{CURRENT}.new"
    if link.is_symlink() and link.readlink().name == target.name:
        return
    draft.unlink(missing_ok=True)
    draft.symlink_to(target.name)
    draft.replace(link)


def forget_old_models(newest: Path) -> None:
    """Keep the newest few models, so that going back a commit or two needs no training."""
    found = [path for path in newest.parent.glob("*.tar.gz") if path.name != CURRENT]
    for old in sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT_MODELS:]:
        if old != newest:
            old.unlink()
