"""What reaches a person, how and when: their wishes, their places, and each message."""

from collections.abc import Sequence

from django.db import models
from django.utils import timezone

from clarion.accounts.models.people import KINDS, Membership, Notice
from clarion.kit.flow import Flow
from clarion.kit.secrets import SecretField
from clarion.kit.steps import WorkItem

WAYS = {
    "app": "In Clarion",
    "mail": "E-mail",
    "push": "On this device",
    "chat": "Chat",
}


class Wish(models.Model):
    """How one person wants one kind of notice to reach them. No row: as it is by default."""

    class When(models.TextChoices):
        NOW = "now", "At once"
        DAILY = "daily", "Once a day"
        WEEKLY = "weekly", "Once a week"
        OFF = "off", "Not at all"

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="wishes")
    kind = models.CharField(max_length=20, choices=KINDS)
    way = models.CharField(max_length=10, choices=WAYS)
    when = models.CharField(max_length=10, choices=When)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "kind", "way"], name="one_wish_each")
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.way}: {self.when}"


class Hours(models.Model):
    """When a person wants to be left alone, and when they want to be told the rest."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="hours")
    time_zone = models.CharField(max_length=50, blank=True)  # empty: the workspace's
    quiet_from = models.PositiveSmallIntegerField(null=True)  # minutes after midnight
    quiet_until = models.PositiveSmallIntegerField(null=True)  # likewise; may be the next day
    digest_at = models.PositiveSmallIntegerField(default=8 * 60)  # minutes after midnight
    digest_day = models.PositiveSmallIntegerField(default=0)  # of the week; 0: Monday

    def __str__(self) -> str:
        return f"Hours of {self.membership}"


class Address(models.Model):
    """A browser that takes push messages, or a place in a chat service."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="addresses")
    way = models.CharField(max_length=10, choices=WAYS)
    name = models.CharField(max_length=100)  # "Firefox on Linux", "slack"
    secret = SecretField()  # where it is, and the keys that open it
    fingerprint = models.CharField(max_length=64)  # SHA-256 of where it is
    problem = models.TextField(blank=True)  # why the last message did not arrive, if it did not
    reached_at = models.DateTimeField(null=True, blank=True)  # when the last one did
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "fingerprint"], name="each_address_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class PushKey(models.Model):
    """The key by which push services know this installation. There is one, made when needed."""

    public = models.CharField(max_length=100)
    secret = SecretField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.public


class Telling(WorkItem):
    """One message to one person by one way: a notice, or all of a day or a week."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        NEEDLESS = "needless", "Settled before it was due"
        FAILED = "failed", "Could not be sent"

    flow = Flow(
        {
            State.WAITING: {State.SENT, State.NEEDLESS, State.FAILED},
            State.SENT: set(),
            State.NEEDLESS: set(),
            State.FAILED: {State.WAITING},
        },
        start=State.WAITING,
        runs=frozenset({State.WAITING}),
    )

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="tellings")
    way = models.CharField(max_length=10, choices=WAYS)
    address = models.ForeignKey(Address, models.CASCADE, null=True, related_name="+")
    slot = models.DateTimeField(null=True, blank=True)  # of a digest: when it goes out
    test = models.BooleanField(default=False)  # somebody tries whether it arrives
    notices = models.ManyToManyField(Notice, through="Line", related_name="tellings")
    sent_at = models.DateTimeField(null=True, blank=True)

    unsettled: Sequence[Notice] = ()  # what it still has to tell; set when loaded
    push_key: PushKey | None = None  # likewise

    class Meta(WorkItem.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "way", "address", "slot"],
                condition=models.Q(slot__isnull=False, state="waiting"),
                nulls_distinct=False,
                name="one_digest_each",
            )
        ]

    def __str__(self) -> str:
        return f"{self.way} to {self.membership}"


class Line(models.Model):
    """A notice in a message. Nobody is told the same twice by the same way."""

    telling = models.ForeignKey(Telling, models.CASCADE, related_name="lines")
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="lines")
    reached = models.CharField(max_length=60)  # whom, by which way and where

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "reached"], name="told_once")]

    def __str__(self) -> str:
        return f"{self.notice} in {self.telling}"
