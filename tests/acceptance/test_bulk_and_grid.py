"""Posts by the file, ideas, captions and the grid, as a user meets them."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from clarion.content import actions as content
from clarion.content import captions, library
from clarion.content.models import Idea, Import, Post
from clarion.measurement.models import Reading
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def inside(owner):
    client = Client()
    client.force_login(owner)
    return client


def page(client, address):
    return client.get(address).content.decode()


def sheet(rows):
    """A thousand rows, of which three are wrong."""
    day = timezone.localdate() + timedelta(days=3)
    lines = ["Message;Profile;Publish date;Time"]
    lines += [
        f"Loaf {n};bakery;{day + timedelta(days=n % 80):%d.%m.%Y};{n % 24:02}:00"
        for n in range(rows)
    ]
    lines[11] = f"Loaf wrong;nobody;{day:%d.%m.%Y};09:00"
    lines[500] = "Loaf old;bakery;01.02.2020;09:00"
    lines[1000] = f"Loaf clock;bakery;{day:%d.%m.%Y};27:00"
    return "\n".join(lines).encode("utf-16")


@pytest.mark.accepts("HS-2")
@pytest.mark.timeout(240)
def test_a_thousand_rows_three_of_them_wrong_mended_in_place_and_never_twice(
    inside, channel, work
):
    def upload():
        file = SimpleUploadedFile("november.csv", sheet(1000))
        answer = inside.post("/w/bakery/import/new/", {"file": file, "then": "draft"})
        work()
        return answer.url

    there = upload()
    shown = page(inside, there)
    assert "997 rows ready" in shown
    assert "3 need you" in shown
    for line, column, reason in (
        (12, "Profile", "No channel is called “nobody”"),
        (501, "Time", "has passed"),
        (1001, "Time", "is not a time of day"),
    ):
        part = shown.split(f"<b>Line {line}</b>")[1].split("<b>Line")[0]
        assert f"<b>{column}:</b>" in part
        assert reason in part
    rows = {row.line: row for row in Import.objects.get().rows.filter(state="wrong")}
    mended = inside.post(
        f"/w/bakery/import/rows/{rows[12].pk}/",
        {"cell-channels": "bakery"},
        HTTP_HX_REQUEST="true",
    )
    assert "New post" in mended.content.decode()
    inside.post(f"{there}go/")
    work()
    assert Post.objects.count() == 998
    again = page(inside, upload())
    assert "997 are here already, so nothing comes twice" in again
    assert "Nothing left to import" in again
    assert Post.objects.count() == 998


@pytest.mark.accepts("BU-2")
def test_an_idea_becomes_a_draft_for_chosen_channels_and_both_know_it(inside, channel, second):
    said = {"text": "The first batch at four", "link": "", "names": "morning"}
    inside.post("/w/bakery/ideas/new/", said)
    idea = Idea.objects.get()
    assert "The first batch at four" in page(inside, "/w/bakery/ideas/")
    moved = inside.post(f"/w/bakery/ideas/{idea.pk}/move/", {"state": "next"}, **JSON).json()
    assert moved["text"] == "Moved to Next"
    answer = inside.post(f"/w/bakery/ideas/{idea.pk}/draft/", {"channels": [second.pk]})
    post = Post.objects.get()
    assert [v.channel for v in post.variants.all()] == [second]
    assert post.idea == idea
    assert "The first batch at four" in page(inside, answer.url)
    assert f"/ideas/#idea-{idea.pk}" in page(inside, answer.url)
    assert f'href="/w/bakery/posts/{post.pk}/"' in page(inside, "/w/bakery/ideas/")
    assert inside.post(moved["undo"], **JSON).json()["text"] == "Back where it was"
    idea.refresh_from_db()
    assert idea.state == "new"


@pytest.fixture
def with_tags(space, channel, boss):
    """Six live posts with the group and six without; people react more often to the first."""
    captions.save_caption(space, "bread", "#bread #rye", by=boss)
    for n in range(12):
        words = f"Loaf {n} #rye #Bread" if n % 2 else f"Loaf {n} #bread"
        post = content.write(space, words, [channel], by=boss)
        [delivery] = publishing.publish_now(post, by=boss)
        live = {"state": "live", "remote_id": f"r{n}", "live_at": timezone.now()}
        Delivery.objects.filter(pk=delivery.pk).update(**live, due_at=None)
        counts = {"views": 1000, "likes": (90 if n % 2 else 20) + n}
        for metric, total in counts.items():
            Reading.objects.create(delivery=delivery, metric=metric, total=total)


@pytest.mark.accepts("LA-5", "PL-6")
def test_hashtag_groups_are_counted_with_their_result_and_what_it_is_worth(inside, with_tags):
    offered = inside.get("/w/bakery/captions/choices/").json()["captions"]
    assert offered == [{"name": "bread", "text": "#bread #rye", "kind": "Hashtag group"}]
    for address in ("/w/bakery/captions/", "/w/bakery/results/"):
        shown = page(inside, address)
        row = shown.split("<code>/bread</code></th>")[1].split("</tr>")[0]
        assert ">6</td>" in row
        assert "9.60" in row
        assert "n = 6, 95 % between" in row
        assert "n = 12, 95 % between" in row
        assert "Higher" in row
        assert "Formula: mean over posts of" in shown


@pytest.mark.accepts("PL-6")
def test_too_few_posts_decide_nothing(inside, with_tags):
    Reading.objects.filter(delivery__variant__post__text__contains="#Bread").exclude(
        delivery__remote_id__in=["r1", "r3", "r5"]
    ).delete()
    row = page(inside, "/w/bakery/captions/").split("<code>/bread</code></th>")[1]
    assert "Undecided" in row.split("</tr>")[0]


@pytest.fixture
def planned(space, channel, boss):
    """Three planned posts, a day apart, the last one on top."""
    made = []
    for n in range(3):
        post = content.write(space, f"Day {n}", [channel], by=boss)
        publishing.schedule(post, timezone.now() + timedelta(days=2 + n), by=boss)
        made.append(post)
    return made


def order(client, channel, asked=""):
    shown = page(client, f"/w/bakery/grid/{channel.pk}/{asked}")
    return [int(pk) for pk in re.findall(r'<li class="pg-cell[^>]*data-post="(\d+)"', shown)]


@pytest.mark.accepts("LA-1", "PL-1")
def test_the_grid_shows_the_profile_after_each_post_and_pictures_and_posts_move_on_it(
    inside, channel, planned, space, boss, png
):
    first, middle, last = (post.pk for post in planned)
    assert order(inside, channel) == [last, middle, first]
    assert order(inside, channel, f"?until={middle}") == [middle, first]
    here = f"/w/bakery/grid/{channel.pk}/"
    swapped = inside.post(f"{here}swap/", {"post": first, "with": last}, **JSON).json()
    assert order(inside, channel) == [first, middle, last]
    times = dict(Delivery.objects.values_list("variant__post", "planned_for"))
    assert times[first] > times[middle] > times[last]
    inside.post(swapped["undo"], **JSON)
    assert order(inside, channel) == [last, middle, first]
    picture = library.add(space, "loaf.png", png, by=boss)
    inside.post(f"{here}place/", {"picture": picture.pk}, **JSON)
    draft = Post.objects.get(text="")
    assert order(inside, channel) == [draft.pk, last, middle, first]
    shown = page(inside, here)
    assert "Colour balance" in shown
    assert "brown" in shown
    assert "100%" in shown.replace(" %", "%").replace("100.0", "100")
    assert order(inside, channel, "?placeholders=off") == [last, middle, first]


@pytest.mark.accepts("PL-1")
def test_what_is_live_keeps_its_place(inside, channel, planned):
    Delivery.objects.filter(variant__post=planned[0]).update(
        state="live", remote_id="r", live_at=timezone.now()
    )
    said = {"post": planned[0].pk, "with": planned[1].pk}
    answer = inside.post(f"/w/bakery/grid/{channel.pk}/swap/", said, **JSON)
    assert answer.status_code == 409
    assert "out already" in answer.json()["problem"]
