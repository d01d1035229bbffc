import io
import json
import sqlite3
import stat
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from clarion.kit.archive import pack, unpack
from clarion.kit.home import Home
from clarion.kit.postgres import Postgres
from clarion.kit.trouble import Trouble

Rows = list[tuple[object, ...]]


def do(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def rows(url: str, query: str) -> Rows:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]


def in_database(home: Home, query: str) -> Rows:
    with Postgres(home.pg, password=home.secrets().database_password) as server:
        return rows(server.url, query)


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # the server's user may pass, as in a usual data folder
        yield _furnished(Home.open(Path(folder) / "data"))


def _furnished(made: Home) -> Home:
    (made.media / "2026").mkdir()
    (made.media / "2026" / "cat.png").write_bytes(b"meow" * 1000)
    with closing(sqlite3.connect(made.playground / "place.sqlite3")) as place:
        place.execute("CREATE TABLE post AS SELECT 'hello' AS text")
        place.commit()
    return made


@pytest.fixture(scope="module")
def server(home: Home) -> Iterator[Postgres]:
    password = home.secrets().database_password
    with Postgres(home.pg, password=password, durable=False) as running:
        do(running.url, "CREATE EXTENSION pg_trgm")
        do(running.url, "CREATE TABLE post (id bigint PRIMARY KEY, text text NOT NULL)")
        do(running.url, "INSERT INTO post VALUES (1, 'hello'), (2, 'wörld')")
        do(running.url, "CREATE INDEX ON post USING gin (text gin_trgm_ops)")
        yield running


@pytest.fixture(scope="module")
def file(home: Home, server: Postgres) -> Path:
    target = home.folder.parent / "backup.tar.gz"
    pack(home, target, server.url, home.secrets())
    return target


@pytest.fixture
def fresh() -> Iterator[Home]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield Home.open(Path(folder) / "fresh")


def test_what_was_put_away_comes_back_in_a_fresh_folder(
    home: Home, file: Path, fresh: Home
) -> None:
    assert unpack(fresh, file, None, replace=False).files == 2
    assert fresh.secrets() == home.secrets()
    assert (fresh.media / "2026" / "cat.png").read_bytes() == b"meow" * 1000
    with closing(sqlite3.connect(fresh.playground / "place.sqlite3")) as place:
        assert place.execute("SELECT text FROM post").fetchall() == [("hello",)]
    assert in_database(fresh, "SELECT id, text FROM post ORDER BY id") == [
        (1, "hello"),
        (2, "wörld"),
    ]


def test_the_file_is_only_for_its_owner(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_there_is_not_lost_without_being_asked_for(file: Path, fresh: Home) -> None:
    (fresh.media / "dog.png").write_bytes(b"woof")
    with pytest.raises(Trouble, match="say --replace"):
        unpack(fresh, file, None, replace=False)
    assert (fresh.media / "dog.png").exists()


def test_replacing_leaves_nothing_of_before(file: Path, fresh: Home) -> None:
    (fresh.media / "dog.png").write_bytes(b"woof")
    (fresh.folder / "mail").mkdir()
    (fresh.folder / "mail" / "letter").write_text("Dear")
    with Postgres(fresh.pg, password=fresh.secrets().database_password) as running:
        do(running.url, "CREATE TABLE other (id int)")
    unpack(fresh, file, None, replace=True)
    assert not (fresh.media / "dog.png").exists()
    assert list((fresh.folder / "mail").iterdir()) == []
    tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
    assert in_database(fresh, tables) == [("post",)]


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_file_cut_short_changes_nothing(file: Path, fresh: Home, share: float) -> None:
    short = fresh.folder.parent / "short.tar.gz"
    short.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])
    fresh.secrets()
    (fresh.media / "dog.png").write_bytes(b"woof")
    before = sorted(fresh.folder.rglob("*"))
    with pytest.raises(Trouble, match="no whole backup"):
        unpack(fresh, short, None, replace=True)
    assert sorted(fresh.folder.rglob("*")) == before


