"""Which Clarion the commands speak to, and with which token.

CLARION_URL and CLARION_TOKEN win. Then comes what `clarion sign-in` has kept, then the Clarion
that runs on this machine. A token that was kept is only ever sent to the address it is for.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from clarion.kit.home import Home, where, write_privately
from clarion.kit.trouble import Trouble

_NO_URL = "No Clarion is known here. Start one with `clarion up`, or set CLARION_URL."
_NO_TOKEN = (
    "No token is known for {url}. Run `clarion sign-in`, or on the machine of Clarion "  # noqa: S105
    "`clarion token new --sign-in`, or set CLARION_TOKEN."
)


@dataclass(frozen=True)
class Pass:
    """An address and the token for it."""

    url: str
    token: str

    def __repr__(self) -> str:
        return f"Pass({self.url!r})"

    @classmethod
    def known(cls) -> Self:
        url, token = address(), os.environ.get("CLARION_TOKEN", "").strip()
        kept = cls.kept()
        if not token and kept and kept.url == url:
            token = kept.token
        if not token:
            raise Trouble(_NO_TOKEN.format(url=url))
        return cls(url, token)

    @classmethod
    def kept(cls) -> Self | None:
        try:
            return cls(**json.loads(kept_in().read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def keep(self) -> None:
        """For the eyes of this user only."""
        place = kept_in()
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_privately(place, json.dumps(asdict(self)))


def kept_in() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "clarion" / "sign-in.json"


def address() -> str:
    kept = Pass.kept()
    state = Home(where().expanduser().absolute()).state()
    url = os.environ.get("CLARION_URL") or (kept.url if kept else "")
    url = url or (state.url if state else "")
    if not url:
        raise Trouble(_NO_URL)
    return url.rstrip("/")
