from datetime import date, time

from django import forms
from django.utils import translation


class Sending(forms.Form):
    name = forms.CharField(label="Name", max_length=100, help_text="You find the list again by it.")
    country = forms.CharField(label="Country", max_length=2)
    day = forms.DateField(label="Day", required=False)
    at = forms.TimeField(label="Time", required=False)
    text = forms.CharField(label="Message", widget=forms.Textarea)
    cadre = forms.MultipleChoiceField(
        label="Cadres", choices=[("n", "Nurses"), ("m", "Midwives")], widget=forms.CheckboxSelectMultiple
    )
    when = forms.ChoiceField(label="When", choices=[("now", "Now")], widget=forms.RadioSelect)
    place = forms.ChoiceField(label="Place", choices=[("", "All")], required=False)
    sheet = forms.FileField(label="Spreadsheet", required=False)
    simplify = forms.BooleanField(label="Simplify accents", required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def test_widgets_get_their_classes_from_the_renderer():
    form = Sending()
    assert 'class="govuk-input"' in str(form["name"])
    assert 'class="govuk-input govuk-input--width-3"' in str(form["country"])
    assert 'class="govuk-textarea"' in str(form["text"])
    assert 'class="govuk-select"' in str(form["place"])
    assert 'class="govuk-file-upload"' in str(form["sheet"])
    assert str(form["cadre"]).count('class="govuk-checkboxes__input"') == 2
    assert str(form["when"]).count('class="govuk-radios__input"') == 1
    assert "class=" not in str(form["token"])


def test_a_field_with_an_error_says_so_beside_itself_and_to_screen_readers():
    drawn = Sending({})["name"].as_field_group()
    assert 'class="govuk-input govuk-input--error"' in drawn
    assert 'aria-describedby="id_name_helptext id_name_error"' in drawn
    assert 'id="id_name_helptext"' in drawn
    assert 'id="id_name_error"' in drawn
    assert "govuk-form-group--error" in drawn


def test_an_error_of_radios_describes_the_whole_group():
    drawn = Sending({})["when"].as_field_group()
    assert '<fieldset class="govuk-fieldset" aria-describedby="id_when_error">' in drawn
    assert "govuk-radios__input--error" not in drawn


def test_a_field_that_may_stay_empty_says_so():
    assert "(optional)" in Sending()["day"].as_field_group()
    assert "(optional)" not in Sending()["name"].as_field_group()


def test_the_browsers_date_box_gets_an_iso_date_in_every_language():
    form = Sending(initial={"day": date(2026, 3, 4), "at": time(14, 5)})
    for language in ("en", "fr"):
        with translation.override(language):
            assert 'type="date"' in str(form["day"])
            assert 'value="2026-03-04"' in str(form["day"])
            assert 'value="14:05"' in str(form["at"])


def test_what_the_date_box_sends_is_understood_in_every_language():
    for language in ("en", "fr"):
        with translation.override(language):
            assert Sending().fields["day"].clean("2026-03-04") == date(2026, 3, 4)
            assert Sending().fields["at"].clean("14:05") == time(14, 5)


def test_what_was_typed_wrong_is_kept():
    assert 'value="next week"' in str(Sending({"day": "next week"})["day"])


def test_each_control_has_a_label_of_its_own():
    drawn = str(Sending())
    for control in ("name", "day", "text", "sheet", "simplify", "cadre_0", "cadre_1", "when_0", "place"):
        assert f'for="id_{control}"' in drawn
        assert f'id="id_{control}"' in drawn
