"""Contacts, messages, broadcasts and the SMS channels they leave by, in RapidPro's words."""

from mhero.messaging.models.answers import Answer
from mhero.messaging.models.broadcasts import Broadcast, BroadcastStatus, Recipient
from mhero.messaging.models.campaigns import (
    Campaign,
    CampaignPoint,
    Firing,
    FiringState,
    OffsetUnit,
    Searched,
    StartMode,
)
from mhero.messaging.models.channels import (
    ChannelLogEntry,
    ContactAddress,
    ShareReason,
    SMSChannel,
    SMSChannelType,
)
from mhero.messaging.models.commands import CommandDialogue, CommandText
from mhero.messaging.models.contacts import Contact, ContactStatus, Group, OptOut
from mhero.messaging.models.conversations import (
    ContactEvent,
    ContactEventKind,
    ConversationStatus,
    FlowRun,
    Session,
    StepCount,
)
from mhero.messaging.models.flows import (
    ContactField,
    FieldType,
    Flow,
    FlowFile,
    FlowRevision,
    Global,
    Label,
    LabelledMessage,
    Trigger,
    TriggerType,
)
from mhero.messaging.models.messages import FINAL, Message, MessageStatus, Received
from mhero.messaging.models.rules import SendingRules

__all__ = [
    "FINAL",
    "Answer",
    "Broadcast",
    "BroadcastStatus",
    "Campaign",
    "CampaignPoint",
    "ChannelLogEntry",
    "CommandDialogue",
    "CommandText",
    "Contact",
    "ContactAddress",
    "ContactEvent",
    "ContactEventKind",
    "ContactField",
    "ContactStatus",
    "ConversationStatus",
    "FieldType",
    "Firing",
    "FiringState",
    "Flow",
    "FlowFile",
    "FlowRevision",
    "FlowRun",
    "Global",
    "Group",
    "Label",
    "LabelledMessage",
    "Message",
    "MessageStatus",
    "OffsetUnit",
    "OptOut",
    "Received",
    "Recipient",
    "SMSChannel",
    "SMSChannelType",
    "Searched",
    "SendingRules",
    "Session",
    "ShareReason",
    "StartMode",
    "StepCount",
    "Trigger",
    "TriggerType",
]
