"""Who is in the demo: the team, and the accounts on the practice network."""

from asgiref.sync import async_to_sync
from django.conf import settings

from clarion.accounts.models import Membership, User, Workspace
from clarion.accounts.rights import Actor
from clarion.channels import actions as channels
from clarion.channels.line import line
from clarion.channels.models import Channel, unconnected
from clarion.interfaces.demo import words
from clarion.interfaces.demo.scene import DAYS, Scene
from clarion.kit.errors import NotYet
from clarion.measurement.models import AccountReading
from clarion.networks import registry
from clarion.networks.base import Network, NetworkError

PRETEND = "practice.invalid"  # a domain that can never receive mail
AWAY = (
    "The practice network did not answer when this brand was made. Start it (`clarion up`) "
    "and then reconnect: everything planned goes on from there."
)


def practice() -> Network:
    """The network on which nobody is real."""
    return next(n for n in registry.NETWORKS.values() if n.practice)


def connect(workspace: Workspace, by: Actor) -> list[Channel]:
    """The brand's accounts. Talks to the network; if it is away, they wait to be connected."""
    return [
        _account(workspace, workspace.slug[:30] + ending, by)
        for ending, _, _, _ in words.CHANNELS
    ]


def _account(workspace: Workspace, handle: str, by: Actor) -> Channel:
    network = practice()
    answers = {"server": settings.PLAYGROUND_URL, "handle": handle}
    try:
        opened = channels.start(workspace, network.key, answers, "", by=by)
    except NotYet:
        opened = ""
    if isinstance(opened, list) and opened:
        return opened[0]
    return Channel.objects.create(
        workspace=workspace,
        network_key=network.key,
        remote_id=unconnected(handle),
        handle=handle,
        secret={},
        state=Channel.State.SHUT,
        problem=AWAY,
    )


def hire(scene: Scene) -> None:
    """People with names and roles who cannot sign in: no password, no mailbox, not active."""
    founded = scene.ago(days=DAYS)
    Membership.objects.filter(pk=scene.owner.pk).update(joined_at=founded)
    Workspace.objects.filter(pk=scene.workspace.pk).update(created_at=founded)
    for number, (name, role) in enumerate(words.TEAM):
        first = name.split()[0].lower()
        user = User(
            email=f"{first}@{scene.workspace.slug}.{PRETEND}", name=name, is_active=False
        )
        user.set_unusable_password()
        user.save()
        joined = scene.ago(days=DAYS - 2 - number)
        member = Membership(workspace=scene.workspace, user=user, role=role, joined_at=joined)
        member.save()
        scene.team.append(member)


def followers(scene: Scene) -> None:
    """A reading a day, ending at what the network says today."""
    rows = []
    for channel, (_, name, first, last) in zip(scene.channels, words.CHANNELS, strict=True):
        today = _followers_now(channel) or last
        Channel.objects.filter(pk=channel.pk).update(name=name, followers=today)
        channel.name, channel.followers = name, today
        start = today * first / last
        for days in range(DAYS, 0, -1):
            share = (DAYS - days) / DAYS
            total = round(start + (today - start) * (0.75 * share + 0.25 * share**3))
            at = scene.ago(days=days)
            rows.append(
                AccountReading(channel=channel, metric="followers", total=total, read_at=at)
            )
    AccountReading.objects.bulk_create(rows)


def _followers_now(channel: Channel) -> int | None:
    return async_to_sync(_ask)(channel) if channel.is_open else None


async def _ask(channel: Channel) -> int | None:
    measurement = channel.network.measurement
    if measurement is None:
        return None
    async with line():
        try:
            return (await measurement.account(channel.call())).followers
        except NetworkError:
            return None
