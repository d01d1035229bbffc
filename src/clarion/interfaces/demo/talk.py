"""Who spoke to the demo brand, and about it; and what was paid to be seen."""

from datetime import datetime, timedelta
from decimal import Decimal

from clarion.ads.models import Promotion, Spending
from clarion.channels.models import Channel
from clarion.community.models import Conversation, Message, Note, Reply
from clarion.interfaces.demo import words
from clarion.interfaces.demo.scene import Scene
from clarion.listening.models import Mention, Watch
from clarion.publishing.actions import paid_for
from clarion.publishing.models import Delivery

WAITING = (2, 3, 7, 20, 26, 31, 50)  # hours since those who still wait spoke


def conversations(scene: Scene) -> None:
    for number, (kind, text, answer, whose) in enumerate(words.TALK):
        waits = answer is None
        hours = WAITING[number] if waits else 60 + 61 * (number - len(WAITING))
        at = scene.ago(hours=hours, minutes=scene.dice.randrange(50))
        channel = scene.channels[number % 4 == 3]
        handle, name = words.PEOPLE[number % len(words.PEOPLE)]
        answered = None if waits else at + timedelta(minutes=scene.dice.randrange(12, 320))
        conversation = Conversation.objects.create(
            workspace=scene.workspace,
            channel=channel,
            delivery=_below(scene, channel, at) if kind == "comment" else None,
            thread=f"d-demo-{handle}" if kind == "direct" else f"demo-m{number}",
            kind=kind,
            author=handle,
            author_name=name,
            state=Conversation.State.OPEN if waits else Conversation.State.DONE,
            assigned_to=None if whose is None else scene.team[whose],
            last_at=answered or at,
            opened_at=at,
            answered_at=answered,
        )
        heard = Message.objects.create(
            conversation=conversation,
            channel=channel,
            remote_id=f"demo-m{number}",
            author=handle,
            text=text.replace("@harbour", f"@{channel.handle}"),
            at=at,
        )
        if answer and answered:
            _answer(scene, heard, answer, answered, number)
    first = scene.workspace.conversations.filter(kind="direct").order_by("-opened_at").first()
    if first:
        text = "The same bags as last week. I have asked the packing table to double the tape."
        Note.objects.create(conversation=first, by=str(scene.team[2].user), text=text)


def _below(scene: Scene, channel: Channel, at: datetime) -> Delivery | None:
    """The post of that channel that was newest when somebody commented."""
    mine = [d for d in scene.live if d.channel_id == channel.pk]
    before = [d for d in mine if d.live_at and d.live_at < at]
    return before[-1] if before else None


def _answer(scene: Scene, to: Message, text: str, at: datetime, number: int) -> None:
    remote_id = f"demo-r{number}"
    Reply.objects.create(
        conversation=to.conversation,
        to=to,
        channel=to.channel,
        text=text,
        by=str(scene.team[2].user),
        state=Reply.State.LIVE,
        state_since=at,
        planned_for=at,
        stamp=at,
        first_sent_at=at,
        live_at=at,
        tries=1,
        maybe_out=True,
        remote_id=remote_id,
    )
    Message.objects.create(
        conversation=to.conversation,
        channel=to.channel,
        remote_id=remote_id,
        ours=True,
        author=to.channel.handle,
        text=text,
        at=at,
    )


def mentions(scene: Scene) -> None:
    """A month of what was said without telling the brand."""
    watch = Watch.objects.create(
        workspace=scene.workspace,
        channel=scene.channels[0],
        words="harbour lane",
        state=Watch.State.ON,
        due_at=scene.now,
        last_read_at=scene.now,
    )
    rows = []
    for number in range(2 * len(words.MENTIONS)):
        language, text = words.MENTIONS[number % len(words.MENTIONS)]
        handle, name = words.PEOPLE[(number * 5) % len(words.PEOPLE)]
        at = scene.ago(hours=5 + number * 29 + scene.dice.randrange(11))
        rows.append(
            Mention(
                watch=watch,
                remote_id=f"demo-t{number}",
                author=handle,
                author_name=name,
                text=text if number < len(words.MENTIONS) else f"{text} Again.",
                language=language,
                at=at,
                heard_at=at + timedelta(seconds=40),
            )
        )
    Mention.objects.bulk_create(rows)


def promotions(scene: Scene) -> None:
    """Two that have ended: nothing of the demo asks the network for money again."""
    for number, (campaign_n, budget, spent, start) in enumerate(
        ((1, "80.00", "76.40", -24), (2, "120.00", "117.15", -14))
    ):
        campaign = scene.campaigns[campaign_n]
        mine = [d for d in scene.live if d.variant.post.campaign_id == campaign.pk]
        from_day, until = scene.day(start, 10), scene.day(start + 5, 10)
        before = [d for d in mine if d.live_at and d.live_at < from_day]
        promotion = Promotion.objects.create(
            campaign=campaign,
            delivery=(before or mine)[-1],
            channel=(before or mine)[-1].channel,
            budget=Decimal(budget),
            currency=scene.workspace.currency,
            until=until,
            spent=Decimal(spent),
            spent_as_of=until + timedelta(hours=3),
            stopped_at=until,
            ordered_by=str(scene.owner.user),
            state=Promotion.State.LIVE,
            state_since=from_day,
            planned_for=from_day,
            stamp=from_day,
            first_sent_at=from_day,
            live_at=from_day,
            tries=1,
            maybe_out=True,
            remote_id=f"demo-a{number}",
        )
        paid_for([promotion.delivery_id])
        _bills(promotion, Decimal(spent))


def _bills(promotion: Promotion, spent: Decimal) -> None:
    """Five days that sum up to the cent."""
    first = (promotion.live_at or promotion.stamp).date()
    amounts = [(spent * part / 100).quantize(Decimal("0.01")) for part in (18, 24, 22, 20)]
    amounts.append(spent - sum(amounts))
    Spending.objects.bulk_create(
        Spending(promotion=promotion, day=first + timedelta(days=n), amount=amount)
        for n, amount in enumerate(amounts)
    )
