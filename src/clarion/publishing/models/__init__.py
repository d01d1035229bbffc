"""The tables of this stage."""

from clarion.publishing.models.delivery import (
    SKEW,
    Charge,
    Delivery,
    Message,
    Outgoing,
    Pause,
    new_key,
)
from clarion.publishing.models.queue import Queue, Slot

__all__ = [
    "SKEW",
    "Charge",
    "Delivery",
    "Message",
    "Outgoing",
    "Pause",
    "Queue",
    "Slot",
    "new_key",
]
