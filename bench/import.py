"""10,000 rows of CSV, from the file to posts on the calendar, on the real database.

The last line is JSON: seconds for each leg (taken in, every row checked, made into posts), of
them all, of this process on the processor, and of the same file
again, which must make nothing. `--then plan` also approves and schedules every post.
"""

import argparse
import io
import json
import os
import tempfile
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from clarion.kit.postgres import Postgres


def sheet(rows, channels, day):
    """A quarter of posts: words, channel, day, hour, link, labels."""
    lines = ["Text;Channel;Date;Time;Link;Labels"]
    for n in range(rows):
        on = day + timedelta(days=n % 90)
        lines.append(
            f'"Fresh bread, batch {n}: come by at seven";bench{n % channels};{on:%d.%m.%Y};'
            f"{n // 90 % 24:02}:{n % 4 * 15:02};https://bread.example/{n};bread, week {n % 13}"
        )
    return "\n".join(lines).encode()


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("--rows", type=int, default=10_000)
    parse.add_argument("--channels", type=int, default=50)
    parse.add_argument("--then", default="draft")
    asked = parse.parse_args()
    with tempfile.TemporaryDirectory(prefix="clarion-bench-") as name:
        Path(name).chmod(0o755)
        with Postgres(Path(name) / "db") as database:
            os.environ.update(
                CLARION_SECRET_KEY="bench" * 10,
                CLARION_SECRET_BOX_KEYS="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
                CLARION_DATABASE_URL=database.url,
                CLARION_DATA=name,
                DJANGO_SETTINGS_MODULE="clarion.config.settings",
                CLARION_LOG_LEVEL="ERROR",
            )
            report = run(asked)
    print(json.dumps(report))


def run(asked):
    import django
    from django.core.management import call_command
    from django.utils import timezone

    django.setup()
    call_command("migrate", verbosity=0)
    from clarion.accounts.actions import found_workspace
    from clarion.accounts.models import User
    from clarion.channels.models import Channel
    from clarion.content.models import Post

    space = found_workspace(User.objects.create_user("bench@clarion.example", None), "Bench")
    boss = space.memberships.get().actor()
    Channel.objects.bulk_create(
        Channel(
            workspace=space,
            network_key="playground",
            remote_id=f"{n}",
            handle=f"bench{n}",
            secret={"server": "http://127.0.0.1:9", "token": "t"},
            state=Channel.State.OPEN,
        )
        for n in range(asked.channels)
    )
    data = sheet(asked.rows, asked.channels, timezone.now().date() + timedelta(days=2))
    first = legs(space, data, asked.then, boss)
    posts = Post.objects.count()
    again = legs(space, data, asked.then, boss)
    return {
        "rows": asked.rows,
        "then": asked.then,
        **first,
        "again_s": again["seconds"],
        "posts": posts,
        "duplicates": Post.objects.count() - posts,
    }


def legs(space, data, then, boss):
    from clarion.kit.errors import NotYet
    from clarion.publishing.planning.imports import actions

    began, spent = time.perf_counter(), time.process_time()
    source = actions.take_in(space, "posts.csv", io.BytesIO(data), then=then, by=boss)
    taken = time.perf_counter()
    settle(source)
    checked = time.perf_counter()
    with suppress(NotYet):  # nothing is new
        actions.go(source, by=boss)
    settle(source)
    made = time.perf_counter()
    found = {
        "taken_in_s": taken - began,
        "checked_s": checked - taken,
        "made_s": made - checked,
        "seconds": made - began,
        "cpu_s": time.process_time() - spent,
    }
    return {name: round(value, 2) for name, value in found.items()}


def settle(source):
    """Turns of the worker until the import rests."""
    from asgiref.sync import async_to_sync

    from clarion.channels.line import line
    from clarion.publishing.planning.imports.work import STEPS

    async def turns():
        async with line():
            while any([await step.turn() for step in STEPS]):
                pass

    async_to_sync(turns)()
    source.refresh_from_db()
    assert source.state == "ready", source.problem


if __name__ == "__main__":
    main()
