"""The only place that names networks. To add one: write its module, add one line here."""

from clarion.networks.base import Network
from clarion.networks.bluesky import network as bluesky
from clarion.networks.mastodon import network as mastodon
from clarion.networks.playground.network import network as playground
from clarion.networks.playground.practising import practising

NETWORKS: dict[str, Network] = {n.key: n for n in (bluesky, mastodon, playground)}


def get(key: str, practises: str = "") -> Network:
    """The network; or the practice network, as it carries another one's places and limits."""
    return practising(practises) if practises else NETWORKS[key]


def choices() -> list[tuple[str, str]]:
    """For forms and models: key and name of each network, practice last."""
    return [(n.key, n.name) for n in sorted(NETWORKS.values(), key=lambda n: n.practice)]
