"""Bluesky and every server of the AT Protocol. https://docs.bsky.app, https://atproto.com"""

from clarion.networks.base import Field, Network
from clarion.networks.bluesky.community import Community
from clarion.networks.bluesky.connecting import Connecting
from clarion.networks.bluesky.firehose import Firehose
from clarion.networks.bluesky.publishing import Publishing
from clarion.networks.bluesky.reading import Listening, Measurement, Recalling

OPTIONS = (
    Field(
        "languages",
        "Languages",
        hint="Codes such as en or de, at most three. Empty: the language of the post.",
        required=False,
    ),
    Field(
        "replies",
        "Who may answer",
        kind="choice",
        required=False,
        choices=(
            ("", "Everybody"),
            ("following", "People this account follows"),
            ("followers", "People who follow this account"),
            ("mentioned", "People mentioned in the post"),
            ("nobody", "Nobody"),
        ),
    ),
    Field(
        "warning",
        "Content warning",
        kind="choice",
        hint="Covers the pictures until somebody asks to see them.",
        required=False,
        choices=(
            ("", "None"),
            ("graphic-media", "Violence or blood"),
            ("nudity", "Nudity, not sexual"),
            ("sexual", "Suggestive"),
            ("porn", "Adult"),
        ),
    ),
)

network = Network(
    key="bluesky",
    name="Bluesky",
    connect=Connecting(),
    publish=Publishing(),
    recall=Recalling(),
    community=Community(),
    listening=Listening(),
    streaming=Firehose(),
    measurement=Measurement(),
    options=OPTIONS,
    comments=True,
    icon="bluesky",
    color="#0085ff",
    threads=True,
    notes=(
        "Films are not sent: a separate service of the company behind Bluesky takes them.",
        "Bluesky counts likes, reposts, answers and quotes, but not how many saw a post.",
        "Private messages need an app password that allows them.",
        "Private messages follow the published definitions, but were never tried for real.",
        "A published post cannot be changed, only taken down.",
        "There are no advertisements to buy.",
    ),
)
