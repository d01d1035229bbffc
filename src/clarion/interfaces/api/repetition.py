"""The same write asked for twice happens once: the second time gets the first answer.

While a write runs, an advisory lock of the database stands for "still being worked on". It ends
with the connection, so a process that dies leaves nothing behind that would have to be cleared.
A refusal is not kept, because nothing happened: mend the cause, and use the same key again.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from clarion.accounts.models import ApiToken, Repetition
from clarion.interfaces.api.door import caller
from clarion.kit.errors import Conflict

KEPT = timedelta(days=1)
KEY_MAX = 200


def once(
    request: HttpRequest,
    key: str,
    act: Callable[[], dict[str, Any]],
    status: int,
    *,
    outside: bool,
    secret: Collection[str],
) -> JsonResponse:
    """Do `act`, unless this token has done it before under this key."""
    if not key:
        return JsonResponse(act() if outside else _together(act), status=status)
    token, said = caller(request).token, fingerprint(request)
    with _alone(token, key):
        if (before := _before(token, key)) is not None:
            return _again(before, said)

        def remembered() -> dict[str, Any]:
            body = act()
            kept = {k: None if k in secret else v for k, v in body.items()}
            if ApiToken.objects.filter(pk=token.pk).exists():  # it may have revoked itself
                Repetition.objects.create(
                    token=token, key=key, request_hash=said, status=status, body=kept
                )
            return body

        body = remembered() if outside else _together(remembered)
    return JsonResponse(body, status=status)


def _together(act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    with transaction.atomic():
        return act()


def _before(token: ApiToken, key: str) -> Repetition | None:
    Repetition.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return Repetition.objects.filter(token=token, key=key).first()


def _again(before: Repetition, said: str) -> JsonResponse:
    if before.request_hash != said:
        raise Conflict(
            "This Idempotency-Key was used for another request. Take a new key for a new one."
        )
    response = JsonResponse(before.body, status=before.status or 200)
    response["Idempotency-Replayed"] = "true"
    return response


@contextmanager
def _alone(token: ApiToken, key: str) -> Iterator[None]:
    number = int.from_bytes(_digest(f"{token.pk} {key}".encode())[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        if cursor.fetchone() != (True,):
            raise Conflict(
                "The first request with this Idempotency-Key is still being worked on. Ask "
                "again in a few seconds."
            )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def fingerprint(request: HttpRequest) -> str:
    """SHA-256, in hex, of what was asked. The boundary of an upload differs each time."""
    parts = [str(request.method).encode(), request.get_full_path().encode()]
    if request.content_type == "multipart/form-data":
        parts += [f"{k}={v}".encode(errors="replace") for k, v in request.POST.items()]
        for file in cast("list[UploadedFile[Any]]", list(request.FILES.values())):
            parts.append(_digest(file.read()))
            file.seek(0)
    else:
        parts.append(request.body)
    return _digest(b"\n".join(parts)).hex()


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
