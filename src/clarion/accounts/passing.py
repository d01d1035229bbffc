"""Pass notices on: every notice becomes one message for each person and way that wants it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from clarion.accounts.models import Address, Line, Membership, Notice, Telling
from clarion.accounts.wishes import When, moment, wanted

BATCH = 100
KEPT = timedelta(days=90)
MANY = 1000  # messages that go at once
State = Telling.State
Place = tuple[str, Address | None]  # a way, and the browser or chat there


@transaction.atomic
def pass_on() -> int:
    """Make messages of what nobody has been told yet. Returns how many notices that were.

    Notice and messages are one transaction: a crash leaves both or neither. People who were
    invented for a practice workspace have addresses of nobody: nothing is sent there.
    """
    fresh = Notice.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        told_at=None
    )
    notices = list(fresh.select_related("workspace").order_by("pk")[:BATCH])
    if not notices:
        return 0
    now = timezone.now()
    real = [n for n in notices if not n.workspace.demo and n.solved_at is None]
    members = _members({n.workspace_id for n in real})
    for notice in real:
        for member in members:
            if member.workspace_id == notice.workspace_id:
                _tell(member, notice, now)
    Notice.objects.filter(pk__in=[n.pk for n in notices]).update(told_at=now)
    return len(notices)


def forget_old() -> int:
    """Messages of more than 90 days ago go. One that could not be sent stays as long as what it
    had to tell is open: somebody may try it again. Returns how many went.
    """
    still = Notice.objects.filter(tellings=OuterRef("pk"), solved_at=None)
    over = Telling.objects.exclude(state=State.WAITING).exclude(
        Exists(still), state=State.FAILED
    )
    old = over.filter(state_since__lt=timezone.now() - KEPT).order_by("pk")
    some = list(old.values_list("pk", flat=True)[:MANY])
    if some:
        Telling.objects.filter(pk__in=some).delete()
    return len(some)


def _members(workspaces: Iterable[int]) -> Sequence[Membership]:
    rows = Membership.objects.filter(workspace__in=list(workspaces), user__is_active=True)
    rows = rows.select_related("user", "workspace", "hours")
    return list(rows.prefetch_related("wishes", "addresses"))


def places(membership: Membership) -> list[Place]:
    """By mail, and in every browser and chat that this person has set up."""
    return [("mail", None), *((a.way, a) for a in membership.addresses.all())]


def _tell(membership: Membership, notice: Notice, now: datetime) -> None:
    for way, address in places(membership):
        when = wanted(membership, notice, way)
        if when == When.OFF:
            continue
        at = moment(membership, when, now)
        telling = _message(membership, way, address, at, digest=when != When.NOW)
        reached = f"{membership.pk}:{way}:{address.pk if address else ''}"
        Line.objects.create(telling=telling, notice=notice, reached=reached)


def _message(
    membership: Membership, way: str, address: Address | None, at: datetime, *, digest: bool
) -> Telling:
    """A message of its own, or the one that gathers until `at`."""
    whom = {"membership": membership, "way": way, "address": address}
    if not digest:
        return Telling.objects.create(**whom, state=State.WAITING, due_at=at)
    made, _ = Telling.objects.get_or_create(
        **whom, slot=at, state=State.WAITING, defaults={"due_at": at}
    )
    return made
