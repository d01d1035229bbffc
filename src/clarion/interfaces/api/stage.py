"""Three kinds of operations: one row, a list, a write. Here is all that they have in common.

Every write takes `?dry_run=true` (done inside a transaction that is rolled back) and an
`Idempotency-Key` (the effect and its answer are stored in one transaction, so that a repetition
finds both or neither).
"""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from ninja import Router, Schema
from ninja.params.functions import Header, Query

from clarion.interfaces.api.door import caller
from clarion.interfaces.api.paging import LIMIT, LIMIT_MAX, turn
from clarion.interfaces.api.repetition import KEY_MAX, once
from clarion.interfaces.api.shapes import Page, Problem
from clarion.kit.errors import NotYet

View = TypeVar("View", bound=Callable[..., Any])
REFUSED = {
    "description": "Refused, with a sentence that says why and what to do.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
RAW = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
# In our words: Python's own name for 422 changed with 3.13, and the document is one for all.
UNFIT = {"description": "Not to be done as it was asked, with a sentence for each field."}


class Decorator(Protocol):
    def __call__(self, view: View, /) -> View: ...


DRY_RUN = "Do everything, take it back, and answer what would have happened."
REPEAT = "Up to 200 characters of your choice. Within a day, the same key gets the same answer."
MONEY = f"Required, except for a dry run: this spends money. {REPEAT}"
NO_KEY = (
    "This spends money, so say which order it is: send an Idempotency-Key of your choice, and "
    "the same one when you ask again. Then it is ordered once."
)


class Stage(Router):
    """Operations of one stage. `name` is like "posts.get", `way` like "GET /posts/{post}"."""

    def one(
        self,
        name: str,
        way: str,
        shape: type[Schema],
        *,
        right: str = "read",
        media_type: str = "",
    ) -> Decorator:
        """Show one thing. With `media_type` the view streams many of them."""

        def register(view: View) -> View:
            @wraps(view)
            def run(request: HttpRequest, **given: Any) -> HttpResponseBase:
                _must(request, right)
                return answer(shape, view(request, **given))

            self._add(name, way, run, {200: shape}, media_type)
            return view

        return register

    def many(
        self,
        name: str,
        way: str,
        shape: type[Schema],
        *,
        order: str = "-pk",
        right: str = "read",
    ) -> Decorator:
        """List rows, a page at a time."""

        def register(view: View) -> View:
            @wraps(view)
            def run(
                request: HttpRequest, cursor: str, limit: int, **given: Any
            ) -> HttpResponseBase:
                _must(request, right)
                rows, after = turn(view(request, **given), order, cursor, limit, of=name)
                page = Page[shape](items=rows, next_cursor=after)  # type: ignore[valid-type]
                return JsonResponse(page.model_dump(mode="json"))

            _takes(run, "cursor", str, Query("", max_length=1000, description=_CURSOR))
            size = Query(LIMIT, ge=1, le=LIMIT_MAX, description="Rows on one page.")
            _takes(run, "limit", int, size)
            self._add(name, way, run, {200: Page[shape]})  # type: ignore[valid-type]
            return view

        return register

    def write(
        self,
        name: str,
        way: str,
        shape: type[Schema],
        *,
        status: int = 200,
        outside: bool = False,
        spends: bool = False,
        secret: Collection[str] = (),
        raw: bool = False,
    ) -> Decorator:
        """Do something. `raw`: the body is bytes as they are, and the view reads them.

        `outside`: it talks to a network, so no transaction is open around it, and the view
        itself heeds `dry`. `spends`: only with a key. `secret` keys of the answer are shown
        once and not kept.
        """

        def register(view: View) -> View:
            @wraps(view)
            def run(
                request: HttpRequest, dry_run: bool, idempotency_key: str, **given: Any
            ) -> HttpResponseBase:
                caller(request).dry = dry_run

                def act() -> dict[str, Any]:
                    return cast("dict[str, Any]", dump(shape, view(request, **given)))

                if dry_run:
                    return JsonResponse(rehearse(act), status=status)
                if spends and not idempotency_key:
                    raise NotYet(NO_KEY, "Idempotency-Key")
                return once(
                    request, idempotency_key, act, status, outside=outside, secret=secret
                )

            _takes(run, "dry_run", bool, Query(False, description=DRY_RUN))
            says = MONEY if spends else REPEAT
            key = Header("", alias="Idempotency-Key", max_length=KEY_MAX, description=says)
            _takes(run, "idempotency_key", str, key)
            self._add(name, way, run, {status: shape}, raw=raw)
            return view

        return register

    def _add(
        self,
        name: str,
        way: str,
        run: Callable[..., Any],
        says: dict[int, Any],
        media_type: str = "",
        raw: bool = False,
    ) -> None:
        method, path = way.split()
        summary, _, run.__doc__ = (run.__doc__ or name).strip().partition("\n")
        extra: dict[str, Any] = {"responses": {422: UNFIT, "4XX": REFUSED}}
        if media_type:
            content = {media_type: {"schema": {"type": "string"}}}
            extra["responses"][200] = {"content": content}
        if raw:
            extra["requestBody"] = RAW
        self.add_api_operation(
            path,
            [method],
            run,
            operation_id=name,
            url_name=name,
            summary=summary,
            tags=[name.partition(".")[0]],
            response={**({200: None} if media_type else says), 422: Problem},
            openapi_extra=extra,
        )


_CURSOR = "`next_cursor` of the page before; leave it out to begin at the beginning."


def rehearse(act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    with transaction.atomic():
        body = act()
        transaction.set_rollback(True)
    return {**body, "dry_run": True}


def answer(shape: type[Schema], value: Any) -> HttpResponseBase:
    """As JSON, unless the view has made a response of its own."""
    if isinstance(value, HttpResponseBase):
        return value
    return JsonResponse(dump(shape, value))


def dump(shape: type[Schema], value: Any) -> Any:
    return shape.model_validate(value).model_dump(mode="json")


def _must(request: HttpRequest, right: str) -> None:
    who = caller(request)
    who.actor.must(right, who.workspace.pk)


def _takes(run: Callable[..., Any], name: str, kind: Any, source: Any) -> None:
    """A parameter that the wrapper adds to those of the view."""
    known = list(getattr(run, "_ninja_contribute_args", []))
    setattr(run, "_ninja_contribute_args", [*known, (name, kind, source)])  # noqa: B010
