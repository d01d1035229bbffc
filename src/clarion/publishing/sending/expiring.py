"""Rights that end before a planned post goes out are told about while there is still time."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from clarion.accounts.actions import notify
from clarion.content.models import Media
from clarion.publishing.models import Delivery

AHEAD = timedelta(days=7)


def tell_of_rights() -> int:
    """One notice for each end of rights: a week before it, and at once when a planned post
    would come too late. Returns how many media were told of."""
    media = list(_ending().select_related("workspace")[:100])
    for medium in media:
        _tell(medium)
    return len(media)


def _ending() -> QuerySet[Media]:
    planned = _showing(OuterRef("pk"))
    late = planned.filter(planned_for__gte=OuterRef("rights_until"))
    soon = Q(rights_until__lt=timezone.now() + AHEAD) & Exists(planned)
    untold = Q(rights_told=None) | ~Q(rights_told=F("rights_until"))
    return Media.objects.filter(untold, soon | Exists(late), rights_until__isnull=False)


def _showing(media: Any) -> QuerySet[Delivery]:
    """First parts that wait to go out and show it."""
    return Delivery.objects.filter(
        part=0, state=Delivery.State.PLANNED, variant__post__placements__media=media
    )


def _tell(medium: Media) -> None:
    planned = _showing(medium.pk)
    count, late = planned.count(), planned.filter(planned_for__gte=medium.rights_until).count()
    Media.objects.filter(pk=medium.pk).update(rights_told=medium.rights_until)
    until = timezone.localtime(medium.rights_until, medium.workspace.zone)
    posts = f"{count} planned post{'' if count == 1 else 's'}"
    after = f"; {late} would go out later and will be held" if late else ""
    text = (
        f"The rights to use {medium.name} end on {until:%a} {until.day} {until:%b %Y}, "
        f"{until:%H:%M}. It is in {posts}{after}. Renew them, or change the posts."
    )
    notify(medium.workspace_id, f"rights:{medium.pk}", text, f"library/{medium.pk}/")
