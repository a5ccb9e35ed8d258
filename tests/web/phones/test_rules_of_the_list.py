"""Rules 1 to 7 and 16 of the web service: what a device hears when it asks what changed."""

import asyncio
import random
from functools import partial

from tests.people import ANNA, OTHER_PASS_TYPE, PASS_TYPE, Brand
from tests.web.phones.scene import IPHONE, Card, Door, change, issue, somebody_waits, until
from wallet_service.cards.faces import states
from wallet_service.cards.refresh import refresh_these


async def test_rule_01_the_tag_is_a_string(door: Door, anna: Card) -> None:
    await door.register(anna)

    answer = await door.changes()

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"serialNumbers": [anna.id], "lastUpdated": "0"}


async def test_rule_02_the_tag_is_ours_and_one_that_is_not_counts_as_none(door: Door, anna: Card) -> None:
    await door.register(anna)
    strange = ["", "-1", "1.5", "0x10", "٣", "NaN", "9" * 40, "2026-11-02T10:00:00Z", "' OR 1=1 --", "a&b=%00"]

    heard = [(await door.changes(tag)).json()["serialNumbers"] for tag in strange]

    assert heard == [[anna.id]] * len(strange)


async def test_rule_03_every_card_above_the_tag_is_listed_and_the_tag_is_the_highest(
    door: Door, anna: Card, boris: Card
) -> None:
    for card in (anna, boris):
        await door.register(card)
    await change(door.site.service.database, anna)
    await change(door.site.service.database, boris)

    both, one, none = [await door.changes(tag) for tag in ("0", "1", "2")]

    assert both.json() == {"serialNumbers": sorted([anna.id, boris.id]), "lastUpdated": "2"}
    assert one.json() == {"serialNumbers": [boris.id], "lastUpdated": "2"}
    assert none.status_code == 204


async def test_rule_04_no_tag_is_handed_out_that_skips_a_change_still_uncommitted(
    door: Door, anna: Card, boris: Card
) -> None:
    database = door.site.service.database
    for card in (anna, boris):
        await door.register(card)
    async with database.begin() as slow:
        await refresh_these(slow, [anna.id], 0.0)
        behind = asyncio.create_task(change(database, boris))
        await until(partial(somebody_waits, database), "Boris's change waits for Anna's")
        meanwhile = await door.changes("0")
    await behind

    assert meanwhile.status_code == 204
    assert (await door.changes("0")).json() == {"serialNumbers": sorted([anna.id, boris.id]), "lastUpdated": "2"}


async def test_rule_04_a_device_that_follows_its_tag_misses_nothing_while_many_write(
    door: Door, anna: Card, boris: Card
) -> None:
    database, dice = door.site.service.database, random.Random(4)  # noqa: S311 - nobody is to be surprised by these dice
    for card in (anna, boris):
        await door.register(card)
    tag, seen = "0", dict.fromkeys([anna.id, boris.id], 0)

    async def write(card: Card) -> None:
        for _ in range(12):
            async with database.begin() as tx:
                await refresh_these(tx, [card.id], 0.0)
                await asyncio.sleep(dice.random() * 0.01)

    async def follow() -> bool:
        nonlocal tag
        answer = await door.changes(tag)
        if answer.status_code == 204:
            return False
        tag = answer.json()["lastUpdated"]
        async with database.read() as tx:
            fetched = await states(tx, answer.json()["serialNumbers"])
        seen.update({state.serial: state.version for state in fetched if state is not None})
        return True

    writing = asyncio.gather(write(anna), write(boris))
    while not writing.done():
        await follow()
    while await follow():
        pass

    assert seen == {anna.id: 13, boris.id: 13}


async def test_rule_06_a_card_that_looks_the_same_is_not_listed(door: Door, burger_heroes: Brand, anna: Card) -> None:
    await door.register(anna)

    await burger_heroes.till.call("PATCH", f"/v1/members/{anna.member}", {"email": "anna@example.com"})

    assert (await door.changes("0")).status_code == 204
    assert (await burger_heroes.till.card(anna.id))["version"] == 1


async def test_rule_07_a_device_asks_about_one_pass_type(door: Door, anna: Card, coffee_corner: Brand) -> None:
    coffee = await issue(door.site, coffee_corner, ANNA)
    for card in (anna, coffee):
        assert (await door.register(card)).status_code == 201

    heard = {kind: (await door.changes(pass_type=kind)).json() for kind in (PASS_TYPE, OTHER_PASS_TYPE)}

    assert {kind: answer["serialNumbers"] for kind, answer in heard.items()} == {
        PASS_TYPE: [anna.id],
        OTHER_PASS_TYPE: [coffee.id],
    }


async def test_rule_16_the_first_list_needs_no_tag_and_a_list_without_news_has_no_body(door: Door, anna: Card) -> None:
    await door.register(anna)

    first = await door.changes()
    then = await door.changes(first.json()["lastUpdated"])
    said = await door.say(
        f"GET /apple/v1/devices/{IPHONE}/registrations/{PASS_TYPE}?passesUpdatedSince=0 HTTP/1.1\r\n"
        "Host: x\r\nConnection: close\r\n\r\n".encode()
    )

    assert (first.status_code, first.json()["serialNumbers"]) == (200, [anna.id])
    assert (then.status_code, then.content) == (204, b"")
    assert b"content-length" not in said.lower()
    assert said.endswith(b"\r\n\r\n")


async def test_a_tag_from_the_future_lists_everything(door: Door, anna: Card, boris: Card) -> None:
    """The database was restored from a backup: the phone has seen changes that we have forgotten."""
    for card in (anna, boris):
        await door.register(card)
    await change(door.site.service.database, anna)

    answer = await door.changes("7000")

    assert answer.json() == {"serialNumbers": sorted([anna.id, boris.id]), "lastUpdated": "1"}


async def test_a_device_that_registered_nothing_hears_of_nothing(door: Door, anna: Card) -> None:
    await door.register(anna)

    assert (await door.changes(device="4c" * 16)).status_code == 204
