"""What the people of a bakery decide. What Clarion does by itself is left to its worker."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone
from PIL import Image, ImageDraw
from tools.loop_outside import Outside
from tools.loop_world import Failed

from clarion.accounts import actions as accounts
from clarion.accounts.journal import verify
from clarion.accounts.models import User, Workspace
from clarion.accounts.rights import Actor, NotAllowed
from clarion.ads import actions as ads
from clarion.ads.models import Ledger, Promotion
from clarion.ads.queries import Purse, purse
from clarion.channels import actions as channels
from clarion.channels.models import Channel, Reader
from clarion.community import actions as community
from clarion.community.models import Conversation, Inbox, Reply
from clarion.content import actions as content
from clarion.content import library
from clarion.content.models import Post
from clarion.kit.errors import NotYet
from clarion.listening import actions as listening
from clarion.listening.models import Watch
from clarion.measurement.models import Meter
from clarion.measurement.queries import Results, of_campaign
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery
from clarion.research import actions as research
from clarion.strategy import actions as strategy
from clarion.strategy.models import Campaign
from clarion.strategy.queries import brief

FINDING = "People look for opening hours before they look at prices"
ALT = "A round loaf of rye bread on a wooden board"
AHEAD = timedelta(seconds=5)


@dataclass
class Bakery:
    """Ada writes, Bo approves: four eyes, so neither can do it alone."""

    workspace: Workspace
    ada: Actor
    bo: Actor
    campaign: Campaign
    channel: Channel

    # --- content and publishing ---

    def write(self, text: str, link: str) -> Post:
        medium = library.add(self.workspace, "rye.png", picture(), alt=ALT, by=self.ada)
        return content.write(
            self.workspace,
            text,
            [self.channel],
            by=self.ada,
            campaign=self.campaign,
            link=link,
            media=[medium],
            planned_for=timezone.now() + AHEAD,
        )

    def approve_alone(self, post: Post) -> None:
        content.ask_for_approval(post, by=self.ada)
        content.approve(post, post.seal(), by=self.ada)

    def approve_and_plan(self, post: Post) -> Delivery:
        content.approve(post, post.seal(), by=self.bo)
        [delivery] = publishing.plan(post, by=self.bo)
        return delivery

    # --- what came of it, as Clarion knows it ---

    def conversation(self, words: str) -> Conversation | None:
        found = Conversation.objects.filter(messages__text=words)
        return found.select_related("channel__workspace").first()

    def answer(self, conversation: Conversation, text: str) -> Reply:
        return community.answer(conversation, text, by=self.ada)

    def watch(self, words: str) -> Watch:
        return listening.watch(self.channel, words, by=self.ada)

    def results(self) -> Results:
        return of_campaign(self.campaign)

    def promote(self, delivery: Delivery, amount: int) -> Promotion:
        delivery.refresh_from_db()
        return ads.promote(delivery, amount, by=self.ada)

    def purse(self) -> Purse:
        return purse(self.campaign)

    def brief(self) -> str:
        return str(brief(self.campaign))

    def journal(self) -> int:
        """How many lines it has. Fails when one of them was changed."""
        verdict = verify(self.workspace)
        if verdict.broken_at is not None:
            raise Failed(f"The journal is broken: {verdict.reason}")
        return verdict.rows

    # --- not waiting for the next round ---

    def look_again(self) -> None:
        """The inbox is read every 30 s and counts every 2 min; this asks for it now."""
        readers: tuple[type[Reader], ...] = (Inbox, Meter, Ledger)
        for reader in readers:
            reader._default_manager.filter(channel=self.channel).update(due_at=timezone.now())


def settle_in(outside: Outside) -> Bakery:
    """Two people, one workspace, one channel; what was found out, and what follows from it."""
    owner = User.objects.create_user("ada@bakery.example", "correct horse battery", name="Ada")
    workspace = accounts.found_workspace(owner, "Bakery", time_zone="Europe/Berlin")
    ada = workspace.memberships.get().actor()
    accounts.change_workspace(workspace, {"four_eyes": True}, by=ada)
    [channel] = _connected(workspace, outside, ada)
    return Bakery(workspace, ada, _second(workspace, ada), _plan(workspace, ada), channel)


def _connected(workspace: Workspace, outside: Outside, by: Actor) -> list[Channel]:
    found = channels.start(workspace, outside.key, outside.answers(), "", by=by)
    if isinstance(found, str):
        raise Failed("The network wants a browser; this loop has none.")
    return found


def _second(workspace: Workspace, ada: Actor) -> Actor:
    bo = User.objects.create_user("bo@bakery.example", "correct horse battery", name="Bo")
    _, key = accounts.invite(workspace, bo.email, "approver", by=ada)
    return accounts.accept(key, bo).actor()


def _plan(workspace: Workspace, ada: Actor) -> Campaign:
    research.note_finding(workspace, FINDING, about="audience", source="shop diary", by=ada)
    deadline = date.today() + timedelta(days=90)  # noqa: DTZ011 - any day will do
    goal = strategy.set_goal(
        workspace, "Known for rye", kpi="likes", target=100, deadline=deadline, by=ada
    )
    audience = strategy.describe_audience(
        workspace, "Early birds", description="On the way to work, hungry", by=ada
    )
    return strategy.start_campaign(
        workspace,
        "Rye week",
        goal=goal,
        audience=audience,
        goal_metric="likes",
        goal_value=100,
        budget=Decimal(50),
        by=ada,
    )


def refused(act: Callable[[], object]) -> str:
    """The sentence with which Clarion said no. Fails when it said yes."""
    try:
        act()
    except (NotYet, NotAllowed) as why:
        return str(why)
    raise Failed("Clarion did what it should have refused.")


def fresh(row: Delivery | Reply | Promotion) -> Delivery | Reply | Promotion | None:
    """The row once it is live. Fails when a person would have to look after it."""
    row.refresh_from_db()
    if row.state == "held":
        raise Failed(f"{row} is held: {row.problem}")
    return row if row.state == "live" else None


def picture() -> bytes:
    """A loaf, as far as two ellipses can be one."""
    image = Image.new("RGB", (800, 600), "#e9dcc3")
    draw = ImageDraw.Draw(image)
    draw.ellipse((150, 140, 650, 500), fill="#8a5a2b")
    draw.ellipse((200, 180, 600, 420), fill="#a9713c")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
