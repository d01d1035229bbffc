"""The library's page."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from tests.film_kit import in_library
from tests.interfaces.api.conftest import program_of

from clarion.content import library
from clarion.content.models import Media


@pytest.fixture
def browser(client, owner, space):
    client.force_login(owner)
    return client


def test_a_file_is_judged_by_what_it_is(browser, space):
    svg = SimpleUploadedFile("logo.png", b"<svg xmlns='x'><script>alert(1)</script></svg>")
    said = browser.post("/w/bakery/library/add/", {"files": [svg]})
    assert said.status_code == 422
    assert "This is an SVG drawing, which can hold scripts" in said.content.decode()
    assert not Media.objects.exists()


def test_a_focal_point_outside_of_the_picture_is_refused_in_our_words(
    browser, space, png, boss
):
    medium = library.add(space, "loaf.png", png, by=boss)
    sent = {"name": "My loaf", "focus_x": 140, "focus_y": 50}
    said = browser.post(f"/w/bakery/library/{medium.pk}/", sent).content.decode()
    assert "Give 100 or less" in said
    assert "Ensure" not in said
    assert "My loaf" in said


def test_what_rights_have_ended_for_is_not_put_into_a_post(browser, space, png, boss):
    medium = library.add(space, "loaf.png", png, by=boss)
    ended = timezone.now() - timedelta(days=1)
    library.change(medium, rights_until=ended, rights_by="Agency A", by=boss)
    for url in ("/w/bakery/library/", f"/w/bakery/library/{medium.pk}/"):
        assert "Use in a new post" not in browser.get(url).content.decode()
    said = browser.get(f"/w/bakery/library/chosen/?media={medium.pk}").json()
    assert said["items"] == []
    assert "The rights from Agency A to use loaf.png end on" in said["problems"][0]
    page = browser.get(f"/w/bakery/compose/?media={medium.pk}").content.decode()
    assert "The rights from Agency A to use loaf.png end on" in page
    assert f'name="media" value="{medium.pk}"' not in page


def test_another_brands_media_are_not_picked(browser, space, png, member):
    from clarion.accounts.actions import found_workspace
    from clarion.accounts.models import User

    theirs = found_workspace(User.objects.create_user("cy@x.example", "correct horse"), "Other")
    foreign = library.add(theirs, "loaf.png", png, by=theirs.memberships.get().actor())
    assert browser.get(f"/w/bakery/library/chosen/?media={foreign.pk}&media=x").json() == {
        "items": [],
        "problems": [],
    }
    assert "loaf.png" not in browser.get("/w/bakery/library/pick/").content.decode()


def test_films_alone_are_found_by_their_kind(browser, space, png, boss):
    library.add(space, "loaf.png", png, by=boss)
    in_library(space)
    Media.objects.filter(kind="video").update(name="oven.mp4")
    page = browser.get("/w/bakery/library/?kind=video").content.decode()
    assert "oven.mp4" in page
    assert "loaf.png" not in page
    program = program_of(space.memberships.get())
    assert [m["name"] for m in program.get("media?kind=video").json()["items"]] == ["oven.mp4"]
