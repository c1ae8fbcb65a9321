"""The pieces that pages are made of. A builtin of every template, so none needs to load it.

A piece that holds other markup is a block (`{% details "Why?" %}…{% enddetails %}`), one that holds only
values is a single tag. The markup of the larger ones is in `templates/console/components/`.
"""

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BaseForm
from django.template.context import Context
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _

from mhero.console import assets
from mhero.console.bars import bars_of
from mhero.console.forms import problems
from mhero.console.words import (
    colour_of,
    count_in_words,
    masked_phone,
    money_in_words,
    share_in_words,
    when_in_words,
)

register = template.Library()
FOLDER = "console/components/"


@register.simple_tag
def asset(name: str) -> str:
    """The address of a built file, which changes when its content does."""
    return assets.url(name)


@register.simple_tag(takes_context=True)
def page_title(context: Context) -> str:
    """What the page's `title` block says, for the window's title, so that it is the same as the h1."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block("title") if blocks else None
    title = " ".join(strip_tags(block.render(context)).split()) if block else ""
    form = context.get("form")
    if isinstance(form, BaseForm) and form.is_bound and form.errors:
        return mark_safe(_("Error: %(title)s") % {"title": title})  # noqa: S308 - the block is escaped already.
    return mark_safe(title)  # noqa: S308 - the block is escaped already.


# Values in words.


@register.simple_tag
def when(value: Any, form: str = "") -> SafeString:
    """A time as people say it and, for machines, the exact one. `form` is "", "date" or "time"."""
    if value is None:
        return mark_safe('<span class="app-muted">–</span>')
    machine, words = when_in_words(value, form)
    return format_html('<time datetime="{}">{}</time>', machine, words)


@register.simple_tag
def masked(number: str) -> str:
    """A phone number as lists show it: enough to recognise, too little to dial."""
    return masked_phone(number)


@register.simple_tag
def count(number: float | None) -> str:
    """A number with the thousands separators of the page's language."""
    return count_in_words(number)


@register.simple_tag
def share(part: int, whole: int) -> str:
    """A percentage with its base, as no percentage may stand alone: "3%, 36 of 1,204"."""
    return share_in_words(part, whole)


@register.simple_tag
def money(amount: Any, currency: str) -> str:
    """An amount with its currency, in the order of the page's language."""
    return money_in_words(amount, currency)


# Small pieces.


@register.simple_tag
def tag(words: str, status: str = "") -> SafeString:
    """A status: its words, coloured by the status's code (`delivered`) or by a colour's name (`green`)."""
    return format_html('<strong class="govuk-tag govuk-tag--{}">{}</strong>', colour_of(status), words)


@register.simple_tag
def badge(words: str, colour: str = "") -> SafeString:
    """A small label beside a name, such as "New"."""
    extra = f" moj-badge--{colour}" if colour else ""
    return format_html('<span class="moj-badge{}">{}</span>', extra, words)


