"""Two brands side by side, each with one of everything, all under one id.

The first row of every table of the bakery has the id OURS, that of the butcher has THEIRS.
Whatever an address asks for, THEIRS is there, and none of the bakery's business.
"""

from datetime import timedelta

from django.apps import apps
from django.db import connection
from django.utils import timezone

OURS, THEIRS = 1_000_001, 5_000_001


def build(place, owner, name, first):
    """One of everything for the workspace `name`, with ids from `first` on."""
    _count_from(first)
    from clarion.accounts import feeds
    from clarion.accounts.actions import found_workspace, invite, issue_token, notify
    from clarion.channels import actions as channels

    space = found_workspace(owner, name, time_zone="Europe/Berlin")
    membership = space.memberships.get(user=owner)
    boss = membership.actor()
    answers = {"server": place.url, "handle": name.lower()}
    [channel] = channels.start(space, "playground", answers, "", by=boss)
    _count_from(first, leave={"accounts_journalentry"})
    invite(space, f"new@{name.lower()}.example", "editor", by=boss)
    issue_token(membership, "script", ["read"], by=boss)
    notify(space.pk, "test:1", "Something needs you.")
    feeds.issue(membership, "My phone", by=boss)
    _told(membership, boss)
    campaign = _strategy(space, boss)
    delivery = _content(space, channel, campaign, boss)
    _queued(channel, delivery)
    _agreed(space, delivery.variant.post, boss)
    _conversation(channel, boss)
    _heard(channel, boss)
    _promoted(delivery, campaign)
    _ideas_and_files(space, channel, boss)
    _paused(space, boss)
    return space


def _told(membership, boss):
    """How its owner is reached, and what an hour and a coin are worth there."""
    from clarion.accounts import reaching
    from clarion.accounts.models import ExchangeRate, HourlyRate
    from clarion.accounts.passing import pass_on

    space, day = membership.workspace, timezone.now().date()
    reaching.choose(membership, [("trouble", "mail", "daily")], by=boss)
    reaching.keep_hours(membership, {"digest_at": 60}, by=boss)
    reaching.add_chat(membership, "A web hook", f"json://{space.slug}.example", by=boss)
    reaching.push_key()
    pass_on()
    HourlyRate.objects.create(workspace=space, amount=40, as_of=day)
    rate = {"currency": "USD", "into": "EUR", "rate": "0.9", "source": "x", "said_by": "Ada"}
    ExchangeRate.objects.create(workspace=space, as_of=day, **rate)


def _strategy(space, boss):
    from clarion.research import actions as research
    from clarion.strategy import actions as strategy
    from clarion.strategy import days

    research.note_finding(space, "People ask for opening hours", by=boss)
    day = (timezone.now() + timedelta(days=90)).date()
    goal = strategy.set_goal(space, "Known", kpi="likes", target=100, deadline=day, by=boss)
    audience = strategy.describe_audience(space, "Neighbours", by=boss)
    campaign = strategy.start_campaign(
        space,
        "Spring",
        goal_metric="likes",
        goal_value=100,
        budget=50,
        goal=goal,
        audience=audience,
        by=boss,
    )
    days.note(space, timezone.localdate(), f"{space.name} fair", by=boss)
    strategy.learn(campaign, said_by="test", key="k", text="Mornings work", evidence={})
    return campaign


def _content(space, channel, campaign, boss):
    """A planned post with a picture; its delivery is live, so that it can be promoted."""
    from tests.interfaces.api.test_content import picture

    from clarion.content import actions as content
    from clarion.content import library
    from clarion.content.library import uploads
    from clarion.content.models import Effort
    from clarion.publishing import actions as publishing
    from clarion.publishing.models import Charge, Delivery
    from clarion.publishing.planning import bulk

    uploads.begin(space, "film.mp4", 9000, by=boss)
    medium = library.add(space, "loaf.png", picture(), alt="A loaf", by=boss)
    uploads.begin(space, "film.mp4", 9000, by=boss)
    medium.captions = {"en": "WEBVTT\n"}
    medium.save()
    post = content.write(
        space,
        f"Fresh at {space.name}",
        [channel],
        campaign=campaign,
        media=[medium],
        by=boss,
        labels=["Bread"],
    )
    bulk.act(space, [post], "label", bulk.How(space.zone, labels=["Rye"]), by=boss)
    [delivery] = publishing.schedule(post, timezone.now() + timedelta(days=2), by=boss)
    Delivery.objects.filter(pk=delivery.pk).update(
        state="live", remote_id=f"r{delivery.pk}", live_at=timezone.now(), due_at=None
    )
    Effort.objects.create(post=post, person_id=boss.membership_id, planned=30)
    Charge.objects.create(
        delivery=delivery, action="post", amount=1, currency="USD", price_of="2026-01-01"
    )
    return Delivery.objects.get(pk=delivery.pk)


