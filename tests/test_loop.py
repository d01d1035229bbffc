"""The product in one test. If this reads well, the architecture is well."""

import pytest

from clarion.ads import actions as ads
from clarion.ads.queries import purse
from clarion.channels.models import Channel
from clarion.community import actions as community
from clarion.community.models import Conversation, Inbox
from clarion.kit.errors import NotYet
from clarion.listening import actions as listening
from clarion.measurement.models import Meter
from clarion.measurement.queries import of_campaign
from clarion.research import actions as research
from clarion.strategy.queries import brief


def test_the_loop_closes(space, campaign, channel, delivery, boss, playground, work, later):
    # research, and the post that strategy wanted, published once
    research.note_finding(space, "People look for opening hours first", by=boss)
    work()
    delivery.refresh_from_db()
    assert delivery.state == "live"
    assert playground.stats["accepted"] == 1

    # community
    playground.say("bo", "What time do you open?", on=delivery.remote_id)
    Inbox.objects.update(due_at=delivery.live_at)
    work()
    question = Conversation.objects.get()
    assert (question.delivery, question.author) == (delivery, "bo")
    community.answer(question, "At seven!", by=boss)
    work()
    assert "At seven!" in [m.text for m in question.messages.filter(ours=True)]

    # listening
    watch = listening.watch(channel, "rye", by=boss)
    playground.say("cy", "Best rye in town")
    work()
    assert "cy" in [m.author for m in watch.mentions.all()]

    # measurement: a day passes out there
    playground.forward(hours=24)
    Meter.objects.update(due_at=delivery.live_at)
    work()
    likes = of_campaign(campaign)["likes"]
    assert likes.value > 0
    assert likes.n == 1

    # ads: never more than is left
    with pytest.raises(NotYet, match=r"50\.00 EUR left"):
        ads.promote(delivery, 51, by=boss)
    ads.promote(delivery, 20, by=boss)
    work()
    assert purse(campaign).left == 30

    # and back to strategy
    text = str(brief(campaign))
    assert "People look for opening hours first" in text
    assert "Best so far by likes" in text
    assert Channel.objects.get().is_open
