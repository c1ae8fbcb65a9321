import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhero.messaging.segments import BASIC, EXTENSION, count, simplified


@pytest.mark.parametrize(
    ("text", "encoding", "characters", "segments"),
    [
        ("", "GSM-7", 0, 0),
        ("Hello", "GSM-7", 5, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        # The extension table's characters take two septets …
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        # … and are not split: 152 letters and one of them do not fit into the first 153.
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("a" * 151 + "€" + "a" * 153, "GSM-7", 306, 2),
        ("ê" * 70, "UCS-2", 70, 1),
        ("ê" * 71, "UCS-2", 71, 2),
        ("ê" * 134, "UCS-2", 134, 2),
        ("ê" * 135, "UCS-2", 135, 3),
        # Beyond the basic plane two code units, which are not split either.
        ("😀" * 35, "UCS-2", 70, 1),
        ("ê" * 66 + "😀" + "ê" * 66, "UCS-2", 134, 3),
        ("ê" * 65 + "😀" + "ê" * 67, "UCS-2", 134, 2),
        ("é à è ù ö ñ Ç @ £ ¥ §\n", "GSM-7", 22, 1),
    ],
)
def test_a_text_takes_as_many_sms_as_the_standard_says(
    text: str, encoding: str, characters: int, segments: int
) -> None:
    counted = count(text)
    assert (counted.encoding, counted.characters, counted.segments) == (encoding, characters, segments)


def test_what_forces_a_text_to_be_longer_is_named_once() -> None:
    assert count("Fenêtre ’ fenêtre").forcing == ("ê", "’")


@pytest.mark.parametrize(
    ("text", "simpler"),
    [
        ("Déjà vu", "Déjà vu"),
        ("Fenêtre à Noël, garçon", "Fenetre à Noel, garcon"),
        ("“Yes” – it’s…", '"Yes" - it\'s...'),
        ("Kpɛlɛ, ŋa nɔɔ", "Kpele, na noo"),
        ("cœur\u00a0!", "coeur !"),
        # What has no nearest letter stays, and the text stays UCS-2.
        ("ok 👍", "ok 👍"),
    ],
)
def test_accents_are_simplified_only_where_the_alphabet_lacks_them(text: str, simpler: str) -> None:
    assert simplified(text) == simpler


def test_both_totals_are_known_before_one_chooses() -> None:
    text = "Êtes-vous prêt ? " * 9
    kept, simple = count(text), count(text, simplify=True)
    assert (kept.encoding, kept.segments) == ("UCS-2", 3)
    assert (simple.encoding, simple.segments) == ("GSM-7", 1)
    assert simple.replaced == ("Ê", "ê")


@given(st.text(alphabet=BASIC + EXTENSION, max_size=700))
def test_the_parts_hold_the_whole_text(text: str) -> None:
    counted = count(text)
    assert counted.encoding == "GSM-7"
    assert counted.segments * counted.per_segment >= counted.characters
    assert counted.left >= 0


@given(st.text(max_size=300))
def test_any_text_can_be_counted_and_simplifying_never_makes_it_ucs2(text: str) -> None:
    kept, simple = count(text), count(text, simplify=True)
    assert kept.segments <= len(text)
    assert not (kept.encoding == "GSM-7" and simple.encoding == "UCS-2")
    assert simplified(simplified(text)) == simplified(text)
