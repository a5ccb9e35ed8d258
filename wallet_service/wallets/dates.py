"""How Wallet writes dates in JSON. PURE."""

import re
from datetime import datetime
from typing import Any

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})")


def is_date(value: Any) -> bool:
    """Whether this is a date as Wallet's parser takes it: ISO 8601 with a zone, `Z` or `±hh:mm`, and nothing after."""
    return isinstance(value, str) and DATE.fullmatch(value) is not None and _exists(value)


def _exists(date: str) -> bool:
    try:
        datetime.fromisoformat(date)
    except ValueError:  # the thirtieth of February
        return False
    return True
