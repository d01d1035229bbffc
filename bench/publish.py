"""10,000 posts over 500 channels, all due in the same minute, on a network that takes 200 ms.

One in ten has a picture, one in twenty a film (a container, asked after, then published), one
in twenty is a thread of three; `--plain` leaves them out.

The network is a stub that answers after 0.2 s and counts what it got; the workers, the engine
and PostgreSQL are the real ones. The last line is JSON: `seconds` until everything is live,
lateness against each post's own time, CPU of the two workers per post, duplicates and lost.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import psutil

from clarion.kit.postgres import Postgres, free_port

ANSWER_AFTER = 0.2  # seconds
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
WORKER = """import django; django.setup()
from clarion.interfaces.worker.main import run; run()"""
QUIET = {  # to every question that is not a post
    "followers": 1,
    "following": 1,
    "posts": 0,
    "messages": [],
    "more": 0,
    "text": 500,
    "images": 4,
    "per_hour": 0,
}


# --- the network --------------------------------------------------------------------------


class Stub:
    """The smallest thing that answers like a network: pictures, containers, posts."""

    def __init__(self):
        self.texts, self.films = Counter(), []

    def said(self, head, body):
        """The answer to a request with this first line."""
        way, path = head.split(b" ", 2)[:2]
        parts = path.decode().partition("?")[0].split("/")[2:]
        if way == b"GET" and parts[:1] != ["containers"]:
            return QUIET
        if parts[0] == "media":
            return {"id": "1", "state": "ready"}
        if parts[0] == "posts":
            return self.post(body["text"])
        return self.container(way, parts, body)

    def container(self, way, parts, body):
        if len(parts) == 1:
            self.films.append(body["text"])
            return {"container": f"c{len(self.films)}", "state": "in_progress", "again": 1}
        if way == b"GET":
            return {"container": parts[1], "state": "finished", "again": 1}
        return self.post(self.films[int(parts[1][1:]) - 1])

    def post(self, text):
        self.texts[text] += 1
        return {"id": f"p{self.texts.total()}", "url": "", "state": "live"}

    def stats(self):
        total = self.texts.total()
        return {"posts": total, "duplicates": total - len(self.texts)}

    async def answer(self, reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = [h.split(b":") for h in head.lower().split(b"\r\n")]
                size = next((int(h[1]) for h in lines if h[0] == b"content-length"), 0)
                raw = await reader.readexactly(size) if size else b""
                if head.startswith(b"GET /stats"):
                    said = self.stats()
                else:
                    await asyncio.sleep(ANSWER_AFTER)
                    said = self.said(head, json.loads(raw) if raw.startswith(b"{") else {})
                out = json.dumps(said).encode()
                writer.write(HEAD % len(out) + out)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def stub(port, results):
    """Runs in a process of its own."""

    async def serve():
        server = await asyncio.start_server(Stub().answer, "127.0.0.1", port)
        results.set()
        await server.serve_forever()

    asyncio.run(serve())


# --- the posts ----------------------------------------------------------------------------


def media(space):
    """A picture and a film, with files in their places."""
    import io

    from PIL import Image
    from tests.film_kit import in_library

    from clarion.accounts.rights import ALL, Actor
    from clarion.content import library

    out = io.BytesIO()
    Image.new("RGB", (64, 48), "peru").save(out, "PNG")
    by = Actor("Bench", space.pk, ALL)
    return library.add(space, "a.png", out.getvalue(), alt="A square", by=by), in_library(space)


def mixed(n):
    """What the nth post is: plain, picture, film or thread."""
    return {5: "picture", 15: "picture", 10: "film", 0: "thread"}.get(n % 20, "plain")


def plan(posts, channels, port, at, *, plain):
    from clarion.accounts.actions import found_workspace
    from clarion.accounts.models import User
    from clarion.channels.models import Channel
    from clarion.content.models import Placement, Post, Variant
    from clarion.publishing.models import Delivery

    kinds = ["plain" if plain else mixed(n) for n in range(posts)]
    space = found_workspace(User.objects.create_user("bench@clarion.example", None), "Bench")
    open_ones = Channel.objects.bulk_create(
        Channel(
            workspace=space,
            network_key="playground",
            remote_id=f"{n}",
            handle=f"bench{n}",
            secret={"server": f"http://127.0.0.1:{port}", "token": "t"},
            state=Channel.State.OPEN,
        )
        for n in range(channels)
    )
    rows = Post.objects.bulk_create(
        Post(
            workspace=space,
            text=f"Post {n}",
            planned_for=at,
            state=Post.State.APPROVED,
            author_name="Bench",
            more=[f"Part 2 of {n}", f"Part 3 of {n}"] if kinds[n] == "thread" else [],
        )
        for n in range(posts)
    )
    picture, film = media(space)
    Placement.objects.bulk_create(
        Placement(post=row, media=picture if kind == "picture" else film, position=0)
        for row, kind in zip(rows, kinds, strict=True)
        if kind in ("picture", "film")
    )
    variants = Variant.objects.bulk_create(
        Variant(post=post, channel=open_ones[n % channels]) for n, post in enumerate(rows)
    )
    for post in Post.objects.prefetch_related("variants", "placements__media"):
        post.approved_seal = post.seal()
        rows[post.pk - rows[0].pk].approved_seal = post.approved_seal
    Post.objects.bulk_update(rows, ["approved_seal"], batch_size=2000)
    common = {"planned_for": at, "stamp": at, "state": "planned"}
    heads = Delivery.objects.bulk_create(
        Delivery(variant=v, channel=v.channel, due_at=at, **common) for v in variants
    )
    for part in (1, 2):
        before = [d for d in heads if d.part == part - 1 and d.variant.post.more]
        heads = Delivery.objects.bulk_create(
            Delivery(
                variant=d.variant,
                channel=d.channel,
                part=part,
                after=d,
                first=d.first or d,
                **common,
            )
            for d in before
        )


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("--posts", type=int, default=10_000)
    parse.add_argument("--channels", type=int, default=500)
    parse.add_argument("--workers", type=int, default=2)
    parse.add_argument("--plain", action="store_true", help="only words")
    asked = parse.parse_args()
    port, ready = free_port(), multiprocessing.Event()
    network = multiprocessing.Process(target=stub, args=(port, ready), daemon=True)
    network.start()
    ready.wait()
    with tempfile.TemporaryDirectory(prefix="clarion-bench-") as name:
        Path(name).chmod(0o755)
        with Postgres(Path(name) / "db") as database:
            os.environ.update(
                CLARION_SECRET_KEY="bench" * 10,
                CLARION_SECRET_BOX_KEYS="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
                CLARION_DATABASE_URL=database.url,
                CLARION_DATA=name,
                CLARION_PLAYGROUND_URL=f"http://127.0.0.1:{port}",
                DJANGO_SETTINGS_MODULE="clarion.config.settings",
                CLARION_LOG_LEVEL="ERROR",
            )
            report = run(asked, port)
    network.kill()
    print(json.dumps(report))


def run(asked, port):
    import django
    from django.core.management import call_command
    from django.utils import timezone

    django.setup()
    call_command("migrate", verbosity=0)
    from clarion.publishing.models import Delivery

    at = timezone.now() + timedelta(seconds=60)
    plan(asked.posts, asked.channels, port, at, plain=asked.plain)
    workers = [subprocess.Popen([sys.executable, "-c", WORKER]) for _ in range(asked.workers)]
    time.sleep(5)
    at = timezone.now() + timedelta(seconds=1)
    Delivery.objects.update(planned_for=at, stamp=at)
    Delivery.objects.filter(after=None).update(due_at=at)
    before = cpu(workers)
    while (
        left := Delivery.objects.exclude(state="live").count()
    ) and timezone.now() < at + timedelta(minutes=5):
        time.sleep(0.5)
    spent = cpu(workers) - before
    late = sorted(
        (d - at).total_seconds()
        for d in Delivery.objects.filter(state="live").values_list("live_at", flat=True)
    )
    import urllib.request

    stats = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/stats"))
    for worker in workers:
        worker.kill()
    return {
        "posts": asked.posts,
        "deliveries": len(late),
        "mixed": not asked.plain,
        "channels": asked.channels,
        "workers": asked.workers,
        "seconds": round(late[-1], 1),
        "p50_late_s": round(late[len(late) // 2], 1),
        "p99_late_s": round(late[int(len(late) * 0.99)], 1),
        "cpu_ms_per_post": round(1000 * spent / asked.posts, 2),
        "duplicates": stats["duplicates"],
        "lost": left,
    }


def cpu(workers):
    """CPU seconds of the workers so far."""
    return sum(sum(psutil.Process(w.pid).cpu_times()[:2]) for w in workers)


if __name__ == "__main__":
    main()
