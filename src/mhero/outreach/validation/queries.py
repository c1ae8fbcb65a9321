"""Reads of validation. Whoever shows proposals begins with `proposals_of` the user's area."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet

from mhero.connectors.models import SourceChange
from mhero.outreach.validation.kinds import OPEN_STATES, ProposalState, Subject, Sure
from mhero.outreach.validation.models import Proposal, ValidationRound

#: Both states in which somebody has to decide; what a list shows unless it is asked for others.
OPEN: Final = "open"
ALL: Final = "all"

# Of those who answered more than once the last answer counts.
PROGRESS = """
SELECT r.id, count(a.id), count(v.outcome) FILTER (WHERE v.outcome = 'confirmed'),
       count(v.outcome) FILTER (WHERE v.outcome = 'corrected'),
       count(v.outcome) FILTER (WHERE v.outcome = 'not_me'),
       count(v.outcome) FILTER (WHERE v.outcome = 'unfinished')
FROM outreach_validationround r
JOIN outreach_validationask a ON a.round_id = r.id
LEFT JOIN LATERAL (
    SELECT outcome FROM outreach_validationanswer
    WHERE round_id = a.round_id AND contact_id = a.contact_id ORDER BY answered_at DESC LIMIT 1
) v ON true
WHERE r.id = ANY(%(rounds)s) GROUP BY r.id
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a round is."""

    asked: int = 0
    confirmed: int = 0
    corrected: int = 0
    not_me: int = 0
    unfinished: int = 0

    @property
    def answered(self) -> int:
        return self.confirmed + self.corrected + self.not_me + self.unfinished

    @property
    def silent(self) -> int:
        return self.asked - self.answered


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposalFilter:
    """What the list of proposals shows; its address is the state."""

    #: `open`, `all`, or a state.
    state: str = OPEN
    subject: str = ""
    sure: str = ""
    place: UUID | None = None
    round: UUID | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Of an address; what makes no sense there is no condition."""
        return cls(
            state=_one_of(query.get("state", ""), [ALL, *ProposalState.values]) or OPEN,
            subject=_one_of(query.get("subject", ""), Subject.values),
            sure=_one_of(query.get("sure", ""), Sure.values),
            place=_id(query.get("place", "")),
            round=_id(query.get("round", "")),
        )

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Its parts that say something, for a form that comes back to the same list."""
        said = {"state": "" if self.state == OPEN else self.state, "subject": self.subject}
        said |= {"sure": self.sure, "place": str(self.place or ""), "round": str(self.round or "")}
        return [(name, value) for name, value in said.items() if value]

    @property
    def query(self) -> str:
        return urlencode(self.hidden)

    def but(self, **changes: str | UUID | None) -> str:
        return f"?{replace(self, **changes).query}"  # type: ignore[arg-type]

    def of_these(self, proposals: QuerySet[Proposal]) -> QuerySet[Proposal]:
        if self.state != ALL:
            states = OPEN_STATES if self.state == OPEN else (self.state,)
            proposals = proposals.filter(state__in=states)
        if self.subject:
            proposals = proposals.filter(subject=self.subject)
        if self.sure:
            proposals = proposals.filter(sure=self.sure)
        if self.place:
            proposals = proposals.filter(place_ids__contains=[self.place])
        return proposals.filter(round_id=self.round) if self.round else proposals


def proposals_of(area_id: UUID | None) -> QuerySet[Proposal]:
    """The proposals about people and facilities of an area; None is the whole country."""
    found = Proposal.objects.all()
    return found if area_id is None else found.filter(place_ids__contains=[area_id])


def rounds_of(area_id: UUID | None) -> QuerySet[ValidationRound]:
    """The rounds that colleagues of the area made, the latest first."""
    rounds = ValidationRound.objects.select_related("owner").order_by("-created_at")
    return rounds if area_id is None else rounds.filter(area_id=area_id)


def open_by_county(area_id: UUID | None) -> dict[UUID | None, int]:
    """How many proposals wait, by county."""
    waiting = proposals_of(area_id).filter(state__in=OPEN_STATES)
    # The second place of a path: below the country.
    return dict(waiting.order_by().values_list("place_ids__1").annotate(Count("id")))


def progress_of(rounds: list[ValidationRound]) -> dict[UUID, Progress]:
    with connection.cursor() as cursor:
        cursor.execute(PROGRESS, {"rounds": [round.id for round in rounds]})
        return {
            id: Progress(
                asked=asked, confirmed=confirmed, corrected=corrected, not_me=not_me, unfinished=unfinished
            )
            for id, asked, confirmed, corrected, not_me, unfinished in cursor.fetchall()
        }


def changes_of(proposals: list[Proposal]) -> dict[UUID, SourceChange]:
    """Where accepted corrections stand on their way to the system that the record came from."""
    changes = SourceChange.objects.filter(ref__in=[proposal.id for proposal in proposals])
    return {change.ref: change for change in changes}


def _one_of(text: str, known: list[str]) -> str:
    return text if text in known else ""


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
