"""Reads a data file and checks it against its JSON Schema; an error names the file and the line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

DATA = Path(__file__).resolve().parents[2] / "data"


class _Loader(_SafeLoader):
    """Reads `yes`, `no`, `on` and `off` as the words they are (as YAML 1.2 does): patients write them."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own way to set resolvers
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
        for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
    }


class DataError(ValueError):
    """A data file is not what its schema asks for. The message reads `file:line: what is wrong`."""


def load_checked(path: Path, schema_path: Path) -> dict[str, Any]:
    """The content of the YAML file at `path`, valid under the schema at `schema_path`. Raises DataError."""
    try:
        source = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        loader = _Loader(source)
        try:
            tree = loader.get_single_node()
            data = loader.construct_document(tree) if tree is not None else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DataError(f"{path}:{line}: {error.problem}") from error
    schema = json.loads(schema_path.read_text(encoding="utf-8"))
    problems = sorted(Draft202012Validator(schema).iter_errors(data), key=lambda e: len(e.absolute_path), reverse=True)
    if problems:
        problem = problems[0]
        where = "/".join(str(part) for part in problem.absolute_path) or "the file"
        raise DataError(f"{path}:{line_of(tree, list(problem.absolute_path))}: {where}: {problem.message}")
    assert isinstance(data, dict)
    return data


def line_of(tree: yaml.Node | None, path: list[str | int]) -> int:
    """The 1-based line at which the value at `path` stands in the YAML tree."""
    node = tree
    for part in path:
        if isinstance(node, yaml.MappingNode):
            match = [value for key, value in node.value if key.value == str(part)]
            if not match:
                break
            node = match[0]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            break
    return node.start_mark.line + 1 if node is not None else 1


def line_of_text(path: Path, needle: str) -> int:
    """The first line of the file that holds `needle`, 1 if none does."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if needle in line:
            return number
    return 1
