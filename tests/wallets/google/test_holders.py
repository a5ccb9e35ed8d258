"""Who holds the objects of a class, as a simulated Google says: page by page, with its troubles as values."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.wallets.google.accounts import EMAIL, ISSUER, rsa_key
from tests.wallets.google.annas_card import CLASS, card, client_of
from wallet_service.outcomes import Outcome, Refused, TryLater, Unknown
from wallet_service.simulators.google import GoogleSimulator
from wallet_service.simulators.google_script import Fail, first
from wallet_service.simulators.google_shelf import Holder
from wallet_service.wallets.google.client import GoogleClient
from wallet_service.wallets.google.holders import ask_holders, read_page
from wallet_service.wallets.google.verdict import (
    Done,
    Malformed,
    NoSuchClass,
    NoSuchObject,
    NotAllowed,
    Trouble,
    Verdict,
)
from wallet_service.wallets.holding import HolderPage

CLASS_ID = str(CLASS["id"])
NAMES = [f"{ISSUER}.card_{number}" for number in range(5)]
ALL = dict.fromkeys(NAMES, False) | {NAMES[1]: True, NAMES[4]: True}


@pytest.fixture
async def google() -> AsyncIterator[GoogleSimulator]:
    async with GoogleSimulator(rate=1e6) as simulator:
        simulator.open_issuer(ISSUER, simulator.open_account(EMAIL, key=rsa_key()))
        yield simulator


@pytest.fixture
async def client(google: GoogleSimulator) -> AsyncIterator[GoogleClient]:
    """The client of a Google that has five cards, the second and the last of which somebody holds."""
    opened = client_of(google)
    await opened.insert("loyaltyClass", CLASS)
    for name in NAMES:
        await opened.insert("loyaltyObject", card(name))
    for name in (NAMES[1], NAMES[4]):
        google.shelf.hold(name, Holder("Anna", "Anna's Pixel"))
    yield opened
    await opened.aclose()


async def walk(client: GoogleClient, most: int, begin: str = "") -> list[HolderPage]:
    """Every page from there on."""
    pages: list[HolderPage] = []
    while not pages or begin:
        page = await ask_holders(client, CLASS_ID, begin, most)
        assert isinstance(page, HolderPage)
        pages.append(page)
        begin = page.following
    return pages


async def test_a_class_is_walked_in_pages(client: GoogleClient, google: GoogleSimulator):
    before = len(google.journal)
    pages = await walk(client, 2)
    assert [len(page.held) for page in pages] == [2, 2, 1]
    assert {name: held for page in pages for name, held in page.held.items()} == ALL
    assert [(entry.method, entry.status) for entry in google.journal.entries[before:]] == [("GET", 200)] * 3


async def test_a_class_that_fits_is_one_page(client: GoogleClient):
    assert await walk(client, 5) == [HolderPage(ALL, "")]


async def test_a_walk_goes_on_where_another_left_off(client: GoogleClient, google: GoogleSimulator):
    (opening,) = [await ask_holders(client, CLASS_ID, "", 2)]
    assert isinstance(opening, HolderPage)
    other = client_of(google)
    assert [list(page.held) for page in await walk(other, 2, opening.following)] == [NAMES[2:4], NAMES[4:]]
    await other.aclose()


async def test_a_class_that_google_has_not_got_is_held_by_nobody(client: GoogleClient):
    assert await ask_holders(client, f"{ISSUER}.gone", "") == HolderPage({}, "")


async def test_a_page_whose_place_google_no_longer_knows_is_refused(client: GoogleClient):
    assert isinstance(await ask_holders(client, CLASS_ID, "old"), Refused)


async def test_a_page_that_was_in_trouble_is_there_afterwards(client: GoogleClient, google: GoogleSimulator):
    google.script = first(1, Fail(503))
    assert isinstance(await ask_holders(client, CLASS_ID, ""), Unknown)
    assert await ask_holders(client, CLASS_ID, "") == HolderPage(ALL, "")


@pytest.mark.parametrize(
    ("answer", "page"),
    [
        ({}, HolderPage({}, "")),
        ({"resources": None, "pagination": None}, HolderPage({}, "")),
        ({"resources": [{"id": "1.a", "hasUsers": True}, {"id": "1.b"}]}, HolderPage({"1.a": True}, "")),
        ({"resources": ["x", {"id": 7, "hasUsers": True}, {"id": "1.a", "hasUsers": "no"}]}, HolderPage({}, "")),
        ({"resources": [], "pagination": {"nextPageToken": "more"}}, HolderPage({}, "more")),
        ({"pagination": {"nextPageToken": 7}}, HolderPage({}, "")),
    ],
    ids=["nothing", "nulls", "one unsaid", "nonsense", "an empty page", "a place that is no text"],
)
def test_only_what_google_says_is_read(answer: dict[str, Any], page: HolderPage):
    assert read_page(Done(answer)) == page


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (NoSuchClass("404"), HolderPage({}, "")),
        (NoSuchObject("404"), HolderPage({}, "")),
        (Malformed("400"), Refused("400")),
        (NotAllowed("403"), TryLater(300.0, "403")),
        (Trouble("503", seconds=7.0), TryLater(7.0, "503")),
    ],
    ids=["no class", "no object", "malformed", "not allowed", "trouble"],
)
def test_what_google_does_not_say_is_an_outcome(verdict: Verdict, outcome: HolderPage | Outcome):
    assert read_page(verdict) == outcome
