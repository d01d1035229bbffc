"""What comes into the library is judged, cleaned and kept once under its hash."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from clarion.accounts.journal import record
from clarion.accounts.models import Workspace
from clarion.accounts.rights import Actor
from clarion.content.checks import clean_text
from clarion.content.models import Label, Media, Rendition
from clarion.content.models.media import located
from clarion.kit import store
from clarion.kit.errors import Conflict, NotYet
from clarion.pictures.intake import Found, examine
from clarion.pictures.kinds import Unfit

ALT_MAX = 2000  # characters
LABEL_MAX = 60  # characters
FOLDER_MAX = 200  # characters
BIN_KEEPS = timedelta(days=30)


class NoRoom(NotYet):
    """The disk is full or the store is away. The file is not to blame: try again later."""


def add(
    workspace: Workspace,
    name: str,
    data: bytes,
    *,
    alt: str = "",
    dry: bool = False,
    by: Actor,
) -> Media:
    """Keep a picture, film or document. The same file twice is one.

    `dry`: keep no file, for a transaction that will be rolled back.
    """
    must_add(workspace, by)
    with _folder() as folder:
        path = folder / "came"
        path.write_bytes(data)
        found = judged(name, path, folder)
        if not dry:
            put_away(found)
        return keep(workspace, name, found, alt=alt, by=by)


def must_add(workspace: Workspace, by: Actor) -> None:
    if not (by.can_somewhere("write") and by.workspace_id == workspace.pk):
        by.must("write", workspace.pk)


def must_change(media: Media, by: Actor) -> None:
    if not (by.can_somewhere("write") and by.workspace_id == media.workspace_id):
        by.must("write", media.workspace_id)


def judged(name: str, path: Path, folder: Path) -> Found:
    """What a file really is. Takes as long as reading it; holds no transaction open."""
    try:
        return examine(path, folder)
    except Unfit as error:
        raise NotYet(f"{name[:80]}: {error}", "file") from error


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for what is being made, on the disk where it will be kept."""
    root = Path(settings.MEDIA_ROOT)
    with _room(), tempfile.TemporaryDirectory(dir=_made(root), prefix="work-") as folder:
        yield Path(folder)


working = _folder


def _made(root: Path) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    return root


@contextmanager
def _room() -> Iterator[None]:
    """A disk that is full says so in a sentence."""
    try:
        yield
    except store.Unreachable as error:
        raise NoRoom(f"The file could not be stored. {error}") from error
    except OSError as error:
        raise NoRoom(
            f"The file could not be stored in {settings.MEDIA_ROOT}: {error.strerror}. "
            "Make room or make the folder writable, then add it again."
        ) from error


def put_away(found: Found) -> None:
    """Its bytes and its small picture, before anything refers to them; no transaction waits."""
    path = located(found.sha256)
    store.put(found.file, path)
    if not path.with_suffix(".small").exists():
        found.small.replace(path.with_suffix(".small"))


@transaction.atomic
def keep(
    workspace: Workspace,
    name: str,
    found: Found,
    *,
    alt: str = "",
    folder: str = "",
    by: Actor,
) -> Media:
    """The medium for a file that was put away: a new one, or the one that is there already."""
    must_add(workspace, by)
    media = _same(workspace, found)
    if media is None:
        media = Media.objects.create(
            **_facts(found),
            workspace=workspace,
            name=Path(clean_text(name, "name")).name[:200] or "file",
            alt=clean_alt(alt),
            folder=clean_folder(folder),
            uploaded_by=by.name,
        )
        record(by, "media.added", f"Media {media.pk}", after={"name": media.name})
    elif media.binned_at:
        media.binned_at = None
        media.save(update_fields=["binned_at"])
    return media


def _same(workspace: Workspace, found: Found) -> Media | None:
    """By what is kept, or by what came: another version may clean the same file otherwise."""
    mine = workspace.media.select_for_update()
    return (
        mine.filter(sha256=found.sha256).first()
        or mine.filter(source_sha256=found.source_sha256).first()
    )


