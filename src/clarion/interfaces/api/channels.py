"""Networks and connected accounts over the API."""

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from ninja import Schema

from clarion.accounts.models import Membership
from clarion.channels import actions
from clarion.channels.models import Channel
from clarion.interfaces.api.door import Request, named, own
from clarion.interfaces.api.shapes import Id, In, Text, Word, kept_as, one_of
from clarion.interfaces.api.stage import Stage
from clarion.networks import registry
from clarion.networks.base import Network
from clarion.networks.limits import Limit, everything, told

stage = Stage()
STATE = one_of(Channel.State)
BACK = "/channels/back/"  # the page that a network sends the person back to


# --- shapes ---------------------------------------------------------------------------------


class LimitsShape(Schema):
    """What the network takes. Null: the network sets no limit, or none is known."""

    text: int
    counting: str
    text_bytes: int | None
    media: int
    image_bytes: int | None
    image_pixels: int | None
    video_bytes: int | None
    mimes: list[str]
    alt: int | None
    hashtags: int | None
    mentions: int | None
    poll: int | None
    poll_choice: int | None
    per_quarter_hour: int | None
    per_hour: int | None
    per_day: int | None
    live: bool
    source: str
    as_of: date


class LimitShape(Schema):
    """One row of the limit registry. `verified` is when somebody last read it at its source;
    null: nobody did. `in_force` is false for what another source says instead."""

    network: str
    name: str
    surface: str
    field: str
    value: int | float | str | list[str]
    unit: str
    counting: str
    source: str
    kind: str
    source_date: date | None
    verified: date | None
    note: str
    in_force: bool


class FieldShape(Schema):
    """One thing to ask a person. `choices` are pairs of a value and its name."""

    key: str
    label: str
    kind: str
    hint: str
    default: str
    required: bool
    choices: list[tuple[str, str]]


class SurfaceShape(Schema):
    """A place where a post can stand. `kinds` of media fit there, at least `least` of them;
    `poll`: it "may" carry one, "must", or ""; `frames`: each goes out on its own, in order."""

    key: str
    name: str
    kinds: list[str]
    least: int
    poll: str
    frames: bool


class NetworkShape(Schema):
    """`can`: stage -> does it work there. `asks` is what `channels.connect` needs to know."""

    key: str
    name: str
    practice: bool
    can: dict[str, bool]
    once: str
    limits: LimitsShape
    asks: list[FieldShape] = kept_as("connect.fields")
    options: list[FieldShape]
    surfaces: list[SurfaceShape]
    comments: bool
    notes: list[str]

    @staticmethod
    def resolve_can(network: Network) -> dict[str, bool]:
        return dict(network.can())

    @staticmethod
    def resolve_once(network: Network) -> str:
        return str(network.publish.once)


class ChannelShape(Schema):
    """`limits` are those of the account's own server where it tells them. `practises`: on a
    practice network, the one whose places and limits it carries; nothing leaves for that one.
    `surfaces`: where a post can stand there, the usual place first."""

    id: int
    network: str = kept_as("network_key")
    practises: str
    handle: str
    name: str
    url: str
    state: str
    problem: str
    time_zone: str = kept_as("zone_name")
    grant_ends_at: datetime | None
    full_until: datetime | None
    late_hours: int
    by_hand: bool
    hand: int | None = kept_as("hand_id")
    followers: int | None
    checked_at: datetime | None
    blocked_until: datetime | None
    grant_expires_at: datetime | None
    limits: LimitsShape
    surfaces: list[SurfaceShape] = kept_as("network.surfaces")


class ConnectedShape(Schema):
    """The connected channels, or `go_to`: where the person has to say yes in a browser."""

    channels: list[ChannelShape]
    go_to: str


class ConnectIn(In):
    """`answers`: key -> what was typed, for the `asks` of the network."""

    network: Word
    answers: dict[Word, Text] = {}


class SendingIn(In):
    """How its posts go out. `late_hours`: so late a post may still go out by itself. `by_hand`:
    a person posts, `hand` (a membership) or whoever may publish."""

    late_hours: int
    by_hand: bool = False
    hand: Id | None = None


