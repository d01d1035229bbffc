"""Ask for approval, approve, send back. An approval covers bytes: any change voids it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from clarion.accounts.actions import notify, solve
from clarion.accounts.journal import record
from clarion.accounts.models import Notice
from clarion.accounts.rights import Actor, NotAllowed
from clarion.content.agreement import consent
from clarion.content.agreement.consent import Consent
from clarion.content.checks import clean_text
from clarion.content.models import Decision, Post
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.zones import known_zone

LEAD = ("owner", "manager")
State, Said = Post.State, Decision.Said


@transaction.atomic
def ask_for_approval(post: Post, note: str = "", *, by: Actor) -> None:
    """Put a post before those who have to agree. They are told; the others hear when it is
    their turn, and all who have not decided are reminded before its time.
    """
    post = post.locked()
    post.must("write", by)
    _must_be_ready(post)
    asked = consent.of(post)
    if step := asked.hopeless:
        raise NotYet(
            f"“{step.name}” needs {step.needed} people, and only {len(step.asked)} may decide "
            "about this post there. Change the rule on the page Approval rules, or give more "
            "people the right to approve."
        )
    post.move(State.REVIEW)
    decide(post, Said.ASKED, note, by)
    _tell(post, asked, f"{by.name} asks for your approval: {post}", by)


@transaction.atomic
def approve(post: Post, seal: str, note: str = "", *, by: Actor) -> Post:
    """Say yes to exactly the bytes with this seal. Refuses what a network would refuse.

    It is approved once all who have to agree have; until then the yes is kept and counted.
    """
    post = post.locked()
    post.must("approve", by)
    _must_be_ready(post)
    if seal != post.seal():
        raise Conflict("The post has changed since you looked at it. Look again, then decide.")
    if post.workspace.four_eyes and post.was_written_by(by.user_id):
        raise NotAllowed("In this workspace somebody else than the writer approves.")
    before = consent.of(post)
    if not before.has_yes_of(by.membership_id) or not before.complete:
        _must_be_asked(before, by)
        decide(post, Said.APPROVED, note, by)
    after = consent.of(post)
    if after.complete:
        _approved(post, seal)
    else:
        _go_on(post, before, after, by)
    return post


def _must_be_asked(asked: Consent, by: Actor) -> None:
    """Whoever comes through a client link may always say yes; the steps say if it counts."""
    if by.link_id or asked.asks(by.membership_id):
        return
    if asked.has_yes_of(by.membership_id):
        raise Conflict(f"You have approved it already. It has {asked.said}.")
    if any(step.asks(by.membership_id) for step in asked.steps):
        raise NotYet(f"It is not your turn yet. It has {asked.said}.")
    raise NotAllowed(
        f"{by.name} is not among those who decide about this post. It has {asked.said}. An "
        "owner can change that on the page Approval rules."
    )


def _approved(post: Post, seal: str) -> None:
    if not post.move(State.APPROVED, approved_seal=seal):
        raise Conflict("Somebody else has just decided about this post.")
    over(post)


def _go_on(post: Post, before: Consent, after: Consent, by: Actor) -> None:
    """Not all have agreed yet: those whose turn it is now are told."""
    if post.state != State.LATE:
        post.move(State.REVIEW)
    settle(post, [f"{about(post)}:ask:{by.membership_id}"])
    if after.missing and {m.pk for m in after.missing} != {m.pk for m in before.missing}:
        _tell(post, after, f"It is your turn to approve: {post}", by)


@transaction.atomic
def carry(post: Post, note: str, *, by: Actor) -> None:
    """What somebody agreed to before covers this post, too: it says and shows the same."""
    post.must("approve", by)
    _must_be_ready(post)
    post.move(State.APPROVED, approved_seal=post.seal())
    decide(post, Said.APPROVED, note, by)


@transaction.atomic
def send_back(post: Post, note: str, *, by: Actor) -> None:
    """Say no, with what to change. Whoever had agreed is asked again the next time."""
    post = post.locked()
    post.must("approve", by)
    if not note.strip():
        raise NotYet("Say what should change, so that the writer can go on.", "note")
    post.move(State.DRAFT, approved_seal="")
    over(post)
    decide(post, Said.RETURNED, note, by)
    if post.author_id and post.author_id != by.membership_id:
        text = f"{by.name} sent your post back: {post}"
        key = f"{about(post)}:back"
        tell(post, key, text, [post.author_id], kind="task")


@transaction.atomic
def withdraw(post: Post, *, by: Actor) -> None:
    """Ask nobody any more: it is a draft again."""
    post = post.locked()
    post.must("write", by)
    if post.state not in Post.WAITING:
        raise Conflict("It does not wait for approval any more.")
    post.move(State.DRAFT)
    over(post)
    decide(post, Said.NOTED, "Asks for approval no longer.", by)


@transaction.atomic
def take_back(post: Post, *, by: Actor) -> None:
    """The yes was a slip: it is a draft again."""
    post = post.locked()
    post.must("approve", by)
    if post.state != State.APPROVED:
        raise Conflict("It is not approved any more.")
    post.move(State.DRAFT, approved_seal="")
    decide(post, Said.RETURNED, "The approval was taken back.", by)


def stands_again(post: Post, seal: str) -> bool:
    """The post is what it was when somebody said yes to it, and nobody has said no since: the
    yes of that `seal` covers it again. For the way back from what voided it.
    """
    words = post.decisions.filter(said__in=[Said.APPROVED, Said.RETURNED])
    last = words.order_by("-at", "-pk").first()
    if last is None or (last.said, last.seal) != (Said.APPROVED, seal) or seal != post.seal():
        return False
    asked = consent.of(post)
    if asked.ruled and not asked.complete:
        return False
    over(post)
    return post.move(State.APPROVED, approved_seal=seal)


@transaction.atomic
def carry_over(
    post_id: int, times: Mapping[int, datetime], *, approved: bool, by: Actor
) -> Post:
    """Later times for variants (id -> time) that could not go at theirs. What was `approved`
    stays so: the yes was to the words, and nobody asked for the delay.
    """
    post = Post.objects.select_for_update().get(pk=post_id)
    rows = {v.pk: v for v in post.variants.all()}
    if set(times) == set(rows):
        post.planned_for = min(times.values())
    for pk, at in times.items():
        rows[pk].planned_for = None if at == post.planned_for else at
        rows[pk].save(update_fields=["planned_for"])
    post.version += 1
    if approved:
        post.approved_seal = post.seal()
        said = "It could not go out at its time and was given a later one. The approval stays."
        decide(post, Said.NOTED, said, by)
    post.save(update_fields=["planned_for", "version", "approved_seal"])
    return post


@transaction.atomic
def add_note(post: Post, note: str, *, by: Actor) -> None:
    """A word among ourselves. It never goes out."""
    by.must("read", post.workspace_id)
    if not note.strip():
        raise NotYet("Write something first.", "note")
    decide(post, Said.NOTED, note, by)


def void(post: Post, by: Actor) -> None:
    """It was changed: whoever agreed to the old bytes has not agreed to these."""
    if post.state in Post.WAITING:
        agreed = _had_a_yes(post)
        post.move(State.REVIEW, approved_seal="")
        if agreed:
            decide(post, Said.VOIDED, "", by)
            _tell(
                post, consent.of(post), f"Changed since it was approved, look again: {post}", by
            )
    elif post.state == State.APPROVED:
        post.move(State.DRAFT, approved_seal="")
        decide(post, Said.VOIDED, "", by)
        _warn(post, by)


def recheck(post: Post, by: Actor) -> None:
    """Labels choose who has to agree: what goes out still needs the yes of all of them."""
    waits = post.state == State.APPROVED and post.variants.filter(sent_at=None).exists()
    asked = consent.of(post) if waits else None
    if asked and asked.ruled and not asked.complete:
        void(post, by)


def _had_a_yes(post: Post) -> bool:
    last = post.decisions.exclude(said=Said.NOTED).order_by("-pk").first()
    return last is not None and last.said == Said.APPROVED


def _warn(post: Post, by: Actor) -> None:
    """What was on its way will not go out as it is: its people hear that before its hour."""
    if post.planned_for and post.planned_for > timezone.now():
        text = (
            f"{by.name} changed it after it was approved, so it does not go out on "
            f"{moment(post, post.planned_for)} unless it is approved again: {post}"
        )
        people = [m for m in responsible(post) if m != by.membership_id]
        tell(post, f"{about(post)}:void", text, people, kind="reminder")


# --- who is told ----------------------------------------------------------------------------


def about(post: Post) -> str:
    """What notices about its approval begin with."""
    return f"review:{post.pk}"


def tell(
    post: Post, key: str, text: str, people: Iterable[int], *, kind: str = "approval"
) -> None:
    """One notice for each of these memberships, once for as long as it is open."""
    for pk in people:
        url = f"posts/{post.pk}/review/"
        notify(post.workspace_id, f"{key}:{pk}", text, url, kind=kind, to=pk)


def _tell(post: Post, asked: Consent, text: str, by: Actor) -> None:
    people = [m.pk for m in asked.missing if m.pk != by.membership_id]
    tell(post, f"{about(post)}:ask", text, people)


def responsible(post: Post) -> list[int]:
    """Who answers for it: whoever it is assigned to, its writer, the owners and managers."""
    lead = post.workspace.memberships.filter(role__in=LEAD, user__is_active=True)
    own = [pk for pk in (post.assigned_to_id, post.author_id) if pk]
    return list(dict.fromkeys([*own, *lead.values_list("pk", flat=True)]))


def over(post: Post) -> None:
    """Decided: nobody has to be told any more."""
    rows = Notice.objects.filter(workspace=post.workspace_id, solved_at=None)
    settle(
        post, rows.filter(about__startswith=f"{about(post)}:").values_list("about", flat=True)
    )


def settle(post: Post, keys: Iterable[str]) -> None:
    solve(post.workspace_id, list(keys))


def moment(post: Post, at: datetime) -> str:
    """In the zone of the workspace: “Tue 24 Nov, 09:00”."""
    local = at.astimezone(known_zone(post.workspace.time_zone))
    return f"{local:%a} {local.day} {local:%b, %H:%M}"


# --- pieces ---------------------------------------------------------------------------------


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


def decide(post: Post, said: str, note: str, by: Actor) -> None:
    note = clean_text(note, "note").strip()
    seal, content = post.seal(), post.content()
    Decision.objects.create(
        post=post,
        said=said,
        by=by.name[:200],
        member_id=by.membership_id,
        link_id=by.link_id,
        note=note,
        seal=seal,
        content=content,
    )
    record(by, f"post.{said}", f"Post {post.pk}", after={"seal": seal, "note": note})
