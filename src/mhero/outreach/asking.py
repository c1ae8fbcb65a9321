"""A send that asks questions: what is asked, and how it begins for each person."""

from mhero.flows.errors import FlowError
from mhero.messaging.models import Contact, Flow
from mhero.messaging.queries.questions import Askable, askable
from mhero.messaging.questions.talk import talk
from mhero.messaging.simulator import contact_of
from mhero.outreach.models import Draft
from mhero.outreach.recipients import Addressee
from mhero.platform.clock import now


def asked_by(draft: Draft) -> Askable | None:
    """What the draft asks; None for a message, and for a flow that is no longer there."""
    flow = Flow.objects.filter(id=draft.flow_id).first() if draft.flow_id else None
    return askable(flow) if flow else None


def first_words_for(draft: Draft, reader: Addressee | None) -> str:
    """What a person gets before the first answer, in the person's language; as written without a person."""
    asked = asked_by(draft)
    if asked is None or asked.definition is None:
        return ""
    if reader is None:
        return asked.first_words
    contact = contact_of(Contact.objects.get(id=reader.id))
    try:
        heard = talk(asked.definition, at=now(), contact=contact)
    except FlowError:
        return asked.first_words
    return "\n".join(line.text for line in heard.lines)
