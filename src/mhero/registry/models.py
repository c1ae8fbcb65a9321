"""Places, people, their roles and phone numbers, and every version of the FHIR resources they came as.

A resource is kept twice: whole, as FHIR R4 JSON in `Version`; and as the columns that searching needs. The
columns are derived from the resource and can be rebuilt from it.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.platform.clock import now
from mhero.platform.ids import new_id


class ResourceType(models.TextChoices):
    LOCATION = "Location"
    ORGANIZATION = "Organization"
    PRACTITIONER = "Practitioner"
    PRACTITIONER_ROLE = "PractitionerRole"


class Resource(models.Model):
    """The current state of one FHIR resource: the head of its versions."""

    #: Also the resource's logical id in our FHIR API.
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    type = models.CharField(max_length=20, choices=ResourceType.choices)
    version = models.IntegerField(default=1)
    #: The instant of the version: FHIR's `meta.lastUpdated`.
    updated_at = models.DateTimeField()
    is_deleted = models.BooleanField(default=False)
    #: FHIR R4 JSON with our ids in its references. `{}` when deleted.
    body = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["type", "updated_at", "id"])]


class Version(models.Model):
    """One past or present version of a resource."""

    id = models.BigAutoField(primary_key=True)
    resource_id = models.UUIDField()
    type = models.CharField(max_length=20, choices=ResourceType.choices)
    version = models.IntegerField()
    updated_at = models.DateTimeField()
    is_deleted = models.BooleanField(default=False)
    body = models.JSONField(default=dict)
    #: The source whose news made it.
    source = models.CharField(max_length=50, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resource_id", "version"], name="registry_one_version_of_a_number"
            )
        ]
        indexes = [models.Index(fields=["type", "updated_at"])]


class Origin(models.Model):
    """Which record of which source a resource comes from. The key is never a phone number."""

    id = models.BigAutoField(primary_key=True)
    resource_id = models.UUIDField(db_index=True)
    #: The connection's name, such as `ihris` or `dhis2`.
    source = models.CharField(max_length=50)
    #: The source's own key, such as `Practitioner/123`.
    key = models.CharField(max_length=200)
    #: Digest of what the source sent, so that an unchanged record costs nothing.
    digest = models.CharField(max_length=64)
    #: What the source's record was not quite right about, in words; it came in all the same.
    warnings = ArrayField(models.TextField(), default=list)
    #: What this source said, where several say something about the resource; empty where it is the only one.
    body = models.JSONField(default=dict)
    seen_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="registry_one_origin_of_a_record")
        ]


class Amendment(models.Model):
    """An element of a resource that officers decided, while the sources still say something else."""

    id = models.BigAutoField(primary_key=True)
    resource_id = models.UUIDField()
    #: Such as `telecom`.
    element = models.CharField(max_length=30)
    #: What the sources said when it was made; it stands as long as they do. None when they said nothing.
    base = models.JSONField(null=True)
    value = models.JSONField()
    #: The officer's address.
    by = models.TextField()
    made_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resource_id", "element"], name="registry_one_amendment_of_an_element"
            )
        ]


class PlaceKind(models.TextChoices):
    JURISDICTION = "jurisdiction", _("Area")
    FACILITY = "facility", _("Facility")


class TreeProblem(models.TextChoices):
    NONE = "", _("Fine")
    ORPHAN = "orphan", _("What it belongs to is not known, so it stands at the top")
    LOOP = "loop", _("It belongs to itself by a detour, so it stands at the top")


class Place(models.Model):
    """A country, county, district or facility: a node of the tree. Its id is that of its Location."""

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=12, choices=PlaceKind.choices)
    name = models.TextField()
    #: 1 is the country; what each level is called is in `Level`. One below its parent's.
    level = models.SmallIntegerField(default=1)
    #: The level that the source says it has, for places whose parent is not known; 0 when it says nothing.
    said_level = models.SmallIntegerField(default=0)
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="children"
    )
    #: All places above it and itself, the country first.
    path = ArrayField(models.UUIDField(), default=list)
    tree_problem = models.CharField(
        max_length=10, choices=TreeProblem.choices, default=TreeProblem.NONE, blank=True
    )
    #: Of a facility, such as `Clinic`.
    facility_type = models.TextField(default="")
    ownership = models.TextField(default="")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    #: The outline as GeoJSON, where the source has one.
    outline = models.JSONField(null=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        indexes = [
            GinIndex(fields=["path"], name="registry_place_path"),
            models.Index(fields=["kind", "level", "name"]),
        ]

    def __str__(self) -> str:
        return self.name


class Level(models.Model):
    """What a level of the tree is called: `County`, `District`."""

    level = models.SmallIntegerField(primary_key=True)
    name = models.TextField()


class PhoneState(models.TextChoices):
    """What a person's numbers amount to."""

    USABLE = "usable", _("Has a number that can be texted")
    MISSING = "missing", _("No phone number")
    INVALID = "invalid", _("The number cannot be right")
    SHARED = "shared", _("Shares a number with somebody else")
    AMBIGUOUS = "ambiguous", _("Several numbers in one field")


