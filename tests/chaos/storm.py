"""Publish through a storm and count what is really out there afterwards.

`python -m tests.chaos.storm` sends posts, threads with a first comment and films in containers
to a Playground that loses answers, fails, slows down, loses containers and lets keys age, while
workers die at random and at named points and PostgreSQL is killed twice.
The last line is JSON; the exit status is 0 only if nothing is twice and nothing is lost.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from tests.film_kit import in_library
from tests.playground_kit import running

from clarion.kit.postgres import Postgres

ROOT = Path(__file__).parents[2]
FAULTS = (
    {"kind": "fail_before", "probability": 0.03},
    {"kind": "fail_after", "probability": 0.03, "calls": "all"},
    {"kind": "slow_down", "probability": 0.01, "seconds": 3},
    {"kind": "slow", "probability": 0.03, "seconds": 2},
    {"kind": "processing", "probability": 0.05},
    {"kind": "expire", "probability": 0.05},
)
POINTS = "before_send:0.004,after_accept:0.004,during_settle:0.02,after_refresh:0.01"
KEYS_LAST = 40  # seconds: in a storm each is refreshed several times
LOST = 3  # answers, before it may calm down
SETTLED = ("live", "held")
MOST = 0.95  # are live: to ask a person about everything would be no art


class Storm:
    def __init__(self, asked, folder, playground, database):
        self.asked, self.folder = asked, folder
        self.playground, self.database = playground, database
        self.log = folder / "points"
        self.workers = []
        self.kills = Counter()
        self.recovered = []
        self.watching = []
        self.over = threading.Event()

    # --- the people's side ---

    def plan(self):
        """Single posts, threads of three, first comments and films: `deliveries` in all."""
        from datetime import timedelta

        from django.db.models import F
        from django.utils import timezone

        from clarion.accounts.actions import found_workspace
        from clarion.accounts.models import User
        from clarion.channels import actions as channels
        from clarion.content import actions as content
        from clarion.publishing import actions as publishing
        from clarion.publishing.models import Delivery

        owner = User.objects.create_user("chaos@clarion.example", None)
        space = found_workspace(owner, "Storm")
        boss = space.memberships.get().actor()
        accounts = []
        for n in range(self.asked.accounts):
            answers = {"server": self.playground.url, "handle": f"storm{n}"}
            accounts += channels.start(space, "playground", answers, "", by=boss)
        film = in_library(space)
        start, n = timezone.now() + timedelta(hours=2), 0
        while Delivery.objects.count() < self.asked.deliveries:
            n += 1
            more = [f"Part {k} of {n}" for k in (2, 3)] if n % 10 == 0 else []
            also = {"media": [film]} if n % 20 == 5 else {}
            if n % 10 == 7:
                also["first_comment"] = f"Comment on {n}"
            channel = accounts[n % len(accounts)]
            post = content.write(space, f"Post {n}", [channel], more=more, by=boss, **also)
            at = start + timedelta(seconds=n * self.asked.spread / self.asked.deliveries)
            publishing.schedule(post, at, by=boss)
        # However long planning took on this machine: it begins now.
        early = start - timezone.now() - timedelta(seconds=2)
        Delivery.objects.update(**{k: F(k) - early for k in ("planned_for", "stamp", "due_at")})

    # --- the weather ---

    def start_worker(self):
        env = {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "DJANGO_SETTINGS_MODULE": "clarion.config.settings",
            "CHAOS_POINTS": POINTS,
            "CHAOS_LOG": str(self.log),
            "CHAOS_WITHOUT": self.asked.without,
            "CLARION_LOG_LEVEL": "CRITICAL",
        }
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.worker"],
            env=env,
            cwd=ROOT,
            stderr=subprocess.DEVNULL if not self.asked.loud else None,
        )
        self.workers.append(worker)

    def keep_workers(self):
        """The supervisor's part: whoever died is started again."""
        for worker in [w for w in self.workers if w.poll() is not None]:
            self.workers.remove(worker)
            self.note_kill("at a point" if worker.returncode == -signal.SIGKILL else "stopped")
        while len(self.workers) < 2:
            self.start_worker()

    def kill_a_worker(self):
        """One that has begun to work: on a slow machine none would ever get that far."""
        up = [w for w in self.workers if (self.folder / f"up-{w.pid}").exists()]
        worker = random.choice(up) if up else None
        if worker and worker.poll() is None:
            worker.kill()
            worker.wait()
            self.workers.remove(worker)
            self.note_kill("at random")

    def kill_the_database(self):
        pid = self.database.pid
        if pid:
            os.kill(pid, signal.SIGKILL)
            self.kills["database"] += 1
            time.sleep(1)
            self.database.start()

    def note_kill(self, how):
        """Which rows were being sent then? They must be taken up within a minute."""
        from clarion.publishing.models import Delivery

        self.kills[how] += 1
        rows = Delivery.objects.filter(state="sending").values_list("pk", "lease")
        self.watching.append((time.monotonic(), dict(rows)))

    def watch(self):
        from clarion.publishing.models import Delivery

        for entry in list(self.watching):
            began, leases = entry
            now = dict(
                Delivery.objects.filter(pk__in=leases, state="sending").values_list(
                    "pk", "lease"
                )
            )
            if not any(now.get(pk) == lease for pk, lease in leases.items()):
                self.recovered.append(time.monotonic() - began)
                self.watching.remove(entry)

    def rage(self):
        """Until everything is settled, or the time is over."""
        from django.db import DatabaseError, connection

        from clarion.publishing.models import Delivery

        began, next_kill = time.monotonic(), time.monotonic() + 5
        database_kills = [began + 15, began + 40]
        while time.monotonic() < began + self.asked.limit:
            self.keep_workers_quietly()
            if time.monotonic() > next_kill and time.monotonic() < began + self.asked.storm:
                self.kill_a_worker()
                next_kill = time.monotonic() + random.uniform(2, 6)
            if database_kills and time.monotonic() > database_kills[0]:
                database_kills.pop(0)
                self.kill_the_database()
            if time.monotonic() > began + self.asked.storm and self.was_a_storm():
                self.calm()
            try:
                self.watch()
                if (
                    not Delivery.objects.exclude(state__in=SETTLED).exists()
                    and not self.watching
                ):
                    return
            except DatabaseError:
                connection.close()
            time.sleep(0.25)

    def keep_workers_quietly(self):
        from django.db import DatabaseError, connection

        try:
            self.keep_workers()
        except DatabaseError:
            connection.close()

    def was_a_storm(self):
        """On a slow machine workers take most of its time to start: then it goes on."""
        return self.playground.stats["fired"].get("lose_answer", 0) >= LOST

    def calm(self):
        """Faults off and nobody dies any more, so that what is left can settle."""
        if not self.over.is_set():
            self.over.set()
            (self.folder / "calm").touch()
            for kind in ("lose_answer", *(fault["kind"] for fault in FAULTS)):
                self.playground.fault(kind, probability=0)

    # --- the reckoning ---

    def reckon(self):
        from clarion.channels.models import Channel
        from clarion.publishing.models import Delivery

        out = self.everything_out_there()
        times = Counter((p["account"], p["text"]) for p in out)
        ids = {p["id"] for p in out}
        states = Counter(Delivery.objects.values_list("state", flat=True))
        live = Delivery.objects.filter(state="live")
        held = Delivery.objects.filter(state="held")
        points = Counter(self.log.read_text().split()) if self.log.exists() else Counter()
        report = {
            "deliveries": sum(states.values()),
            "states": dict(states),
            "held_because": dict(Counter(held.values_list("problem", flat=True))),
            "out_there": len(out),
            "duplicates": sum(n - 1 for n in times.values()),
            "lost": sum(1 for d in live if d.remote_id not in ids)
            + sum(n for state, n in states.items() if state not in SETTLED),
            "out_but_not_known": len(ids - set(live.values_list("remote_id", flat=True))),
            "kills": dict(self.kills),
            "points": dict(points),
            "films": live.filter(variant__post__media__isnull=False).count(),
            "comments": live.filter(said__startswith="Comment").count(),
            "keys_renewed": self.playground.stats["keys_renewed"],
            "refresh_tokens_reused": self.playground.stats["refresh_tokens_reused"],
            "channels_shut": Channel.objects.filter(state="shut").count(),
            "faults": self.playground.stats["fired"],
            "recovery_s_max": round(max(self.recovered, default=0), 1),
        }
        report["good"] = (
            report["duplicates"] == report["lost"] == report["out_but_not_known"] == 0
            and states["live"] >= MOST * report["deliveries"]
            and report["recovery_s_max"] <= 60
            and report["refresh_tokens_reused"] == report["channels_shut"] == 0
        )
        return report

    def everything_out_there(self):
        """Read from the network's own file: what it says to nobody's advantage."""
        import sqlite3

        db = sqlite3.connect(f"file:{self.playground.data}?mode=ro", uri=True)
        rows = db.execute(
            "select id, account, text from post where deleted_at is null"
        ).fetchall()
        return [
            {"id": f"p{i}" if not str(i).startswith("p") else i, "account": a, "text": t}
            for i, a, t in rows
        ]


