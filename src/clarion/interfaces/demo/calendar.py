"""What the demo brand has published and will publish: a plain list, before any row is made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle

from clarion.interfaces.demo import words
from clarion.interfaces.demo.scene import DAYS, Scene

MAIN, ROASTERY = 0, 1
SLOW, FILTER, BEANS = 0, 1, 2  # numbers of campaigns
CUP, HARBOUR, BAG, POUR = 0, 1, 2, 3  # numbers of pictures
FRIDAY, SATURDAY, SUNDAY = 4, 5, 6


@dataclass(frozen=True)
class Entry:
    """A post: what it says, when, where, and how far it has come."""

    text: str
    at: datetime | None
    channels: Sequence[int] = (MAIN,)
    picture: int | None = None
    campaign: int | None = None
    linked: bool = False
    state: str = "live"  # "live" | "planned" | "review" | "draft" | "held"


def past(scene: Scene) -> list[Entry]:
    """About 115 posts over ninety days, oldest first."""
    texts = _Texts(scene)
    entries = [e for days in range(-DAYS, 0) for e in _of_day(scene, texts, days)]
    return [e for e in entries if e.at and e.at < scene.now - timedelta(hours=2)]


def ahead(scene: Scene) -> list[Entry]:
    """What is scheduled, waits for approval, is a draft, or got stuck."""
    return [*_today(scene), *_planned(scene), *_reviews(scene), *_drafts(scene), _stuck(scene)]


# --- ninety days ------------------------------------------------------------------------------


class _Texts:
    """Each kind of text, told again with another ending only after all were told."""

    def __init__(self, scene: Scene) -> None:
        self.farms = cycle(words.FARMS)
        self.mornings = _endless(words.MORNINGS, words.MORNING_ENDS)
        self.shop = _endless(words.SHOPTALK, words.SHOP_ENDS)
        self.house = cycle(words.HOUSE)
        self.dice = scene.dice

    def filter(self) -> str:
        return filter_text(next(self.farms))


def filter_text(farm: Sequence[str]) -> str:
    origin, name, taste, recipe = farm
    return words.FILTER.format(origin=origin, farm=name, taste=taste, recipe=recipe)


def _endless(texts: Sequence[str], ends: Sequence[str]) -> Iterator[str]:
    for end in cycle(ends):
        for text in texts:
            yield f"{text} {end}".strip()


def _of_day(scene: Scene, texts: _Texts, days: int) -> Iterator[Entry]:
    dice, weekday = scene.dice, scene.day(days).weekday()

    def maybe(picture: int, chance: float) -> int | None:
        return picture if dice.random() < chance else None

    if weekday == FRIDAY:
        at = scene.day(days, 12, dice.choice((0, 15, 30)))
        both = (MAIN, ROASTERY)
        yield Entry(texts.filter(), at, both, maybe(POUR, 0.6), FILTER, linked=True)
    elif weekday < FRIDAY:
        at = scene.day(days, 7, dice.randrange(5, 55))
        yield Entry(next(texts.mornings), at, (MAIN,), maybe(CUP, 0.35), SLOW)
    elif weekday == SATURDAY or dice.random() < 0.5:
        at = scene.day(days, 10, dice.choice((0, 20, 40)))
        yield Entry(next(texts.house), at, (MAIN,), maybe(HARBOUR, 0.5))
    if weekday in (1, 3):
        at = scene.day(days, 17, dice.choice((0, 15, 30, 45)))
        where = (ROASTERY,) if dice.random() < 0.6 else (MAIN, ROASTERY)
        yield Entry(next(texts.shop), at, where, maybe(BAG, 0.5), BEANS, linked=True)


# --- ahead ------------------------------------------------------------------------------------


def _today(scene: Scene) -> list[Entry]:
    soon = [scene.now + timedelta(minutes=minutes) for minutes in (75, 200)]
    first, second = words.SHOPTALK[1], words.HOUSE[7]
    return [
        Entry(first, soon[0], (MAIN, ROASTERY), BAG, BEANS, linked=True, state="planned"),
        Entry(second, soon[1], (MAIN,), CUP, state="planned"),
    ]


def _planned(scene: Scene) -> list[Entry]:
    farms = iter(words.FARMS[5:])
    fridays = [d for d in range(1, 22) if scene.day(d).weekday() == FRIDAY]
    entries = [
        Entry(
            filter_text(next(farms)),
            scene.day(days, 12),
            (MAIN, ROASTERY),
            POUR,
            FILTER,
            linked=True,
            state="planned",
        )
        for days in fridays
    ]
    for number, text in enumerate(words.AHEAD):
        at = scene.day(1 + 2 * number, 7 + 3 * (number % 2), 30)
        picture = (CUP, None, HARBOUR, BAG)[number % 4]
        beans = "Post" in text or "Filter" in text
        campaign = BEANS if beans else None
        entries.append(Entry(text, at, (MAIN,), picture, campaign, beans, "planned"))
    return entries


def _reviews(scene: Scene) -> list[Entry]:
    origin = words.FARMS[9][0]
    return [
        Entry(
            text.format(origin=origin),
            scene.day(2 + 2 * number, 16),
            (MAIN, ROASTERY) if number % 2 else (MAIN,),
            BAG if number % 2 else None,
            BEANS if number % 2 else None,
            state="review",
        )
        for number, text in enumerate(words.TO_REVIEW)
    ]


def _drafts(scene: Scene) -> list[Entry]:
    return [
        Entry(text, scene.day(6 + 3 * number, 11) if number % 2 else None, state="draft")
        for number, text in enumerate(words.DRAFTS)
    ]


def _stuck(scene: Scene) -> Entry:
    return Entry(words.LONG, scene.now - timedelta(hours=5), (ROASTERY,), BAG, state="held")
