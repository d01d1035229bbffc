"""The tables of this stage."""

from clarion.publishing.models.delivery import (
    SKEW,
    Delivery,
    Message,
    Outgoing,
    Pause,
    new_key,
)
from clarion.publishing.models.queue import Queue, Slot

__all__ = ["SKEW", "Delivery", "Message", "Outgoing", "Pause", "Queue", "Slot", "new_key"]
