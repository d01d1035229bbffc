"""Networks to practise on the Playground: their places, limits and counting rules, no more.

Nothing leaves for the real network. What fits comes from the limit registry; the places, and
what each is made of, stand here. A network whose adapter exists needs no practice.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from clarion.networks.base import Field
from clarion.networks.limits import told
from clarion.networks.surfaces import Surface

BOTH = ("image", "video")
REEL = Surface("reel", ("video",), least=1, most=1, link=False)
VIDEO = Surface("video", ("video",), least=1, most=1)
STORY = Surface(
    "story", BOTH, least=1, most=1, text=False, link=False, frames=True, comments=False
)
PLACE = Field("location", "Location", hint="A place, as people know it.", required=False)
TITLE = Field("title", "Title")


@dataclass(frozen=True)
class Practised:
    """One network as a practice channel carries it. `key` is its file in the registry."""

    key: str
    surfaces: Sequence[Surface]  # the usual place first
    options: Sequence[Field] = ()
    threads: bool = False
    comments: bool = True
    discloses: Collection[str] = ()

    @property
    def name(self) -> str:
        return told(self.key)[0].name


_ALL = (
    Practised(
        "instagram",
        (
            Surface("feed", least=1, most=1, link=False),
            Surface("carousel", BOTH, least=2, alone=(), link=False),
            REEL,
            STORY,
        ),
        options=(
            PLACE,
            Field(
                "collaborators",
                "Collaborators",
                hint="Handles of accounts that the post is shared with, three at most.",
                required=False,
            ),
        ),
        discloses=("paid_partnership",),
    ),
    Practised("facebook", (Surface("feed"), VIDEO, REEL, STORY), options=(PLACE,)),
    Practised(
        "threads",
        (
            Surface("feed", most=1, poll="may"),
            Surface("carousel", BOTH, least=2, alone=()),
            VIDEO,
            Surface("article", (), most=0),
        ),
        threads=True,
    ),
    Practised(
        "x",
        (Surface("feed", poll="may"), VIDEO, Surface("article", (), most=0)),
        threads=True,
        discloses=("paid_partnership", "made_with_ai"),
    ),
    Practised(
        "linkedin",
        (
            Surface("feed", most=1),
            Surface("carousel", least=2),
            VIDEO,
            Surface("document", ("document",), least=1, most=1),
            Surface("poll", (), most=0, poll="must"),
        ),
        options=(
            Field(
                "audience",
                "Who can see it",
                "choice",
                required=False,
                choices=(("", "Everybody"), ("connections", "Connections only")),
            ),
        ),
    ),
    Practised(
        "youtube",
        (VIDEO, Surface("short", ("video",), least=1, most=1)),
        options=(
            TITLE,
            Field(
                "visibility",
                "Who can see it",
                "choice",
                required=False,
                choices=(("", "Public"), ("unlisted", "With the link"), ("private", "Nobody")),
            ),
            Field("tags", "Tags", hint="With commas between them.", required=False),
        ),
        discloses=("paid_partnership", "made_with_ai"),
    ),
    Practised(
        "tiktok",
        (
            Surface("video", ("video",), least=1, most=1, link=False),
            Surface("photo", least=1, link=False),
        ),
        options=(
            # Its rules want that a person chooses: nothing is chosen beforehand.
            Field(
                "privacy",
                "Who can see it",
                "choice",
                choices=(
                    ("", "Choose"),
                    ("everyone", "Everybody"),
                    ("friends", "Friends"),
                    ("self", "Only me"),
                ),
            ),
            Field("title", "Title", hint="Of photos.", required=False),
        ),
        comments=False,
        discloses=("paid_partnership", "made_with_ai"),
    ),
    Practised(
        "pinterest",
        (Surface("pin", least=1, most=1), Surface("carousel", least=2), VIDEO),
        options=(Field("board", "Board", spreads=True), TITLE),
        comments=False,
    ),
    Practised(
        "telegram",
        (
            Surface("feed", (), most=0),
            Surface("photo", least=1, most=1),
            VIDEO,
            Surface("carousel", BOTH, least=2, alone=()),
            Surface("story", BOTH, least=1, most=1, frames=True, comments=False),
            Surface("poll", (), most=0, poll="must"),
        ),
        comments=False,
    ),
)
PRACTISED: Mapping[str, Practised] = {each.key: each for each in _ALL}
