"""Who: the clinic, the patient, those who text for the patient, and the nurses."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.records.models.base import Base, BigInt, Identified, Json


class Organization(Identified, Base):
    """A clinic (FHIR Organization). `sms_number` is the number that its patients text, in E.164."""

    __tablename__ = "organization"

    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(32))
    sms_number: Mapped[str | None] = mapped_column(String(32), unique=True)
    timezone: Mapped[str] = mapped_column(String(64), default="America/New_York")
    answers: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime]


class Patient(Identified, Base):
    """A person under care (FHIR Patient). `risks`: ids such as diabetes, steroids, cancer_treatment, dialysis."""

    __tablename__ = "patient"
    __table_args__ = (
        Index(
            "uq_patient_active_phone",
            "phone",
            unique=True,
            sqlite_where=text("status = 'active'"),
            postgresql_where=text("status = 'active'"),
        ),
    )

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(32), index=True)
    language: Mapped[str] = mapped_column(String(8), default="en")
    timezone: Mapped[str] = mapped_column(String(64))
    blood_thinner: Mapped[bool | None] = mapped_column(Boolean)
    risks: Mapped[list[Any]] = mapped_column(Json, default=list)
    status: Mapped[str] = mapped_column(String(16), default="active")  # active | discharged
    created_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship()
    procedures: Mapped[list[Procedure]] = relationship(back_populates="patient", order_by="Procedure.performed_on")
    related_persons: Mapped[list[RelatedPerson]] = relationship(back_populates="patient")


class RelatedPerson(Identified, Base):
    """A caregiver who may text about the patient (FHIR RelatedPerson)."""

    __tablename__ = "related_person"
    __table_args__ = (UniqueConstraint("patient_id", "phone"),)

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    name: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(32), index=True)
    created_at: Mapped[datetime]

    patient: Mapped[Patient] = relationship(back_populates="related_persons")


class Procedure(Identified, Base):
    """What was done and when (FHIR Procedure); the date gives `day`, counted in the patient's time zone."""

    __tablename__ = "procedure"

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    code: Mapped[str] = mapped_column(String(64), default="vertebroplasty")
    performed_on: Mapped[date]

    patient: Mapped[Patient] = relationship(back_populates="procedures")


class Consent(Identified, Base):
    """Whether an address may be written to (FHIR Consent). Its newest row counts; rows are never changed."""

    __tablename__ = "consent"

    channel: Mapped[str] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(String(64), index=True)
    status: Mapped[str] = mapped_column(String(16))  # opted_in | opted_out
    source: Mapped[str] = mapped_column(String(32))  # enrolment | keyword | carrier
    recorded_at: Mapped[datetime]


class Practitioner(Identified, Base):
    """A nurse or other member of staff who signs in to the console (FHIR Practitioner)."""

    __tablename__ = "practitioner"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(255), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    failed_logins: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]

    roles: Mapped[list[Role]] = relationship(secondary="practitioner_role")


class Role(Identified, Base):
    """What a practitioner may do: `nurse` or `admin`."""

    __tablename__ = "role"

    name: Mapped[str] = mapped_column(String(32), unique=True)
    description: Mapped[str | None] = mapped_column(String(200))
    permissions: Mapped[list[Any]] = mapped_column(Json, default=list)


class PractitionerRole(Base):
    """Which practitioner holds which role."""

    __tablename__ = "practitioner_role"

    practitioner_id: Mapped[int] = mapped_column(BigInt, ForeignKey("practitioner.id"), primary_key=True)
    role_id: Mapped[int] = mapped_column(BigInt, ForeignKey("role.id"), primary_key=True)
