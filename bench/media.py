"""What media cost: a photograph and a film in, what each network makes of them, a large upload.

In: a JPEG of 12 megapixels, and a film of 60 s in 1080p, from the file to the library. Out:
seconds for what each network asks for, each different recipe made once. An upload of 1 GB in
pieces of 8 MiB goes over loopback to a real server, whose memory is watched; it is not judged.
The library's page and the picker with 10,000 media are server time over loopback, the median
of nine. The last line is JSON.
"""

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from hashlib import sha256
from pathlib import Path

import httpx2
import psutil

from clarion.kit.postgres import Postgres, free_port

WEB = """import django; django.setup()
from pathlib import Path; import sys
from clarion.interfaces.cli.serve import serve
serve("127.0.0.1", int(sys.argv[1]), None)"""
PIECE = 8 * 2**20  # bytes
MEBI = 2**20


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--seconds", type=int, default=60, help="of the film")
    parse.add_argument("--upload", type=int, default=1024, help="MB")
    parse.add_argument("--media", type=int, default=10_000)
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
                CLARION_LOG_LEVEL="ERROR",
            )
            print(json.dumps(run(asked, port)))


def run(asked, port):
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    from clarion.accounts.actions import found_workspace, issue_token
    from clarion.accounts.models import User
    from clarion.accounts.rights import ALL

    owner = User.objects.create_user("bench@clarion.example", "correct horse battery")
    space = found_workspace(owner, "Bench")
    member = space.memberships.get()
    boss = member.actor()
    report = {}
    for kind, data in (("photo", photograph()), ("film", film(asked.seconds))):
        began = time.perf_counter()
        medium = take_in(space, kind, data, boss)
        took = time.perf_counter() - began
        report[kind] = {"MB": round(len(data) / 1e6, 1), "in_s": round(took, 2)}
        report[kind]["out_s"] = networks(medium)
        print(kind, report[kind], flush=True)
    fill(space, asked.media)
    _, key = issue_token(member, "bench", sorted(ALL), by=boss)
    web = subprocess.Popen([sys.executable, "-c", WEB, str(port)])
    try:
        base = f"http://127.0.0.1:{port}"
        report["upload"] = upload(base, key, asked.upload * MEBI, web.pid)
        print("upload", report["upload"], flush=True)
        report["pages"] = pages(base, owner, space.slug)
        report["pages"]["media"] = asked.media
    finally:
        web.terminate()
    return report


# --- in and out -----------------------------------------------------------------------------


def photograph():
    """12 megapixels with as much detail as a camera leaves in them."""
    from PIL import Image

    noise = Image.effect_noise((4000, 3000), 40)
    shade = Image.radial_gradient("L").resize(noise.size)
    out = io.BytesIO()
    Image.merge("RGB", (shade, noise, shade)).save(out, "JPEG", quality=92)
    return out.getvalue()


def film(seconds):
    from clarion.pictures.programs import ffmpeg

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        source = ("-f", "lavfi", "-i", f"testsrc2=s=1920x1080:r=30:d={seconds}")
        sound = ("-f", "lavfi", "-i", f"sine=d={seconds}", "-c:a", "aac")
        coded = ("-c:v", "libx264", "-preset", "ultrafast", "-b:v", "8M", "-pix_fmt", "yuv420p")
        command = [ffmpeg(), "-v", "error", *source, *sound, *coded, str(path)]
        subprocess.run(command, check=True)
        return path.read_bytes()


def take_in(space, name, data, by):
    from clarion.content import library

    return library.add(space, name, data, by=by)


def networks(medium):
    """Network -> seconds for all that its places ask for. What two ask for counts for both."""
    from clarion.content.models.rooms import room_on
    from clarion.networks.practice import PRACTISED
    from clarion.pictures import making, recipes

    spent, found = {}, {}
    for key, practised in PRACTISED.items():
        wanted = {}
        for place in practised.surfaces:
            if medium.kind in place.kinds:
                recipe = recipes.fit(medium.shape(), room_on(key, place.key, medium.kind))
                if recipe:
                    wanted[recipes.key(recipe)] = recipe
        for code, recipe in wanted.items():
            if code not in spent:
                began = time.perf_counter()
                with tempfile.TemporaryDirectory() as folder:
                    into = Path(folder) / "made"
                    seconds = medium.milliseconds / 1000
                    making.make(medium.path, recipe, seconds, into, lambda _: None)
                spent[code] = time.perf_counter() - began
        found[key] = round(sum(spent[code] for code in wanted), 2)
    return found


# --- an upload ------------------------------------------------------------------------------


def upload(base, key, size, pid):
    """Throughput, and the most memory that the server's processes had together."""
    piece, headers = os.urandom(PIECE), {"Authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=base, headers=headers, timeout=120) as http:
        wait(http, "/api/v1/media?limit=1")
        before = resident(pid)
        over, watch = threading.Event(), [before]
        watcher = threading.Thread(target=look, args=(pid, over, watch))
        watcher.start()
        began = time.perf_counter()
        told = http.post("/api/v1/uploads", json={"name": "large.mp4", "size": size}).json()
        for at in range(0, size, PIECE):
            answer = http.patch(
                f"/api/v1/uploads/{told['id']}?offset={at}",
                content=piece[: size - at],
                headers={"Content-Type": "application/octet-stream"},
            )
            assert answer.status_code == 200, answer.text
        took = time.perf_counter() - began
        over.set()
        watcher.join()
    assert answer.json()["received"] == size
    return {
        "MB": round(size / 1e6),
        "seconds": round(took, 1),
        "MB_per_s": round(size / 1e6 / took, 1),
        "server_before_MB": round(before / 1e6),
        "server_peak_MB": round(max(watch) / 1e6),
    }


def look(pid, over, watch):
    while not over.wait(0.05):
        watch.append(resident(pid))


def resident(pid):
    """Bytes of memory of a process and its children."""
    root = psutil.Process(pid)
    return sum(p.memory_info().rss for p in [root, *root.children(recursive=True)])


# --- a full library -------------------------------------------------------------------------


def fill(space, media):
    from clarion.content.models import Media

    Media.objects.bulk_create(
        Media(
            workspace=space,
            sha256=sha256(str(n).encode()).hexdigest(),
            mime="image/jpeg",
            size=1000,
            width=1200,
            height=800,
            name=f"Picture {n}.jpg",
            alt="A loaf",
            folder=f"{2000 + n % 25}",
        )
        for n in range(media)
    )


def pages(base, owner, slug):
    """Median milliseconds of the page, of a search in it, and of the composer's picker."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(owner.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = owner.get_session_auth_hash()
    session.create()
    ways = {
        "library_ms": "library/",
        "last_page_ms": "library/?page=200",
        "search_ms": "library/?q=99",
        "picker_ms": "library/pick/",
    }
    with httpx2.Client(base_url=base, cookies={"sessionid": session.session_key}) as http:
        return {name: median(http, f"/w/{slug}/{way}") for name, way in ways.items()}


def median(http, url):
    times = []
    for _ in range(9):
        began = time.perf_counter()
        answer = http.get(url)
        times.append(1000 * (time.perf_counter() - began))
        assert answer.status_code == 200, answer.status_code
    return round(statistics.median(times), 1)


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
