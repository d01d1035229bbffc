import threading

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from clarion.channels.line import line
from clarion.kit.errors import NotYet
from clarion.listening import actions as listening
from clarion.listening import work
from clarion.listening.models import Ear, Mention
from clarion.networks.base import Message


def said(text, remote_id="s1"):
    return Message(remote_id, "post", "cy", text, timezone.now())


@pytest.fixture
def watch(channel, boss):
    return listening.watch(channel, "rye bread", live=True, by=boss)


def test_hearing_the_same_thing_twice_is_hearing_it_once(watch):
    assert len(listening.hear(watch, [said("Rye bread"), said("Rye bread")])) == 1
    assert listening.hear(watch, [said("Rye bread")]) == []


def test_what_is_said_on_the_stream_is_heard_as_it_happens(watch, playground, monkeypatch):
    monkeypatch.setattr(work, "WHILE", 8)
    monkeypatch.setattr(work, "ENOUGH", 1)
    Ear.adopt_channels()
    threading.Timer(1, playground.say, ("cy", "Best rye bread in town")).start()
    threading.Timer(0.5, playground.say, ("di", "Every day a new day")).start()
    step = next(s for s in work.STEPS if s.model is Ear)

    @async_to_sync
    async def turn():
        async with line():
            return await step.turn()

    assert turn() == 1
    assert [m.text for m in Mention.objects.all()] == ["Best rye bread in town"]


def test_there_is_one_ear_for_all_live_watches_of_a_server(watch, channel, boss):
    listening.watch(channel, "sourdough", live=True, by=boss)
    assert (Ear.adopt_channels(), Ear.adopt_channels()) == (1, 0)


def test_nobody_listens_to_a_stream_that_nobody_asked_for(channel, boss):
    listening.watch(channel, "rye", by=boss)
    assert Ear.adopt_channels() == 0


def test_the_same_watch_twice_is_refused(watch, channel, boss):
    with pytest.raises(NotYet, match="watched there already"):
        listening.watch(channel, "rye  bread", by=boss)
