"""The data files: what is wrong with one is said by file and line."""

from pathlib import Path

import pytest

from bot.triage.lexicon import load_lexicon
from bot.triage.protocol import load_protocol
from bot.triage.schema import DATA, DataError


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    source = (DATA / name).read_text(encoding="utf-8")
    assert old in source
    path = tmp_path / Path(name).name
    path.write_text(source.replace(old, new, 1), encoding="utf-8")
    return path


def line_with(path: Path, needle: str) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if needle in line)


def test_the_protocol_in_force_loads() -> None:
    protocol = load_protocol()
    assert protocol.name == "vertebroplasty@1.0.0"
    assert all(row.source for row in protocol.findings.values())


def test_a_level_that_does_not_exist_is_named_with_file_and_line(tmp_path: Path) -> None:
    path = changed(tmp_path, "protocol/vertebroplasty.yml", "level: emergency", "level: dire")
    with pytest.raises(DataError, match=rf"vertebroplasty\.yml:{line_with(path, 'dire')}: .*dire"):
        load_protocol(path)


def test_a_combination_of_an_unknown_finding_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, "protocol/vertebroplasty.yml", "any: [severe_pain, rigors", "any: [severe_payne, rigors")
    with pytest.raises(DataError, match="severe_payne is not defined"):
        load_protocol(path)


def test_broken_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "vertebroplasty.yml"
    path.write_text("id: x\nfindings: [\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"vertebroplasty\.yml:\d+: "):
        load_protocol(path)


def test_a_lexicon_line_that_names_no_concept_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "lexicon.schema.json").write_bytes((DATA / "lexicon" / "lexicon.schema.json").read_bytes())
    path = changed(tmp_path, "lexicon/en.yml", "- <chest> & ", "- <nonesuch> & ")
    with pytest.raises(DataError, match=rf"en\.yml:{line_with(path, 'nonesuch')}: no concept is called <nonesuch>"):
        load_lexicon("en", tmp_path)


def test_every_finding_that_may_be_doubted_has_its_question_in_both_languages() -> None:
    for row in load_protocol().findings.values():
        assert not row.question or set(row.question) == {"en", "es"}
