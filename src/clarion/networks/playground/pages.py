"""What a person sees of the network: the feed, an account, a post, a picture."""

from functools import partial
from html import escape
from typing import Any

from clarion.networks.playground import html, journey, messages, promotions
from clarion.networks.playground.audience import PEAKS, audience, exposure
from clarion.networks.playground.clock import DAY, HOUR, now
from clarion.networks.playground.place import Place, Who
from clarion.networks.playground.posts import number
from clarion.networks.playground.reading import account, of_post
from clarion.networks.playground.web import Answer, Handler, Request, Sorry
from clarion.networks.practice import PRACTISED

PAGE = 20
POSTS = (
    "select post.*, handle, name, practises from post "
    "join account on account.id = post.account "
)
SPOKEN = {"en": "English", "de": "German", "fr": "French", "es": "Spanish"}


def routes(place: Place) -> list[tuple[str, str, Handler]]:
    return [
        ("GET", "/", partial(feed, place)),
        ("GET", "/p/{id}", partial(post, place)),
        ("GET", "/media/{id}", partial(medium, place)),
        ("GET", "/{handle}", partial(profile, place)),
        ("GET", "/playground.css", html.style),
    ]


async def feed(place: Place, request: Request) -> Answer:
    rows, older = _some(place, request, "")
    cards = _cards(place, rows) or (
        '<div class="card"><h2>Nobody has posted yet</h2><p>Connect an account to this address '
        "in Clarion and publish something: it appears here within a second.</p></div>"
    )
    body = (
        f'<h1>Feed</h1><div class="column">{cards}{older}</div><aside class="stack" '
        f'aria-label="About this world">{_clock(place)}{_talk(place)}</aside>'
    )
    return html.frame("Feed", body, at="/", two=True)


async def profile(place: Place, request: Request) -> Answer:
    handle = request.parts["handle"]
    if not handle.startswith("@"):
        raise Sorry(404, "There is nothing here.")
    who = place.by_handle(handle)
    rows, older = _some(place, request, "and post.account = ?", who.id)
    about = account(place, who)
    practice = f" · practises {PRACTISED[who.practises].name}" if who.practises else ""
    head = (
        f'<h1>{escape(who.name)}</h1><div class="card head"><p class="soft">@{who.handle}'
        f"{practice}</p>"
        + html.figures({k: about[k] for k in ("followers", "following", "posts")})
        + "</div>"
    )
    body = (
        f'{head}<div class="column">{_story(place, who)}{_cards(place, rows)}{older}</div>'
        f'<aside class="stack" aria-label="Followers">{_followers(place, handle[1:])}</aside>'
    )
    return html.frame(who.name, body, two=True)


async def post(place: Place, request: Request) -> Answer:
    sql = POSTS + "where post.id = ? and deleted_at is null and direct = ''"
    row = place.store.row(sql, number("p" + request.parts["id"]))
    if row is None:
        raise Sorry(404, "This post is gone, or never was.")
    card = html.post_card(row, of_post(place, row, row["handle"]))
    heard = messages.below(place, row, row["handle"])
    talk = "".join(html.said(h, h.id.partition("-")[2]) for h in heard)
    talk = talk or '<p class="soft">No comments yet.</p>'
    body = (
        f'<h1>A post by {escape(row["name"])}</h1><div class="column">{card}'
        f'<section class="card"><h2>Comments ({len(heard)})</h2>{talk}</section></div>'
        f'<aside class="stack" aria-label="Why it travelled">{_why(place, row)}'
        f"{_paid(place, row)}</aside>"
    )
    return html.frame(f"A post by {row['name']}", body, two=True)


async def medium(place: Place, request: Request) -> Answer:
    media_id = number("p" + request.parts["id"])
    row = place.store.row("select mime, body from media where id = ?", media_id)
    if row is None:
        raise Sorry(404, "There is no such picture.")
    headers = (("Cache-Control", "private, max-age=3600"), *html.HEADERS)
    return Answer(row["body"], mime=row["mime"], headers=headers)


def _some(place: Place, request: Request, where: str, *values: Any) -> tuple[list[Any], str]:
    """A page of posts, newest first, and the way to older ones."""
    before = number("p" + request.one("before", "0")) or 1 << 60
    sql = f"{POSTS} where deleted_at is null and direct = '' and post.id < ? {where} "
    rows = place.store.rows(sql + "order by post.id desc limit ?", before, *values, PAGE)
    if len(rows) < PAGE:
        return rows, ""
    return rows, f'<p><a href="?before={rows[-1]["id"]}">Older posts</a></p>'


