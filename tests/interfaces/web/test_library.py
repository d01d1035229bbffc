"""The library's page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

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
