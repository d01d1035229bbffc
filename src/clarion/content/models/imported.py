"""Tables of posts that came as a file: every row a piece of work that knows how far it is."""

from typing import Any

from django.db import models
from django.utils import timezone

from clarion.accounts.models import Membership, Workspace
from clarion.content.models.post import Post
from clarion.kit.flow import Flow
from clarion.kit.steps import WorkItem


class Import(WorkItem):
    """One file of posts. Its rows are looked at first, and made into posts when told to."""

    class State(models.TextChoices):
        CHECKING = "checking", "Being checked"
        READY = "ready", "Ready to import"
        IMPORTING = "importing", "Being imported"

    class Then(models.TextChoices):
        DRAFT = "draft", "Keep as drafts"
        ASK = "ask", "Submit for approval"
        PLAN = "plan", "Approve and schedule"

    flow = Flow(
        {
            State.CHECKING: {State.READY, State.CHECKING},
            State.READY: {State.CHECKING, State.IMPORTING},
            State.IMPORTING: {State.READY},
        },
        start=State.CHECKING,
        runs=frozenset({State.CHECKING, State.IMPORTING}),
    )

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="imports")
    name = models.CharField(max_length=200)  # of the file
    header = models.JSONField(default=list)  # the titles of its columns
    columns = models.JSONField(default=dict)  # what we call it -> which column, from 0
    to = models.JSONField(default=list, blank=True)  # channel ids, where a row names none
    day_first = models.BooleanField(default=True)  # 03/04/2026 is 3 April
    then = models.CharField(max_length=10, choices=Then, default=Then.DRAFT)
    member = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    by = models.CharField(max_length=200)
    withheld = models.JSONField(default=list, blank=True)  # rights that its token lacked
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class ImportRow(models.Model):
    """One row of a file: what stood there, what is wrong with it, and which post it became."""

    class State(models.TextChoices):
        UNSEEN = "unseen", "Not looked at yet"
        WRONG = "wrong", "Needs you"
        NEW = "new", "New post"
        CHANGED = "changed", "Changes a post"
        SAME = "same", "Here already"
        OUT = "out", "Out already, stays as it is"
        LEFT = "left", "Left out"
        DONE = "done", "Imported"

    source = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()  # in the file, from 1, as a spreadsheet counts
    cells = models.JSONField()  # texts, one for each column
    wish = models.JSONField(default=dict)  # what it asks for, understood
    problems = models.JSONField(default=list)  # {"column", "reason", "blocks"}
    state = models.CharField(max_length=10, choices=State, default=State.UNSEEN)
    key = models.CharField(max_length=64, blank=True)  # what makes it the same row again
    slot = models.CharField(max_length=64, blank=True)  # its time and channels, in this file
    words = models.CharField(max_length=64, blank=True)  # its text and channels, in this file
    seal = models.CharField(max_length=64, blank=True)  # SHA-256 over what it asks for
    post = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "line"], name="each_line_once")
        ]
        indexes = [
            models.Index(fields=["source", "state", "line"], name="import_row_state"),
            models.Index(fields=["source", "key"], name="import_row_key"),
        ]

    def __str__(self) -> str:
        return f"Line {self.line} of import {self.source_id}"

    @property
    def state_label(self) -> str:
        return str(self.State(self.state).label)

    @property
    def blocked(self) -> bool:
        return any(p["blocks"] for p in self.problems)

    def complain(self, column: str, reason: str, *, blocks: bool = True) -> None:
        self.problems = [
            *self.problems,
            {"column": column, "reason": reason, "blocks": blocks},
        ]

    def said(self, column: str, columns: dict[str, Any]) -> str:
        """What stands in the cell that this name means; nothing where there is none."""
        at = columns.get(column)
        return str(self.cells[at]) if at is not None and at < len(self.cells) else ""


class Origin(models.Model):
    """Where a post came from, a row of a file or a post of another brand: the same again is
    the same post."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)  # SHA-256 over what makes the row the same again
    slot = models.CharField(max_length=64, blank=True)  # file name, time and channels
    words = models.CharField(max_length=64, blank=True)  # file name, text and channels
    seal = models.CharField(max_length=64)  # SHA-256 over what the row asked for last
    post = models.ForeignKey(Post, models.CASCADE, related_name="origins")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="each_row_one_post")
        ]
        indexes = [
            models.Index(fields=["workspace", "slot"], name="origin_slot"),
            models.Index(fields=["workspace", "words"], name="origin_words"),
        ]

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.post_id}"
