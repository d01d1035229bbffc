"""What reaches people: by their wishes, in their hours, once, and with what is needed."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from clarion.accounts import actions, reaching
from clarion.accounts.models import Line, Notice, Telling, Wish
from clarion.accounts.passing import forget_old, pass_on
from clarion.accounts.wishes import moment
from clarion.channels.telling import stop_link
from clarion.kit.errors import NotYet
from clarion.kit.webpush import pack

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday; 13:00 in Berlin


@pytest.fixture
def me(space):
    return space.memberships.get(role="owner")


@pytest.fixture
def hook(settings):
    """A chat service on this host: it keeps what it is sent, and says what it is told to."""
    heard = []

    class Hook(BaseHTTPRequestHandler):
        answer = 200

        def do_POST(self):
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(type(self).answer)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    settings.PRIVATE_HOSTS_ALLOWED = [host]
    yield f"json://{host}/", heard, Hook
    server.shutdown()
    server.server_close()


def needs(space, about="post:1", **more):
    actions.notify(space.pk, about, "The oven is cold.", "channels/", **more)


def test_what_needs_somebody_comes_by_mail_once_with_a_link_and_a_way_out(
    space, me, work, mailoutbox
):
    needs(space, detail="Rye at eight #ad", picture="media/7/")
    work()
    needs(space)  # noticed again: no second problem
    work()
    [letter] = mailoutbox
    assert letter.to == ["ada@bakery.example"]
    assert "The oven is cold." in letter.body
    assert "Rye at eight #ad" in letter.body
    assert "http://testserver/w/bakery/channels/" in letter.body
    assert "http://testserver/w/bakery/media/7/" in letter.body
    stop = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert Client(enforce_csrf_checks=True).post(stop).status_code == 200
    needs(space, "post:2")
    work()
    assert len(mailoutbox) == 1


def test_a_letter_whose_worker_died_is_sent_again_under_the_same_id(space, work, mailoutbox):
    needs(space)
    pass_on()
    work()
    telling = Telling.objects.get(way="mail")
    # As if the worker had died after sending and before writing it down.
    Telling.objects.filter(pk=telling.pk).update(state="waiting", due_at=timezone.now())
    work()
    first, second = mailoutbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_nobody_is_told_the_same_twice_by_the_same_way(space, me, work):
    needs(space)
    pass_on()
    Notice.objects.update(told_at=None)
    with pytest.raises(IntegrityError, match="told_once"):
        pass_on()
    assert Line.objects.count() == 1


def test_what_is_settled_before_it_is_due_is_not_sent(space, me, boss, work, mailoutbox):
    reaching.choose(me, [("trouble", "mail", "daily")], by=boss)
    needs(space)
    needs(space, "post:2")
    pass_on()
    telling = Telling.objects.get()
    actions.solve(space.pk, ["post:1"])
    with time_machine.travel(telling.due_at + timedelta(minutes=1)):
        work()
    [letter] = mailoutbox
    assert letter.body.count("The oven is cold.") == 1
    assert Telling.objects.get().state == "sent"


def test_a_digest_is_one_letter(space, me, boss, work, mailoutbox):
    reaching.choose(me, [("trouble", "mail", "weekly")], by=boss)
    reaching.keep_hours(me, {"digest_at": 7 * 60, "digest_day": 4}, by=boss)
    with time_machine.travel(NOON):
        needs(space)
        pass_on()
        needs(space, "post:2")
        pass_on()
        [telling] = Telling.objects.all()
    assert telling.due_at == datetime(2026, 11, 27, 6, tzinfo=UTC)  # Friday, 7:00 in Berlin
    with time_machine.travel(telling.due_at):
        work()
    [letter] = mailoutbox
    assert "2 things since you were last told" in letter.subject


@pytest.mark.parametrize(
    ("start", "end", "at", "due"),
    [
        (22 * 60, 7 * 60, "2026-11-24T22:30", "2026-11-25T06:00"),  # 23:30 in Berlin
        (22 * 60, 7 * 60, "2026-11-25T04:00", "2026-11-25T06:00"),
        (22 * 60, 7 * 60, "2026-11-24T12:00", "2026-11-24T12:00"),
        (12 * 60, 14 * 60, "2026-11-24T12:00", "2026-11-24T13:00"),
    ],
)
def test_quiet_hours_end_where_they_end_on_the_persons_clock(me, boss, start, end, at, due):
    reaching.keep_hours(me, {"quiet_from": start, "quiet_until": end}, by=boss)
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert moment(me, Wish.When.NOW, now) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_what_is_for_one_alone_reaches_nobody_else(space, me, member, work, mailoutbox):
    bo = member("analyst")
    needs(space, kind="task", to=bo.pk)
    work()
    assert [letter.to for letter in mailoutbox] == [[bo.user.email]]


def test_who_can_do_nothing_about_it_hears_nothing_unless_they_ask(
    space, member, work, mailoutbox
):
    bo = member("analyst")
    needs(space)
    work()
    assert [letter.to for letter in mailoutbox] == [["ada@bakery.example"]]
    reaching.choose(bo, [("trouble", "mail", "now")], by=bo.actor())
    needs(space, "post:2")
    work()
    assert [bo.user.email] in [letter.to for letter in mailoutbox]


def test_a_practice_workspace_writes_to_nobody(space, work, mailoutbox):
    type(space).objects.update(demo=True)
    needs(space)
    work()
    assert mailoutbox == []
    assert Notice.objects.get().told_at


# --- chats ----------------------------------------------------------------------------------


def test_a_chat_hears_it_and_a_failure_shows_on_the_page(space, me, owner, work, hook):
    url, heard, service = hook
    browser = Client()
    browser.force_login(owner)
    page = "/w/bakery/notifications/settings/"
    assert browser.post(f"{page}chat/", {"url": url}).status_code == 302
    needs(space)
    work()
    assert "The oven is cold." in heard[0]["message"]
    service.answer = 500
    [address] = me.addresses.all()
    assert browser.post(f"{page}{address.pk}/test/").status_code == 302
    work()
    shown = browser.get(page).content.decode()
    assert "Does not arrive" in shown
    assert "A test" in shown
    service.answer = 200
    failed = Telling.objects.get(state="failed")
    assert browser.post(f"{page}failed/{failed.pk}/again/").status_code == 302
    work()
    assert "Does not arrive" not in browser.get(page).content.decode()


def test_a_chat_does_not_lead_into_a_private_network(me, boss, work, hook, settings):
    url, heard, _ = hook
    settings.PRIVATE_HOSTS_ALLOWED = []
    address = reaching.add_chat(me, "A web hook", url, by=boss)
    reaching.send_test(me, "chat", address, by=boss)
    work()
    assert heard == []
    assert "private network" in Telling.objects.get().problem


@pytest.mark.parametrize("url", ["file:///etc/passwd", "syslog://", "mailto://a:b@c.d", "x"])
def test_what_is_no_chat_is_refused(url):
    from clarion.channels.chat import service

    with pytest.raises(NotYet, match="chat service"):
        service(url)


def test_the_address_of_a_chat_is_kept_encrypted(me, boss):
    from django.db import connection

    reaching.add_chat(me, "Slack", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlaz", by=boss)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM accounts_address")
        assert "slack" not in cursor.fetchone()[0]


# --- browsers -------------------------------------------------------------------------------


def test_a_browser_is_taken_up_and_its_service_decides_where_we_may_go(
    owner, space, me, boss, work
):
    from cryptography.hazmat.primitives.asymmetric import ec

    from clarion.kit.webpush import CURVE, point

    browser = Client()
    browser.force_login(owner)
    key = pack(point(ec.generate_private_key(CURVE).public_key()))
    said = {"endpoint": "https://127.0.0.1:9/x", "p256dh": key, "auth": pack(b"x" * 16)}
    page = "/w/bakery/notifications/settings/"
    assert f'data-key="{reaching.push_key()}"' in browser.get(page).content.decode()
    url = f"{page}browser/"
    assert browser.post(url, {**said, "name": "Firefox on Linux"}).json() == {"added": True}
    assert browser.post(url, {**said, "p256dh": "AAAA"}).status_code == 422
    [address] = me.addresses.all()
    reaching.send_test(me, "push", address, by=boss)
    work()
    assert "private network" in Telling.objects.get().problem


def test_the_script_that_shows_messages_is_served_under_the_policy(client):
    said = client.get("/push-worker.js")
    assert said["Content-Type"] == "text/javascript"
    assert "worker-src 'self'" in said["Content-Security-Policy"]
    assert b"showNotification" in said.content


def test_a_link_that_somebody_made_up_ends_nothing(client, me):
    real = stop_link(me.pk, ["trouble"]).rstrip("/").rpartition("/")[2]
    assert client.post(f"/stop-mail/{real}x/").status_code == 404
    assert not me.wishes.exists()
    assert client.get(f"/stop-mail/{real}/").status_code == 200
    assert not me.wishes.exists()  # looking is not pressing


# --- what is long over ----------------------------------------------------------------------


def telling(me, state, days, notice=None):
    since = timezone.now() - timedelta(days=days)
    row = Telling.objects.create(membership=me, way="mail", state=state, state_since=since)
    if notice:
        Line.objects.create(telling=row, notice=notice, reached=f"{row.pk}")
    return row


def test_messages_of_long_ago_go_and_notices_stay(me, space, work):
    actions.notify(space.pk, "delivery:1", "Not published.")
    notice = Notice.objects.get()
    telling(me, "sent", 91, notice)
    telling(me, "needless", 91)
    kept = [telling(me, "sent", 89), telling(me, "waiting", 91)]
    work()
    assert list(Telling.objects.filter(pk__in=[k.pk for k in kept]).order_by("pk")) == kept
    assert not Telling.objects.filter(
        state_since__lt=timezone.now() - timedelta(days=90)
    ).exclude(pk__in=[k.pk for k in kept])
    assert Notice.objects.get() == notice


def test_what_could_not_be_sent_stays_until_its_problem_is_over(me, space):
    actions.notify(space.pk, "delivery:1", "Not published.")
    notice = Notice.objects.get()
    failed = telling(me, "failed", 91, notice)
    assert forget_old() == 0
    actions.solve(space.pk, ["delivery:1"])
    assert forget_old() == 1
    assert not Telling.objects.filter(pk=failed.pk).exists()
