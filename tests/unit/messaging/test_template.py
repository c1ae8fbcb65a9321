import pytest

from mhero.messaging.template import compiled, render, unknown_variables, variables

MUSU = {"name": "Musu Kollie", "first_name": "Musu", "cadre": "Nurse", "facility": ""}


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("Hello", "Hello"),
        ("Hello @contact.first_name.", "Hello Musu."),
        ("Hello @contact, you are a @contact.cadre!", "Hello Musu Kollie, you are a Nurse!"),
        ("@Contact.First_Name", "Musu"),
        # Who has no facility gets none, and what is not known stays for the author to see.
        ("At @contact.facility", "At "),
        ("@contact.shoe_size", "@contact.shoe_size"),
        (
            "Write to korto@contact.org or korto@example.org",
            "Write to korto@contact.org or korto@example.org",
        ),
        ("Twice @@contact.first_name", "Twice @contact.first_name"),
        ("Meet @noon @ the gate", "Meet @noon @ the gate"),
        ("@contactless", "@contactless"),
    ],
)
def test_a_text_is_personalised(text: str, rendered: str) -> None:
    assert render(text, MUSU) == rendered


def test_what_is_put_in_is_not_read_as_a_variable_again() -> None:
    assert render("@contact.name", {"name": "@contact.cadre", "cadre": "Nurse"}) == "@contact.cadre"


def test_the_variables_of_a_text_are_listed_once() -> None:
    text = "@contact.cadre @contact.cadre @contact.shoe_size @(1 + 1) @results.stock @@home"
    assert variables(text) == ["@contact.cadre", "@contact.shoe_size", "@(1 + 1)", "@results.stock"]
    assert unknown_variables(text) == ["@contact.shoe_size", "@(1 + 1)", "@results.stock"]


def test_a_compiled_text_is_used_for_many_people() -> None:
    template = compiled("Hello @contact.first_name")
    assert [template.render({"first_name": name}) for name in ("Musu", "Flomo")] == [
        "Hello Musu",
        "Hello Flomo",
    ]
