from pathlib import Path

import pytest
from django.db import connection

from clarion.interfaces.cli import preparing
from clarion.kit.home import Home
from clarion.kit.trouble import Trouble


@pytest.fixture
def home(tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> Home:
    settings.STATIC_ROOT = tmp_path / "static"
    server = settings.DATABASE_URL.rpartition("/")[0]
    monkeypatch.setenv("CLARION_DATABASE_URL", f"{server}/{connection.settings_dict['NAME']}")
    return Home.open(tmp_path / "data")


@pytest.mark.django_db
def test_the_second_time_nothing_is_done(home: Home, settings) -> None:
    assert preparing.bring_up_to_date(home) == "brought up to date"
    assert any(settings.STATIC_ROOT.iterdir())
    assert preparing.bring_up_to_date(home) == "up to date"


@pytest.mark.django_db
def test_a_database_that_is_not_the_one_of_last_time_is_noticed(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    preparing.bring_up_to_date(home)
    monkeypatch.setattr(preparing, "_applied", lambda: "")
    assert preparing.bring_up_to_date(home) == "brought up to date"


@pytest.mark.django_db
def test_a_new_release_is_noticed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    preparing.bring_up_to_date(home)
    (home.folder / "clarion-9.9.dist-info").mkdir()
    monkeypatch.syspath_prepend(str(home.folder))
    assert preparing.bring_up_to_date(home) == "brought up to date"


def test_a_database_that_is_away_is_said_without_its_password(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLARION_DATABASE_URL", "postgresql://clarion:hunter2@127.0.0.1:9/x")
    with pytest.raises(Trouble, match="does not answer") as said:
        preparing.bring_up_to_date(home)
    assert "hunter2" not in str(said.value)
