"""Set up the gate, and let single posts through it: with the right to, and with a reason."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from clarion.accounts.journal import record
from clarion.accounts.models import Workspace
from clarion.accounts.rights import Actor
from clarion.channels.models import Channel
from clarion.content.checks import clean_text
from clarion.content.gate import ACTIONS, CHECKS, policy
from clarion.content.models import Post, Variant
from clarion.kit.errors import Conflict, NotYet
from clarion.networks.base import Problem

WHY_MAX = 500  # characters


@transaction.atomic
def set_policy(
    workspace: Workspace,
    said: Mapping[str, str],
    *,
    channel: Channel | None = None,
    by: Actor,
) -> None:
    """Change what the named checks do, for the brand or for one channel. For a channel, an
    empty action means: as the brand says.
    """
    by.must("settings", workspace.pk)
    place: Workspace | Channel = workspace if channel is None else channel
    for check, action in said.items():
        _must_make_sense(check, action, channel)
    before = dict(place.gate)
    after = {k: v for k, v in {**before, **said}.items() if v}
    if after == before:
        return
    place.gate = after
    place.save(update_fields=["gate"])
    about = f"Channel {channel.pk}" if channel else f"Workspace {workspace.name}"
    record(by, "gate.set", about, before, after)


def _must_make_sense(check: str, action: str, channel: Channel | None) -> None:
    if check not in CHECKS:
        raise NotYet(f"There is no check “{check[:40]}”. Known: {', '.join(CHECKS)}.", "check")
    if action not in ACTIONS and not (channel and action == ""):
        raise NotYet(
            f"“{action[:40]}” is nothing a check can do. Choose one of {', '.join(ACTIONS)}.",
            check,
        )


@transaction.atomic
def let_pass(post: Post, check: str, why: str, *, by: Actor) -> Post:
    """Let a post through one check, as it stands now. Any change but of the hour voids it."""
    by.must("override", post.workspace_id)
    post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if check not in CHECKS:
        raise NotYet(f"There is no check “{check[:40]}”. Known: {', '.join(CHECKS)}.", "check")
    why = clean_text(why, "why").strip()
    if not why or len(why) > WHY_MAX:
        raise NotYet(f"Say why it may pass, in 1 to {WHY_MAX} characters.", "why")
    if not any(p.check == check for v in _variants(post) for p in v.lacks()):
        raise Conflict("Nothing of that kind is wrong with the post as it stands.")
    seal = post.words_seal()
    said = {"by": by.name, "at": timezone.now().isoformat(), "why": why, "seal": seal}
    post.waived = {**post.waived, check: said}
    post.save(update_fields=["waived"])
    record(
        by, "gate.passed", f"Post {post.pk}", after={"check": check, "why": why, "seal": seal}
    )
    return post


@transaction.atomic
def stop_passing(post: Post, check: str, *, by: Actor) -> Post:
    """It may not pass after all. What is out stays out."""
    by.must("override", post.workspace_id)
    post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if check not in post.waived:
        raise Conflict("That was not let pass.")
    before = {"check": check, "why": post.waived[check]["why"]}
    post.waived = {k: v for k, v in post.waived.items() if k != check}
    post.save(update_fields=["waived"])
    record(by, "gate.closed", f"Post {post.pk}", before)
    return post


def standing(post: Post) -> dict[str, Any]:
    """Policy, complaints and what was let pass: all that a door shows of the gate."""
    passes = post.passes()
    return {
        "complaints": [(v.channel, p) for v in _variants(post) for p in v.lacks()],
        "waived": [
            {"check": check, **said, "holds": check in passes}
            for check, said in post.waived.items()
        ],
    }


def warnings(post: Post) -> list[Problem]:
    """What is worth a word and stops nothing."""
    return [p for v in _variants(post) for p in v.problems() if not p.blocks]


def in_force(workspace: Workspace, channel: Channel | None = None) -> Mapping[str, str]:
    """Check -> action, as it is for the brand, or for one channel of it."""
    return policy(workspace.gate, channel.gate if channel else {})


def _variants(post: Post) -> list[Variant]:
    rows = post.variants.select_related("channel__workspace", "post__workspace")
    return list(rows.select_related("post__campaign"))
