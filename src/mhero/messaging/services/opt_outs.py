"""Opting somebody out, or in again, by hand."""

from django.db import connection, transaction

from mhero.accounts.authors import Author
from mhero.accounts.services import record_audit
from mhero.messaging.models import Contact
from mhero.messaging.services.sessions import end_sessions
from mhero.messaging.taking.statements import OPT_IN, OPT_OUT
from mhero.platform.clock import now


def opt_out(number: str, by: Author) -> None:
    """From now on nothing is sent to the number; what waits for it is cancelled."""
    with transaction.atomic(), connection.cursor() as cursor:
        contacts = list(Contact.objects.filter(number=number).values_list("id", flat=True))
        end_sessions("opted_out", contacts=contacts)
        cursor.execute(OPT_OUT, {"numbers": [number], "by": [by.email], "now": now()})
        record_audit("contact.opted_out", "a contact", user=by, people=1)


def opt_in(number: str, by: Author) -> None:
    """The number may be texted again, because its owner said so."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(OPT_IN, {"numbers": [number]})
        record_audit("contact.opted_in", "a contact", user=by, people=1)
