"""The map of the product. The menu, the docs and the import contract all follow this order."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    key: str
    question: str


STAGES = (
    Stage("research", "What is true out there?"),
    Stage("strategy", "Why are we doing this, and for whom?"),
    Stage("content", "What will we say?"),
    Stage("publishing", "Where and when does it go out?"),
    Stage("community", "Who answered, and what do we say back?"),
    Stage("listening", "What is being said without us?"),
    Stage("measurement", "What happened?"),
    Stage("ads", "What is worth paying for?"),
)
# The loop closes by a downward call: later stages hand `strategy` a Lesson.
# Strategy never imports the stages that teach it.
