"""Limits are data: a changed row is a changed check, and an old one is told."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from tests.interfaces.api.conftest import program_of

from tools import limits as keeper

JSON = {"HTTP_ACCEPT": "application/json"}
WORDS = "Fresh bread at seven, every day."


@pytest.fixture
def program(space, owner):
    return program_of(space.memberships.get(user=owner))


def composed(client, channel):
    sent = {"text": WORDS, "channels": [channel.pk]}
    return client.post("/w/bakery/compose/check/", sent, **JSON).json()


@pytest.mark.accepts("OP-8")
def test_a_changed_row_changes_the_check_of_composer_and_api_without_code(
    client, owner, channel, program, rows
):
    client.force_login(owner)
    body = {"text": WORDS, "channels": [channel.pk]}
    post = program.post("posts", body).json()["id"]
    assert program.get(f"posts/{post}/check").json()["problems"] == []
    assert f"{len(WORDS)} of 500" in composed(client, channel)["counters"]

    rows.change("playground", "value = 500", f"value = {len(WORDS) - 2}")

    [problem] = program.get(f"posts/{post}/check").json()["problems"]
    assert "2 characters too long" in problem
    said = composed(client, channel)
    assert f"{len(WORDS)} of {len(WORDS) - 2}" in said["counters"]
    assert "2 characters too long" in said["checks"]


@pytest.mark.accepts("OP-8")
def test_a_changed_rule_of_counting_changes_the_count(client, owner, channel, rows):
    client.force_login(owner)
    before = composed(client, channel)["counters"]
    rows.change("playground", 'counting = "graphemes"', 'counting = "utf16"')
    assert composed(client, channel)["counters"] == before
    sent = {"text": "😀", "channels": [channel.pk]}
    said = client.post("/w/bakery/compose/check/", sent, **JSON).json()
    assert "2 of 500" in said["counters"]


@pytest.mark.accepts("OP-8")
def test_what_the_accounts_own_server_says_counts_more_than_the_row(
    client, owner, channel, rows
):
    client.force_login(owner)
    channel.own_limits = {"text": 4_000, "live": True}
    channel.save()
    rows.change("playground", "value = 500", "value = 10")
    assert f"{len(WORDS)} of 4000" in composed(client, channel)["counters"]


@pytest.mark.accepts("OP-8")
def test_every_row_tells_its_source_its_date_and_how_it_counts(program):
    found, cursor = [], ""
    while cursor is not None:
        page = program.get("networks/limits", limit=200, cursor=cursor).json()
        found, cursor = found + page["items"], page["next_cursor"]
    assert len({row["network"] for row in found}) >= 20
    assert all(row["source"] and row["verified"] for row in found if row["verified"])
    [text] = [
        row
        for row in program.get("networks/limits", network="x", limit=200).json()["items"]
        if (row["surface"], row["field"]) == ("feed", "text")
    ]
    assert (text["value"], text["counting"]) == (280, "weighted")
    assert text["source"].startswith("https://")
    assert text["source_date"] >= "2026-08-22"
    assert "null" in json.dumps([row["verified"] for row in found])


@pytest.mark.accepts("OP-8")
def test_the_check_fails_on_a_row_that_was_verified_more_than_180_days_ago(rows, capsys):
    today = datetime.now(UTC).date()
    rows.all_verified(today)
    keeper.main()
    assert "Verified more than 180 days ago: 0 of" in capsys.readouterr().out

    rows.change("x", f"verified = {today}", f"verified = {today - timedelta(days=181)}")
    with pytest.raises(SystemExit, match="Read these at their source again"):
        keeper.main()
    said = capsys.readouterr().out
    assert "Verified more than 180 days ago: 1 of" in said
    assert "x feed.text = 280 characters" in said
    assert "slack feed.text" in said.partition("Verified more")[0]
