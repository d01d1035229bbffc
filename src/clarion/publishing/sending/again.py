"""Try again what one trouble stopped, all of it: in order, at the pace of its channel."""

from django.db import transaction
from django.db.models import QuerySet

from clarion.accounts.batches import MOST, Outcome, Tally
from clarion.accounts.rights import Actor
from clarion.kit.errors import NotYet
from clarion.publishing.actions import retry
from clarion.publishing.models import Delivery
from clarion.publishing.pacing import catch_up


@transaction.atomic
def retry_all(held: QuerySet[Delivery], *, by: Actor) -> Outcome:
    """Each as if it were alone: what may be out is looked up first, nothing goes out twice.
    What is sent keeps the gap of catching up. At most 500, the longest waiting first.
    """
    by.must("read", by.workspace_id)
    rows = held.filter(state=Delivery.State.HELD, channel__workspace=by.workspace_id)
    rows = rows.select_related(
        "channel__workspace", "variant__post__workspace", "variant__channel__workspace", "after"
    ).order_by("planned_for", "pk")
    tally = Tally([], [])
    tally.each(rows[:MOST], lambda delivery: retry(delivery, by=by))
    if not tally.done and not tally.refused:
        raise NotYet("Nothing is held for this reason any more.")
    done = [was["id"] for was in tally.done]
    catch_up(Delivery.objects.filter(pk__in=done))
    return Outcome(done, tally.refused)
