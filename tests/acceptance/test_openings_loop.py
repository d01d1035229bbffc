"""From a goal to the money it earned; and the whole loop on an open network."""

import json
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone
from tests.servers.mastodon_server import running

from clarion.channels.models import Channel
from clarion.community.models import Conversation, Inbox, Reply
from clarion.content.models import Link
from clarion.interfaces.hot import spool
from clarion.interfaces.hot.app import hot
from clarion.listening.models import Watch
from clarion.measurement.actions import write_down
from clarion.measurement.goals import chain
from clarion.measurement.models import Meter
from clarion.measurement.tally import latest
from clarion.publishing.models import Delivery
from clarion.strategy.models import Campaign, Goal

BROWSER = b"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
LATER = str(date.today() + timedelta(days=60))


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)

    class Inside:
        """Somebody at the pages of the bakery."""

        def does(self, path, **said):
            answer = client.post(f"/w/bakery/{path}", said)
            assert answer.status_code == 302, answer.content.decode()[:3000]
            return answer

        def sees(self, path):
            answer = client.get(f"/w/bakery/{path}")
            assert answer.status_code == 200
            return answer.content.decode()

    return Inside()


# --- goal to revenue --------------------------------------------------------------------------


def at_the_short_way(method, path, body=b"", headers=()):
    """What a visitor's browser or a shop's server hears from the endpoint for clicks."""
    said = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        said.append(message)

    scope = {
        "path": path,
        "method": method,
        "headers": list(headers),
        "client": ("192.0.2.7", 1),
    }
    async_to_sync(hot)(scope, receive, send)
    return said[0]["status"], dict(said[0]["headers"])


def follow(link):
    """A visitor follows the link; the shop learns the name of the click."""
    agent = [(b"user-agent", BROWSER)]
    status, headers = at_the_short_way("GET", f"/l/{link.code}", headers=agent)
    assert status == 302
    landed = urlsplit(headers[b"location"].decode())
    assert landed.netloc == "shop.example"
    return parse_qs(landed.query)["clk"][0]


def report(click, ref, value):
    """The shop says that somebody bought."""
    sale = {"click": click, "ref": ref, "kind": "purchase", "value": value, "currency": "EUR"}
    assert at_the_short_way("POST", "/collect", json.dumps(sale).encode())[0] == 202


@pytest.mark.django_db(transaction=True)
@pytest.mark.accepts("OP-1")
def test_one_chain_leads_from_a_goal_to_revenue_and_down_to_the_post(
    inside, space, channel, work, django_assert_num_queries
):
    inside.does(
        "strategy/goals/new/", name="Sell online", kpi="revenue", target=100, deadline=LATER
    )
    goal = Goal.objects.get()
    inside.does(
        "campaigns/new/",
        name="Spring rye",
        goal=goal.pk,
        goal_metric="revenue",
        goal_value=50,
        budget=0,
    )
    inside.does(
        "compose/",
        text="Order rye online",
        link="https://shop.example/rye",
        channels=[channel.pk],
        campaign=Campaign.objects.get().pk,
        do="now",
    )
    work()
    link = Link.objects.get()
    first, second = follow(link), follow(link)
    report(first, "order-1", "25.50")
    report(first, "order-1", "25.50")  # a shop that repeats itself is heard once
    spool.empty()
    assert first != second

    page = inside.sees(f"strategy/?goal={goal.pk}")
    assert "26% reached" in page  # the goal, in the words of its own number
    earned = page.split('id="earned"')[1]
    for told in ("Sell online", "€25.50", "Order rye online", "Spring rye"):
        assert told in earned
    with django_assert_num_queries(1):
        [of_goal] = chain(space)
    with django_assert_num_queries(1):
        [of_post] = chain(space, "post", goal.pk)
    assert (of_goal.goal, of_goal.revenue) == ("Sell online", Decimal("25.50"))
    assert (of_post.post, of_post.campaign) == ("Order rye online", "Spring rye")
    assert (of_post.visits, of_post.conversions, of_post.revenue) == (2, 1, Decimal("25.50"))
    post = inside.sees(f"posts/{of_post.post_id}/results/")
    assert "order-1" in post


# --- the whole loop on an open network --------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("mastodon")) as place:
        yield place


