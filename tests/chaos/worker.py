"""A worker that kills itself at the worst moments: the real one, with SIGKILL at named points.

CHAOS_POINTS is like "before_send:0.004,after_accept:0.004,during_settle:0.01".
CHAOS_WITHOUT=unsure takes the state out that makes publishing exactly once;
CHAOS_WITHOUT=refresh uses a fresh key before it is written down: to show that the storm would
notice.
"""

import os
import random
import signal
from pathlib import Path

import django

django.setup()

import httpx2

from clarion.channels import work as channels
from clarion.interfaces.worker import main, steps
from clarion.kit import steps as kit
from clarion.networks import http
from clarion.publishing.models import Delivery, Message
from clarion.publishing.sending import outgoing

POINTS = dict(p.split(":") for p in os.environ.get("CHAOS_POINTS", "").split(",") if p)
LOG = Path(os.environ["CHAOS_LOG"])


def maybe_die(point):
    if random.random() < float(POINTS.get(point, 0)) and not (LOG.parent / "calm").exists():
        with LOG.open("a") as log:
            log.write(f"{point}\n")
        os.kill(os.getpid(), signal.SIGKILL)


real_say, real_write = Message.say, kit.Step._write
real_refresh = channels._refresh


async def say(self):
    maybe_die("before_send")
    answer = await real_say(self)
    maybe_die("after_accept")
    return answer


def write(self, group):
    won = real_write(self, group)
    if self.model is Delivery:
        maybe_die("during_settle")  # written, but the transaction has not ended
    return won


def take_out_unsure():
    """What a careless publisher does: after a crash or a lost answer, send again."""
    for step in steps.STEPS:
        if step.after_crash:
            object.__setattr__(step, "after_crash", Delivery.State.PLANNED)
    outgoing._unsure = lambda item, why: kit.Move(
        Delivery.State.PLANNED, problem=why, also={"maybe_out": False}
    )


def take_out_refresh():
    """What a careless publisher does: refresh in each worker, and write it down at the end."""

    async def careless(channel, now):
        grant = await channel.network.connect.refresh(channel.call())
        taken = {**channel.take(grant), "refreshed_at": now} if grant else {}
        channel.adopt(taken)
        await channels._what_it_says(channel)
        maybe_die("after_refresh")
        return kit.Stay(at=now, also=taken)

    channels._refresh = careless


async def refresh(channel, now):
    outcome = await real_refresh(channel, now)
    maybe_die("after_refresh")  # the network has handed out a new key, and nobody knows it
    return outcome


channels._refresh = refresh
Message.say = say
kit.Step._write = write
http.TIMEOUT = httpx2.Timeout(3, connect=3, pool=30)
http.client.__kwdefaults__["timeout"] = http.TIMEOUT
WITHOUT = {"unsure": take_out_unsure, "refresh": take_out_refresh}
if out := os.environ.get("CHAOS_WITHOUT"):
    WITHOUT[out]()
(LOG.parent / f"up-{os.getpid()}").touch()
main.run()
