"""What a network can do, as small protocols. What it cannot do, it leaves None."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import httpx2

from clarion.networks.limits import Limits, allowed
from clarion.networks.surfaces import Surface

# --- what we hand to a network ------------------------------------------------------------


@dataclass(frozen=True)
class Captions:
    """What is said in a film, to be read."""

    language: str  # BCP 47
    text: str  # a whole WebVTT file


@dataclass(frozen=True)
class Media:
    """One picture or film, already stripped of its hidden data and stored on this host."""

    kind: str  # "image" | "video" | "document"
    mime: str
    size: int  # bytes
    width: int = 0  # pixels; 0 when unknown
    height: int = 0
    seconds: float = 0  # how long a film runs; 0 when it stands still or nobody knows
    alt: str = ""
    path: Path | None = None  # where the bytes are; None while only checking
    sha256: str = ""
    focus: tuple[float, float] | None = None  # what to keep in sight: shares of width, height
    captions: Sequence[Captions] = ()

    def read(self) -> bytes:
        if self.path is None:
            raise ValueError("This medium has no file.")
        return self.path.read_bytes()


@dataclass(frozen=True)
class Poll:
    choices: Sequence[str]
    hours: int  # how long people may vote


@dataclass(frozen=True)
class Draft:
    """What we want to say on one network, once, ready to be sent.

    A thread is several drafts, each sent on its own with `reply_to` the one before it, so that
    a thread that breaks in the middle goes on at the part that failed. So is a story, one for
    each frame; and a first comment is a draft that answers the first one.
    """

    text: str
    media: Sequence[Media] = ()
    link: str = ""  # shown as a card where the network has cards, else appended to the text
    reply_to: str = ""  # remote id of what this answers
    root: str = ""  # remote id of the first part of the thread `reply_to` belongs to
    quote: str = ""  # remote id of the post this one quotes
    direct: str = ""  # remote id of the conversation: this is a private message
    languages: Sequence[str] = ()  # BCP 47
    poll: Poll | None = None
    paid_partnership: bool = False
    made_with_ai: bool = False
    options: Mapping[str, str] = field(default_factory=dict)  # keys of `Network.options`
    surface: str = "feed"  # one of `Network.surfaces`, or of surfaces.SAID_BELOW


@dataclass(frozen=True)
class Call:
    """Everything an adapter needs to act for one account. The grant never shows in a repr.

    `key` and `at` are chosen once for each thing we say and stored with it: sending again means
    sending the same key and the same `at`, so that a network can recognise the repetition.
    """

    http: httpx2.AsyncClient
    grant: Mapping[str, str] = field(repr=False)
    key: str = ""
    at: datetime | None = None
    ticket: str = ""  # of the container that waits to be sent, where `send` made one


# --- what a network hands to us -----------------------------------------------------------


class Linked:
    """`url` becomes a link on our pages, so only an address of the web comes in."""

    url: str

    def __post_init__(self) -> None:
        if not str(self.url).lower().startswith(("https://", "http://")):
            object.__setattr__(self, "url", "")


@dataclass(frozen=True)
class Live(Linked):
    remote_id: str
    url: str = ""


@dataclass(frozen=True)
class Settling:
    """The network took it and is still chewing. `ticket` is ours to hand back to `poll`.

    `public` is False for a container: nobody sees it before `send` is asked with its ticket.
    """

    ticket: str
    again: timedelta = timedelta(seconds=5)
    public: bool = True


@dataclass(frozen=True)
class Ready:
    """A container is done: `send` with this `Call.ticket` makes it public."""

    ticket: str


@dataclass(frozen=True)
class Message(Linked):
    """Somebody said something: a comment on our post, a mention, a private message, a find."""

    remote_id: str
    kind: str  # "comment" | "mention" | "direct" | "quote" | "post"
    author: str  # handle, as one would type it
    text: str  # plain text, never markup
    at: datetime
    on: str = ""  # remote id of our post (or of the thing) it belongs to
    thread: str = (
        ""  # remote id of the conversation; messages with the same one belong together
    )
    author_name: str = ""
    url: str = ""
    language: str = ""


@dataclass(frozen=True)
class Account:
    """Numbers about the account itself. None is unknown, never zero."""

    followers: int | None = None
    following: int | None = None
    posts: int | None = None


@dataclass(frozen=True)
class Spend:
    """What a promotion has really cost on one day, as the network bills it."""

    day: date
    remote_id: str  # of the promotion
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Grant(Linked):
    """An account that a person let us use, and the secret that proves it."""

    remote_id: str
    handle: str
    secret: Mapping[str, str] = field(repr=False)
    name: str = ""
    url: str = ""
    expires_at: datetime | None = None  # when the key stops; `refresh` may bring a younger one
    ends_at: datetime | None = None  # when a person has to connect it again, come what may
    practises: str = ""  # which network this account practises; empty: it is what it is


@dataclass(frozen=True)
class Redirect:
    """Send the person to `url`; keep `saved` (secret) until they come back with an answer."""

    url: str
    saved: Mapping[str, str] = field(repr=False)


# --- what a network allows ----------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """One thing to ask a person: a line in a form, a flag on the command line."""

    key: str
    label: str
    kind: str = "text"  # "text" | "password" | "url" | "choice" | "flag"
    hint: str = ""
    default: str = ""
    required: bool = True
    choices: Sequence[tuple[str, str]] = ()
    spreads: bool = False  # a place: the same post may go to several, days apart


@dataclass(frozen=True)
class Problem:
    """Something the network would refuse (`blocks`) or that people will miss.

    `text` says what is wrong, by which rule, and what to do, in one or two sentences.
    """

    text: str
    about: str = "text"  # "text" | "media" | "alt" | "link" | "options" | "poll" | "surface"
    blocks: bool = True
    check: str = (
        ""  # of our own gate, which somebody may let it pass; empty: the network's rule
    )
    by_app: bool = False  # only programs cannot do it there: a person can, in the app


class Once(StrEnum):
    """How the network lets us be sure that nothing is said twice, best first."""

    CLIENT_ID = "client_id"  # we choose the id: sending again cannot make a second one
    KEY = "key"  # the server may remember our key; we read back before we trust it
    READ_BACK = "read_back"  # we can only look at what is there
    NOTHING = "nothing"  # cannot be read back: a person decides


# --- what can go wrong, named after what the caller must do next --------------------------


class NetworkError(Exception):
    """Base. The message is safe to show to a person: a sentence, never a response body."""


class TryLater(NetworkError):
    """Nothing happened. Send the same thing again after `at`."""

    def __init__(self, message: str, at: datetime | None = None) -> None:
        super().__init__(message)
        self.at = at


class Refused(NetworkError):
    """Nothing happened and sending it again will not help: a person must change something."""


class Reconnect(NetworkError):
    """The grant is no longer good: a person must connect the account again."""


class StartOver(NetworkError):
    """Nothing happened, and the container is gone: send the same thing from the beginning."""


class Unsure(NetworkError):
    """It may or may not have happened. Look before you send again."""


# --- what a network can do ----------------------------------------------------------------


class Connects(Protocol):
    fields: Sequence[Field]  # what to ask before `start`

    async def start(
        self,
        http: httpx2.AsyncClient,
        answers: Mapping[str, str],
        redirect_uri: str,
        state: str,
    ) -> Redirect | Sequence[Grant]:
        """The accounts these answers open, or where to send the person first."""

    async def finish(
        self, http: httpx2.AsyncClient, saved: Mapping[str, str], answer: Mapping[str, str]
    ) -> Sequence[Grant]:
        """The accounts they may now pick from. `answer` is the query of the way back."""

    async def refresh(self, call: Call) -> Grant | None:
        """A younger grant, or None when this one does not age. Reconnect when it is gone."""

    async def limits(self, call: Call) -> Limits | None:
        """What this account's server says it takes, or None when it does not say."""


