"""Many posts at once: moved, sorted, asked about, approved, called off or thrown away.

One step for whoever does it and one way back, one line in the journal for each post. Every post
is treated as if it were alone: with its rights, its own time and its own earlier value.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from clarion.accounts import batches
from clarion.accounts.actions import notify
from clarion.accounts.batches import Outcome, Tally, Was
from clarion.accounts.models import Batch, Membership, Workspace
from clarion.accounts.rights import Actor
from clarion.content import actions as content
from clarion.content import sorting
from clarion.content.agreement import approval
from clarion.content.models import Post
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.zones import instant
from clarion.publishing import actions
from clarion.publishing.models import Delivery
from clarion.publishing.queries import next_morning

State = Post.State
FARTHEST = 5 * 366  # days
VERBS: Mapping[str, str] = {
    "move": "Moved",
    "label": "Labelled",
    "unlabel": "Labels taken off",
    "assign": "Assigned",
    "ask": "Asked for approval",
    "approve": "Approved",
    "cancel": "Called off",
    "bin": "Thrown away",
}


@dataclass(frozen=True)
class How:
    """What a verb needs to know. `seen` are the versions that the person looked at."""

    zone: ZoneInfo
    days: int | None = None
    to_date: date | None = None
    labels: Sequence[str] = ()
    to: Membership | None = None
    seen: Mapping[int, int] = field(default_factory=dict)


def act(
    workspace: Workspace, posts: Sequence[Post], verb: str, how: How, *, by: Actor
) -> Outcome:
    """Do it to each of the posts that allow it. `verb` is a key of VERBS."""
    by.must("read", workspace.pk)
    batches.must_be_few(len(posts), "posts")
    if verb == "move":
        _must_say_where(how)
    if verb in _EACH:
        do, _ = _EACH[verb]
        return batches.do(
            workspace,
            f"posts.{verb}",
            lambda tally: tally.each(posts, lambda post: do(post, how, by)),
            by=by,
        )
    if verb not in _ALL:
        raise NotYet(f"“{verb[:20]}” cannot be done. Choose from {', '.join(VERBS)}.", "do")
    made = batches.do(
        workspace, f"posts.{verb}", lambda tally: _ALL[verb](tally, posts, how, by), by=by
    )
    if verb == "assign" and made.done and how.to and how.to.pk != by.membership_id:
        _tell(workspace, how.to, len(made.done), by)
    return made


def take_back(batch: Batch, *, by: Actor) -> Outcome:
    """Give every post of it what it had before; what has changed since is left, with why."""
    return batches.take_back(
        batch, lambda tally, rows: _back(tally, batch.did, rows, by), by=by
    )


def _back(tally: Tally, did: str, rows: Sequence[Was], by: Actor) -> None:
    found = posts().filter(workspace=by.workspace_id).in_bulk([row["id"] for row in rows])
    was = {row["id"]: row for row in rows}
    verb = did.removeprefix("posts.")
    if verb in _EACH:
        _, back = _EACH[verb]
        tally.each(found.values(), lambda post: back(post, was[post.pk], by))
    elif verb == "assign":
        sorting.assign_back(tally, rows, list(found.values()), by=by)
    else:
        sorting.label_back(tally, rows, list(found.values()), by=by)


def posts() -> Any:
    """Posts with what a bulk step asks of each of them."""
    return Post.objects.select_related("workspace").prefetch_related("variants")


def _tell(workspace: Workspace, to: Membership, count: int, by: Actor) -> None:
    """One notice, however many posts they are."""
    what = "a post" if count == 1 else f"{count} posts"
    notify(
        workspace.pk,
        f"posts-assigned:{to.pk}",
        f"{by.name} asks you to see to {what}",
        f"calendar/?view=list&person={to.pk}",
        kind="task",
        to=to.pk,
    )


# --- a new time -----------------------------------------------------------------------------


def _must_say_where(how: How) -> None:
    if (how.days is None) == (how.to_date is None):
        raise NotYet("Say by how many days, or to which date.", "days")
    if how.days is not None and (how.days == 0 or abs(how.days) > FARTHEST):
        raise NotYet("Choose at least one day, and at most five years.", "days")


def _move(post: Post, how: How, by: Actor) -> Was:
    """Its hour on the wall stays, and what single channels have as their own moves along."""
    own = _own_times(post)
    was: Was = {
        "at": _iso(post.planned_for),
        "own": {str(pk): _iso(at) for pk, at in own.items()},
        "variants": _waiting(post),
        "seal": post.approved_seal if post.is_approved else "",
    }
    at, days = _aim(post, how)
    later = {pk: _shifted(when, days, how.zone) for pk, when in own.items()}
    moved = actions.move(post, at, own=later, by=by)
    return was | {"version": moved.version}


def _aim(post: Post, how: How) -> tuple[datetime, int]:
    """Where the post goes, and by how many days."""
    if post.planned_for is None:
        if how.to_date is None:
            raise NotYet("It has no day yet. Choose a date to put it on.")
        return instant(next_morning(how.to_date, how.zone, timezone.now()), how.zone), 0
    local = post.planned_for.astimezone(how.zone)
    days = how.days if how.to_date is None else (how.to_date - local.date()).days
    if not days:
        raise NotYet("It is on that day already.")
    return _shifted(post.planned_for, days, how.zone), days


def _shifted(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    local = at.astimezone(zone).replace(tzinfo=None)
    return instant(datetime.combine(local.date() + timedelta(days=days), local.time()), zone)


def _move_back(post: Post, was: Was, by: Actor) -> None:
    if post.version != was["version"]:
        raise Conflict("Somebody has changed it since.")
    own = {int(pk): datetime.fromisoformat(at) for pk, at in was["own"].items()}
    back = actions.move(post, _moment(was["at"]), own=own, by=by)
    if was["seal"] and not back.is_approved:
        approval.stands_again(back, was["seal"])
    if was["variants"] and back.is_approved and not _waiting(back):
        _plan(back, was["variants"], by)


def _own_times(post: Post) -> dict[int, datetime]:
    return {
        v.channel_id: v.planned_for
        for v in post.variants.all()
        if v.planned_for and not v.sent_at
    }


# --- a yes ----------------------------------------------------------------------------------


def _ask(post: Post, _how: How, by: Actor) -> Was:
    if post.state != State.DRAFT:
        raise NotYet(f"It is no draft: {State(post.state).label.lower()}.")
    approval.ask_for_approval(post, by=by)
    return {}


def _ask_back(post: Post, _was: Was, by: Actor) -> None:
    approval.withdraw(post, by=by)


def _approve(post: Post, how: How, by: Actor) -> Was:
    """Approved as it was seen, and put on its way where that was all it waited for."""
    if post.state == State.APPROVED:
        raise NotYet("It is approved already.")
    if how.seen.get(post.pk, post.version) != post.version:
        raise Conflict("It has changed since you looked at it. Look again, then decide.")
    was = {"state": post.state}
    actions.go_ahead(approval.approve(post, post.seal(), by=by), by=by)
    return was


def _approve_back(post: Post, was: Was, by: Actor) -> None:
    if _waiting(post):
        actions.cancel(post, by=by)
    approval.take_back(post, by=by)
    if was["state"] in Post.WAITING:
        approval.ask_for_approval(post, by=by)


# --- called off -----------------------------------------------------------------------------


def _cancel(post: Post, _how: How, by: Actor) -> Was:
    variants = _waiting(post)
    if not actions.cancel(post, by=by):
        raise NotYet("Nothing of it is scheduled.")
    return {"variants": variants, "version": post.version}


def _bin(post: Post, _how: How, by: Actor) -> Was:
    if post.state == State.BINNED:
        raise NotYet("It is in the bin already.")
    was = {
        "state": post.state,
        "seal": post.approved_seal,
        "variants": _waiting(post),
        "version": post.version,
    }
    actions.throw_away(post, by=by)
    return was


def _bin_back(post: Post, was: Was, by: Actor) -> None:
    content.restore(post, approved_seal=was["seal"], by=by)
    post.refresh_from_db()
    if was["state"] in Post.WAITING:
        approval.ask_for_approval(post, by=by)
    elif was["variants"]:
        _planned_again(post, was, by)


def _planned_again(post: Post, was: Was, by: Actor) -> None:
    if post.version != was["version"]:
        raise Conflict("Somebody has changed it since.")
    if any(v.at and v.at < timezone.now() for v in post.variants.all()):
        raise NotYet("Its time has passed meanwhile. Choose a new one.")
    _plan(post, was["variants"], by)


def _plan(post: Post, variants: Sequence[int], by: Actor) -> None:
    """On its way again: what waited, and nothing else."""
    others = [v.pk for v in post.variants.all() if v.pk not in variants]
    actions.plan(post, without=others, by=by)


# --- sorted ---------------------------------------------------------------------------------


def _label(tally: Tally, posts: Sequence[Post], how: How, by: Actor) -> None:
    sorting.label(tally, posts, sorting.named(how.labels), (), by=by)


def _unlabel(tally: Tally, posts: Sequence[Post], how: How, by: Actor) -> None:
    sorting.label(tally, posts, (), sorting.named(how.labels), by=by)


def _assign(tally: Tally, posts: Sequence[Post], how: How, by: Actor) -> None:
    sorting.assign(tally, posts, how.to, by=by)


# --- pieces ---------------------------------------------------------------------------------


def _waiting(post: Post) -> list[int]:
    """Ids of its variants of which something is on its way."""
    rows = Delivery.objects.filter(variant__post=post, state__in=actions.WAITING)
    return sorted(set(rows.values_list("variant_id", flat=True)))


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


# What is done to a post alone, and how it is taken back.
Do = Callable[[Post, How, Actor], Was]
Back = Callable[[Post, Was, Actor], None]
_EACH: Mapping[str, tuple[Do, Back]] = {
    "move": (_move, _move_back),
    "ask": (_ask, _ask_back),
    "approve": (_approve, _approve_back),
    "cancel": (_cancel, _planned_again),
    "bin": (_bin, _bin_back),
}
# What is done to all of them alike, in as many queries as for one.
_ALL: Mapping[str, Callable[[Tally, Sequence[Post], How, Actor], None]] = {
    "label": _label,
    "unlabel": _unlabel,
    "assign": _assign,
}
