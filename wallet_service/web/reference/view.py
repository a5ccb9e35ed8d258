"""What the page shows: values, ready to be written."""

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
    """An object that comes back."""

    name: str
    description: str
    fields: Sequence[Field]


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole page. `address`: where the service is reached; `groups`: operations by their tag."""

    title: str
    version: str
    description: str
    authentication: str
    address: str
    groups: Mapping[str, Sequence[Operation]]
    models: Sequence[Model]
    problem: Model
    problems: Mapping[int, Sequence[Problem]]
