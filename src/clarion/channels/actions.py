"""Connect an account, look after it, let it go."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from zoneinfo import available_timezones

from asgiref.sync import async_to_sync
from django.db import transaction
from django.utils import timezone

from clarion.accounts.actions import solve
from clarion.accounts.journal import record
from clarion.accounts.models import Membership, Workspace
from clarion.accounts.rights import Actor, NotAllowed
from clarion.channels.line import line
from clarion.channels.models import Channel, Waiting, unconnected
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.keys import key_hash, new_key
from clarion.networks import registry
from clarion.networks.base import Grant, Network, NetworkError, Redirect

WAIT = timedelta(hours=1)
LATE_MOST = 168  # hours
ANSWER_MAX = 2000  # characters a person may type into one field


def start(
    workspace: Workspace,
    network_key: str,
    answers: Mapping[str, str],
    redirect_uri: str,
    *,
    by: Actor,
) -> str | list[Channel]:
    """The connected channels, or the address to send the person to. Talks to the network."""
    network, answers = may_start(workspace, network_key, answers, by=by)
    state = new_key()
    opened = async_to_sync(_start)(network, answers, redirect_uri, state)
    if not isinstance(opened, Redirect):
        return [_take(workspace, network, grant, by=by) for grant in opened]
    Waiting.objects.filter(created_at__lt=timezone.now() - WAIT).delete()
    Waiting.objects.create(
        state_hash=key_hash(state),
        workspace=workspace,
        network_key=network.key,
        user_id=by.user_id or 0,
        saved=dict(opened.saved),
    )
    return opened.url


def may_start(
    workspace: Workspace, network_key: str, answers: Mapping[str, str], *, by: Actor
) -> tuple[Network, dict[str, str]]:
    """All of `start` that needs no network: rights, and what was typed."""
    by.must("connect", workspace.pk)
    network = _network(network_key)
    return network, _answers(network, answers)


def finish(state: str, answer: Mapping[str, str], *, by: Actor) -> list[Channel]:
    """The person is back from the network's door. `answer` is the query they came with."""
    waiting = (
        Waiting.objects.select_related("workspace").filter(state_hash=key_hash(state)).first()
    )
    if waiting is None or waiting.created_at < timezone.now() - WAIT:
        raise NotYet(
            "This way back is no longer open. Start connecting again on the Channels page."
        )
    by.must("connect", waiting.workspace_id)
    if waiting.user_id != by.user_id:
        raise NotAllowed("Somebody else started connecting this account.")
    waiting.delete()
    network = _network(waiting.network_key)
    if "code" not in answer:
        raise NotYet(f"{network.name} sent you back without a yes. Nothing was connected.")
    grants = async_to_sync(_finish)(network, waiting.saved, answer)
    return [_take(waiting.workspace, network, grant, by=by) for grant in grants]


async def _start(
    network: Network, answers: Mapping[str, str], redirect_uri: str, state: str
) -> Redirect | Sequence[Grant]:
    async with line() as http:
        try:
            return await network.connect.start(http, answers, redirect_uri, state)
        except NetworkError as error:
            raise NotYet(str(error)) from error


async def _finish(
    network: Network, saved: Mapping[str, str], answer: Mapping[str, str]
) -> Sequence[Grant]:
    async with line() as http:
        try:
            return await network.connect.finish(http, saved, answer)
        except NetworkError as error:
            raise NotYet(str(error)) from error


