"""Money behind what works: asked for by a person, never more than is left, counted as spent."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from clarion.channels.models import Reader as ChannelReader
from clarion.networks.base import Advertises, Live, Refused
from clarion.publishing.models import Delivery, Outgoing
from clarion.strategy.models import Campaign


class Promotion(Outgoing):
    """Money put behind one delivery. Like everything we say, it is ordered exactly once."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="promotions")
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="promotions")
    budget = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    until = models.DateTimeField()
    spent = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    spent_as_of = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    ordered_by = models.CharField(max_length=200)

    class Meta(Outgoing.Meta):
        constraints = [
            *Outgoing.Meta.constraints,
            models.CheckConstraint(condition=Q(budget__gt=0), name="promotion_budget_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.budget} {self.currency} behind {self.delivery}"

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

    def refusal(self) -> str:
        if self.delivery.state != Delivery.State.LIVE:
            return "The post is no longer live, so there is nothing to promote."
        return super().refusal()

    def _ads(self) -> Advertises:
        ads = self.channel.network.ads
        if ads is None:
            raise Refused(f"Clarion cannot promote posts on {self.channel.network.name}.")
        return ads


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
