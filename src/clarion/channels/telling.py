"""How a message reaches a person: by mail, in their browser, in a chat.

A message that was sent while the worker died is sent again: better twice than never. A mail
keeps its Message-ID and a push message its topic, so most readers show such a pair once; a
chat shows it twice.
"""

import hashlib
import json
from collections.abc import Sequence

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.utils import timezone

from clarion.accounts.models import KINDS, Notice, Telling
from clarion.channels.chat import send as say_in_chat
from clarion.channels.line import current
from clarion.kit import webpush
from clarion.networks.base import Refused, TryLater
from clarion.networks.http import ask_raw, retry_at
from clarion.text.shortening import shortened

SALT = "clarion.stop-mail"
GONE = (404, 410)  # what a push service says of a browser that is no more (RFC 8030 §7.3)
TITLE, BODY = 120, 600  # characters of a push message
TEST = "This is a test. Messages of Clarion arrive here."


class AddressGone(Refused):
    """Nobody lives there any more: asking again is of no use."""


def stop_link(membership_id: int, kinds: Sequence[str]) -> str:
    """A link that ends mails of these kinds with one click, without signing in."""
    token = signing.dumps([membership_id, *sorted(kinds)], salt=SALT, compress=True)
    return f"{settings.PUBLIC_URL}/stop-mail/{token}/"


def read_stop_link(token: str) -> tuple[int, list[str]] | None:
    """Whose mails of which kinds, or None for a token that is not ours."""
    try:
        membership, *kinds = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return membership, kinds


def place(notice: Notice, path: str = "") -> str:
    """The whole address of where a notice leads."""
    below = path or notice.url or "notifications/"
    return f"{settings.PUBLIC_URL}/w/{notice.workspace.slug}/{below}"


# --- by mail --------------------------------------------------------------------------------


async def by_mail(telling: Telling, notices: Sequence[Notice]) -> None:
    await sync_to_async(_mail(telling, notices).send, thread_sensitive=False)()


def _mail(telling: Telling, notices: Sequence[Notice]) -> EmailMessage:
    kinds = sorted({n.kind for n in notices})
    stop = stop_link(telling.membership_id, kinds) if kinds else ""
    space = telling.membership.workspace.name
    parts = [*(_told(n) for n in notices)] or [TEST]
    why = _foot(kinds, stop)
    headers = {"Message-ID": _message_id(telling), "Auto-Submitted": "auto-generated"}
    if stop:
        headers |= {
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return EmailMessage(
        subject=f"{space}: {_title(notices)}",
        body="\n\n".join([*parts, f"-- \n{why}"]),
        to=[telling.membership.user.email],
        headers=headers,
    )


def _told(notice: Notice) -> str:
    lines = [notice.text, notice.detail, f"See to it: {place(notice)}"]
    if notice.picture:
        lines.insert(2, f"Picture: {place(notice, notice.picture)}")
    return "\n\n".join(line for line in lines if line)


def _foot(kinds: Sequence[str], stop: str) -> str:
    if not stop:
        return "Somebody pressed “Send a test” in Clarion."
    said = ", ".join(f"“{KINDS[k]}”" for k in kinds)
    return f"You get this because you asked for {said} by e-mail.\nNo more of these: {stop}"


def _message_id(telling: Telling) -> str:
    """The same for the same message, so that one that is sent twice is one to whoever reads."""
    host = settings.PUBLIC_URL.partition("://")[2].partition("/")[0].partition(":")[0]
    seed = f"{settings.SECRET_KEY}:{telling.pk}:{telling.membership_id}"
    return f"<telling-{hashlib.sha256(seed.encode()).hexdigest()[:32]}@{host}>"


def _title(notices: Sequence[Notice]) -> str:
    if not notices:
        return "a test"
    if len(notices) > 1:
        return f"{len(notices)} things since you were last told"
    return shortened(" ".join(notices[0].text.split()), TITLE)


# --- in a browser ---------------------------------------------------------------------------


async def by_push(telling: Telling, notices: Sequence[Notice]) -> None:
    key, to = telling.push_key, telling.address.secret if telling.address else {}
    if key is None or not key.secret or not to:
        raise AddressGone("Switch messages on again in this browser.")
    topic = webpush.pack(hashlib.sha256(f"telling:{telling.pk}".encode()).digest())[:32]
    body = webpush.encrypt(_shown(telling, notices), to["p256dh"], to["auth"])
    known = webpush.headers(
        to["endpoint"],
        private=key.secret["private"],
        contact=settings.PUBLIC_URL,
        now=timezone.now(),
        topic=topic,
    )
    answer = await ask_raw(
        current(), "POST", to["endpoint"], writes=False, content=body, headers=dict(known)
    )
    if answer.status_code in GONE:
        raise AddressGone("This browser takes no more messages. Switch them on there again.")
    if answer.status_code == 429 or answer.status_code >= 500:
        raise TryLater("The push service of this browser is busy.", retry_at(answer))
    if answer.status_code >= 400:
        raise Refused(f"The push service of this browser said no ({answer.status_code}).")


def _shown(telling: Telling, notices: Sequence[Notice]) -> bytes:
    """What the service worker shows. A picture is on our own server: it asks for a sign-in."""
    one = notices[0] if len(notices) == 1 else None
    workspace = telling.membership.workspace
    said = {
        "title": shortened(_title(notices), TITLE),
        "body": _body(one, notices) if notices else TEST,
        "url": place(one)
        if one
        else f"{settings.PUBLIC_URL}/w/{workspace.slug}/notifications/",
        "image": place(one, one.picture) if one and one.picture else "",
        "tag": f"clarion-{telling.pk}",
    }
    return json.dumps(said, ensure_ascii=False).encode()


def _body(one: Notice | None, notices: Sequence[Notice]) -> str:
    lines = [one.detail or one.text] if one else [n.text for n in notices]
    return shortened("\n".join(lines), BODY)


# --- in a chat ------------------------------------------------------------------------------


async def by_chat(telling: Telling, notices: Sequence[Notice]) -> None:
    address = telling.address
    if address is None or not address.secret:
        raise AddressGone("The address of this chat is gone. Enter it again.")
    text = "\n\n".join([_told(n) for n in notices] or [TEST])
    await sync_to_async(say_in_chat, thread_sensitive=False)(address.secret["url"], text)


WAYS = {"mail": by_mail, "push": by_push, "chat": by_chat}
