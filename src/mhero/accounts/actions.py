"""What the codes of the audit trail mean, in words.

The code is the verb of the room that writes it. One that is not here is shown as it is.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, str | Promise] = {
    "account.changed": _("Changed their own account"),
    "audit.downloaded": _("Downloaded the audit trail"),
    "member.changed": _("Changed what a member may do"),
    "member.deactivated": _("Ended a member's access"),
    "member.invited": _("Invited somebody to the team"),
    "member.joined": _("Joined the team"),
    "member.reactivated": _("Gave a member access again"),
    "member.uninvited": _("Withdrew an invitation"),
    "password.changed": _("Changed their password"),
    "password.reset": _("Gave a member a one-time password"),
    "second_step.added": _("Turned on the second step of sign-in"),
    "second_step.removed": _("Turned off the second step of sign-in"),
    "sign_in.done": _("Signed in"),
    "sign_in.failed": _("Typed a wrong password"),
    "sign_in.locked": _("Was locked out after wrong passwords"),
    "sign_out.done": _("Signed out"),
    "workspace.changed": _("Changed the workspace's settings"),
    "workspace.went_live": _("Made the workspace live"),
}


def in_words(action: str) -> str:
    return str(WORDS.get(action, action))
