"""How the person of this token is told of what needs them, over the API."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from ninja import Schema

from clarion.accounts import reaching, wishes
from clarion.accounts.models import KINDS, WAYS, Address, Membership, Telling
from clarion.channels import chat
from clarion.interfaces.api.door import Request, named, own
from clarion.interfaces.api.shapes import Change, Gone, Id, In, Text, Word, asked, one_of
from clarion.interfaces.api.stage import Stage

stage = Stage()
STATE = one_of(Telling.State)


# --- shapes ---------------------------------------------------------------------------------


class WishShape(Schema):
    kind: str
    way: str
    when: str


class HoursShape(Schema):
    """Times are minutes after midnight, days of the week 0 (Monday) to 6."""

    time_zone: str
    quiet_from: int | None
    quiet_until: int | None
    digest_at: int
    digest_day: int


class AddressShape(Schema):
    """A browser or a chat. Where it is exactly is kept encrypted and shown nowhere."""

    id: int
    way: str
    name: str
    problem: str
    created_at: datetime
    reached_at: datetime | None


class ReachShape(Schema):
    wishes: list[WishShape]
    hours: HoursShape
    addresses: list[AddressShape]


class TellingShape(Schema):
    """One message. `problem` says why it has not arrived."""

    id: int
    way: str
    state: str
    state_label: str
    problem: str
    due_at: datetime | None
    sent_at: datetime | None
    notices: list[int]
    test: bool

    @staticmethod
    def resolve_notices(row: Telling) -> list[int]:
        return [notice.pk for notice in row.notices.all()]


class WishIn(In):
    """`when`: now, daily, weekly or off; for the way `app` now or off."""

    kind: Word
    way: Word
    when: Word


class HoursIn(Change):
    """Times are minutes after midnight; quiet hours may run over it. Null: none."""

    time_zone: Word = ""
    quiet_from: int | None = None
    quiet_until: int | None = None
    digest_at: int = 480
    digest_day: int = 0


class ReachChange(Change):
    wishes: list[WishIn] = []
    hours: HoursIn = HoursIn()


class ChatIn(In):
    """`url` as Apprise reads it, like slack://… or tgram://…"""

    url: Text


class TestBody(In):
    """`way` is mail, or push or chat with the `address` to try."""

    way: Word
    address: Id | None = None


# --- operations -----------------------------------------------------------------------------


@stage.one("reach.show", "GET /me/reach", ReachShape)
def show(request: Request) -> dict[str, Any]:
    """What reaches you, by which way and when."""
    return _shown(_me(request))


@stage.write("reach.choose", "PATCH /me/reach", ReachShape)
def choose(request: Request, body: ReachChange) -> dict[str, Any]:
    """Choose what reaches you, by which way and when."""
    me, by = _me(request), request.auth.actor
    reaching.choose(me, [(w.kind, w.way, w.when) for w in body.wishes], by=by)
    if "hours" in body.given():
        reaching.keep_hours(me, body.hours.given(), by=by)
    return _shown(_me(request))


@stage.write("reach.add-chat", "POST /me/chats", AddressShape, status=201)
def add_chat(request: Request, body: ChatIn) -> Address:
    """Be told in a chat, too. The address is kept encrypted."""
    name = chat.service(body.url)
    return reaching.add_chat(_me(request), name, body.url, by=request.auth.actor)


@stage.write("reach.remove", "DELETE /me/addresses/{address}", Gone)
def remove(request: Request, address: Id) -> Gone:
    """Send nothing more to a browser or a chat."""
    reaching.remove_address(own(request, _mine(request), address, _PATH), by=request.auth.actor)
    return Gone(id=address)


@stage.write("reach.test", "POST /me/reach/test", TellingShape, status=201)
def test(request: Request, body: TestBody) -> Telling:
    """Send yourself a test message."""
    where = named(request, _mine(request), body.address, "address", _PATH)
    return reaching.send_test(_me(request), body.way, where, by=request.auth.actor)


@stage.many("tellings.list", "GET /me/tellings", TellingShape)
def list_tellings(request: Request, state: str | None = STATE) -> QuerySet[Telling]:
    """Messages to you, newest first; with state `failed` those that did not arrive."""
    rows = Telling.objects.filter(membership=request.auth.token.membership)
    return rows.filter(**asked(state=state)).prefetch_related("notices")


@stage.write("tellings.retry", "POST /me/tellings/{telling}/retry", TellingShape)
def retry(request: Request, telling: Id) -> Telling:
    """Send once more what did not arrive."""
    rows = Telling.objects.filter(membership=request.auth.token.membership)
    row = own(request, rows.select_related("membership"), telling, _PATH)
    reaching.try_again(row, by=request.auth.actor)
    return row


_PATH = "membership__workspace"


def _me(request: Request) -> Membership:
    rows = Membership.objects.select_related("user", "workspace", "hours")
    return rows.get(pk=request.auth.token.membership_id)


def _mine(request: Request) -> QuerySet[Address]:
    rows = Address.objects.filter(membership=request.auth.token.membership)
    return rows.select_related("membership__user")


def _shown(me: Membership) -> dict[str, Any]:
    said = [
        {"kind": kind, "way": way, "when": wishes.wish(me, kind, way)}
        for kind in KINDS
        for way in WAYS
    ]
    addresses = me.addresses.order_by("pk")
    return {"wishes": said, "hours": wishes.hours_of(me), "addresses": list(addresses)}
