"""Which Clarion the commands speak to, and with which token.

CLARION_URL and CLARION_TOKEN win. Then comes what `clarion sign-in` has kept, then the Clarion
that runs on this machine. A token that was kept is only ever sent to the address it is for.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import click

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


@click.command("sign-in")
@click.option("--url", help="Where Clarion runs.  [default: CLARION_URL, or this machine]")
@click.option("--token", help="Better left out: then it is asked for, and not shown.")
def sign_in(url: str | None, token: str | None) -> None:
    """Keep a token on this machine, so that the commands of the API can be used.

    Make one on your account page, or with `clarion token new`.
    """
    from clarion.interfaces.cli.remote_call import ask

    place = (url or address()).rstrip("/")
    key = token or click.prompt(f"Token for {place}", hide_input=True)
    found = Pass(place, key.strip())
    who = ask("me", found)
    found.keep()
    may = ", ".join(who["may"]) or "nothing"
    click.echo(f"Signed in to {who['workspace']} as {who['name']}. May: {may}.")


@click.command("sign-out")
def sign_out() -> None:
    """Forget the token that `clarion sign-in` has kept. The token itself stays good."""
    kept_in().unlink(missing_ok=True)
    click.echo("Forgotten. To end the token itself: your account page.")
