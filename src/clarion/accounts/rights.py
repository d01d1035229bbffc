"""The permission matrix, as one table. Pages, API, command line and worker all ask it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied

RIGHTS: Mapping[str, str] = {
    "read": "see posts, results and conversations",
    "plan": "set goals, audiences, campaigns and findings",
    "write": "write and change posts",
    "approve": "approve posts or send them back",
    "publish": "schedule, publish and cancel posts",
    "answer": "answer and sort conversations",
    "listen": "set up what to listen for",
    "spend": "put money behind a post",
    "override": "let a post pass the gate for accessibility and disclosure",
    "connect": "connect and remove channels",
    "people": "invite people and change their roles",
    "journal": "read the journal",
    "settings": "change the settings of the workspace",
}
ALL = frozenset(RIGHTS)

ROLES: Mapping[str, frozenset[str]] = {
    "owner": ALL,
    "manager": ALL - {"settings"},
    "strategist": frozenset(
        {"read", "plan", "write", "approve", "publish", "listen", "spend", "journal"}
    ),
    "editor": frozenset({"read", "write"}),
    "approver": frozenset({"read", "write", "approve", "publish"}),
    "community": frozenset({"read", "answer", "listen"}),
    "analyst": frozenset({"read", "journal"}),
    "client": frozenset({"read", "approve"}),
    "member": frozenset({"read"}),  # everything else is granted channel by channel
}

# What a role on one channel gives there, instead of what the role in the workspace gives.
CHANNEL_ROLES: Mapping[str, frozenset[str]] = {
    "admin": frozenset({"read", "write", "approve", "publish", "answer", "connect", "spend"}),
    "editor": frozenset({"read", "write", "publish", "answer"}),
    "moderator": frozenset({"read", "answer"}),
    "guest": frozenset({"read"}),
}
ON_CHANNELS = frozenset().union(*CHANNEL_ROLES.values())  # rights that can differ by channel


class NotAllowed(PermissionDenied):
    """Somebody may not do this. The message says who, what, and who could."""


@dataclass(frozen=True)
class Actor:
    """Whoever is doing something: a person, an API token, or the worker itself."""

    name: str
    workspace_id: int
    may: frozenset[str]
    on_channels: Mapping[int, frozenset[str]] = field(default_factory=dict)
    membership_id: int | None = None
    user_id: int | None = None
    kind: str = "person"  # "person" | "token" | "worker" | "command" | "client"
    link_id: int | None = None  # of the client link, where a client acts without an account
    withheld: frozenset[str] = frozenset()  # what the person may and this token may not

    def can(self, right: str, channel_id: int | None = None) -> bool:
        if channel_id is not None and right in ON_CHANNELS and channel_id in self.on_channels:
            return right in self.on_channels[channel_id]
        return right in self.may

    def can_somewhere(self, right: str) -> bool:
        return right in self.may or any(right in r for r in self.on_channels.values())

    def must(self, right: str, workspace_id: int, channel_id: int | None = None) -> None:
        """Raises NotAllowed, in words, unless this actor has the right here."""
        if workspace_id != self.workspace_id:
            raise NotAllowed("That belongs to another workspace.")
        self.must_hold(right)
        if not self.can(right, channel_id):
            where = " on this channel" if channel_id is not None else ""
            raise NotAllowed(
                f"{self.name} may not {RIGHTS[right]}{where}. "
                "An owner or manager of the workspace can give this right on the Team page."
            )

    def must_hold(self, right: str) -> None:
        """Raises NotAllowed where only the token stands in the way, not the role."""
        if right in self.withheld:
            raise NotAllowed(
                f"This token may not {RIGHTS[right]}: it was made without the scope `{right}`. "
                "Make one that has it on your account page, or with `clarion token new`."
            )


def worker(workspace_id: int) -> Actor:
    """The actor that stands in the journal when nobody pressed a button."""
    return Actor("Clarion", workspace_id, frozenset({"read"}), kind="worker")
