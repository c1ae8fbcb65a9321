"""A point of a campaign in words: "2 days before Date of training, at 9:00"."""

from datetime import time

from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mhero.messaging.models import CampaignPoint


def when_in_words(point: CampaignPoint, date: str) -> str:
    """`date`: what the point's date is called."""
    amount = abs(point.offset)
    if not amount:
        words = _("On the date: %(date)s") % {"date": date}
    elif point.offset < 0:
        words = _before(point.unit, amount) % {"n": amount, "date": date}
    else:
        words = _after(point.unit, amount) % {"n": amount, "date": date}
    if point.delivery_hour == CampaignPoint.NO_HOUR:
        return words
    at = time_format(time(point.delivery_hour), "TIME_FORMAT")
    return _("%(when)s, at %(time)s") % {"when": words, "time": at}


def _before(unit: str, n: int) -> str:
    match unit:
        case "M":
            return ngettext("%(n)s minute before: %(date)s", "%(n)s minutes before: %(date)s", n)
        case "H":
            return ngettext("%(n)s hour before: %(date)s", "%(n)s hours before: %(date)s", n)
        case "D":
            return ngettext("%(n)s day before: %(date)s", "%(n)s days before: %(date)s", n)
        case _:
            return ngettext("%(n)s week before: %(date)s", "%(n)s weeks before: %(date)s", n)


def _after(unit: str, n: int) -> str:
    match unit:
        case "M":
            return ngettext("%(n)s minute after: %(date)s", "%(n)s minutes after: %(date)s", n)
        case "H":
            return ngettext("%(n)s hour after: %(date)s", "%(n)s hours after: %(date)s", n)
        case "D":
            return ngettext("%(n)s day after: %(date)s", "%(n)s days after: %(date)s", n)
        case _:
            return ngettext("%(n)s week after: %(date)s", "%(n)s weeks after: %(date)s", n)
