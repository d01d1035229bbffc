"""Who has to agree before a post goes out, and by when they are reminded."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from clarion.accounts.models import Membership, Workspace
from clarion.accounts.rights import ROLES
from clarion.channels.models import Channel
from clarion.content.models.media import Label

HOURS_MAX = 14 * 24
REMIND, ESCALATE = 24, 4  # hours before a post's time, where no rule says otherwise
EVERYONE = 0  # a quorum of them all


def _hours(default: int) -> "models.PositiveSmallIntegerField[int, int]":
    limits = [MinValueValidator(1), MaxValueValidator(HOURS_MAX)]
    return models.PositiveSmallIntegerField(default=default, validators=limits)


class ApprovalRule(models.Model):
    """Steps that posts to these channels, or with these labels, have to pass.

    Without channels and labels it is about every post. Rules that match add up.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="approval_rules")
    name = models.CharField(max_length=100)
    channels = models.ManyToManyField(Channel, related_name="+", blank=True)
    labels = models.ManyToManyField(Label, related_name="+", blank=True)
    remind_hours = _hours(REMIND)  # before the post's time: those who have not decided
    escalate_hours = _hours(ESCALATE)  # before it: the writer, owners and managers

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="each_rule_once")
        ]

    def __str__(self) -> str:
        return self.name


class ApprovalStep(models.Model):
    """Who decides, and how many of them. The next step begins when this one is passed."""

    rule = models.ForeignKey(ApprovalRule, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(  # empty: whoever may approve
        max_length=20, blank=True, choices=[(r, r.title()) for r in ROLES]
    )
    people = models.ManyToManyField(Membership, related_name="+", blank=True)  # instead of role
    quorum = models.PositiveSmallIntegerField(default=1)  # 0: everyone
    clients = models.BooleanField(default=False)  # a yes through a client link counts as one

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "position"], name="one_step_each")
        ]

    def __str__(self) -> str:
        return f"{self.rule}, step {self.position + 1}"
