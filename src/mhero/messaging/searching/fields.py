"""The dates that every contact has, beside the fields of type date."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DATES: Final[tuple[tuple[str, Promise], ...]] = (
    ("created_on", _("The day they became known to mHero")),
    ("last_seen_on", _("The day they last wrote")),
)
