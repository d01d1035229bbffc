"""One connected account: may we speak, with which grant, under which limits?"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from clarion.accounts.models import Membership, Workspace
from clarion.channels.line import current
from clarion.kit.flow import Flow
from clarion.kit.secrets import KeyHashField, SecretField
from clarion.kit.steps import Recurring, WorkItem
from clarion.networks import registry
from clarion.networks.base import Call, Draft, Grant, Network, Problem
from clarion.networks.limits import Limits

LATE = 24  # hours
EARLY = timedelta(days=7)  # before a long grant ends; short ones at half of their time
PATIENCE = timedelta(minutes=5)  # between two attempts to refresh


class Channel(WorkItem):
    """One account on one network. While it is open, a step looks after its health."""

    class State(models.TextChoices):
        OPEN = "open", "Connected"
        SHUT = "shut", "Needs to be connected again"
        GONE = "gone", "Removed"

    flow = Flow(
        {
            State.OPEN: {State.SHUT, State.GONE},
            State.SHUT: {State.OPEN, State.GONE},
            State.GONE: {State.OPEN},
        },
        start=State.OPEN,
        runs=frozenset({State.OPEN}),
    )

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="channels")
    network_key = models.CharField(max_length=20, choices=registry.choices)
    practises = models.CharField(max_length=20, blank=True)  # a practice network only
    remote_id = models.CharField(max_length=300)
    handle = models.CharField(max_length=300)
    name = models.CharField(max_length=200, blank=True)
    url = models.TextField(blank=True)
    secret = SecretField()
    grant_expires_at = models.DateTimeField(null=True, blank=True)  # then it is refreshed
    grant_ends_at = models.DateTimeField(null=True, blank=True)  # then a person must act
    refreshed_at = models.DateTimeField(null=True, blank=True)  # when we last asked
    time_zone = models.CharField(max_length=50, blank=True)  # empty: the workspace's
    gate = models.JSONField(default=dict, blank=True)  # check -> action, else the workspace's
    own_limits = models.JSONField(default=dict, blank=True)  # what its own server says
    blocked_until = models.DateTimeField(null=True, blank=True)  # the network said: slow down
    full_until = models.DateTimeField(null=True, blank=True)  # it took all it takes
    doubted_at = models.DateTimeField(null=True, blank=True)  # is the grant over?
    doubts = models.PositiveSmallIntegerField(default=0)  # times since something last went out
    late_hours = models.PositiveSmallIntegerField(default=LATE)  # so late it may still go out
    by_hand = models.BooleanField(default=False)  # a person posts it, when told to
    hand = models.ForeignKey(  # who does, unless a post names another
        Membership, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    followers = models.BigIntegerField(null=True, blank=True)  # null: unknown

    class Meta(WorkItem.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "network_key", "remote_id"], name="one_channel_per_account"
            )
        ]

    def __str__(self) -> str:
        return self.handle

    @property
    def network(self) -> Network:
        return registry.get(self.network_key, self.practises)

    @property
    def price_key(self) -> str:
        """Whose price list counts: a practice channel asks what the practised network asks."""
        return self.network.practises or self.network_key

    @property
    def is_open(self) -> bool:
        return bool(self.state == self.State.OPEN)

    @property
    def zone_name(self) -> str:
        return self.time_zone or self.workspace.time_zone

    @property
    def limits(self) -> Limits:
        """What holds in the usual place."""
        return self.limits_on(self.network.surfaces[0].key)

    def limits_on(self, surface: str) -> Limits:
        """What the account's own server says; else what the network is known for."""
        usual, known = self.network.limits_on(surface), {f.name for f in fields(Limits)}
        own = {k: _value(k, v) for k, v in self.own_limits.items() if k in known}
        return replace(usual, **own) if own else usual

    def complaints(self, draft: Draft) -> Sequence[Problem]:
        """What its network would refuse of this, by the limits of its own server."""
        return self.network.publish.check(draft, self.limits_on(draft.surface))

    def call(self, key: str = "", at: datetime | None = None, ticket: str = "") -> Call:
        """A ready-to-use line to the network."""
        return Call(http=current(), grant=self.secret, key=key, at=at, ticket=ticket)

    @property
    def is_full(self) -> bool:
        """It has said as much as its network takes for the moment."""
        return self.full_until is not None and self.full_until > timezone.now()

    def wants_refresh(self, now: datetime) -> bool:
        """Its grant ages, or was refused since we last asked for a younger one."""
        asked, ends = self.refreshed_at, self.grant_expires_at
        if ends is None or ends == self.grant_ends_at:
            return False
        if self.doubted_at and (asked is None or asked < self.doubted_at):
            return True
        if asked and now - asked < min(PATIENCE, (ends - asked) / 2):
            return False
        half = (ends - asked) / 2 if asked and asked < ends else EARLY
        return ends - now <= min(EARLY, half)

    def ends_before(self, at: datetime) -> bool:
        """A person has to connect it again before then, or nothing can go out."""
        return self.grant_ends_at is not None and self.grant_ends_at <= at

    @classmethod
    def without_secrets(cls, row: dict[str, Any]) -> dict[str, Any]:
        """How a row reads in an export: where there is no grant, no channel is open."""
        if row["state"] != cls.State.OPEN:
            return row
        why = "It came from another installation without its key. Connect it again."
        return row | {"state": cls.State.SHUT.value, "due_at": None, "problem": why}

    def take(self, grant: Grant) -> dict[str, Any]:
        """The columns that a fresh grant changes."""
        other = grant.practises != self.practises
        return {
            **({"practises": grant.practises, "own_limits": {}} if other else {}),
            "handle": grant.handle,
            "name": grant.name[:200],
            "url": grant.url,
            "secret": dict(grant.secret),
            "grant_expires_at": grant.expires_at,
            "grant_ends_at": grant.ends_at,
            "doubted_at": None,
            "doubts": 0,
        }


def unconnected(handle: str) -> str:
    """Stands where the network's id will stand, for an account that is yet to be connected."""
    return f"unconnected:{handle}"


def _value(key: str, value: Any) -> Any:
    if key == "as_of":
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value


class Waiting(models.Model):
    """A person is at the network's door: what to keep until they come back. Gone in an hour."""

    state_hash = KeyHashField()
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    network_key = models.CharField(max_length=20)
    user_id = models.BigIntegerField()
    saved = SecretField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.network_key


class Reader(Recurring):
    """Base for rows that read something from one channel, again and again, while it is open."""

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="+")
    read_until = models.DateTimeField(default=timezone.now)
    last_read_at = models.DateTimeField(null=True, blank=True)

    class Meta(Recurring.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} of {self.channel}"

    @classmethod
    def adopt_channels(cls) -> int:
        """Make a row for every open channel that has none: nobody has to call up for it."""
        taken = cls._default_manager.values("channel")
        missing = Channel.objects.filter(state=Channel.State.OPEN).exclude(pk__in=taken)
        rows = [
            cls(channel=channel, state=cls.State.ON, due_at=timezone.now())
            for channel in missing
        ]
        return len(cls._default_manager.bulk_create(rows, ignore_conflicts=True))


def connected() -> Q:
    """Rows whose channel is open."""
    return Q(channel__state=Channel.State.OPEN)


def reachable() -> Q:
    """Rows whose channel is open, not in doubt, and not asked by its network to wait."""
    waited = Q(channel__blocked_until=None) | Q(channel__blocked_until__lt=timezone.now())
    return connected() & waited & Q(channel__doubted_at=None)
