"""The words in which a state is judged: grades, findings, limits. PURE."""

from dataclasses import dataclass
from enum import IntEnum

from wallet_service.health.state import Trouble


class Grade(IntEnum):
    """How bad it is."""

    OK = 0
    WARN = 1
    FAIL = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    grade: Grade
    subject: str
    what: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """From where on a figure is worrying, and from where on it is bad."""

    warn: float
    fail: float

    def grade(self, figure: float) -> Grade:
        """The grade of this figure."""
        return Grade.FAIL if figure >= self.fail else Grade.WARN if figure >= self.warn else Grade.OK


OVERDUE = Limit(60, 600)
"""Seconds a card waits to be told: a worker that lives looks every two."""


def graded(subject: str, grade: Grade, what: str, remedy: str) -> Finding:
    """A remedy is for what is not well."""
    return Finding(grade, subject, what, remedy if grade else "")


def failed(subject: str, trouble: Trouble) -> Finding:
    """What could not be found out, or was found broken."""
    return Finding(Grade.FAIL, subject, trouble.why, trouble.remedy)
