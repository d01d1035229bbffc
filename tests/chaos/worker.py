"""A worker that kills itself at the worst moments: the real one, with SIGKILL at named points.

CHAOS_POINTS is like "before_send:0.004,after_accept:0.004,during_settle:0.01".
CHAOS_WITHOUT=unsure takes the state out that makes publishing exactly once, to show that the
storm would notice.
"""

import os
import random
import signal
from pathlib import Path

import django

django.setup()

import httpx2

from clarion.interfaces.worker import main, steps
from clarion.kit import steps as kit
from clarion.networks import http
from clarion.publishing import outgoing
from clarion.publishing.models import Delivery, Message

POINTS = dict(p.split(":") for p in os.environ.get("CHAOS_POINTS", "").split(",") if p)
LOG = os.environ.get("CHAOS_LOG", os.devnull)


def maybe_die(point):
    if random.random() < float(POINTS.get(point, 0)):
        with Path(LOG).open("a") as log:
            log.write(f"{point}\n")
        os.kill(os.getpid(), signal.SIGKILL)


real_say, real_write = Message.say, kit.Step._write


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


Message.say = say
kit.Step._write = write
http.TIMEOUT = httpx2.Timeout(3, connect=3, pool=30)
http.client.__kwdefaults__["timeout"] = http.TIMEOUT
if os.environ.get("CHAOS_WITHOUT") == "unsure":
    take_out_unsure()
main.run()
