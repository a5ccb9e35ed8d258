"""What stands below a link: news, the manifest, icons, the worker, badges, and the wish to be told."""

from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree import ElementTree as ET

import orjson
import pytest
from babel import Locale

from tests.people import ANNA
from tests.web.phones.links import Desk, House, open_house
from tests.web.phones.test_web_card import NOW, face_of
from wallet_service.service import Service
from wallet_service.wallets.looks import Colour, look_of
from wallet_service.web.phones.link_badges import BadgeUnfit, read_badges
from wallet_service.web.phones.visitors import Visitor
from wallet_service.web.phones.web_manifest import large_icon, manifest, small_icon

ENDPOINT = "https://push.example/send/abc:123"
POINT = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"
"""The base point of P-256."""
GOOD = {"endpoint": ENDPOINT, "expirationTime": None, "keys": {"p256dh": POINT, "auth": "_" * 21 + "w"}}


@pytest.fixture
async def house(service: Service) -> AsyncIterator[House]:
    """A house with a card."""
    opened = await open_house(service)
    yield opened
    await opened.doors.aclose()


async def test_news_come_once(house: House) -> None:
    link = await house.issue(ANNA)
    page = await house.open(f"{link}?web")

    held = page.headers["ETag"]
    same = await house.open(f"{link}?json", headers={"If-None-Match": held})
    other = await house.open(f"{link}?json", headers={"If-None-Match": '"other"'})

    assert (same.status_code, same.content) == (304, b"")
    assert (other.status_code, other.headers["ETag"]) == (200, held)
    assert other.json()["texts"][0] == "0"


async def test_the_manifest_makes_the_card_an_app(house: House) -> None:
    link = await house.issue(ANNA)

    answer = await house.open(f"{link}/card.webmanifest")
    said = answer.json()
    icons = {icon["src"]: await house.open(icon["src"]) for icon in said["icons"]}

    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert (said["start_url"], said["scope"], said["display"]) == (f"{link}?web", link, "standalone")
    assert (said["short_name"], said["theme_color"], said["lang"]) == ("Burger Heroes", "#ac181c", "ru")
    assert [icon["sizes"] for icon in said["icons"]] == ["114x114", "any"]
    assert [icon.headers["Content-Type"] for icon in icons.values()] == ["image/png", "image/svg+xml"]
    assert ET.fromstring(icons[f"{link}/icon.svg"].text).get("viewBox") == "0 0 512 512"  # noqa: S314 - our own drawing


def test_a_template_without_an_icon_has_a_field_of_its_colour() -> None:
    look = look_of(face_of(), Locale("en"), NOW)
    icons = orjson.loads(manifest(look, {}, "/c/x", "en").pieces[0])["icons"]

    assert small_icon({}) is None
    assert [icon["src"] for icon in icons] == ["/c/x/icon.svg"]
    assert b"<image" not in large_icon({}, Colour(1, 2, 3)).pieces[0]
    assert b'fill="#010203"' in large_icon({}, Colour(1, 2, 3)).pieces[0]


async def test_the_worker_may_stand_for_the_link_and_nothing_above(house: House) -> None:
    link = await house.issue(ANNA)

    answer = await house.open(f"{link}/worker.js")

    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Service-Worker-Allowed"] == link


async def test_a_browser_asks_to_be_told_and_to_be_left_in_peace(house: House) -> None:
    link, desk = await house.issue(ANNA), Desk()
    offering = house.offering(push=desk)

    began = [await offering.open(f"{link}/push", method="POST", json=GOOD) for _ in range(2)]
    kept = list(desk.kept)
    ended = [await offering.open(f"{link}/push", method="DELETE", json={"endpoint": ENDPOINT}) for _ in range(2)]

    assert [answer.status_code for answer in began + ended] == [204] * 4
    assert kept == [(link.removeprefix("/c/").partition(".")[0], ENDPOINT)]
    assert desk.kept == {}


async def test_a_wish_that_is_none_is_refused(house: House) -> None:
    link, desk = await house.issue(ANNA), Desk()
    offering = house.offering(push=desk)

    answers = [await offering.open(f"{link}/push", method="POST", content=body) for body in (b"", b"[]", b"x" * 5000)]

    assert [answer.status_code for answer in answers] == [400, 400, 413]
    assert desk.kept == {}


async def test_without_web_push_nobody_takes_wishes(house: House) -> None:
    link = await house.issue(ANNA)

    answers = [await house.open(f"{link}/push", method=method, json=GOOD) for method in ("POST", "DELETE")]

    assert [answer.status_code for answer in answers] == [404, 404]


async def test_each_address_takes_its_own_methods(house: House) -> None:
    link = await house.issue(ANNA)

    answers = [
        await house.open(f"{link}/{leaf}", method=method) for leaf, method in (("push", "GET"), ("icon.png", "POST"))
    ]

    assert [(answer.status_code, answer.headers["Allow"]) for answer in answers] == [
        (405, "POST, DELETE"),
        (405, "GET, HEAD"),
    ]


async def test_an_official_button_stands_where_an_operator_placed_it(house: House, tmp_path: Path) -> None:
    link = await house.issue(ANNA)
    folder = tmp_path / "badges"
    folder.mkdir()
    (folder / "apple-ru.svg").write_text("<svg/>")
    (folder / ".DS_Store").write_text("")
    offering = house.offering(badges=read_badges(folder))

    russian, english = [
        await offering.open(f"{link}?web", Visitor.IPHONE, headers={"Accept-Language": language})
        for language in ("ru", "en")
    ]
    badge, other = [await offering.open(f"{link}/apple-{language}.svg") for language in ("ru", "en")]

    assert f'<img src="{link}/apple-ru.svg" alt="Добавить в Apple Wallet" height="48">' in russian.text
    assert ">Add to Apple Wallet</a>" in english.text
    assert (badge.text, badge.headers["Content-Type"], other.status_code) == ("<svg/>", "image/svg+xml", 404)


@pytest.mark.parametrize("name", ["readme.txt", "apple.svg", "apple-.svg", "samsung-en.svg", "google-en.jpg"])
def test_a_folder_of_badges_holds_nothing_else(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("")

    with pytest.raises(BadgeUnfit, match=re_escaped(name)):
        read_badges(tmp_path)


def re_escaped(name: str) -> str:
    """The name within a pattern."""
    return name.replace(".", r"\.")


def test_a_badge_too_large_and_a_folder_that_is_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "apple-en.svg").write_bytes(bytes(200_001))

    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(BadgeUnfit):
            read_badges(folder)


def test_a_badge_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "apple-en.svg").mkdir()

    with pytest.raises(BadgeUnfit, match="cannot be read: Is a directory"):
        read_badges(tmp_path)


def test_without_a_folder_there_are_no_badges() -> None:
    assert read_badges(None).of("apple", "en") is None
