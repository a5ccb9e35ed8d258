"""What a push service means by its status."""

import pytest

from wallet_service.channels.web_verdict import judge
from wallet_service.outcomes import Dead, Delivered, Outcome, Refused, TryLater


@pytest.mark.parametrize(
    ("status", "wait", "outcome"),
    [
        (200, None, Delivered()),
        (201, None, Delivered()),
        (202, 5.0, Delivered()),
        (301, None, Refused("the push service answered 301")),
        (308, None, Refused("the push service answered 308")),
        (400, None, Refused("the push service answered 400")),
        (401, None, Refused("the push service asks for another VAPID token")),
        (403, None, Refused("the browser subscribed to another VAPID key, or our contact is not believed")),
        (404, None, Dead(None)),
        (408, None, TryLater(30.0, "408")),
        (410, 5.0, Dead(None)),
        (413, None, Refused("the message is longer than the push service takes")),
        (429, None, TryLater(30.0, "429")),
        (429, 5.0, TryLater(5.0, "429")),
        (500, None, TryLater(30.0, "500")),
        (503, 0.0, TryLater(0.0, "503")),
        (599, None, TryLater(30.0, "599")),
    ],
)
def test_a_status_has_one_meaning(status: int, wait: float | None, outcome: Outcome) -> None:
    assert judge(status, wait) == outcome
