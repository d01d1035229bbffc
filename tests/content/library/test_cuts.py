"""What a page shows of a cut is what is cut."""

import io
import re

import pytest
from django.test import Client
from PIL import Image

from clarion.channels import actions as channels
from clarion.content import actions as content
from clarion.content import library
from clarion.content.library import renditions
from clarion.content.models import Rendition

WINDOW = re.compile(
    r'viewBox="(\d+) (\d+) (\d+) (\d+)" role="img" aria-label="Cut to ([\d.:]+)"'
)


def striped(width, height):
    """Each pixel tells by its red how far from the left it is, by its green how far down."""
    image = Image.new("RGB", (width, height))
    image.putdata(
        [(x * 255 // width, y * 255 // height, 90) for y in range(height) for x in range(width)]
    )
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def browser(owner, space):
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def instagram(space, boss, playground):
    answers = {"server": playground.url, "handle": "gram", "practises": "instagram"}
    [channel] = channels.start(space, "playground", answers, "", by=boss)
    return channel


@pytest.mark.parametrize("size", [(1200, 400), (400, 1200)], ids=["wide", "tall"])
@pytest.mark.parametrize("focus", [(10, 90), (50, 50), (100, 0)])
def test_the_preview_of_a_cut_is_the_cut(browser, space, boss, instagram, size, focus):
    medium = library.add(space, "wide.png", striped(*size), alt="Stripes", by=boss)
    sent = {"name": "wide.png", "focus_x": focus[0], "focus_y": focus[1]}
    browser.post(f"/w/bakery/library/{medium.pk}/", sent)
    page = browser.get(f"/w/bakery/library/{medium.pk}/").content.decode()
    before = browser.get(
        f"/w/bakery/library/{medium.pk}/cuts/?x={focus[0]}&y={focus[1]}"
    ).content.decode()
    assert WINDOW.findall(page) == WINDOW.findall(before)
    shown = {found[4]: list(map(int, found[:4])) for found in WINDOW.findall(page)}
    post = content.write(space, "Look", [instagram], media=[medium], by=boss)
    renditions.order(post.variants.all())
    made = Rendition.objects.get()
    ratio = "1.91:1" if size[0] > size[1] else "4:5"
    assert made.recipe["crop"] == shown[ratio]
    found = renditions.make(made, lambda _: None)
    Rendition.objects.filter(pk=made.pk).update(**found)
    made.refresh_from_db()
    with Image.open(made.path) as image:
        red, green, _ = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    x, y, width, height = shown[ratio]
    assert abs(red - (x + width / 2) * 255 / size[0]) < 6
    assert abs(green - (y + height / 2) * 255 / size[1]) < 6


def test_what_nobody_cuts_says_so(browser, space, boss):
    medium = library.add(space, "dot.png", striped(90, 160), by=boss)
    page = browser.get(f"/w/bakery/library/{medium.pk}/cuts/?x=0&y=0").content.decode()
    assert "9:16" not in [found[4] for found in WINDOW.findall(page)]
    document = browser.get(f"/w/bakery/library/{medium.pk}/cuts/?x=900&y=-3")
    assert document.status_code == 200
