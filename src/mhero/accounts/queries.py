"""Reads of the accounts room."""

from mhero.accounts.models import User, Workspace
from mhero.accounts.roles import Role


def workspace() -> Workspace:
    """The installation's workspace, made at the first look."""
    return Workspace.objects.get_or_create(id=Workspace.ONLY)[0]


def managers() -> int:
    """How many people could stand in for one another as administrators."""
    return User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).count()


def team_phones() -> set[str]:
    """The E.164 numbers that trial messages may go to."""
    return set(User.objects.filter(is_active=True).exclude(phone="").values_list("phone", flat=True))
