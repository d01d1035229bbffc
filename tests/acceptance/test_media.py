"""The library, as the people who fill it see it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clarion.content import actions as content
from clarion.content import library


@pytest.fixture
def browser(client, owner, space):
    client.force_login(owner)
    return client


@pytest.mark.accepts("HS-6")
def test_a_picture_in_five_posts_names_them_and_cannot_go_out_when_its_rights_have_ended(
    browser, space, channel, boss, png
):
    medium = library.add(space, "loaf.png", png, alt="A loaf", by=boss)
    posts = [
        content.write(space, f"Loaf number {n}", [channel], media=[medium], by=boss)
        for n in range(5)
    ]
    one = f"/w/bakery/library/{medium.pk}/"
    last = timezone.localdate() + timedelta(days=3)
    about = {"name": "loaf.png", "alt": "A loaf", "rights_by": "Agency A", "until": last}
    assert browser.post(one, about).status_code == 302
    page = browser.get(one).content.decode()
    assert "Used in 5 posts" in page
    assert all(f"/w/bakery/posts/{post.pk}/" in page for post in posts)
    assert "granted by Agency A" in page
    version = posts[0].version
    day = timezone.localdate() + timedelta(days=5)
    typed = {
        "text": "Loaf number 0",
        "channels": channel.pk,
        "media": medium.pk,
        f"alt-{medium.pk}": "A loaf",
        "version": version,
        "day": f"{day:%Y-%m-%d}",
        "hour": "10:00",
        "zone": "Europe/Berlin",
        "do": "schedule",
    }
    said = browser.post(f"/w/bakery/posts/{posts[0].pk}/", typed)
    assert said.status_code == 422
    assert "The rights from Agency A to use loaf.png end on" in said.content.decode()


@pytest.mark.accepts("LA-2")
def test_what_no_post_shows_is_found_with_one_click(browser, space, channel, boss, png):
    used = library.add(space, "loaf.png", png, alt="A loaf", by=boss)
    content.write(space, "Fresh", [channel], media=[used], by=boss)
    spare = library.add(space, "spare.png", _other(), by=boss)
    about = {
        "name": "spare.png",
        "labels": "Bread, Autumn",
        "notes": "Too dark",
        "starred": "on",
    }
    browser.post(f"/w/bakery/library/{spare.pk}/", about)
    page = browser.get("/w/bakery/library/").content.decode()
    for said in (
        "used in 1 post",
        "unused",
        "starred",
        "Too dark",
        "Bread",
        'href="/w/bakery/library/?unused"',
    ):
        assert said in page
    unused = browser.get("/w/bakery/library/?unused").content.decode()
    assert "spare.png" in unused
    assert "loaf.png" not in unused


def _other():
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.linear_gradient("L").save(out, "PNG")
    return out.getvalue()
