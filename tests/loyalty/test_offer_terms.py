"""What may be written of an offer, and what is said of the rest."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.loyalty.offer_stand import FREE_COFFEE, SUMMER
from wallet_service.loyalty.rules.forms import Place
from wallet_service.loyalty.rules.mechanic import Goods
from wallet_service.loyalty.rules.offer import (
    AmountOff,
    BonusPoints,
    Entitlement,
    FreeGoods,
    Kind,
    OfferTerms,
    PercentOff,
)
from wallet_service.loyalty.rules.offer_terms import OfferInvalid, offer_of, read_offer

BERLIN = ZoneInfo("Europe/Berlin")
CAIRO = ZoneInfo("Africa/Cairo")


def test_all_that_can_be_said_is_understood() -> None:
    document = FREE_COFFEE | {
        "description": {"en": "Of any size"},
        "benefit": {"percent": 12.5, "most": 1000},
        "goods": {"skus": ["coffee-s"], "categories": ["tea"]},
        "places": ["mitte"],
        "least": 500,
        "since": "2026-11-01",
        "until": date(2026, 12, 31),
        "limits": {"total": 1000, "per_member": 2},
    }
    assert offer_of(document) == OfferTerms(
        name="free-coffee",
        title={"en": "A coffee on us", "ru": "Кофе в подарок"},
        kind=Kind.PERSONAL,
        benefit=PercentOff(1250, 1000),
        description={"en": "Of any size"},
        goods=Goods(frozenset({"coffee-s"}), frozenset({"tea"})),
        places=frozenset({"mitte"}),
        least=500,
        since=date(2026, 11, 1),
        until=date(2026, 12, 31),
        valid_days=14,
        total=1000,
        per_member=2,
        reminder_days=3,
    )


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({"percent": 100}, PercentOff(10_000)),
        ({"amount": 1}, AmountOff(1)),
        ({"gift": "coffee-s"}, FreeGoods("coffee-s")),
        ({"points": 300}, BonusPoints(300)),
        ({"entitlement": {"en": "The lounge"}}, Entitlement({"en": "The lounge"})),
    ],
    ids=lambda said: next(iter(said)) if isinstance(said, dict) else "",
)
def test_a_benefit_is_one_of_five(said: Any, meant: object) -> None:
    assert offer_of(SUMMER | {"benefit": said}).benefit == meant


@pytest.mark.parametrize(
    ("document", "places"),
    [
        ({}, ["name", "title", "kind", "benefit"]),
        (SUMMER | {"name": "Summer!"}, ["name"]),
        (SUMMER | {"titel": {"en": "Summer"}}, ["titel"]),
        (SUMMER | {"title": {}}, ["title"]),
        (SUMMER | {"kind": "secret"}, ["kind"]),
        (SUMMER | {"benefit": {"percent": 0}}, ["benefit.percent"]),
        (SUMMER | {"benefit": {"percent": 100.01}}, ["benefit.percent"]),
        (SUMMER | {"benefit": {"percent": 10, "amount": 5}}, ["benefit"]),
        (SUMMER | {"benefit": {"amount": 1.5}}, ["benefit.amount"]),
        (SUMMER | {"benefit": {"amount": 5, "most": 3}}, ["benefit.most"]),
        (SUMMER | {"benefit": {}}, ["benefit"]),
        (SUMMER | {"code": "a--b"}, ["code"]),
        (SUMMER | {"code": 4711}, ["code"]),
        (SUMMER | {"code": ""}, ["code"]),
        ({key: each for key, each in SUMMER.items() if key != "code"}, ["code"]),
        (FREE_COFFEE | {"code": "COFFEE"}, ["code"]),
        (SUMMER | {"since": "2026-12-02", "until": "2026-12-01"}, ["until"]),
        (SUMMER | {"until": "2026-02-29"}, ["until"]),
        (SUMMER | {"valid_days": 3, "reminder_days": 1}, ["valid_days", "reminder_days"]),
        ({key: each for key, each in FREE_COFFEE.items() if key != "valid_days"}, ["reminder_days"]),
        (SUMMER | {"limits": {"total": 0, "per_member": -1}}, ["limits.total", "limits.per_member"]),
        (SUMMER | {"least": -1}, ["least"]),
    ],
)
def test_whatever_is_wrong_is_said_with_its_place(document: Any, places: list[str]) -> None:
    with pytest.raises(OfferInvalid) as refused:
        offer_of(document)
    assert [finding["place"] for finding in refused.value.extra["findings"]] == places
    assert all(finding.remedy for finding in refused.value.findings)


def test_in_a_programme_file_a_problem_has_the_place_of_its_table() -> None:
    place = Place("offers[2]")
    read_offer(SUMMER, place)
    assert place.findings == []
    with pytest.raises(Exception, match="offers"):
        read_offer(SUMMER | {"code": "SUMMER", "since": "2026-12-02", "until": "2026-12-01"}, place)
    assert [finding.place for finding in place.findings] == ["offers[2].until"]


def days(**more: Any) -> OfferTerms:
    bare = {key: each for key, each in FREE_COFFEE.items() if key not in {"valid_days", "reminder_days"}}
    return offer_of(bare | more)


GIVEN = datetime(2026, 11, 2, 23, 30, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("terms", "ends", "reminds"),
    [
        (days(), None, None),
        (days(valid_days=0), datetime(2026, 11, 3, tzinfo=BERLIN), None),
        (days(valid_days=14, reminder_days=3), datetime(2026, 11, 17, tzinfo=BERLIN), datetime(2026, 11, 13, tzinfo=BERLIN)),
        (days(valid_days=3, reminder_days=3), datetime(2026, 11, 6, tzinfo=BERLIN), None),
        (days(valid_days=2, reminder_days=3), datetime(2026, 11, 5, tzinfo=BERLIN), None),
        (days(valid_days=14, until="2026-11-05"), datetime(2026, 11, 6, tzinfo=BERLIN), None),
        (days(valid_days=1, until="2026-11-05"), datetime(2026, 11, 4, tzinfo=BERLIN), None),
        (days(until="2026-11-05", reminder_days=1), datetime(2026, 11, 6, tzinfo=BERLIN), datetime(2026, 11, 4, tzinfo=BERLIN)),
    ],
)  # fmt: skip
def test_a_personal_offer_is_good_to_the_end_of_its_last_day(
    terms: OfferTerms, ends: datetime | None, reminds: datetime | None
) -> None:
    assert (terms.ends_at(GIVEN), terms.reminds_at(GIVEN)) == (ends, reminds)


def test_a_day_without_a_midnight_begins_with_the_leap() -> None:
    """In Cairo, 24 April 2026 begins at one o'clock."""
    given = datetime(2026, 4, 22, 12, tzinfo=CAIRO)
    assert days(valid_days=1).ends_at(given) == datetime(2026, 4, 23, 22, tzinfo=UTC)
