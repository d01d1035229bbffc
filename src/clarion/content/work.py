"""What waits for approval moves by itself: people are reminded before its hour, never after."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from clarion.accounts.journal import Line, extend
from clarion.accounts.rights import worker
from clarion.content.agreement import approval
from clarion.content.agreement.consent import Consent, Consents
from clarion.content.library import preparing
from clarion.content.models import Decision, Post
from clarion.kit.steps import Move, Outcome, Stay, Step

REMIND, ESCALATE, LATE = "reminded", "escalated", "late"
LOOK_AGAIN = timedelta(days=1)  # at what has no time yet
TOO_LATE = (
    "It was not approved in time, so it did not go out. It can still be approved: then it "
    "needs a new time."
)
Calls = Sequence[tuple[datetime, str]]


def load(rows: QuerySet[Post]) -> Sequence[Post]:
    """Each post with what has been agreed, and with the moments at which something is due."""
    rows = rows.select_related("workspace", "author")
    posts = list(rows.prefetch_related("variants", "labels", "placements__media"))
    known: dict[int, Consents] = {}
    for post in posts:
        consents = known.setdefault(post.workspace_id, Consents(post.workspace))
        consent = consents.of(post)
        post.calls, post.agreed = calls(post, consent), consent.said
        post.asked = [m.pk for m in consent.missing]
    return posts


def calls(post: Post, asked: Consent) -> Calls:
    """When who has not decided is reminded, when others are told, and when it is too late.

    What was asked for at short notice is not complained about at once: half of the time that
    was left goes by before the reminder, three quarters before others are told.
    """
    times = [at for v in post.variants.all() if (at := v.planned_for or post.planned_for)]
    end = min(times, default=post.planned_for)
    if end is None:
        return ()
    since = min(post.state_since, end)
    left = end - since
    return (
        (max(end - asked.remind, since + left / 2), REMIND),
        (max(end - asked.escalate, since + left * 3 / 4), ESCALATE),
        (end, LATE),
    )


async def remind(post: Post) -> Outcome:
    now, since = timezone.now(), post.due_at or post.state_since
    due = [what for at, what in post.calls if since <= at <= now]
    if any(what == LATE and at <= now for at, what in post.calls):
        return Move(Post.State.LATE, problem=TOO_LATE, found=[LATE])
    ahead = min((at for at, _ in post.calls if at > now), default=now + LOOK_AGAIN)
    return Stay(at=ahead, found=due)


def settled(results: Sequence[tuple[Post, Outcome]]) -> None:
    for post, outcome in results:
        for what in outcome.found or ():
            TOLD[what](post)


def _remind(post: Post) -> None:
    text = f"It waits for your approval and goes out on {_end(post)}: {post}"
    key = f"{approval.about(post)}:remind"
    approval.tell(post, key, text, post.asked, kind="reminder")
    _write_down(post, REMIND)


def _escalate(post: Post) -> None:
    text = (
        f"Not approved yet, so it will not go out on {_end(post)}: {post}. It has "
        f"{post.agreed}."
    )
    people = approval.responsible(post)
    approval.tell(post, f"{approval.about(post)}:soon", text, people, kind="reminder")
    _write_down(post, ESCALATE)


def _miss(post: Post) -> None:
    text = f"Not approved in time, so it did not go out on {_end(post)}: {post}"
    people = approval.responsible(post)
    approval.tell(post, f"{approval.about(post)}:late", text, people, kind="trouble")
    approval.decide(post, Decision.Said.LATE, "", worker(post.workspace_id))


def _end(post: Post) -> str:
    return approval.moment(post, post.calls[-1][0])


def _write_down(post: Post, what: str) -> None:
    extend(
        worker(post.workspace_id),
        [Line(f"post.{what}", f"Post {post.pk}", after={"has": post.agreed})],
    )


TOLD = {REMIND: _remind, ESCALATE: _escalate, LATE: _miss}
STEPS = (
    Step(Post, Post.State.REVIEW, remind, load=load, settled=settled, queue="publish"),
    *preparing.STEPS,
)
CHORES = preparing.CHORES
