"""Counters against what the network takes today."""

import pytest

from clarion.channels.models import Channel

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.mark.accepts("PL-2")
def test_counters_show_characters_hashtags_and_mentions_against_todays_limits(
    client, owner, channel
):
    client.force_login(owner)
    Channel.objects.update(own_limits={"text": 60, "hashtags": 2})
    text = "Fresh bread #rye #spelt #oats by @ines and @bo 🥖"
    sent = {"text": text, "channels": [channel.pk]}
    said = client.post("/w/bakery/compose/check/", sent, **JSON).json()
    counters = said["counters"]
    assert f"<b>{60 - len(text)}</b> left" in counters
    assert f"{len(text)} of 60" in counters
    assert '<span class="chars bad" data-counter="hashtags"' in counters
    assert "# 3 of 2" in counters
    assert "@ 2 of 10" in counters
    assert "There are 3 hashtags, and the Playground takes 2" in said["checks"]
    assert said["blocked"] is True
