"""A client link: comment and approve without an account; what is internal stays so."""

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image
from tests.interfaces.api.conftest import program_of

from clarion.accounts.models import JournalEntry
from clarion.content import actions as content
from clarion.content import library, threads
from clarion.content.agreement import approval
from clarion.content.models import ClientLink, Post
from clarion.publishing.models import Delivery


@pytest.fixture
def asked(space, channel, boss, png):
    """A post for the day after tomorrow that waits for approval, with words among ourselves."""
    picture = library.add(space, "loaf.png", png, alt="A loaf", by=boss)
    at = timezone.now() + timedelta(days=2)
    post = content.write(
        space, "Rye at eight", [channel], planned_for=at, media=[picture], by=boss
    )
    approval.ask_for_approval(post, "SECRET note with the question", by=boss)
    approval.add_note(post, "SECRET note", by=boss)
    threads.begin(space, "SECRET thread", post=post, by=boss)
    content.write(space, "SECRET draft", [channel], planned_for=at, by=boss)
    return post


@pytest.fixture
def shared(space, owner, client, asked):
    """The owner shares a stretch of the calendar on the page; the address that was shown."""

    def share(**also):
        client.force_login(owner)
        day = timezone.localdate(asked.planned_for)
        form = {
            "name": "Café Nord",
            "first_day": f"{day - timedelta(days=3)}",
            "last_day": f"{day + timedelta(days=3)}",
            "days": "7",
            "may_comment": "on",
            "may_approve": "on",
            "watermark": "on",
        }
        made = client.post("/w/bakery/client-links/", {**form, **also}, follow=True)
        page = made.content.decode()
        assert "/client/" in page, page
        return "/client/" + page.partition("/client/")[2].partition('"')[0]

    return share


@pytest.mark.accepts("AG-4")
def test_an_outside_client_comments_and_approves_without_an_account(
    asked, shared, work, later, client
):
    url, outside = shared(), Client()
    calendar = outside.get(url)
    assert calendar.status_code == 200
    assert calendar.headers["X-Robots-Tag"].startswith("noindex")
    assert "no-store" in calendar.headers["Cache-Control"]
    assert "Rye at eight" in calendar.content.decode()

    page = f"{url}posts/{asked.pk}/"
    seen = outside.get(page).content.decode()
    assert "SECRET" not in calendar.content.decode() + seen
    seal = seen.partition('name="seal" value="')[2].partition('"')[0]
    said = outside.post(page, {"name": "Maya", "text": "Lovely crust", "do": "comment"})
    assert said.status_code == 302
    assert "Lovely crust" in outside.get(page).content.decode()
    inside = client.get(f"/w/bakery/posts/{asked.pk}/").content.decode()
    assert "Maya (client link)" in inside
    assert "SECRET thread" in inside

    yes = outside.post(page, {"name": "Maya", "do": "approve", "seal": seal})
    assert yes.status_code == 302
    assert Post.objects.get(pk=asked.pk).is_approved
    entry = JournalEntry.objects.get(did="post.approved")
    assert (entry.by, entry.by_kind) == ("Maya (client link)", "client")
    with later(days=2, minutes=1):
        work()
        assert Delivery.objects.get().state == "live"


@pytest.mark.accepts("AG-4")
def test_internal_words_stay_invisible_and_the_link_opens_nothing_else(asked, shared, boss):
    url, outside = shared(), Client()
    other = Post.objects.exclude(pk=asked.pk).get()
    assert outside.get(f"{url}posts/{other.pk}/").status_code == 404
    for path in ("", f"posts/{asked.pk}/"):
        assert "SECRET" not in outside.get(url + path).content.decode()
    opened = threads.begin(
        asked.workspace, "For you: is eight fine?", post=asked, internal=False, by=boss
    )
    seen = outside.get(f"{url}posts/{asked.pk}/").content.decode()
    assert "For you: is eight fine?" in seen
    assert "SECRET" not in seen
    assert outside.get(f"/w/bakery/posts/{asked.pk}/").status_code == 302  # to sign in
    assert opened.internal is False


@pytest.mark.accepts("AG-4")
def test_a_picture_carries_the_watermark_of_the_link(asked, shared):
    url, outside = shared(), Client()
    medium = asked.pieces()[0]
    marked = outside.get(f"{url}pictures/{medium.pk}/").content
    image = Image.open(io.BytesIO(marked)).convert("RGB")
    assert len(image.getcolors(10_000)) > 10  # the picture itself is of one colour


@pytest.mark.accepts("AG-4")
def test_a_link_ends_when_it_is_withdrawn_expires_or_its_maker_may_no_longer(
    asked, shared, owner, later, space
):
    url = shared()
    with later(days=8):
        assert Client().get(url).status_code == 404
    link = ClientLink.objects.get()
    program_of(space.memberships.get(user=owner)).post(f"client-links/{link.pk}/revoke")
    gone = Client().get(url)
    assert gone.status_code == 404
    assert "closed" in gone.content.decode()


@pytest.mark.accepts("AG-4")
def test_a_passcode_is_asked_and_cannot_be_tried_for_ever(asked, shared):
    url, outside = shared(passcode="crumb"), Client()
    assert "Rye" not in outside.get(url).content.decode()
    assert outside.post(url, {"passcode": "wrong"}).status_code == 422
    assert outside.post(url, {"passcode": "crumb"}).status_code == 302
    assert "Rye" in outside.get(url).content.decode()
    tries = [Client().post(url, {"passcode": f"no-{n}"}).status_code for n in range(12)]
    assert tries[-1] == 429


@pytest.mark.accepts("AG-4")
def test_who_may_only_look_can_neither_comment_nor_approve(space, owner, asked):
    program = program_of(space.memberships.get(user=owner))
    made = program.post(
        "client-links", {"name": "Press", "posts": [asked.pk], "may_comment": False}
    ).json()
    url = "/client/" + made["url"].partition("/client/")[2]
    page, outside = f"{url}posts/{asked.pk}/", Client()
    assert outside.get(page).status_code == 200
    for do in ("comment", "approve", "change"):
        said = outside.post(page, {"name": "Al", "text": "x", "do": do, "seal": asked.seal()})
        assert said.status_code == 403
    assert Post.objects.get(pk=asked.pk).state == "review"
