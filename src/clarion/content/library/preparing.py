"""The library's steps: what has arrived is judged, what networks take is made."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from clarion.accounts.rights import NotAllowed
from clarion.content.library import empty_bin, renditions, uploads
from clarion.content.library.keeping import NoRoom
from clarion.content.models import Rendition, Upload
from clarion.kit import store
from clarion.kit.errors import NotYet
from clarion.kit.steps import Move, Outcome, Stay, Step

QUEUE = "media"
EVERY = 3600.0  # seconds
_tidied = -EVERY
AGAIN = timedelta(minutes=2)  # when the store or the disk is away


class Stopped(Exception):
    """Somebody else has the row now."""


async def judge(upload: Upload) -> Outcome:
    """What is it really? Then it is in the library, or refused with a sentence."""
    try:
        await _aside(lambda stopped: uploads.enter(upload, stopped))
    except NotAllowed as reason:  # whoever sent it may no longer add anything
        return Move(Upload.State.REFUSED, problem=str(reason))
    except NoRoom as reason:
        return Stay(at=timezone.now() + AGAIN, problem=str(reason))
    except NotYet as reason:
        return Move(Upload.State.REFUSED, problem=str(reason))
    return Move(Upload.State.KEPT)


async def make(rendition: Rendition) -> Outcome:
    """Carry out a recipe, once."""

    def work(stopped: Callable[[], bool]) -> dict[str, object]:
        return renditions.make(rendition, lambda percent: _tell(rendition, percent, stopped))

    try:
        found = await _aside(work)
    except NoRoom as reason:
        return Stay(at=timezone.now() + AGAIN, problem=str(reason))
    except NotYet as reason:
        return Move(Rendition.State.FAILED, problem=str(reason))
    return Move(Rendition.State.MADE, also=found)


async def _aside(work: Callable[[Callable[[], bool]], Any]) -> Any:
    """In a thread of its own. When the turn is called off, the thread hears of it."""
    stopped = threading.Event()

    def alone() -> Any:
        try:
            return work(stopped.is_set)
        finally:
            connection.close()  # nobody else ends what this thread has opened

    try:
        return await sync_to_async(alone, thread_sensitive=False)()
    finally:
        stopped.set()


def _tell(rendition: Rendition, percent: int, stopped: Callable[[], bool]) -> None:
    """How far it is, for whoever looks."""
    if stopped():
        raise Stopped
    if percent >= rendition.progress + 5:
        rendition.progress = percent
        Rendition.objects.filter(pk=rendition.pk).update(progress=percent)


def _with_media(rows: QuerySet[Rendition]) -> Sequence[Rendition]:
    return list(rows.select_related("media"))


def _with_sender(rows: QuerySet[Upload]) -> Sequence[Upload]:
    return list(rows.select_related("workspace", "sender__user", "sender__workspace"))


def _judged(results: Sequence[tuple[Upload, Outcome]]) -> None:
    for upload, _ in results:
        if upload.state != Upload.State.CHECKING:
            upload.path.unlink(missing_ok=True)


STEPS: tuple[Step[Any], ...] = (
    Step(
        Upload,
        Upload.State.CHECKING,
        judge,
        load=_with_sender,
        settled=_judged,
        batch=1,
        queue=QUEUE,
    ),
    Step(Rendition, Rendition.State.WAITING, make, load=_with_media, batch=1, queue=QUEUE),
)


def tidy() -> int:
    """Once an hour: what nobody wants any more makes room."""
    global _tidied  # noqa: PLW0603 - each process has its own clock
    if monotonic() < _tidied + EVERY:
        return 0
    _tidied = monotonic()
    gone = uploads.forget_old() + empty_bin()
    with suppress(store.Unreachable):  # it waits until the next hour
        gone += store.make_room()
    return gone


CHORES = (tidy,)
