"""What the parts of the demo share while it is made."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random

from clarion.accounts.models import Membership, Workspace
from clarion.channels.models import Channel
from clarion.content.models import Media
from clarion.publishing.models import Delivery
from clarion.strategy.models import Campaign, Goal

DAYS = 90
SEED = 7


@dataclass
class Scene:
    """The brand as it grows, part by part. The same `now` and dice give the same brand."""

    workspace: Workspace
    owner: Membership
    channels: list[Channel]
    now: datetime
    shop: str  # where links lead
    dice: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311 - for show, not for secrets
    team: list[Membership] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    campaigns: list[Campaign] = field(default_factory=list)
    live: list[Delivery] = field(default_factory=list)  # oldest first

    def day(self, days: float, hour: int = 9, minute: int = 0) -> datetime:
        """That time of day, on the brand's clock, so many days from today."""
        zone = self.workspace.zone
        date = (self.now.astimezone(zone) + timedelta(days=days)).date()
        return datetime.combine(date, time(hour, minute), tzinfo=zone)

    def ago(self, **far: float) -> datetime:
        return self.now - timedelta(**far)

    def campaign_on(self, number: int, at: datetime) -> Campaign | None:
        """The campaign, if it runs on that day."""
        campaign = self.campaigns[number]
        day = at.astimezone(self.workspace.zone).date()
        first, last = campaign.starts_on, campaign.ends_on
        return campaign if first and last and first <= day <= last else None
