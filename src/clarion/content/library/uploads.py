"""Files that arrive in pieces: what has come stays, and the rest can come tomorrow."""

import os
import shutil
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clarion.accounts.models import Membership, Workspace
from clarion.accounts.rights import Actor, NotAllowed
from clarion.content.checks import clean_text
from clarion.content.library.keeping import (
    NoRoom,
    clean_alt,
    clean_folder,
    judged,
    keep,
    must_add,
    put_away,
    working,
)
from clarion.content.models import Media, Upload
from clarion.kit.errors import Conflict, NotYet

State = Upload.State
FORGOTTEN = timedelta(days=7)  # what nobody went on with
SPARE = 512 * 2**20  # bytes that stay free on the disk
AT_ONCE = 8 * 2**20  # bytes of a file that is judged while its sender waits
OPEN_MAX = 200  # unfinished files of one person


@transaction.atomic
def begin(
    workspace: Workspace,
    name: str,
    size: int,
    *,
    key: str = "",
    alt: str = "",
    folder: str = "",
    by: Actor,
) -> Upload:
    """Announce a file of `size` bytes. The same `key` again goes on with what has come."""
    must_add(workspace, by)
    if by.membership_id is None:
        raise NotAllowed("Files come from members.")
    Membership.objects.select_for_update().get(pk=by.membership_id)  # one after the other
    open_now = mine(by).filter(state=State.RECEIVING)
    if key and (known := open_now.filter(key=key[:200], size=size).first()):
        return known
    _must_fit(size, open_now.count())
    open_now.filter(key=key[:200]).exclude(key="").update(key="")  # another file of that name
    return Upload.objects.create(
        workspace=workspace,
        sender_id=by.membership_id,
        state=State.RECEIVING,
        key=clean_text(key, "key")[:200],
        name=Path(clean_text(name, "name")).name[:200] or "file",
        alt=clean_alt(alt),
        folder=clean_folder(folder),
        size=size,
    )


def _must_fit(size: int, open_now: int) -> None:
    if size < 1:
        raise NotYet("The file is empty. Choose it again, or export it anew.", "size")
    if size > settings.FILE_MAX:
        most = settings.FILE_MAX / 2**20
        raise NotYet(f"The file is larger than {most:,.0f} MB. Export it smaller.", "size")
    if open_now >= OPEN_MAX:
        raise NotYet(f"{OPEN_MAX} files are on their way already. Let them arrive first.")
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(root).free < 2 * size + SPARE:
        raise NotYet("There is not enough room on the disk for this file. Make room first.")


def mine(by: Actor) -> QuerySet[Upload]:
    """What this person is sending here: nobody else goes on with it, or sees it."""
    rows = Upload.objects.filter(workspace=by.workspace_id, sender=by.membership_id)
    return rows.select_related("workspace", "media", "sender__user", "sender__workspace")


@transaction.atomic
def take(upload: Upload, offset: int, pieces: Iterable[bytes], *, by: Actor) -> Upload:
    """Add what comes at `offset`. Conflict when something else is expected: ask, then go on."""
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    _must_be_mine(upload, by)
    if upload.state != State.RECEIVING:
        raise Conflict("This file has arrived already. Look at what became of it.")
    if offset != upload.arrived:
        raise Conflict(f"Go on at byte {upload.arrived}: that much has arrived.", "offset")
    upload.received = _write(upload, offset, pieces)
    upload.changed_at = timezone.now()
    upload.save(update_fields=["received", "changed_at"])
    if upload.received == upload.size:
        # A small file is judged while its sender waits; should that fail, the worker does it.
        wait = timedelta(minutes=2) if upload.size <= AT_ONCE else timedelta(0)
        upload.move(State.CHECKING, due_at=timezone.now() + wait)
    return upload


def _write(upload: Upload, offset: int, pieces: Iterable[bytes]) -> int:
    """What lies beyond `offset` was never confirmed: it is written over."""
    path = upload.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.truncate(offset)
            file.seek(offset)
            for piece in pieces:
                if file.tell() + len(piece) > upload.size:
                    raise NotYet(
                        f"More came than the {upload.size:,} bytes that were announced. "
                        "Begin again.",
                        "offset",
                    )
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
            return file.tell()
    except OSError as error:
        raise NotYet(
            f"The file could not be stored in {settings.MEDIA_ROOT}: {error.strerror}. "
            "Make room, then go on."
        ) from error


def _must_be_mine(upload: Upload, by: Actor) -> None:
    must_add(upload.workspace, by)
    if upload.sender_id != by.membership_id:
        raise NotAllowed("Somebody else is sending this file.")


@transaction.atomic
def call_off(upload: Upload, *, by: Actor) -> None:
    """Stop, and forget what has come."""
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    _must_be_mine(upload, by)
    if upload.state != State.RECEIVING:
        raise Conflict("This file has arrived already.")
    upload.delete()
    transaction.on_commit(lambda: upload.path.unlink(missing_ok=True))


# --- what has arrived -----------------------------------------------------------------------


def judge_at_once(upload: Upload) -> Upload:
    """The verdict on a small file that has just arrived; others are left to the worker."""
    if upload.state != State.CHECKING or upload.size > AT_ONCE:
        return upload
    try:
        enter(upload)
    except NoRoom:  # the worker tries again
        return upload
    except NotYet as reason:
        upload.move(State.REFUSED, problem=str(reason))
    else:
        upload.move(State.KEPT)
    upload.path.unlink(missing_ok=True)
    upload.refresh_from_db()
    return upload


def enter(upload: Upload, stopped: Callable[[], bool] = lambda: False) -> Media | None:
    """Judge the file and take it into the library. Raises NotYet. Doing it again is fine."""
    by = upload.sender.actor()
    with working() as folder:
        if not upload.path.exists():
            raise NotYet(f"{upload.name}: what had arrived is gone. Send it again.", "file")
        found = judged(upload.name, upload.path, folder)
        if stopped():
            return None
        put_away(found)
        with transaction.atomic():
            media = keep(
                upload.workspace,
                upload.name,
                found,
                alt=upload.alt,
                folder=upload.folder,
                by=by,
            )
            Upload.objects.filter(pk=upload.pk).update(media=media)
    return media


def forget_old() -> int:
    """Files that nobody went on with, and verdicts that were read long ago."""
    old = Upload.objects.filter(changed_at__lt=timezone.now() - FORGOTTEN)
    gone = list(old.exclude(state=State.CHECKING)[:200])
    for upload in gone:
        upload.path.unlink(missing_ok=True)
        upload.delete()
    return len(gone)
