"""A list for questions and reminders, made of a saved list or of the people of a filter."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from mhero.accounts.access import SignedInRequest, requires
from mhero.messaging.errors import NameTaken
from mhero.messaging.models import Contact, Group
from mhero.messaging.services.groups import add_members, create_group
from mhero.outreach import queries
from mhero.outreach.audience import Filter
from mhero.outreach.reach import Reach
from mhero.outreach.recipients import contact_ids
from mhero.registry.filters import PeopleFilter
from mhero.registry.queries import people_of


class ListFromForm(forms.Form):
    all_optional = True

    into = forms.ModelChoiceField(
        label=_("Put them into a list that there is"),
        queryset=Group.objects.none(),
        required=False,
        empty_label=_("No: make a new list"),
    )
    name = forms.CharField(label=_("Name of the new list"), required=False, max_length=64)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        named = Group.objects.filter(query="", follows_registry=False, is_archived=False).order_by("name")
        self.fields["into"].queryset = named  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("into") and not cleaned.get("name"):
            self.add_error("name", gettext("Give the list a name."))
        return cleaned


@requires("messages.send")
@require_http_methods(["GET", "HEAD", "POST"])
def list_from(request: SignedInRequest) -> HttpResponse:
    """Those whom the address chooses, as they are now: `audience`, or the People page's own filter."""
    people = _people(request)
    form = ListFromForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        group = form.cleaned_data["into"]
        try:
            if group is None:
                group = create_group(form.cleaned_data["name"], people, request.user)
            else:
                add_members(group, people, request.user)
        except NameTaken:
            form.add_error("name", gettext("There is a list with this name already. Choose another name."))
        else:
            messages.success(request, gettext("The people are in the list."))
            return redirect("list", group_id=group.id)
    return render(request, "outreach/list_from.html", {"form": form, "people": len(people)})


def _people(request: SignedInRequest) -> list[UUID]:
    audience = request.GET.get("audience")
    if audience:
        try:
            found = get_object_or_404(queries.audiences(), id=UUID(audience))
        except ValueError as error:
            raise BadRequest("The saved list is not an identifier.") from error
        return contact_ids(Filter.from_json(found.filter), Reach.of(request.user).as_if_live())
    chosen = PeopleFilter.of(request.GET).of_these(people_of(request.user.area_id))
    return list(Contact.objects.filter(person_id__in=chosen.values("id")).values_list("id", flat=True))
