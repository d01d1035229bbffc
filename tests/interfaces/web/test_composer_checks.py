"""What the composer says while somebody types, beyond how long the words are."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image
from tests.film_kit import in_library

from clarion.channels import actions as channels
from clarion.content import actions as content
from clarion.content import library
from clarion.kit.zones import known_zone
from clarion.publishing import actions as publishing
from clarion.publishing.planning import queues

JSON = {"HTTP_ACCEPT": "application/json"}
VTT = b"WEBVTT\n\n00:00.000 --> 00:01.000\nFresh bread\n"


@pytest.fixture
def ask(client, owner, space):
    client.force_login(owner)
    return lambda **sent: client.post("/w/bakery/compose/check/", sent, **JSON).json()


@pytest.fixture
def practise(space, boss, playground):
    def make(key):
        answers = {"server": playground.url, "handle": f"as-{key}", "practises": key}
        return channels.start(space, "playground", answers, "", by=boss)[0]

    return make


def test_a_title_has_a_counter_where_the_network_asks_for_one(ask, practise):
    pins, x = practise("pinterest"), practise("x")
    said = ask(text="Rye", channels=[pins.pk], **{f"opt-{pins.pk}-title": "Bread" * 21})
    assert 'data-counter="title" title="105 of 100' in said["counters"]
    assert "<b>-5</b> left" in said["counters"]
    assert 'data-counter="title"' not in ask(text="Rye", channels=[x.pk])["counters"]


def test_a_place_without_links_says_that_the_link_stays_away(ask, practise):
    insta, x = practise("instagram"), practise("x")
    said = ask(text="Rye", link="https://example.com/rye", channels=[insta.pk])
    assert "no link that people can follow: it is left out" in said["checks"]
    assert "example.com" not in said["previews"]
    said = ask(text="Rye", link="https://example.com/rye", channels=[x.pk])
    assert "left out" not in said["checks"]
    assert "example.com" in said["previews"]


def test_the_same_link_too_soon_is_said_before_the_click(ask, space, channel, boss):
    queues.keep_apart(channel, 3, by=boss)
    at = timezone.now() + timedelta(days=2)
    link = "https://example.com/rye"
    first = content.write(space, "Rye", [channel], link=link, planned_for=at, by=boss)
    publishing.schedule(first, at, by=boss)
    again = content.write(space, "Rye again", [channel], link=link, by=boss)
    when = timezone.localtime(at + timedelta(days=1), known_zone(channel.zone_name))
    typed = {
        "post": again.pk,
        "text": "Rye again",
        "link": link,
        "channels": [channel.pk],
        "hour": "12:00",
        "zone": channel.zone_name,
    }
    assert "The same link" in ask(day=f"{when:%Y-%m-%d}", **typed)["checks"]
    late = f"{when + timedelta(days=9):%Y-%m-%d}"
    assert "The same link" not in ask(day=late, **typed)["checks"]


def test_captions_that_were_attached_satisfy_the_gate(ask, space, channel, boss):
    film = in_library(space)
    sent = {"text": "Rye", "channels": [channel.pk], "media": [film.pk]}
    assert "no captions for people" in ask(**sent)["checks"]
    library.add_captions(film, "en", VTT, by=boss)
    assert "no captions for people" not in ask(**sent)["checks"]


def test_a_picture_goes_where_no_type_of_file_is_known(ask, space, practise, png, boss):
    picture = library.add(space, "loaf.png", png, alt="A loaf", by=boss)
    for key in ("pinterest", "telegram", "facebook"):
        place = practise(key)
        sent = {f"surface-{place.pk}": place.network.surfaces[1].key}
        assert "previews" in ask(channels=[place.pk], media=[picture.pk], **sent)


def test_what_all_frames_of_a_story_share_is_said_once(ask, practise, space, boss):
    insta = practise("instagram")
    frames = [_picture(space, color, boss).pk for color in ("red", "green", "blue")]
    said = ask(
        text="One",
        more=["Two", "Three"],
        channels=[insta.pk],
        media=frames,
        **{f"surface-{insta.pk}": "story"},
    )
    assert "3 frames in order" in said["previews"]
    assert said["checks"].count("shows no words beside the picture") == 1


def _picture(space, color, boss):
    out = BytesIO()
    Image.new("RGB", (900, 1600), color).save(out, "JPEG")
    return library.add(space, f"{color}.jpg", out.getvalue(), alt=color, by=boss)