class Publishes(Protocol):
    once: Once
    # Long enough for a request whose answer was lost to have taken effect or never to.
    look_after: timedelta

    def check(self, draft: Draft, limits: Limits) -> Sequence[Problem]:
        """Everything wrong with this draft, without I/O. The composer asks as you type."""

    async def send(self, call: Call, draft: Draft) -> Live | Settling:
        """Say it. Where that takes two steps, the first call makes a container and the one with
        `call.ticket` makes it public; doing that twice must make one post."""

    async def poll(self, call: Call, ticket: str) -> Live | Settling | Ready:
        """How is it doing there? Makes nothing public. StartOver when the container is gone."""

    async def find(
        self, call: Call, draft: Draft, since: datetime, known: Collection[str]
    ) -> Live | Settling | None:
        """Did an earlier `send` with this `call.key` get through after all?

        `known` are remote ids that belong to something else we said. None is a proven absence;
        a network that cannot prove it raises Unsure.
        """

    async def remove(self, call: Call, remote_id: str) -> None:
        """Take it down. Removing what is already gone is fine."""


class Edits(Protocol):
    async def edit(self, call: Call, remote_id: str, draft: Draft) -> Live:
        """Change the words of what is live; all else stays. Doing it twice is fine."""


class Recalls(Protocol):
    async def recent(self, call: Call, since: datetime) -> Sequence[Message]:
        """What this account has posted since then, newest first, for a person to look at."""


