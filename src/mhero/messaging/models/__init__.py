"""Contacts, messages, broadcasts and the SMS channels they leave by, in RapidPro's words."""

from mhero.messaging.models.broadcasts import Broadcast, BroadcastStatus, Recipient
from mhero.messaging.models.channels import SMSChannel, SMSChannelType
from mhero.messaging.models.contacts import Contact, ContactStatus, Group, OptOut
from mhero.messaging.models.messages import FINAL, Message, MessageStatus, Received
from mhero.messaging.models.rules import SendingRules

__all__ = [
    "FINAL",
    "Broadcast",
    "BroadcastStatus",
    "Contact",
    "ContactStatus",
    "Group",
    "Message",
    "MessageStatus",
    "OptOut",
    "Received",
    "Recipient",
    "SMSChannel",
    "SMSChannelType",
    "SendingRules",
]
