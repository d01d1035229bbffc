"""The one way from a program's request to a workspace: which token, how often, which rows."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from django.core.cache import cache
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from clarion.accounts.actions import actor_for_key
from clarion.accounts.models import ApiToken, Workspace
from clarion.accounts.rights import Actor
from clarion.kit.errors import NotYet
from clarion.kit.zones import instant

PER_MINUTE = 600  # requests that one token may make
Row = TypeVar("Row", bound=Model)


@dataclass
class Caller:
    """Who asks. `dry` means: tell what would happen, and leave everything as it is."""

    token: ApiToken
    actor: Actor
    workspace: Workspace
    dry: bool = False


class Request(HttpRequest):
    """A request that has come through `Bearer`."""

    auth: Caller


class TooOften(Exception):
    """One token asked too often. `wait` is in whole seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(
            f"This token has made {PER_MINUTE} requests within a minute. Wait {wait} seconds."
        )
        self.wait = wait


class Bearer(HttpBearer):
    """`Authorization: Bearer clarion_…`: a token that a person made for a program."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:  # noqa: ARG002
        found = actor_for_key(token)
        if found is None:
            return None
        _count(found[0].pk)
        return Caller(found[0], found[1], found[0].membership.workspace)


def _count(token_id: int) -> None:
    """One window per minute. Two requests in the same instant may count as one."""
    minute, second = divmod(int(time.time()), 60)
    key = f"api:{token_id}:{minute}"
    asked = int(cache.get(key, 0)) + 1
    if asked > PER_MINUTE:
        raise TooOften(60 - second)
    cache.set(key, asked, 60)


def own(request: Request, rows: QuerySet[Row], pk: int, path: str = "workspace") -> Row:
    """The one row, if it is this workspace's. `path` leads from the row to its workspace."""
    found = rows.filter(**{path: request.auth.workspace.pk}, pk=pk).first()
    if found is None:
        raise Http404
    return found


def named(
    request: Request, rows: QuerySet[Row], pk: int | None, about: str, path: str = "workspace"
) -> Row | None:
    """The row that a field of the body names, or None where it names none."""
    return None if pk is None else all_named(request, rows, [pk], about, path)[0]


def all_named(
    request: Request,
    rows: QuerySet[Row],
    pks: Sequence[int],
    about: str,
    path: str = "workspace",
) -> list[Row]:
    """The rows that a field of the body names, in its order."""
    mine = rows.filter(**{path: request.auth.workspace.pk})
    found = mine.in_bulk([pk for pk in pks if pk < 2**63])
    if missing := [pk for pk in pks if pk not in found]:
        raise NotYet(f"There is no {missing[0]} among the {about} of this workspace.", about)
    return [found[pk] for pk in _once(pks)]


def _once(pks: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(pks))


def moment(request: Request, at: datetime) -> datetime:
    """A time without an offset is one on a clock on the wall of the workspace."""
    return at if timezone.is_aware(at) else instant(at, request.auth.workspace.zone)


def caller(request: Any) -> Caller:
    return cast("Request", request).auth
