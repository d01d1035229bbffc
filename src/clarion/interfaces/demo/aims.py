"""What the demo brand knows, wants, and has learned."""

from datetime import timedelta
from pathlib import Path

from clarion.content import library
from clarion.interfaces.demo import words
from clarion.interfaces.demo.scene import Scene
from clarion.research.models import Finding
from clarion.strategy.models import Audience, Campaign, Goal, Lesson

ART = Path(__file__).resolve().parent / "art"


def pictures(scene: Scene) -> None:
    for file, name, alt in words.PICTURES:
        data = (ART / f"{file}.png").read_bytes()
        by = scene.owner.actor()
        scene.media.append(library.add(scene.workspace, name, data, alt=alt, by=by))


def findings(scene: Scene) -> None:
    by = str(scene.team[0].user)
    Finding.objects.bulk_create(
        Finding(
            workspace=scene.workspace,
            about=about,
            text=text,
            source=source,
            found_on=scene.day(-days).date(),
            found_by=by,
            created_at=scene.ago(days=days),
        )
        for about, text, source, days in words.FINDINGS
    )


def aims(scene: Scene) -> None:
    """Goals and campaigns. Their targets are set when it is known what was reached."""
    audiences = [
        Audience.objects.create(
            workspace=scene.workspace,
            name=name,
            description=description,
            interests=interests,
            languages=languages,
        )
        for name, description, interests, languages in words.AUDIENCES
    ]
    for name, kpi, _, (first, last) in words.GOALS:
        goal = Goal(
            workspace=scene.workspace,
            parent=scene.goals[0] if scene.goals and kpi == "clicks" else None,
            name=name,
            kpi=kpi,
            target=1,
            deadline=scene.day(last).date(),
            created_at=scene.day(first),
        )
        goal.save()
        scene.goals.append(goal)
    for name, about, goal_n, audience_n, metric, budget, (first, last) in words.CAMPAIGNS:
        campaign = Campaign(
            workspace=scene.workspace,
            goal=scene.goals[goal_n],
            audience=audiences[audience_n],
            name=name,
            about=about,
            goal_metric=metric,
            goal_value=1,
            budget=budget,
            starts_on=scene.day(first).date(),
            ends_on=scene.day(last).date(),
            created_at=scene.day(first) - timedelta(days=2),
        )
        campaign.save()
        scene.campaigns.append(campaign)


def targets(scene: Scene, reached: dict[tuple[int, str], int]) -> None:
    """Targets a little out of reach. `reached`: campaign and metric to what came of it."""
    for goal, (_, kpi, factor, _) in zip(scene.goals, words.GOALS, strict=True):
        below = [g.pk for g in scene.goals if g.parent_id == goal.pk]
        mine = [c.pk for c in scene.campaigns if c.goal_id in (goal.pk, *below)]
        total = sum(reached.get((pk, kpi), 0) for pk in mine)
        goal.target = rounded(total * factor)
        goal.save(update_fields=["target"])
    for campaign in scene.campaigns:
        total = reached.get((campaign.pk, campaign.goal_metric), 0)
        over = campaign.ends_on is not None and campaign.ends_on < scene.now.date()
        campaign.goal_value = rounded(total * (0.93 if over else 1.6))
        campaign.save(update_fields=["goal_value"])


def rounded(value: float) -> int:
    """A number as people set themselves: two leading digits, then zeros."""
    if value < 10:
        return max(1, round(value))
    size = 10 ** (len(str(int(value))) - 2)
    return int(round(value / size) * size)


def lessons(scene: Scene) -> None:
    Lesson.objects.bulk_create(
        Lesson(
            campaign=scene.campaigns[number],
            said_by=said_by,
            key=f"demo-{key}",
            text=text,
            evidence={"practice": True},
            learned_at=scene.ago(days=days),
        )
        for number, key, said_by, text, days in words.LESSONS
    )
