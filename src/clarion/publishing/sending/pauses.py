"""The crisis switch: stop what was to go out, all of it or a part, and let it go on in order.

A pause is a row; whoever claims what is due looks for one. Claims hold a lock in common that a
new pause takes alone, so that nothing is claimed once `pause` has returned. What was claimed
before that is being sent, and is finished exactly once.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from clarion.accounts.journal import record
from clarion.accounts.models import Membership, User, Workspace
from clarion.accounts.rights import Actor
from clarion.channels.models import Channel
from clarion.content import actions as content
from clarion.content.agreement.approval import carry_over
from clarion.content.models import Post
from clarion.kit.errors import Conflict, NotYet
from clarion.networks import registry
from clarion.publishing import troubles
from clarion.publishing.actions import call_off
from clarion.publishing.models import Delivery, Outgoing, Pause
from clarion.publishing.pacing import catch_up
from clarion.strategy.models import Campaign

State = Delivery.State
LOCK = 0x7061757365  # "pause": any number that is no other lock's


def in_force() -> QuerySet[Pause]:
    """Pauses that nobody has ended, the oldest first."""
    return Pause.objects.filter(ended_at=None).order_by("began_at", "pk")


def going() -> Q:
    """Deliveries that no pause stops."""
    return allowed(Delivery)


def allowed(model: type[Outgoing]) -> Q:
    """Rows of this table that no pause stops."""
    return ~Q(Exists(stopping(model)))


def stopping(model: type[Outgoing]) -> QuerySet[Pause]:
    """For a query over `model`: the pauses that stop the row."""
    named = {"network_key": "channel__network_key", "channel": "channel"}
    if model.campaign_path:
        named["campaign"] = model.campaign_path
    reach = Q(workspace=OuterRef("channel__workspace"))
    for name, path in named.items():
        reach &= Q(**{name: NOBODY[name]}) | Q(**{name: OuterRef(path)})
    if not model.campaign_path:
        reach &= Q(campaign=None)
    return in_force().filter(reach, **model.stopped_by)


NOBODY = {"network_key": "", "channel": None, "campaign": None}


def join_claims() -> None:
    """In the transaction of a claim: no pause begins until it has ended."""
    _lock("pg_advisory_xact_lock_shared")


def stop_claims() -> None:
    """In the transaction that begins a pause: whoever claims has finished, or waits for us."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [LOCK])


@transaction.atomic
def pause(
    workspace: Workspace,
    why: str,
    *,
    network_key: str = "",
    channel: Channel | None = None,
    campaign: Campaign | None = None,
    answers: bool = False,
    promotions: bool = False,
    statement: str = "",
    by: Actor,
) -> Pause:
    """Stop it now. What is planned stays planned; what is being sent is finished once.

    With nothing named it stops the whole brand. Raises Conflict when it is stopped already.
    """
    by.must("publish", workspace.pk, channel.pk if channel else None)
    why = why.strip()
    if not why:
        raise NotYet("Say why, in a few words: everybody sees it while it is paused.", "why")
    if network_key and network_key not in registry.NETWORKS:
        raise NotYet(f"Clarion does not know a network called “{network_key[:40]}”.", "network")
    stop_claims()
    new = Pause(
        workspace=workspace,
        network_key=network_key,
        channel=channel,
        campaign=campaign,
        answers=answers,
        promotions=promotions,
        why=why,
        statement=statement.strip(),
        by=by.name[:200],
    )
    try:
        with transaction.atomic():
            new.save()
    except IntegrityError as error:
        raise Conflict(f"{new.what.capitalize()} is paused already.") from error
    after = {"what": new.what, "why": why, "answers": answers, "promotions": promotions}
    record(by, "pause.began", str(new)[:200], after=after)
    return new


@transaction.atomic
def pause_everywhere(
    user: User, why: str, *, answers: bool = False, promotions: bool = False
) -> list[Pause]:
    """Stop every brand that this person may stop and that is not stopped as a whole."""
    stopped = in_force().filter(network_key="", channel=None, campaign=None)
    rows = Membership.objects.filter(user=user).exclude(
        workspace__in=stopped.values("workspace")
    )
    return [
        pause(m.workspace, why, answers=answers, promotions=promotions, by=m.actor())
        for m in rows.select_related("workspace", "user").order_by("pk")
        if m.actor().can("publish")
    ]


