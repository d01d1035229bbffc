"""The demo's journal: told as it would have been written, sealed as every journal is."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from clarion.accounts.journal import seal
from clarion.accounts.models import JournalEntry, JournalHead
from clarion.accounts.rights import worker
from clarion.interfaces.demo.scene import DAYS, Scene

Line = tuple[datetime, str, str, str, str, Mapping[str, Any]]  # at, by, kind, did, about, after


def write(scene: Scene) -> None:
    """Replaces what the making itself left, so that the history begins where the brand does."""
    scene.workspace.journal.all().delete()
    head, _ = JournalHead.objects.get_or_create(workspace=scene.workspace)
    head.seq, head.seal = 0, ""
    entries = []
    for at, by, kind, did, about, after in sorted(_lines(scene), key=lambda line: line[0]):
        head.seq += 1
        entry = JournalEntry(
            workspace=scene.workspace,
            seq=head.seq,
            at=at.astimezone(UTC),  # as the database gives it back: it is sealed
            by=by,
            by_kind=kind,
            did=did,
            about=about,
            after=dict(after),
            previous=head.seal,
        )
        head.seal = entry.seal = seal(entry)
        entries.append(entry)
    JournalEntry.objects.bulk_create(entries)
    head.save()


def _lines(scene: Scene) -> Iterator[Line]:
    owner, mara = str(scene.owner.user), str(scene.team[0].user)
    start = scene.ago(days=DAYS)
    name = scene.workspace.name
    yield start, owner, "person", "workspace.founded", f"Workspace {name}", {"name": name}
    for n, channel in enumerate(scene.channels):
        after = {"handle": channel.handle, "network": channel.network.name}
        at = start + timedelta(minutes=20 + n)
        yield at, owner, "person", "channel.connected", f"Channel {channel.pk}", after
    for member in scene.team:
        person, after = str(member.user), {"role": member.role}
        yield member.joined_at, person, "person", "person.joined", member.user.email, after
    for goal in scene.goals:
        yield (
            goal.created_at,
            mara,
            "person",
            "goal.set",
            f"Goal {goal.pk}",
            {"name": goal.name},
        )
    for campaign in scene.campaigns:
        about, after = f"Campaign {campaign.pk}", {"name": campaign.name}
        yield campaign.created_at, mara, "person", "campaign.started", about, after
    yield from _of_posts(scene)
    by = worker(scene.workspace.pk)
    yield scene.now, by.name, by.kind, "workspace.demo_made", f"Workspace {name}", {}


def _of_posts(scene: Scene) -> Iterator[Line]:
    """Ninety days in full would be long; the newest thirty show how it reads."""
    clarion, told = worker(scene.workspace.pk), set()
    approver = str(scene.team[0].user)
    for delivery in scene.live[-30:]:
        post, live_at = delivery.variant.post, delivery.live_at or scene.now
        about, text = f"Post {post.pk}", {"text": post.text[:200]}
        if post.pk not in told:
            yield post.created_at, post.author_name, "person", "post.written", about, text
            yield post.state_since, approver, "person", "post.approved", about, {}
        told.add(post.pk)
        after = {"remote_id": delivery.remote_id}
        yield live_at, clarion.name, clarion.kind, "delivery.live", str(delivery), after
