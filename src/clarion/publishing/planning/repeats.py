"""Posts that come again. Each time is a post of its own, made from the first, exactly once.

Somebody who may approve agrees once: to the words, all wordings and the limits. Each copy
carries that yes. When the first post is changed, the yes no longer covers it, and it stops.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from clarion.accounts.actions import notify, solve
from clarion.accounts.journal import record
from clarion.accounts.rights import Actor, NotAllowed
from clarion.content.agreement import approval
from clarion.content.checks import clean_text
from clarion.content.models import Decision, Placement, Post, Variant
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.zones import known_zone, next_instant
from clarion.publishing import actions, pacing
from clarion.publishing.models import DAY, Delivery, Repeat, Repetition
from clarion.publishing.planning import calendar_rules

State = Repeat.State
WORDINGS_MAX = 50
MOST_MAX = 1000
SHOWN = 10  # next days that are shown
LOOK = timedelta(hours=1)  # until it looks again whether the last one is out
# What a copy has of its own: where it stands, who agreed, when.
FRESH = [
    "id",
    "state",
    "state_since",
    "due_at",
    "lease",
    "lease_until",
    "attempts",
    "problem",
    "approved_seal",
    "version",
    "planned_for",
    "created_at",
    "changed_at",
]


@dataclass(frozen=True)
class Terms:
    """How a post shall come again. With a `rule` on its days at `minute`, else as an evergreen
    through the queues."""

    every_days: int = 30
    most: int | None = None
    season: tuple[str, str] = ("", "")  # "11-15", "12-24"
    words: Sequence[str] = field(default_factory=list)
    rule: str = ""
    first_date: date | None = None
    minute: int | None = None


@transaction.atomic
def start(post: Post, terms: Terms, *, by: Actor) -> Repeat:
    """Let a post come again. Whoever may not approve it sets it up; somebody else agrees."""
    post = post.locked()
    post.must("write", by)
    _must_make_sense(post, terms)
    words = [clean_text(text, "words").strip() for text in terms.words if text.strip()]
    row = Repeat.objects.create(
        origin=post,
        state=State.OFF,
        rule=terms.rule.upper().removeprefix("RRULE:"),
        first_date=terms.first_date,
        minute=terms.minute,
        every_days=terms.every_days,
        season_from=terms.season[0],
        season_to=terms.season[1],
        most=terms.most,
        words=words,
        writers=[by.user_id] if words else [],
    )
    record(by, "repeat.made", f"Repeat {row.pk}", after={"post": post.pk, **row.terms()})
    if _why_not_agree(row, by):
        return row
    return agree(row, by=by)


@transaction.atomic
def agree(row: Repeat, *, by: Actor) -> Repeat:
    """Say yes to every time it will come again within its limits, and begin."""
    row = _locked(row)
    row.origin.must("approve", by)
    row.origin.must("publish", by)
    if why := _why_not_agree(row, by):
        raise NotAllowed(why)
    if row.state == State.ON:
        raise Conflict("It comes again already.")
    if not _was_approved(row.origin):
        raise NotYet("Approve the post itself first: what comes again is what was approved.")
    _must_have_wordings(row)
    row.move(State.ON, agreed_seal=_seal(row), agreed_by=by.name[:200])
    solve(row.origin.workspace_id, [f"repeat:{row.pk}"])
    record(by, "repeat.agreed", f"Repeat {row.pk}", after={"seal": row.agreed_seal})
    return row


@transaction.atomic
def stop(row: Repeat, *, by: Actor) -> None:
    """No further times. What is on its way already stays: call it off where it stands."""
    row = _locked(row)
    row.origin.must("publish", by)
    if row.state != State.ON:
        raise Conflict("It does not come again any more.")
    row.move(State.OFF)
    record(by, "repeat.stopped", f"Repeat {row.pk}")


@transaction.atomic
def skip(row: Repeat, day: date, *, by: Actor) -> None:
    """Leave out one day of its rule. What is planned for that day is called off."""
    row = _locked(row)
    row.origin.must("publish", by)
    if day not in list(calendar_rules.days(row.rule, row.first_date or day)):
        raise NotYet("It does not come on that day. Choose one of the days shown.", "day")
    row.skipped = sorted({*row.skipped, day.isoformat()})
    row.save(update_fields=["skipped"])
    for made in row.repetitions.filter(on=day):
        actions.cancel(made.post, by=by)
    if row.state == State.ON:
        row.compare_and_set({"due_at": timezone.now()})
    record(by, "repeat.skipped", f"Repeat {row.pk}", after={"day": day.isoformat()})


@transaction.atomic
def put_back(row: Repeat, day: date, *, by: Actor) -> None:
    """It comes on a day after all that was left out. What was called off is planned again."""
    row = _locked(row)
    row.origin.must("publish", by)
    if day.isoformat() not in row.skipped:
        raise Conflict("That day is not left out.")
    row.skipped = [each for each in row.skipped if each != day.isoformat()]
    row.save(update_fields=["skipped"])
    for made in row.repetitions.filter(on=day):
        actions.plan(made.post, by=by)
    if row.state == State.ON:
        row.compare_and_set({"due_at": timezone.now()})
    record(by, "repeat.put_back", f"Repeat {row.pk}", after={"day": day.isoformat()})


def ahead(row: Repeat, most: int = SHOWN) -> list[datetime]:
    """When it comes next: the days of its rule, or the slots that its limits leave it. In the
    zone of its first channel."""
    variant = row.origin.variants.select_related("channel__workspace").order_by("pk").first()
    if variant is None:
        return []
    zone = known_zone(variant.channel.zone_name)
    left = None if row.most is None else row.most - row.repetitions.count()
    if row.rule:
        found = _coming_days(row)
        times = [next_instant(_local(row, day), zone)[0] for day in islice(found, most)]
    else:
        times = _evergreen_times(row, variant, most)
    return [at.astimezone(zone) for at in times[: left if left is None else max(left, 0)]]


def _evergreen_times(row: Repeat, variant: Variant, most: int) -> list[datetime]:
    zone = known_zone(variant.channel.zone_name)
    labels = set(row.origin.labels.values_list("pk", flat=True))
    week = pacing.usable(variant.channel.slots.all(), labels)
    now, last = timezone.now(), _last(row)
    taken = pacing.taken(variant.channel, now)
    before = last.astimezone(zone).date() if last else None
    times: list[datetime] = []
    for opening in pacing.openings(week, zone, now):
        day = opening.at.astimezone(zone).date()
        far = before is None or (day - before).days >= row.every_days
        if far and opening.at not in taken and row.in_season(day):
            times.append(opening.at)
            before = day
        if len(times) == most:
            break
    return times


# --- what the worker does -------------------------------------------------------------------


@transaction.atomic
def come_again(row: Repeat) -> Post | None:
    """Make and plan the next time, if it is its turn. Raises NotYet, Conflict or NotAllowed
    where it cannot come again as it is."""
    row = _locked(row)
    if row.agreed_seal != _seal(row):
        raise NotYet("The post was changed after somebody agreed that it comes again.")
    if _waits(row):
        row.compare_and_set({"due_at": timezone.now() + LOOK})
        return None
    number = row.repetitions.count() + 1
    day = next(_coming_days(row), None) if row.rule else None
    channels = _channels(row, number)
    done = row.most is not None and number > row.most
    if done or not channels or (row.rule and day is None):
        row.move(State.OVER, problem="" if channels else USED_UP)
        return None
    by = Actor(
        f"Clarion, for {row.agreed_by}"[:200],
        row.origin.workspace_id,
        frozenset({"read", "write", "publish", "approve"}),
        kind="worker",
    )
    post = _made(row, number, channels, day)
    approval.carry(post, f"As agreed by {row.agreed_by}, time {number}.", by=by)
    planned = actions.plan(post, by=by)
    due = max(d.planned_for for d in planned) + pacing.MINUTE
    row.compare_and_set({"due_at": due, "attempts": 0, "problem": ""})
    return post


def stopped(row: Repeat, why: Exception) -> None:
    """It cannot come again as it is, and somebody should know."""
    if row.move(State.OFF, problem=str(why)):
        notify(
            row.origin.workspace_id,
            f"repeat:{row.pk}",
            f"“{row.origin}” does not come again: {why}",
            f"posts/{row.origin_id}/",
        )


def _made(row: Repeat, number: int, channels: set[int], day: date | None) -> Post:
    text = _wording(row, number)
    post = copy(row.origin, channels=channels, text=text)
    post.variants.update(queued=not row.rule)
    if day is not None:
        _set_times(row, post, day)
    Repetition.objects.create(repeat=row, origin=row.origin, post=post, number=number, on=day)
    return post


def _set_times(row: Repeat, post: Post, day: date) -> None:
    """The minute of the rule on the wall of each channel."""
    variants = list(post.variants.select_related("channel__workspace"))
    local = _local(row, day)
    times = {v.pk: next_instant(local, known_zone(v.channel.zone_name))[0] for v in variants}
    first = min(times.values())
    for variant in variants:
        if times[variant.pk] != first:
            post.variants.filter(pk=variant.pk).update(planned_for=times[variant.pk])
    Post.objects.filter(pk=post.pk).update(planned_for=first)
    post.refresh_from_db()


def copy(origin: Post, *, channels: set[int], text: str | None = None) -> Post:
    """The same post once more, as a draft without a time. `text`: other words for all."""
    fields: list[Any] = [f for f in Post._meta.concrete_fields if f.name not in FRESH]
    post = Post(
        **{f.attname: getattr(origin, f.attname) for f in fields}, state=Post.State.DRAFT
    )
    if text is not None:
        post.text = text
    post.save()
    Placement.objects.bulk_create(
        Placement(post=post, media_id=p.media_id, position=p.position)
        for p in origin.placements.all()
    )
    post.labels.set(origin.labels.all())
    own: list[Any] = [f for f in Variant._meta.concrete_fields if f.name != "id"]
    for variant in origin.variants.filter(channel__in=channels):
        values = {f.attname: getattr(variant, f.attname) for f in own}
        values |= {"post_id": post.pk, "sent_at": None, "planned_for": None}
        Variant.objects.create(**values | ({} if text is None else {"text": ""}))
    return post


# --- pieces ---------------------------------------------------------------------------------


def _locked(row: Repeat) -> Repeat:
    rows = Repeat.objects.select_for_update(of=("self",))
    return rows.select_related("origin__workspace").get(pk=row.pk)


def _seal(row: Repeat) -> str:
    """SHA-256 of the post's words, all wordings and limits; when it goes is no part of it."""
    said = {"post": _words(row.origin.content()), "terms": row.terms()}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _words(content: Mapping[str, Any]) -> dict[str, Any]:
    own = {
        pk: {k: v for k, v in said.items() if k != "planned_for"}
        for pk, said in content["channels"].items()
    }
    return {**content, "planned_for": None, "channels": own}


