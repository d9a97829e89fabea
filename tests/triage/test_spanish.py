"""Spanish as patients write it: without accents, by ear, and in the words of many countries."""

import pytest

from bot.triage import Assessment, Context, Disposition, assess


def read(text: str, **context: object) -> Assessment:
    return assess(text, Context(**{"day": 5, "language": "es", **context}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("siento un yunque en el pecho", "chest_pain"),
        ("me pita el pecho al respirar", "breathing_difficulty"),
        ("tengo que pararme a coger aire cada rato", "breathing_difficulty"),
        ("oi amaneci con la cama mojada y no senti nada", "bladder_loss"),
        ("se me durmieron las nalgas", "saddle_numbness"),
        ("no ubo manera, perdon, no hubo manera de pararme", "leg_paralysis"),
        ("se le viro la boca", "stroke_signs"),
        ("le dio una sirimba en la iglesia", "fainting"),
        ("se me sierra el gaznate", "anaphylaxis"),
        ("ya van tres toallas llenas de sangre", "heavy_bleeding"),
        ("mi mama no me conose", "confusion"),
        ("me avente 6 pastillas", "overdose"),
        ("pense en tirarme del puente", "suicidal_thoughts"),
    ],
)
def test_an_emergency_is_heard_in_any_spelling(text: str, finding: str) -> None:
    result = read(text)
    assert result.disposition is Disposition.EMERGENCY
    assert finding in result.present


@pytest.mark.parametrize(
    "text",
    [
        "no me falta el aire",
        "no se me duermen los pies",
        "no siento nada raro en las piernas",
        "que hago si no puedo orinar",
        "y si me da dolor de pecho a quien llamo",
        "a mi vecina le dio un derrame",
        "me muero de risa con mis nietos",
        "casi me desmayo cuando vi la factura",
        "se me cayo el vaso",
        "la comida me cayo bien",
        "me puse la faja y camino bien",
        "anoche dormi bien y hoy camine con las dos piernas",
    ],
)
def test_a_harmless_text_alerts_nobody(text: str) -> None:
    assert read(text).disposition < Disposition.URGENT


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("no tengo calentura", "negated"),
        ("y si me da calentura?", "hypothetical"),
        ("mi nieto tiene calentura", "other_person"),
        ("tengo calentura", "present"),
    ],
)
def test_the_status_of_a_mention(text: str, status: str) -> None:
    assert {mention.status for mention in read(text).findings if mention.finding == "fever"} == {status}


def test_the_one_who_writes_for_the_patient_is_not_the_patient() -> None:
    assert "seizure" in read("soy la comadre Rita, le dio un ataque y echaba espuma por la boca").present


def test_a_shock_down_the_leg_is_no_numb_seat() -> None:
    present = read("me baja una corriente de la nalga al talon").present
    assert "leg_numbness" in present
    assert "saddle_numbness" not in present


def test_as_if_supposes_nothing() -> None:
    assert "chest_pain" in read("siento como si me hubieran puesto una piedra en el pecho").present
