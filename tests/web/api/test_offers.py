"""Offers over REST: defined, provided with codes, looked at, redeemed, given back; and whoever guesses has to wait."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from tests.people import ANNA, BORIS
from tests.web.api.desk import Desk, done, refused
from wallet_service.loyalty.offers.offers_judged import CodeNotFound
from wallet_service.web.api.offers_answers import (
    CodePage,
    OfferOut,
    OfferPage,
    PersonalOfferList,
    PersonalOfferOut,
    RedemptionOut,
    TriedCodeOut,
)
from wallet_service.web.api.offers_models import FREE_COFFEE, SUMMER
from wallet_service.web.doors import Doors
from wallet_service.web.guesses import Guesses, TooManyGuesses
from wallet_service.web.site import Site

LINES = [{"sku": "cake", "quantity": 2, "price": 500}, {"sku": "tea", "quantity": 1, "price": 300, "discount": 100}]
FLYER = {"name": "flyer", "title": {"en": "Flyer"}, "kind": "unique", "benefit": {"amount": 200}}
BONUS = {
    "name": "bonus",
    "title": {"en": "100 points"},
    "kind": "shared",
    "code": "PLUS100",
    "benefit": {"points": 100},
}


async def define(desk: Desk, terms: Any) -> Any:
    """An offer, defined."""
    return done(await desk.call("POST", "/v1/offers", terms), 201)


async def show(desk: Desk, code: str, **more: Any) -> Any:
    """What a code would bring."""
    tried = done(await desk.call("POST", "/v1/offers/validate", {"code": code, "lines": LINES, **more}), 200)
    TriedCodeOut.model_validate(tried)
    return tried


async def test_an_offer_is_defined_changed_listed_and_archived(desk: Desk) -> None:
    made = await define(desk, SUMMER)
    OfferOut.model_validate(made)
    assert (made["name"], made["kind"], made["terms"], made["redeemed"]) == ("summer", "shared", SUMMER, 0)
    changed = await define(desk, SUMMER | {"benefit": {"percent": 20}})
    assert changed["id"] == made["id"]
    coffee = await define(desk, FREE_COFFEE | {"programme": desk.brand.programme})
    page = done(await desk.call("GET", "/v1/offers?limit=1"), 200)
    OfferPage.model_validate(page)
    assert page["items"] == [changed]
    assert done(await desk.call("GET", f"/v1/offers?cursor={page['next']}"), 200) == {"items": [coffee], "next": None}
    archived = done(await desk.call("DELETE", f"/v1/offers/{made['id']}"), 200)
    assert archived == done(await desk.call("GET", f"/v1/offers/{made['id']}"), 200)
    assert archived["archived_at"] is not None
    assert (await show(desk, "SUMMER-26", member=None))["reason"] == "member-needed"


async def test_all_that_is_wrong_with_terms_is_said_at_once(desk: Desk) -> None:
    problem = refused(
        await desk.call("POST", "/v1/offers", {"name": "Summer!", "kind": "secret", "codes": 3}), 422, "offer-invalid"
    )
    assert {finding["place"] for finding in problem["findings"]} == {"name", "title", "kind", "benefit", "codes"}
    await define(desk, SUMMER)
    refused(await desk.call("POST", "/v1/offers", FLYER | {"name": "summer"}), 409, "offer-fixed")
    refused(await desk.call("POST", "/v1/offers", SUMMER | {"name": "winter"}), 409, "code-taken")


async def test_codes_in_bulk_come_in_pages(desk: Desk) -> None:
    flyer = await define(desk, FLYER)
    path = f"/v1/offers/{flyer['id']}/codes"
    first = done(await desk.call("POST", path, {"count": 1002}, once="flyers"), 201)
    CodePage.model_validate(first)
    rest = done(await desk.call("GET", f"{path}?cursor={first['next']}"), 200)
    codes = [each["code"] for each in (*first["items"], *rest["items"])]
    assert (len(first["items"]), len(set(codes)), rest["next"]) == (1000, 1002, None)
    assert {len(code) for code in codes} == {9}
    assert done(await desk.call("POST", path, {"count": 1002}, once="flyers"), 201) == first
    assert done(await desk.call("GET", f"{path}?limit=1000"), 200)["items"] == first["items"]
    summer = await define(desk, SUMMER)
    refused(await desk.call("POST", f"/v1/offers/{summer['id']}/codes", {"count": 1}), 409, "codes-unfit")
    for count in (0, 1_000_001, 1.5, "5", None):
        refused(await desk.call("POST", path, {"count": count}), 422, "invalid-request")


async def test_the_list_of_codes_goes_on_after_a_code_of_any_alphabet(desk: Desk) -> None:
    offers = [await define(desk, SUMMER | {"code": code}) for code in ("ЛЕТО-" + "Я" * 19, "夏夏夏")]
    path = f"/v1/offers/{offers[0]['id']}/codes"
    page = done(await desk.call("GET", f"{path}?limit=1"), 200)
    (rest,) = done(await desk.call("GET", f"{path}?cursor={page['next']}"), 200)["items"]
    assert [page["items"][0]["state"], rest["code"], rest["state"]] == ["ended", "夏夏夏", "open"]
    refused(await desk.call("GET", f"{path}?cursor=MTIz"), 422, "cursor-invalid")


async def test_a_code_is_looked_at_redeemed_and_given_back(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    await define(desk, SUMMER)
    good = await show(desk, " summer-26 ", member="external:BH-1")
    assert (good["good"], good["benefit"]["discount"], good["benefit"]["shares"]) == (True, 120, [100, 20])
    wish = {"code": "SUMMER-26", "member": "external:BH-1", "lines": LINES, "reference": "receipt 1"}
    redeemed = done(await desk.call("POST", "/v1/offers/redeem", wish, once="receipt 1"), 201)
    RedemptionOut.model_validate(redeemed)
    assert done(await desk.call("POST", "/v1/offers/redeem", wish, once="receipt 1"), 201) == redeemed
    assert (redeemed["benefit"], redeemed["reference"]) == (good["benefit"], "receipt 1")
    problem = refused(await desk.call("POST", "/v1/offers/redeem", wish), 409, "offer-refused")
    assert problem["reason"] == "member-had-enough"
    assert (await show(desk, "SUMMER-26", member="external:BH-1"))["reason"] == "member-had-enough"
    undone = done(await desk.call("POST", f"/v1/redemptions/{redeemed['id']}/undo"), 200)
    assert undone == redeemed | {"undone_at": undone["undone_at"]}
    assert (await show(desk, "SUMMER-26", member="external:BH-1"))["good"] is True


async def test_points_of_a_code_are_granted_and_taken_back(desk: Desk) -> None:
    anna = await desk.enrol(**ANNA)
    await define(desk, BONUS)
    redeemed = done(await desk.call("POST", "/v1/offers/redeem", {"code": "plus100", "member": anna["id"]}), 201)
    assert (redeemed["benefit"]["points"], await desk.balance(anna["id"])) == (100, 100)
    (entry,) = done(await desk.call("GET", f"/v1/members/{anna['id']}/entries"), 200)["items"]
    assert entry["id"] == redeemed["entry"]
    done(await desk.call("POST", f"/v1/redemptions/{redeemed['id']}/undo"), 200)
    assert await desk.balance(anna["id"]) == 0


async def test_a_member_is_given_an_offer_by_hand_once_for_an_occasion(desk: Desk) -> None:
    await desk.enrol(**ANNA)
    await define(desk, FREE_COFFEE)
    path, wish = "/v1/members/external:BH-1/offers", {"offer": "free-coffee", "occasion": "complaint 81"}
    given, again = [done(await desk.call("POST", path, wish), 201) for _ in range(2)]
    PersonalOfferOut.model_validate(given)
    assert given == again
    held = done(await desk.call("GET", path), 200)
    PersonalOfferList.model_validate(held)
    assert held == {"items": [given]}
    refused(await desk.call("POST", path, wish | {"offer": "free-tea"}), 409, "offer-not-givable")
    gift = done(await desk.call("POST", "/v1/offers/redeem", {"code": given["code"], "member": "external:BH-1"}), 201)
    assert gift["benefit"]["gift"] == "coffee-s"
    assert done(await desk.call("GET", path), 200) == {"items": []}


async def test_a_brands_codes_and_redemptions_are_nothing_to_another_brand(desk: Desk, other_desk: Desk) -> None:
    await desk.enrol(**ANNA)
    await other_desk.enrol(**BORIS)
    await define(desk, BONUS)
    redeemed = done(await desk.call("POST", "/v1/offers/redeem", {"code": "PLUS100", "member": "external:BH-1"}), 201)
    for path in ("validate", "redeem"):
        shown = {"code": "PLUS100", "member": "external:BH-2"}
        refused(await other_desk.call("POST", f"/v1/offers/{path}", shown), 404, "code-not-found")
    refused(await other_desk.call("POST", f"/v1/redemptions/{redeemed['id']}/undo"), 404, "redemption-not-found")
    await define(other_desk, BONUS)
    assert (await show(other_desk, "PLUS100", member="external:BH-2"))["good"] is True


async def test_a_key_that_guesses_has_to_wait_and_others_need_not(doors: Doors, desk: Desk, other_desk: Desk) -> None:
    """At a site where no time passes."""
    site = Site(replace(doors, guesses=Guesses(2, now=lambda: 0.0)))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(site), base_url="http://rest") as client:
        guesser, till = replace(desk, client=client), replace(other_desk, client=client)
        for each in (desk, other_desk):
            await define(each, BONUS)
        for number in range(3):
            refused(
                await guesser.call("POST", "/v1/offers/validate", {"code": f"GUESS{number}"}), 404, "code-not-found"
            )
        for act in ("validate", "redeem"):
            waiting = await guesser.call("POST", f"/v1/offers/{act}", {"code": "PLUS100"})
            refused(waiting, 429, "too-many-wrong-codes")
            assert waiting.headers["retry-after"] == "30"
        assert (await show(till, "PLUS100"))["reason"] == "member-needed"


def test_whoever_has_waited_may_show_one_more_code() -> None:
    moment = [0.0]
    guesses = Guesses(2, now=lambda: moment[0])

    def guess() -> str:
        with pytest.raises((CodeNotFound, TooManyGuesses)) as refusal, guesses.counted("key_1"):
            raise CodeNotFound("no")
        return refusal.value.slug

    assert [guess() for _ in range(5)] == ["code-not-found"] * 3 + ["too-many-wrong-codes"] * 2
    with guesses.counted("key_2"):
        pass
    moment[0] = 29.0
    with pytest.raises(TooManyGuesses) as refusal, guesses.counted("key_1"):
        pass
    assert refusal.value.extra["retry_after"] == 1
    moment[0] = 30.0
    with guesses.counted("key_1"):
        pass
