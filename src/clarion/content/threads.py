"""Say something about a post or a report: comments, answers, other words for it."""

import re
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from clarion.accounts.actions import notify, solve
from clarion.accounts.journal import record
from clarion.accounts.models import Membership, Notice, Workspace
from clarion.accounts.rights import Actor, NotAllowed
from clarion.channels.models import Channel
from clarion.content import actions
from clarion.content.agreement.approval import responsible
from clarion.content.checks import clean_text
from clarion.content.models import Comment, Post, Thread
from clarion.kit.errors import Conflict, NotYet
from clarion.strategy.models import Campaign

Place, Outcome = Thread.Place, Thread.Outcome
SHOWN = 80  # characters of a comment that a notice repeats


@transaction.atomic
def begin(
    workspace: Workspace,
    text: str,
    *,
    place: str = Place.POST,
    post: Post | None = None,
    campaign: Campaign | None = None,
    internal: bool = True,
    by: Actor,
) -> Thread:
    """Say the first thing about a post, or about the results of a post, a campaign or all."""
    by.must("read", workspace.pk)
    if any(row and row.workspace_id != workspace.pk for row in (post, campaign)):
        raise NotAllowed("That belongs to another workspace.")
    if place == Place.POST and post is None:
        raise NotYet("Say which post it is about.", "post")
    thread = Thread.objects.create(
        workspace=workspace, place=place, post=post, campaign=campaign, internal=internal
    )
    _say(thread, text, by)
    return thread


@transaction.atomic
def suggest(
    post: Post,
    words: str,
    *,
    part: int = 0,
    channel: Channel | None = None,
    why: str = "",
    by: Actor,
) -> Thread:
    """Other words for a part of the post, or for one channel, for a writer to take over."""
    by.must("read", post.workspace_id)
    words = clean_text(words, "proposal")
    now = _words(post, part, channel)
    if words == now:
        raise NotYet("These are the words that stand there. Change them first.", "proposal")
    thread = Thread.objects.create(
        workspace_id=post.workspace_id,
        place=Place.POST,
        post=post,
        proposal=words,
        instead_of=now,
        part=part,
        channel=channel,
    )
    _say(thread, why.strip() or "Suggests other words.", by)
    return thread


@transaction.atomic
def say(thread: Thread, text: str, *, by: Actor) -> Comment:
    """Answer in a thread. What was resolved is open again."""
    by.must("read", thread.workspace_id)
    thread = _locked(thread)
    if thread.resolved_at and not thread.outcome:
        _set(thread, resolved_at=None, resolved_by="")
    return _say(thread, text, by)


@transaction.atomic
def resolve(thread: Thread, *, done: bool = True, by: Actor) -> None:
    """Settled, or not after all."""
    by.must("read", thread.workspace_id)
    thread = _locked(thread)
    if thread.outcome:
        raise Conflict("What was suggested there has been decided.")
    _close(thread, by) if done else _set(thread, resolved_at=None, resolved_by="")
    record(by, "comment.resolved" if done else "comment.reopened", subject(thread))


@transaction.atomic
def take(thread: Thread, *, by: Actor) -> Post:
    """Take the suggested words over: an ordinary change, so an approval before it is void."""
    thread = _locked(thread)
    post = _suggested(thread)
    if _words(post, thread.part, thread.channel) != thread.instead_of:
        raise Conflict(
            "The words have changed since this was suggested. Look at both, and change them by "
            "hand."
        )
    post = actions.edit(post, version=post.version, by=by, **_change(thread, post))
    _set(thread, outcome=Outcome.TAKEN)
    _close(thread, by)
    record(by, "comment.taken", subject(thread), after={"text": thread.proposal})
    return post


@transaction.atomic
def decline(thread: Thread, *, by: Actor) -> None:
    """The words stay as they are."""
    thread = _locked(thread)
    _suggested(thread).must("write", by)
    _set(thread, outcome=Outcome.DECLINED)
    _close(thread, by)
    record(by, "comment.declined", subject(thread))


def _suggested(thread: Thread) -> Post:
    if thread.post is None or not thread.proposal:
        raise Conflict("Nothing is suggested there.")
    if thread.outcome:
        raise Conflict("Somebody else has just decided about this.")
    return thread.post


