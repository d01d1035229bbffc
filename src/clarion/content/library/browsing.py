"""What is in the library, and where it is used."""

from django.db.models import Count, Q, QuerySet

from clarion.accounts.models import Workspace
from clarion.content.models import Media, Post
from clarion.pictures.looks import ALIKE

ALIKE_MAX = 24


def library(
    workspace: Workspace,
    *,
    q: str = "",
    label: str = "",
    folder: str = "",
    kind: str = "",
    unused: bool = False,
    starred: bool = False,
    binned: bool = False,
) -> QuerySet[Media]:
    """Newest first, each with `uses`: in how many posts it is. `binned`: the bin instead."""
    rows = Media.objects.filter(workspace=workspace, binned_at__isnull=not binned)
    rows = rows.annotate(uses=Count("placements__post", distinct=True))
    if q:
        named = Q(name__icontains=q) | Q(alt__icontains=q) | Q(labels__name__icontains=q)
        rows = rows.filter(pk__in=Media.objects.filter(named, workspace=workspace).values("pk"))
    if label:
        tagged = Media.objects.filter(workspace=workspace, labels__name__iexact=label)
        rows = rows.filter(pk__in=tagged.values("pk"))
    if folder:
        rows = rows.filter(Q(folder=folder) | Q(folder__startswith=f"{folder}/"))
    if kind:
        rows = rows.filter(kind=kind)
    if unused:
        rows = rows.filter(placements=None)
    if starred:
        rows = rows.filter(starred=True)
    return rows.prefetch_related("labels").order_by("-pk")


def folders(workspace: Workspace) -> list[str]:
    rows = Media.objects.filter(workspace=workspace, binned_at=None).exclude(folder="")
    return sorted(set(rows.values_list("folder", flat=True)))


def uses(media: Media) -> QuerySet[Post]:
    """The posts it is in, the latest first."""
    rows = Post.objects.filter(placements__media=media).distinct()
    return rows.order_by("-planned_for", "-pk")


def alike(media: Media) -> list[Media]:
    """What looks nearly the same, nearest first."""
    if media.look is None:
        return []
    others = Media.objects.filter(workspace=media.workspace_id, binned_at=None)
    near = []
    for pk, look in others.exclude(pk=media.pk).exclude(look=None).values_list("pk", "look"):
        apart = ((look or 0) ^ media.look) & (2**64 - 1)
        if (bits := apart.bit_count()) <= ALIKE:
            near.append((bits, pk))
    found = Media.objects.in_bulk([pk for _, pk in sorted(near)[:ALIKE_MAX]])
    return [found[pk] for _, pk in sorted(near)[:ALIKE_MAX]]
