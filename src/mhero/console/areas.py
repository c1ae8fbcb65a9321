"""The choice of an area of responsibility, from the registry's tree of places."""

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext

from mhero.accounts.forms import WHOLE_COUNTRY
from mhero.accounts.models import User
from mhero.registry.models import Place, PlaceKind


def area_choices(by: User) -> list[tuple[str, str]]:
    """The areas that this person may give to others: their own, and what lies within it."""
    within = Q(level__gt=1) if by.area_id is None else Q(path__contains=[by.area_id])
    areas = Place.objects.filter(within, kind=PlaceKind.JURISDICTION, is_active=True)
    names = {area.id: area for area in areas.only("id", "name", "path", "level")}
    choices = [(str(area.id), _words(area, names)) for area in names.values()]
    choices.sort(key=lambda choice: choice[1])
    return ([(WHOLE_COUNTRY, gettext("The whole country"))] if by.area_id is None else []) + choices


def is_within(by: User, area_id: UUID | None) -> bool:
    """Whether an area lies in that of the person, so that they may decide about its members."""
    if by.area_id is None:
        return True
    return area_id is not None and Place.objects.filter(pk=area_id, path__contains=[by.area_id]).exists()


def area_name(area_id: UUID | None) -> str:
    if area_id is None:
        return gettext("The whole country")
    place = Place.objects.filter(pk=area_id).only("name").first()
    # The registry may have lost the place; its people are then not seen at all.
    return place.name if place else gettext("An area that is not in the registry")


def _words(area: Place, names: dict[UUID, Place]) -> str:
    """ "Bong" or "Bong: Gbarnga", so that a district stands beneath its county."""
    return ": ".join(names[step].name for step in [*area.path[:-1], area.id] if step in names)
