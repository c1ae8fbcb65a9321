from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest
from django import forms
from django.utils import timezone, translation

from mhero.console import words
from mhero.console.bars import bars_of


def test_a_time_today_is_said_with_its_zone_and_given_exactly_to_machines(draw):
    with timezone.override("Africa/Monrovia"):
        now = timezone.now().replace(hour=14, minute=15, second=3, microsecond=0)
        drawn = draw("{% when at %}", at=now)
    assert drawn == f'<time datetime="{now:%Y-%m-%dT14:15:03}+00:00">today at 2:15pm GMT</time>'


@pytest.mark.parametrize(("days", "said"), [(-1, "yesterday"), (0, "today"), (1, "tomorrow")])
def test_a_day_nearby_has_its_own_word(days: int, said: str):
    day = timezone.localdate() + timedelta(days=days)
    assert words.when_in_words(day) == (day.isoformat(), said)


def test_a_day_far_away_is_said_in_full_in_the_language_of_the_page():
    assert words.when_in_words(date(2026, 3, 3))[1] == "Tuesday 3 March 2026"
    with translation.override("fr"):
        assert words.when_in_words(date(2026, 3, 3))[1] == "mardi 3 mars 2026"


def test_the_same_moment_is_said_in_the_time_of_the_country():
    moment = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
    with timezone.override("Africa/Nairobi"):
        machine, said = words.when_in_words(moment)
    assert machine == "2026-03-04T02:30:00+03:00"
    assert said.startswith("Wednesday 4 March 2026 at 2:30am")


def test_no_time_is_a_dash(draw):
    assert "–" in draw("{% when nothing %}", nothing=None)


def test_numbers_have_the_separators_of_the_language(draw):
    assert draw("{% count 12000 %}") == "12,000"
    with translation.override("fr"):
        assert draw("{% count 12000 %}").replace("\u202f", " ").replace("\xa0", " ") == "12 000"


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (36, 1204, "3%, 36 of 1,204"),
        (1, 1204, "under 1%, 1 of 1,204"),
        (1203, 1204, "99%, 1,203 of 1,204"),
        (1204, 1204, "100%, 1,204 of 1,204"),
        (0, 0, "0 of 0"),
    ],
)
def test_a_share_stands_with_its_base_and_is_never_rounded_to_nothing_or_all(
    part: int, whole: int, said: str
):
    assert words.share_in_words(part, whole) == said


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+231770123456", "+23177 ••• 456"), ("0770123456", "077 ••• 456"), ("1234", "••••"), ("", "")],
)
def test_a_phone_number_in_a_list_cannot_be_dialled(number: str, shown: str):
    assert words.masked_phone(number) == shown


def test_money_has_its_currency_in_the_order_of_the_language():
    assert words.money_in_words(12.5, "USD") == "$12.50"
    with translation.override("fr"):
        assert words.money_in_words(12.5, "EUR").replace("\xa0", " ") == "12,50 €"


@pytest.mark.parametrize(
    ("status", "colour"),
    [
        ("delivered", "green"),
        ("Completed with error(s)", "yellow"),
        ("failed", "red"),
        ("blue", "blue"),
        ("odd", "grey"),
    ],
)
def test_a_status_has_a_colour_and_always_words(draw, status: str, colour: str):
    drawn = draw("{% tag words status %}", words="In words", status=status)
    assert drawn == f'<strong class="govuk-tag govuk-tag--{colour}">In words</strong>'


def test_bars_are_as_long_as_their_values_and_nothing_divides_by_zero():
    drawn = bars_of([("Nurses", 400), ("Midwives", 100, "/midwives"), {"label": "Others", "value": None}])
    assert [(bar.label, bar.length, bar.href) for bar in drawn] == [
        ("Nurses", 100, ""),
        ("Midwives", 25, "/midwives"),
        ("Others", 0, ""),
    ]
    assert [bar.length for bar in bars_of([("Nobody", 0)])] == [0]


def test_a_bar_is_drawn_with_a_point_in_every_language(draw):
    with translation.override("fr"):
        drawn = draw('{% bars rows "Cadres" %}', rows=[("Nurses", 3000), ("Midwives", 1000)])
    assert 'width="33.3"' in drawn


def test_progress_counts_before_it_draws(draw):
    drawn = draw('{% progress 760 1204 "Sending" %}')
    assert "760 of 1,204" in drawn
    assert 'value="760" max="1204"' in drawn


def test_progress_without_a_known_end_claims_none(draw):
    drawn = draw("{% progress 760 0 %}")
    assert "max=" not in drawn
    assert "%" not in drawn


def test_pages_are_led_to_only_where_there_are_any(draw):
    assert draw("{% pagination %}") == ""
    assert 'rel="next"' in draw('{% pagination older="?before=3" %}')
    assert 'rel="prev"' not in draw('{% pagination older="?before=3" %}')


def test_the_tab_one_is_in_says_so(draw):
    drawn = draw(
        '{% tabs "Status" %}{% tab "All" "?" current=True number=1204 %}{% tab "Failed" "?f" %}{% endtabs %}'
    )
    assert drawn.count('aria-current="page"') == 1
    assert "1,204" in drawn


@pytest.mark.parametrize(
    "source",
    [
        "{% bubble bad %}{{ bad }}{% endbubble %}",
        "{% row bad %}{{ bad }}{% endrow %}",
        "{% tag bad %}",
        '{% tabs bad %}{% tab bad "/" %}{% endtabs %}',
        "{% big_number 1 bad %}",
        "{% task bad bad bad %}",
        "{% event bad by=bad %}{{ bad }}{% endevent %}",
        "{% details bad %}{{ bad }}{% enddetails %}",
        "{% nothing bad %}{{ bad }}{% endnothing %}",
        "{% notification title=bad %}{{ bad }}{% endnotification %}",
        "{% bars rows bad %}",
    ],
)
def test_what_others_wrote_is_never_markup(draw, source: str):
    bad = '<img src=x onerror="alert(1)">'
    drawn = draw(source, bad=bad, rows=[(bad, 1, bad)])
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _attributes: tags.append(tag)  # type: ignore[method-assign]
    parser.feed(drawn)
    assert "img" not in tags
    assert "&lt;img" in drawn


class Invitation(forms.Form):
    email = forms.EmailField(label="Email address")
    role = forms.ChoiceField(label="Role", choices=[("v", "Viewer")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False, error_messages={"invalid": "never"})

    def clean(self) -> None:
        raise forms.ValidationError("Two people must be administrators.")


def test_the_error_summary_leads_to_each_field_and_names_it(draw):
    drawn = draw("{% error_summary form %}", form=Invitation({"email": "nobody"}))
    assert '<a href="#id_email">Enter a valid email address.</a>' in drawn
    assert '<a href="#id_role_0">Role: This field is required.</a>' in drawn
    assert "<li>Two people must be administrators.</li>" in drawn


def test_a_form_nobody_sent_has_no_errors(draw):
    assert draw("{% error_summary form %}", form=Invitation()) == ""
    assert draw("{% error_summary form %}") == ""
