"""What sorts posts among ourselves and never goes out: labels, and who sees to it.

All for many at once, because a post is sorted alike: reads and writes do not grow with them.
"""

from collections.abc import Callable, Sequence

from clarion.accounts.batches import Refusal, Tally, Was
from clarion.accounts.journal import Line, extend
from clarion.accounts.models import Membership
from clarion.accounts.rights import Actor, NotAllowed
from clarion.content.labels import exchange, relabel
from clarion.content.library import labels
from clarion.content.models import Post
from clarion.kit.errors import NotYet

LABELS_MAX = 20  # at once


def named(names: Sequence[str]) -> list[str]:
    """The names of labels as they were meant: at least one, and not too many."""
    names = [name for name in names if name.strip()]
    if not names:
        raise NotYet("Say which labels.", "labels")
    if len(names) > LABELS_MAX:
        raise NotYet(f"At most {LABELS_MAX} labels at once.", "labels")
    return names


def label(
    tally: Tally,
    posts: Sequence[Post],
    add: Sequence[str],
    remove: Sequence[str],
    *,
    by: Actor,
) -> None:
    """Put labels on posts and take others off, by name."""
    may = tally.who_may(posts, _writer(by))
    if not may:
        return
    workspace = may[0].workspace
    plus, minus = labels(workspace, add), labels(workspace, remove)
    told = relabel(may, plus, minus)
    changed = [post for post in may if told[post.pk]["added"] or told[post.pk]["removed"]]
    tally.done += [{"id": post.pk, **told[post.pk]} for post in changed]
    same = "It has these labels already." if add else "It has none of these labels."
    tally.refused += [Refusal(p.pk, str(p), same) for p in may if p not in changed]
    after = {"added": list(add), "removed": list(remove)}
    extend(by, [Line("post.labelled", f"Post {post.pk}", after=after) for post in changed])


def label_back(tally: Tally, rows: Sequence[Was], posts: Sequence[Post], *, by: Actor) -> None:
    """Each post gets back the labels it had, and loses those it had not."""
    may = tally.who_may(posts, _writer(by))
    was = {row["id"]: row for row in rows}
    add = [(post.pk, pk) for post in may for pk in was[post.pk]["removed"]]
    remove = [(post.pk, pk) for post in may for pk in was[post.pk]["added"]]
    exchange(Post, add, remove)
    tally.done += [{"id": post.pk} for post in may]
    extend(by, [Line("post.labelled_back", f"Post {post.pk}") for post in may])


def assign(tally: Tally, posts: Sequence[Post], to: Membership | None, *, by: Actor) -> None:
    """Ask somebody, or nobody, to see to these posts."""
    may = tally.who_may(posts, _writer(by))
    if to is not None and to.workspace_id != by.workspace_id:
        raise NotAllowed("That person belongs to another workspace.")
    target = to.pk if to else None
    changed = [post for post in may if post.assigned_to_id != target]
    _hand(changed, {post.pk: target for post in changed}, by)
    tally.done += [
        {"id": post.pk, "assigned_to": post.assigned_to_id, "now": target} for post in changed
    ]
    same = f"{to.user} sees to it already." if to else "Nobody sees to it as it is."
    tally.refused += [Refusal(p.pk, str(p), same) for p in may if p not in changed]


def assign_back(tally: Tally, rows: Sequence[Was], posts: Sequence[Post], *, by: Actor) -> None:
    """Each post goes back to whoever had it, unless it was given to somebody else since."""
    was = {row["id"]: row for row in rows}
    here = set(people_of(by.workspace_id))

    def must(post: Post) -> None:
        post.must("write", by)
        if post.assigned_to_id != was[post.pk]["now"]:
            raise NotYet("It was given to somebody else since.")

    may = tally.who_may(posts, must)
    before = {post.pk: was[post.pk]["assigned_to"] for post in may}
    _hand(may, {pk: to if to in here else None for pk, to in before.items()}, by)
    tally.done += [{"id": post.pk} for post in may]


def _hand(posts: Sequence[Post], to: dict[int, int | None], by: Actor) -> None:
    people = people_of(by.workspace_id)
    lines = []
    for target in set(to.values()):
        pks = [post.pk for post in posts if to[post.pk] == target]
        Post.objects.filter(pk__in=pks).update(assigned_to=target)
    for post in posts:
        before, after = post.assigned_to_id, to[post.pk]
        lines.append(
            Line(
                "post.assigned",
                f"Post {post.pk}",
                {"assigned_to": people.get(before)},
                {"assigned_to": people.get(after)},
            )
        )
    extend(by, lines)


def people_of(workspace_id: int) -> dict[int | None, str]:
    """Membership id -> name, of everybody who is still here."""
    rows = Membership.objects.filter(workspace=workspace_id).select_related("user")
    return {row.pk: str(row.user) for row in rows}


def _writer(by: Actor) -> Callable[[Post], None]:
    return lambda post: post.must("write", by)
