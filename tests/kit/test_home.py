import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from clarion.kit.home import Home, InUse, State, discard, fill, where, write_privately
from clarion.kit.trouble import Trouble

STATE = State(1, "http://127.0.0.1:8700", "http://127.0.0.1:8701", 5555, {"web": 2})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "data")


def test_secrets_are_made_once_and_only_for_the_owners_eyes(home: Home) -> None:
    made = home.secrets()
    assert home.secrets() == made
    assert stat.S_IMODE(home.secrets_file.stat().st_mode) == 0o600
    assert made != Home.open(home.folder.parent / "other").secrets()
    Fernet(made.box_keys[0])


def test_secrets_do_not_show_in_a_representation(home: Home) -> None:
    made = home.secrets()
    assert made.secret_key not in repr(made)
    assert made.secret_key not in repr(home)


def test_broken_secrets_are_not_replaced_by_new_ones(home: Home) -> None:
    home.secrets_file.write_text("{}")
    with pytest.raises(Trouble, match="Restore it from a backup"):
        home.secrets()
    assert home.secrets_file.read_text() == "{}"


def test_what_stands_in_the_environment_wins(home: Home) -> None:
    home.write_state(STATE)
    variables = {
        "CLARION_URL": "https://clarion.example",
        "CLARION_SECRET_KEY_FILE": "/run/key",
    }
    home.load(variables)
    assert variables["CLARION_URL"] == "https://clarion.example"
    assert "CLARION_SECRET_KEY" not in variables
    assert variables["CLARION_PLAYGROUND_URL"] == "http://127.0.0.1:8701"
    assert variables["CLARION_DATABASE_URL"].endswith("@127.0.0.1:5555/clarion")


def test_without_an_embedded_database_no_address_is_made_up(home: Home) -> None:
    home.write_state(State(1, "http://x", "", None, {}))
    assert "CLARION_DATABASE_URL" not in home.environment()


def test_an_empty_variable_counts_as_unset() -> None:
    variables = {"CLARION_URL": ""}
    fill(variables, {"CLARION_URL": "http://127.0.0.1:8700"})
    assert variables == {"CLARION_URL": "http://127.0.0.1:8700"}


def test_the_folder_is_where_the_platform_keeps_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ada"))
    monkeypatch.setattr(sys, "platform", "linux")
    assert where({}) == Path("/home/ada/.local/share/clarion")
    assert where({"XDG_DATA_HOME": "/x"}) == Path("/x/clarion")
    assert where({"CLARION_DATA": "/srv/clarion"}) == Path("/srv/clarion")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert where({}) == Path("/home/ada/Library/Application Support/Clarion")


def test_a_state_that_cannot_be_read_is_no_state(home: Home) -> None:
    assert home.state() is None
    home.state_file.write_text('{"pid": 1')
    assert home.state() is None


def test_only_one_process_has_the_folder(home: Home) -> None:
    home.write_state(STATE)
    with (
        home.alone(),
        pytest.raises(InUse, match="in use by process 1") as busy,
        Home(home.folder).alone(),
    ):
        pass
    assert busy.value.state == STATE
    with home.alone():  # and it is free again afterwards
        pass


def test_a_killed_process_does_not_keep_the_folder(home: Home) -> None:
    code = (
        "import pathlib, sys, os; from clarion.kit.home import Home\n"
        "with Home(pathlib.Path(sys.argv[1])).alone(): os.kill(os.getpid(), 9)"
    )
    search = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code, home.folder], env=search, check=False)
    assert done.returncode == -9
    with home.alone():
        pass


def test_a_restore_cut_short_after_the_point_of_no_return_is_finished(home: Home) -> None:
    (home.folder / "secrets.json").write_text("old")
    (home.media / "old.png").write_text("old")
    restored = home.folder / "restored"
    (restored / "media").mkdir(parents=True)
    (restored / "media" / "new.png").write_text("new")
    # The power went after the first of two parts had been put in its place.
    (home.folder / "replaced").mkdir()
    (home.folder / "secrets.json").rename(home.folder / "replaced" / "secrets.json")
    (home.folder / "secrets.json").write_text("new")

    Home.open(home.folder)

    assert (home.folder / "secrets.json").read_text() == "new"
    assert [path.name for path in home.media.iterdir()] == ["new.png"]
    assert not restored.exists()
    assert not (home.folder / "replaced").exists()


def test_discarding_a_folder_takes_a_linked_database_with_it(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "pg").symlink_to(tmp_path / "elsewhere")
    discard(tmp_path / "old")
    assert list(tmp_path.iterdir()) == []


def test_a_private_file_is_whole_or_the_old_one(tmp_path: Path) -> None:
    write_privately(tmp_path / "key", "old")
    write_privately(tmp_path / "key", "new")
    assert (tmp_path / "key").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(Trouble, match=r"/data: a file stands where a folder is needed"):
        Home.open(tmp_path / "data")


@pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="Needs a file system nobody can write."
)
def test_a_folder_that_cannot_be_written_is_named() -> None:
    with pytest.raises(Trouble, match=r"Cannot write to /proc/clarion"):
        Home.open(Path("/proc/clarion"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Needs a disk that is always full.")
def test_a_full_disk_is_said_in_a_sentence() -> None:
    from clarion.kit.trouble import writing

    with (
        pytest.raises(Trouble, match=r"the disk is full\. Free some space"),
        writing(Path("/dev/full")),
        Path("/dev/full").open("w") as full,
    ):
        full.write("x")
