"""What a proposal is about, in the registry: the resource, what it says now, and what can be chosen."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext

from mhero.accounts.queries import workspace
from mhero.outreach.validation.kinds import Subject
from mhero.outreach.validation.matching import Known
from mhero.registry import editing
from mhero.registry.models import Person, Place, PlaceKind, Resource, Role
from mhero.registry.queries import names_of

OF_PERSON = (Subject.NAME, Subject.PHONE)
OF_POST = (Subject.JOB, Subject.PLACE, Subject.WORK)
OF_PLACE = (Subject.STATUS, Subject.PLACE_PHONE, Subject.SERVICES)
#: The position of a county in a place's path.
COUNTY = 1


def resource_of(subject: str, person_id: UUID | None, place_id: UUID | None) -> Resource | None:
    """The resource that the subject is a part of."""
    if subject in OF_PERSON:
        return _resource(person_id)
    if subject in OF_PLACE:
        return _resource(place_id)
    # Who left a facility left the post there, wherever else they work by now.
    at = place_id if subject == Subject.WORK else None
    post = post_of(person_id, at) if subject in OF_POST and person_id else None
    return _resource(post.id if post else None)


def _resource(id: UUID | None) -> Resource | None:
    return Resource.objects.filter(id=id, is_deleted=False).first() if id else None


def post_of(person_id: UUID, at: UUID | None = None) -> Role | None:
    """The post that somebody is known by: at the place where they work, the latest; or that at one place."""
    person = Person.objects.filter(id=person_id).first()
    posts = list(Role.objects.filter(person_id=person_id).order_by("-is_active", "-start", "id"))
    if at:
        return next((post for post in posts if post.place_id == at), None)
    here = [post for post in posts if person and post.place_id == person.place_id]
    return next(iter(here or posts), None)


def says(subject: str, resource: Resource) -> str:
    """What the registry says, to be compared."""
    told = editing.PARTS[subject].read(resource.body, workspace().country_code)
    return told.rpartition("/")[2] if subject == Subject.PLACE else told


def words_of(subject: str, told: str) -> str:
    """What is kept of it in words: names of places, everything else as it is."""
    if subject == Subject.PLACE and told:
        return place_words(UUID(told))
    return told


def place_words(place_id: UUID) -> str:
    """ "Phebe Hospital, Suakoko, Bong"."""
    path = Place.objects.filter(id=place_id).values_list("path", flat=True).first() or []
    names = names_of(path)
    return ", ".join(names[step].strip() for step in reversed(path[1:] or path) if step in names)


def shown(subject: str, told: str, words: str) -> str:
    """What a page says: codes in its own language, everything else as it was kept."""
    codes = {
        (Subject.WORK, editing.WORKING): gettext("Works there"),
        (Subject.WORK, editing.LEFT): gettext("Has left"),
        (Subject.STATUS, editing.ACTIVE): gettext("Open"),
        (Subject.STATUS, editing.INACTIVE): gettext("Closed"),
    }
    return codes.get((Subject(subject), told)) or words or told


def jobs() -> list[str]:
    """What posts are called, of those that somebody holds."""
    held = Role.objects.filter(is_active=True).exclude(job="")
    return sorted(held.order_by().values_list("job", flat=True).distinct())


def codes_of(job: str) -> list[dict[str, object]] | None:
    """How the registry writes a job, with its cadre; None when nobody holds it."""
    post = Role.objects.filter(job=job, is_active=True).order_by("id").first()
    body = Resource.objects.filter(id=post.id).values_list("body", flat=True).first() if post else None
    return body.get("code") if body else None


def facilities(near: Iterable[UUID]) -> list[Known[UUID]]:
    """Every open facility; those of the same county are near."""
    county = next(iter(list(near)[COUNTY : COUNTY + 1]), None)
    open_ = Place.objects.filter(kind=PlaceKind.FACILITY, is_active=True)
    return [
        Known(name=name, value=id, is_near=county in path)
        for id, name, path in open_.values_list("id", "name", "path")
    ]
