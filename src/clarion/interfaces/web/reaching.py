"""Pages: how one is told of what needs one. Everybody's own; nobody sets it for another."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clarion.accounts import reaching, wishes
from clarion.accounts.models import KINDS, WAYS, Address, Membership, Telling, Wish
from clarion.channels import chat
from clarion.channels.telling import read_stop_link
from clarion.interfaces.web.brand import zones
from clarion.interfaces.web.door import Request, own, page, tell
from clarion.interfaces.web.worker_script import SCRIPT
from clarion.kit.errors import NotYet

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
OURS = "membership__workspace"
Kinds = Iterator[tuple[str, str, list[tuple[str, str, str, list[tuple[str, str]]]]]]


@require_http_methods(["GET", "POST"])
@page
def show(request: Request) -> HttpResponse:
    """Which kinds reach one by which way, quiet hours, browsers, chats, and what failed."""
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            _keep(request)
        except NotYet as reason:
            problems[reason.about] = str(reason)
        else:
            tell(request, "Saved")
            return redirect("reach", request.workspace.slug)
    return _show(request, problems)


def _show(request: Request, problems: dict[str, str]) -> HttpResponse:
    me = _me(request)
    hours = wishes.hours_of(me)
    failed = me.tellings.filter(state=Telling.State.FAILED).order_by("-state_since")
    context = {
        "kinds": list(_kinds(me, request)),
        "ways": WAYS.items(),
        "zone": request.POST.get("time_zone", hours.time_zone),
        "quiet_from": request.POST.get("quiet_from", _clock(hours.quiet_from)),
        "quiet_until": request.POST.get("quiet_until", _clock(hours.quiet_until)),
        "digest_at": request.POST.get("digest_at", _clock(hours.digest_at)),
        "digest_day": hours.digest_day,
        "days": list(enumerate(DAYS)),
        "zones": zones(),
        "addresses": me.addresses.order_by("way", "pk"),
        "failed": failed.select_related("address").prefetch_related("notices")[:20],
        "push_key": reaching.push_key(),
        "mails_are_files": not hasattr(settings, "EMAIL_HOST_USER"),
        "services": ", ".join(dict.fromkeys(chat.SERVICES.values())),
        "chat_url": request.POST.get("url", ""),
        "problems": problems,
    }
    status = 422 if problems else 200
    return render(request, "reaching/show.html", context, status=status)


def _kinds(me: Membership, request: Request) -> Kinds:
    for kind, what in KINDS.items():
        cells = []
        for way, label in WAYS.items():
            name = f"{kind}-{way}"
            offered = ("now", "off") if way == "app" else Wish.When.values
            choices = [(v, str(Wish.When(v).label)) for v in offered]
            said = request.POST.get(name, wishes.wish(me, kind, way))
            cells.append((name, label, said, choices))
        yield kind, what, cells


def _keep(request: Request) -> None:
    """All of the form at once, or nothing of it."""
    me, said = _me(request), request.POST
    hours = {
        "time_zone": said.get("time_zone", ""),
        "quiet_from": _minute(said.get("quiet_from", ""), "quiet_from"),
        "quiet_until": _minute(said.get("quiet_until", ""), "quiet_until"),
        "digest_at": _minute(said.get("digest_at", "") or "08:00", "digest_at"),
        "digest_day": next((n for n in range(7) if said.get("digest_day") == str(n)), 0),
    }
    reaching.keep_hours(me, hours, by=request.actor)
    reaching.choose(me, list(_changed(me, said)), by=request.actor)


def _changed(me: Membership, said: Any) -> Iterator[tuple[str, str, str]]:
    """What differs from how it is: what was left as it is by default stays the default."""
    for kind in KINDS:
        for way in WAYS:
            wanted = said.get(f"{kind}-{way}")
            if wanted and wanted != wishes.wish(me, kind, way):
                yield kind, way, wanted


def _minute(text: str, about: str) -> int | None:
    if not text:
        return None
    hour, _, minute = text[:5].partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
        raise NotYet("A time of day looks like 22:00.", about)
    return int(hour) * 60 + int(minute)


def _clock(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"


# --- browsers, chats, tests -----------------------------------------------------------------


@require_POST
@page
def add_chat(request: Request) -> HttpResponse:
    url = request.POST.get("url", "").strip()
    try:
        reaching.add_chat(_me(request), chat.service(url), url, by=request.actor)
    except NotYet as reason:
        return _show(request, {"url": str(reason)})
    tell(request, "Added. Send a test to see whether it arrives")
    return redirect("reach", request.workspace.slug)


@require_POST
@page
def add_browser(request: Request) -> HttpResponse:
    """What a browser says of itself once its owner has allowed messages."""
    said = request.POST
    reaching.add_browser(
        _me(request),
        said.get("name", ""),
        said.get("endpoint", ""),
        said.get("p256dh", ""),
        said.get("auth", ""),
        by=request.actor,
    )
    messages.success(request, "This browser takes messages now. Send a test to see it")
    return JsonResponse({"added": True})


@require_POST
@page
def remove(request: Request, pk: int) -> HttpResponse:
    reaching.remove_address(own(_addresses(request), request, OURS, pk=pk), by=request.actor)
    tell(request, "Removed: nothing more is sent there")
    return redirect("reach", request.workspace.slug)


@require_POST
@page
def try_out(request: Request, pk: int | None = None) -> HttpResponse:
    """A test message by mail, or to one browser or chat."""
    address = own(_addresses(request), request, OURS, pk=pk) if pk else None
    way = address.way if address else "mail"
    reaching.send_test(_me(request), way, address, by=request.actor)
    tell(request, "On its way. If it does not arrive, this page says why")
    return redirect("reach", request.workspace.slug)


@require_POST
@page
def again(request: Request, pk: int) -> HttpResponse:
    rows = Telling.objects.filter(membership=request.membership).select_related("membership")
    reaching.try_again(own(rows, request, OURS, pk=pk), by=request.actor)
    tell(request, "On its way once more")
    return redirect("reach", request.workspace.slug)


def _me(request: Request) -> Membership:
    rows = Membership.objects.select_related("user", "workspace", "hours")
    return rows.prefetch_related("wishes").get(pk=request.membership.pk)


def _addresses(request: Request) -> QuerySet[Address]:
    rows = Address.objects.filter(membership=request.membership)
    return rows.select_related("membership__user")


# --- without signing in ---------------------------------------------------------------------


@csrf_exempt  # a mail reader presses it for its owner (RFC 8058); the token is the proof
@require_http_methods(["GET", "POST"])
def stop_mail(request: HttpRequest, token: str) -> HttpResponse:
    """The end of mails of some kinds, by the link that stands in each of them."""
    found = read_stop_link(token)
    rows = Membership.objects.select_related("user", "workspace")
    membership = rows.filter(pk=found[0]).first() if found else None
    if found is None or membership is None:
        raise Http404
    done = request.method == "POST"
    if done:
        reaching.stop_mail(membership, found[1])
    kinds = [KINDS[kind] for kind in found[1] if kind in KINDS]
    context = {"kinds": kinds, "done": done, "to": membership}
    return render(request, "reaching/stop.html", context)


@require_GET
def worker_script(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The service worker. It stands at the root, so that it may show what any page is about."""
    icon = static("img/touch-192.png")
    return HttpResponse(SCRIPT.replace("ICON", icon), content_type="text/javascript")


HERE = "w/<slug:ws>/notifications/settings/"
urlpatterns: list[Any] = [
    path(HERE, show, name="reach"),
    path(f"{HERE}chat/", add_chat, name="reach-chat"),
    path(f"{HERE}browser/", add_browser, name="reach-browser"),
    path(f"{HERE}test/", try_out, name="reach-test-mail"),
    path(f"{HERE}<int:pk>/test/", try_out, name="reach-test"),
    path(f"{HERE}<int:pk>/remove/", remove, name="reach-remove"),
    path(f"{HERE}failed/<int:pk>/again/", again, name="reach-again"),
    path("stop-mail/<str:token>/", stop_mail, name="stop-mail"),
    path("push-worker.js", worker_script, name="push-worker"),
]
