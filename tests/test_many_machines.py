"""Two web processes and two workers on one external PostgreSQL: one installation."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from tests.playground_kit import running

from clarion.kit.postgres import Postgres, free_port

SRC = Path(__file__).parents[1] / "src"
POSTS = 24
OWNER = """
from clarion.accounts import actions
from clarion.accounts.models import User
from clarion.accounts.rights import ALL
owner = User.objects.create_user("ada@bakery.example", "correct horse battery", name="Ada")
space = actions.found_workspace(owner, "Bakery")
membership = space.memberships.get()
print(actions.issue_token(membership, "test", sorted(ALL), by=membership.actor())[1])
"""


class Machine:
    """An environment of its own that shares only the database, its address and the keys."""

    def __init__(self, folder, database, playground):
        self.port = free_port()
        self.processes = []
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("CLARION", "DJANGO"))},
            "CLARION_DATA": str(folder),
            "CLARION_DATABASE_URL": database.url,
            "CLARION_SECRET_KEY": "the same on all machines " * 3,
            "CLARION_SECRET_BOX_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            "CLARION_PLAYGROUND_URL": playground.url,
            "PYTHONPATH": str(SRC),
        }

    def clarion(self, *words):
        command = [sys.executable, "-m", "clarion.interfaces.cli.main", *words]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True
        ).stdout

    def start(self):
        for words in (["web", "--port", str(self.port)], ["worker"]):
            command = [sys.executable, "-m", "clarion.interfaces.cli.main", *words]
            self.processes.append(subprocess.Popen(command, env=self.environment))

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()

    def post(self, path, body, key):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {key}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


def until(holds, seconds=90):
    for _ in range(seconds * 5):
        try:
            if found := holds():
                return found
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError("It did not happen in time.")


@pytest.fixture
def machines(tmp_path):
    tmp_path.chmod(0o755)
    with Postgres(tmp_path / "db", durable=False) as database, running(tmp_path) as playground:
        both = [Machine(tmp_path / name, database, playground) for name in ("one", "two")]
        both[0].clarion("prepare")
        both[1].clarion("prepare")
        try:
            yield both, playground
        finally:
            for machine in both:
                machine.stop()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_web_processes_and_two_workers_publish_each_post_once(machines):
    (one, two), playground = machines
    key = one.clarion("manage", "shell", "-v", "0", "-c", OWNER).split()[-1]
    one.start()
    two.start()
    connect = {
        "network": "playground",
        "answers": {"server": playground.url, "handle": "bakery"},
    }
    channel = until(lambda: one.post("channels", connect, key))["channels"][0]["id"]
    until(lambda: two.post("posts", {"text": "Are you there?"}, key))
    for n in range(POSTS):
        machine = (one, two)[n % 2]
        made = machine.post("posts", {"text": f"Post {n}", "channels": [channel]}, key)
        (two, one)[n % 2].post(f"posts/{made['id']}/publish", {}, key)
    until(lambda: playground.stats["live"] >= POSTS)
    time.sleep(3)
    assert playground.stats["live"] == POSTS
    assert playground.stats["duplicates"] == []
