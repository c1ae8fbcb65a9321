"""Telling those who reported what DHIS2 did not take, each once, in words.

A refused value is news once, whatever it was told by: so all that report to DHIS2 tell of theirs together.
"""

from typing import Final

from django.db import transaction

from mhero.connectors.services import refusals_to_tell, told
from mhero.outreach.assessments import refused as assessments
from mhero.outreach.stock import alerts as stock
from mhero.platform.clock import Clock, now

AT_ONCE: Final = 200


def tell_of_refusals(clock: Clock = now) -> bool:
    """True while there may be more."""
    at = clock()
    with transaction.atomic():
        refusals = refusals_to_tell(AT_ONCE)
        stock.tell_of_refused(refusals, at)
        assessments.tell_of_refused(refusals, at)
        told(refusals)
    return len(refusals) == AT_ONCE
