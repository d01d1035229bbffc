"""Who must agree to a post, who has, and who is still asked. A yes counts for one seal.

Rules that match a post add up; the steps of one rule follow each other. Where no rule matches,
one yes of anybody who may approve is enough.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.db.models import Max, Model, Q

from clarion.accounts.models import Membership, Workspace
from clarion.content.models import ApprovalRule, ApprovalStep, ClientLink, Decision, Post
from clarion.content.models.rules import ESCALATE, REMIND

NAMED = 3  # people that a sentence names before it says how many others there are
Said = Decision.Said


@dataclass(frozen=True)
class Step:
    """One step as it stands for one post."""

    name: str
    asked: Sequence[Membership]  # who may decide here
    quorum: int  # of `models.rules`: 0 is everyone
    clients: bool
    yes: Sequence[str] = ()  # names of those who agreed
    members: frozenset[int] = frozenset()  # their memberships

    @property
    def needed(self) -> int:
        """At least one: nobody is not everybody."""
        return self.quorum or max(len(self.asked), 1)

    @property
    def passed(self) -> bool:
        return len(self.yes) >= self.needed

    @property
    def missing(self) -> list[Membership]:
        return [] if self.passed else [m for m in self.asked if m.pk not in self.members]

    @property
    def can_pass(self) -> bool:
        return self.clients or len(self.asked) >= self.needed

    def asks(self, membership: int | None) -> bool:
        return any(m.pk == membership for m in self.asked)

    @property
    def said(self) -> str:
        """“1 of 2; waiting for Anna”."""
        told = f"{min(len(self.yes), self.needed)} of {self.needed}"
        return told if self.passed else f"{told}; waiting for {self.waiting}"

    @property
    def who(self) -> str:
        """“Anna and Ben”, “one of Anna and Ben”, whoever has decided."""
        return replace(self, yes=(), members=frozenset()).waiting

    @property
    def waiting(self) -> str:
        """“Anna and Ben” where all of them are needed, “one of Anna and Ben” where one is."""
        left, rest = self.needed - len(self.yes), [str(m.user) for m in self.missing]
        names = named(rest) if rest else "a client" if self.clients else "nobody who may"
        return names if left >= len(rest) else f"{_count(left)} of {names}"


def named(names: Sequence[str]) -> str:
    """
    >>> named(["Ada", "Bo"]), named(["Ada", "Bo", "Cy", "Di", "Ed"])
    ('Ada and Bo', 'Ada, Bo, Cy and 2 others')
    """
    most = NAMED if len(names) > NAMED + 1 else len(names)
    shown, others = list(names[:most]), len(names) - most
    if others:
        return f"{', '.join(shown)} and {others} others"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


def _count(n: int) -> str:
    return "one" if n == 1 else str(n)


@dataclass(frozen=True)
class Consent:
    """All that has to be agreed before a post may go out, rule by rule."""

    rules: Sequence[tuple[str, Sequence[Step]]]
    remind: timedelta = timedelta(hours=REMIND)
    escalate: timedelta = timedelta(hours=ESCALATE)

    @property
    def steps(self) -> list[Step]:
        return [step for _, steps in self.rules for step in steps]

    @property
    def ruled(self) -> bool:
        """Does any rule speak about it?"""
        return any(name for name, _ in self.rules)

    @property
    def complete(self) -> bool:
        return all(step.passed for step in self.steps)

    @property
    def open(self) -> list[Step]:
        """The steps whose turn it is: of each rule the first that has not passed."""
        found = (next((s for s in steps if not s.passed), None) for _, steps in self.rules)
        return [step for step in found if step]

    @property
    def missing(self) -> list[Membership]:
        """Who is asked at this moment, each once."""
        return list({m.pk: m for step in self.open for m in step.missing}.values())

    @property
    def said(self) -> str:
        """“1 of 3 approvals; waiting for Anna”."""
        steps = self.steps
        needed = sum(s.needed for s in steps)
        got = sum(min(len(s.yes), s.needed) for s in steps)
        told = f"{got} of {needed} approval{'s' * (needed > 1)}"
        waiting = "; then ".join(dict.fromkeys(s.waiting for s in self.open))
        return f"{told}; waiting for {waiting}" if waiting else told

    @property
    def asking(self) -> str:
        """“Anna; then one of Bo and Cy”: who decides, step by step, whoever has already."""
        return "; ".join("; then ".join(s.who for s in steps) for _, steps in self.rules)

    @property
    def hopeless(self) -> Step | None:
        """A step of a rule that the people who are there can never pass."""
        return next((s for s in self.steps if s.name and not s.can_pass), None)

    def has_yes_of(self, membership: int | None) -> bool:
        return any(membership in step.members for step in self.steps)

    def asks(self, membership: int | None) -> bool:
        """Is it this person's turn?"""
        return any(m.pk == membership for m in self.missing)


ONE = ApprovalStep(position=0, clients=True)  # where no rule matches


@dataclass(frozen=True)
class Yes:
    """One approval that still counts."""

    name: str
    member: int | None = None
    link: ClientLink | None = None


