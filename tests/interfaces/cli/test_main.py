import subprocess
import sys
from importlib import import_module

import click
import pytest
from click.testing import CliRunner

from clarion import __version__
from clarion.interfaces.cli.main import COMMANDS, clarion


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_explains_itself(name: str) -> None:
    module, _, attribute = COMMANDS[name][0].partition(":")
    command = getattr(import_module(module), attribute)
    assert isinstance(command, click.Command)
    assert command.help


def test_help_names_every_command_with_its_sentence() -> None:
    said = " ".join(CliRunner().invoke(clarion, ["--help"]).output.split())
    for name, (_, sentence) in COMMANDS.items():
        assert f"{name} {sentence}" in said


def test_help_does_not_wait_for_what_it_does_not_need() -> None:
    code = (
        "import sys; from clarion.interfaces.cli.main import clarion\n"
        "try: clarion(['--help'])\n"
        "except SystemExit: print(sorted({name.split('.')[0] for name in sys.modules}))"
    )
    search = {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=search, capture_output=True, text=True, check=True
    )
    loaded = done.stdout.splitlines()[-1]
    assert "'clarion'" in loaded
    assert "'django'" not in loaded
    assert "'granian'" not in loaded


def test_an_unknown_command_is_named() -> None:
    result = CliRunner().invoke(clarion, ["fly"])
    assert result.exit_code == 2
    assert "No such command 'fly'" in result.output


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(clarion, ["version"]).output.startswith(f"clarion {__version__}")


def test_trouble_is_a_sentence_and_no_traceback() -> None:
    command = [sys.executable, "-m", "clarion.interfaces.cli.main", "link"]
    environment = {"PYTHONPATH": ":".join(sys.path), "CLARION_DATA": "/dev/null/clarion"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("clarion: Cannot write to /dev/null/clarion: a file stands")
    assert "Traceback" not in done.stderr
