"""What a draft's levers come to, for the page on which it is checked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from mhero.messaging.segments import count
from mhero.outreach.models import Draft
from mhero.outreach.reaching.queries import by_county
from mhero.outreach.reaching.services import planned
from mhero.outreach.services import levers_of


def plan_of(draft: Draft, contacts: Sequence[UUID], starts_at: datetime | None = None) -> dict[str, Any]:
    """What would happen when; nothing where it is one send to all at once."""
    levers = levers_of(draft)
    if levers is None:
        return {}
    people = by_county(contacts)
    plan = planned(levers, sorted(people), starts_at)
    text = next(iter(levers.announcement.values()), "")
    return {
        "levers": levers,
        "plan": plan,
        "waves": [
            (
                wave,
                sum(len(people.get(county, ())) for county in wave.counties),
                [county for county in wave.counties if county],
            )
            for wave in plan.waves
        ],
        "announcement": text,
        "announcement_size": count(text).segments,
    }