class ZoneIn(In):
    """Empty: the zone of the workspace."""

    time_zone: Word


# --- networks -------------------------------------------------------------------------------


@stage.many("networks.list", "GET /networks", NetworkShape)
def list_networks(request: Request) -> Sequence[Network]:  # noqa: ARG001
    """What Clarion can do on each network, and what each network takes."""
    return [registry.get(key) for key, _ in registry.choices()]


@stage.many("networks.limits", "GET /networks/limits", LimitShape)
def list_limits(request: Request, network: Word = "") -> Sequence[Limit]:  # noqa: ARG001
    """What is known of the limits of networks, row by row, with source and date.

    Also of networks that Clarion does not speak to yet. What a connected account's own server
    says stands in `limits` of its channel.
    """
    try:
        return told(network) if network else everything()
    except LookupError:
        raise Http404 from None


@stage.one("networks.get", "GET /networks/{network}", NetworkShape)
def get_network(request: Request, network: Word) -> Network:  # noqa: ARG001
    """One network."""
    if network not in registry.NETWORKS:
        raise Http404
    return registry.get(network)


# --- channels -------------------------------------------------------------------------------


def channels() -> QuerySet[Channel]:
    return Channel.objects.select_related("workspace")


@stage.many("channels.list", "GET /channels", ChannelShape, order="pk")
def list_channels(request: Request, state: str | None = STATE) -> QuerySet[Channel]:
    """Connected accounts; without `state` also those that were removed."""
    rows = channels().filter(workspace=request.auth.workspace)
    return rows.filter(state=state) if state else rows


@stage.one("channels.get", "GET /channels/{channel}", ChannelShape)
def get_channel(request: Request, channel: Id) -> Channel:
    """One connected account."""
    return own(request, channels(), channel)


@stage.write(
    "channels.connect",
    "POST /channels",
    ConnectedShape,
    outside=True,
    secret=("go_to",),
)
def connect(request: Request, body: ConnectIn) -> dict[str, object]:
    """Connect an account. Where the network asks for a person, `go_to` is where to send them.

    A dry run checks rights and answers without talking to the network.
    """
    me = request.auth
    if me.dry:
        actions.may_start(me.workspace, body.network, body.answers, by=me.actor)
        return {"channels": [], "go_to": ""}
    back = settings.PUBLIC_URL + BACK
    opened = actions.start(me.workspace, body.network, body.answers, back, by=me.actor)
    if isinstance(opened, str):
        return {"channels": [], "go_to": opened}
    return {"channels": [channels().get(pk=c.pk) for c in opened], "go_to": ""}


@stage.write("channels.disconnect", "DELETE /channels/{channel}", ChannelShape)
def disconnect(request: Request, channel: Id) -> Channel:
    """Let the account go and forget its secret. What was published stays where it is."""
    row = own(request, channels(), channel)
    actions.disconnect(row, by=request.auth.actor)
    return row


@stage.write("channels.change", "PATCH /channels/{channel}", ChannelShape)
def set_zone(request: Request, channel: Id, body: ZoneIn) -> Channel:
    """The zone in which its times are shown and typed."""
    row = own(request, channels(), channel)
    actions.set_zone(row, body.time_zone, by=request.auth.actor)
    return row


@stage.write("channels.sending", "POST /channels/{channel}/sending", ChannelShape)
def set_sending(request: Request, channel: Id, body: SendingIn) -> Channel:
    """How late its posts may go out, and whether a person posts them."""
    row = own(request, channels(), channel)
    hand = named(request, Membership.objects.select_related("user"), body.hand, "hand")
    actions.set_sending(
        row, late_hours=body.late_hours, by_hand=body.by_hand, hand=hand, by=request.auth.actor
    )
    return row


@stage.write("channels.check", "POST /channels/{channel}/check", ChannelShape)
def check(request: Request, channel: Id) -> Channel:
    """Ask for a check-up at the next tick of the worker."""
    row = own(request, channels(), channel)
    actions.check_now(row, by=request.auth.actor)
    return channels().get(pk=row.pk)
