"""How anything goes out, once. Read `steps` first: it is the whole story.

The same three steps serve posts, answers and promotions.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from clarion.channels.models import connected, reachable
from clarion.kit.steps import Move, Outcome, Settled, Stay, Step, backoff
from clarion.networks.base import (
    Live,
    Once,
    Ready,
    Reconnect,
    Refused,
    Settling,
    StartOver,
    TryLater,
    Unsure,
)
from clarion.publishing.models import Outgoing
from clarion.publishing.sending.pauses import allowed
from clarion.publishing.sending.rates import claimable, free

State = Outgoing.State
LOOKS = 12  # times we look at the network before a person has to
CHEWS = timedelta(hours=2)  # after that a network counts as stuck
CONTAINERS = 3  # times something is handed over that makes a container and publishes it
NOT_OUT: Mapping[str, object] = {"maybe_out": False, "first_sent_at": None}
NOTHING: Mapping[str, object] = {**NOT_OUT, "ticket": ""}  # not even a container
AGAIN = (0, 5, 30, 120, 600)  # seconds to wait before a proven absence is sent again
SOON = timedelta(seconds=2)  # until what is being prepared is looked at again
Row = TypeVar("Row", bound=Outgoing)


def steps(
    model: type[Row],
    load: Callable[[QuerySet[Row]], Sequence[Row]],
    settled: Settled,
    may_go: Callable[[], Q] = Q,
) -> tuple[Step[Row], ...]:
    """The three steps of everything that goes out. `may_go` says which rows are not held back
    although they are due."""
    return (
        Step(
            model,
            State.PLANNED,
            send,
            during=State.SENDING,
            after_crash=State.UNSURE,
            crash_wait=timedelta(seconds=2),
            claiming={
                "first_sent_at": Coalesce("first_sent_at", Now()),
                "maybe_out": True,
                "tries": F("tries") + 1,
            },
            ready=lambda: reachable() & allowed(model) & free(model) & may_go(),
            pick=claimable,
            load=load,
            settled=settled,
        ),
        Step(model, State.SETTLING, settle, ready=connected, load=load, settled=settled),
        Step(model, State.UNSURE, look, ready=connected, load=load, settled=settled),
    )


async def send(item: Outgoing) -> Outcome:
    """Say it, once."""
    if why := item.refusal():
        return Move(State.HELD, problem=why, also=NOTHING)
    if why := item.waits():
        also = {**NOT_OUT, "tries": max(0, item.tries - 1)}
        return Move(State.PLANNED, due_at=timezone.now() + SOON, problem=why, also=also)
    try:
        answer = await item.say()
    except TryLater as later:
        return _later(item, later)
    except StartOver as gone:
        return _again(item, str(gone))
    except Reconnect as error:  # it waits, and goes on when the channel is open again
        return Move(State.PLANNED, problem=str(error), also=NOT_OUT, found=error)
    except Refused as error:
        return Move(State.HELD, problem=str(error), also=NOTHING, found=error)
    except Unsure as unsure:
        return _unsure(item, str(unsure))
    return _taken(item, answer)


async def settle(item: Outgoing) -> Outcome:
    """Ask the network whether it is done chewing. A container that is done waits for its turn
    like anything else that is planned: pauses, rates and the approval are looked at again.
    """
    try:
        answer = await item.channel.network.publish.poll(
            item.channel.call(key=item.key, at=item.stamp), item.ticket
        )
    except StartOver as gone:
        return _again(item, str(gone))
    except Unsure as unsure:
        return _unsure(item, str(unsure))
    except (TryLater, Reconnect) as error:
        return Stay(at=getattr(error, "at", None), problem=str(error), found=error)
    except Refused as error:
        return Move(State.HELD, problem=str(error), also=NOTHING, found=error)
    if isinstance(answer, Ready):
        return Move(State.PLANNED, also={**NOT_OUT, "ticket": answer.ticket})
    if isinstance(answer, Settling) and timezone.now() - item.state_since > CHEWS:
        return _stuck(item)
    return _taken(item, answer)


def _stuck(item: Outgoing) -> Outcome:
    """What the network never finishes would wait without a word."""
    name = item.channel.network.name
    if item.maybe_out:
        why = f"{name} took it hours ago and still works on it. It may be live. Look there."
        return Move(State.HELD, problem=why)
    return _again(item, f"{name} did not finish working on the film.")


async def look(item: Outgoing) -> Outcome:
    """We do not know whether it went out. Look first; only then send again."""
    try:
        found = await item.look()
    except Unsure as error:
        if item.attempts >= LOOKS:
            why = f"It may be live already. {error} Look there, then decide."
            return Move(State.HELD, problem=why, found=error)
        return Stay(problem=str(error), found=error)
    except (TryLater, Reconnect) as error:
        return Stay(at=getattr(error, "at", None), problem=str(error), found=error)
    except Refused as error:
        return Move(State.HELD, problem=f"It may be live already. {error}", found=error)
    if found is not None:
        return _taken(item, found)
    wait = timedelta(seconds=AGAIN[min(max(item.tries - 1, 0), len(AGAIN) - 1)])
    due_at = timezone.now() + wait
    return Move(State.PLANNED, due_at=due_at, problem=item.problem, also=NOT_OUT)


def _taken(item: Outgoing, answer: Live | Settling) -> Outcome:
    if isinstance(answer, Live):
        also = {"remote_id": answer.remote_id, "url": answer.url, "live_at": timezone.now()}
        return Move(State.LIVE, also={**also, **item.trace(), "maybe_out": True}, found=answer)
    again = timezone.now() + answer.again
    if item.state == State.SETTLING:
        return Stay(at=again, also={"ticket": answer.ticket})
    also = {"ticket": answer.ticket, **({} if answer.public else NOT_OUT)}
    return Move(State.SETTLING, due_at=again, also=also)


def _later(item: Outgoing, later: TryLater) -> Outcome:
    at = later.at or timezone.now() + backoff(max(item.tries - 1, 0))
    return Move(State.PLANNED, due_at=at, problem=str(later), also=NOT_OUT, found=later)


def _again(item: Outgoing, why: str) -> Outcome:
    """Its container is gone and was seen by nobody: make another, a few times."""
    if item.tries >= CONTAINERS:
        why = f"{why} {item.channel.network.name} was given it several times. Try again later."
        return Move(State.HELD, problem=why, also=NOTHING)
    due_at = timezone.now() + backoff(max(item.tries - 2, 0))
    return Move(State.PLANNED, due_at=due_at, problem=why, also=NOTHING)


def _unsure(item: Outgoing, why: str) -> Outcome:
    """Wait until the lost request has taken effect or never will, then look."""
    publish = item.channel.network.publish
    if publish.once == Once.NOTHING:
        return Move(
            State.HELD, problem=f"It may be live already. {why} Look there, then decide."
        )
    return Move(State.UNSURE, due_at=timezone.now() + publish.look_after, problem=why)
