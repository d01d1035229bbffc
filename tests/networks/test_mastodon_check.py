"""What a server would refuse is said before it is sent."""

from dataclasses import replace

import pytest

from clarion.networks.base import Draft, Media, Poll
from clarion.networks.mastodon import network

PICTURE = Media("image", "image/png", 1_000, 800, 600, alt="A loaf")
FILM = Media("video", "video/mp4", 1_000, alt="A baker")


def poll(choices, hours=24):
    return Poll(choices.split("|"), hours)


def problems(draft: Draft, limits=network.limits) -> list[str]:
    return [one.text for one in network.publish.check(draft, limits) if one.blocks]


@pytest.mark.parametrize(
    "draft",
    [
        Draft("x" * 500),
        Draft("x" * 476 + " https://a.example/" + "y" * 400),
        Draft("x" * 494 + " @abcd@a.very.long.example"),
        Draft("x" * 475, link="https://a.example/" + "y" * 400),
        Draft("👨‍👩‍👧‍👦" * 500),
        Draft("x" * 490, options={"warning": "y" * 10}),
        Draft("", [PICTURE] * 4),
        Draft("", [FILM]),
        Draft("Which?", poll=poll("Rye|Spelt|Wheat|Oats")),
        Draft("Hi", options={"visibility": "private", "language": "gsw"}),
        Draft("x" * 494, direct="@abcd@a.very.long.example"),
    ],
)
def test_what_just_fits_is_fine(draft):
    assert problems(draft) == []


@pytest.mark.parametrize(
    ("draft", "says"),
    [
        (Draft("x" * 501), "1 characters too long"),
        (Draft("x" * 476, link="https://a.example"), "1 characters too long"),
        (Draft("x" * 491, options={"warning": "y" * 10}), "with the content warning"),
        (Draft("x" * 495, direct="@abcd@a.example"), "1 characters too long"),
        (Draft("  "), "nothing to say"),
        (Draft("", [PICTURE] * 5), "At most 4"),
        (Draft("", [PICTURE, FILM]), "goes alone"),
        (Draft("", [replace(PICTURE, mime="image/tiff")]), "does not take image/tiff"),
        (Draft("", [replace(PICTURE, size=20_000_000)]), "20.0 MB; this server takes 16.8"),
        (Draft("", [replace(FILM, size=200_000_000)]), "200.0 MB"),
        (Draft("", [replace(PICTURE, width=10_000, height=10_000)]), "100,000,000 pixels"),
        (Draft("", [replace(PICTURE, alt="x" * 1_501)]), "1 characters too long"),
        (Draft("?", [PICTURE], poll=poll("a|b")), "a poll or media, not both"),
        (Draft("?", poll=poll("a")), "at least two"),
        (Draft("?", poll=poll("a|b|c|d|e")), "at most 4"),
        (Draft("?", poll=poll("Yes|yes")), "are the same"),
        (Draft("?", poll=poll(f"a|{'b' * 51}")), "51 characters"),
        (Draft("?", poll=poll("a|b", 0)), "so long, or so short"),
        (Draft("?", poll=poll("a|b", 24 * 40)), "so long, or so short"),
        (Draft("Hi", options={"visibility": "secret"}), "from the list"),
        (Draft("Hi", options={"language": "klingon"}), "two or three letters"),
    ],
)
def test_what_does_not_fit_is_named_with_the_rule(draft, says):
    [problem] = problems(draft)
    assert says in problem
    assert problem.endswith(".")


def test_a_server_that_takes_more_is_believed():
    generous = replace(network.limits, text=5_000, media=8, poll=20)
    assert problems(Draft("x" * 5_000, [PICTURE] * 8), generous) == []
    assert problems(Draft("?", poll=poll("|".join("abcdefghij"))), generous) == []


def test_a_picture_without_a_description_is_mentioned_but_may_go():
    [problem] = network.publish.check(Draft("", [replace(PICTURE, alt="")]), network.limits)
    assert (problem.about, problem.blocks) == ("alt", False)
