"""People who use the console, their workspace, and the trail of what they did."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.accounts.roles import PERMISSIONS, PERMISSIONS_OF, Role
from mhero.platform.clock import now
from mhero.platform.ids import new_id


class People(BaseUserManager["User"]):
    """Finds users by their address, in whatever case it is typed."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username or "")

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in to the console."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=30, choices=Role.choices, default=Role.VIEWER)
    #: The registry's place this person is responsible for; None is the whole country.
    area_id = models.UUIDField(null=True, blank=True)
    #: The mobile number for trial messages, E.164.
    phone = models.CharField(_("mobile phone"), max_length=20, blank=True)
    locale = models.CharField(_("language"), max_length=8, default="en")
    is_active = models.BooleanField(default=True)
    #: Set with a one-time password: the first page after sign-in asks for a new one.
    must_change_password = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=now)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email

    def may(self, permission: str) -> bool:
        """Whether the person's role allows it; an unknown permission is a programming error."""
        if permission not in PERMISSIONS:
            raise KeyError(permission)
        return self.is_active and permission in PERMISSIONS_OF.get(self.role, frozenset())

    @property
    def whole_country(self) -> bool:
        return self.area_id is None


class Workspace(models.Model):
    """The country or programme that this installation serves: exactly one row."""

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY, editable=False)
    name = models.CharField(_("name"), max_length=100, default="mHero")
    #: ISO 3166-1 alpha-2, which also says how national phone numbers are read.
    country_code = models.CharField(_("country"), max_length=2, default="LR")
    time_zone = models.CharField(_("time zone"), max_length=50, default="Africa/Monrovia")
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    #: Until then only the team's own phones can be texted.
    went_live_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="accounts_one_workspace")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        return self.went_live_at is not None


class Invitation(models.Model):
    """An open invitation to join the team. Only the digest of its secret is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("email address"))
    role = models.CharField(_("role"), max_length=30, choices=Role.choices, default=Role.VIEWER)
    area_id = models.UUIDField(null=True, blank=True)
    invited_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    secret_digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)


class AuditEvent(models.Model):
    """Somebody read or did something. Partitioned by month; never changed once written."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    #: The person, or None for a machine.
    user_id = models.UUIDField(null=True)
    #: The name as it was then: an email address, a client's id or a process.
    actor = models.TextField()
    #: A verb of the room that wrote it, such as `people.listed` or `message.sent`.
    action = models.TextField()
    #: What it was done to, in words without personal data.
    object = models.TextField()
    #: How many people's data it concerned.
    people = models.IntegerField(default=0)
    detail = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True)

    class Meta:
        managed = False
        db_table = "accounts_auditevent"
