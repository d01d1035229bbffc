"""The media library: what comes in is decoded, cleaned and stored once under its hash."""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import transaction

from clarion.accounts.journal import record
from clarion.accounts.models import Workspace
from clarion.accounts.rights import Actor
from clarion.content.checks import clean_text
from clarion.content.models import Label, Media
from clarion.kit.errors import NotYet
from clarion.pictures.inspect import MAX_BYTES, Unfit, clean
from clarion.pictures.legibility import contrast

ALT_MAX = 2000  # characters
LABEL_MAX = 60  # characters


@transaction.atomic
def add(
    workspace: Workspace,
    name: str,
    data: bytes,
    *,
    alt: str = "",
    dry: bool = False,
    by: Actor,
) -> Media:
    """Keep a picture. The same picture twice is one picture.

    `dry`: write no file, for a transaction that will be rolled back.
    """
    if not by.can_somewhere("write"):
        by.must("write", workspace.pk)
    if by.workspace_id != workspace.pk:
        by.must("write", workspace.pk)
    try:
        picture = clean(data)
    except Unfit as error:
        raise NotYet(f"{name[:80]}: {error}", "file") from error
    media, fresh = Media.objects.get_or_create(
        workspace=workspace,
        sha256=picture.sha256,
        defaults={
            "mime": picture.mime,
            "size": len(picture.data),
            "width": picture.width,
            "height": picture.height,
            "name": Path(clean_text(name, "name")).name[:200] or "picture",
            "alt": _alt(alt),
            "contrast": contrast(picture.data),
            "uploaded_by": by.name,
        },
    )
    if not dry:
        _store(media.path, picture.data)
    if fresh:
        record(by, "media.added", f"Media {media.pk}", after={"name": media.name})
    return media


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
    if not (by.workspace_id == media.workspace_id and by.can_somewhere("write")):
        by.must("write", media.workspace_id)
    before = media.alt
    media.alt = _alt(alt)
    media.save(update_fields=["alt"])
    record(by, "media.described", f"Media {media.pk}", {"alt": before}, {"alt": media.alt})


def _alt(text: str) -> str:
    text = clean_text(text, "alt").strip()
    if len(text) > ALT_MAX:
        raise NotYet(f"A description has at most {ALT_MAX:,} characters.", "alt")
    return text


def _store(path: Path, data: bytes) -> None:
    """Whole or not at all: a reader never sees half a file."""
    if path.exists():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise NotYet(
            f"The picture could not be stored in {settings.MEDIA_ROOT}: {error.strerror}. "
            "Make room or make the folder writable, then add it again."
        ) from error


__all__ = ["MAX_BYTES", "add", "describe", "labels"]
