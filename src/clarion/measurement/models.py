"""What happened. One table of facts that every other number is made from."""

from django.db import models
from django.utils import timezone

from clarion.accounts.models import Workspace
from clarion.channels.models import Channel
from clarion.channels.models import Reader as ChannelReader
from clarion.content.models import Link
from clarion.publishing.models import Delivery


class Meter(ChannelReader):
    """Reads the counts of everything live on one channel, again and again."""

    live: list[str] = []  # remote ids to read this round; set when loaded


class Reading(models.Model):
    """A lifetime total, as a network reported it, valid from `read_at` until `replaced_at`.

    Never overwritten. A missing reading means unknown, never zero. A total that is lower than
    before is a correction by the network, and stands beside what it said first.
    """

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="readings")
    metric = models.CharField(max_length=30)
    total = models.BigIntegerField()
    read_at = models.DateTimeField(default=timezone.now)
    replaced_at = models.DateTimeField(null=True, blank=True)  # null: what is known today

    class Meta:
        indexes = [
            models.Index(fields=["delivery", "metric", "-read_at"], name="reading_latest")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "metric"],
                condition=models.Q(replaced_at=None),
                name="one_reading_is_the_newest",
            )
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.metric}={self.total}"


class AccountReading(models.Model):
    """Numbers of the account itself at a moment: ours do not end where a network's do."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="account_readings")
    metric = models.CharField(max_length=30)  # "followers", "following", "posts"
    total = models.BigIntegerField()
    read_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["channel", "metric", "-read_at"], name="account_reading_latest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.metric}={self.total}"


class Click(models.Model):
    """Somebody followed a tracked link. Who is not kept: only a hash that lasts a day."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="clicks")
    ref = models.CharField(max_length=32, unique=True)  # handed to the landing page as `clk`
    visitor = models.CharField(max_length=32, blank=True)
    robot = models.BooleanField(default=False)  # counted apart
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["link", "at"], name="click_by_link")]

    def __str__(self) -> str:
        return self.ref


class Conversion(models.Model):
    """Something worth having happened on the site. `ref` makes a repeated report one."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="conversions")
    click = models.ForeignKey(Click, models.SET_NULL, null=True, related_name="conversions")
    kind = models.CharField(max_length=30)  # "purchase", "signup", …
    value = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    currency = models.CharField(max_length=3)
    ref = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "ref"], name="each_conversion_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"
