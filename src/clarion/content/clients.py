"""Show chosen posts to people without an account, and hear what they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from clarion.accounts.actions import notify
from clarion.accounts.journal import record
from clarion.accounts.models import Workspace
from clarion.accounts.rights import Actor, NotAllowed
from clarion.content import threads
from clarion.content.agreement import approval
from clarion.content.agreement.consent import counting
from clarion.content.checks import clean_text
from clarion.content.models import ClientLink, Comment, Media, Post, Thread
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.keys import key_hash, new_key
from clarion.strategy.models import Campaign

DAYS, DAYS_MAX = 14, 366  # that a link is open
POSTS_MAX = 500
NAME_MAX = 60
SEEN = [Post.State.REVIEW, Post.State.LATE, Post.State.APPROVED]  # drafts are our own affair


@dataclass(frozen=True)
class Shown:
    """What a link opens: these posts, a campaign, a stretch of days; several add up."""

    posts: Sequence[Post] = ()
    campaign: Campaign | None = None
    first_day: date | None = None
    last_day: date | None = None


@transaction.atomic
def share(
    workspace: Workspace,
    name: str,
    shown: Shown,
    *,
    days: int = DAYS,
    may_comment: bool = True,
    may_approve: bool = False,
    watermark: bool = True,
    passcode: str = "",
    by: Actor,
) -> tuple[ClientLink, str]:
    """A link and its key. The key is not kept: whoever asks must hand it over now."""
    by.must("people", workspace.pk)
    if by.membership_id is None:
        raise NotAllowed("Only somebody of this workspace can share its posts.")
    if may_approve:
        by.must("approve", workspace.pk)
    _must_be_ours(workspace, shown)
    if not 1 <= days <= DAYS_MAX:
        raise NotYet(f"A link is open for 1 to {DAYS_MAX} days.", "days")
    key = new_key()
    link = ClientLink.objects.create(
        workspace=workspace,
        maker_id=by.membership_id,
        name=_name(name, "name"),
        campaign=shown.campaign,
        first_day=shown.first_day,
        last_day=shown.last_day,
        may_comment=may_comment,
        may_approve=may_approve,
        watermark=watermark,
        passcode=make_password(_passcode(passcode)) if passcode else "",
        key_hash=key_hash(key),
        hint=key[:6],
        expires_at=timezone.now() + timedelta(days=days),
    )
    link.posts.set(shown.posts)
    after = {"posts": [p.pk for p in shown.posts], "until": link.expires_at}
    record(by, "link.shared", f"Client link {link.name}", after={**after, **_may(link)})
    return link, key


@transaction.atomic
def revoke(link: ClientLink, *, by: Actor) -> None:
    """The link opens nothing any more, from this moment. What was said through it stays."""
    by.must("people", link.workspace_id)
    if link.revoked_at is None:
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
        record(by, "link.revoked", f"Client link {link.name}")


def _must_be_ours(workspace: Workspace, shown: Shown) -> None:
    homes = {post.workspace_id for post in shown.posts}
    if shown.campaign:
        homes.add(shown.campaign.workspace_id)
    if homes - {workspace.pk}:
        raise NotAllowed("That belongs to another workspace.")
    if len(shown.posts) > POSTS_MAX:
        raise NotYet(f"A link shows at most {POSTS_MAX} chosen posts.", "posts")
    if (shown.first_day is None) != (shown.last_day is None):
        raise NotYet("Say from which day to which.", "last_day")
    if shown.first_day and shown.last_day and shown.last_day < shown.first_day:
        raise NotYet("The last day comes before the first.", "last_day")
    if not (shown.posts or shown.campaign or shown.first_day):
        raise NotYet("Choose what the link shows: posts, a campaign, or days.", "posts")


def _may(link: ClientLink) -> dict[str, bool]:
    return {"may_comment": link.may_comment, "may_approve": link.may_approve}


def _name(text: str, about: str) -> str:
    name = " ".join(clean_text(text, about).split())
    if not 1 <= len(name) <= NAME_MAX:
        raise NotYet(f"Give a name of 1 to {NAME_MAX} characters.", about)
    return name


def _passcode(text: str) -> str:
    if not 4 <= len(text) <= 100:
        raise NotYet("A passcode has 4 to 100 characters.", "passcode")
    return clean_text(text, "passcode")


# --- whoever comes through it ---------------------------------------------------------------


def opened(key: str) -> ClientLink | None:
    """The link this key opens, if it still does and its maker is still there."""
    rows = ClientLink.objects.select_related("workspace", "maker__user", "maker__workspace")
    found = rows.filter(key_hash=key_hash(key), maker__user__is_active=True).first()
    if found is None or not found.is_open or "people" not in found.maker.actor().may:
        return None
    return found


def note_visit(link: ClientLink) -> None:
    """When it was last used, to the minute: looking at a page writes little."""
    now = timezone.now()
    if link.seen_at is None or link.seen_at < now - timedelta(minutes=1):
        ClientLink.objects.filter(pk=link.pk).update(seen_at=now)


def knows(link: ClientLink, passcode: str) -> bool:
    return check_password(passcode[:100], link.passcode)


def posts_of(link: ClientLink) -> QuerySet[Post]:
    """What the link opens, by day: the chosen ones but for the bin; of a campaign and of days
    only what has been put before somebody."""
    where = Q(pk__in=link.posts.values("pk"))
    if link.campaign_id:
        where |= Q(campaign=link.campaign_id, state__in=SEEN)
    if link.first_day and link.last_day:
        start, end = _span(link, link.first_day, link.last_day)
        where |= Q(planned_for__gte=start, planned_for__lt=end, state__in=SEEN)
    rows = Post.objects.filter(where, workspace=link.workspace_id)
    rows = rows.exclude(state=Post.State.BINNED).select_related("workspace")
    rows = rows.prefetch_related("variants__channel__workspace", "placements__media", "labels")
    return rows.order_by("planned_for", "pk")


def _span(link: ClientLink, first: date, last: date) -> tuple[datetime, datetime]:
    midnight = time(tzinfo=link.workspace.zone)
    return datetime.combine(first, midnight), datetime.combine(
        last + timedelta(days=1), midnight
    )


def media_of(link: ClientLink, pk: int) -> Media | None:
    """A picture, if a post that the link opens shows it."""
    shown = posts_of(link).order_by().values("pk")
    rows = Media.objects.filter(pk=pk, workspace=link.workspace_id)
    return rows.filter(placements__post__in=shown).distinct().first()


def guest(link: ClientLink, name: str) -> Actor:
    """Whoever came through the link, by the name they gave. They may do no more than its maker
    could, and under four eyes count as its maker."""
    maker = link.maker.actor()
    given = frozenset({"read", "approve"} if link.may_approve else {"read"})
    return Actor(
        name=f"{_name(name, 'name')} (client link)",
        workspace_id=link.workspace_id,
        may=maker.may & given,
        on_channels={pk: rights & given for pk, rights in maker.on_channels.items()},
        user_id=link.maker.user_id,
        kind="client",
        link_id=link.pk,
    )


def talk(post: Post) -> list[Thread]:
    """What clients see of what is said: nothing internal, ever."""
    rows = Thread.objects.filter(post=post, place=Thread.Place.POST, internal=False)
    return list(rows.order_by("pk").prefetch_related("comments"))


@transaction.atomic
def comment(link: ClientLink, post: Post, text: str, *, by: Actor) -> Comment:
    """Say something about a post. It goes on in the thread that clients see."""
    if not link.may_comment:
        raise NotAllowed("This link is for looking only.")
    if thread := Thread.objects.filter(post=post, place="post", internal=False).first():
        return threads.say(thread, text, by=by)
    begun = threads.begin(post.workspace, text, post=post, internal=False, by=by)
    return begun.comments.get()


@transaction.atomic
def say_yes(post: Post, seal: str, *, by: Actor) -> Post:
    """The client agrees to these bytes. Whether that is enough, the rules say."""
    _must_wait(post)
    if any(yes.link and yes.link.pk == by.link_id for yes in counting([post])[post.pk]):
        raise Conflict("You have approved it already. Nothing else is needed from you.")
    post = approval.approve(post, seal, by=by)
    _tell(post, f"{by.name} approved: {post}", by)
    return post


@transaction.atomic
def ask_for_changes(link: ClientLink, post: Post, why: str, *, by: Actor) -> None:
    """The client does not agree. What they say stands in the thread, and the post goes back."""
    if not why.strip():
        raise NotYet("Say what should change.", "text")
    _must_wait(post)
    approval.send_back(post, why, by=by)
    if link.may_comment:
        comment(link, post, why, by=by)
    _tell(post, f"{by.name} asks for changes: {post}", by)


def _must_wait(post: Post) -> None:
    if post.state not in Post.WAITING:
        raise Conflict("There is nothing to decide about this post at the moment.")


def _tell(post: Post, text: str, by: Actor) -> None:
    for pk in approval.responsible(post):
        key = f"client:{by.link_id}:{post.pk}:{timezone.now():%Y%m%d%H%M%S}:{pk}"
        notify(post.workspace_id, key, text, f"posts/{post.pk}/review/", kind="task", to=pk)