class Converses(Protocol):
    """Answers go out through `publish.send` with `reply_to` or `direct`, exactly once too."""

    async def inbox(
        self, call: Call, since: datetime, ours: Sequence[str]
    ) -> Sequence[Message]:
        """What came in after `since`. `ours` are recent posts of ours worth polling for
        replies, where notifications may miss some."""


class Searches(Protocol):
    async def search(self, call: Call, words: str, since: datetime) -> Sequence[Message]: ...


class Streams(Protocol):
    def stream(self, call: Call, words: Sequence[str]) -> AsyncGenerator[Message]:
        """Public posts with any of the words, as they happen, until the caller stops."""


class Measures(Protocol):
    metrics: Mapping[str, str]  # key -> what exactly the network counts, for people

    async def counts(
        self, call: Call, remote_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, int]]:
        """remote id -> metric -> lifetime total. A missing metric is unknown, not zero."""

    async def account(self, call: Call) -> Account: ...


class Advertises(Protocol):
    async def promote(
        self, call: Call, remote_id: str, budget: Decimal, currency: str, until: datetime
    ) -> Live:
        """Start a promotion that the network itself stops at `budget`. `call.key` as ever."""

    async def find(self, call: Call, remote_id: str, since: datetime) -> Live | None:
        """Did an earlier `promote` with this `call.key` get through after all?"""

    async def stop(self, call: Call, promotion_id: str) -> None: ...

    async def spend(self, call: Call, since: date) -> Sequence[Spend]: ...


@dataclass(frozen=True)
class Network:
    key: str
    name: str
    connect: Connects
    publish: Publishes
    editing: Edits | None = None
    recall: Recalls | None = None
    community: Converses | None = None
    listening: Searches | None = None
    streaming: Streams | None = None
    measurement: Measures | None = None
    ads: Advertises | None = None
    surfaces: Sequence[Surface] = (Surface("feed"),)  # where a post can stand, the usual first
    comments: bool = False  # can say something below a post of its own
    discloses: Collection[str] = ()  # what it marks: "paid_partnership", "made_with_ai"
    options: Sequence[Field] = ()  # what the composer may ask for this network only
    practice: bool = False  # a test double: its numbers are not the world's
    icon: str = ""  # id in the icon sprite
    practises: str = ""  # the network whose places and limits it carries; its registry file
    color: str = ""  # CSS colour of the brand glyph
    threads: bool = False
    notes: Sequence[str] = ()  # honest limits, one sentence each, shown in the capability table

    @property
    def limits(self) -> Limits:
        """What it takes, as the limit registry says: one for each network, by its key."""
        return self.limits_on(self.surfaces[0].key)

    def limits_on(self, surface: str) -> Limits:
        """What it takes there; where nothing is known of a surface, as in its usual place."""
        return allowed(self.practises or self.key, surface)

    def surface(self, key: str) -> Surface | None:
        """Where a post for `key` stands; "feed" is the usual place, whatever it is called."""
        found = {s.key: s for s in self.surfaces}
        return found.get(key) or (self.surfaces[0] if key == "feed" else None)

    def can(self) -> Mapping[str, bool]:
        """Stage -> does it work here. The capability table is made of this."""
        return {
            "publish": True,
            "edit": self.editing is not None,
            "thread": self.threads,
            "community": self.community is not None,
            "listening": self.listening is not None,
            "streaming": self.streaming is not None,
            "measurement": self.measurement is not None,
            "ads": self.ads is not None,
        }
