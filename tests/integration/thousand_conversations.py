"""Fills an installation for the kill test: a thousand people, three questions, and their send.

Run as a program of its own, with the installation's `MHERO_HOME` and `DATABASE_URL`; the argument is the
address of the phone network.
"""

import sys
from datetime import timedelta
from uuid import UUID, uuid4

PEOPLE = 1_000
NUMBERS = [f"+23177{index:07d}" for index in range(PEOPLE)]


def main(phones: str) -> None:
    import django

    django.setup()
    from tests.integration.messaging.flows import survey

    from mhero.accounts.models import User, Workspace
    from mhero.messaging.circumstances import Watched
    from mhero.messaging.models import Contact, SendingRules
    from mhero.messaging.services import (
        BroadcastOrder,
        ContactState,
        create_sms_channel,
        follow_contacts,
        make_broadcast,
    )
    from mhero.messaging.services.flows import create_flow, publish_flow
    from mhero.platform.clock import now

    Workspace.objects.update_or_create(id=1, defaults={"went_live_at": now()})
    SendingRules.objects.update_or_create(
        id=1, defaults={"hold_seconds": 0, "quiet_from": "00:00", "quiet_until": "00:00"}
    )
    channel = create_sms_channel(
        type="external", name="Sandbox", address="1234", send_url=f"{phones}/send", rate=400
    )
    states = [
        ContactState(person_id=uuid4(), number=number, name=f"Nurse {number[-4:]}", change=1)
        for number in NUMBERS
    ]
    follow_contacts(states)
    korto = User.objects.create_user("korto@example.org", name="Korto", role="administrator")
    flow_id = UUID(survey()["uuid"])
    create_flow("Three questions", korto, definition=survey(), flow_id=flow_id)
    publish_flow(flow_id, korto)
    contacts = Contact.objects.filter(number__in=NUMBERS).values_list("id", flat=True)
    make_broadcast(
        BroadcastOrder(
            name="Vaccine",
            text="",
            flow_id=flow_id,
            contact_ids=list(contacts),
            created_by=korto,
            sms_channel_id=channel.id,
            # By then the worker has seen that the workspace is live.
            starts_at=now() + timedelta(seconds=Watched.SECONDS + 1),
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
