"""Money behind what works: asked for by a person, never more than is left, counted as spent."""

from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone

from clarion.channels.models import Reader as ChannelReader
from clarion.content.models import Post
from clarion.networks.base import Advertises, Live, Refused
from clarion.publishing.models import Delivery, Outgoing
from clarion.strategy.models import Campaign


class Promotion(Outgoing):
    """Money put behind one delivery. Like everything we say, it is ordered exactly once."""

    right = "spend"
    stopped_by = {"promotions": True}
    campaign_path = "campaign"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="promotions")
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="promotions")
    budget = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    until = models.DateTimeField()
    spent = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    spent_as_of = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    ordered_by = models.CharField(max_length=200)

    left: Decimal  # what its campaign has left beside it; set when loaded

    class Meta(Outgoing.Meta):
        constraints = [
            *Outgoing.Meta.constraints,
            models.CheckConstraint(condition=Q(budget__gt=0), name="promotion_budget_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.budget} {self.currency} behind {self.delivery}"

    @property
    def subject(self) -> str:
        return f"Promotion {self.pk}"

    async def say(self) -> Live:
        ads = self._ads()
        call = self.channel.call(key=self.key, at=self.stamp)
        return await ads.promote(
            call, self.delivery.remote_id, self.budget, self.currency, self.until
        )

    async def look(self) -> Live | None:
        call = self.channel.call(key=self.key, at=self.stamp)
        since: datetime = self.first_sent_at or self.stamp
        return await self._ads().find(call, self.delivery.remote_id, since)

    def obstacle(self) -> str:
        if self.delivery.state != Delivery.State.LIVE:
            return "The post is no longer live, so there is nothing to promote."
        if timezone.now() >= self.until:
            return "The time it was ordered for is over. Stop it, then order a new one."
        if self.left < 0:
            return (
                f"{self.campaign.name} lacks {-self.left} {self.currency} for what is ordered. "
                "Raise its budget, or stop this promotion and order less."
            )
        return ""

    def _ads(self) -> Advertises:
        ads = self.channel.network.ads
        if ads is None:
            raise Refused(f"Clarion cannot promote posts on {self.channel.network.name}.")
        return ads


class Earmark(models.Model):
    """Money we mean to put behind a post once it is out. Nothing is spent by it."""

    post = models.OneToOneField(Post, models.CASCADE, related_name="earmark")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    said_by = models.CharField(max_length=200)
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="earmark_positive")
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} for {self.post}"


class Spending(models.Model):
    """What one promotion cost on one day, as the network billed it."""

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="days")
    day = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promotion", "day"], name="one_bill_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.amount}"


class Ledger(ChannelReader):
    """Reads what the promotions of one channel have cost, again and again."""

    running: bool = False  # whether there is anything to ask for; set when loaded
