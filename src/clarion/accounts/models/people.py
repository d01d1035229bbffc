"""People, the workspaces they share, and the papers that let them in."""

from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.utils import timezone

from clarion.accounts.rights import CHANNEL_ROLES, ROLES, Actor
from clarion.kit.secrets import KeyHashField


class People(BaseUserManager["User"]):
    """Makes accounts that sign in with their e-mail address."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **also: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **also)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **also: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **also)


class User(AbstractUser):
    """A person. One sign-in, any number of workspaces."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, blank=True)
    shortcuts_on = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[People] = People()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name or self.email


class Workspace(models.Model):
    """One brand, one team, one set of channels. Everything else hangs off a workspace."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=60, unique=True)
    time_zone = models.CharField(max_length=50, default="UTC")
    language = models.CharField(max_length=10, default="en")
    currency = models.CharField(max_length=3, default="EUR")
    four_eyes = models.BooleanField(default=False)  # nobody approves what they wrote
    track_links = models.BooleanField(default=True)
    country = models.CharField(max_length=10, blank=True)  # whose holidays count: "DE", "DE-BY"
    spacing_minutes = models.PositiveSmallIntegerField(default=30)  # closer posts get a warning
    gate = models.JSONField(default=dict, blank=True)  # check -> off, warn or block
    demo = models.BooleanField(default=False)  # made by us, gone with one click
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Membership(models.Model):
    """A person in a workspace, with a role there and perhaps other roles on some channels."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(r, r.title()) for r in ROLES])
    channel_roles = models.JSONField(
        default=dict, blank=True
    )  # channel id -> CHANNEL_ROLES key
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="one_membership_each")
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"

    def actor(self) -> Actor:
        return Actor(
            name=str(self.user),
            workspace_id=self.workspace_id,
            may=ROLES[self.role],
            on_channels=self.rights_on_channels(),
            membership_id=self.pk,
            user_id=self.user_id,
        )

    def rights_on_channels(self) -> Mapping[int, frozenset[str]]:
        return {int(pk): CHANNEL_ROLES[role] for pk, role in self.channel_roles.items()}


class Invitation(models.Model):
    """A door for one person, open for two weeks. Only the hash of its key is kept.

    It opens no wider than whoever sent it could: it ends with their right to give the role.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20)
    key_hash = KeyHashField()
    invited_by = models.CharField(max_length=100)
    inviter = models.ForeignKey(Membership, models.CASCADE, related_name="invitations")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.email} to {self.workspace}"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.expires_at > timezone.now()


class SignInLink(models.Model):
    """Lets one person in, once. Printed by the command that starts Clarion."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key_hash = KeyHashField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"for {self.user}"


class ApiToken(models.Model):
    """A key for a program. It can do what its person can do, within its scopes, and no more."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    scopes = models.JSONField(default=list)  # of RIGHTS
    key_hash = KeyHashField()
    hint = models.CharField(max_length=12)  # its first letters, to tell tokens apart
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    def actor(self) -> Actor:
        person = self.membership.actor()
        scopes = frozenset(self.scopes)
        held = person.may.union(*person.on_channels.values())
        return Actor(
            name=f"{person.name} ({self.name})",
            workspace_id=person.workspace_id,
            may=person.may & scopes,
            on_channels={pk: rights & scopes for pk, rights in person.on_channels.items()},
            membership_id=person.membership_id,
            user_id=person.user_id,
            kind="token",
            withheld=held - scopes,
        )


class CalendarFeed(models.Model):
    """A secret address under which a calendar program of one person reads ours."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="feeds")
    name = models.CharField(max_length=100)
    key_hash = KeyHashField()
    hint = models.CharField(max_length=12)  # its first letters, to tell feeds apart
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class Batch(models.Model):
    """One thing done to many rows at once, and what each of them was before: the way back."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="batches")
    by = models.CharField(max_length=200)
    did = models.CharField(max_length=60)  # "posts.move"
    rows = models.JSONField()  # what each row was before: [{"id": n, …}]
    at = models.DateTimeField(default=timezone.now, db_index=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.did}: {len(self.rows)}"


class Repetition(models.Model):
    """The answer to an API write with an idempotency key, kept a day for whoever asks again."""

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)  # null: still being worked on
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="one_answer_per_key")
        ]

    def __str__(self) -> str:
        return self.key


class JournalEntry(models.Model):
    """What was done, by whom, when, and what it changed. Each row seals the one before."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="journal")
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    by_kind = models.CharField(max_length=10)
    did = models.CharField(max_length=60)  # "post.approved"
    about = models.CharField(max_length=200)  # "Post 12"
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "seq"], name="journal_in_order")
        ]
        indexes = [models.Index(fields=["workspace", "about"], name="journal_about")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by}: {self.did} {self.about}"


class JournalHead(models.Model):
    """The newest seal of a workspace. A journal cut short at its end does not reach it."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, primary_key=True)
    seq = models.PositiveBigIntegerField(default=0)
    seal = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"{self.workspace_id}: {self.seq}"


KINDS = {
    "trouble": "Something did not work",
    "approval": "Somebody asks for your approval",
    "mention": "Somebody mentions you",
    "reminder": "Something is due soon",
    "task": "Something to do by hand",
}


class NoticeQuerySet(models.QuerySet["Notice"]):
    def reaching(self, membership_id: int | None) -> "NoticeQuerySet":
        """What is for everybody, and what is for this person alone, but for unwanted kinds."""
        mine = Membership.objects.filter(pk__in=[membership_id or 0])
        unwanted = mine.filter(wishes__way="app", wishes__when="off").values("wishes__kind")
        rows = self.filter(models.Q(to=None) | models.Q(to=membership_id))
        return rows.exclude(kind__in=unwanted)


class Notice(models.Model):
    """Something a person should know. One per problem, however often it is noticed."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="notices")
    about = models.CharField(max_length=100)  # the problem's identity: "delivery:12"
    kind = models.CharField(max_length=20, choices=KINDS, default="trouble")
    to = models.ForeignKey(Membership, models.CASCADE, null=True, related_name="+")  # null: all
    text = models.TextField()
    url = models.CharField(max_length=300, blank=True)  # where to act, below the workspace
    detail = models.TextField(blank=True)  # what to have at hand: the words to post by hand
    picture = models.CharField(max_length=300, blank=True)  # where it is, below the workspace
    at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, blank=True)  # when it was passed on to people
    solved_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "about"],
                condition=models.Q(solved_at=None),
                name="one_notice_per_problem",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], name="notice_untold", condition=models.Q(told_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]
