"""Everything that speaks the Mastodon client API. https://docs.joinmastodon.org/methods/"""

from clarion.networks.base import Network
from clarion.networks.mastodon.check import PLACE
from clarion.networks.mastodon.community import Community
from clarion.networks.mastodon.connect import Connecting
from clarion.networks.mastodon.listening import Listening, Streaming
from clarion.networks.mastodon.measurement import Measurement
from clarion.networks.mastodon.options import OPTIONS
from clarion.networks.mastodon.publish import Editing, Publishing
from clarion.networks.mastodon.readback import Recalling

network = Network(
    key="mastodon",
    name="Mastodon API",
    connect=Connecting(),
    publish=Publishing(),
    editing=Editing(),
    recall=Recalling(),
    community=Community(),
    listening=Listening(),
    streaming=Streaming(),
    measurement=Measurement(),
    surfaces=(PLACE,),
    options=OPTIONS,
    comments=True,
    icon="mastodon",
    color="#6364ff",
    threads=True,
    notes=(
        (
            "Mastodon, GoToSocial, Pixelfed, Pleroma and others speak this API; not every "
            "server does everything in it."
        ),
        (
            "Only Mastodon itself remembers the idempotency key, for an hour; elsewhere a lost "
            "answer is settled by reading the account's own posts."
        ),
        "A post with a poll cannot be changed, only taken down.",
        "Quotes need a server with Mastodon API version 7 (Mastodon 4.5).",
        (
            "Search finds what the server has indexed, which on a small server may be only "
            "hashtags."
        ),
        (
            "Streaming uses server-sent events; servers that stream over WebSocket only are "
            "searched instead."
        ),
        (
            "The network counts likes, boosts, replies and quotes; there are no views and no "
            "paid promotion."
        ),
    ),
)
