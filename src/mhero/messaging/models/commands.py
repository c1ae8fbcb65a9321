"""Texts that are commands, until they have been dealt with."""

from django.db import models


class CommandText(models.Model):
    """A text that a command claimed: from the transaction that took it in to that of its answer."""

    #: Of the message, so in the order of arrival.
    message_id = models.UUIDField(primary_key=True)
    #: The name of the command.
    command = models.CharField(max_length=40)
    contact_id = models.UUIDField()
    sms_channel_id = models.UUIDField()
    #: E.164.
    number = models.CharField(max_length=20)
    text = models.TextField()
    received_at = models.DateTimeField()
    #: How often the command stumbled over it.
    attempts = models.SmallIntegerField(default=0)


class CommandDialogue(models.Model):
    """A command that asked somebody back: until when their next texts are for it, whatever they say."""

    contact_id = models.UUIDField(primary_key=True)
    #: The name of the command.
    command = models.CharField(max_length=40)
    until = models.DateTimeField()
