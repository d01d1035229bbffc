"""Simulated people open real links, at most once, nowhere but where they may; some buy."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.playground_kit import Running, running


class Tracker(ThreadingHTTPServer):
    """A stand-in for whoever tracks clicks: redirects to the shop and takes reports."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.shop = ""
        self.clicks: list[str] = []
        self.agents: set[str] = set()
        self.reports: list[dict[str, str]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Tracker

    def do_GET(self) -> None:
        self.server.clicks.append(self.path)
        self.server.agents.add(self.headers["User-Agent"])
        self.send_response(302)
        target = f"{self.server.shop}/shop?from=bread&clk=c{len(self.server.clicks)}"
        self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.reports.append(json.loads(body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def tracker() -> Iterator[Tracker]:
    server = Tracker()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def busy(tmp_path, tracker) -> Iterator[Running]:
    """A Playground whose people may visit the tracker, quickly."""
    extra = ("--click-host", tracker.host, "--collect-url", f"http://{tracker.host}/collect")
    with running(tmp_path, extra=extra) as place:
        tracker.shop = place.url
        place.settings(clicks_per_second=500, talk=0)
        yield place


def until(true, seconds: float = 15) -> None:
    for _ in range(int(seconds * 20)):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("It never happened.")


def clicks(place: Running, grant, remote_id: str) -> int:
    from clarion.networks.playground.network import network

    counted = place.do(grant, lambda c: network.measurement.counts(c, [remote_id]))
    return counted[remote_id]["clicks"]


def test_every_simulated_click_is_one_visit_even_across_a_kill(busy, tracker):
    bakery = busy.sign_up()
    text = "Fresh bread from the bakery, who wants some? #bread"
    remote_id = busy.post(bakery, text, link=f"http://{tracker.host}/l/abc")
    busy.forward(hours=24)  # at night nobody reads
    until(lambda: len(tracker.clicks) == clicks(busy, bakery, remote_id) > 0)
    busy.kill()
    busy.start()
    busy.forward(hours=300)
    until(lambda: len(tracker.clicks) == clicks(busy, bakery, remote_id))
    time.sleep(1.5)  # another round of the visitors: nobody comes twice
    assert len(tracker.clicks) == clicks(busy, bakery, remote_id)
    assert tracker.agents == {"PlaygroundVisitor/1.0 (Mozilla compatible)"}


def test_some_visitors_buy_and_each_sale_is_reported_once(busy, tracker):
    bakery = busy.sign_up()
    for number in range(8):
        text = f"Fresh bread from oven number {number}, who wants some?"
        busy.post(bakery, text, link=f"http://{tracker.host}/l/{number}")
    busy.forward(hours=400)
    until(lambda: len(tracker.reports) > 2)
    until(lambda: busy.stats["sales"] == busy.stats["sales_reported"] == len(tracker.reports))
    refs = [report["ref"] for report in tracker.reports]
    assert len(set(refs)) == len(refs)
    for report in tracker.reports:
        assert report["kind"] == "purchase"
        assert report["currency"] == "EUR"
        assert float(report["value"]) > 0
        assert report["click"].startswith("c")


def test_links_to_other_hosts_are_left_alone(busy, tracker):
    bakery = busy.sign_up()
    elsewhere = busy.post(bakery, "Fresh bread elsewhere", link="http://127.0.0.1:9/l/abc")
    here = busy.post(bakery, "Fresh bread here", link=f"http://{tracker.host}/l/abc")
    busy.forward(hours=400)
    until(lambda: len(tracker.clicks) == clicks(busy, bakery, here))
    assert clicks(busy, bakery, elsewhere) > 0
    assert busy.stats["visits"].get("dropped", 0) == 0


def test_a_person_can_buy_too(busy, tracker):
    import urllib.request

    form = b"product=mug&clk=c77"
    with urllib.request.urlopen(f"{busy.url}/shop", form) as answer:
        assert "was reported" in answer.read().decode()
    [report] = tracker.reports
    assert (report["click"], report["value"]) == ("c77", "12.50")
