import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from clarion.kit.postgres import Postgres, free_port
from clarion.kit.trouble import Trouble


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "pg"


@pytest.fixture(scope="module")
def shared(folder: Path) -> Iterator[Postgres]:
    with Postgres(folder, durable=False) as server:
        yield server


def rows(server: Postgres, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url) as connection:
        return connection.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]


def do(server: Postgres, statement: str) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Waits instead of asserting how long something takes."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


def test_the_application_is_not_a_superuser_but_owns_its_database(shared: Postgres) -> None:
    assert rows(
        shared,
        "SELECT current_user::text, usesuper, current_database()::text FROM "
        "pg_user WHERE usename = current_user",
    ) == [("clarion", False, "clarion")]
    do(shared, "CREATE EXTENSION pg_trgm")


def test_text_sorts_and_folds_the_same_on_every_machine(shared: Postgres) -> None:
    assert rows(
        shared,
        "SELECT lower('ÄÖÜ'), datlocprovider, datlocale FROM pg_database "
        "WHERE datname = current_database()",
    ) == [("äöü", "b", "C.UTF-8")]


@pytest.mark.parametrize("where", ["127.0.0.1", "socket"])
def test_nobody_enters_without_the_password(shared: Postgres, folder: Path, where: str) -> None:
    host = where if where != "socket" else str(folder.resolve())
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=host, port=shared.port, user="clarion", dbname="clarion")


def test_the_password_is_not_in_the_object_nor_on_a_command_line(shared: Postgres) -> None:
    secret = shared.url.split(":")[2].split("@")[0]
    assert shared.pid is not None
    assert secret not in repr(shared)
    assert secret not in " ".join(psutil.Process(shared.pid).cmdline())


def test_only_this_machine_is_listened_to(shared: Postgres) -> None:
    assert rows(shared, "SHOW listen_addresses") == [("127.0.0.1",)]


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root has rights to give away.")
def test_root_does_not_run_the_server(shared: Postgres) -> None:
    assert shared.pid is not None
    assert psutil.Process(shared.pid).uids().real != 0


def test_rows_outlive_a_killed_server() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # the server's user may pass, as in a usual data folder
        _outlive(Path(folder) / "pg")


def _outlive(folder: Path) -> None:
    with Postgres(folder) as server:
        do(server, "CREATE TABLE kept AS SELECT 42 AS n")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        assert within(10, lambda: not server.alive)
        server.start()
        assert rows(server, "SELECT n FROM kept") == [(42,)]


def test_a_server_left_by_a_killed_parent_makes_room(tmp_path: Path) -> None:
    folder = tmp_path / "pg"
    abandoned = Postgres(folder, durable=False, password="same-for-both")
    abandoned.start()
    with Postgres(folder, durable=False, password="same-for-both") as server:
        assert within(10, lambda: not abandoned.alive)
        assert rows(server, "SELECT 1") == [(1,)]


def test_a_number_reused_by_another_program_does_not_stop_the_start(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "pg", durable=False)
    server.start()
    server.stop()
    # After a power cut the note of the old server may carry the number of any program.
    note = [str(os.getppid()), str(server.data), "1", str(server.port), "", "127.0.0.1", "1 1"]
    (server.data / "postmaster.pid").write_text("\n".join([*note, "ready", ""]))
    with server:
        assert rows(server, "SELECT 1") == [(1,)]


@pytest.mark.skipif(
    sys.platform != "linux", reason="Only Linux tells a child of its parent's death."
)
def test_the_server_ends_with_a_killed_parent(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys, time; from clarion.kit.postgres import Postgres\n"
        "server = Postgres(pathlib.Path(sys.argv[1]), durable=False); server.start()\n"
        "print(server.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "pg")]
    search = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=search) as parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        assert psutil.pid_exists(server)
        parent.kill()
    assert within(10, lambda: not _running(server))
    shutil.rmtree((tmp_path / "pg").resolve())


def _running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_data_of_another_major_version_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "pg" / "data").mkdir(parents=True)
    (tmp_path / "pg" / "data" / "PG_VERSION").write_text("15\n")
    with pytest.raises(
        Trouble, match=r"made by PostgreSQL 15.*clarion backup.*clarion restore"
    ):
        Postgres(tmp_path / "pg").start()


def test_a_half_made_cluster_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "pg" / "data.new").mkdir(parents=True)
    (tmp_path / "pg" / "data.new" / "PG_VERSION").write_text("18\n")
    with Postgres(tmp_path / "pg", durable=False) as server:
        assert rows(server, "SELECT 1") == [(1,)]


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(
        Trouble, match=r"Cannot write to .*/data/pg: a file stands where a folder"
    ):
        Postgres(tmp_path / "data" / "pg").start()


def test_a_broken_server_says_why_it_did_not_start(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "pg", durable=False)
    server.start()
    server.stop()
    (server.data / "postgresql.conf").write_text("shared_buffers = much\nnonsense")
    with pytest.raises(Trouble, match=r"did not start: .*configuration file"):
        server.start()


def test_a_used_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < free_port(port) < port + 200


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root runs the server as somebody else.")
def test_a_folder_closed_to_the_servers_user_is_only_linked_to(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with Postgres(closed / "pg", durable=False) as server:
        assert (closed / "pg").is_symlink()
        assert rows(server, "SELECT 1") == [(1,)]
