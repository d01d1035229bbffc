"""Say how one wants to be reached: what, by which way, when. Everybody for themselves."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from clarion.accounts.journal import record
from clarion.accounts.models import (
    KINDS,
    WAYS,
    Address,
    Hours,
    Membership,
    PushKey,
    Telling,
    Wish,
)
from clarion.accounts.rights import Actor, NotAllowed
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.webpush import browser_key, new_key, unpack
from clarion.kit.zones import must_be_zone

ADDRESSES_MOST = 20
MINUTES = 24 * 60
State = Telling.State
Choice = tuple[str, str, str]  # kind, way, when


@transaction.atomic
def choose(membership: Membership, wishes: Iterable[Choice], *, by: Actor) -> None:
    """Set how these kinds of notices reach somebody by these ways."""
    _must_be(membership, by)
    wanted = {(kind, way): when for kind, way, when in wishes}
    for (kind, way), when in wanted.items():
        _must_make_sense(kind, way, when)
    before = {(w.kind, w.way): w.when for w in membership.wishes.all()}
    changed = {key: when for key, when in wanted.items() if before.get(key) != when}
    for (kind, way), when in changed.items():
        Wish.objects.update_or_create(
            membership=membership, kind=kind, way=way, defaults={"when": when}
        )
    if changed:
        after = {f"{kind}, {way}": when for (kind, way), when in changed.items()}
        was = {f"{kind}, {way}": before.get((kind, way)) for kind, way in changed}
        record(by, "person.wishes_changed", str(membership.user), was, after)


def _must_make_sense(kind: str, way: str, when: str) -> None:
    if kind not in KINDS:
        raise NotYet(f"There is no kind “{kind[:40]}”. Known: {', '.join(KINDS)}.", "kind")
    if way not in WAYS:
        raise NotYet(f"There is no way “{way[:40]}”. Known: {', '.join(WAYS)}.", "way")
    offered = ("now", "off") if way == "app" else Wish.When.values
    if when not in offered:
        raise NotYet(f"“{when[:40]}” is no time. Choose one of {', '.join(offered)}.", "when")


@transaction.atomic
def stop_mail(membership: Membership, kinds: Collection[str]) -> None:
    """No more mails of these kinds: from the link in a mail, so nobody has signed in."""
    known = [kind for kind in kinds if kind in KINDS]
    choose(membership, [(kind, "mail", "off") for kind in known], by=membership.actor())


@transaction.atomic
def keep_hours(membership: Membership, said: Mapping[str, Any], *, by: Actor) -> Hours:
    """Change quiet hours and digests: time_zone, quiet_from, quiet_until, digest_at (minutes
    after midnight), digest_day (0 is Monday). What is left out stays.
    """
    _must_be(membership, by)
    hours, _ = Hours.objects.get_or_create(membership=membership)
    if said.get("time_zone"):
        must_be_zone(str(said["time_zone"]))
    before = {key: getattr(hours, key) for key in said}
    for key, value in said.items():
        setattr(hours, key, value)
    _must_be_hours(hours)
    hours.save()
    if before != dict(said):
        record(by, "person.hours_changed", str(membership.user), before, said)
    return hours


def _must_be_hours(hours: Hours) -> None:
    if (hours.quiet_from is None) != (hours.quiet_until is None):
        raise NotYet("Quiet hours need a beginning and an end; leave both empty for none.")
    for key in ("quiet_from", "quiet_until", "digest_at"):
        minute = getattr(hours, key)
        if minute is not None and not 0 <= minute < MINUTES:
            raise NotYet("A time of day is between 00:00 and 23:59.", key)
    if not 0 <= hours.digest_day <= 6:
        raise NotYet("A day of the week is 0 (Monday) to 6 (Sunday).", "digest_day")


# --- browsers and chats ---------------------------------------------------------------------


def push_key() -> str:
    """The public key that browsers ask for; made the first time."""
    known = PushKey.objects.order_by("-pk").first()
    if known is None or not known.secret:
        public, private = new_key()
        known = PushKey.objects.create(public=public, secret={"private": private})
    return known.public


@transaction.atomic
def add_browser(
    membership: Membership, name: str, endpoint: str, p256dh: str, auth: str, *, by: Actor
) -> Address:
    """Take up a browser that its owner has just asked for messages."""
    if not endpoint.startswith("https://") or len(endpoint) > 1000:
        raise NotYet("That is no address of a push service.", "endpoint")
    try:
        browser_key(p256dh)
        fits = len(unpack(auth)) == 16
    except ValueError:
        fits = False
    if not fits:
        raise NotYet("The browser sent a key that fits no push message.", "p256dh")
    secret = {"endpoint": endpoint, "p256dh": p256dh, "auth": auth}
    return _add(membership, "push", name.strip()[:100] or "Browser", endpoint, secret, by)


@transaction.atomic
def add_chat(membership: Membership, name: str, url: str, *, by: Actor) -> Address:
    """Keep the address of a chat, encrypted. `name` is the service; it was checked by it."""
    return _add(membership, "chat", name, url, {"url": url}, by)


def _add(
    membership: Membership, way: str, name: str, where: str, secret: dict[str, Any], by: Actor
) -> Address:
    _must_be(membership, by)
    if membership.addresses.count() >= ADDRESSES_MOST:
        raise NotYet(f"You have {ADDRESSES_MOST} already. Remove one that you do not use.")
    address, _ = Address.objects.update_or_create(
        membership=membership,
        fingerprint=hashlib.sha256(where.encode()).hexdigest(),
        defaults={"way": way, "name": name, "secret": secret, "problem": ""},
    )
    record(by, "person.address_added", str(membership.user), after={"way": way, "name": name})
    return address


@transaction.atomic
def remove_address(address: Address, *, by: Actor) -> None:
    """Nothing more goes there, not even what waits."""
    _must_be(address.membership, by)
    before = {"way": address.way, "name": address.name}
    record(by, "person.address_removed", str(address.membership.user), before)
    address.delete()


# --- does it arrive? ------------------------------------------------------------------------


@transaction.atomic
def send_test(
    membership: Membership, way: str, address: Address | None = None, *, by: Actor
) -> Telling:
    """A test message, at once: also in quiet hours, and whatever else was chosen."""
    _must_be(membership, by)
    if way not in ("mail", "push", "chat") or (way != "mail") != (address is not None):
        raise NotYet("A test goes out by mail, or to one browser or chat of yours.", "way")
    if membership.tellings.filter(test=True, state=State.WAITING, way=way).exists():
        raise Conflict("A test is on its way already. Wait for it, then try again.")
    return Telling.objects.create(
        membership=membership,
        way=way,
        address=address,
        test=True,
        state=State.WAITING,
        due_at=timezone.now(),
    )


@transaction.atomic
def try_again(telling: Telling, *, by: Actor) -> None:
    """Send once more what could not be sent."""
    _must_be(telling.membership, by)
    if telling.state != State.FAILED or not telling.move(State.WAITING):
        raise Conflict("That is on its way already.")


def _must_be(membership: Membership, by: Actor) -> None:
    by.must("read", membership.workspace_id)
    if by.membership_id != membership.pk:
        raise NotAllowed("How somebody is reached is theirs alone to say.")
