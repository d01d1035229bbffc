"""Server time and transferred bytes of every page, on a workspace with 5,000 posts.

Time is from the request to the last byte of the page over loopback, one request at a time, the
median of nine. Bytes are those of a first visit: the page and every style, script, font and
picture it names, as they are sent. The last line is JSON.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin

import httpx2

from clarion.kit.postgres import Postgres, free_port

WEB = """import django; django.setup()
from pathlib import Path; import sys
from clarion.interfaces.cli.serve import serve
serve("127.0.0.1", int(sys.argv[1]), None)"""
PAGES = (
    *("", "calendar/", "calendar/?view=week", "calendar/?view=list", "compose/", "approvals/"),
    *("inbox/", "listening/", "results/", "paid/", "strategy/", "campaigns/", "research/"),
    *("channels/", "team/", "journal/", "settings/", "health/", "needs-you/", "notifications/"),
)
ASSET = re.compile(r'(?:href|src)="(/static/[^"#]+)')
MODULE = re.compile(r'"(/static/js/[^"/]+\.js)"')  # the shell's own; elements come by src


def fill(posts):
    """A brand that has posted for two years and planned a quarter; returns a session."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from clarion.accounts.actions import found_workspace
    from clarion.accounts.models import User
    from clarion.channels.models import Channel
    from clarion.content.models import Post, Variant
    from clarion.measurement.models import Reading
    from clarion.publishing.models import Delivery
    from clarion.strategy import actions as strategy

    owner = User.objects.create_user(
        "bench@clarion.example", "correct horse battery", name="Ada"
    )
    space = found_workspace(owner, "Bench")
    boss = space.memberships.get().actor()
    campaign = strategy.start_campaign(
        space, "Always on", goal_metric="likes", goal_value=1000, by=boss
    )
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
    now = timezone.now()
    rows = Post.objects.bulk_create(
        Post(
            workspace=space,
            campaign=campaign,
            text=f"Post {n}: fresh bread at seven, and a word about rye",
            planned_for=now + timedelta(hours=4 * (n - posts * 0.85)),
            state="approved",
            author_name="Ada",
        )
        for n in range(posts)
    )
    variants = Variant.objects.bulk_create(
        Variant(post=post, channel=channels[n % len(channels)]) for n, post in enumerate(rows)
    )
    deliveries = Delivery.objects.bulk_create(
        Delivery(
            variant=v,
            channel=v.channel,
            planned_for=v.post.planned_for,
            due_at=None if v.post.planned_for < now else v.post.planned_for,
            state="live" if v.post.planned_for < now else "planned",
            remote_id=f"r{v.pk}" if v.post.planned_for < now else "",
            live_at=v.post.planned_for if v.post.planned_for < now else None,
            said=v.post.text,
        )
        for v in variants
    )
    Reading.objects.bulk_create(
        Reading(delivery=d, metric=m, total=(d.pk * k) % 997, read_at=d.live_at)
        for d in deliveries
        if d.live_at
        for k, m in ((7, "views"), (3, "likes"), (2, "comments"), (1, "shares"))
    )
    session = SessionStore()
    session[SESSION_KEY] = str(owner.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = owner.get_session_auth_hash()
    session.create()
    return session.session_key, space.slug


def measure(http, url):
    """Median milliseconds and first-visit bytes of one page."""
    answer = http.get(url)
    if answer.status_code != 200:
        return {"status": answer.status_code}
    times = []
    for _ in range(9):
        began = time.perf_counter()
        answer = http.get(url)
        times.append(1000 * (time.perf_counter() - began))
    assets = {*ASSET.findall(answer.text), *MODULE.findall(answer.text)}
    sheets = "".join(http.get(urljoin(url, a)).text for a in assets if a.endswith(".css"))
    # The headings' face is named in a style sheet, like the letters of other scripts, which
    # are fetched only where such letters stand.
    assets |= set(re.findall(r"/static/vendor/fonts/bricolage[^\")]+", sheets)) or {
        "/static/" + found for found in re.findall(r"vendor/fonts/bricolage[^\")]+", sheets)
    }
    sent = [int(http.get(urljoin(url, a)).headers["content-length"]) for a in assets]
    page = int(answer.headers.get("content-length", len(answer.content)))
    return {"ms": round(statistics.median(times), 1), "kB": round((page + sum(sent)) / 1000, 1)}


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--posts", type=int, default=5000)
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
            print(json.dumps(run(asked.posts, port)))


def run(posts, port):
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    session, slug = fill(posts)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    web = subprocess.Popen([sys.executable, "-c", WEB, str(port)])
    base = f"http://127.0.0.1:{port}/w/{slug}/"
    found = {}
    with httpx2.Client(
        cookies={"sessionid": session}, headers={"Accept-Encoding": "br, gzip"}
    ) as http:
        wait(http, base)
        for page in PAGES:
            found[page or "home"] = measure(http, base + page)
            print(f"{page or 'home':24}{found[page or 'home']}", flush=True)
    web.terminate()
    good = [f for f in found.values() if "ms" in f]
    return {
        "posts": posts,
        "median_ms": statistics.median(f["ms"] for f in good),
        "slowest_ms": max(f["ms"] for f in good),
        "median_kB": statistics.median(f["kB"] for f in good),
        "largest_kB": max(f["kB"] for f in good),
        "pages": found,
    }


def wait(http, url):
    for _ in range(200):
        try:
            http.get(url)
        except httpx2.ConnectError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The web server did not start.")


if __name__ == "__main__":
    main()