@transaction.atomic
def _take(workspace: Workspace, network: Network, grant: Grant, *, by: Actor) -> Channel:
    """Open the channel, or open it again: what was planned for it goes on from there."""
    mine = Channel.objects.filter(workspace=workspace, network_key=network.key)
    channel = (
        mine.filter(remote_id=grant.remote_id).first()
        or mine.filter(remote_id=unconnected(grant.handle)).first()
    )
    if channel is None:
        channel = Channel(
            workspace=workspace,
            network_key=network.key,
            remote_id=grant.remote_id,
            state=Channel.State.OPEN,
            due_at=timezone.now(),
        )
        channel.adopt(channel.take(grant))
        channel.save()
    elif channel.is_open:
        channel.compare_and_set(channel.take(grant))
    else:
        channel.move(Channel.State.OPEN, remote_id=grant.remote_id, **channel.take(grant))
    solve(workspace.pk, [f"channel:{channel.pk}"])
    record(
        by,
        "channel.connected",
        f"Channel {channel.pk}",
        after={"handle": channel.handle, "network": network.name},
    )
    return channel


@transaction.atomic
def disconnect(channel: Channel, *, by: Actor) -> None:
    """Let the account go and forget its secret. What was published stays where it is."""
    by.must("connect", channel.workspace_id, channel.pk)
    if not channel.move(Channel.State.GONE, secret={}):
        raise Conflict("Somebody else has just changed this channel. Look again.")
    solve(channel.workspace_id, [f"channel:{channel.pk}"])
    record(
        by, "channel.disconnected", f"Channel {channel.pk}", before={"handle": channel.handle}
    )


@transaction.atomic
def set_zone(channel: Channel, time_zone: str, *, by: Actor) -> None:
    """The zone this channel's times are shown and typed in. Empty: the workspace's."""
    by.must("connect", channel.workspace_id, channel.pk)
    if time_zone and time_zone not in available_timezones():
        raise NotYet(
            f"“{time_zone}” is not a time zone. Choose one like Europe/Berlin.", "time_zone"
        )
    before = {"time_zone": channel.time_zone}
    Channel.objects.filter(pk=channel.pk).update(time_zone=time_zone)
    channel.time_zone = time_zone
    record(by, "channel.changed", f"Channel {channel.pk}", before, {"time_zone": time_zone})


@transaction.atomic
def set_sending(
    channel: Channel,
    *,
    late_hours: int,
    by_hand: bool = False,
    hand: Membership | None = None,
    by: Actor,
) -> None:
    """How late a post may still go out by itself, and whether a person posts what is planned
    from now on: `hand`, or whoever may publish.
    """
    by.must("connect", channel.workspace_id, channel.pk)
    if not 1 <= late_hours <= LATE_MOST:
        raise NotYet(f"Choose 1 to {LATE_MOST} hours.", "late_hours")
    if hand is not None and hand.workspace_id != channel.workspace_id:
        raise NotYet("Choose somebody of this workspace.", "hand")
    values = {
        "late_hours": late_hours,
        "by_hand": by_hand,
        "hand_id": hand.pk if hand and by_hand else None,
    }
    before = {key: getattr(channel, key) for key in values}
    Channel.objects.filter(pk=channel.pk).update(**values)
    channel.adopt(values)
    record(by, "channel.changed", f"Channel {channel.pk}", before, values)


def check_now(channel: Channel, *, by: Actor) -> None:
    """Ask for a check-up at the next tick."""
    by.must("read", channel.workspace_id, channel.pk)
    Channel.objects.filter(pk=channel.pk, state=Channel.State.OPEN).update(
        due_at=timezone.now()
    )


def _network(key: str) -> Network:
    if key not in registry.NETWORKS:
        raise NotYet(f"Clarion does not know a network called “{key[:40]}”.", "network")
    return registry.get(key)


def _answers(network: Network, answers: Mapping[str, str]) -> dict[str, str]:
    """What was typed, trimmed. Required fields are there and no field is absurdly long."""
    found = {f.key: answers.get(f.key, "").strip() or f.default for f in network.connect.fields}
    for f in network.connect.fields:
        if f.required and not found[f.key]:
            raise NotYet(f"{f.label} is missing.", f.key)
        if len(found[f.key]) > ANSWER_MAX:
            raise NotYet(f"{f.label} is too long.", f.key)
    return found