def _queued(channel, delivery):
    from clarion.publishing.models import Queue, Repeat, Repetition, Slot

    Queue.objects.create(channel=channel)
    Slot.objects.create(channel=channel, weekday=0, minute=540)
    post = delivery.variant.post
    repeat = Repeat.objects.create(origin=post, state=Repeat.State.OFF)
    Repetition.objects.create(repeat=repeat, origin=post, post=post, number=1)


def _agreed(space, post, boss):
    from clarion.content import clients, threads
    from clarion.content.agreement import rules

    people = [space.memberships.get()]
    rules.set_rule(space, f"{space.name} rule", [rules.Wanted(people=people)], by=boss)
    threads.begin(space, f"Good, {space.name}", post=post, by=boss)
    clients.share(space, f"Friends of {space.name}", clients.Shown([post]), by=boss)


def _conversation(channel, boss):
    from clarion.community import actions as community
    from clarion.community import pending
    from clarion.networks.base import Message

    said = Message(f"m{channel.pk}", "comment", "bo", "When do you open?", timezone.now())
    conversation = community.open_conversation(channel, said)
    community.answer(conversation, "At seven!", by=boss)
    community.add_note(conversation, "Ask again tomorrow", by=boss)
    pending.submit(conversation, "At seven, as always", by=boss)


def _heard(channel, boss):
    from clarion.listening import actions as listening
    from clarion.networks.base import Message

    watch = listening.watch(channel, "rye", by=boss)
    said = Message(f"h{channel.pk}", "post", "cy", "Best rye in town", timezone.now())
    listening.hear(watch, [said])


def _promoted(delivery, campaign):
    from clarion.ads.models import Earmark, Promotion, Spending
    from clarion.measurement.models import AccountReading, Reading

    promotion = Promotion.objects.create(
        campaign=campaign,
        delivery=delivery,
        channel=delivery.channel,
        budget=20,
        currency="EUR",
        until=timezone.now() + timedelta(days=5),
        ordered_by="Ada",
        state=Promotion.State.PLANNED,
        due_at=timezone.now() + timedelta(days=1),
    )
    Earmark.objects.create(post=delivery.variant.post, amount=5, currency="EUR")
    Spending.objects.create(promotion=promotion, day=timezone.now().date(), amount=1)
    Reading.objects.create(delivery=delivery, metric="likes", total=3)
    AccountReading.objects.create(channel=delivery.channel, metric="followers", total=9)


def _paused(space, boss):
    """A pause that is over, so that it stops nobody."""
    from clarion.publishing.sending import pauses

    pause = pauses.pause(space, "A recall", by=boss)
    type(pause).objects.filter(pk=pause.pk).update(
        ended_at=timezone.now(), ended_by="Ada", how="spread"
    )


def _count_from(first, leave=frozenset()):
    """The next row of every table that is still empty gets the id `first`."""
    with connection.cursor() as cursor:
        for model in ours():
            table = model._meta.db_table
            has_id = getattr(model._meta.pk, "get_internal_type", str)() == "BigAutoField"
            if not has_id or table in leave or model.objects.filter(pk__gte=first).exists():
                continue
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s, false)",
                [table, model._meta.pk.column, first],
            )


def ours():
    return [m for m in apps.get_models() if m.__module__.startswith("clarion.")]


def fingerprint():
    """Everything that stands in the tables, but for when a token or a person was last seen."""
    seen = {"last_used_at", "last_login"}
    found = {}
    for model in ours():
        columns = [f.attname for f in model._meta.concrete_fields if f.attname not in seen]
        found[model.__name__] = sorted(map(str, model._default_manager.values_list(*columns)))
    return found


def _ideas_and_files(space, channel, boss):
    """An idea, a caption that a post holds, and a file of posts of which one was made."""
    import io

    from clarion.content import captions, ideas
    from clarion.content.models import Post
    from clarion.publishing.planning.imports import actions as imports
    from clarion.publishing.planning.imports.making import make, next_rows
    from clarion.publishing.planning.imports.reading import look_at
    from clarion.publishing.planning.imports.understanding import Reader

    captions.save_caption(space, "bread", "#bread #rye", by=boss)
    ideas.catch(space, f"Bake with the people of {space.name}", by=boss)
    table = f"Text,Channel\nBy the file {space.name} #bread #rye,{channel.handle}\n"
    source = imports.take_in(space, "posts.csv", io.BytesIO(table.encode()), by=boss)
    look_at(Reader(source, boss), list(source.rows.all()))
    make(source, next_rows(source), {}, boss)
    source.move("ready")
    assert Post.objects.filter(workspace=space, caption_uses__isnull=False).exists()
