"""Many at once with one way back, and suggested hours that say why."""

import random
import re
from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from tests.interfaces.api.conftest import program_of

from clarion.accounts.models import JournalEntry
from clarion.channels.models import Channel
from clarion.community.models import Conversation
from clarion.content.models import Label, Post, Variant
from clarion.measurement.models import Reading
from clarion.publishing.models import Delivery

JSON = {"HTTP_ACCEPT": "application/json"}
MANY = 500


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)
    return client


@pytest.fixture
def drafts(space, channel):
    """Five hundred, on as many hours from next week on; every tenth is labelled already."""
    first = timezone.now() + timedelta(days=7)
    posts = Post.objects.bulk_create(
        Post(
            workspace=space,
            state="draft",
            text=f"Post {n}",
            author_name="Ada",
            planned_for=first + timedelta(hours=n),
        )
        for n in range(MANY)
    )
    Variant.objects.bulk_create(Variant(post=p, channel=channel) for p in posts)
    bread = Label.objects.create(workspace=space, name="Bread")
    for post in posts[::10]:
        post.labels.add(bread)
    return posts


@pytest.fixture
def talk(space, channel, member):
    """Five hundred open conversations; every tenth is somebody's already."""
    bo = member("community")
    return Conversation.objects.bulk_create(
        Conversation(
            workspace=space,
            channel=channel,
            thread=f"t{n}",
            kind="comment",
            author=f"guest{n}",
            assigned_to=bo if n % 10 == 0 else None,
            last_at=timezone.now(),
        )
        for n in range(MANY)
    )


@pytest.mark.accepts("AG-7")
@pytest.mark.slow
def test_five_hundred_posts_are_labelled_in_one_step_and_one_undo_gives_each_its_own_back(
    inside, drafts
):
    sent = {"do": "label", "labels": "Bread, Spring", "post": [f"{p.pk}.1" for p in drafts]}
    said = inside.post("/w/bakery/calendar/bulk/", sent, **JSON).json()
    assert said["text"] == f"Labelled: {MANY} posts"
    assert Post.objects.filter(labels__name="Bread").count() == MANY
    assert JournalEntry.objects.filter(did="post.labelled").count() == MANY
    assert inside.post(said["undo"], **JSON).json()["text"] == f"As before: {MANY} posts"
    assert Post.objects.filter(labels__name="Bread").count() == MANY // 10
    assert not Post.objects.filter(labels__name="Spring").exists()
    again = inside.post(said["undo"], **JSON)
    assert again.status_code == 409
    assert "undone already" in again.json()["problem"]


@pytest.mark.accepts("AG-7")
@pytest.mark.slow
def test_five_hundred_posts_and_conversations_are_assigned_by_a_program(
    space, drafts, talk, member
):
    program, cy = program_of(space.memberships.get(role="owner")), member("editor", "Cy")
    for what, rows in (("posts", drafts), ("conversations", talk)):
        said = program.post(
            f"bulk/{what}", {what: [r.pk for r in rows], "do": "assign", "to": cy.pk}
        ).json()
        assert len(said["done"]) == MANY, said
        assert type(rows[0]).objects.filter(assigned_to=cy).count() == MANY
        before = [r.assigned_to_id for r in rows]
        assert len(program.post(f"batches/{said['batch']}/undo").json()["done"]) == MANY
        found = type(rows[0]).objects.in_bulk([r.pk for r in rows])
        assert [found[r.pk].assigned_to_id for r in rows] == before


@pytest.mark.accepts("AG-7")
@pytest.mark.slow
def test_five_hundred_conversations_are_closed_from_the_inbox_and_opened_again(inside, talk):
    Conversation.objects.filter(pk=talk[0].pk).update(state="done")
    sent = {"do": "done", "conversation": [c.pk for c in talk]}
    said = inside.post("/w/bakery/inbox/bulk/", sent, **JSON).json()
    assert said["text"] == f"Done with: {MANY - 1} conversations. 1 conversation left as before"
    assert "It is done already" in said["html"]
    assert not Conversation.objects.filter(state="open").exists()
    inside.post(said["undo"], **JSON)
    assert Conversation.objects.filter(state="open").count() == MANY - 1
    assert Conversation.objects.get(state="done") == talk[0]


# --- hours ----------------------------------------------------------------------------------


@pytest.fixture
def history(space, channel):
    """Ninety days: Tuesdays at nine do well, the other hours alike."""
    dice, now = random.Random(8), timezone.now()
    Channel.objects.update(time_zone="Europe/Berlin")
    for n in range(84):
        day = timezone.localdate(timezone=space.zone) - timedelta(days=n + 3)
        for hour in (9, 15):
            good = day.weekday() == 1 and hour == 9
            likes = max(0, int(dice.gauss(90 if good else 20, 5)))
            _measured(space, channel, datetime.combine(day, time(hour, 10)), likes)
    return now


def _measured(space, channel, local, likes):
    at = local.replace(tzinfo=space.zone)
    post = Post.objects.create(
        workspace=space, state="approved", text="x", author_name="Ada", planned_for=at
    )
    variant = Variant.objects.create(post=post, channel=channel, sent_at=at)
    delivery = Delivery.objects.create(
        variant=variant,
        channel=channel,
        state="live",
        planned_for=at,
        live_at=at,
        remote_id=f"r{post.pk}",
    )
    Reading.objects.create(delivery=delivery, metric="likes", total=likes, read_at=at)


@pytest.mark.accepts("SP-6")
def test_ninety_days_of_own_posts_rank_hours_with_sample_size_and_interval(
    space, channel, history
):
    program = program_of(space.memberships.get(role="owner"))
    slots = program.get("times/best", channel=channel.pk).json()["items"]
    best = slots[0]
    assert (best["weekday"], best["hour"], best["zone"]) == (1, 9, "Europe/Berlin")
    assert best["n"] == 12
    assert best["of"] == 168
    assert best["interval"]["low"] > 200
    assert best["interval"]["low"] < best["effect"] < best["interval"]["high"]
    assert best["verdict"] == "higher"
    assert [s["shrunk"] for s in slots] == sorted((s["shrunk"] for s in slots), reverse=True)
    assert {s["verdict"] for s in slots[1:7]} == {"undecided"}


@pytest.mark.accepts("HS-8", "SP-6")
def test_a_suggested_hour_on_the_calendar_says_why(inside, channel, history):
    after = timezone.localdate() + timedelta(days=7)
    page = inside.get(f"/w/bakery/calendar/?d={after}").content.decode()
    ghosts = re.findall(r'class="ghost[^"]*" href="[^"]*" data-peek="([^"]*)"', page)
    why = next(g for g in ghosts if "slot=1-9" in g).replace("&amp;", "&")
    said = inside.get(why, HTTP_HX_REQUEST="true").content.decode()
    assert "12 of your 168 measured posts" in said
    assert "95 % interval" in said
    assert "More than chance explains" in said
    assert "hours in Europe/Berlin" in said
    table = inside.get("/w/bakery/calendar/times/").content.decode()
    assert "Tue 09:00" in table
    assert "Undecided" in table


@pytest.mark.accepts("HS-8")
def test_too_few_posts_suggest_nothing_and_say_so(inside, channel, space):
    _measured(space, channel, datetime.combine(timezone.localdate(), time(9)), 9)
    page = inside.get("/w/bakery/calendar/").content.decode()
    assert 'class="ghost' not in page
    table = inside.get("/w/bakery/calendar/times/").content.decode()
    assert "from 30 on something can be said" in table
