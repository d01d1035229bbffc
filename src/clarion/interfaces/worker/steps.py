"""Everything the worker knows how to do."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async

from clarion.ads import work as ads
from clarion.channels import work as channels
from clarion.channels.line import line
from clarion.community import work as community
from clarion.content import work as content
from clarion.kit.steps import Step
from clarion.listening import work as listening
from clarion.measurement import work as measurement
from clarion.publishing import work as publishing
from clarion.publishing.planning.imports import work as imports

STEPS: tuple[Step[Any], ...] = (
    *publishing.STEPS,
    *content.STEPS,
    *imports.STEPS,
    *community.STEPS,
    *listening.STEPS,
    *measurement.STEPS,
    *ads.STEPS,
    *channels.STEPS,
)
CHORES: tuple[Callable[[], object], ...] = (
    *publishing.CHORES,
    *content.CHORES,
    *community.CHORES,
    *listening.CHORES,
    *measurement.CHORES,
    *ads.CHORES,
    *channels.CHORES,
)
BY_NAME = {step.name: step for step in STEPS}


def prepare() -> None:
    """Take back rows whose worker died, and see to what no step of its own would notice."""
    for step in STEPS:
        step.recover()
    for chore in CHORES:
        chore()


@async_to_sync
async def run_until_idle(limit: int = 100) -> int:
    """Take turns until nothing is due. Returns how many rows were claimed."""
    claimed = 0
    async with line():
        for _ in range(limit):
            await sync_to_async(prepare)()
            busy = [await step.turn() for step in STEPS]
            claimed += sum(busy)
            if not any(busy):
                break
    return claimed
