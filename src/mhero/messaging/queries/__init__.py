"""The reads of the conversation service, for its own pages and the rooms above."""

from mhero.messaging.queries.broadcasts import Progress, broadcasts_of, messages_of, progress_of
from mhero.messaging.queries.inbox import conversation_of, conversations, may_see
from mhero.messaging.queries.usage import months

__all__ = [
    "Progress",
    "broadcasts_of",
    "conversation_of",
    "conversations",
    "may_see",
    "messages_of",
    "months",
    "progress_of",
]