def _was_approved(post: Post) -> bool:
    """Somebody said yes to these words, whenever they were to go out."""
    if post.is_approved:
        return True
    said = post.decisions.filter(said=Decision.Said.APPROVED).order_by("-at", "-pk").first()
    return said is not None and _words(said.content) == _words(post.content())


def _why_not_agree(row: Repeat, by: Actor) -> str:
    post = row.origin
    channels = [v.channel_id for v in post.variants.all()]
    if not all(by.can("approve", pk) and by.can("publish", pk) for pk in channels):
        return "Somebody who may approve and schedule has to agree that it comes again."
    own = post.was_written_by(by.user_id) or by.user_id in row.writers
    if post.workspace.four_eyes and own:
        return "In this workspace somebody else than the writer agrees that it comes again."
    return ""


def _must_make_sense(post: Post, terms: Terms) -> None:
    if post.state == Post.State.BINNED or not post.variants.exists():
        raise NotYet("Choose at least one channel.", "channels")
    if not 1 <= terms.every_days <= 3650:
        raise NotYet("Choose 1 to 3650 days between two times.", "every_days")
    if terms.most is not None and not 1 <= terms.most <= MOST_MAX:
        raise NotYet(f"It can come again 1 to {MOST_MAX} times.", "most")
    if len(terms.words) > WORDINGS_MAX:
        raise NotYet(f"{WORDINGS_MAX} other wordings are the most.", "words")
    _must_be_a_season(*terms.season)
    if terms.rule:
        if terms.first_date is None or terms.minute is None or not 0 <= terms.minute < DAY:
            raise NotYet("Say on which day it begins, and at what time.", "first_date")
        if next(calendar_rules.days(terms.rule, terms.first_date), None) is None:
            raise NotYet("This rule has no day within five years.", "rule")


