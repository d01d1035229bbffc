"""What every body has in common: unknown keys are refused, and texts can be stored."""

from typing import Annotated, Any, Generic, TypeVar

from django.db.models import TextChoices
from ninja import Schema
from ninja.params.functions import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Shape = TypeVar("Shape")

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
# PostgreSQL keeps no NUL; half a character (a lone surrogate) is refused by the parser itself.
NO_NUL = r"^[^\x00]*$"
Text = Annotated[str, StringConstraints(max_length=50_000, pattern=NO_NUL)]
Word = Annotated[str, StringConstraints(max_length=300, pattern=NO_NUL)]


class In(BaseModel):
    """A body. A key that Clarion does not know is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid")

    def given(self) -> dict[str, Any]:
        """Only what the caller really sent: what is left out stays as it is."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def _no_defaults(schema: dict[str, Any]) -> None:
    """What is left out stays as it is: it does not become a default."""
    for said in schema.get("properties", {}).values():
        said.pop("default", None)


class Change(In):
    """A body that changes only what it names."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_no_defaults)


def kept_as(name: str) -> Any:
    """What the row keeps under another name, like the id of what it belongs to."""
    return Field(validation_alias=name)


def asked(**filters: Any) -> dict[str, Any]:
    """The filters of a list that were really given."""
    return {name: value for name, value in filters.items() if value is not None}


def one_of(choices: type[TextChoices]) -> Any:
    """A filter of a list: one of these values, or left out."""
    words = [str(value) for value in choices.values]
    pattern = f"^({'|'.join(words)})$"
    return Query(None, pattern=pattern)


class Problem(Schema):
    """Why not, in words for people. `about` names the key of the body, if it is about one."""

    problem: str
    about: str = ""
    problems: list["Problem"] | None = None  # further ones, where there are several


class Page(Schema, Generic[Shape]):
    """One page of a list. `next_cursor` fetches the next one; null at the end."""

    items: list[Shape]
    next_cursor: str | None


class Gone(Schema):
    """It has been removed."""

    id: int
    gone: bool = True
