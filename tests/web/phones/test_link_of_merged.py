"""The link of somebody who turned out to be another member: it opens that member's card, for as long as they are one."""

from typing import Any

import pytest

from tests.people import Brand
from tests.web.phones.scene import Card, Door
from wallet_service.simulators.pass_reader import MEDIA_TYPE

MAC = {"User-Agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15", "Accept": "text/html"}


@pytest.fixture
async def merged(burger_heroes: Brand, anna: Card, boris: Card) -> Any:
    """Boris is Anna."""
    members = [(await burger_heroes.till.card(card.id))["member"] for card in (anna, boris)]
    return await burger_heroes.till.call("POST", f"/v1/members/{members[0]}/merge", {"from": members[1]})


async def test_it_gives_the_survivors_pass_until_the_merge_is_undone(
    door: Door, burger_heroes: Brand, anna: Card, boris: Card, merged: Any
) -> None:
    client = door.site.client
    led, own = [await client.get(link) for link in (boris.link, anna.link)]
    assert (led.status_code, led.headers["Content-Type"]) == (200, MEDIA_TYPE)
    assert led.content == own.content
    await burger_heroes.till.call("POST", f"/v1/merges/{merged['id']}/undo")
    apart = await client.get(boris.link)
    assert apart.status_code == 200
    assert apart.content != own.content


@pytest.mark.usefixtures("merged")
async def test_what_lies_below_it_is_the_survivors_too(door: Door, anna: Card, boris: Card) -> None:
    pages = [await door.site.client.get(f"{link}?json", headers=MAC) for link in (boris.link, anna.link)]
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0].text == pages[1].text


@pytest.mark.usefixtures("merged")
@pytest.mark.parametrize("withdrawn", ["the survivor's", "their own"])
async def test_a_card_that_was_withdrawn_is_given_to_nobody(
    door: Door, burger_heroes: Brand, anna: Card, boris: Card, withdrawn: str
) -> None:
    card = anna if withdrawn == "the survivor's" else boris
    await burger_heroes.till.call("POST", f"/v1/cards/{card.id}/void")
    assert (await door.site.client.get(boris.link)).status_code == 410
