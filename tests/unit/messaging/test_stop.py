import pytest

from mhero.messaging.stop import Wish, default_stop_words, wish_of


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop",
        " Stop! ",
        "stop.",
        "ARRÊT",
        "arret",
        "Arrêter",
        "«STOP»",
        "UNSUBSCRIBE",
        "STOP pls",
        "Please stop.",
        "Arrêt svp, merci",
    ],
)
def test_a_stop_word_is_known_however_it_is_typed(text: str) -> None:
    assert wish_of(text, default_stop_words()) is Wish.STOP


@pytest.mark.parametrize(
    "text",
    [
        "Stop the bleeding first",
        "1",
        "",
        "  ",
        "👍",
        "stopp",
        "Please stop sending",
        "S T O P",
        "Thank you",
        "ok stop it",
    ],
)
def test_a_word_within_other_words_is_an_answer_and_no_wish(text: str) -> None:
    assert wish_of(text, default_stop_words()) is None


@pytest.mark.parametrize("text", ["START", "start!", "Reprendre"])
def test_a_start_word_opts_in_again(text: str) -> None:
    assert wish_of(text, default_stop_words()) is Wish.START


def test_local_words_are_a_setting() -> None:
    assert wish_of("Kwɛlɛ", [*default_stop_words(), "kwɛlɛ"]) is Wish.STOP
