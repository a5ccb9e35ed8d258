"""One link, and the right thing for whoever opens it."""

import io
import zipfile
from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from tests.people import ANNA, BORIS
from tests.web.phones.links import AGENTS, PUBLIC, House, always, answering, open_house
from wallet_service.cards.design import CardState
from wallet_service.errors import Unavailable
from wallet_service.service import Service
from wallet_service.simulators.pass_reader import MEDIA_TYPE
from wallet_service.web.phones.visitors import Visitor

WITHDRAW = text("UPDATE card SET voided_at = now()")
GOOGLE = "https://pay.google.com/gp/v/save/x.y.z"


@pytest.fixture
async def house(service: Service) -> AsyncIterator[House]:
    """A house with a card or two."""
    opened = await open_house(service)
    yield opened
    await opened.doors.aclose()


async def test_an_iphone_gets_the_pass(house: House) -> None:
    link = await house.issue(ANNA)

    answer = await house.open(link, Visitor.IPHONE)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, MEDIA_TYPE)
    assert await house.handed(link) == 1


async def test_an_android_is_sent_to_google(house: House) -> None:
    link = await house.issue(ANNA)

    answer = await house.offering(save_link=answering(GOOGLE)).open(link, Visitor.ANDROID)

    assert (answer.status_code, answer.headers["Location"]) == (302, GOOGLE)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert await house.handed(link) is None


async def no_google(_: CardState) -> str | None:
    raise Unavailable("Google does not answer.", remedy="Try later.")


async def slow_google(_: CardState) -> str | None:
    raise TimeoutError


@pytest.mark.parametrize(
    ("save_link", "why"), [(no_google, "Google does not answer."), (slow_google, "no answer in time")]
)
async def test_why_there_is_no_save_link_stands_in_the_log(house: House, save_link: object, why: str) -> None:
    link = await house.issue(ANNA)

    with capture_logs() as logs:
        await house.offering(save_link=save_link).open(link, Visitor.ANDROID)

    assert [entry["why"] for entry in logs if entry["event"] == "link goes without"] == [why]


@pytest.mark.parametrize("save_link", [answering(None), no_google, slow_google], ids=["none", "trouble", "slow"])
async def test_without_a_save_link_an_android_sees_the_web_card(house: House, save_link: object) -> None:
    link = await house.issue(ANNA)

    answer = await house.offering(save_link=save_link).open(link, Visitor.ANDROID)

    assert answer.status_code == 200
    assert '<main class="card"' in answer.text


async def test_a_head_makes_no_save_link(house: House) -> None:
    link = await house.issue(ANNA)
    asked: list[str] = []

    async def save_link(state: CardState) -> str:
        asked.append(state.serial)
        return GOOGLE

    answer = await house.offering(save_link=save_link).open(link, Visitor.ANDROID, "HEAD")

    assert (answer.status_code, answer.content, asked) == (200, b"", [])