@pytest.fixture
def round_again(work):
    """The minutes pass after which the worker looks again."""

    def look():
        for reader in (Inbox, Watch, Meter):
            reader.objects.update(due_at=timezone.now())
        work()

    return look


@pytest.mark.servers
@pytest.mark.accepts("OP-22")
def test_the_loop_goes_round_on_an_open_network_without_any_vendor_account(
    inside, space, server, settings, work, round_again
):
    settings.PRIVATE_HOSTS_ALLOWED = list(server.allow)
    bakery, ann = server.person("harbour"), server.person("ann")

    # research and strategy
    inside.does("research/note/", text="People ask for opening hours first", about="audience")
    inside.does("strategy/goals/new/", name="Be liked", kpi="likes", target=2, deadline=LATER)
    like = {"goal_metric": "likes", "goal_value": 1, "budget": 0}
    inside.does("campaigns/new/", name="Spring", goal=Goal.objects.get().pk, **like)
    campaign = Campaign.objects.get()
    assert "People ask for opening hours first" in inside.sees(f"campaigns/{campaign.pk}/")

    # a channel, with a key that its owner made on the server
    inside.does("channels/connect/mastodon/", instance=server.base, token=bakery.token)
    channel = Channel.objects.get()

    # content and publishing
    text = "Fresh bread at seven"
    inside.does("compose/", text=text, channels=[channel.pk], campaign=campaign.pk, do="now")
    work()
    delivery = Delivery.objects.get()
    assert delivery.state == "live", delivery.problem
    assert text in bakery.said()[0]["content"]

    # community: a question comes in and is answered where it was asked
    question = {"status": "@harbour until when?", "in_reply_to_id": delivery.remote_id}
    asked = ann.by_hand("POST", "/api/v1/statuses", json=question)
    round_again()
    assert "until when?" in inside.sees("inbox/")
    conversation = Conversation.objects.get()
    inside.does(f"inbox/{conversation.pk}/answer/", text="Until six", seen=0)
    work()
    assert Reply.objects.get().state == "live"
    thread = ann.by_hand("GET", f"/api/v1/statuses/{asked['id']}/context")
    assert "Until six" in thread["descendants"][0]["content"]
    inside.does(f"inbox/{conversation.pk}/done/")
    assert "until when?" not in inside.sees("inbox/")

    # listening: something said without us becomes ours to answer
    inside.does("listening/watches/new/", words="rye", channel=channel.pk)
    ann.by_hand("POST", "/api/v1/statuses", json={"status": "Best rye in town"})
    round_again()
    assert "Best <mark>rye</mark> in town" in inside.sees("listening/")
    mention = Watch.objects.get().mentions.get()
    inside.does(f"listening/mentions/{mention.pk}/answer/")
    assert "Best rye in town" in inside.sees("inbox/")

    # measurement: what really happened there
    ann.by_hand("POST", f"/api/v1/statuses/{delivery.remote_id}/favourite")
    round_again()
    assert "50% reached" in inside.sees("strategy/")
    assert "Best by likes" in inside.sees(f"campaigns/{campaign.pk}/results/")

    # promotion: this network has none, and the page says so
    assert "Has no promotions that Clarion can order" in inside.sees("paid/")

    # and back to strategy: the next brief knows more than this one did
    inside.does("campaigns/new/", name="Summer", **like)
    summer = Campaign.objects.latest("pk")
    assert f"Best so far by likes (1, of 1 posts): {text}" in inside.sees(
        f"campaigns/{summer.pk}/"
    )


# --- long memory ------------------------------------------------------------------------------


@pytest.mark.accepts("OP-14")
def test_a_number_that_the_network_takes_back_shows_both_values_with_their_times(
    inside, channel, delivery, work, playground
):
    work()
    delivery.refresh_from_db()
    playground.forward(hours=24)
    Meter.objects.update(due_at=timezone.now())
    work()
    [before] = latest(Delivery.objects.all()).filter(metric="views")
    write_down(channel, {delivery.remote_id: {"views": before.total - 3}})
    page = inside.sees(f"posts/{delivery.variant.post_id}/results/?corrections")
    history = page.split('id="readings"')[1]
    assert history.count("Corrected by the network") == 1
    assert f">{before.total:,}</span>" in history
    assert f">{before.total - 3:,}</span>" in history
    assert "<time datetime=" in history
    assert delivery.readings.filter(metric="views").count() >= 2  # nothing was overwritten
