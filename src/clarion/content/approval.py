"""Ask for approval, approve, send back. An approval covers bytes: any change voids it."""

from django.db import transaction

from clarion.accounts.actions import notify, solve
from clarion.accounts.journal import record
from clarion.accounts.rights import Actor, NotAllowed
from clarion.content.checks import clean_text
from clarion.content.models import Decision, Post
from clarion.kit.errors import Conflict, NotYet

State, Said = Post.State, Decision.Said


@transaction.atomic
def ask_for_approval(post: Post, note: str = "", *, by: Actor) -> None:
    """Put a post before those who may approve it."""
    post = post.locked()
    post.must("write", by)
    _must_be_ready(post)
    post.move(State.REVIEW)
    _decide(post, Said.ASKED, note, by)
    notify(
        post.workspace_id,
        f"review:{post.pk}",
        f"{by.name} asks for your approval: {post}",
        f"posts/{post.pk}/review/",
        kind="approval",
    )


@transaction.atomic
def approve(post: Post, seal: str, note: str = "", *, by: Actor) -> Post:
    """Say yes to exactly the bytes with this seal. Refuses what a network would refuse."""
    post = post.locked()
    post.must("approve", by)
    _must_be_ready(post)
    if seal != post.seal():
        raise Conflict("The post has changed since you looked at it. Look again, then decide.")
    if post.workspace.four_eyes and post.was_written_by(by.user_id):
        raise NotAllowed("In this workspace somebody else than the writer approves.")
    if not post.move(State.APPROVED, approved_seal=seal):
        raise Conflict("Somebody else has just decided about this post.")
    solve(post.workspace_id, [f"review:{post.pk}"])
    _decide(post, Said.APPROVED, note, by)
    return post


@transaction.atomic
def send_back(post: Post, note: str, *, by: Actor) -> None:
    """Say no, with what to change."""
    post = post.locked()
    post.must("approve", by)
    if not note.strip():
        raise NotYet("Say what should change, so that the writer can go on.", "note")
    post.move(State.DRAFT, approved_seal="")
    solve(post.workspace_id, [f"review:{post.pk}"])
    _decide(post, Said.RETURNED, note, by)


@transaction.atomic
def withdraw(post: Post, *, by: Actor) -> None:
    """Ask nobody any more: it is a draft again."""
    post = post.locked()
    post.must("write", by)
    if post.state != State.REVIEW:
        raise Conflict("It does not wait for approval any more.")
    post.move(State.DRAFT)
    solve(post.workspace_id, [f"review:{post.pk}"])
    _decide(post, Said.NOTED, "Asks for approval no longer.", by)


@transaction.atomic
def take_back(post: Post, *, by: Actor) -> None:
    """The yes was a slip: it is a draft again."""
    post = post.locked()
    post.must("approve", by)
    if post.state != State.APPROVED:
        raise Conflict("It is not approved any more.")
    post.move(State.DRAFT, approved_seal="")
    _decide(post, Said.RETURNED, "The approval was taken back.", by)


def stands_again(post: Post, seal: str) -> bool:
    """The post is as it was when somebody said yes to it, and nobody has said no since: the
    yes of that `seal` covers it again. For what comes out of the bin.
    """
    said = post.decisions.exclude(said__in=[Said.NOTED, Said.ASKED]).order_by("-at", "-pk")
    last = said.first()
    if last is None or (last.said, last.seal) != (Said.APPROVED, seal) or seal != post.seal():
        return False
    return post.move(State.APPROVED, approved_seal=seal)


@transaction.atomic
def add_note(post: Post, note: str, *, by: Actor) -> None:
    """A word among ourselves. It never goes out."""
    by.must("read", post.workspace_id)
    if not note.strip():
        raise NotYet("Write something first.", "note")
    _decide(post, Said.NOTED, note, by)


def void(post: Post, by: Actor) -> None:
    """It was changed: whoever agreed to the old bytes has not agreed to these."""
    if post.state == State.REVIEW:
        post.move(State.REVIEW, approved_seal="")
    elif post.state == State.APPROVED:
        post.move(State.DRAFT, approved_seal="")
        _decide(post, Said.VOIDED, "", by)


def problems(post: Post) -> list[str]:
    """Everything that a network would refuse, each with the channel it is about."""
    return [
        f"{variant.channel.network.name} {variant.channel.handle}: {problem.text}"
        for variant in post.variants.select_related("channel__workspace", "post__workspace")
        for problem in variant.problems()
        if problem.blocks
    ]


def _must_be_ready(post: Post) -> None:
    if post.state == State.BINNED:
        raise Conflict("The post is in the bin. Take it out first.")
    if not post.variants.exists():
        raise NotYet("Choose at least one channel.", "channels")
    if found := problems(post):
        raise NotYet(found[0], "text")


def _decide(post: Post, said: str, note: str, by: Actor) -> None:
    note = clean_text(note, "note").strip()
    seal, content = post.seal(), post.content()
    Decision.objects.create(
        post=post, said=said, by=by.name, note=note, seal=seal, content=content
    )
    record(by, f"post.{said}", f"Post {post.pk}", after={"seal": seal, "note": note})