@register.inclusion_tag(FOLDER + "error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, Any]:
    """What is wrong in the forms of the page, at its top, each line leading to its field."""
    sent = [form for form in forms if isinstance(form, BaseForm) and form.is_bound]
    return {"errors": [problem for form in sent for problem in problems(form)]}


@register.inclusion_tag(FOLDER + "pagination.html")
def pagination(
    newer: str = "", older: str = "", newer_label: str = "", older_label: str = ""
) -> dict[str, str]:
    """Links to the rows before and after these, for keyset paging; empty addresses are left out."""
    return {
        "newer": newer,
        "older": older,
        "newer_label": newer_label or _("Newer"),
        "older_label": older_label or _("Older"),
    }


@register.inclusion_tag(FOLDER + "progress.html")
def progress(done: int, total: int, label: str = "") -> dict[str, Any]:
    """How far something is, in counts before a bar. It never says 100% before everything is recorded."""
    return {"done": done, "total": total, "label": label, "percent": 100 * done // total if total else 0}


@register.inclusion_tag(FOLDER + "big_number.html")
def big_number(value: float | None, label: str, href: str = "", tone: str = "") -> dict[str, Any]:
    """One figure that a page is about. `tone` is "", "good", "warning" or "bad"."""
    return {"value": value, "label": label, "href": href, "tone": tone}


@register.inclusion_tag(FOLDER + "bars.html")
def bars(
    rows: Iterable[Any], label: str, heading: str = "", value_heading: str = "", tone: str = ""
) -> dict[str, Any]:
    """Values as a table with bars. A row is (label, value), (label, value, href) or a mapping of those."""
    return {
        "bars": bars_of(rows),
        "label": label,
        "heading": heading,
        "value_heading": value_heading,
        "tone": tone,
    }


# Pieces that hold other markup.


def _around(name: str, content: str, **values: Any) -> SafeString:
    """The partial of a block, drawn around what stands inside the block."""
    drawn: SafeString = render_to_string(FOLDER + name, {"content": content, **values})
    return drawn


@register.simple_block_tag
def notification(content: str, title: str = "", kind: str = "") -> SafeString:
    """A banner at the top of a page: kind is "", "success" or "warning"."""
    titles = {"success": _("Success"), "warning": _("Warning")}
    return _around("notification.html", content, title=title or titles.get(kind, _("Important")), kind=kind)


@register.simple_block_tag
def summary_list(content: str) -> SafeString:
    """What is known about one thing, as `{% row %}`s."""
    return format_html('<dl class="govuk-summary-list">{}</dl>', content)


@register.simple_block_tag(end_name="endrow")
def row(content: str, label: str, href: str = "", action: str = "") -> SafeString:
    """A line of a summary list, with a link that says what to do about it."""
    return _around("row.html", content, label=label, href=href, action=action or _("Change"))


@register.simple_block_tag
def tabs(content: str, label: str) -> SafeString:
    """Views of the same things, as `{% tab %}`s: each is a link, so the address says which is open."""
    return format_html(
        '<nav class="app-tabs" aria-label="{}"><ul class="app-tabs__list">{}</ul></nav>', label, content
    )


@register.simple_tag
def tab(label: str, href: str, current: bool = False, number: int | None = None) -> SafeString:
    here = mark_safe(' aria-current="page"') if current else ""
    figure = (
        format_html(' <span class="app-tabs__count">{}</span>', count_in_words(number))
        if number is not None
        else ""
    )
    return format_html(
        '<li class="app-tabs__item"><a class="app-tabs__link" href="{}"{}>{}{}</a></li>',
        href,
        here,
        label,
        figure,
    )


@register.simple_block_tag
def task_list(content: str) -> SafeString:
    """Things to do, as `{% task %}`s."""
    return format_html('<ul class="govuk-task-list">{}</ul>', content)


@register.inclusion_tag(FOLDER + "task.html")
def task(title: str, href: str, words: str, status: str = "", hint: str = "") -> dict[str, str]:
    """A thing to do, with its state in words."""
    return {
        "title": title,
        "href": href,
        "words": words,
        "status": status,
        "hint": hint,
        "id": f"task-{slugify(title)}",
    }


@register.simple_block_tag
def details(content: str, summary: str) -> SafeString:
    """An explanation that opens when somebody asks for it."""
    return _around("details.html", content, summary=summary)


@register.simple_block_tag
def panel(content: str, title: str) -> SafeString:
    """The news that something was done, large."""
    return format_html(
        '<div class="govuk-panel govuk-panel--confirmation"><h2 class="govuk-panel__title">{}</h2>'
        '<div class="govuk-panel__body">{}</div></div>',
        title,
        content,
    )


@register.simple_block_tag(takes_context=True)
def filters(
    context: Context, content: str, clear: str = "", chosen: Iterable[tuple[str, str]] = ()
) -> SafeString:
    """The form that narrows a list: its fields inside, `chosen` as (words, address without it)."""
    path = context["request"].path if "request" in context else ""
    return _around("filters.html", content, action=path, clear=clear or path, chosen=list(chosen))


@register.simple_block_tag
def conversation(content: str, label: str = "") -> SafeString:
    """A chat, as `{% bubble %}`s in the order they were said."""
    return format_html(
        '<div class="app-conversation" role="log" aria-label="{}">{}</div>',
        label or _("Conversation"),
        content,
    )


@register.simple_block_tag(end_name="endbubble")
def bubble(
    content: str, sender: str, at: Any = None, ours: bool = False, words: str = "", status: str = ""
) -> SafeString:
    """One message: who said it and when, and the status of ours."""
    return _around("bubble.html", content, sender=sender, at=at, ours=ours, words=words, status=status)


@register.simple_block_tag
def timeline(content: str) -> SafeString:
    """What happened, as `{% event %}`s."""
    return format_html('<ol class="app-timeline">{}</ol>', content)


@register.simple_block_tag(end_name="endevent")
def event(content: str, title: str, at: Any = None, by: str = "") -> SafeString:
    return _around("event.html", content.strip(), title=title, at=at, by=by)


@register.simple_block_tag
def nothing(content: str, title: str) -> SafeString:
    """What a page says while it has nothing to show: what will appear, and how to begin."""
    return format_html('<div class="app-empty"><h2 class="govuk-heading-m">{}</h2>{}</div>', title, content)


@register.simple_block_tag
def table_region(content: str, label: str) -> SafeString:
    """A wide table, which scrolls by itself, also with the keyboard."""
    return format_html(
        '<div class="app-table" role="region" aria-label="{}" tabindex="0">{}</div>', label, content
    )
