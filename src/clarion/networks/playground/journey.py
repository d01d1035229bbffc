"""How good a post is, and where that takes it. Every number can be explained to a person."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from clarion.networks.playground.audience import Curve, audience, curve, exposure
from clarion.networks.playground.chance import chance, weighted
from clarion.networks.playground.clock import HOUR
from clarion.networks.playground.topics import topics
from clarion.text.counting import hashtags

QUARTER = HOUR // 4
METRICS = ("views", "likes", "comments", "shares", "clicks")
MOST_COMMENTS = 200
LAG = 0.3  # hours between seeing a post and doing something about it


@dataclass(frozen=True)
class Facts:
    """Everything about a post that its fate depends on."""

    post: int
    handle: str
    text: str
    created_at: int
    languages: str = ""
    link: bool = False
    pictures: int = 0
    film: bool = False
    described: bool = False  # every picture has an alternative text
    answer: bool = False  # to somebody else's post

    @property
    def quarter(self) -> int:
        return self.created_at // QUARTER % 96

    @property
    def language(self) -> str:
        return self.languages.split(",")[0][:2] or "en"


@dataclass(frozen=True)
class Totals:
    """What a post has got when everybody has forgotten it."""

    views: float = 0
    likes: float = 0
    comments: int = 0
    shares: float = 0
    clicks: float = 0


def facts(row: sqlite3.Row, handle: str) -> Facts:
    media = json.loads(row["media"])
    return Facts(
        post=row["id"],
        handle=handle,
        text=row["text"],
        created_at=row["ready_at"],
        languages=row["language"],
        link=bool(row["link"]) or "://" in row["text"],
        pictures=len(media),
        film=any(m["mime"].startswith("video/") for m in media),
        described=bool(media) and all(m["alt"].strip() for m in media),
        answer=bool(row["reply_to"]),
    )


@lru_cache(16384)
def quality(seed: int, post: Facts) -> float:
    """From 0.05, which sinks, to 0.98, which spreads."""
    return min(0.98, max(0.05, sum(points for _, points in reasons(seed, post))))


def reasons(seed: int, post: Facts) -> list[tuple[str, float]]:
    """Why the post does as well as it does: what counts, and how many points of quality."""
    luck = 0.2 * (chance(seed, post.post, post.handle, post.text, "luck") - 0.5)
    return [
        ("Everybody starts with", 0.28),
        *_of_text(post.text),
        *_of_media(post),
        *_of_people(seed, post),
        ("Luck", luck),
    ]


def _of_text(text: str) -> Iterator[tuple[str, float]]:
    length, tags = len(text), len(hashtags(text))
    rules = (
        (40 <= length <= 280, "A good length", 0.08),
        (length < 15, "Very short", -0.08),
        (length > 420, "Very long", -0.05),
        ("?" in text, "It asks something", 0.04),
        (1 <= tags <= 3, "A few hashtags", 0.04),
        (tags > 5, "Too many hashtags", -0.1),
        (shouted(text), "All in capitals", -0.15),
        ("!!!" in text, "Shouting!!!", -0.05),
    )
    for holds, why, points in rules:
        if holds:
            yield why, points


def shouted(text: str) -> bool:
    return len(text) > 15 and text.isupper()


def _of_media(post: Facts) -> Iterator[tuple[str, float]]:
    if post.film:
        yield "A film", 0.16
    elif post.pictures:
        yield "A picture", 0.12
    if post.described:
        yield "Pictures described for those who cannot see them", 0.04


def _of_people(seed: int, post: Facts) -> Iterator[tuple[str, float]]:
    people = audience(seed, post.handle)
    match = sum(people.topics[topic] for topic in topics(post.text))
    yield "About what the followers like", 0.3 * match
    spoken = people.languages.get(post.language, 0.0)
    yield "In a language the followers read", 0.1 * spoken


@lru_cache(16384)
def totals(seed: int, post: Facts) -> Totals:
    good = quality(seed, post)
    people = audience(seed, post.handle)
    home = people.size * (0.08 + 0.55 * good) * exposure(seed, post.handle, post.quarter)
    shares = home * 0.03 * good**2
    views = home + shares * 25 * good  # what is passed on is seen by people who do not follow
    if post.answer:
        views, shares = views * 0.15, 0.0
    asked = 1.6 if "?" in post.text else 1.0
    comments = 0 if post.answer else int(views * (0.003 + 0.018 * good) * asked + 0.5)
    return Totals(
        views=views,
        likes=views * (0.02 + 0.1 * good),
        comments=min(comments, MOST_COMMENTS),
        shares=shares,
        clicks=views * (0.01 + 0.035 * good) if post.link else 0.0,
    )


def counts(seed: int, post: Facts, hours: float) -> dict[str, int]:
    """The simulated people's part of each metric, so many simulated hours after it appeared."""
    all_of_it, path = totals(seed, post), _path(seed, post)
    acted = path.at(hours - LAG)
    return {
        "views": int(all_of_it.views * path.at(hours)),
        "likes": int(all_of_it.likes * acted),
        "comments": sum(1 for at in comment_hours(seed, post) if at <= hours),
        "shares": int(all_of_it.shares * acted),
        "clicks": int(all_of_it.clicks * acted),
    }


@lru_cache(16384)
def comment_hours(seed: int, post: Facts) -> tuple[float, ...]:
    """When each comment comes, in simulated hours after the post."""
    how_many, path = totals(seed, post).comments, _path(seed, post)
    return tuple(path.when((k + 0.7) / (how_many + 1)) + LAG for k in range(how_many))


def mood(seed: int, post: Facts, nth: int) -> str:
    """How the author of the n-th comment feels. Shouted or weak posts annoy people."""
    good = quality(seed, post)
    likely = {
        "happy": 0.35 + 0.35 * good,
        "neutral": 0.25,
        "question": 0.2,
        "angry": 0.05 + 0.2 * (1 - good) + (0.4 if shouted(post.text) else 0),
    }
    return weighted(likely, seed, "mood", post.post, nth)


def _path(seed: int, post: Facts) -> Curve:
    return curve(seed, post.handle, post.quarter)
