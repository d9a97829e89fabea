"""`python -m bot enrol`: a new patient."""

from __future__ import annotations

from datetime import date

import click

from bot.commands.support import clinic_or_exit, open_sessions, settings_or_exit
from bot.conversation.clock import SystemClock
from bot.records.people import EnrolmentError
from bot.records.people import enrol as enrol_patient

#: What a field of the record is called on the command line.
OPTIONS = {
    "name": "--name",
    "phone": "--phone",
    "procedure_date": "--procedure-date",
    "language": "--language",
    "timezone": "--timezone",
    "blood_thinner": "--blood-thinner",
    "caregiver_phone": "--caregiver-phone",
}


class CalendarDay(click.ParamType[date]):
    """A day that exists, written year-month-day."""

    name = "YYYY-MM-DD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day of the calendar; write it as 2026-05-31.", param, ctx)


@click.command()
@click.option("--name", required=True, help="The patient's name, as the nurse will see it.")
@click.option("--phone", required=True, help="The patient's mobile number, such as +15550100123.")
@click.option("--procedure-date", required=True, type=CalendarDay(), help="The day of the vertebroplasty.")
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True)
@click.option("--blood-thinner/--no-blood-thinner", default=None, help="Left out: not known.")
@click.option("--timezone", help="Such as America/Chicago. Left out: the clinic's.")
@click.option("--caregiver-phone", help="The number of someone who may text about the patient.")
def enrol(
    *,
    name: str,
    phone: str,
    procedure_date: date,
    language: str,
    blood_thinner: bool | None,
    timezone: str | None,
    caregiver_phone: str | None,
) -> None:
    """Enrol a patient and print the new patient's id."""
    with open_sessions(settings_or_exit()) as sessions, sessions() as session:
        clinic = clinic_or_exit(session)
        try:
            patient = enrol_patient(
                session,
                organization_id=clinic.id,
                name=name,
                phone=phone,
                procedure_date=procedure_date,
                language=language,
                timezone=timezone or clinic.timezone,
                blood_thinner=blood_thinner,
                caregiver_phone=caregiver_phone,
                now=SystemClock().now(),
            )
            patient_id = patient.id
            session.commit()
        except EnrolmentError as error:
            raise click.ClickException(f"{OPTIONS.get(error.field, error.field)} {error.message}.") from None
    click.echo(patient_id)