def _words(post: Post, part: int, channel: Channel | None) -> str:
    """What stands there now."""
    if channel is not None:
        variant = post.variants.filter(channel=channel).first()
        if variant is None:
            raise NotYet(f"The post does not go to {channel.handle}.", "channel")
        return variant.text or post.text
    texts = [post.text, *post.more]
    if not 0 <= part < len(texts):
        raise NotYet(f"The post has {len(texts)} parts.", "part")
    return str(texts[part])


def _change(thread: Thread, post: Post) -> dict[str, object]:
    if thread.channel_id:
        return {"variants": {thread.channel_id: {"text": thread.proposal}}}
    if thread.part == 0:
        return {"text": thread.proposal}
    more = list(post.more)
    more[thread.part - 1] = thread.proposal
    return {"more": more}


# --- who is told ----------------------------------------------------------------------------


def _say(thread: Thread, text: str, by: Actor) -> Comment:
    text = clean_text(text, "text").strip()
    if not text:
        raise NotYet("Write something first.", "text")
    before = list(thread.comments.exclude(member=None).values_list("member_id", flat=True))
    comment = Comment.objects.create(
        thread=thread,
        by=by.name[:200],
        member_id=by.membership_id,
        link_id=by.link_id,
        text=text,
    )
    people = Membership.objects.filter(workspace=thread.workspace_id, user__is_active=True)
    named = [] if by.link_id else mentioned(text, people.select_related("user"))
    comment.mentions.set(named)
    record(by, "comment.made", subject(thread), after={"text": text})
    _tell(thread, comment, [m.pk for m in named], f"{by.name} mentions you", by)
    if by.link_id and thread.post:
        before += responsible(thread.post)
    others = [pk for pk in before if pk not in {m.pk for m in named}]
    _tell(thread, comment, others, f"{by.name} says", by)
    return comment


def mentioned(text: str, people: Iterable[Membership]) -> list[Membership]:
    """Whom “@Name” means: the whole name, its first word, or what stands before the @ of their
    address. A short name that two people have means both."""
    names = "|".join(re.escape(n) for n in sorted(_all(people), key=len, reverse=True) if n)
    found = re.findall(rf"(?<!\w)@({names})(?!\w)", text, re.IGNORECASE) if names else []
    wanted = {name.casefold() for name in found}
    return [m for m in people if wanted & _names(m)]


def _all(people: Iterable[Membership]) -> set[str]:
    return set().union(*(_names(m) for m in people))


def _names(member: Membership) -> set[str]:
    whole = str(member.user).casefold()
    return {whole, whole.split(" ")[0], member.user.email.partition("@")[0].casefold()}


def _tell(
    thread: Thread, comment: Comment, people: Sequence[int], says: str, by: Actor
) -> None:
    text = f"{says}: “{comment.text[:SHOWN]}”"
    for pk in dict.fromkeys(people):
        if pk != by.membership_id:
            key = f"thread:{thread.pk}:{comment.pk}:{pk}"
            notify(thread.workspace_id, key, text, address(thread), kind="mention", to=pk)


def address(thread: Thread) -> str:
    """Where it is to be read, below the workspace."""
    if thread.campaign_id:
        page = f"campaigns/{thread.campaign_id}/results/"
    elif thread.post_id:
        page = f"posts/{thread.post_id}/" + ("results/" if thread.place == "results" else "")
    else:
        page = "results/"
    return f"{page}#thread-{thread.pk}"


def subject(thread: Thread) -> str:
    """What the journal calls it."""
    if thread.campaign_id:
        return f"Campaign {thread.campaign_id}"
    return f"Post {thread.post_id}" if thread.post_id else "Results"


# --- pieces ---------------------------------------------------------------------------------


def _locked(thread: Thread) -> Thread:
    rows = Thread.objects.select_for_update(of=("self",)).select_related("post__workspace")
    return rows.select_related("post__workspace", "channel").get(pk=thread.pk)


def _close(thread: Thread, by: Actor) -> None:
    _set(thread, resolved_at=timezone.now(), resolved_by=by.name[:200])
    rows = Notice.objects.filter(workspace=thread.workspace_id, solved_at=None)
    mine = rows.filter(about__startswith=f"thread:{thread.pk}:")
    solve(thread.workspace_id, list(mine.values_list("about", flat=True)))


def _set(thread: Thread, **values: object) -> None:
    for name, value in values.items():
        setattr(thread, name, value)
    thread.save(update_fields=list(values))