def why_stopped(rows: Sequence[Outgoing]) -> dict[int, Pause]:
    """Id of a row -> the pause that stops it. All rows are of one table."""
    if not rows:
        return {}
    model = type(rows[0])
    mine = model._default_manager.filter(pk__in=[row.pk for row in rows])
    found = dict(
        mine.annotate(pause=stopping(model).values("pk")[:1]).values_list("pk", "pause")
    )
    known = Pause.objects.select_related("channel", "campaign").in_bulk(
        [pk for pk in found.values() if pk]
    )
    return {row: known[pk] for row, pk in found.items() if pk}


# --- letting it go on -----------------------------------------------------------------------


@transaction.atomic
def resume(stopped: Pause, how: str = Pause.How.SPREAD, *, by: Actor) -> list[Delivery]:
    """Let it go on; what is still ahead keeps its time. Returns the posts that missed theirs.

    What was missed is given new times in its order and at the pace of its channel (`spread`),
    waits for a person, one by one (`ask`), or goes back among the drafts (`draft`).
    """
    by.must("publish", stopped.workspace_id, stopped.channel_id)
    if how not in Pause.How.values:
        raise NotYet(f"Choose one of {', '.join(Pause.How.values)}.", "how")
    _lock("pg_advisory_xact_lock")
    kept_back = list(missed(stopped))
    ended = {"ended_at": timezone.now(), "ended_by": by.name[:200], "how": how}
    if not in_force().filter(pk=stopped.pk).update(**ended):
        raise Conflict("Somebody has ended this pause already.")
    stopped.refresh_from_db()
    # What another pause stops still waits; it is given a time when that one ends.
    rows = Delivery.objects.filter(going(), pk__in=[d.pk for d in kept_back])
    AFTERWARDS[how](rows, by)
    record(by, "pause.ended", str(stopped)[:200], after={"how": how, "missed": len(kept_back)})
    return kept_back


def missed(stopped: Pause) -> QuerySet[Delivery]:
    """What waits although its time has come."""
    rows = reached(stopped).filter(planned_for__lte=timezone.now())
    return rows.select_related("channel__workspace", "variant__post__workspace")


def reached(stopped: Pause) -> QuerySet[Delivery]:
    """What waits and is stopped by this pause, in the order of its times."""
    this = stopping(Delivery).filter(pk=stopped.pk)
    rows = Delivery.objects.filter(Exists(this), state__in=(State.PLANNED, State.BY_HAND))
    return rows.order_by("planned_for", "pk")


def _spread(rows: QuerySet[Delivery], by: Actor) -> None:
    approved = {
        p.pk for p in Post.objects.filter(variants__deliveries__in=rows) if p.is_approved
    }
    timed = catch_up(rows)
    times: dict[int, dict[int, datetime]] = {}
    for given in timed:
        if not given.delivery.variant.queued:
            of_post = times.setdefault(given.delivery.variant.post_id, {})
            of_post.setdefault(given.delivery.variant_id, given.at)
    for pk, of_variants in times.items():
        carry_over(pk, of_variants, approved=pk in approved, by=by)


def _ask(rows: QuerySet[Delivery], by: Actor) -> None:  # noqa: ARG001 - as its neighbours
    why = "A pause kept it back past its time. Try again to send it now, or drop it."
    planned = rows.filter(state=State.PLANNED).select_related("channel")
    troubles.tell([d for d in planned if d.move(State.HELD, problem=why)])


def _to_drafts(rows: QuerySet[Delivery], by: Actor) -> None:
    """Whoever resumes may publish there; a post of which more is out keeps what is left."""
    for post in Post.objects.filter(variants__deliveries__in=rows).distinct():
        call_off(rows.filter(variant__post=post))
        alive = Delivery.objects.filter(variant__post=post).exclude(state=State.CANCELLED)
        if not alive.exists():
            content.edit(post, version=post.version, planned_for=None, by=by)


AFTERWARDS: Mapping[str, Callable[[QuerySet[Delivery], Actor], None]] = {
    Pause.How.SPREAD: _spread,
    Pause.How.ASK: _ask,
    Pause.How.DRAFT: _to_drafts,
}
