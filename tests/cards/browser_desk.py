"""What tests of browsers do at the desk: subscribe, look at who is kept, and at what was told."""

import json
from collections.abc import Sequence

from sqlalchemy import text

from tests.cards.desk import due, installed, make_due, state
from tests.loyalty.shop import Shop
from wallet_service.cards.browsers import BrowserDesk, BrowserTelling
from wallet_service.cards.issue import Card
from wallet_service.channels.memory import MemoryChannel
from wallet_service.channels.seam import Message
from wallet_service.channels.web_subscription import Subscription
from wallet_service.database.seam import Row
from wallet_service.loyalty.people.members import Member
from wallet_service.settings import PushSettings

BROWSERS = text("""
SELECT endpoint, subscription, told_version, told_balance, told_outcome FROM web_subscription ORDER BY endpoint
""")
IN_WEB = text("SELECT in_web FROM card")
MOVE_TOLD = text("UPDATE web_subscription SET told_at = told_at + CAST(:seconds AS float8) * interval '1 second'")
AT_ONCE = PushSettings(interval=0.0, lease=60.0)
PATIENT = PushSettings(interval=30.0, lease=60.0)


def browser(name: str, key: str = "key") -> Subscription:
    """Where a browser of this name is reached."""
    return Subscription(f"https://push.example/{name}", key, "secret")


def at(name: str) -> str:
    """The value of its address."""
    return browser(name).as_json()


async def subscribe(shop: Shop, card: Card, *names: str) -> None:
    """Browsers of these names ask to be told of the card, one after the other."""
    desk = BrowserDesk(shop.database, "BOurKey")
    for name in names:
        await desk.keep(await state(shop, card), browser(name))


async def shown_in(shop: Shop, *names: str) -> tuple[Member, Card]:
    """A member whose card is shown by these browsers."""
    member, card = await installed(shop)
    await subscribe(shop, card, *names)
    return member, card


def drain_to(shop: Shop, channel: MemoryChannel | None, push: PushSettings = AT_ONCE) -> BrowserTelling:
    """A drain of its own, as a process has it."""
    return BrowserTelling(shop.database, channel, shop.service.clock, push)


async def kept(shop: Shop) -> Sequence[Row]:
    """Every browser, and what it was told."""
    async with shop.database.read() as tx:
        return await tx.all(BROWSERS)


async def in_web(shop: Shop) -> bool:
    """Whether the one card's changes are due in browsers."""
    async with shop.database.read() as tx:
        row = await tx.first(IN_WEB)
    return bool(row and row.in_web)


def texts(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Whom, and what they were told."""
    return [(json.loads(each.address.value)["endpoint"].rpartition("/")[2], each.body) for each in messages]


async def waits(shop: Shop) -> list[float]:
    """In how many seconds something is due in a browser (the phones of these cards are none)."""
    return [row.wait for row in await due(shop) if row.attempt]


async def told_long_ago(shop: Shop, seconds: float = -60.0) -> None:
    """Let the time pass for which browsers should be left in peace."""
    async with shop.database.begin() as tx:
        await tx.run(MOVE_TOLD, {"seconds": seconds})
    await make_due(shop)
