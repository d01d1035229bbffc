"""The brand's gate for accessibility and disclosure, over the API."""

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from clarion.accounts.models import Workspace
from clarion.channels.models import Channel
from clarion.content import gatekeeping
from clarion.content.gate import CHECKS
from clarion.content.models import Post
from clarion.interfaces.api.door import Request, named, own
from clarion.interfaces.api.shapes import Change, Id, In, Word
from clarion.interfaces.api.stage import Stage

stage = Stage()
Action = Literal["off", "warn", "block", ""]


# --- shapes ---------------------------------------------------------------------------------


class CheckShape(Schema):
    check: str
    what: str
    action: str


class OfChannelShape(Schema):
    """`own` are the checks that this channel does otherwise than the brand."""

    channel: int
    handle: str
    own: dict[str, str]
    checks: list[CheckShape]


class GateShape(Schema):
    checks: list[CheckShape]
    channels: list[OfChannelShape]


class ComplaintShape(Schema):
    channel: int
    check: str
    text: str
    blocks: bool


class WaivedShape(Schema):
    """`holds` is false where the post has changed since."""

    check: str
    by: str
    at: datetime
    why: str
    holds: bool


class AtTheGateShape(Schema):
    """What the gate says to a post, and what it was let through."""

    complaints: list[ComplaintShape]
    waived: list[WaivedShape]


class GateChange(Change):
    """What each check does. With `channel`: there only; an empty action: as the brand says."""

    channel: Id | None = None
    alt: Action = ""
    captions: Action = ""
    contrast: Action = ""
    disclosure: Action = ""
    ai: Action = ""
    plain: Action = ""


class LetPassBody(In):
    check: Word = Field(description=f"One of {', '.join(CHECKS)}.")
    why: Word


class StopIn(In):
    check: Word


# --- operations -----------------------------------------------------------------------------


@stage.one("gate.show", "GET /gate", GateShape)
def show(request: Request) -> dict[str, Any]:
    """What each check of the gate does, for the brand and on each channel."""
    return _shown(request.auth.workspace)


@stage.write("gate.set", "PATCH /gate", GateShape)
def change(request: Request, body: GateChange) -> dict[str, Any]:
    """Change what checks do: off, warn or block."""
    me, said = request.auth, body.given()
    channel = named(request, Channel.objects.all(), said.pop("channel", None), "channel")
    gatekeeping.set_policy(me.workspace, said, channel=channel, by=me.actor)
    return _shown(me.workspace)


@stage.one("posts.gate", "GET /posts/{post}/gate", AtTheGateShape)
def at_the_gate(request: Request, post: Id) -> dict[str, Any]:
    """What the gate says to a post as it stands."""
    return _standing(own(request, Post.objects.all(), post))


@stage.write("posts.let-pass", "POST /posts/{post}/let-pass", AtTheGateShape)
def let_pass(request: Request, post: Id, body: LetPassBody) -> dict[str, Any]:
    """Let a post through one check, with the reason. Any change but of the hour voids it."""
    row = own(request, Post.objects.all(), post)
    return _standing(gatekeeping.let_pass(row, body.check, body.why, by=request.auth.actor))


@stage.write("posts.stop-passing", "POST /posts/{post}/stop-passing", AtTheGateShape)
def stop_passing(request: Request, post: Id, body: StopIn) -> dict[str, Any]:
    """It may not pass after all."""
    row = own(request, Post.objects.all(), post)
    return _standing(gatekeeping.stop_passing(row, body.check, by=request.auth.actor))


def _standing(post: Post) -> dict[str, Any]:
    found = gatekeeping.standing(post)
    told = [
        {"channel": channel.pk, "check": p.check, "text": p.text, "blocks": p.blocks}
        for channel, p in found["complaints"]
    ]
    return {**found, "complaints": told}


def _shown(workspace: Workspace) -> dict[str, Any]:
    channels = workspace.channels.exclude(state=Channel.State.GONE).order_by("pk")
    return {
        "checks": _checks(workspace),
        "channels": [
            {
                "channel": channel.pk,
                "handle": channel.handle,
                "own": channel.gate,
                "checks": _checks(workspace, channel),
            }
            for channel in channels
        ],
    }


def _checks(workspace: Workspace, channel: Channel | None = None) -> list[dict[str, str]]:
    said = gatekeeping.in_force(workspace, channel)
    return [{"check": key, "what": CHECKS[key], "action": said[key]} for key in CHECKS]
