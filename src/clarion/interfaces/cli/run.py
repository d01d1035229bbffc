"""The commands that a machine runs: one process each, all from the same environment."""

import logging
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from clarion import __version__
from clarion.kit.home import Home
from clarion.kit.supervisor import follow_parent


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8700, show_default=True)
@click.option("--tell", type=click.Path(path_type=Path), hidden=True)
def web(host: str, port: int, tell: Path | None) -> None:
    """Serve the pages and the API. Run `clarion prepare` once before, after every update."""
    _begin()
    from clarion.interfaces.cli.serve import serve

    serve(host, port, tell)
    _leave()


@click.command()
def worker() -> None:
    """Do what is due: publish, collect, measure. Run as many as there is work for."""
    _begin()
    import django

    django.setup()
    # By name: the doors of the product do not know each other.
    import_module("clarion.interfaces.worker.main").run()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8701, show_default=True)
def playground(host: str, port: int) -> None:
    """Serve the Playground: a practice network with people in it, for this machine only."""
    home = _begin()
    from clarion.networks.playground.server import serve

    ours = os.environ.get("CLARION_URL", "")
    clicks = [ours.partition("://")[2]] if ours else []
    collect = f"{ours}/collect" if ours else ""
    serve(host, port, home.playground, click_hosts=clicks, collect_url=collect)
    _leave()


@click.command()
def prepare() -> None:
    """Bring tables and static files up to date. Quick when there is nothing to do."""
    home = _begin()
    from clarion.interfaces.cli.preparing import bring_up_to_date

    click.echo(bring_up_to_date(home))


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def manage(words: tuple[str, ...]) -> None:
    """Run a management command of Django: `clarion manage shell`, for example."""
    _begin()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["clarion manage", *words])


@click.command()
def version() -> None:
    """Print the version."""
    click.echo(f"clarion {__version__}, Python {sys.version.split()[0]}")


def _begin() -> Home:
    """Every command finds what `clarion up` runs on this machine, unless told otherwise."""
    home = Home.open()
    home.load()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clarion.config.settings")
    follow_parent()
    return home


def _leave() -> NoReturn:
    """Ends without tearing the interpreter down: a thread of the server may still want it."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
