"""One click: a brand with ninety days behind it and three weeks ahead."""

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from clarion.accounts.actions import found_workspace
from clarion.accounts.models import User, Workspace
from clarion.channels.models import Channel
from clarion.interfaces.demo import aims, cast, diary, posts, talk, words
from clarion.interfaces.demo.scene import Scene


def make(owner: User, *, time_zone: str = "UTC", currency: str = "EUR") -> Workspace:
    """The demo brand of this person: the one they have, or a new one."""
    existing = Workspace.objects.filter(demo=True, memberships__user=owner).first()
    if existing:
        return existing
    workspace = found_workspace(
        owner, words.NAME, time_zone=time_zone, currency=currency, demo=True
    )
    membership = workspace.memberships.select_related("user", "workspace").get()
    channels = cast.connect(workspace, membership.actor())  # talks to the network
    scene = Scene(workspace, membership, channels, timezone.now(), _shop(channels))
    cast.followers(scene)
    _fill(scene)
    _look_again()
    return workspace


def _look_again() -> None:
    """After so much at once PostgreSQL must not plan with what it knew of its tables."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@transaction.atomic
def _fill(scene: Scene) -> None:
    cast.hire(scene)
    aims.pictures(scene)
    aims.findings(scene)
    aims.aims(scene)
    reached = posts.publish(scene)
    aims.targets(scene, reached)
    aims.lessons(scene)
    talk.conversations(scene)
    talk.mentions(scene)
    talk.promotions(scene)
    diary.write(scene)


def _shop(channels: list[Channel]) -> str:
    """The practice network's shop, where a click can become a sale; else nowhere real."""
    reachable = any(channel.is_open for channel in channels)
    return f"{settings.PLAYGROUND_URL}/shop" if reachable else words.SHOP
