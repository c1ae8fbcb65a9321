"""What was answered, one row an answer: the shape in which answers are counted."""

from django.db import models

from mhero.messaging.models.contacts import Contact
from mhero.messaging.models.conversations import FlowRun
from mhero.messaging.models.flows import Flow


class Answer(models.Model):
    """The latest result of one key in one run.

    The database itself keeps these rows in step with `FlowRun.results`, in the statement that changes those,
    so that an answer is in the figures exactly when it is in its run; nothing else writes them. What answers
    are compared by stands in the row, so that counting needs no other table.
    """

    pk = models.CompositePrimaryKey("run_id", "key")
    run = models.ForeignKey(FlowRun, on_delete=models.DO_NOTHING, related_name="answers")
    key = models.TextField()
    contact = models.ForeignKey(Contact, on_delete=models.DO_NOTHING, related_name="+")
    flow = models.ForeignKey(Flow, on_delete=models.DO_NOTHING, related_name="+")
    broadcast_id = models.UUIDField(null=True)
    #: The node that asked.
    node_id = models.UUIDField(null=True)
    #: When the run began.
    started_at = models.DateTimeField()
    cadre = models.TextField()
    county = models.TextField()
    operator = models.TextField()
    gender = models.TextField()
    category = models.TextField()
    value = models.TextField()
    #: The value, where it is a number.
    number = models.FloatField(null=True)
    answered_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "messaging_answer"
