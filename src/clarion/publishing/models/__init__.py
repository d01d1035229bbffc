"""The tables of this stage."""

from clarion.publishing.models.delivery import (
    SKEW,
    Charge,
    Delivery,
    Message,
    Outgoing,
    new_key,
)
from clarion.publishing.models.pause import Pause
from clarion.publishing.models.queue import DAY, Queue, Slot
from clarion.publishing.models.repeat import Repeat, Repetition

__all__ = [
    "DAY",
    "SKEW",
    "Charge",
    "Delivery",
    "Message",
    "Outgoing",
    "Pause",
    "Queue",
    "Repeat",
    "Repetition",
    "Slot",
    "new_key",
]
