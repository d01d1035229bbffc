"""Goals, the people we do it for, campaigns with their budgets, and what was learned."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from clarion.accounts.models import Workspace


class Goal(models.Model):
    """Where we want to be, by when, told by one number. Goals hang below goals."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="goals")
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="below"
    )
    name = models.CharField(max_length=200)
    kpi = models.CharField(max_length=30)  # a metric key: "likes", "clicks", "conversions"
    target = models.PositiveBigIntegerField()
    deadline = models.DateField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Audience(models.Model):
    """Whom we talk to: who they are, what they care about, where they are."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="audiences")
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    interests = models.CharField(max_length=300, blank=True)  # comma-separated
    languages = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.name


class Campaign(models.Model):
    """A goal, an audience, a budget and an end."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="campaigns")
    goal = models.ForeignKey(
        Goal, models.SET_NULL, null=True, blank=True, related_name="campaigns"
    )
    audience = models.ForeignKey(
        Audience, models.SET_NULL, null=True, blank=True, related_name="campaigns"
    )
    name = models.CharField(max_length=100)
    about = models.TextField(blank=True)  # the idea, in a few sentences
    goal_metric = models.CharField(max_length=30)
    goal_value = models.PositiveBigIntegerField()
    budget = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    partner = models.CharField(max_length=100, blank=True)  # who pays us for it; empty: nobody
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(budget__gte=0), name="campaign_budget_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                name="campaign_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Lesson(models.Model):
    """Something a later stage found out. Strategy reads it and never asks who wrote it."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="lessons")
    said_by = models.CharField(max_length=20)  # the stage
    key = models.CharField(
        max_length=100
    )  # which question it answers: a newer answer replaces it
    text = models.TextField()
    evidence = models.JSONField(default=dict)
    learned_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "said_by", "key"], name="one_lesson_per_question"
            )
        ]

    def __str__(self) -> str:
        return self.text


class DayNote(models.Model):
    """What the team should know about a day, or about some days: shown on the calendar."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="day_notes")
    day = models.DateField()  # the first one
    until = models.DateField()  # the last one, which is often the first one
    text = models.CharField(max_length=200)
    by = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("day")), name="day_note_ends_after_it_begins"
            )
        ]
        indexes = [models.Index(fields=["workspace", "day"], name="day_notes_in_order")]

    def __str__(self) -> str:
        return self.text
