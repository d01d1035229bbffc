import csv
import io
import json

import pytest
from asgiref.sync import async_to_sync

from clarion.accounts.actions import change_workspace
from clarion.accounts.journal import record
from clarion.accounts.models import JournalEntry
from clarion.interfaces.web.journal import _as_json, _later
from clarion.research import actions as research


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)
    return client


def text(answer):
    return answer.content.decode()


def body(answer):
    return b"".join(answer.streaming_content).decode()


def test_who_did_what_and_what_it_changed(inside, space, boss):
    change_workspace(space, {"name": "Big Bakery"}, by=boss)
    page = text(inside.get("/w/bakery/journal/"))
    assert ':</span> <span class="jnl-did">changed</span>' in page
    assert "workspace changed" not in page
    assert "<del>Bakery</del>" in page
    assert "<ins>Big Bakery</ins>" in page


def test_the_filter_leaves_only_what_was_asked_for(inside, space, boss):
    research.note_finding(space, "People like rye", by=boss)
    change_workspace(space, {"name": "Big Bakery"}, by=boss)
    page = inside.get("/w/bakery/journal/", {"kind": "finding"})
    assert [e.did for e, _ in page.context["rows"]] == ["finding.noted"]
    page = inside.get("/w/bakery/journal/", {"by": "Nobody"})
    assert "Nothing matches" in text(page)
    page = inside.get("/w/bakery/journal/", {"until": "2001-01-01"})
    assert "Nothing matches" in text(page)
    page = inside.get("/w/bakery/journal/", {"words": "finding"})
    assert len(page.context["rows"]) == 1


def test_a_date_that_is_none_is_said(inside):
    assert inside.get("/w/bakery/journal/", {"since": "yesterday"}).status_code == 422


def test_a_long_journal_is_paged_and_asks_no_more(inside, boss, django_assert_max_num_queries):
    for n in range(120):
        record(boss, "test.done", f"Thing {n}")
    with django_assert_max_num_queries(21):
        page = inside.get("/w/bakery/journal/")
    assert len(page.context["rows"]) == 50
    older = inside.get("/w/bakery/journal/", {"before": page.context["older"]})
    assert older.context["rows"][0][0].seq == page.context["older"] - 1


def test_the_export_holds_every_line_with_its_seal(inside, space, boss):
    record(boss, "test.done", "Thing", after={"what": "ever"})
    lines = body(inside.get("/w/bakery/journal/export.jsonl")).splitlines()
    rows = [json.loads(line) for line in lines]
    assert [r["seq"] for r in rows] == list(range(1, len(rows) + 1))
    assert rows[-1]["seal"] == space.journal.get(seq=rows[-1]["seq"]).seal
    assert rows[-1]["after"] == {"what": "ever"}


def test_a_spreadsheet_runs_nothing_from_the_export(inside, boss):
    record(boss, "test.done", '=HYPERLINK("http://evil.example")')
    rows = list(csv.DictReader(io.StringIO(body(inside.get("/w/bakery/journal/export.csv")))))
    assert rows[-1]["about"].startswith("'=")


def test_the_export_keeps_to_the_filter(inside, boss):
    record(boss, "test.done", "Thing")
    answer = inside.get("/w/bakery/journal/export.jsonl", {"kind": "test"})
    assert len(body(answer).splitlines()) == 1


def test_a_server_that_sends_while_it_reads_gets_the_same(space, boss):
    record(boss, "test.done", "Thing")

    @async_to_sync
    async def read():
        rows = space.journal.order_by("seq")
        return [part async for part in _later(rows, _as_json, "")]

    assert [json.loads(line)["seq"] for line in read() if line] == [1, 2]


def test_a_whole_journal_shows_its_newest_seal(inside, space):
    page = text(inside.get("/w/bakery/journal/verify/"))
    assert "The journal is whole" in page
    assert space.journal.order_by("-seq").first().seal in page


def test_a_line_that_was_changed_is_found(inside, space, boss):
    record(boss, "test.done", "Thing")
    JournalEntry.objects.filter(seq=1).update(by="Somebody else")
    page = text(inside.get("/w/bakery/journal/verify/"))
    assert "tampered" in page
    assert "Line 1 does not fit" in page


def test_an_editor_does_not_read_the_journal(client, member):
    client.force_login(member("editor").user)
    for path in ("", "verify/", "export.csv"):
        assert client.get(f"/w/bakery/journal/{path}").status_code == 403


def test_a_line_leads_to_what_it_is_about_where_that_has_a_page(inside, boss):
    record(boss, "post.written", "Post 12")
    record(boss, "test.done", "Thing 12")
    page = inside.get("/w/bakery/journal/").content.decode()
    assert '<a href="/w/bakery/posts/12/">Post 12</a>' in page
    assert "Thing 12:" in text(inside.get("/w/bakery/journal/"))
