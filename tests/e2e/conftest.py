"""A real server on the test database, and a browser that visits it.

`live` is the server (`live.url`), `browser_page` a page of the bakery's owner, signed in, and
`signed_in(user, width=390)` one of anybody else. What the browser complains of on its console
fails the test, and so does whatever a page asks of another machine.
"""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from asgiref.sync import AsyncToSync
from django.conf import settings as django_settings
from django.db import connection, connections
from playwright.sync_api import expect, sync_playwright
from tests.playground_kit import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = os.environ.get("CLARION_TEST_BROWSER", "/usr/bin/chromium")
HERE = "127.0.0.1"
ARGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HERE}",  # there is no internet
]
expect.set_options(timeout=20_000)  # a machine that does other things is no fault of ours
FORGIVEN = ("Failed to load resource",)  # a refusal with a sentence is an answer, not a fault


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(240))


@dataclass
class Live:
    url: str
    process: subprocess.Popen[bytes]


def _database_url() -> str:
    """Where the tests' own tables are: not the database of the settings, but its test twin."""
    db = connection.settings_dict
    user, password = quote(db["USER"], safe=""), quote(db["PASSWORD"], safe="")
    return f"postgresql://{user}:{password}@{db['HOST']}:{db['PORT']}/{db['NAME']}"


@pytest.fixture(scope="session")
def live_server_process(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock():
        database = _database_url()
    port, log = free_port(), tmp_path_factory.mktemp("live") / "server.log"
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.e2e.live_settings",
        "CLARION_DATABASE_URL": database,
        "CLARION_URL": f"http://127.0.0.1:{port}",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }
    command = [
        *(sys.executable, "-m", "granian", "--interface", "asginl", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
        "clarion.config.asgi:application",
    ]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=out, stderr=out)
    try:
        _wait(f"http://127.0.0.1:{port}/sign-in/", process, log)
        yield Live(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(url, process, log):
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The server did not start.\n{log.read_text()[-3000:]}")


@pytest.fixture
def live(transactional_db, live_server_process):
    """The server; everything in the database is gone after each test."""
    return live_server_process


@pytest.fixture(scope="module")
def chromium():
    """The browser. Its driver keeps an event loop in this thread; Django must not mind.

    Closed after each file: the tests of others want to run loops of their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        patch.setattr(AsyncToSync, "__call__", _elsewhere(AsyncToSync.__call__))
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
            yield browser
            browser.close()


def _elsewhere(call):
    """Run what is async in a thread of its own, away from the loop of the driver."""

    def called(self, *args, **kwargs):
        return in_a_thread(lambda: call(self, *args, **kwargs))

    return called


def in_a_thread(act):
    def whole():
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(whole).result()


@pytest.fixture
def abroad():
    """The addresses on other machines that pages have asked for."""
    asked = []
    yield asked
    assert asked == []


def is_abroad(url):
    parts = urlsplit(url)
    return parts.scheme not in ("data", "blob", "about") and parts.hostname != HERE


@pytest.fixture
def signed_in(live, chromium, client, abroad):
    """Open a page as somebody: `page = signed_in(user)`."""
    contexts, complaints = [], []

    def hear(text):
        if not text.startswith(FORGIVEN):
            complaints.append(text)

    def make(user, *, width=1400, height=900):
        client.force_login(user)
        cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            base_url=live.url,
            reduced_motion="reduce",
        )
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live.url}])
        context.set_default_timeout(30_000)
        contexts.append(context)
        context.on("request", lambda r: is_abroad(r.url) and abroad.append(r.url))
        page = context.new_page()
        page.on("console", lambda m: m.type == "error" and hear(m.text))
        page.on("pageerror", lambda error: hear(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def browser_page(signed_in, owner):
    """A wide page of the bakery's owner."""
    return signed_in(owner)


@pytest.fixture
def work():
    """The worker does all that is due; in a thread of its own, away from the browser's loop."""
    from clarion.interfaces.worker.steps import run_until_idle

    return lambda: in_a_thread(run_until_idle)
