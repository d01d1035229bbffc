"""Say what a post is to cost: one's own minutes, and money set aside for it. Spends nothing."""

from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils import timezone

from clarion.accounts.journal import record
from clarion.accounts.models import Membership
from clarion.accounts.rights import Actor, NotAllowed
from clarion.ads.models import Earmark
from clarion.content.models import Effort, Post
from clarion.kit.errors import NotYet

MINUTES_MAX = 60 * 24 * 31
KEEP = object()  # leave it as it is


@transaction.atomic
def say_minutes(
    post: Post, *, planned: object = KEEP, spent: object = KEEP, by: Actor
) -> Effort | None:
    """How long whoever says so means to work on it, and how long it took. None: not known."""
    _must_work_on(post, by)
    person = Membership.objects.filter(pk__in=[by.membership_id or 0]).first()
    if person is None:
        raise NotAllowed("Only a person can say how long it takes them.")
    said = {"planned": planned, "spent": spent}
    values = {key: _minutes(value, key) for key, value in said.items() if value is not KEEP}
    effort = Effort.objects.filter(post=post, person=person).first()
    before = {key: getattr(effort, key, None) for key in values}
    if before == values:
        return effort
    effort, _ = Effort.objects.update_or_create(
        post=post, person=person, defaults={**values, "said_at": timezone.now()}
    )
    record(by, "post.minutes_said", f"Post {post.pk}", before, values)
    return effort


@transaction.atomic
def set_aside(post: Post, said: object, *, by: Actor) -> Earmark | None:
    """Money meant for advertising this post, in the workspace's currency; None or 0: none."""
    _must_work_on(post, by)
    wanted = amount(said)
    before = Earmark.objects.filter(post=post).first()
    was = before.amount if before else None
    if was == wanted:
        return before
    record(by, "post.money_set_aside", f"Post {post.pk}", {"amount": was}, {"amount": wanted})
    if wanted is None:
        Earmark.objects.filter(post=post).delete()
        return None
    currency, now = post.workspace.currency, timezone.now()
    values = {"amount": wanted, "currency": currency, "said_by": by.name, "said_at": now}
    return Earmark.objects.update_or_create(post=post, defaults=values)[0]


def _must_work_on(post: Post, by: Actor) -> None:
    """Whoever may write it on all its channels, or plan."""
    targets: list[int | None] = [v.channel_id for v in post.variants.all()] or [None]
    if by.workspace_id == post.workspace_id and by.can("plan"):
        by.must_hold("plan")
        return
    for pk in targets:
        if pk is not None or not by.can_somewhere("write"):
            by.must("write", post.workspace_id, pk)


def _minutes(value: object, about: str) -> int | None:
    if value in (None, ""):
        return None
    text = str(value).strip()
    if not text.isascii() or not text.isdigit() or int(text[:9]) > MINUTES_MAX:
        raise NotYet(f"Give whole minutes, 0 to {MINUTES_MAX:,}.", about)
    return int(text)


def amount(value: object) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        found = Decimal(str(value).strip().replace(",", ".")).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise NotYet("Give an amount, like 25 or 25.50.", "set_aside") from None
    if not 0 <= found < 10**10:
        raise NotYet("Give an amount of 0 or more.", "set_aside")
    return found or None
