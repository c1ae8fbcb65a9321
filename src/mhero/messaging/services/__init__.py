"""The verbs of the conversation service, for the rooms above."""

from mhero.messaging.services.broadcasts import (
    BroadcastOrder,
    approve_broadcast,
    make_broadcast,
    stop_broadcast,
)
from mhero.messaging.services.channels import create_sms_channel
from mhero.messaging.services.contacts import ContactState, follow_contacts
from mhero.messaging.services.conversations import mark_handled, reply, send_test
from mhero.messaging.services.flows import (
    archive_flow,
    create_flow,
    duplicate_flow,
    publish_flow,
    rename_flow,
    restore_flow,
    restore_revision,
    save_revision,
)
from mhero.messaging.services.opt_outs import opt_in, opt_out
from mhero.messaging.services.questions import keep_questions, ready_to_send, save_questions

__all__ = [
    "BroadcastOrder",
    "ContactState",
    "approve_broadcast",
    "archive_flow",
    "create_flow",
    "create_sms_channel",
    "duplicate_flow",
    "follow_contacts",
    "keep_questions",
    "make_broadcast",
    "mark_handled",
    "opt_in",
    "opt_out",
    "publish_flow",
    "ready_to_send",
    "rename_flow",
    "reply",
    "restore_flow",
    "restore_revision",
    "save_questions",
    "save_revision",
    "send_test",
    "stop_broadcast",
]
