"""What was acknowledged reaches the database, whoever writes and dies meanwhile."""

import os

import pytest
from django.utils import timezone

from clarion.content import actions as content
from clarion.content.models import Link
from clarion.interfaces.hot import spool
from clarion.measurement.models import Click

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def click(settings, tmp_path, post, boss):
    """Write a click with this letter into the spool."""
    settings.DATA = tmp_path
    spool._file = None
    content.edit(post, version=1, link="https://bakery.example/", by=boss)
    post.refresh_from_db()
    content.make_links(post)
    link = Link.objects.get().pk

    def write(letter):
        now = timezone.now().isoformat()
        row = {"link": link, "ref": letter * 32, "visitor": "", "robot": False, "at": now}
        spool.append("click", row)

    yield write
    spool.empty()


def counted():
    return set(Click.objects.values_list("ref", flat=True))


def test_a_click_that_comes_while_the_spool_is_emptied_is_not_lost(click, monkeypatch):
    click("a")
    monkeypatch.setattr(spool, "close_old_connections", lambda: click("b"))
    spool.empty()
    monkeypatch.undo()
    click("c")
    spool.empty()
    assert counted() == {"a" * 32, "b" * 32, "c" * 32}


def test_a_line_that_does_not_fit_holds_up_no_other(click):
    spool.append("conversion", {"click": "\ud800" * 32, "ref": "x"})
    click("a")
    spool.empty()
    assert counted() == {"a" * 32}
    assert not list(spool.folder().iterdir())


def test_a_file_of_another_process_with_our_number_is_left_alone(click):
    """Every container has a process 7."""
    spool.folder().mkdir(parents=True, exist_ok=True)
    theirs = spool.folder() / f"{os.getpid()}.other-1.jsonl"
    theirs.write_text("")
    spool.empty()
    assert theirs.exists()
