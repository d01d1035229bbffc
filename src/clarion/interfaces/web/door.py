"""The one way from a request to a workspace: who asks, where, and with which rights."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.core.validators import (
    DecimalValidator,
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
)
from django.db.models import Model, QuerySet
from django.forms import BaseForm, DateInput
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from clarion.accounts.models import Membership, User, Workspace
from clarion.accounts.rights import Actor
from clarion.kit.errors import NotYet

# What a form says of a value, in place of Django's "Ensure this value…".
MinValueValidator.message = "Give %(limit_value)s or more."
MaxValueValidator.message = "Give %(limit_value)s or less."
MaxLengthValidator.message = (
    "At most %(limit_value)d characters fit here; there are %(show_value)d. Shorten it."
)
DecimalValidator.messages = {
    "invalid": "Give a number.",
    "max_digits": "Give at most %(max)s digits in all.",
    "max_decimal_places": "Give at most %(max)s digits after the point.",
    "max_whole_digits": "Give at most %(max)s digits before the point.",
}

P = ParamSpec("P")
Row = TypeVar("Row", bound=Model)


class Request(HttpRequest):
    """A request that has come through `page`."""

    user: User
    actor: Actor
    workspace: Workspace
    membership: Membership
    nonce: str


View = Callable[Concatenate[Request, P], HttpResponseBase]


def page(view: View[P]) -> Callable[..., HttpResponseBase]:
    """For addresses below /w/<ws>/: only members come in, others see nothing there."""

    @login_required
    @wraps(view)
    def through(request: Any, ws: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        come_in(request, ws)
        with timezone.override(request.workspace.zone):
            return view(request, *args, **kwargs)

    through.is_page = True  # type: ignore[attr-defined]
    return through


def come_in(request: Any, ws: str) -> None:
    """Set actor, workspace and membership on the request, or raise Http404."""
    membership = (
        Membership.objects.select_related("workspace", "user")
        .filter(workspace__slug=ws, user=request.user)
        .first()
    )
    if membership is None:
        raise Http404
    request.membership = membership
    request.workspace = membership.workspace
    request.actor = membership.actor()
    # Only what changes: two requests at once would put back what the other took out.
    if request.session.get("workspace") != ws:
        request.session["workspace"] = ws


def own(rows: QuerySet[Row], request: Request, path: str = "workspace", **where: Any) -> Row:
    """The one row, if it is this workspace's. `path` leads from the row to its workspace."""
    found = rows.filter(**{path: request.workspace.pk}, **where).first()
    if found is None:
        raise Http404
    return found


def toast(
    response: HttpResponse, text: str, *, undo: str = "", tone: str = "ok"
) -> HttpResponse:
    """Show a word of confirmation; `undo` is the address that takes it back (POST)."""
    said = {"text": text, "tone": tone, **({"undo": undo} if undo else {})}
    response["HX-Trigger"] = json.dumps({"toast": said})
    return response


def tell(request: HttpRequest, text: str, undo: str = "") -> None:
    """The same on the next page."""
    messages.success(request, text, extra_tags=f"undo={undo}" if undo else "")


def undone(request: HttpRequest, text: str, go: str) -> HttpResponse:
    """It was taken back: say so to the script that asked, or on the page to go to."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"text": text, "go": go})
    messages.success(request, text)
    return redirect(go)


@contextmanager
def blaming(form: BaseForm) -> Iterator[None]:
    """Why not stands beside the field it is about, or above the form."""
    try:
        yield
    except NotYet as reason:
        form.add_error(reason.about if reason.about in form.fields else None, str(reason))


def leaf(request: HttpRequest, rows: Any, most: int = 20, param: str = "page") -> Page[Any]:
    """The page of a list that the address asks for; the nearest one where there is none."""
    return Paginator(rows, most).get_page(request.GET.get(param))


def day_input() -> DateInput:
    """A field to choose a day in. Browsers read and write such days in one way only."""
    return DateInput(format="%Y-%m-%d", attrs={"type": "date"})