def _must_be_a_season(start: str, end: str) -> None:
    if bool(start) != bool(end):
        raise NotYet("A season has a first and a last day.", "season")
    if not all(_is_day(text) for text in (start, end) if text):
        raise NotYet("A day of a season is written like 11-15, month first.", "season")


def _is_day(text: str) -> bool:
    try:
        return f"{date.fromisoformat(f'2000-{text}'):%m-%d}" == text
    except ValueError:
        return False


def _must_have_wordings(row: Repeat) -> None:
    for variant in row.origin.variants.select_related("channel"):
        if variant.channel.limits.same_text and not row.words:
            raise NotYet(
                f"{variant.channel.network.name} refuses the same words twice. Write at least "
                "one other wording.",
                "words",
            )


def _wording(row: Repeat, number: int) -> str | None:
    """The words of that time: the post's own first, then the others in turn."""
    n = number % (len(row.words) + 1)
    return str(row.words[n - 1]) if n else None


def _channels(row: Repeat, number: int) -> set[int]:
    """Where it goes that time: a network that refuses the same words gets each wording once."""
    found = set()
    for variant in row.origin.variants.select_related("channel"):
        once = variant.channel.limits.same_text
        if not once or number <= len(row.words):
            found.add(variant.channel_id)
    return found


USED_UP = "Every wording has been used, and the network takes none twice. Write another."


