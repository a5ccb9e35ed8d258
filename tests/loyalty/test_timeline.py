"""A member's timeline out of the database: every kind, in pages of any size, along its indexes."""

from datetime import timedelta

from sqlalchemy import text

from tests.loyalty.shop import Shop
from tests.people import ANNA, BORIS
from wallet_service.database.seam import Transaction
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.people import timeline_sql
from wallet_service.loyalty.people.consent import Channel, Consent, Purpose
from wallet_service.loyalty.people.consents import note_consents
from wallet_service.loyalty.people.members import Member
from wallet_service.loyalty.people.moments import Moment, Place, What
from wallet_service.loyalty.people.timeline import list_timeline
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.unions.merges import merge_members

LIVE = """
INSERT INTO purchase (id, brand_id, member_id, receipt, fingerprint, at, lines, total, paid, points_spent, gave, returned,
    created_at)
SELECT 'pur_' || n, :brand, :member, 'r' || n, '', :now, '[]', 100, 100, 0, '[]', '[1]', :now
FROM generate_series(1, 3) AS n

INSERT INTO refund (id, brand_id, purchase_id, number, fingerprint, lines, total, paid, points_back, took, entries,
    created_at)
SELECT 'ref_' || n, :brand, 'pur_1', 'f' || n, '', '[]', 10, 10, 0, '[]', '[]', :now FROM generate_series(1, 2) AS n

INSERT INTO happening (member_id, trigger, occasion, brand_id, name, at, created_at)
SELECT :member, 'visit', 'v' || n, :brand, '', :now, :now FROM generate_series(1, 2) AS n

INSERT INTO offer (id, brand_id, programme_id, name, document, created_at)
VALUES ('off_1', :brand, :programme, 'coffee', '{}', :now)

INSERT INTO offer_code (brand_id, code, offer_id, state, member_id, occasion, made_at)
VALUES (:brand, 'ANNA', 'off_1', 'used', :member, 'x', :now)

INSERT INTO redemption (id, brand_id, offer_id, code, member_id, discount, granted, at, undone_at)
VALUES ('red_1', :brand, 'off_1', 'ANNA', :member, 5, '{}', :now, :now)
"""
"""What other verbs write, all of it at one moment."""


async def live(shop: Shop, tx: Transaction, member: Member) -> None:
    values = {"brand": shop.brand.id, "member": member.id, "programme": shop.brand.programme, "now": tx.now}
    for statement in LIVE.strip().split("\n\n"):
        await tx.run(text(statement), {name: value for name, value in values.items() if f":{name}" in statement})
    words = [Consent(channel, Purpose.ADVERTISING, True, "1", tx.now) for channel in Channel]
    await note_consents(tx, member, words)


async def paged(shop: Shop, member: Member, limit: int) -> list[Moment]:
    """All pages of this size, one after the other."""
    seen: list[Moment] = []
    place = Place()
    while True:
        async with shop.database.read() as tx:
            page = await list_timeline(tx, member, place, limit)
        seen, place = seen + page, Place.read(str(place.after(page)))
        if len(page) < limit:
            return seen


async def test_pages_of_any_size_have_everything_of_one_moment_once(shop: Shop) -> None:
    anna = await shop.enrol(**ANNA)
    await shop.give(anna, 10)
    async with shop.database.begin() as tx:
        await live(shop, tx, anna)
    await shop.issue(anna)
    await shop.change(anna, name="Anna K")
    await shop.give(anna, 5)
    await live_of_boris(shop)

    whole = await paged(shop, anna, 1000)
    kinds = [moment.kind for moment in whole]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        What.ENROLLED: 1,
        What.ENTRY: 2,
        What.PURCHASE: 3,
        What.REFUND: 2,
        What.HAPPENING: 2,
        What.OFFER_GIVEN: 1,
        What.OFFER_REDEEMED: 1,
        What.OFFER_RETURNED: 1,
        What.CONSENT: len(Channel),
        What.CARD_ISSUED: 1,
        What.CHANGE: 1,
    }
    assert len({(moment.kind, moment.id) for moment in whole}) == len(whole)
    assert [moment.at for moment in whole] == sorted((moment.at for moment in whole), reverse=True)
    for limit in (1, 2, 3, 7):
        assert await paged(shop, anna, limit) == whole


async def live_of_boris(shop: Shop) -> None:
    """Somebody else's life, which is none of Anna's."""
    boris = await shop.enrol(**BORIS)
    await shop.give(boris, 7)
    await shop.issue(boris)


async def test_who_was_merged_is_the_same_person(shop: Shop) -> None:
    anna, twin = await shop.enrol(**ANNA), await shop.enrol(name="Anna P")
    await shop.give(twin, 30)
    async with shop.database.begin() as tx:
        await merge_members(tx, Rulebooks(), shop.brand.id, MemberRef("id", anna.id), MemberRef("id", twin.id))
    whole = await paged(shop, anna, 1000)
    kinds = [moment.kind for moment in whole]
    assert (kinds.count(What.ENROLLED), kinds.count(What.MERGE)) == (2, 1)
    assert [moment.about["amount"] for moment in whole if moment.kind is What.ENTRY][-1] == 30
    assert await paged(shop, anna, 2) == whole


async def test_no_kind_is_looked_for_beyond_its_indexes(shop: Shop) -> None:
    anna = await shop.enrol(**ANNA)
    values = {"member": anna.id, "entry": 2**62, "at": shop.service.clock.now(), "kind": "", "id": "", "limit": 10}
    async with shop.database.begin() as tx:
        await tx.run(text("SET LOCAL enable_seqscan = off"))
        plan = await tx.all(text(f"EXPLAIN {timeline_sql.TIMELINE.text}"), values)
    assert [row[0] for row in plan if "Seq Scan" in row[0]] == []


async def test_entries_keep_their_order_where_a_clock_went_back(shop: Shop) -> None:
    anna = await shop.enrol(**ANNA)
    for amount in (1, 2, 3, 4):
        await shop.give(anna, amount)
    async with shop.database.begin() as tx:
        await tx.run(text("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_for_ever"))
        back = text("UPDATE ledger_entry SET created_at = created_at - CAST(:by AS interval) WHERE amount = 3")
        await tx.run(back, {"by": timedelta(hours=1)})
    whole = await paged(shop, anna, 1000)
    assert [moment.about["amount"] for moment in whole if moment.kind is What.ENTRY] == [4, 3, 2, 1]
    assert len(whole) == 5
    for limit in (1, 2, 3):
        assert await paged(shop, anna, limit) == whole
