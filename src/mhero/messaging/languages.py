"""The languages that contacts speak, for texts that are written in several."""

from django.db.models import Count

from mhero.messaging.models import Contact, ContactStatus

#: More boxes than these nobody fills in.
MOST = 3
FALLBACK = "eng"


def spoken() -> list[str]:
    """The most frequent ones (ISO 639-3), the first of them as the language of everybody else."""
    found = Contact.objects.filter(status=ContactStatus.ACTIVE).exclude(language="")
    counted = found.values_list("language").annotate(people=Count("id")).order_by("-people", "language")
    return [language for language, _ in counted[:MOST]] or [FALLBACK]
