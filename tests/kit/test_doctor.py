from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from clarion.kit import doctor
from clarion.kit.home import Home

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_little_space_is_wrong_before_there_is_none() -> None:
    assert doctor.disk(2_000_000_000).is_well
    assert "Free some space" in doctor.disk(900_000_000).do


def test_clocks_may_differ_by_a_moment() -> None:
    assert doctor.clock(NOW, NOW + timedelta(seconds=2)).is_well
    apart = doctor.clock(NOW, NOW - timedelta(seconds=90))
    assert "90 s apart" in apart.says
    assert "NTP" in apart.do


def test_a_silent_worker_is_wrong() -> None:
    assert doctor.worker(NOW - timedelta(seconds=20), NOW).is_well
    silent = doctor.worker(NOW - timedelta(minutes=5), NOW)
    assert "2026-03-01 11:55 UTC" in silent.says
    assert "clarion worker" in silent.do
    assert "None has ever run" in doctor.worker(None, NOW).says


def test_work_may_wait_a_little_but_not_long() -> None:
    assert doctor.queue({"delivery": NOW - timedelta(seconds=90)}, NOW).is_well
    late = doctor.queue({"delivery": NOW - timedelta(minutes=7), "reply": NOW}, NOW)
    assert late.says == "Late: delivery 7 min."
    assert late.do


def test_a_folder_that_cannot_be_written_is_wrong(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "data")
    assert doctor.folder(home).is_well
    home.run.rmdir()
    home.run.write_text("a file")
    assert "Cannot write to" in doctor.folder(home).says


def test_pages_that_do_not_answer_are_wrong() -> None:
    assert "does not answer" in doctor.pages("http://127.0.0.1:9").says
    assert not doctor.pages("").is_well


@pytest.mark.django_db
def test_a_good_database_is_well_and_up_to_date() -> None:
    assert doctor.database().is_well
    assert doctor.tables().is_well


def test_a_database_that_is_away_is_a_sentence_without_the_password(settings) -> None:
    settings.DATABASE_URL = "postgresql://clarion:hunter2@127.0.0.1:9/clarion"
    found = doctor.database()
    assert "Start Clarion" in found.do
    assert "hunter2" not in found.says


def test_a_late_delivery_is_noticed(delivery) -> None:
    found = doctor._oldest_due(timezone.now())
    assert "delivery" in found


def test_what_is_being_done_just_now_is_not_late(delivery) -> None:
    now = timezone.now()
    type(delivery).objects.update(lease_until=now + timedelta(seconds=20))
    assert "delivery" not in doctor._oldest_due(now)


def test_late_work_is_called_by_the_word_for_it(delivery) -> None:
    kinds = doctor._oldest_due(timezone.now() + timedelta(days=3650))
    assert "delivery" in kinds
    assert not [kind for kind in kinds if kind.endswith("ys")]
