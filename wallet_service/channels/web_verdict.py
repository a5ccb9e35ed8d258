"""What a push service meant by its status: a pure table (RFC 8030, 5 and 7.3; RFC 8292, 4; RFC 9110, 15)."""

from collections.abc import Callable, Mapping

from wallet_service.outcomes import Dead, Delivered, Outcome, Refused, TryLater

PAUSE = 30.0
"""Seconds before a message is worth another attempt when the push service named no time."""

Meaning = Callable[[int, float | None], Outcome]


def _delivered(_: int, __: float | None) -> Outcome:
    return Delivered()


def _dead(_: int, __: float | None) -> Outcome:
    return Dead(None)


def _refused(status: int, _: float | None) -> Outcome:
    return Refused(REASONS.get(status, f"the push service answered {status}"))


def _later(status: int, wait: float | None) -> Outcome:
    return TryLater(PAUSE if wait is None else wait, str(status))


REASONS: Mapping[int, str] = {
    401: "the push service asks for another VAPID token",
    403: "the browser subscribed to another VAPID key, or our contact is not believed",
    413: "the message is longer than the push service takes",
}

MEANING_OF_STATUS: Mapping[int, Meaning] = {
    200: _delivered,
    201: _delivered,
    202: _delivered,
    404: _dead,  # the subscription has expired
    408: _later,
    410: _dead,  # the customer took the permission back
    429: _later,
}


def judge(status: int, wait: float | None = None) -> Outcome:
    """What became of a message that was answered so; `wait` is the answer's Retry-After in seconds.

    Only 404 and 410 condemn an address. A redirect is refused and never followed: it could lead behind our fence.
    """
    meaning = MEANING_OF_STATUS.get(status, _later if status >= 500 else _refused)
    return meaning(status, wait)
