"""What can be said about the connected accounts as a whole."""

from cryptography.fernet import InvalidToken
from django.utils import timezone

from clarion.accounts.models import Workspace
from clarion.channels.models import Channel, Waiting
from clarion.kit.doctor import Finding
from clarion.kit.keys import key_hash


def health() -> list[Finding]:
    """Whether the stored grants can be read, and whether the networks still take them."""
    try:
        Channel.objects.exclude(state=Channel.State.GONE).first()
    except InvalidToken:
        do = "Put the keys of before into CLARION_SECRET_BOX_KEYS, or restore a backup."
        return [
            Finding("keys", "Stored connections cannot be decrypted with the present keys.", do)
        ]
    return [Finding("keys", "Stored connections can be read."), _tokens()]


def _tokens() -> Finding:
    channels = Channel.objects.defer("secret")
    shut = channels.filter(state=Channel.State.SHUT)
    expired = channels.filter(
        state=Channel.State.OPEN, grant_expires_at__lt=timezone.now(), due_at__lt=timezone.now()
    )
    names = [f"{channel.handle} ({channel.network.name})" for channel in (shut | expired)[:10]]
    if not names:
        return Finding(
            "tokens", f"{channels.filter(state=Channel.State.OPEN).count()} channels connected."
        )
    says = f"The network no longer takes the grant of {', '.join(names)}."
    return Finding("tokens", says, "Connect again on the page Channels.")


def way_back(state: str) -> Workspace | None:
    """For which workspace somebody went to a network's door and comes back with `state`."""
    waiting = Waiting.objects.select_related("workspace").filter(state_hash=key_hash(state))
    found = waiting.first()
    return found.workspace if found else None
