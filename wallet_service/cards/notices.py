"""How often a card in Google Wallet may call for attention: three times in 24 hours, and once of these for a message. PURE.

Google counts notices of fields and of messages ("update notifications", "messages"); whether apart or together its
guides do not say, so they are counted together. One is kept back for what a brand wants to say: balances go silent then.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW = timedelta(hours=24)
MOST = 3
FOR_MESSAGES = 1


class Notice(StrEnum):
    """Whether a new balance calls for attention, and why not."""

    GIVEN = ""
    UNCHANGED = "silent: the balance is as it was"
    FIRST = "silent: nobody has seen another balance"
    USED_UP = "silent: no notice left for balances within 24 hours"
    UNWANTED = "silent: the template announces no balances"


def balance_notice(
    shown: int | None, balance: int, notices: Sequence[datetime], now: datetime, *, announced: bool = True
) -> Notice:
    """Whether Google should tell the owner that the balance changed from what was `shown`, after these notices.

    `announced`: whether the template wants balances to be told of. Whatever else a version announces, Google cannot say.
    """
    if not announced:
        return Notice.UNWANTED
    if shown is None:
        return Notice.FIRST
    if shown == balance:
        return Notice.UNCHANGED
    lately = sum(now - WINDOW < at for at in notices)
    return Notice.GIVEN if lately < MOST - FOR_MESSAGES else Notice.USED_UP
