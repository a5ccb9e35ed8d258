"""The main job: enrol, issue, install, buy; the phone is woken, asks, fetches and shows the new balance."""

from tests.conftest import Site
from tests.people import ANNA, Brand, until_up_to_date


async def test_a_purchase_at_the_till_shows_on_the_phone(site: Site, burger_heroes: Brand) -> None:
    member = await burger_heroes.till.enrol(**ANNA)
    card = await burger_heroes.till.issue(member["id"])
    phone = site.phone("Anna's iPhone")
    await phone.install(card["link"])

    await burger_heroes.till.post("external:BH-1", 250, "Hero Menu")
    after = await until_up_to_date(burger_heroes.till, card["id"])

    assert phone.passes[card["id"]].field("balance")["value"] == 250
    assert phone.notifications == ["Теперь у вас на карте 250"]
    assert phone.log == []
    assert [device["told_outcome"] for device in after["devices"]] == ["accepted"]
    assert after["version"] == 2
