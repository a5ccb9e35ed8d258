"""The lanes of an import: batches that are given at once are written as if one had waited for the other."""

import asyncio
import json

from tests.people import ANNA
from tests.web.api.desk import Desk
from wallet_service.amounts import Points
from wallet_service.loyalty.ledger.balances import Posting
from wallet_service.loyalty.references import MemberRef
from wallet_service.service import Service
from wallet_service.web.api.lanes import Lanes

ROUNDS = 12


async def test_a_members_entries_keep_their_order_in_batches_given_at_once_however_she_is_named(
    service: Service, desk: Desk
) -> None:
    anna = await desk.enrol(**ANNA)
    await desk.enrol(external_id="BH-2")
    other, *hers = (
        Posting(desk.brand.id, ref, amount=Points(1))
        for ref in (
            MemberRef("external", "BH-2"),
            MemberRef("id", anna["id"]),
            MemberRef("external", anna["external_id"]),
            MemberRef("phone", anna["phone"]),
        )
    )
    batches = [[posting, posting] for posting in hers] + [[hers[0], other, hers[2]]]
    lanes = Lanes(service.database, 8)

    written = await asyncio.gather(*(lanes.write(batch) for batch in batches * ROUNDS))

    entries = [json.loads(reply.body) for replies in written for reply in replies]
    balances = [entry["balance"] for entry in entries if entry["member"] == anna["id"]]
    assert balances == list(range(1, 8 * ROUNDS + 1))
