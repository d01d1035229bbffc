"""The demo's posts as rows: written, approved, delivered, read, clicked and bought."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from clarion.accounts.models import Membership, Notice
from clarion.content.models import CODE_LENGTH, Decision, Link, Placement, Post, Variant
from clarion.interfaces.demo.calendar import Entry, ahead, past
from clarion.interfaces.demo.figures import Fate, fate, grown, readings
from clarion.interfaces.demo.scene import DAYS, Scene
from clarion.measurement.actions import append
from clarion.measurement.models import Click, Conversion, Reading
from clarion.publishing.models import Delivery

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
BOUGHT = 0.045  # of those who followed a link
PRICES = ("11.50", "11.50", "13.00", "24.00", "34.00", "39.00")
STATES = {"draft": Post.State.DRAFT, "review": Post.State.REVIEW}

Pair = tuple[Entry, Post]


def publish(scene: Scene) -> dict[tuple[int, str], int]:
    """Everything past and ahead. Returns what came of each campaign, by metric."""
    pairs = _posts(scene, [*past(scene), *ahead(scene)])
    variants = _variants(scene, pairs)
    links = _links(scene, variants)
    _approve(scene, pairs)
    deliveries = _deliveries(scene, variants)
    _hold(scene, deliveries)
    fates = {d.pk: _fate(scene, e, d) for e, d in deliveries if e.state == "live"}
    scene.live = [d for e, d in deliveries if e.state == "live"]
    reached = _read(scene, fates)
    return reached | _click(scene, links, fates)


# --- words ------------------------------------------------------------------------------------


def _posts(scene: Scene, entries: Sequence[Entry]) -> list[Pair]:
    pairs = [(entry, _post(scene, n, entry)) for n, entry in enumerate(entries)]
    Post.objects.bulk_create(post for _, post in pairs)
    Placement.objects.bulk_create(
        Placement(post=post, media=scene.media[entry.picture], position=0)
        for entry, post in pairs
        if entry.picture is not None
    )
    return pairs


def _post(scene: Scene, number: int, entry: Entry) -> Post:
    author = _author(scene, number)
    ready = entry.at is not None and entry.at < scene.now
    written = (entry.at if ready and entry.at else scene.now) - timedelta(
        hours=scene.dice.randrange(26, 90)
    )
    in_campaign = entry.campaign is not None and entry.at is not None
    return Post(
        workspace=scene.workspace,
        campaign=scene.campaign_on(entry.campaign, entry.at) if in_campaign else None,  # type: ignore[arg-type]
        text=entry.text,
        link=scene.shop if entry.linked else "",
        planned_for=entry.at,
        author=author,
        author_name=str(author.user),
        state=STATES.get(entry.state, Post.State.APPROVED),
        state_since=written + timedelta(hours=3),
        created_at=written,
        changed_at=written + timedelta(hours=2),
    )


def _author(scene: Scene, number: int) -> Membership:
    mara, joon = scene.team[0], scene.team[1]
    return (joon, joon, mara, scene.owner)[number % 4]


def _variants(scene: Scene, pairs: Sequence[Pair]) -> list[tuple[Entry, Variant]]:
    variants = [
        (
            entry,
            Variant(
                post=post,
                channel=scene.channels[n],
                sent_at=entry.at if entry.state == "live" else None,
            ),
        )
        for entry, post in pairs
        for n in entry.channels
    ]
    Variant.objects.bulk_create(variant for _, variant in variants)
    return variants


def _links(scene: Scene, variants: Sequence[tuple[Entry, Variant]]) -> dict[int, Link]:
    links = [
        Link(
            variant=variant,
            code="".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)),
            target=scene.shop,
            created_at=variant.post.created_at,
        )
        for entry, variant in variants
        if entry.linked
    ]
    Link.objects.bulk_create(links)
    return {link.variant_id: link for link in links}


def _approve(scene: Scene, pairs: Sequence[Pair]) -> None:
    """Decisions over the very bytes, as the action makes them."""
    rows = Post.objects.filter(pk__in=[post.pk for _, post in pairs])
    whole = {p.pk: p for p in rows.prefetch_related("placements__media", "variants")}
    approver = str(scene.team[0].user)
    decisions = []
    for _, post in pairs:
        if post.state == Post.State.DRAFT:
            continue
        asked = post.state == Post.State.REVIEW
        content, seal = whole[post.pk].content(), whole[post.pk].seal()
        post.approved_seal = "" if asked else seal
        decisions.append(
            Decision(
                post=post,
                said=Decision.Said.ASKED if asked else Decision.Said.APPROVED,
                by=post.author_name if asked else approver,
                at=post.state_since,
                seal=seal,
                content=content,
            )
        )
        if asked:
            _tell(scene, post)
    Decision.objects.bulk_create(decisions)
    Post.objects.bulk_update([post for _, post in pairs], ["approved_seal"])


def _tell(scene: Scene, post: Post) -> None:
    Notice.objects.create(
        workspace=scene.workspace,
        about=f"review:{post.pk}",
        text=f"{post.author_name} asks for your approval: {post}",
        url=f"posts/{post.pk}/review/",
        at=post.state_since,
    )


# --- out --------------------------------------------------------------------------------------


def _deliveries(
    scene: Scene, variants: Sequence[tuple[Entry, Variant]]
) -> list[tuple[Entry, Delivery]]:
    going = [(e, v) for e, v in variants if e.state in ("live", "planned", "held")]
    made = [(e, _delivery(scene, n, e, v)) for n, (e, v) in enumerate(going)]
    Delivery.objects.bulk_create(delivery for _, delivery in made)
    return made


def _delivery(scene: Scene, number: int, entry: Entry, variant: Variant) -> Delivery:
    at = entry.at or scene.now
    state = Delivery.State(entry.state)
    delivery = Delivery(
        variant=variant,
        channel=variant.channel,
        planned_for=at,
        stamp=at,
        state=state,
        state_since=at if entry.state != "planned" else variant.post.state_since,
        due_at=at if entry.state == "planned" else None,
    )
    if entry.state == "live":
        delivery.said = entry.text
        delivery.remote_id = f"demo-{number}"
        delivery.maybe_out, delivery.tries, delivery.first_sent_at = True, 1, at
        delivery.live_at = at + timedelta(seconds=scene.dice.randrange(1, 4))
    return delivery


def _hold(scene: Scene, deliveries: Sequence[tuple[Entry, Delivery]]) -> None:
    """The one that needs a person says what really is wrong with it."""
    for entry, delivery in deliveries:
        if entry.state != "held":
            continue
        found = [p.text for p in delivery.variant.problems() if p.blocks]
        delivery.problem = found[0] if found else delivery.refusal()
        delivery.save(update_fields=["problem"])
        channel = delivery.channel
        Notice.objects.create(
            workspace=scene.workspace,
            about=delivery.about,
            text=f"{channel.network.name} {channel.handle}: not published. {delivery.problem}",
            url=f"posts/{delivery.variant.post_id}/",
            at=delivery.state_since,
        )


# --- what came of it --------------------------------------------------------------------------


def _fate(scene: Scene, entry: Entry, delivery: Delivery) -> Fate:
    days = (scene.now - (delivery.live_at or scene.now)) / timedelta(days=1)
    then = (delivery.channel.followers or 1000) * (1 - 0.37 * days / DAYS)
    pictured = entry.picture is not None
    return fate(scene.dice, then, entry.text, pictured, entry.linked)


def _read(scene: Scene, fates: dict[int, Fate]) -> dict[tuple[int, str], int]:
    reached: dict[tuple[int, str], int] = {}
    rows = []
    for delivery in scene.live:
        newest: dict[str, int] = {}
        live_at = delivery.live_at or scene.now
        for at, metric, total in readings(fates[delivery.pk], live_at, scene.now):
            newest[metric] = total
            rows.append(Reading(delivery=delivery, metric=metric, total=total, read_at=at))
        _add(reached, delivery, newest)
    append(rows)
    return {key: total for key, total in reached.items() if key[1] != "clicks"}


def _click(
    scene: Scene, links: dict[int, Link], fates: dict[int, Fate]
) -> dict[tuple[int, str], int]:
    reached: dict[tuple[int, str], int] = {}
    clicks, won = [], []
    for delivery in scene.live:
        link = links.get(delivery.variant_id)
        if link is None:
            continue
        mine = _visits(scene, link, delivery, fates[delivery.pk])
        bought = [_sale(scene, c) for c in mine if not c.robot and scene.dice.random() < BOUGHT]
        people = sum(not c.robot for c in mine)
        _add(reached, delivery, {"clicks": people, "conversions": len(bought)})
        clicks += mine
        won += bought
    Click.objects.bulk_create(clicks, batch_size=2000)
    Conversion.objects.bulk_create([c for c in won if c.at < scene.now])
    return reached


def _visits(scene: Scene, link: Link, delivery: Delivery, fate: Fate) -> list[Click]:
    live_at = delivery.live_at or scene.now
    age = (scene.now - live_at) / timedelta(hours=1)
    many = int(fate.finals.get("clicks", 0) * grown(age))
    return [
        Click(
            link=link,
            ref=uuid4().hex,
            visitor=f"{scene.dice.getrandbits(128):032x}",
            robot=scene.dice.random() < 0.06,
            at=_when(scene, live_at),
        )
        for _ in range(many)
    ]


def _when(scene: Scene, live_at: datetime) -> datetime:
    """Mostly within the first hours, never in the future."""
    for _ in range(20):
        at = live_at + timedelta(hours=scene.dice.expovariate(1 / 9))
        if at < scene.now - timedelta(hours=1):
            return at
    return live_at


def _sale(scene: Scene, click: Click) -> Conversion:
    return Conversion(
        workspace=scene.workspace,
        click=click,
        kind="purchase",
        value=Decimal(scene.dice.choice(PRICES)),
        currency=scene.workspace.currency,
        ref=f"demo-{click.ref}",
        at=click.at + timedelta(minutes=scene.dice.randrange(2, 40)),
    )


def _add(
    reached: dict[tuple[int, str], int], delivery: Delivery, totals: dict[str, int]
) -> None:
    campaign = delivery.variant.post.campaign_id
    if campaign is None:
        return
    for metric, total in totals.items():
        key = (campaign, metric)
        reached[key] = reached.get(key, 0) + total