def arguments():
    parse = argparse.ArgumentParser()
    parse.add_argument("--deliveries", type=int, default=1000)
    parse.add_argument("--accounts", type=int, default=50)
    parse.add_argument(
        "--spread", type=float, default=60, help="seconds over which they are due"
    )
    parse.add_argument("--storm", type=float, default=75, help="seconds of killing")
    parse.add_argument(
        "--limit", type=float, default=300, help="seconds until it counts as lost"
    )
    parse.add_argument(
        "--without", default="", help="unsure: what would a careless publisher do?"
    )
    parse.add_argument(
        "--lose", type=float, default=0.03, help="share of answers that get lost"
    )
    parse.add_argument("--seed", type=int, default=int(time.time()))
    parse.add_argument("--loud", action="store_true")
    return parse.parse_args()


def main():
    asked = arguments()
    random.seed(asked.seed)
    with tempfile.TemporaryDirectory(prefix="clarion-storm-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Postgres(folder / "db") as database, running(folder) as playground:
            os.environ.update(
                CLARION_SECRET_KEY="storm" * 10,
                CLARION_SECRET_BOX_KEYS="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
                CLARION_DATABASE_URL=database.url,
                CLARION_DATA=str(folder),
                CLARION_PLAYGROUND_URL=playground.url,
                DJANGO_SETTINGS_MODULE="clarion.config.settings",
            )
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            playground.settings(key_seconds=KEYS_LAST, processing_seconds=2)
            storm = Storm(asked, folder, playground, database)
            storm.plan()
            playground.fault("lose_answer", probability=asked.lose, seconds=8)
            for fault in FAULTS:
                playground.fault(**fault)
            try:
                storm.rage()
                report = storm.reckon()
            finally:
                for worker in storm.workers:
                    worker.kill()
    print(json.dumps({"seed": asked.seed, **report}))
    return 0 if report["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
