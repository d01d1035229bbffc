"""Zoho Social: an audit log that is kept for ever and can be taken along."""

import json

import pytest
from tests.interfaces.api.conftest import program_of

from clarion.accounts.models import JournalEntry
from clarion.content import actions as content


@pytest.mark.accepts("ZO-7")
def test_what_was_done_years_ago_is_still_there_and_can_be_taken_along(
    space, boss, owner, client, delivery, work, later
):
    content.write(space, "The very first words", by=boss)
    work()
    first = JournalEntry.objects.filter(workspace=space).order_by("seq").first()
    known = JournalEntry.objects.filter(workspace=space).count()

    with later(days=5 * 365):
        work()  # whatever cleans up by itself has had its turn
        content.write(space, "Words of today", by=boss)
        client.force_login(owner)
        page = client.get("/w/bakery/journal/").content.decode()
        assert f"{first.at:%Y}" in page
        assert "workspace" in page.lower()

        token = space.memberships.get(user=owner)
        program = program_of(token, scopes=["journal"])
        answer = program.get("journal/export")
        lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
        assert len(lines) > known
        assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
        assert (lines[0]["did"], lines[0]["seal"]) == ("workspace.founded", first.seal)
        assert "The very first words" in json.dumps(lines)

        for kind in ("jsonl", "csv"):
            answer = client.get(f"/w/bakery/journal/export.{kind}")
            text = b"".join(answer.streaming_content).decode()
            assert "The very first words" in text
            assert first.seal in text
        assert program.get("journal/verify").json()["is_whole"] is True


@pytest.mark.accepts("ZO-7")
def test_an_export_can_be_checked_without_clarion(space, boss, owner):
    """The seals in the file prove it: nobody has to trust the server it came from."""
    import hashlib

    content.write(space, "Ünïcode & all", by=boss)
    program = program_of(space.memberships.get(user=owner), scopes=["journal"])
    answer = program.get("journal/export")
    previous = ""
    for text in b"".join(answer.streaming_content).splitlines():
        line = json.loads(text)
        at = line["at"].replace("Z", "+00:00")
        said = [previous, space.pk, line["seq"], at, line["by"], line["by_kind"]]
        said += [line["did"], line["about"], line["before"], line["after"]]
        plain = json.dumps(said, sort_keys=True, separators=(",", ":"))
        previous = hashlib.sha256(plain.encode()).hexdigest()
        assert previous == line["seal"]
