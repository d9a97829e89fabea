"""Every table, by topic: people, messages, clinical, worklist, audit."""

from bot.records.models.audit import AuditEvent
from bot.records.models.base import Base
from bot.records.models.clinical import Episode, Observation, RiskAssessment
from bot.records.models.messages import ChatSession, Communication, DeliveryReport, Thread, Turn
from bot.records.models.people import (
    Consent,
    Organization,
    Patient,
    Practitioner,
    PractitionerRole,
    Procedure,
    RelatedPerson,
    Role,
)
from bot.records.models.worklist import Flag, FlagEvent, Task

__all__ = [
    "AuditEvent", "Base", "ChatSession", "Communication", "Consent", "DeliveryReport", "Episode", "Flag", "FlagEvent",
    "Observation", "Organization", "Patient", "Practitioner", "PractitionerRole", "Procedure", "RelatedPerson",
    "RiskAssessment", "Role", "Task", "Thread", "Turn",
]