def _cards(place: Place, rows: list[Any]) -> str:
    return "".join(html.post_card(row, of_post(place, row, row["handle"])) for row in rows)


def _story(place: Place, who: Who) -> str:
    """The frames of the last day, in the order in which they came."""
    sql = (
        "select * from post where account = ? and surface = 'story' and deleted_at is null "
        "and ready_at > ? order by id"
    )
    rows = place.store.rows(sql, who.id, now() - DAY)
    frames = "".join(f"<li>{html.media(row)}</li>" for row in rows)
    if not frames:
        return ""
    return f'<section class="card"><h2>Story</h2><ol class="frames">{frames}</ol></section>'


def _clock(place: Place) -> str:
    speed = place.clock.ticks[-1].speed
    pace = "Time stands still." if not speed else f"One second here is {_span(speed)}."
    ahead = (place.clock.sim(now()) - place.clock.ticks[0].sim) / DAY
    return (
        f'<section class="card"><h2>Simulated time</h2><p>{pace} {ahead:,.1f} days have gone '
        'by since the beginning.</p><p><a href="/switchboard">Turn the clock</a></p></section>'
    )


def _span(seconds: float) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            many = seconds / size
            return f"{many:g} {name}{'' if many == 1 else 's'}"
    return f"{seconds:g} seconds"


def _talk(place: Place) -> str:
    since = place.clock.real(place.clock.sim(now()) - 12 * HOUR)
    heard = [*messages.in_public(place, since, now()), *messages.scripted_in_public(place, 0)]
    latest = sorted((h for h in heard if h.at <= now()), key=lambda h: h.at)[-8:]
    lines = "".join(html.said(h) for h in reversed(latest)) or '<p class="soft">Silence.</p>'
    return f'<section class="card"><h2>What strangers say</h2>{lines}</section>'


def _followers(place: Place, handle: str) -> str:
    people = audience(place.seed, handle.lower())
    likes = sorted(people.topics.items(), key=lambda t: -t[1])[:5]
    parts = (
        ("They like", [(topic, share) for topic, share in likes]),
        ("They read", [(SPOKEN[k], share) for k, share in people.languages.items()]),
        ("They look", [(f"{k}, {PEAKS[k]:g} h UTC", v) for k, v in people.awake.items()]),
    )
    return "".join(
        f'<section class="card"><h2>{title}</h2><table>{"".join(map(_share, shares))}'
        "</table></section>"
        for title, shares in parts
    )


def _share(share: tuple[str, float]) -> str:
    name, part = share
    return f'<tr><th scope="row">{name}</th><td class="n">{part:.0%}</td></tr>'


def _why(place: Place, row: Any) -> str:
    facts = journey.facts(row, row["handle"])
    lines = "".join(
        f'<tr><th scope="row">{why}</th><td class="n">{100 * points:+.0f}</td></tr>'
        for why, points in journey.reasons(place.seed, facts)
        if abs(points) >= 0.005
    )
    hour = row["ready_at"] // HOUR % 24
    here = exposure(place.seed, row["handle"], facts.quarter)
    quality = 100 * journey.quality(place.seed, facts)
    return (
        f'<section class="card"><h2>Why it travelled</h2><table>{lines}<tr><th scope="row">'
        f'Quality of 100</th><td class="n"><b>{quality:.0f}</b>'
        f"</td></tr></table><p class=soft>Posted at {hour} h UTC, which reaches {here:.0%} of "
        "what the best hour reaches.</p></section>"
    )


def _paid(place: Place, row: Any) -> str:
    """What each promotion has paid, next to what a thousand views cost at auction."""
    lines = "".join(
        f'<tr><th scope="row">{ad["spent"]} of {ad["budget"]} {ad["currency"]}</th>'
        f'<td class="n">{ad["views"]:,}</td><td class="n">{ad["thousand"] or "-"}</td></tr>'
        for ad in promotions.of_post(place, row["id"])
    )
    if not lines:
        return ""
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Spent", "Views", "1,000 cost"))
    return (
        f'<section class="card"><h2>Promotions</h2><table><tr>{heads}</tr>{lines}</table>'
        '<p class="soft">Places are auctioned: the highest bid is shown and pays what just '
        "beats the next. A better post pays less; much money for few people pays more.</p>"
        "</section>"
    )
