"""What the pages show: values, ready to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wallet_service.web.reference.schemas import Field


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal that has a page."""

    slug: str
    status: int
    title: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back when all went well."""

    status: int
    meaning: str
    model: str | None
    sample: Any


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. `commands`: a command line for each example of its body."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    scopes: str
    parameters: Sequence[Field]
    media_type: str
    body: Sequence[Field]
    commands: Sequence[str]
    answers: Sequence[Answer]
    problems: Mapping[int, Sequence[Problem]]


@dataclass(frozen=True, slots=True)
class Model:
    """An object that goes in or comes back. `sent`: only what goes in may leave fields out."""

    name: str
    description: str
    fields: Sequence[Field]
    sent: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """The operations of one tag, and every object that they speak of: a page of its own."""

    name: str
    about: str
    operations: Sequence[Operation]
    models: Sequence[Model]

    @property
    def address(self) -> str:
        """The path of its page."""
        return f"/docs/{self.name}"


@dataclass(frozen=True, slots=True)
class Step:
    """A call of the quick start."""

    said: str
    operation: Operation
    address: str


@dataclass(frozen=True, slots=True)
class Reference:
    """All pages. `address`: where the service is reached; `refusal`: the objects that make a refusal, of any kind."""

    title: str
    version: str
    description: str
    authentication: str
    address: str
    steps: Sequence[Step]
    chapters: Sequence[Chapter]
    refusal: Sequence[Model]
    problems: Mapping[int, Sequence[Problem]]
