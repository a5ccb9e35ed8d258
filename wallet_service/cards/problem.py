"""What can be wrong with a template: a problem has a place, a reason and a mend."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from wallet_service.errors import Invalid


class Severity(StrEnum):
    """How bad a problem is."""

    ERROR = "E"
    """The template cannot be published."""
    WARNING = "W"
    """It can be, and some member will see something ugly."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a template."""

    severity: Severity
    where: str
    """File, then line or path inside it: `pass.json: storeCard.headerFields[0]`."""
    message: str
    mend: str


class TemplateInvalid(Invalid):
    """The template folder cannot be used; each of its problems says where it is and how to mend it."""

    slug = "template-invalid"
    title = "The template is not valid"

    def __init__(self, *findings: Problem) -> None:
        """Refuse for these findings, at least one."""
        first = findings[0]
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        super().__init__(
            f"{first.where}: {first.message}{more}", remedy=first.mend, findings=[asdict(found) for found in findings]
        )
        self.findings: Sequence[Problem] = findings


def error(where: str, message: str, mend: str) -> Problem:
    """A problem that keeps the template from being published."""
    return Problem(Severity.ERROR, where, message, mend)


def warning(where: str, message: str, mend: str) -> Problem:
    """A problem that can be lived with."""
    return Problem(Severity.WARNING, where, message, mend)
