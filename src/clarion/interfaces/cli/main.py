"""`clarion`: one line per command here, so that none costs the others any time.

A module is imported when its command is used. To add a command or a group of commands, add a
line to COMMANDS: its name, the place of a click command, and the sentence for `clarion --help`.
"""

import sys
from importlib import import_module

import click

from clarion import __version__
from clarion.kit.trouble import Trouble

_CLI = "clarion.interfaces.cli"

COMMANDS = {
    "up": (f"{_CLI}.up:up", "Start everything on this machine."),
    "link": (f"{_CLI}.up:link", "Print a new one-time sign-in link."),
    "doctor": (f"{_CLI}.doctor:doctor", "Look for what is wrong, and say what to do."),
    "backup": (f"{_CLI}.backup:backup", "Put everything into one file."),
    "restore": (f"{_CLI}.backup:restore", "Bring everything back from that file."),
    "export": (f"{_CLI}.export:take_out", "Take out all that is yours, in open formats."),
    "import": (f"{_CLI}.export:bring_in", "Bring that into a new installation."),
    "web": (f"{_CLI}.run:web", "Serve the pages and the API."),
    "worker": (f"{_CLI}.run:worker", "Do what is due: publish, collect, measure."),
    "playground": (f"{_CLI}.run:playground", "Serve a practice network on this machine."),
    "prepare": (f"{_CLI}.run:prepare", "Bring tables and static files up to date."),
    "manage": (f"{_CLI}.run:manage", "Run a management command of Django."),
    "token": (f"{_CLI}.remote_here:token", "Make a token for a program."),
    "sign-in": (f"{_CLI}.remote_sign_in:sign_in", "Keep a token for the commands below."),
    "sign-out": (f"{_CLI}.remote_sign_in:sign_out", "Forget that token."),
    "version": (f"{_CLI}.run:version", "Print the version."),
}


class Lazy(click.Group):
    """Knows every command by name and only imports the one that is used."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        from clarion.interfaces.cli.remote import names

        return [*COMMANDS, *names()]

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            from clarion.interfaces.cli.remote import group

            return group(cmd_name)
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from clarion.interfaces.cli.remote import names

        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in COMMANDS.items()])
        with formatter.section("Everything else, over the API (sign in first)"):
            formatter.write_dl(list(names().items()))


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(version)s")
def clarion() -> None:
    """Social media marketing and management in one loop."""


def main() -> None:
    try:
        clarion(prog_name="clarion")
    except Trouble as trouble:
        click.echo(f"clarion: {trouble}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
