"""The library's page."""

import re
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


VTT = "1\n00:00:00,000 --> 00:00:01,000\n{}\n"


def captioned(browser, medium, words, language="de"):
    file = SimpleUploadedFile("said.srt", VTT.format(words).encode())
    return browser.post(
        f"/w/bakery/library/{medium.pk}/captions/",
        {"file": file, "language": language},
        follow=True,
    )


def undo(page):
    return re.search(r"/w/bakery/library/\d+/captions/\w+/undo/", page.content.decode())[0]


def test_captions_are_replaced_and_removed_and_both_are_undone(browser, space):
    medium, json = in_library(space), {"HTTP_ACCEPT": "application/json"}

    def said():
        return Media.objects.get().captions.get("de", "")

    captioned(browser, medium, "Frisches Brot")
    page = captioned(browser, medium, "Frische Brezeln")
    assert "Captions in de replaced" in page.content.decode()
    assert "Brezeln" in said()
    assert browser.post(undo(page), **json).json()["text"] == "Captions in de are as before"
    assert "Frisches Brot" in said()
    page = browser.post(f"/w/bakery/library/{medium.pk}/captions/de/drop/", follow=True)
    assert "Captions in de removed" in page.content.decode()
    assert said() == ""
    browser.post(undo(page), **json)
    assert "Frisches Brot" in said()
    program = program_of(space.memberships.get())
    program("DELETE", f"media/{medium.pk}/captions/de")
    again = program("POST", f"media/{medium.pk}/captions/de/undo")
    assert again.json()["captions"] == ["de"]


def test_a_file_without_captions_is_refused_beside_the_field(browser, space):
    medium = in_library(space)
    file = SimpleUploadedFile("said.srt", b"no captions at all")
    sent = {"file": file, "language": "english please"}
    page = browser.post(f"/w/bakery/library/{medium.pk}/captions/", sent)
    assert page.status_code == 422
    assert "Say the language as a short code" in page.content.decode()
    assert 'value="english please"' in page.content.decode()
    sent = {"file": SimpleUploadedFile("said.srt", b"no captions at all"), "language": "en"}
    assert browser.post(f"/w/bakery/library/{medium.pk}/captions/", sent).status_code == 422
    assert Media.objects.get().captions == {}
