"""What a network allows, as values: one dated, sourced fact, and all that a post must heed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from clarion.networks.limits.words import COUNTED, FIELDS, PRICES, SURFACES

Value = int | float | str | tuple[str, ...]
TOO_OLD = timedelta(days=180)


@dataclass(frozen=True)
class Limit:
    """One fact: how much of a field fits a surface of a network, who says so, and when.

    `verified` is the day on which somebody last read the value at its source; None: nobody did.
    `in_force` is False for what another source says instead.
    """

    network: str
    name: str  # of the network, for people
    surface: str
    field: str
    value: Value
    unit: str
    counting: str = ""  # a key of clarion.text.counting.RULES; empty: the source does not say
    source: str = ""  # an address; empty: from memory
    kind: str = ""  # what sort of source it is
    source_date: date | None = None
    verified: date | None = None
    note: str = ""
    in_force: bool = True

    @property
    def number(self) -> int:
        """For whoever counts: a limit that is not a whole number has none."""
        if not isinstance(self.value, int):
            raise TypeError(f"{self.network} {self.surface} {self.field} is {self.value!r}.")
        return self.value

    @property
    def where(self) -> str:
        return SURFACES[self.surface]

    @property
    def what(self) -> str:
        return FIELDS[self.field]

    @property
    def counted(self) -> str:
        """How a text is counted, in words."""
        return COUNTED.get(self.counting, "")

    @property
    def as_of(self) -> date | None:
        return self.verified or self.source_date

    @property
    def said(self) -> str:
        """The value in words: `280 characters`."""
        if isinstance(self.value, tuple):
            return ", ".join(self.value)
        value = self.value if isinstance(self.value, str) else f"{self.value:,}"
        return f"{value} {self.unit}".removesuffix(" pieces").removesuffix(" width:height")

    def is_stale(self, today: date) -> bool:
        """Whether it was verified so long ago that somebody should look again."""
        return self.verified is not None and today - self.verified > TOO_OLD


@dataclass(frozen=True)
class Price:
    """What a network asks for one thing done through its API, from a day on, and who says so.

    An amount of 0 is a fact, too: that it asks nothing.
    """

    network: str
    name: str  # of the network, for people
    action: str  # a key of PRICES
    amount: Decimal
    currency: str
    since: date
    source: str
    verified: date | None = None
    note: str = ""

    @property
    def what(self) -> str:
        return PRICES[self.action]

    def is_stale(self, today: date) -> bool:
        """Whether it was verified so long ago that somebody should look again."""
        return self.verified is not None and today - self.verified > TOO_OLD


@dataclass(frozen=True)
class Limits:
    """What a post has to heed today. `source` and `as_of` say where we know it from."""

    text: int  # in units of `counting`
    counting: str  # a key of clarion.text.counting.RULES
    source: str
    as_of: date
    text_min: int | None = None
    text_bytes: int | None = None
    title: int | None = None  # characters; None where there are no titles
    link: int | None = None  # characters of the address
    links: int | None = None
    hashtags: int | None = None  # None: the network sets no limit
    mentions: int | None = None
    cashtags: int | None = None
    media: int = 4
    media_min: int | None = None
    mimes: Sequence[str] = ("image/jpeg", "image/png", "image/webp", "image/gif")
    image_bytes: int | None = None
    image_pixels: int | None = None
    gif_bytes: int | None = None
    video_bytes: int | None = None
    video_seconds: float | None = None
    video_seconds_min: float | None = None
    file_bytes: int | None = None  # of a document
    width_min: int | None = None
    width_max: int | None = None
    height_min: int | None = None
    height_max: int | None = None
    sides: int | None = None  # width and height together
    ratio: str | None = None  # the shape that is shown whole, "9:16"
    ratio_min: str | None = None  # narrower ones are refused
    ratio_max: str | None = None
    alt: int | None = None  # characters
    poll: int | None = None  # choices in a poll; None: not known, or no polls
    poll_choice: int | None = None  # characters in one choice
    same_text: int | None = None  # how often it takes the same words; None: it does not mind
    seconds: int | None = None  # how long a poll may be open
    seconds_min: int | None = None
    per_quarter_hour: int | None = None  # posts
    per_hour: int | None = None
    per_day: int | None = None
    live: bool = False  # True when read from this account's own server just now
