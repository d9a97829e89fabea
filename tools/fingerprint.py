"""What a trained thing was made from, as one hash: it is trained again exactly when that changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path


def files(root: Path, names: Iterable[str]) -> Iterator[Path]:
    """Every file under the named files and folders, in a fixed order."""
    for name in names:
        path = root / name
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
        elif path.is_file():
            yield path


def fingerprint(root: Path, names: Iterable[str]) -> str:
    """A hash that changes exactly when a name or the content of one of the files changes."""
    digest = hashlib.sha256()
    for file in files(root, names):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]