@dataclass
class Consents:
    """The rules and people of a workspace, read once for as many posts as there are."""

    workspace: Workspace
    rules: Sequence[ApprovalRule] = field(init=False)
    people: Sequence[Membership] = field(init=False)

    def __post_init__(self) -> None:
        rows = self.workspace.approval_rules.order_by("pk")
        self.rules = list(rows.prefetch_related("steps__people", "channels", "labels"))
        people = self.workspace.memberships.filter(user__is_active=True)
        self.people = list(people.select_related("user").order_by("pk"))

    def of(self, post: Post, yes: Sequence[Yes] | None = None) -> Consent:
        """How far one post is. `yes` is what counts already, where it has been read."""
        counted = counting([post])[post.pk] if yes is None else yes
        channels = [v.channel_id for v in post.variants.all()]
        return self.told(
            channels, [label.pk for label in post.labels.all()], counted, post.writers
        )

    def told(
        self,
        channels: Collection[int],
        labels: Collection[int],
        yes: Sequence[Yes],
        writers: Collection[int],
    ) -> Consent:
        """What it takes for these channels and labels, of words by these users."""
        rules = self.matching(channels, labels)
        voices = [m for m in self.people if self._may(m, channels, writers)]
        if not rules:
            return Consent([("", [_step(None, ONE, voices, yes)])])
        return Consent(
            [(r.name, [_step(r, s, voices, yes) for s in r.steps.all()]) for r in rules],
            timedelta(hours=max(r.remind_hours for r in rules)),
            timedelta(hours=max(r.escalate_hours for r in rules)),
        )

    def by(self, rule: ApprovalRule) -> Consent:
        """What this rule alone asks of people, of a post that nobody here wrote."""
        channels = [channel.pk for channel in rule.channels.all()]
        voices = [m for m in self.people if self._may(m, channels, ())]
        return Consent([(rule.name, [_step(rule, s, voices, ()) for s in rule.steps.all()])])

    def all_of(self, posts: Sequence[Post]) -> dict[int, Consent]:
        """By post id, in one more query however many there are."""
        counted = counting(posts)
        return {post.pk: self.of(post, counted[post.pk]) for post in posts}

    def matching(
        self, channels: Collection[int], labels: Collection[int]
    ) -> list[ApprovalRule]:
        return [
            rule
            for rule in self.rules
            if _meets(rule.channels.all(), channels) and _meets(rule.labels.all(), labels)
        ]

    def _may(
        self, member: Membership, channels: Iterable[int], writers: Collection[int]
    ) -> bool:
        """May they approve it, as far as roles go and four eyes?"""
        if self.workspace.four_eyes and member.user_id in writers:
            return False
        actor = member.actor()
        return all(actor.can("approve", pk) for pk in channels)


def of(post: Post) -> Consent:
    return Consents(post.workspace).of(post)


def suffices(post: Post, membership: int | None) -> bool:
    """Would this person's yes, with those that are there, be all that it takes?"""
    known = Consents(post.workspace)
    before = counting([post])[post.pk]
    after = [*before, Yes("", membership)]
    now, then = known.of(post, before), known.of(post, after)
    return then.complete and (now.asks(membership) or now.has_yes_of(membership))


def counting(posts: Sequence[Post]) -> dict[int, list[Yes]]:
    """The approvals of each post that still count: of its very bytes, by different people,
    since somebody sent it back or changed it."""
    seals = {post.pk: post.seal() for post in posts}
    ended = Q(decisions__said__in=[Said.RETURNED, Said.VOIDED])
    last = Max("decisions__pk", filter=ended)
    since = dict(
        Post.objects.filter(pk__in=seals).annotate(last=last).values_list("pk", "last")
    )
    rows = Decision.objects.filter(post__in=seals, said=Said.APPROVED).order_by("pk")
    rows = rows.select_related("member__user", "link__maker__user").defer("content")
    found: dict[int, list[Yes]] = {pk: [] for pk in seals}
    for row in rows:
        fresh = row.pk > (since[row.post_id] or 0) and row.seal == seals[row.post_id]
        if fresh:
            found[row.post_id].append(Yes(row.by, row.member_id, row.link))
    return found


def _step(
    rule: ApprovalRule | None,
    step: ApprovalStep,
    voices: Sequence[Membership],
    counted: Sequence[Yes],
) -> Step:
    named_ones = {m.pk for m in step.people.all()} if step.pk else set()
    asked = [m for m in voices if _belongs(m, step, named_ones)]
    ids = {m.pk for m in asked}
    members: Mapping[int, str] = {y.member: y.name for y in counted if y.member in ids}
    links = {y.link.pk: y.name for y in counted if step.clients and _speaks(y.link)}  # type: ignore[union-attr]
    return Step(
        name=str(step) if rule else "",
        asked=asked,
        quorum=step.quorum,
        clients=step.clients,
        yes=[*members.values(), *links.values()],
        members=frozenset(members),
    )


def _belongs(member: Membership, step: ApprovalStep, named_ones: set[int]) -> bool:
    if named_ones:
        return member.pk in named_ones
    return not step.role or member.role == step.role


def _speaks(link: ClientLink | None) -> bool:
    """A yes through a link counts for as long as its maker could give it."""
    return link is not None and link.may_approve and link.maker.actor().can_somewhere("approve")


def _meets(wanted: Iterable[Model], have: Collection[int]) -> bool:
    """No wish is met by everything."""
    pks = {row.pk for row in wanted}
    return not pks or bool(pks & set(have))
