"""A tier reached: the card changes its look, and the phone says so once, however many versions lie in between."""

from dataclasses import replace

from tests.cards.desk import bundled
from tests.cards.standing_desk import LUNCH, NEARLY, stand
from tests.conftest import Site
from tests.journeys.walks import Holder, all_told, join
from tests.people import BORIS, Brand
from wallet_service.cards.publish import publish_template

ATELIER = replace(bundled("beauty-atelier"), name="burger-heroes")
PEONY = {"name": "peony", "title": {"en": "Peony"}, "until": None}


async def guest(site: Site, brand: Brand) -> Holder:
    """Somebody whose card shows and announces tiers."""
    async with site.service.database.begin() as tx:
        await publish_template(tx, brand.id, ATELIER)
    return await join(site, brand, BORIS, "Boris's iPhone")


async def test_a_tier_is_told_once_and_then_the_balance_again(site: Site, burger_heroes: Brand) -> None:
    boris = await guest(site, burger_heroes)
    assert "changeMessage" not in boris.shown.field("tier")

    await stand(site.service.database, boris.member, tier=PEONY)
    await boris.up_to_date()
    assert boris.phone.notifications == ["Your level is now Peony"]
    assert boris.shown.document["backgroundColor"] == "rgb(70, 26, 51)"

    await boris.buys(120)
    await boris.up_to_date()
    assert boris.phone.notifications == ["Your level is now Peony", "Your bonuses now: 120"]

    await stand(site.service.database, boris.member, goal=NEARLY, purchase=LUNCH)
    await boris.up_to_date()
    assert boris.shown.field("receipt")["value"].startswith("€12.40 · November 3, 2026")
    assert len(boris.phone.notifications) == 2
    assert boris.phone.log == []


async def test_a_phone_that_was_off_hears_of_the_tier_and_not_of_less(site: Site, burger_heroes: Brand) -> None:
    boris = await guest(site, burger_heroes)
    boris.phone.off()
    await stand(site.service.database, boris.member, tier=PEONY)
    await boris.buys(120)
    await stand(site.service.database, boris.member, goal=NEARLY)
    await all_told(site)

    await boris.phone.on()
    await boris.up_to_date()
    assert boris.balance_shown == 120
    assert boris.phone.notifications == ["Your level is now Peony"]
