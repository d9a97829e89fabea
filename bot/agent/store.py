"""The tracker store for an agent without memory: a tracker lives for one turn and is then taken out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.core.agent import Agent
from rasa.core.exceptions import AgentNotReady
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class TurnTrackerStore(TrackerStore):
    """Keeps trackers as they are: they never outlive the process, so nothing is serialised."""

    def __init__(self, domain: Domain | None = None, event_broker: Any = None, **kwargs: Any) -> None:
        super().__init__(domain, event_broker)
        self._trackers: dict[str, DialogueStateTracker] = {}

    async def save(self, tracker: DialogueStateTracker) -> None:
        self._trackers[tracker.sender_id] = tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        return self._trackers.get(sender_id)

    async def keys(self) -> Iterable[str]:
        return list(self._trackers)

    def take(self, sender_id: str) -> DialogueStateTracker | None:
        """The turn's tracker, which the store forgets."""
        return self._trackers.pop(sender_id, None)


def store_of(agent: Agent) -> TurnTrackerStore:
    """The agent's store, which takes the place of the one that Rasa made at its start. Raises AgentNotReady."""
    if agent.processor is None:
        raise AgentNotReady("no model is loaded")
    store = agent.processor.tracker_store
    if not isinstance(store, TurnTrackerStore):
        store = TurnTrackerStore(agent.domain)
        agent.tracker_store = agent.processor.tracker_store = store
    return store
