"""Writing questions: cards on one page, a phone beside them, and what it costs."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages as news
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.queries import workspace
from mhero.flows.errors import FlowError
from mhero.flows.locations import hierarchy
from mhero.messaging.circumstances import rules
from mhero.messaging.errors import FlowChangedMeanwhile
from mhero.messaging.forms_of_flows import WRITTEN, language_choices
from mhero.messaging.models import Flow
from mhero.messaging.places import tree
from mhero.messaging.questions import texts
from mhero.messaging.questions.cards import cards
from mhero.messaging.questions.content import MOST_REPEATS, WAITS_HOURS, Questions
from mhero.messaging.questions.definition import definition
from mhero.messaging.questions.problems import Problem, missing_in, problems
from mhero.messaging.questions.talk import Talk, talk
from mhero.messaging.questions.typed import acted, blank, finished, read
from mhero.messaging.questions.weight import Weight, weigh
from mhero.messaging.segments import Segments, count
from mhero.messaging.services import keep_questions, save_questions
from mhero.messaging.simulator import example_contact
from mhero.platform.clock import now

LONGEST_NAME = 64
LONGEST_ANSWER = 1600
NEW = UUID(int=1)
#: Where somebody was who came to write what an assessment asks.
ASSESSMENT = "assessment"


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """The page as it stands: what is kept, or what was typed over it."""

    whole: Questions
    name: str
    #: The language whose texts are shown.
    language: str
    flow: Flow | None = None

    @property
    def language_tag(self) -> str:
        """As pages name it."""
        return WRITTEN.get(self.language, self.language)

    @property
    def is_base(self) -> bool:
        return self.language == self.whole.language


@requires("flows.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def questions_new(request: SignedInRequest) -> HttpResponse:
    base = "fra" if (get_language() or "").startswith("fr") else "eng"
    if request.method == "POST":
        return _posted(request, Page(whole=blank(base), name="", language=base))
    return _shown(request, Page(whole=blank(base), name="", language=base))


@requires("flows.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def questions_edit(request: SignedInRequest, flow_id: UUID) -> HttpResponse:
    flow = get_object_or_404(Flow, id=flow_id)
    if not flow.questions:
        news.warning(request, _("This flow says more than this page can show. Change it in the editor."))
        return redirect("flow", flow_id=flow.id)
    whole = Questions.from_json(flow.questions)
    page = Page(whole=whole, name=flow.name, language=_language(whole, request.GET), flow=flow)
    return _posted(request, page) if request.method == "POST" else _shown(request, page)


@requires("flows.edit")
@require_POST
def questions_look(request: SignedInRequest, flow_id: UUID | None = None) -> HttpResponse:
    """What stands beside the cards, for what is typed at this moment. Nothing is kept."""
    flow = get_object_or_404(Flow, id=flow_id) if flow_id else None
    base = (
        Questions.from_json((flow and flow.questions) or {}) if flow else blank(request.POST.get("in", "eng"))
    )
    page = _typed(request, Page(whole=base, name="", language=base.language, flow=flow))
    return render(request, "messaging/questions_look.html", _look(request, page))


def _posted(request: SignedInRequest, page: Page) -> HttpResponse:
    """Keeps what was typed, then does what the button says."""
    page = _typed(request, page)
    act = request.POST.get("do", "save")
    whole = acted(page.whole, act)
    saves = act in ("save", "continue")
    wrong = problems(finished(whole)) if saves else []
    if saves and not page.name:
        wrong.insert(0, Problem(control="name", words=_("Give the questions a name.")))
    try:
        flow = keep_questions(
            page.flow.id if page.flow else None,
            page.name or _("Questions without a name"),
            whole,
            request.user,
            based_on=_number(request.POST.get("based_on")),
        )
        if saves and not wrong:
            flow = save_questions(flow.id, request.user)
    except FlowChangedMeanwhile as error:
        words = _("%(who)s changed these questions meanwhile. Open them in another window and compare.")
        wrong = [Problem(control="name", words=words % {"who": error.saved_by})]
        return _shown(request, page, wrong)
    if wrong:
        news.success(request, _("Kept as a draft."))
        kept = Page(whole=whole, name=page.name, language=whole.language, flow=flow)
        return _shown(request, kept, wrong)
    if act == "continue":
        return redirect(_onward(request, flow))
    if act == "save":
        news.success(request, _saved_words(flow))
    return redirect(_address(request, flow, page, whole, act))


def _saved_words(flow: Flow) -> str:
    if flow.published_revision is None or flow.published_revision == flow.latest_revision:
        return _("Saved. Nobody is asked until you send the questions.")
    return _("Saved. People meet the new words once you send the questions again.")


def _onward(request: SignedInRequest, flow: Flow) -> str:
    """To the people: those that were chosen already, or to choose them; or to the assessment that asks."""
    try:
        if request.GET.get("then") == ASSESSMENT:
            return f"{reverse('assessment_new')}?{urlencode({'flow': flow.id})}"
        if draft := _uuid(request.GET.get("send")):
            return f"{reverse('send_ask', args=[draft])}?{urlencode({'flow': flow.id})}"
        return f"{reverse('send')}?{urlencode({'flow': flow.id})}"
    except NoReverseMatch:
        return reverse("flow", args=[flow.id])


def _address(request: SignedInRequest, flow: Flow, page: Page, whole: Questions, act: str) -> str:
    """This page again, at the card that the button was about."""
    what, _colon, which = act.partition(":")
    query = {name: request.GET.get(name) for name in ("send", "then")}
    query["language"] = None if page.is_base else page.language
    anchor = ""
    if what in ("tab", "language") and which in whole.languages:
        query["language"] = None if which == whole.language else which
    elif what == "add" and whole.questions:
        anchor = whole.questions[-1].id
    elif whole.question(which):
        anchor = which
    said = urlencode({key: value for key, value in query.items() if value})
    path = reverse("questions_edit", args=[flow.id])
    return f"{path}{'?' if said else ''}{said}{'#' if anchor else ''}{anchor}"


# What is shown


def _shown(request: SignedInRequest, page: Page, wrong: list[Problem] | None = None) -> HttpResponse:
    whole = page.whole
    by_control = {problem.control: problem.words for problem in reversed(wrong or [])}
    context = {
        "page": page,
        "whole": whole,
        "removed_text": whole.removed.text.get(whole.language, "") if whole.removed else "",
        "flow": page.flow,
        "cards": cards(whole, page.language, by_control),
        **{name: _around(page, name, by_control) for name in ("introduction", "thanks", "not_understood")},
        "tabs": [
            (code, dict(language_choices()).get(code, code), missing_in(whole, code))
            for code in whole.languages
        ],
        "languages": [(code, name) for code, name in language_choices() if code not in whole.languages],
        "repeats": range(MOST_REPEATS + 1),
        "waits": WAITS_HOURS,
        "problems": [(problem.control, problem.words) for problem in wrong or []],
        "errors": by_control,
        "was_sent": bool(page.flow and page.flow.published_revision is not None),
        "sends_on": bool(_uuid(request.GET.get("send"))) or request.GET.get("then") == ASSESSMENT,
        "can_send": request.user.may("messages.send"),
        **_look(request, page),
    }
    return render(request, "messaging/questions.html", context)


def _around(page: Page, name: str, wrong: dict[str, str]) -> dict[str, str]:
    """One of the texts around the questions."""
    written = getattr(page.whole, name)
    return {
        "name": name,
        "written": written.get(page.language, ""),
        "base": written.get(page.whole.language, ""),
        "error": wrong.get(name, ""),
    }


def _look(request: SignedInRequest, page: Page) -> dict[str, Any]:
    """The phone and the counts."""
    whole = finished(page.whole)
    said = [text[:LONGEST_ANSWER] for text in request.POST.getlist("said")]
    answer = request.POST.get("answer", "").strip()[:LONGEST_ANSWER]
    if "again" in request.POST:
        said, answer = [], ""
    said += [answer] if answer else []
    weight, tried = _weighed_and_tried(whole, page, said)
    return {
        "flow": page.flow,
        "weight": weight,
        "talk": tried,
        "said": said,
        "price": _price(weight.most) if weight else None,
        "repeats_questions": whole.repeats > 0,
        "counted": [
            (number, question.id, _count(whole, number, page.language))
            for number, question in enumerate(whole.questions, 1)
        ],
    }


def _weighed_and_tried(whole: Questions, page: Page, said: list[str]) -> tuple[Weight | None, Talk | None]:
    """Nothing for what cannot be asked yet."""
    if problems(whole):
        return None, None
    made = definition(whole, page.flow.id if page.flow else NEW, page.name or "Questions")
    places = tree()
    try:
        tried = talk(
            made,
            said,
            at=now(),
            contact={**example_contact(), "language": page.language},
            zone=ZoneInfo(workspace().time_zone),
            locations=hierarchy(places) if places else None,
        )
    except FlowError:
        return weigh(made), None
    return weigh(made), tried


def _price(segments: int) -> Decimal | None:
    """What so many SMS cost with the dearest operator; None while no price is known."""
    prices = [Decimal(each) for each in rules().prices.values() if re.fullmatch(r"\d+(\.\d+)?", each)]
    return segments * max(prices) if prices else None


def _count(whole: Questions, number: int, language: str) -> Segments:
    question = whole.questions[number - 1]
    text = texts.first_message(whole, language) if number == 1 else texts.asked(whole, question, language)
    return count(text)


def _typed(request: SignedInRequest, page: Page) -> Page:
    whole = read(request.POST, page.whole)  # type: ignore[arg-type]
    name = " ".join(request.POST.get("name", page.name).replace("\x00", "").split())[:LONGEST_NAME]
    language = request.POST.get("in", page.language)
    return Page(
        whole=whole,
        name=name,
        language=language if language in whole.languages else whole.language,
        flow=page.flow,
    )


def _language(whole: Questions, query: QueryDict) -> str:
    asked = query.get("language", "")
    return asked if asked in whole.translations else whole.language


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
