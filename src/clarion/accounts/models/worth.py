"""What an hour and a coin are worth, as people said."""

from django.db import models

from clarion.accounts.models.people import Membership, Workspace


class HourlyRate(models.Model):
    """What an hour of somebody costs, all told: of one person, of a role, else of anybody."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="hourly_rates")
    role = models.CharField(max_length=20, blank=True)  # empty: of any role
    person = models.ForeignKey(Membership, models.CASCADE, null=True, blank=True)  # null: any
    amount = models.DecimalField(max_digits=9, decimal_places=2)  # in the workspace's currency
    as_of = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "role", "person"],
                nulls_distinct=False,
                name="one_rate_each",
            ),
            models.CheckConstraint(
                condition=models.Q(role="") | models.Q(person=None), name="rate_of_one_or_role"
            ),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="rate_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.whose}: {self.amount}"

    @property
    def whose(self) -> str:
        return str(self.person.user) if self.person else self.role or "anybody"


class ExchangeRate(models.Model):
    """What one coin of another currency was worth on a day, as a person said."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="exchange_rates")
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=18, decimal_places=8)  # in the workspace's currency
    into = models.CharField(max_length=3)  # the workspace's currency at that time
    as_of = models.DateField()
    source = models.CharField(max_length=300)
    said_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "currency", "into", "as_of"], name="one_exchange_a_day"
            ),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="exchange_positive"),
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.rate} {self.into}"
