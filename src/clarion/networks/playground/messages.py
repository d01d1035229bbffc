"""What people say: below posts, about accounts, in private, in public.

Simulated people say things at moments that follow from the seed; real accounts and the control
room say the rest. Whoever asks twice for the same span of time hears the same.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from clarion.networks.playground import journey, talk
from clarion.networks.playground.chance import chance, pick, weighted
from clarion.networks.playground.clock import DAY, HOUR, iso, now
from clarion.networks.playground.people import Person, person
from clarion.networks.playground.place import Place, Who
from clarion.networks.playground.posts import number
from clarion.networks.playground.topics import CALLED, gist

LOOK_BACK = 14 * DAY  # simulated: how far talk of strangers is remembered
ALIVE = 31 * DAY  # simulated: how long a post is commented on
PEOPLE = 100_000
MENTIONS, DIRECTS, PUBLIC = 0.04, 0.02, 3.0  # an hour
MOODS = {"happy": 0.4, "neutral": 0.25, "question": 0.2, "angry": 0.15}
COMMENT = re.compile(r"p\d+-[ct]\d*")


@dataclass(frozen=True)
class Heard:
    id: str
    kind: str  # "comment" | "mention" | "direct" | "quote" | "post"
    author: str
    name: str
    text: str
    at: int  # real time
    on: str = ""
    thread: str = ""
    url: str = ""
    language: str = "en"
    mood: str = ""  # known here, never told to the outside


def show(heard: Heard) -> dict[str, Any]:
    return {**asdict(heard), "at": iso(heard.at), "mood": None}


def inbox(place: Place, who: Who, since: int) -> list[Heard]:
    """Everything said to this account after the real moment `since`, oldest first."""
    until = now()
    said = [
        *_below_posts(place, who, since),
        *strangers(place, who, since, until),
        *_scripted(place, "account = ? and at > ?", who.id, since),
        *_accounts(place, who, since),
    ]
    return sorted((h for h in said if since < h.at <= until), key=lambda h: (h.at, h.id))


def below(place: Place, row: sqlite3.Row, handle: str) -> list[Heard]:
    """The comments below a post by now, whoever wrote them, oldest first."""
    said = [*comments(place, row, handle), *written_below(place, row["id"])]
    return sorted((h for h in said if h.at <= now()), key=lambda h: (h.at, h.id))


def written_below(place: Place, post: int) -> list[Heard]:
    """What accounts and the control room said below a post by now, and the thanks for it."""
    # "p12" itself and all that starts with "p12-", in a form that an index can answer.
    ids, where = (f"p{post}", f"p{post}-", f"p{post}."), "({0} = ? or ({0} > ? and {0} < ?))"
    said = _scripted(place, "kind = 'comment' and " + where.format("target"), *ids)
    for row in place.store.rows(f"{POSTS} and {where.format('reply_to')}", *ids):
        thanks = _thanks(place, row)
        said += [_by_account(place, row, "comment", row["reply_to"])]
        said += [thanks] if thanks else []
    return [heard for heard in said if heard.at <= now()]


# --- simulated people ---------------------------------------------------------------------


def comments(place: Place, row: sqlite3.Row, handle: str, since: int = 0) -> Iterator[Heard]:
    """Every comment that simulated people will ever make below this post after `since`."""
    post = journey.facts(row, handle)
    start = place.clock.sim(row["ready_at"])
    for nth, hours in enumerate(journey.comment_hours(place.seed, post), 1):
        at = place.clock.real(start + int(hours * HOUR))
        if at <= since:
            continue
        who = _somebody(place, post.post, nth)
        language = post.language if chance(place.seed, nth, post.post) < 0.8 else who.language
        mood = journey.mood(place.seed, post, nth)
        lines = _lines(talk.COMMENTS, language)[mood]
        first = int(chance(place.seed, "line", post.post) * len(lines))
        yield Heard(
            id=f"p{post.post}-c{nth}",
            kind="comment",
            author=who.handle,
            name=who.name,
            text=_fill(lines[(first + nth) % len(lines)], gist(post.text)),
            at=at,
            on=f"p{post.post}",
            thread=f"p{post.post}-c{nth}",
            url=_url(place, f"p/{post.post}#c{nth}"),
            language=_known(language),
            mood=mood,
        )


def _below_posts(place: Place, who: Who, since: int) -> Iterator[Heard]:
    """Comments and thanks below everything of this account that is still talked about."""
    alive = place.clock.real(place.clock.sim(since) - ALIVE)
    sql = "select * from post where account = ? and created_at > ? and deleted_at is null"
    for row in place.store.rows(sql, who.id, alive):
        if not (row["reply_to"] or row["direct"]):
            yield from comments(place, row, who.handle, since)
        elif thanks := _thanks(place, row):
            yield thanks


def _thanks(place: Place, row: sqlite3.Row) -> Heard | None:
    """Half of those who get an answer say thank you, an hour or two later."""
    to = row["direct"] or row["reply_to"]
    answered = row["direct"] or COMMENT.fullmatch(to) or to[0] in "smt"
    if not answered or to.endswith("-t") or chance(place.seed, "thanks", row["id"]) > 0.5:
        return None
    author, name = _author(place, to)
    if not author:
        return None
    language = _known(row["language"][:2])
    later = int((0.5 + 1.5 * chance(place.seed, "later", row["id"])) * HOUR)
    return Heard(
        id=f"p{row['id']}-t",
        kind="direct" if row["direct"] else "comment",
        author=author,
        name=name,
        text=pick(talk.THANKS[language], place.seed, "thanks", row["id"]),
        at=place.clock.real(place.clock.sim(row["created_at"]) + later),
        on=f"p{row['id']}",
        thread=to,
        url=_url(place, f"p/{row['id']}"),
        language=language,
        mood="happy",
    )


def _author(place: Place, remote_id: str) -> tuple[str, str]:
    """Handle and name of whoever said this; empty when nobody is known to have said it."""
    if remote_id.startswith("d-"):
        handle = remote_id.split("-", 2)[-1]
        return handle, _name(handle)
    if remote_id.startswith("s"):
        row_id = number("p" + remote_id[1:])
        said = place.store.row("select author from said where id = ?", row_id)
        return (said["author"], _name(said["author"])) if said else ("", "")
    if found := re.fullmatch(r"p(\d+)-c(\d+)", remote_id):
        who = _somebody(place, int(found[1]), int(found[2]))
        return who.handle, who.name
    if remote_id[0] in "mt":
        who = _somebody(place, *remote_id.split("-"))
        return who.handle, who.name
    return "", ""


def strangers(place: Place, who: Who, since: int, until: int) -> Iterator[Heard]:
    """Mentions of an account, and private messages to it, by people it never met."""
    for hour in _hours(place, max(since, who.created_at), until):
        if chance(place.seed, who.handle, hour, "mention") < MENTIONS * place.settings.talk:
            yield _stranger(place, who, hour, "mention")
        if chance(place.seed, who.handle, hour, "direct") < DIRECTS * place.settings.talk:
            yield _stranger(place, who, hour, "direct")


def _stranger(place: Place, to: Who, hour: int, kind: str) -> Heard:
    letter = "m" if kind == "mention" else "n"
    by = _somebody(place, f"{letter}{to.id}", hour)
    mood = weighted(MOODS, place.seed, to.handle, hour, kind, "mood")
    table = talk.PUBLIC if kind == "mention" else talk.DIRECTS
    line = pick(_lines(table, by.language)[mood], place.seed, to.handle, hour, kind)
    about = f"@{to.handle}" if kind == "mention" else to.name
    remote_id = f"{letter}{to.id}-{hour}"
    return Heard(
        id=remote_id,
        kind=kind,
        author=by.handle,
        name=by.name,
        text=_fill(line, about),
        at=_moment(place, to.handle, hour, kind),
        thread=remote_id if kind == "mention" else f"d-{to.id}-{by.handle}",
        url=_url(place, f"@{to.handle}"),
        language=by.language,
        mood=mood,
    )


def in_public(place: Place, since: int, until: int) -> Iterator[Heard]:
    """What strangers say to nobody in particular: about topics, subjects, names."""
    names = [
        (row["name"], row["created_at"])
        for row in place.store.rows(
            "select name, created_at from account order by id limit 200"
        )
    ]
    set_by_hand = [s.strip() for s in place.settings.subjects.split(",") if s.strip()]
    for hour in _hours(place, since, until):
        known = [
            name for name, since_when in names if place.clock.sim(since_when) < hour * HOUR
        ]
        often = PUBLIC * place.settings.talk
        for nth in range(int(often + chance(place.seed, hour, "public"))):
            yield _public(place, hour, nth, set_by_hand + known)


def _public(place: Place, hour: int, nth: int, subjects: list[str]) -> Heard:
    draw = (place.seed, "public", hour, nth)
    by = _somebody(place, f"t{hour}", nth)
    called = CALLED[by.language]
    topic = pick(list(called), *draw, "topic")
    special = subjects and chance(*draw, "special") < 0.5
    about = pick(subjects if special else called[topic], *draw, "about")
    mood = weighted(MOODS, *draw, "mood")
    return Heard(
        id=f"t{hour}-{nth}",
        kind="post",
        author=by.handle,
        name=by.name,
        text=_fill(pick(_lines(talk.PUBLIC, by.language)[mood], *draw), about),
        at=_moment(place, "public", hour, nth),
        thread=f"t{hour}-{nth}",
        url=_url(place, ""),
        language=by.language,
        mood=mood,
    )


# --- the control room and other accounts --------------------------------------------------


def scripted_in_public(place: Place, since: int) -> list[Heard]:
    return _scripted(place, "kind in ('post', 'mention') and at > ?", since)


def _scripted(place: Place, where: str, *values: object) -> list[Heard]:
    # `where` is written in this module, never by a request.
    rows = place.store.rows(f"select * from said where {where} order by id", *values)  # noqa: S608
    return [
        Heard(
            id=f"s{row['id']}",
            kind=row["kind"],
            author=row["author"],
            name=_name(row["author"]),
            text=row["text"],
            at=row["at"],
            on=row["target"] if row["kind"] in ("comment", "quote") else "",
            thread=row["thread"] or f"s{row['id']}",
            url=_url(place, ""),
            language=row["language"],
            mood=row["mood"],
        )
        for row in rows
    ]


POSTS = (
    "select post.*, handle, name from post join account on account.id = post.account "
    "where deleted_at is null and direct = '' "
)


def posted(place: Place, since: int) -> list[Heard]:
    """Public posts of real accounts after the real moment `since`."""
    rows = place.store.rows(POSTS + "and post.created_at > ? order by post.id", since)
    return [_by_account(place, row, "post", "") for row in rows if row["ready_at"] <= now()]


def _accounts(place: Place, who: Who, since: int) -> Iterator[Heard]:
    """What other accounts here said to this one."""
    sql = POSTS + (
        "and post.account <> ? and post.created_at > ? and (instr(lower(post.text), ?) "
        "or substr(reply_to, 1, 1) = 'p' or substr(quote, 1, 1) = 'p')"
    )
    mine = "select 1 from post where id = ? and account = ?"
    for row in place.store.rows(sql, who.id, since, f"@{who.handle}"):
        if place.store.row(mine, _base(row["reply_to"]), who.id):
            yield _by_account(place, row, "comment", row["reply_to"])
        elif place.store.row(mine, _base(row["quote"]), who.id):
            yield _by_account(place, row, "quote", row["quote"])
        elif f"@{who.handle}" in row["text"].lower():
            yield _by_account(place, row, "mention", "")


def _by_account(place: Place, row: sqlite3.Row, kind: str, on: str) -> Heard:
    return Heard(
        id=f"p{row['id']}",
        kind=kind,
        author=row["handle"],
        name=row["name"],
        text=row["text"],
        at=row["ready_at"],
        on=on,
        thread=row["root"] or row["reply_to"] or f"p{row['id']}",
        url=_url(place, f"p/{row['id']}"),
        language=_known(row["language"][:2]),
    )


# --- small parts --------------------------------------------------------------------------


def _base(remote_id: str) -> int:
    """The post that "p12" and "p12-c3" are about."""
    found = re.match(r"p(\d+)", remote_id)
    return int(found[1]) if found else 0


def _hours(place: Place, since: int, until: int) -> Iterable[int]:
    """The simulated hours that this span of real time touches, none older than LOOK_BACK."""
    last = place.clock.sim(until)
    first = max(place.clock.sim(since), last - LOOK_BACK)
    return range(first // HOUR, last // HOUR + 1)


def _moment(place: Place, *about: object) -> int:
    """The real time of something in the simulated hour `about[1]`."""
    hour = int(str(about[1]))
    return place.clock.real(hour * HOUR + int(chance(place.seed, "moment", *about) * HOUR))


def _somebody(place: Place, *about: object) -> Person:
    return person(place.seed, int(chance(place.seed, "who", *map(str, about)) * PEOPLE))


def _name(handle: str) -> str:
    return re.sub(r"\d+$", "", handle).replace(".", " ").replace("_", " ").title()


def _known(language: str) -> str:
    return language if language in talk.COMMENTS else "en"


def _lines(table: talk.Lines, language: str) -> Any:
    return table[_known(language)]


def _fill(line: str, it: str) -> str:
    text = line.replace("{it}", it)
    return text[:1].upper() + text[1:]


def _url(place: Place, path: str) -> str:
    return f"http://{place.own_host}/{path}"