class Person(models.Model):
    """A health worker, in the columns that searching needs. Its id is that of its Practitioner."""

    id = models.UUIDField(primary_key=True, editable=False)
    name = models.TextField()
    given_name = models.TextField(default="")
    family_name = models.TextField(default="")
    gender = models.CharField(max_length=10, default="")
    #: ISO 639-1 or 639-3 codes, the preferred one first.
    languages = ArrayField(models.TextField(), default=list)
    cadres = ArrayField(models.TextField(), default=list)
    #: Jobs, specialties and qualifications in words.
    skills = ArrayField(models.TextField(), default=list)
    #: The person's own part of `skills`; the other comes from the roles.
    qualifications = ArrayField(models.TextField(), default=list)
    #: The facility or area of the latest open role; of somebody who left, of the last one.
    place = models.ForeignKey(
        Place, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="people"
    )
    #: All places of those roles, with everything above them.
    place_ids = ArrayField(models.UUIDField(), default=list)
    facility_types = ArrayField(models.TextField(), default=list)
    #: Working: active, and with a role that is open today.
    is_active = models.BooleanField(default=True)
    #: What the source says of the person; without an open role it does not mean working.
    said_active = models.BooleanField(default=True)
    #: On leave until this day, inclusive.
    on_leave_until = models.DateField(null=True)
    #: The number to text, E.164; empty unless `phone_state` is usable, shared or ambiguous.
    phone = models.CharField(max_length=20, default="")
    phone_state = models.CharField(max_length=10, choices=PhoneState.choices, default=PhoneState.MISSING)
    #: Set by a person in the console; it outlives later syncs.
    phone_correction = models.CharField(max_length=20, default="", blank=True)
    language_correction = models.CharField(max_length=8, default="", blank=True)
    #: Grows with every change; followers read what is above their own mark.
    change = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        indexes = [
            GinIndex(fields=["place_ids"], name="registry_person_places"),
            GinIndex(fields=["cadres"], name="registry_person_cadres"),
            models.Index(fields=["name", "id"], name="registry_person_name"),
            models.Index(fields=["phone"], name="registry_person_phone"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on_leave(self) -> bool:
        return self.on_leave_until is not None and self.on_leave_until >= now().date()


class PhoneProblem(models.TextChoices):
    NONE = "", _("Fine")
    INVALID = "invalid", _("The number cannot be right")
    SHARED = "shared", _("Somebody else has the same number")
    AMBIGUOUS = "ambiguous", _("Several numbers in one field")


class PhoneNumber(models.Model):
    """One number of a person, with the text as the source had it."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="numbers")
    #: Exactly as the source has it.
    raw = models.TextField()
    #: E.164, or empty when the text holds no number that can be right.
    number = models.CharField(max_length=20, default="", db_index=True)
    #: The text held several numbers.
    is_joined = models.BooleanField(default=False)
    #: 1 is preferred.
    rank = models.SmallIntegerField(default=1)
    #: mobile, work, home …
    use = models.CharField(max_length=10, default="")
    problem = models.CharField(
        max_length=10, choices=PhoneProblem.choices, default=PhoneProblem.NONE, blank=True
    )
    #: Why it cannot be right: a code of `platform.phones`, which has the sentences.
    reason = models.CharField(max_length=20, default="", blank=True)


class Role(models.Model):
    """A post that a person holds or held. Its id is that of its PractitionerRole."""

    id = models.UUIDField(primary_key=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.DO_NOTHING, db_constraint=False, related_name="roles")
    place = models.ForeignKey(
        Place, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="roles"
    )
    job = models.TextField(default="")
    cadre = models.TextField(default="")
    specialties = ArrayField(models.TextField(), default=list)
    start = models.DateField(null=True)
    end = models.DateField(null=True)
    #: What the source says; whether the role is open also depends on `end`.
    is_active = models.BooleanField(default=True)


class Correction(models.Model):
    """What an officer put right about a person by hand. It outlives what the sources say later."""

    class Subject(models.TextChoices):
        NUMBER = "number", _("Phone number")
        LANGUAGE = "language", _("Language")

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="corrections")
    subject = models.CharField(max_length=10, choices=Subject.choices)
    before = models.CharField(max_length=20, blank=True)
    #: Empty when the correction was taken back.
    after = models.CharField(max_length=20, blank=True)
    #: The officer's address.
    by = models.TextField()
    at = models.DateTimeField(default=now)
