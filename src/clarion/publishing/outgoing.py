"""How anything goes out, once. Read `steps` first: it is the whole story.

The same three steps serve posts, answers and promotions.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from clarion.channels.models import connected, reachable
from clarion.kit.steps import Move, Outcome, Settled, Stay, Step, backoff, oldest_first
from clarion.networks.base import (
    Live,
    Once,
    Reconnect,
    Refused,
    Settling,
    TryLater,
    Unsure,
)
from clarion.publishing.models import Outgoing
from clarion.publishing.pauses import allowed, join_claims

State = Outgoing.State
LOOKS = 12  # times we look at the network before a person has to
AGAIN = (0, 5, 30, 120, 600)  # seconds to wait before a proven absence is sent again
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
            ready=lambda: reachable() & allowed(model) & may_go(),
            pick=pick,
            load=load,
            settled=settled,
        ),
        Step(model, State.SETTLING, settle, ready=connected, load=load, settled=settled),
        Step(model, State.UNSURE, look, ready=connected, load=load, settled=settled),
    )


def pick(due: QuerySet[Row], most: int) -> list[int]:
    """What may be claimed now; no pause begins before the claim is written down."""
    join_claims()
    return oldest_first(due, most)


async def send(item: Outgoing) -> Outcome:
    """Say it, once."""
    if why := item.refusal():
        return Move(State.HELD, problem=why, also={"maybe_out": False})
    try:
        answer = await item.say()
    except TryLater as later:
        return _later(item, later)
    except Reconnect as error:  # it waits, and goes on when the channel is open again
        return Move(State.PLANNED, problem=str(error), also={"maybe_out": False}, found=error)
    except Refused as error:
        return Move(State.HELD, problem=str(error), also={"maybe_out": False}, found=error)
    except Unsure as unsure:
        return _unsure(item, str(unsure))
    return _taken(item, answer)


async def settle(item: Outgoing) -> Outcome:
    """Ask the network whether it is done chewing."""
    try:
        answer = await item.channel.network.publish.poll(
            item.channel.call(key=item.key, at=item.stamp), item.ticket
        )
    except Unsure as unsure:
        return _unsure(item, str(unsure))
    except (TryLater, Reconnect) as error:
        return Stay(at=getattr(error, "at", None), problem=str(error), found=error)
    except Refused as error:
        return Move(State.HELD, problem=str(error), found=error)
    return _taken(item, answer)


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
    also = {"maybe_out": False, "first_sent_at": None}
    return Move(State.PLANNED, due_at=timezone.now() + wait, problem=item.problem, also=also)


def _taken(item: Outgoing, answer: Live | Settling) -> Outcome:
    if isinstance(answer, Live):
        also = {"remote_id": answer.remote_id, "url": answer.url, "live_at": timezone.now()}
        return Move(State.LIVE, also={**also, **item.trace(), "maybe_out": True}, found=answer)
    again = timezone.now() + answer.again
    if item.state == State.SETTLING:
        return Stay(at=again, also={"ticket": answer.ticket})
    return Move(State.SETTLING, due_at=again, also={"ticket": answer.ticket})


def _later(item: Outgoing, later: TryLater) -> Outcome:
    at = later.at or timezone.now() + backoff(max(item.tries - 1, 0))
    also = {"maybe_out": False}
    return Move(State.PLANNED, due_at=at, problem=str(later), also=also, found=later)


def _unsure(item: Outgoing, why: str) -> Outcome:
    """Wait until the lost request has taken effect or never will, then look."""
    publish = item.channel.network.publish
    if publish.once == Once.NOTHING:
        return Move(
            State.HELD, problem=f"It may be live already. {why} Look there, then decide."
        )
    return Move(State.UNSURE, due_at=timezone.now() + publish.look_after, problem=why)
