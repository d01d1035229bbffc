"""What the next round should know."""

from collections.abc import Sequence
from dataclasses import dataclass

from clarion.research.models import Finding
from clarion.strategy.metrics import METRICS
from clarion.strategy.models import Campaign, Lesson


@dataclass(frozen=True)
class Brief:
    """Everything a writer should have read: shown to people, given to tools as text."""

    campaign: Campaign
    findings: Sequence[Finding]
    lessons: Sequence[Lesson]
    lessons_elsewhere: Sequence[Lesson]  # of the workspace's other campaigns, newest first

    def __str__(self) -> str:
        campaign = self.campaign
        lines = [f"{campaign.name}: {campaign.goal_value} {campaign.goal_metric}"]
        if campaign.about:
            lines.append(campaign.about)
        if campaign.audience:
            lines.append(f"For {campaign.audience.name}: {campaign.audience.description}")
        lines += [f"- {finding.text}" for finding in self.findings]
        lines += [f"- {lesson.text}" for lesson in self.lessons]
        lines += [
            f"- ({lesson.campaign.name}) {lesson.text}" for lesson in self.lessons_elsewhere
        ]
        return "\n".join(lines)


def brief(campaign: Campaign) -> Brief:
    everywhere = Lesson.objects.filter(campaign__workspace=campaign.workspace_id)
    others = everywhere.exclude(campaign=campaign).select_related("campaign")
    return Brief(
        campaign=campaign,
        findings=list(campaign.workspace.findings.order_by("-found_on", "-pk")[:10]),
        lessons=list(campaign.lessons.order_by("pk")),
        lessons_elsewhere=list(others.order_by("-learned_at")[:5]),
    )


def metric_name(key: str) -> str:
    return METRICS.get(key, key)
