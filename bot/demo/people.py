"""The demo's patients as its pages list them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.models import Patient
from bot.records.people import day_since_procedure


@dataclass(frozen=True, slots=True)
class Person:
    """A patient to choose."""

    id: int
    name: str
    phone: str
    language: str
    about: str


def demo_patients(session: Session, now: datetime) -> list[Person]:
    """Every patient with a phone, oldest record first."""
    found = session.scalars(select(Patient).where(Patient.phone.is_not(None)).order_by(Patient.id).limit(20))
    return [
        Person(patient.id, patient.name, patient.phone or "", patient.language, _about(patient, now))
        for patient in found
    ]


def _about(patient: Patient, now: datetime) -> str:
    day = day_since_procedure(patient, now)
    parts = ["no procedure date" if day is None else f"day {day}"]
    if patient.language == "es":
        parts.append("Spanish")
    if patient.blood_thinner:
        parts.append("blood thinner")
    return ", ".join(parts)
