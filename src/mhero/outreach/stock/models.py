"""Products, the rules of reporting, the reports, and what they say is on hand."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.accounts.models import User
from mhero.outreach.periods import PeriodType
from mhero.platform.clock import now
from mhero.platform.ids import new_id
from mhero.registry.models import Place


class Unit(models.TextChoices):
    """What a product is counted in. The values are those of `texts.grammars.UNITS`."""

    TABLET = "tablet", _("tablets")
    CAPSULE = "capsule", _("capsules")
    SACHET = "sachet", _("sachets")
    BOTTLE = "bottle", _("bottles")
    VIAL = "vial", _("vials")
    DOSE = "dose", _("doses")
    TEST = "test", _("tests")
    PAIR = "pair", _("pairs")
    TUBE = "tube", _("tubes")
    PACK = "pack", _("packs")
    BOX = "box", _("boxes")
    PIECE = "piece", _("pieces")


class StockProduct(models.Model):
    """A product that facilities report."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100)
    #: What health workers write, in small letters without accents.
    code = models.CharField(max_length=10, unique=True)
    #: What they may write in its place.
    other_names = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    unit = models.CharField(max_length=10, choices=Unit.choices)
    #: DHIS2's own id of the data element for the stock on hand; empty when it does not go to DHIS2.
    data_element = models.CharField(max_length=20, blank=True, default="")
    #: The kinds of facility that keep it; empty is all.
    facility_types = ArrayField(models.TextField(), default=list, blank=True)
    created_at = models.DateTimeField(default=now)
    #: Nobody is asked for it any more.
    archived_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


#: A quarter is too long to wait for stock.
PERIOD_TYPES = [(one.value, one.label) for one in (PeriodType.MONTHLY, PeriodType.WEEKLY)]


class StockRules(models.Model):
    """Who reports stock, when they are asked, and what is too little: exactly one row."""

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY, editable=False)
    period_type = models.CharField(max_length=10, choices=PERIOD_TYPES, default=PeriodType.MONTHLY)
    #: A report in the first days of a period is about the one before.
    grace_days = models.SmallIntegerField(default=5)
    #: The cadres that report; empty is everybody at a facility.
    cadres = ArrayField(models.TextField(), default=list, blank=True)
    #: Day of the month, or of the week (Monday is 1), on which reporters are asked; None is never.
    ask_on = models.SmallIntegerField(null=True, blank=True)
    ask_at = models.TimeField(default="09:00")
    ask_text = models.TextField(default="", blank=True)
    #: The day on which they were last asked.
    asked_on = models.DateField(null=True)
    #: Months of stock: less is low, more is too much.
    low_below = models.FloatField(default=1)
    high_above = models.FloatField(default=6)
    #: DHIS2's own id of the data set; empty when nothing goes to DHIS2.
    data_set = models.CharField(max_length=20, blank=True, default="")
    #: In whose name reporters are asked.
    changed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="outreach_one_set_of_stock_rules")
        ]


class ReportState(models.TextChoices):
    TAKEN = "taken", _("Taken")
    #: Some amounts are far from what was to be expected: the same text again confirms them.
    TO_CONFIRM = "to_confirm", _("To be confirmed")
    NOT_UNDERSTOOD = "not_understood", _("Not understood")


class StockReport(models.Model):
    """One text about stock, with what was understood of it."""

    #: That of the message, so that a text is one report however often it is taken.
    id = models.UUIDField(primary_key=True, editable=False)
    contact_id = models.UUIDField()
    person_id = models.UUIDField()
    facility = models.ForeignKey(
        Place, on_delete=models.DO_NOTHING, db_constraint=False, related_name="stock_reports"
    )
    period = models.CharField(max_length=10)
    text = models.TextField()
    reported_at = models.DateTimeField()
    state = models.CharField(max_length=15, choices=ReportState.choices)
    #: What waits for the same text again: a list of [metric, product code, number].
    doubted = models.JSONField(default=list)
    language = models.CharField(max_length=2)

    class Meta:
        indexes = [
            models.Index(fields=["facility", "-reported_at"], name="outreach_stock_reports"),
            models.Index(
                fields=["contact_id", "reported_at"],
                condition=models.Q(state="to_confirm"),
                name="outreach_stock_to_confirm",
            ),
        ]


class StockQuestion(models.Model):
    """Which product somebody is asked about, while they tell them one by one."""

    contact_id = models.UUIDField(primary_key=True)
    product = models.ForeignKey(StockProduct, on_delete=models.CASCADE, related_name="+")
    #: In which they are asked.
    language = models.CharField(max_length=2)
    until = models.DateTimeField()


class StockLevel(models.Model):
    """What a facility has of a product in a period, as last reported."""

    id = models.BigAutoField(primary_key=True)
    facility = models.ForeignKey(
        Place, on_delete=models.DO_NOTHING, db_constraint=False, related_name="stock_levels"
    )
    product = models.ForeignKey(StockProduct, on_delete=models.CASCADE, related_name="levels")
    #: As DHIS2 writes it: `202603`, `2026W9`.
    period = models.CharField(max_length=10)
    period_start = models.DateField()
    on_hand = models.IntegerField(null=True)
    received = models.IntegerField(null=True)
    issued = models.IntegerField(null=True)
    #: Used since the period before: told, or what is missing of what there was; None while that is not known.
    used = models.IntegerField(null=True)
    report = models.ForeignKey(StockReport, on_delete=models.CASCADE, related_name="levels")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "product", "period"], name="outreach_one_level_of_a_period"
            )
        ]
        indexes = [models.Index(fields=["period_start", "product"], name="outreach_stock_period")]
