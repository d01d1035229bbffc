"""The month view of 5,000 posts: server time, and time in the browser until it can be used.

All posts stand in one month, so that the page has as much to choose from as it ever has. Server
time is from the request to the last byte over loopback, one request at a time, the median of
nine. Browser time is from the address to the `load` event and to the end of the first long
task after it, in a browser without a cache, the median of five. A selection and a bulk step of
500 posts are timed too. The last line is JSON.
"""

import sys

if not sys.flags.safe_path:
    del sys.path[0]  # this folder: the standard library would find this calendar

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import httpx2
from playwright.sync_api import sync_playwright

from clarion.kit.postgres import Postgres, free_port

WEB = """import django; django.setup()
from pathlib import Path; import sys
from clarion.interfaces.cli.serve import serve
serve("127.0.0.1", int(sys.argv[1]), None)"""
VIEWS = ("month", "week", "list")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SELECT = """() => {
  const began = performance.now();
  document.querySelectorAll(".tick").forEach(box => { box.checked = true; });
  document.querySelector(".tick").dispatchEvent(new Event("change", {bubbles: true}));
  document.body.offsetHeight;
  return performance.now() - began;
}"""
LOADED = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"


def fill(posts):
    """A brand with all its posts in this month, on six channels; returns a session."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from clarion.accounts.actions import found_workspace
    from clarion.accounts.models import User
    from clarion.channels.models import Channel
    from clarion.content.models import Post, Variant

    owner = User.objects.create_user("bench@clarion.example", "correct horse", name="Ada")
    space = found_workspace(owner, "Bench", time_zone="Europe/Berlin")
    channels = Channel.objects.bulk_create(
        Channel(
            workspace=space,
            network_key=key,
            remote_id=f"{key}{n}",
            handle=f"{key}{n}",
            secret={},
            state="shut",
        )
        for n in range(2)
        for key in ("playground", "mastodon", "bluesky")
    )
    first = timezone.localtime(timezone=space.zone).replace(day=1, hour=0, minute=0, second=0)
    step = timedelta(days=28) / posts
    rows = Post.objects.bulk_create(
        Post(
            workspace=space,
            text=f"Post {n}: fresh bread at seven, and a word about rye",
            planned_for=first + step * n,
            state="draft",
            author_name="Ada",
        )
        for n in range(posts)
    )
    Variant.objects.bulk_create(
        Variant(post=post, channel=channels[(n + k) % len(channels)])
        for n, post in enumerate(rows)
        for k in range(2)
    )
    session = SessionStore()
    session[SESSION_KEY] = str(owner.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = owner.get_session_auth_hash()
    session.create()
    return session.session_key, space


def served(http, url):
    """Median milliseconds and bytes of one page."""
    times = []
    for _ in range(9):
        began = time.perf_counter()
        answer = http.get(url)
        times.append(1000 * (time.perf_counter() - began))
        if answer.status_code != 200:
            raise SystemExit(f"{url} answered {answer.status_code}.")
    return {"ms": round(statistics.median(times), 1), "kB": round(len(answer.content) / 1000)}


def seen(url, session, browser_path):
    """Median milliseconds until the page is loaded, and to choose all that it shows."""
    loads, picks = [], []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path, args=ARGS)
        for _ in range(5):
            context = browser.new_context(viewport={"width": 1400, "height": 900})
            context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
            page = context.new_page()
            page.goto(url, wait_until="load")
            page.wait_for_function("() => document.querySelector('post-calendar')?.boxes")
            loads.append(page.evaluate(LOADED))
            picks.append(page.evaluate(SELECT))
            cards = page.locator(".post").count()
            context.close()
        browser.close()
    load, pick = statistics.median(loads), statistics.median(picks)
    return {"load_ms": round(load), "choose_all_ms": round(pick, 1), "cards": cards}


def together(space):
    """Seconds to move 500 drafts by a day, and to take it back."""
    from clarion.accounts.models import Batch
    from clarion.content.models import Post
    from clarion.interfaces import undoing
    from clarion.publishing.planning import bulk

    boss = space.memberships.get().actor()
    ids = Post.objects.order_by("-planned_for").values_list("pk", flat=True)[:500]
    rows = list(bulk.posts().filter(pk__in=list(ids)))
    found = {}
    for verb, how in (
        ("label", bulk.How(space.zone, labels=["Bread"])),
        ("move", bulk.How(space.zone, days=7)),
    ):
        began = time.perf_counter()
        made = bulk.act(space, rows, verb, how, by=boss)
        found[f"{verb}_500_s"] = round(time.perf_counter() - began, 2)
        began = time.perf_counter()
        undoing.take_back(Batch.objects.get(pk=made.batch), by=boss)
        found[f"{verb}_500_undo_s"] = round(time.perf_counter() - began, 2)
        found[f"{verb}_500_done"] = len(made.done)
    return found


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--posts", type=int, default=5000)
    parse.add_argument("--browser", default="/usr/bin/chromium")
    asked = parse.parse_args()
    with tempfile.TemporaryDirectory(prefix="clarion-bench-") as name:
        Path(name).chmod(0o755)
        with Postgres(Path(name) / "db") as database:
            port = free_port()
            os.environ.update(
                CLARION_SECRET_KEY="bench" * 10,
                CLARION_SECRET_BOX_KEYS="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
                CLARION_DATABASE_URL=database.url,
                CLARION_DATA=name,
                CLARION_URL=f"http://127.0.0.1:{port}",
                DJANGO_SETTINGS_MODULE="clarion.config.settings",
            )
            print(json.dumps(run(asked, port)))


def run(asked, port):
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    session, space = fill(asked.posts)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    web = subprocess.Popen([sys.executable, "-c", WEB, str(port)])
    base = f"http://127.0.0.1:{port}/w/{space.slug}/calendar/"
    found = {"posts": asked.posts}
    try:
        with httpx2.Client(cookies={"sessionid": session}, timeout=60) as http:
            wait(http, base)
            for view in VIEWS:
                found[view] = served(http, f"{base}?view={view}")
                print(f"{view:8}{found[view]}", flush=True)
        found["browser"] = seen(base, session, asked.browser)
        print(f"browser {found['browser']}", flush=True)
        found |= together(space)
    finally:
        web.terminate()
    return found


def wait(http, url):
    for _ in range(300):
        try:
            http.get(url)
        except httpx2.ConnectError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The web server did not start.")


if __name__ == "__main__":
    main()
