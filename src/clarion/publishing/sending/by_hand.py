"""What a person posts: told at its hour, with words and media at hand, and noted once they did.

For accounts that no program may post to, and for what only an app can do (music, stickers). No
worker ever sends such a row; a constraint holds that. It counts as out when its link is known.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from clarion.accounts.actions import notify, solve
from clarion.accounts.journal import record
from clarion.accounts.models import Membership
from clarion.accounts.rights import Actor
from clarion.content.models import Media, Variant
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.steps import Move, Outcome, Stay
from clarion.publishing import troubles
from clarion.publishing.actions import freeze, on_with, place
from clarion.publishing.models import Delivery
from clarion.publishing.sending.confirming import new_address
from clarion.text.shortening import shortened

State = Delivery.State
# Between one word to the person and the next; from ALL on, everybody hears it.
REMIND = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=19), timedelta(days=1))
ALL = 3
CAPTION = 500  # characters of it in a notice


@transaction.atomic
def hand_over(delivery: Delivery, to: Membership | None, *, by: Actor) -> None:
    """A person posts this one: `to`, or whoever may publish there."""
    by.must("publish", delivery.channel.workspace_id, delivery.channel_id)
    if to is not None and to.workspace_id != delivery.channel.workspace_id:
        raise NotYet("Choose somebody of this workspace.", "to")
    if delivery.state not in (State.PLANNED, State.BY_HAND, State.HELD) or delivery.maybe_out:
        raise Conflict("It may be out already, so nobody should post it by hand.")
    for part in _rest(delivery):
        values = {"by_hand": True, "hand_id": to.pk if to else None, "ticket": "", "tries": 0}
        at = {"due_at": part.due_at and part.planned_for, "planned_for": part.planned_for}
        if not place(part, State.BY_HAND, {**values, **at}):
            raise Conflict("It is being sent at this moment.")
        troubles.settled([part])
    _remember(delivery, posted_by="person", hand=to)
    after = {"to": str(to.user) if to else "whoever may publish"}
    record(by, "delivery.handed_over", str(delivery), after=after)


@transaction.atomic
def take_back(delivery: Delivery, *, by: Actor) -> None:
    """Clarion posts it after all, at its time, or at once when that has passed."""
    by.must("publish", delivery.channel.workspace_id, delivery.channel_id)
    if delivery.state != State.BY_HAND:
        raise Conflict("It does not wait for a person any more.")
    if why := delivery.obstacle():
        raise NotYet(why)
    at = max(delivery.planned_for, timezone.now())
    for part in _rest(delivery):
        solve(delivery.channel.workspace_id, [part.about])
        values = {"by_hand": False, "hand_id": None, "planned_for": at, "tries": 0}
        place(part, State.PLANNED, {**values, "due_at": part.due_at and at})
    _remember(delivery, posted_by="clarion", hand=None)
    record(by, "delivery.taken_back", str(delivery))


@transaction.atomic
def posted(delivery: Delivery, url: str, *, by: Actor) -> None:
    """The person has posted it, and this is where it stands."""
    space = delivery.channel.workspace_id
    if by.membership_id is None or by.membership_id != delivery.hand_id:
        by.must("publish", space, delivery.channel_id)
    by.must("read", space)
    if delivery.state != State.BY_HAND or delivery.due_at is None:
        raise Conflict("It does not wait for a person any more. Look at it again.")
    url = new_address(delivery, url)
    said: dict[str, Any] = {
        "said": delivery.draft().text,
        "live_at": timezone.now(),
        "maybe_out": True,
    }
    if not delivery.move(State.LIVE, remote_id=url, url=url, **said):
        raise Conflict("Somebody else was quicker.")
    freeze([delivery])
    on_with([delivery])
    solve(space, [delivery.about])
    record(by, "delivery.posted", str(delivery), after={"url": url})


# --- the worker's side ----------------------------------------------------------------------


async def remind(item: Delivery) -> Outcome:
    """Its hour has come, or the person has not answered."""
    if why := item.obstacle():
        return Move(State.HELD, problem=why)
    wait = REMIND[min(item.tries, len(REMIND) - 1)]
    return Stay(at=timezone.now() + wait, also={"tries": item.tries + 1})


def ask_hands(deliveries: Sequence[Delivery]) -> None:
    """A word to the person, with the caption; later words replace it."""
    for delivery in deliveries:
        space = delivery.channel.workspace_id
        solve(space, [delivery.about])
        to = delivery.hand_id if delivery.tries <= ALL else None
        url = f"by-hand/{delivery.pk}/"
        words = delivery.draft().text  # to have at hand: the notice cuts them
        about, asking, files = delivery.about, _asking(delivery), pieces(delivery)
        picture = f"media/{files[0].pk}/small/" if files else ""
        more = {"detail": words, "picture": picture}
        notify(space, about, asking, url, kind="task", to=to, **more)


def pieces(delivery: Delivery) -> list[Media]:
    """The files of this part as they lie in the library, in their order."""
    variant = delivery.variant
    wanted = {medium.sha256 for medium in delivery.draft().media}
    mine = variant.post.said([variant]).pieces(delivery.channel)
    return [m for m in mine if m.sha256 in wanted] or (mine if wanted else [])


def _asking(delivery: Delivery) -> str:
    first = delivery.tries <= 1
    does = "Please post this" if first else "Still to be posted, or is it out already? Say so"
    media = len(delivery.draft().media)
    files = f" with {media} file{'s' if media > 1 else ''}" if media else ""
    caption = shortened(delivery.draft().text, CAPTION)
    channel = delivery.channel
    return f"{does} on {channel.network.name} {channel.handle}{files}: “{caption}”"


def _remember(delivery: Delivery, posted_by: str, hand: Membership | None) -> None:
    """Planned anew it stays as it was decided, and the composer shows it."""
    rows = Variant.objects.filter(pk=delivery.variant_id)
    rows.update(posted_by=posted_by, hand=hand)
    delivery.variant.posted_by, delivery.variant.hand = posted_by, hand


def _rest(delivery: Delivery) -> list[Delivery]:
    """It and the parts of its thread that come after it."""
    rows = Delivery.objects.filter(variant=delivery.variant_id, part__gte=delivery.part)
    waiting = rows.filter(state__in=(State.PLANNED, State.BY_HAND, State.HELD), maybe_out=False)
    return list(waiting.select_related("channel").order_by("part"))
