"""`clarion sign-in` and `clarion sign-out`."""

import sys

import click

from clarion.interfaces.cli.remote_pass import Pass, address, kept_in


@click.command("sign-in")
@click.option("--url", help="Where Clarion runs.  [default: CLARION_URL, or this machine]")
@click.option("--token", help="Better left out: then it is asked for, and not shown.")
def sign_in(url: str | None, token: str | None) -> None:
    """Keep a token on this machine, so that the commands of the API can be used.

    Make one on your account page, or with `clarion token new`.
    """
    from clarion.interfaces.cli.remote_call import ask

    place = (url or address()).rstrip("/")
    key = token or _asked(place)
    found = Pass(place, key.strip())
    who = ask("me", found)
    found.keep()
    may = ", ".join(who["may"]) or "nothing"
    click.echo(f"Signed in to {who['workspace']} as {who['name']}. May: {may}.")


def _asked(place: str) -> str:
    """From a person without showing it, or from what was piped in."""
    if sys.stdin.isatty():
        return str(click.prompt(f"Token for {place}", hide_input=True))
    return sys.stdin.readline()


@click.command("sign-out")
def sign_out() -> None:
    """Forget the token that `clarion sign-in` has kept. The token itself stays good."""
    kept_in().unlink(missing_ok=True)
    click.echo("Forgotten. To end the token itself: your account page.")
