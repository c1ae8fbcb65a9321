"""What the team's pages refuse to do. The docstring is the message, and the pages say it translated."""

from mhero.platform.errors import MheroError


class AccountsError(MheroError):
    """This cannot be done with the team."""

    code = "accounts"


class LastAdministrator(AccountsError):
    """There must be at least one administrator. Make somebody else an administrator first."""

    code = "last_administrator"


class OwnAccount(AccountsError):
    """You cannot change what you may do yourself. Ask another administrator."""

    code = "own_account"


class AlreadyOnTeam(AccountsError):
    """This person is on the team already."""

    code = "already_on_team"


class InvitationOver(AccountsError):
    """This invitation was used already, or is too old."""

    code = "invitation_over"


class AlreadyLive(AccountsError):
    """This workspace is live already."""

    code = "already_live"