def _waits(row: Repeat) -> bool:
    """The last one is not out yet."""
    states = Delivery.State.PLANNED, Delivery.State.HELD, Delivery.State.SENDING
    made = row.repetitions.order_by("-number").first()
    if made is None:
        return False
    return Delivery.objects.filter(
        variant__post=made.post_id, part=0, state__in=[*states, "settling", "unsure"]
    ).exists()


def _last(row: Repeat) -> datetime | None:
    """The latest time that it goes or went out, as the first or again."""
    posts = [row.origin_id, *row.repetitions.values_list("post", flat=True)]
    alive = Delivery.objects.filter(variant__post__in=posts, part=0)
    alive = alive.exclude(state__in=["cancelled", "removed"])
    return max((d.live_at or d.planned_for for d in alive), default=None)


def _coming_days(row: Repeat) -> Iterator[date]:
    """Days of the rule that are ahead and not made yet."""
    made = {on.isoformat() for on in row.repetitions.values_list("on", flat=True) if on}
    out = (*row.skipped, *made)
    now = timezone.now()
    zones = {
        known_zone(v.channel.zone_name)
        for v in row.origin.variants.select_related("channel__workspace")
    }
    for day in calendar_rules.days(row.rule, row.first_date or now.date(), out):
        local = _local(row, day)
        if row.in_season(day) and all(next_instant(local, zone)[0] > now for zone in zones):
            yield day


def _local(row: Repeat, day: date) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=row.minute or 0)
