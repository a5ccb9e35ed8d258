"""Whatever changes about a member, a card or its design, every phone that holds it follows."""

import asyncio
from dataclasses import replace

import pytest

from tests.conftest import TEMPLATES, Site
from tests.journeys.walks import Holder, join, join_many, until
from tests.people import ANNA, BORIS, Brand
from wallet_service.cards.publish import publish_template
from wallet_service.cards.templates import read_template
from wallet_service.simulators.installed_pass import PassRejected
from wallet_service.simulators.till import TillRefused


@pytest.fixture
async def boris(site: Site, burger_heroes: Brand) -> Holder:
    """Boris with his card on his iPhone."""
    return await join(site, burger_heroes, BORIS, "Boris's iPhone")


async def test_buying_and_spending_show_one_after_the_other(boris: Holder) -> None:
    for points, balance in ((900, 900), (-400, 500), (50, 550)):
        await boris.buys(points)
        await boris.up_to_date()
        assert boris.balance_shown == balance

    assert boris.phone.notifications == [f"Your balance is now {balance}" for balance in (900, 500, 550)]
    assert boris.phone.log == []


async def test_what_is_not_there_cannot_be_spent_and_the_card_stays(site: Site, boris: Holder) -> None:
    with pytest.raises(TillRefused) as refusal:
        await boris.buys(-1)

    assert refusal.value.problem["code"] == "insufficient-points"
    assert (await boris.till.card(boris.card))["version"] == 1
    assert site.apns.received == []


async def test_a_till_that_repeats_its_request_is_told_the_same_and_moves_nothing(boris: Holder) -> None:
    at_once = [boris.till.post(boris.member, 70, once="receipt-1") for _ in range(4)]
    answers = await asyncio.gather(*at_once, return_exceptions=True)
    later = await boris.till.post(boris.member, 70, once="receipt-1")
    await boris.up_to_date()

    told = [answer for answer in answers if not isinstance(answer, BaseException)]
    refused = [answer.problem["code"] for answer in answers if isinstance(answer, TillRefused)]
    assert all(answer == later for answer in told)
    assert len(told) + len(refused) == 4
    assert set(refused) <= {"idempotency-in-progress"}
    assert boris.balance_shown == later["balance"] == 70
    assert (await boris.till.card(boris.card))["version"] == 2


async def test_a_withdrawn_card_greys_out_on_the_phone(site: Site, boris: Holder) -> None:
    await boris.till.call("POST", f"/v1/cards/{boris.card}/void")
    await boris.up_to_date()

    assert boris.shown.document["voided"] is True
    assert boris.phone.log == []
    with pytest.raises(PassRejected, match="410"):
        await site.phone("Clara's iPhone").install(boris.link)


async def test_a_new_card_replaces_a_withdrawn_one(site: Site, boris: Holder) -> None:
    await boris.till.call("POST", f"/v1/cards/{boris.card}/void")
    fresh = await boris.till.issue(boris.member)
    await boris.phone.install(fresh["link"])
    await boris.buys(30)
    await replace(boris, card=fresh["id"]).up_to_date()

    assert fresh["id"] != boris.card
    assert boris.phone.passes[fresh["id"]].field("balance")["value"] == 30


async def test_a_new_name_appears_on_the_card(boris: Holder) -> None:
    await boris.till.call("PATCH", f"/v1/members/{boris.member}", {"name": "Boris Lang"})
    after = await boris.up_to_date()

    assert boris.shown.field("member")["value"] == "Boris Lang"
    assert after["version"] == 2
    assert boris.phone.log == []


async def test_the_card_speaks_the_language_its_member_chooses(boris: Holder) -> None:
    await boris.till.call("PATCH", f"/v1/members/{boris.member}", {"language": "ru"})
    await boris.up_to_date()

    assert boris.shown.field("balance")["label"] == "БАЛЛЫ"
    assert boris.phone.log == []


async def test_what_no_card_shows_wakes_no_phone(site: Site, boris: Holder) -> None:
    await boris.till.call("PATCH", f"/v1/members/{boris.member}", {"email": "boris@example.com"})

    assert (await boris.till.card(boris.card))["version"] == 1
    assert site.apns.received == []


async def test_both_devices_of_a_member_follow(site: Site, boris: Holder) -> None:
    watch = site.phone("Boris's Watch")
    await watch.install(boris.link)
    await boris.buys(40)
    after = await boris.up_to_date()

    assert (boris.balance_shown, watch.passes[boris.card].field("balance")["value"]) == (40, 40)
    assert [device["told_outcome"] for device in after["devices"]] == ["accepted", "accepted"]
    assert [device["fetched_version"] for device in after["devices"]] == [2, 2]
    assert (boris.phone.log, watch.log) == ([], [])


async def test_another_brands_phones_hear_nothing(site: Site, boris: Holder, coffee_corner: Brand) -> None:
    anna = await join(site, coffee_corner, ANNA, "Anna's iPhone")
    await boris.buys(40)
    await boris.up_to_date()

    assert {push.token for push in site.apns.received} == {boris.phone.push_token}
    assert (await coffee_corner.till.card(anna.card))["version"] == 1


async def test_a_template_published_anew_reaches_every_card(site: Site, burger_heroes: Brand) -> None:
    holders = await join_many(site, burger_heroes, 6)
    source = read_template(TEMPLATES / "burger-heroes.pkpasstemplate")
    blue = source.files["pass.json"].replace(b"rgb(172, 24, 28)", b"rgb(20, 30, 140)")
    async with site.service.database.begin() as tx:
        await publish_template(tx, burger_heroes.id, replace(source, files={**source.files, "pass.json": blue}))

    async def restyled() -> bool:
        return {(await holder.till.card(holder.card))["version"] for holder in holders} == {2}

    await until(restyled, "every card has the new design")
    for holder in holders:
        await holder.up_to_date()
    assert {holder.shown.document["backgroundColor"] for holder in holders} == {"rgb(20, 30, 140)"}
    assert [holder.phone.log for holder in holders] == [[]] * 6
