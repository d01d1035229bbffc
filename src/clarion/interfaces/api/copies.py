"""Campaigns copied to another brand over the API: with a token of each of the two."""

from datetime import date

from ninja import Schema

from clarion.accounts.actions import actor_for_key
from clarion.accounts.models import ApiToken
from clarion.accounts.rights import Actor
from clarion.channels.models import Channel
from clarion.content.copying import Copied, How, copy_campaign
from clarion.interfaces.api.door import Request, own
from clarion.interfaces.api.shapes import Id, In, Text, kept_as
from clarion.interfaces.api.stage import Stage
from clarion.kit.errors import NotYet
from clarion.strategy.models import Campaign

stage = Stage()


class CopyOrder(In):
    """`token`: one of the other brand. `channels`: id of a channel here -> id of the one there;
    what is not named is left out.

    All of it moves by `days`, or so that it starts on `starts_on`. `into` is a campaign of the
    other brand; without it the one of the same name, which is started where there is none.
    """

    token: Text
    channels: dict[str, Id] = {}
    days: int = 0
    starts_on: date | None = None
    into: Id | None = None


class CopyShape(Schema):
    """`campaign` and `posts` are ids of the other brand.

    `here`: copied before; `undated`: their time would have passed; `left`: for the next call,
    which goes on behind these.
    """

    campaign: int = kept_as("campaign_id")
    posts: list[int]
    here: int
    undated: int
    left: int


@stage.write("campaigns.copy", "POST /campaigns/{campaign}/copies", CopyShape, status=201)
def copy(request: Request, campaign: Id, body: CopyOrder) -> dict[str, object]:
    """Copy it to another brand, with its posts as drafts.

    Media, labels and rights come along; approvals, deliveries and numbers do not. A post that
    was copied into that campaign before is left alone.
    """
    source = own(request, Campaign.objects.select_related("workspace"), campaign)
    token, there = _other(body.token)
    space = token.membership.workspace
    how = How(_channels(body, there), body.days, body.starts_on)
    into = _campaign(body.into, there) or space
    made = copy_campaign(source, into, how, by=request.auth.actor, there=there)
    return _told(made)


def _told(made: Copied) -> dict[str, object]:
    posts = [post.pk for post in made.posts]
    return {**vars(made), "campaign_id": made.campaign.pk, "posts": posts}


def _other(key: str) -> tuple[ApiToken, Actor]:
    found = actor_for_key(key.strip())
    if found is None:
        raise NotYet("This is no token that is good. Make one in the other brand.", "token")
    return found


def _campaign(pk: int | None, there: Actor) -> Campaign | None:
    if pk is None:
        return None
    rows = Campaign.objects.filter(workspace=there.workspace_id, archived_at=None)
    if found := rows.select_related("workspace").filter(pk=pk).first():
        return found
    raise NotYet(f"The other brand has no campaign {pk}.", "into")


def _channels(body: CopyOrder, there: Actor) -> dict[int, Channel]:
    rows = Channel.objects.filter(workspace=there.workspace_id).select_related("workspace")
    known = rows.exclude(state=Channel.State.GONE).in_bulk(body.channels.values())
    if missing := [pk for pk in body.channels.values() if pk not in known]:
        raise NotYet(f"The other brand has no channel {missing[0]}.", "channels")
    if wrong := [pk for pk in body.channels if not (pk.isascii() and pk.isdecimal())]:
        raise NotYet(f"“{wrong[0][:20]}” is not the id of a channel here.", "channels")
    return {int(here[:20]): known[pk] for here, pk in body.channels.items()}
