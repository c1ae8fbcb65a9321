"""What the codes of the audit trail mean, in words.

The code is the verb of the room that writes it. One that is not here is shown as it is.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, str | Promise] = {
    "account.changed": _("Changed their own account"),
    "audience.archived": _("Put a saved list away"),
    "audience.renamed": _("Renamed a saved list"),
    "audience.saved": _("Saved a list of people"),
    "audit.downloaded": _("Downloaded the audit trail"),
    "broadcast.approved": _("Approved a send"),
    "broadcast.made": _("Started a send"),
    "broadcast.stopped": _("Stopped a send"),
    "channel.changed": _("Changed a channel of the exchange"),
    "channel.added": _("Made a channel of the exchange"),
    "client.certificate_made": _("Gave a system a certificate"),
    "client.changed": _("Changed what a system may read"),
    "client.added": _("Let a system in"),
    "client.password_made": _("Gave a system a password"),
    "connection.changed": _("Changed a connection"),
    "connection.tried": _("Tried a connection"),
    "contact.opted_in": _("Let a person get messages again"),
    "contact.opted_out": _("Opted a person out"),
    "conversation.handled": _("Marked a reply as dealt with"),
    "conversation.read": _("Read a conversation"),
    "inbox.read": _("Read the inbox"),
    "member.changed": _("Changed what a member may do"),
    "member.deactivated": _("Ended a member's access"),
    "member.invited": _("Invited somebody to the team"),
    "member.joined": _("Joined the team"),
    "member.reactivated": _("Gave a member access again"),
    "member.uninvited": _("Withdrew an invitation"),
    "message.read": _("Read a message"),
    "message.replied": _("Answered a person"),
    "message.tested": _("Sent a test message"),
    "messages.exported": _("Downloaded the messages of a send"),
    "messages.listed": _("Read the messages of a send"),
    "password.changed": _("Changed their password"),
    "password.reset": _("Gave a member a one-time password"),
    "people.corrected": _("Corrected a person's number or language"),
    "people.exported": _("Downloaded a list of people"),
    "people.listed": _("Read a list of people"),
    "people.previewed": _("Read messages of a send before it left"),
    "people.read": _("Read people through the exchange"),
    "people.viewed": _("Read about a person"),
    "refused.downloaded": _("Downloaded the refused records"),
    "refused.read": _("Read a refused record"),
    "second_step.added": _("Turned on the second step of sign-in"),
    "second_step.removed": _("Turned off the second step of sign-in"),
    "sending_rules.changed": _("Changed the rules for sending"),
    "sign_in.done": _("Signed in"),
    "sign_in.failed": _("Typed a wrong password"),
    "sign_in.locked": _("Was locked out after wrong passwords"),
    "sign_out.done": _("Signed out"),
    "sms_channel.changed": _("Changed an SMS channel"),
    "sms_channel.made": _("Made an SMS channel"),
    "sync.requested": _("Started a sync"),
    "transaction.read": _("Read what systems sent to each other"),
    "workspace.changed": _("Changed the workspace's settings"),
    "workspace.went_live": _("Made the workspace live"),
}


def in_words(action: str) -> str:
    return str(WORDS.get(action, action))