async def test_a_head_of_a_pass_notes_nothing(house: House) -> None:
    link = await house.issue(ANNA)

    answers = [await house.open(link + ending, Visitor.IPHONE, "HEAD") for ending in ("", ".pkpass", ".pkpasses")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert await house.handed(link) is None


async def test_a_desktop_is_shown_the_way_to_a_phone(house: House) -> None:
    link = await house.issue(ANNA)

    answer = await house.offering(google=always).open(link, Visitor.DESKTOP)

    assert f'aria-label="{PUBLIC}{link}"' in answer.text
    assert "<svg" in answer.text
    assert [f'href="{way}"' in answer.text for way in (f"{link}.pkpass", f"{link}?google", "?web")] == [True] * 3
    assert "Burger Heroes Club" in answer.text
    assert "Petrova" not in answer.text


async def test_there_is_no_button_for_a_wallet_that_is_not_set_up(house: House) -> None:
    link = await house.issue(ANNA)

    pages = [(await house.open(link, visitor)).text for visitor in (Visitor.DESKTOP, Visitor.PHONE)]

    assert not [page for page in pages if "google" in page.lower()]


@pytest.mark.parametrize("visitor", sorted(set(Visitor) - {Visitor.PREVIEW, Visitor.AHEAD}), ids=str)
async def test_the_ending_and_the_query_say_what_is_wanted_whoever_asks(house: House, visitor: Visitor) -> None:
    link, offering = await house.issue(ANNA), house.offering(save_link=answering(GOOGLE))

    file, page, news, save = [
        await offering.open(link + more, visitor) for more in (".pkpass", "?web", "?json", "?google")
    ]

    assert file.headers["Content-Type"] == MEDIA_TYPE
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert news.headers["Content-Type"] == "application/json"
    assert save.headers["Location"] == GOOGLE


async def test_a_preview_learns_whose_card_it_is_and_nothing_else(house: House) -> None:
    link, offering = await house.issue(ANNA), house.offering(save_link=answering(GOOGLE))

    answers = [
        await offering.open(link + more, Visitor.PREVIEW)
        for more in ("", ".pkpass", "?web", "?json", "?google", "/icon.png")
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert '<meta property="og:title" content="Burger Heroes · Карта лояльности">' in answers[0].text
    assert not [secret for secret in ("Petrova", "BH-1", "pay.google.com", "<img", "href") if secret in answers[0].text]
    assert await house.handed(link) is None


async def test_whoever_looks_ahead_is_told_to_wait(house: House) -> None:
    link, offering = await house.issue(ANNA), house.offering(save_link=answering(GOOGLE))
    ahead = {"Sec-Purpose": "prefetch;prerender"}

    answers = [await offering.open(link, visitor, headers=ahead) for visitor in (Visitor.ANDROID, Visitor.IPHONE)]

    assert {answer.status_code for answer in answers} == {503}
    assert await house.handed(link) is None


async def test_whatever_the_answer_it_is_neither_kept_nor_listed_nor_told_on(house: House) -> None:
    link = await house.issue(ANNA)

    answers = [await house.open(way, visitor) for visitor in AGENTS for way in (link, f"{link}x")]
    answers.append(await house.open(link, headers={"Sec-Purpose": "prefetch"}))
    async with house.service.database.begin() as tx:
        await tx.run(WITHDRAW)
    answers += [await house.open(link, visitor) for visitor in AGENTS]

    assert {answer.status_code for answer in answers} == {200, 404, 410, 503}
    for answer in answers:
        assert "no-store" in answer.headers["Cache-Control"]
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "User-Agent" in answer.headers["Vary"]


async def test_all_cards_of_a_member_come_in_one_file(house: House) -> None:
    anna, boris = await house.issue(ANNA), await house.issue(BORIS)
    serials = [link.removeprefix("/c/").partition(".")[0] for link in (anna, boris)]

    async def together(_: CardState) -> Sequence[CardState]:
        found = [await house.doors.look.submit(serial) for serial in serials]
        return [state for state in found if state]

    answer = await house.offering(together=together).open(f"{anna}.pkpasses", Visitor.IPHONE)
    archive = zipfile.ZipFile(io.BytesIO(answer.content))

    assert answer.headers["Content-Type"] == "application/vnd.apple.pkpasses"
    assert archive.namelist() == ["card-1.pkpass", "card-2.pkpass"]
    assert archive.read("card-2.pkpass") == (await house.open(boris, Visitor.IPHONE)).content
    assert [await house.handed(link) for link in (anna, boris)] == [1, 1]


async def test_a_single_card_is_a_pass_even_where_several_might_be(house: House) -> None:
    link = await house.issue(ANNA)

    answer = await house.open(f"{link}.pkpasses", Visitor.IPHONE)

    assert answer.headers["Content-Type"] == MEDIA_TYPE


@pytest.mark.parametrize("more", ["", "?web", "?json", ".pkpass", "/card.webmanifest", "/push"])
async def test_a_withdrawn_card_and_no_card_are_said_so_as_a_page(house: House, more: str) -> None:
    link = await house.issue(ANNA)
    async with house.service.database.begin() as tx:
        await tx.run(WITHDRAW)
    method = "POST" if more == "/push" else "GET"
    nowhere = f"/c/card_1.{urlsplit(link).path.rpartition('.')[2]}"

    gone, missing = [await house.open(way + more, method=method) for way in (link, nowhere)]

    assert (gone.status_code, missing.status_code) == (410, 404)
    assert "This card was withdrawn." in gone.text
    assert "There is no card here." in missing.text
    assert {answer.headers["Content-Type"] for answer in (gone, missing)} == {"text/html; charset=utf-8"}
