"""A tick a second finds out which steps have something to do; turns do it, on any machine.

The rows themselves are the queue. A job only says "look": if it is lost, the next tick says so
again; if it comes twice, the second finds nothing to claim.
"""

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

import procrastinate
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections, connection
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from clarion.channels.line import line
from clarion.interfaces.worker.steps import BY_NAME, STEPS, prepare
from clarion.kit.steps import Step

logger = logging.getLogger(__name__)

TURNS_AT_ONCE = 3  # of one step, waiting in the queue
CHORES_EVERY = 5  # seconds
TURN_LASTS = 30  # seconds before a turn makes room for others
HEARTBEAT, STALLED = 5.0, 20.0  # seconds

app = procrastinate.App(
    connector=procrastinate.PsycopgConnector(
        conninfo=settings.DATABASE_URL, min_size=1, max_size=6
    ),
    worker_defaults={"update_heartbeat_interval": HEARTBEAT, "stalled_worker_timeout": STALLED},
)


def run() -> None:
    """Work until asked to stop. A database that went away is waited for."""
    while True:
        try:
            asyncio.run(work())
        except (ConnectorException, OSError) as error:
            logger.warning(
                "The worker lost the database and starts again: %s", type(error).__name__
            )
            connection.close()
        else:
            return
        with suppress(KeyboardInterrupt):
            asyncio.run(asyncio.sleep(1))


async def work() -> None:
    async with line(), app.open_async():
        await app.run_worker_async(
            queues=["tick", "publish", "ingest", "listen", "measure", "media"],
            concurrency=int(os.environ.get("CLARION_WORKER_JOBS", "8")),
            delete_jobs="always",
            fetch_job_polling_interval=1.0,
            install_signal_handlers=True,
            shutdown_graceful_timeout=25,
        )


@app.periodic(cron="* * * * * */1")
@app.task(name="tick", queue="tick", queueing_lock="tick")
async def tick(timestamp: int) -> None:
    """Which steps have rows that are due? Ask for their turns."""
    if timestamp % CHORES_EVERY == 0:
        await in_db(prepare)
    for step in STEPS:
        due = await in_db(_due, step)
        for slot in range(min(TURNS_AT_ONCE, -(-due // step.batch))):
            await ask_for_turn(step, slot)


async def ask_for_turn(step: Step[Any], slot: int) -> None:
    job = turn.configure(queue=step.queue, queueing_lock=f"{step.name}:{slot}")
    with suppress(AlreadyEnqueued):
        await job.defer_async(step=step.name)


@app.task(name="turn")
async def turn(step: str) -> None:
    """Claim, act, settle, until nothing is due or it is others' turn."""
    until = monotonic() + TURN_LASTS
    await in_db(lambda: None)
    while monotonic() < until and await BY_NAME[step].turn():
        pass


@app.periodic(cron="* * * * *")
@app.task(name="sweep", queue="tick", queueing_lock="sweep")
async def sweep(timestamp: int) -> None:  # noqa: ARG001
    """Jobs whose worker died are dropped: the rows they were about speak for themselves."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
        if job.id is not None:
            await app.job_manager.finish_job_by_id_async(
                job_id=job.id, status=procrastinate.jobs.Status.FAILED, delete_job=True
            )


def _due(step: Step[Any]) -> int:
    """How many rows are due, as far as it matters."""
    return len(step.due().values_list("pk")[: step.batch * TURNS_AT_ONCE])


async def in_db(do: Callable[..., Any], *args: Any) -> Any:
    def fresh() -> Any:
        close_old_connections()
        return do(*args)

    return await sync_to_async(fresh)()