def _facts(found: Found) -> dict[str, object]:
    columns = ("sha256", "source_sha256", "kind", "mime", "size", "width", "height")
    more = ("milliseconds", "frame_rate", "codecs", "pages", "look", "contrast")
    return {name: getattr(found, name) for name in (*columns, *more)}


# --- words about it -------------------------------------------------------------------------


def labels(workspace: Workspace, names: Iterable[str]) -> list[Label]:
    """The labels with these names, made where they are new. Upper and lower case are one."""
    wanted = {name.casefold(): name for name in map(_label, names) if name}
    have = {label.name.casefold(): label for label in workspace.labels.all()}
    for key, name in wanted.items():
        if key not in have:
            have[key] = Label.objects.create(workspace=workspace, name=name)
    return [have[key] for key in wanted]


def _label(name: str) -> str:
    name = " ".join(clean_text(name, "labels").split())
    if len(name) > LABEL_MAX:
        raise NotYet(f"A label has at most {LABEL_MAX} characters.", "labels")
    return name


@transaction.atomic
def describe(media: Media, alt: str, *, by: Actor) -> None:
    """Say in words what the picture shows. Changes what an approver agreed to."""
    must_change(media, by)
    before = media.alt
    media.alt = clean_alt(alt)
    media.save(update_fields=["alt"])
    record(by, "media.described", f"Media {media.pk}", {"alt": before}, {"alt": media.alt})


def clean_alt(text: str) -> str:
    text = clean_text(text, "alt").strip()
    if len(text) > ALT_MAX:
        raise NotYet(f"A description has at most {ALT_MAX:,} characters.", "alt")
    return text


def clean_folder(name: str) -> str:
    """
    >>> clean_folder(" Summer / Beach/ ")
    'Summer/Beach'
    """
    steps = [" ".join(step.split()) for step in clean_text(name, "folder").split("/")]
    name = "/".join(step for step in steps if step)
    if len(name) > FOLDER_MAX:
        raise NotYet(f"A folder's name has at most {FOLDER_MAX} characters.", "folder")
    return name


# --- away, and back -------------------------------------------------------------------------


@transaction.atomic
def throw_away(media: Media, *, by: Actor) -> None:
    """Into the bin, from which it can be taken back for a month. What a post shows stays."""
    must_change(media, by)
    if media.binned_at:
        return
    if used := media.placements.count():
        raise Conflict(
            f"{media.name} is used in {used} {'post' if used == 1 else 'posts'}. "
            "Take it out there first; its page says where."
        )
    media.binned_at = timezone.now()
    media.save(update_fields=["binned_at"])
    record(by, "media.binned", f"Media {media.pk}", after={"name": media.name})


@transaction.atomic
def take_back(media: Media, *, by: Actor) -> None:
    """Out of the bin."""
    must_change(media, by)
    media.binned_at = None
    media.save(update_fields=["binned_at"])
    record(by, "media.restored", f"Media {media.pk}", after={"name": media.name})


def empty_bin(now: datetime | None = None) -> int:
    """What has been in the bin for a month goes for good, with its files. Returns how many.

    The files go first: where the store is away, the row stays in the bin and is tried again.
    """
    over = (now or timezone.now()) - BIN_KEEPS
    old = Media.objects.filter(binned_at__lt=over, placements=None)
    gone = 0
    with suppress(store.Unreachable):
        for media in old[:50]:
            for path in _nobodys(media):
                store.remove(path)
            media.delete()
            gone += 1
    return gone


def _nobodys(media: Media) -> list[Path]:
    """Its files, but for those that another brand keeps too."""
    made = Rendition.objects.exclude(sha256="")
    mine = made.filter(media=media)
    shared = set(
        made.exclude(media=media)
        .filter(sha256__in=mine.values("sha256"))
        .values_list("sha256", flat=True)
    )
    paths = [r.path for r in mine if r.sha256 not in shared]
    if not Media.objects.filter(sha256=media.sha256).exclude(pk=media.pk).exists():
        paths.append(media.path)
    return paths
