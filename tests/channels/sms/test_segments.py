"""Texts are counted and spelt as carriers do it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.sms.segments import GSM7_BASIC, GSM7_EXTENSION, Segments, is_gsm7, segments, to_gsm7


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("á" * 70, "UCS-2", 70, 1),
        ("á" * 71, "UCS-2", 71, 2),
        ("á" * 134, "UCS-2", 134, 2),
        ("á" * 135, "UCS-2", 135, 3),
        ("😀" * 35, "UCS-2", 70, 1),
    ],
)
def test_segments_are_counted_in_the_units_of_the_encoding(text, encoding, units, count):
    assert segments(text) == Segments(encoding, units, count)


def test_an_escaped_character_is_not_cut_between_two_segments():
    # 152 + 2 do not fit in the first part, so it holds 152 and the second 2 + 153 - 2 = 151 more.
    assert segments("a" * 152 + "€" + "a" * 151).count == 2
    assert segments("a" * 152 + "€" + "a" * 152).count == 3


def test_a_surrogate_pair_is_not_cut_between_two_segments():
    assert segments("á" * 66 + "😀" + "á" * 65).count == 2
    assert segments("á" * 66 + "😀" + "á" * 66).count == 3


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("¿Está débil? Sí, mañana. ¡Ojalá!", "¿Esta débil? Si, mañana. ¡Ojala!"),
        ("don’t “drive” — call…", 'don\'t "drive" - call...'),
        ("100.4\u00a0°F", "100.4  deg F"),
        ("cafe\u0301", "café"),
        ("Łódź", "Łodz"),
        ("hold 🙏", "hold 🙏"),
        ("Привет", "Привет"),
    ],
)
def test_texts_are_spelt_with_gsm7_where_it_has_a_spelling(text, spelt):
    assert to_gsm7(text) == spelt


@given(st.text(alphabet=sorted(GSM7_BASIC | GSM7_EXTENSION)))
def test_a_gsm7_text_is_left_alone_apart_from_its_typewriter_quotes(text):
    assert to_gsm7(text) == text or "`" in text


@given(st.text())
def test_spelling_twice_changes_nothing_more(text):
    once = to_gsm7(text)
    assert to_gsm7(once) == once


@given(st.text())
def test_spelling_never_makes_a_gsm7_text_anything_else(text):
    if is_gsm7(text):
        assert is_gsm7(to_gsm7(text))