def test_a_file_that_lost_its_end_between_two_entries_is_noticed(
    file: Path, fresh: Home
) -> None:
    short = fresh.folder.parent / "short.tar"
    with tarfile.open(file) as whole, tarfile.open(short, "w") as cut:
        for entry in whole.getmembers()[:-1]:
            cut.addfile(entry, whole.extractfile(entry))
    with pytest.raises(Trouble, match="no whole backup"):
        unpack(fresh, short, None, replace=False)


def test_a_broken_dump_changes_nothing(file: Path, fresh: Home) -> None:
    bad = fresh.folder.parent / "bad.tar"
    with tarfile.open(file) as whole, tarfile.open(bad, "w") as changed:
        for entry in whole.getmembers():
            content = (whole.extractfile(entry) or io.BytesIO()).read()
            if entry.name == "database.dump":
                content = content[: len(content) // 2]
                entry.size = len(content)
            changed.addfile(entry, io.BytesIO(content))
    with pytest.raises(Trouble, match="pg_restore failed"):
        unpack(fresh, bad, None, replace=False)
    assert not (fresh.pg / "data").exists()
    assert list(fresh.media.iterdir()) == []
    assert not fresh.secrets_file.exists()


def test_an_entry_that_points_outside_is_not_followed(file: Path, fresh: Home) -> None:
    bad = fresh.folder.parent / "bad.tar"
    with tarfile.open(file) as whole, tarfile.open(bad, "w") as changed:
        stranger = tarfile.TarInfo("../../stranger")
        stranger.size = 3
        changed.addfile(stranger, io.BytesIO(b"bad"))
        for entry in whole.getmembers():
            changed.addfile(entry, whole.extractfile(entry))
    unpack(fresh, bad, None, replace=False)
    assert not (fresh.folder.parent / "stranger").exists()
    assert not list(fresh.folder.parent.parent.glob("stranger"))


def test_a_backup_of_a_later_format_is_refused(file: Path, fresh: Home) -> None:
    later = fresh.folder.parent / "later.tar"
    seal = json.dumps({"format": 99, "version": "9.0", "made_at": "", "files": 0}).encode()
    with tarfile.open(later, "w") as tar:
        entry = tarfile.TarInfo("clarion.json")
        entry.size = len(seal)
        tar.addfile(entry, io.BytesIO(seal))
    with pytest.raises(Trouble, match=r"made by Clarion 9\.0"):
        unpack(fresh, later, None, replace=False)


def test_a_failed_backup_leaves_the_last_one_alone(home: Home, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    target.write_text("the last one")
    with pytest.raises(Trouble, match="pg_dump failed"):
        pack(home, target, "postgresql://clarion:x@127.0.0.1:9/clarion", home.secrets())
    assert target.read_text() == "the last one"
    assert list(tmp_path.iterdir()) == [target]


def test_the_password_is_not_in_a_complaint(home: Home, tmp_path: Path) -> None:
    url = "postgresql://clarion:hunter2@127.0.0.1:9/clarion"
    with pytest.raises(Trouble) as complaint:
        pack(home, tmp_path / "backup.tar", url, home.secrets())
    assert "hunter2" not in str(complaint.value)


def test_an_ending_nobody_knows_is_refused_before_anything_is_written(
    home: Home, tmp_path: Path
) -> None:
    with pytest.raises(Trouble, match=r"should end in \.tar or \.tar\.gz"):
        pack(home, tmp_path / "backup.zip", "postgresql://x@127.0.0.1:9/x", home.secrets())
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_named(fresh: Home, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"There is no file .*/nowhere\.tar"):
        unpack(fresh, tmp_path / "nowhere.tar", None, replace=False)


def test_somebody_elses_database_is_replaced_as_a_whole_or_not_at_all(
    server: Postgres, file: Path, fresh: Home, tmp_path: Path
) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE theirs")
    theirs = server.url.removesuffix("clarion") + "theirs"
    do(theirs, "CREATE TABLE other (id int)")
    with pytest.raises(Trouble, match="say --replace"):
        unpack(fresh, file, theirs, replace=False)
    unpack(fresh, file, theirs, replace=True)
    tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
    assert rows(theirs, tables) == [("post",)]
    assert not (fresh.pg / "data").exists()
