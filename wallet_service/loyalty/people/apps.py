"""A word to members in the brand's own app: said at every address that is known of them; those that are dead are forgotten."""

from collections.abc import Mapping
from dataclasses import dataclass

from wallet_service.channels.seam import Address, Message
from wallet_service.database.seam import Database
from wallet_service.loyalty.people.addresses import AppAddress, addresses_of, drop_dead
from wallet_service.outcomes import Dead, Outcome
from wallet_service.service import Apps


@dataclass(frozen=True, slots=True)
class AppMessage:
    """What a member is told, wherever the app is installed; its members are those of a channel's `Message`."""

    key: str
    title: str
    body: str
    link: str | None
    topic: str
    expires_s: int

    def to(self, address: AppAddress) -> Message:
        """The message to this installation of the app."""
        where = Address(address.kind, address.address)
        return Message(self.key, where, self.title, self.body, self.link, self.topic, self.expires_s)


async def tell_apps(
    database: Database, apps: Apps, brand_id: str, messages: Mapping[str, AppMessage]
) -> Mapping[AppAddress, Outcome]:
    """Tell members of a brand (member id -> message) at all their addresses; what became of it at each.

    Sends at most once; whether what may yet succeed is sent again is the caller's choice. Call it outside of any
    transaction: it takes as long as the other side does. Should the database go away meanwhile, what was sent is sent,
    and the dead are found dead next time.
    """
    async with database.read() as tx:
        addresses = await addresses_of(tx, brand_id, list(messages))
    outcomes = await apps.of(brand_id).send([messages[each.member_id].to(each) for each in addresses])
    told = dict(zip(addresses, outcomes, strict=True))
    if dead := [each for each, outcome in told.items() if isinstance(outcome, Dead)]:
        async with database.begin() as tx:
            await drop_dead(tx, dead)
    return told
