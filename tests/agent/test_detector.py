"""The detector as Rasa builds it: with `create`, on one message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message

from bot.agent import detector as module
from bot.agent.detector import TURN, RedFlagDetector
from tests.agent.messages import ROOT


@pytest.fixture
def detector(tmp_path: Path) -> RedFlagDetector:
    context = ExecutionContext(GraphSchema({}), "model")
    return RedFlagDetector.create({}, LocalModelStorage(tmp_path), Resource("detector"), context)


def message(text: str, metadata: dict[str, Any] | None = None) -> Message:
    data = {"text": text, "intent": {"name": "greet", "confidence": 0.9}, "metadata": metadata}
    return Message(data=data, output_properties={"text", "intent"})


def test_a_red_flag_becomes_the_intent_and_the_assessment_part_of_the_output(detector: RedFlagDetector) -> None:
    [read] = detector.process([message("my chest hurts")])
    output = read.as_dict(only_output_properties=True)
    assert output["intent"]["name"] == "red_flag"
    assert output[TURN]["assessment"]["disposition"] == "emergency"


def test_it_reads_the_true_text_and_the_question_from_the_metadata(detector: RedFlagDetector) -> None:
    metadata = {"text": "yes", "context": {"asked": "breathing"}, "dialogue": {}}
    [read] = detector.process([message("something else", metadata=metadata)])
    assert read.get("intent")["name"] == "red_flag"


def test_what_is_harmless_keeps_its_intent(detector: RedFlagDetector) -> None:
    [read] = detector.process([message("hello there")])
    assert read.get("intent") == {"name": "greet", "confidence": 0.9}


def test_it_stands_last_in_the_pipeline() -> None:
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text())["pipeline"]
    assert [part["name"] for part in pipeline][-2:] == ["FallbackClassifier", "bot.agent.detector.RedFlagDetector"]


def test_its_fingerprint_changes_with_the_triage_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "protocol").mkdir()
    rules = tmp_path / "protocol" / "rules.yml"
    rules.write_text("a: 1")
    monkeypatch.setattr(module, "DATA", tmp_path)
    before = RedFlagDetector.fingerprint_addon({})
    assert RedFlagDetector.fingerprint_addon({}) == before
    rules.write_text("a: 2")
    assert RedFlagDetector.fingerprint_addon({}) != before
