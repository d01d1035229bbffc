"""What strangers ask is checked at the door: they get a sentence, never an error of ours."""

import json
from datetime import timedelta

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.utils import timezone

from clarion.content import actions as content
from clarion.content.models import Link, Variant
from clarion.interfaces.hot import app, reports, spool
from clarion.measurement.models import Click, Conversion
from clarion.publishing import actions as publishing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA = tmp_path
    spool._file = None
    reports._asked.clear()
    reports._told.clear()
    yield tmp_path
    spool._file.close() if spool._file else None
    spool._file = None


class Answer:
    def __init__(self, start, body):
        self.status, self.headers = start["status"], dict(start["headers"])
        self.text = body["body"].decode()


def ask(method, path, body=b"", address="203.0.113.9"):
    said = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        said.append(message)

    scope = {"path": path, "method": method, "headers": [], "client": (address, 1)}
    async_to_sync(app.hot)(scope, receive, send)
    return Answer(*said)


def report(raw=None, *, address="203.0.113.9", **said):
    """What somebody hears who reports this."""
    body = json.dumps({"click": "a" * 32, "ref": "order-1", **said}).encode()
    return ask("POST", "/collect", body if raw is None else raw, address)


def follow(code):
    return ask("GET", f"/l/{code}")


@pytest.fixture
def linked(post, boss):
    """The draft with a link, planned far ahead."""
    content.edit(post, version=1, link="https://bakery.example/", by=boss)
    publishing.schedule(post, timezone.now() + timedelta(days=9), by=boss)
    post.refresh_from_db()
    return post


@pytest.fixture
def click(linked):
    """The id of a click that the database knows."""
    link = Link.objects.get()
    return Click.objects.create(link=link, ref="c" * 32, at=timezone.now()).ref


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b'{"click": 1}',
        b"[" * 4000,
        b"[]",
        b"7",
        json.dumps({"click": "\ud800" * 32, "ref": "a"}).encode(),
        json.dumps({"click": "a" * 32, "ref": "\ud800"}).encode(),
        json.dumps({"click": "a" * 32, "ref": "r", "kind": "\udfff"}).encode(),
        json.dumps({"click": "a" * 32, "ref": "r", "value": "1e999999999999999999"}).encode(),
    ],
)
def test_a_senseless_report_is_refused_in_words(raw):
    said = report(raw)
    assert said.status == 400
    assert len(said.text) > 20


def test_a_report_that_makes_sense_is_taken():
    assert report().status == 202


@pytest.mark.parametrize("value", ["-1", "100000000.01", "NaN"])
def test_a_value_that_no_order_has_is_refused_with_the_limit(value):
    said = report(value=value)
    assert said.status == 400
    assert "between 0 and 100,000,000" in said.text


def test_one_click_brings_so_many_orders_and_no_more(click):
    for number in range(20):
        assert report(click=click, ref=f"order-{number}").status == 202
    said = report(click=click, ref="order-20")
    assert said.status == 409
    assert "20 orders already" in said.text
    assert report(click=click, ref="order-3").status == 202, "told again, it is no further one"
    spool.empty()
    assert Conversion.objects.count() == 20


def test_the_limit_of_a_click_holds_across_processes(click):
    """Another process, or this one after a restart, does not know what was said before."""
    for number in range(25):
        reports._told.clear()
        assert report(click=click, ref=f"order-{number}", value="5").status == 202
        if number == 10:
            spool.empty()
    spool.empty()
    assert set(Conversion.objects.values_list("ref", flat=True)) == {
        f"order-{number}" for number in range(20)
    }


def test_one_address_can_only_report_so_often():
    with time_machine.travel(timezone.now().replace(second=20), tick=False):
        for _ in range(600):
            report(b"{}")
        said = report()
        assert (said.status, said.headers[b"retry-after"]) == (429, b"40")
        assert "Wait 40 seconds" in said.text
        assert report(address="203.0.113.10").status == 202
    with time_machine.travel(timezone.now().replace(second=20) + timedelta(minutes=1)):
        assert report().status == 202


def test_a_link_whose_address_changed_before_it_went_out_leads_to_the_new_one(linked, boss):
    first = Link.objects.get().code
    assert b"//bakery.example" in follow(first).headers[b"location"]
    content.edit(linked, version=linked.version, link="https://cafe.example/", by=boss)
    publishing.schedule(linked, timezone.now() + timedelta(days=8), by=boss)
    second = Link.objects.get().code
    assert b"//cafe.example" in follow(second).headers[b"location"]


def test_a_link_that_was_taken_out_before_the_post_went_out_is_not_sent(linked, boss):
    content.edit(linked, version=linked.version, link="", by=boss)
    publishing.schedule(linked, timezone.now() + timedelta(days=8), by=boss)
    [part] = Variant.objects.get().parts()
    assert not part.draft.link


def test_a_link_stays_the_same_when_the_post_is_planned_again(linked, boss):
    first = Link.objects.get().code
    publishing.schedule(linked, timezone.now() + timedelta(days=8), by=boss)
    assert Link.objects.get().code == first
