"""Secret addresses under which a person's calendar program reads our calendar."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from clarion.accounts.journal import record
from clarion.accounts.models import CalendarFeed, Membership
from clarion.accounts.rights import Actor, NotAllowed
from clarion.kit.errors import NotYet
from clarion.kit.keys import key_hash, new_key

MOST = 20  # of one person
NAME_MAX = 100  # characters


@transaction.atomic
def issue(membership: Membership, name: str, *, by: Actor) -> tuple[CalendarFeed, str]:
    """A feed and its key, shown this once. It shows what its person may see, and no more."""
    by.must("read", membership.workspace_id)
    if by.membership_id != membership.pk:
        raise NotAllowed("A feed can only be made by the person whose calendar it is.")
    name = " ".join(name.replace("\x00", "").split())
    if not name or len(name) > NAME_MAX:
        raise NotYet("Give the feed a name, so that you know later what it is for.", "name")
    if membership.feeds.count() >= MOST:
        raise NotYet(f"You have {MOST} feeds. End one that is no longer used first.")
    key = new_key()
    feed = CalendarFeed.objects.create(
        membership=membership, name=name, key_hash=key_hash(key), hint=key[:6]
    )
    record(by, "feed.issued", feed.name)
    return feed, key


@transaction.atomic
def revoke(feed: CalendarFeed, *, by: Actor) -> None:
    """End it, at once."""
    if by.membership_id != feed.membership_id:
        by.must("people", feed.membership.workspace_id)
    record(by, "feed.revoked", feed.name)
    feed.delete()


def of_key(key: str) -> CalendarFeed | None:
    """The feed that this key opens, if its person is still here and may read."""
    feed = (
        CalendarFeed.objects.select_related("membership__user", "membership__workspace")
        .filter(key_hash=key_hash(key), membership__user__is_active=True)
        .first()
    )
    if feed is None or not feed.membership.actor().can("read"):
        return None
    now = timezone.now()
    if feed.last_used_at is None or feed.last_used_at < now - timedelta(minutes=1):
        CalendarFeed.objects.filter(pk=feed.pk).update(last_used_at=now)
    return feed
