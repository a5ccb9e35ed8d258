"""The pages at /docs say what is true of every call, and need nothing from elsewhere."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2
import pytest

from tests.people import PASS_TYPE, Brand, open_brand
from tests.web.reference_desk import ADDRESS, Links, openapi, operations, reference_of, run
from wallet_service.loyalty.keys import Scope, create_key
from wallet_service.service import Service
from wallet_service.web.doors import Doors
from wallet_service.web.reference.view import Reference
from wallet_service.web.site import Site

MOST = 120_000
"""Bytes of a page that is to be read by people."""

THINGS = re.compile(r"{(card|hold|entry|programme|offer|redemption|purchase|merge|simulation)}|/(mechanic)s/{name}")
"""What a path names and a new brand does not have."""

NOT_YET = {"buy_membership": "membership-unknown", "give_offer": "offer-not-givable"}
"""What a brand is told that has no such tier, and no such offer."""

LAST = ("erase_member",)
"""Commands after which Anna is no more."""


@pytest.fixture
async def doors(service: Service) -> AsyncIterator[Doors]:
    """One process's."""
    service.settings.public_url = ADDRESS
    opened = Doors.of(service)
    yield opened
    await opened.aclose()


@pytest.fixture
async def web(doors: Doors) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of those doors."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(Site(doors)), base_url=ADDRESS) as client:
        yield client


@pytest.fixture
async def burger_heroes(service: Service, web: httpx2.AsyncClient) -> Brand:
    """A brand with a programme."""
    return await open_brand(service, "Burger Heroes", PASS_TYPE, ADDRESS, web)


@pytest.fixture(scope="module")
def reference() -> Reference:
    """What the pages say."""
    return reference_of(openapi())


@pytest.fixture
async def pages(web: httpx2.AsyncClient, reference: Reference) -> Mapping[str, httpx2.Response]:
    """Every page, by its address."""
    return {path: await web.get(path) for path in ("/docs", *(each.address for each in reference.chapters))}


async def enrol(web: httpx2.AsyncClient, brand: Brand, number: str) -> None:
    headers = {"Authorization": f"Bearer {brand.key}"}
    answer = await web.post("/v1/members", headers=headers, json={"external_id": number})
    assert answer.status_code == 201


async def test_every_command_on_the_pages_does_what_it_says(
    web: httpx2.AsyncClient, reference: Reference, burger_heroes: Brand
) -> None:
    await enrol(web, burger_heroes, "BH-2")  # who is merged by one of the commands
    every = sorted(operations(reference), key=lambda each: each.id in LAST)
    for operation in every:
        for line in operation.commands:
            response = await run(web, line, burger_heroes.key)
            if thing := THINGS.search(operation.path):
                assert response.json()["code"] == f"{thing[1] or thing[2]}-not-found", line
            elif response.status_code not in {answer.status for answer in operation.answers}:
                assert response.json()["code"] == NOT_YET.get(operation.id), (line, response.text)


async def test_the_quick_start_can_be_followed_from_its_first_step_to_its_last(
    web: httpx2.AsyncClient, reference: Reference, burger_heroes: Brand
) -> None:
    before: Any = {}
    for step in reference.steps:
        line = step.operation.commands[0].replace("PURCHASE", str(before.get("id", "")))
        answer = await run(web, line, burger_heroes.key)
        assert answer.status_code in {each.status for each in step.operation.answers}, (line, answer.text)
        before = answer.json()
    assert len(reference.steps) == 6


async def test_a_call_needs_exactly_the_scopes_that_the_page_names(
    service: Service, web: httpx2.AsyncClient, reference: Reference, burger_heroes: Brand
) -> None:
    for operation in operations(reference):
        named = {Scope(scope) for scope in re.findall(r"`(\w+)`", operation.scopes)}
        async with service.database.begin() as tx:
            enough = await create_key(tx, burger_heroes.id, "enough", frozenset(named))
            others = await create_key(tx, burger_heroes.id, "others", frozenset(Scope) - named)
        for line in (re.sub(r"-H 'Idempotency-Key: .*?'", "", line) for line in operation.commands):
            assert named, operation.id
            assert "scope-missing" not in (await run(web, line, enough)).text, operation.id
            assert "scope-missing" in (await run(web, line, others)).text, operation.id


async def test_each_page_is_one_response_that_asks_for_nothing_else(pages: Mapping[str, httpx2.Response]) -> None:
    for path, response in pages.items():
        page = Links(response.text)
        assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert len(response.content) < MOST, path
        assert not page.elements & {"script", "link", "img", "iframe", "form", "object"}
        assert all(link.startswith(("#", "/docs", "/problems/")) or link == "/openapi.json" for link in page.links)
        assert not re.search(r"url\(|@import", response.text)
        assert f"curl {ADDRESS}/v1/" in response.text


async def test_the_policy_of_a_page_allows_its_own_style_and_nothing_else(pages: Mapping[str, httpx2.Response]) -> None:
    for response in pages.values():
        (style,) = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
        seal = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        first, *others = response.headers["content-security-policy"].split("; ")

        assert (first, others[0]) == ("default-src 'none'", f"style-src 'sha256-{seal}'")
        assert {other.split()[1] for other in others[1:]} == {"'none'"}
        assert " style=" not in response.text  # the policy would ignore it


async def test_every_link_leads_somewhere(web: httpx2.AsyncClient, pages: Mapping[str, httpx2.Response]) -> None:
    read = {path: Links(response.text) for path, response in pages.items()}
    elsewhere = set()
    for path, page in read.items():
        assert len(page.places) == len(set(page.places)), path
        for link in page.links:
            there, _, place = link.partition("#")
            if (there or path) in read:
                assert not place or place in read[there or path].places, (path, link)
            else:
                elsewhere.add(link)
    for link in elsewhere:
        assert (await web.get(link)).status_code == 200, link


async def test_every_call_has_a_row_on_the_index_with_its_scope_and_a_link_to_its_page(
    pages: Mapping[str, httpx2.Response], reference: Reference
) -> None:
    rows = dict(re.findall(r'<tr id="(\w+)">(.*?)</tr>', pages["/docs"].text, re.DOTALL))

    assert set(rows) == {each.id for each in operations(reference)}
    for chapter in reference.chapters:
        for each in chapter.operations:
            words = re.sub(r"<[^>]+>", "", rows[each.id])
            assert f'href="{chapter.address}#{each.id}"' in rows[each.id]
            assert {each.method, each.path, each.summary} <= {word.strip() for word in words.splitlines()}
            assert each.scopes.replace("`", "") in words


@pytest.mark.parametrize("path", ["/redoc", "/docs/oauth2-redirect", "/docs/", "/docs/nothing"])
async def test_there_are_no_other_pages(web: httpx2.AsyncClient, path: str) -> None:
    response = await web.get(path)

    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
