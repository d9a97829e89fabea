"""`make lock`: resolves the hand-kept lists into full locks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tools import installer
from tools.problems import SetupError

ROOT = Path(__file__).resolve().parent.parent
#: Each list, with how it is resolved. The order counts: the development lock keeps to the product's.
LISTS = {
    "requirements.in": ["--python-version", "3.11"],
    "requirements-dev.in": ["--python-version", "3.11"],
    # Rasa declares Python < 3.11 though it runs on 3.11, so it is resolved as for 3.10 and installed without a check.
    "requirements-rasa.in": ["--python-version", "3.10", "--override", "requirements-rasa.overrides.txt"],
}


def main() -> int:
    """Resolve every list; arguments such as --upgrade go to uv."""
    try:
        uv = installer.uv_on_path() or installer.ensure_uv(ROOT / ".venv")
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 1
    environ = installer.uv_environment(os.environ, installer.pip_settings())
    for source, options in LISTS.items():
        target = Path(source).with_suffix(".txt").name
        command = [str(uv), "pip", "compile", "--quiet", source, "-o", target, "--custom-compile-command", "make lock"]
        if code := subprocess.run([*command, *options, *sys.argv[1:]], cwd=ROOT, env=environ, check=False).returncode:
            return code
        print(f"{target} is resolved", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
