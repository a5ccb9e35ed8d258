"""The page at /docs says what is true of every call, and needs nothing from elsewhere."""

import base64
import hashlib
import re
import shlex
from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser
from typing import Any, cast

import httpx2
import pytest

from tests.people import PASS_TYPE, Brand, open_brand
from wallet_service.loyalty.keys import Scope, create_key
from wallet_service.service import Service
from wallet_service.web.doors import Doors
from wallet_service.web.problem_pages import pages
from wallet_service.web.reference import terms
from wallet_service.web.reference.curl import command, fill
from wallet_service.web.reference.page import write
from wallet_service.web.reference.prose import inline, pretty_json
from wallet_service.web.reference.reading import read
from wallet_service.web.reference.router import problems
from wallet_service.web.reference.schemas import field
from wallet_service.web.reference.view import Operation, Reference
from wallet_service.web.site import Site, build_api

ADDRESS = "http://rest"

UNKNOWN = {
    "list_members": {404, 409},
    "get_wallets": {404, 409},
    "get_card": {409},
    "void_card": {400, 408, 413, 415},
    "post_entries_in_bulk": {400},
    "get_hold": {409},
    "release_hold": {400, 408, 413, 415},
    "undo_merge": {400, 408, 413, 415},
    "get_rules": {409},
    "list_rules_versions": {409},
    "list_ready_mechanics": {404, 409},
    "list_offers": {404, 409},
    "get_offer": {409},
    "archive_offer": {400, 408, 413, 415},
    "list_offer_codes": {409},
    "undo_redemption": {400, 408, 413, 415},
    "find_purchase": {409},
    "get_purchase": {409},
}
"""Statuses that the document has for an operation, but no refusal is known to give."""


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
def document() -> Any:
    """The OpenAPI document; to make it opens no door."""
    return build_api(cast("Doors", None)).openapi()


@pytest.fixture(scope="module")
def reference(document: Any) -> Reference:
    """What the page says."""
    return read(document, problems(), ADDRESS)


class Links(HTMLParser):
    """The elements of a page, where its links lead, and the places they can lead to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.links: list[str] = []
        self.places: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        self.elements.add(tag)
        self.links += [value for name, value in attrs if name in {"href", "src", "action"} and value]
        self.places += [value for name, value in attrs if name == "id" and value]


def operations(reference: Reference) -> Iterator[Operation]:
    for group in reference.groups.values():
        yield from group


async def run(web: httpx2.AsyncClient, line: str, key: str) -> httpx2.Response:
    """Do what curl would do with this command line, in a shell that knows the key."""
    program, *words = shlex.split(line.replace("$WALLET_KEY", key).replace("\\\n", " "))
    assert program == "curl"
    method, headers, body, address = None, {}, None, ""
    rest = iter(words)
    for word in rest:
        match word:
            case "-X":
                method = next(rest)
            case "-H":
                name, _, value = next(rest).partition(": ")
                headers[name] = value
            case "-d":
                body = next(rest).encode()
            case _:
                address = word
    return await web.request(method or ("POST" if body else "GET"), address, headers=headers, content=body)


async def test_every_command_on_the_page_does_what_it_says(
    web: httpx2.AsyncClient, reference: Reference, burger_heroes: Brand
) -> None:
    once = 0
    double = {"Authorization": f"Bearer {burger_heroes.key}"}, {"external_id": "BH-2"}
    await web.post("/v1/members", headers=double[0], json=double[1])  # who is merged by one of the commands
    for operation in operations(reference):
        for line in operation.commands:
            once += 1
            response = await run(web, line.replace("4711-1", f"4711-{once}"), burger_heroes.key)
            thing = re.search(r"{(card|hold|entry|programme|offer|redemption|purchase|merge)}", operation.path)
            if thing:
                assert response.json()["code"] == f"{thing[1]}-not-found", line
            else:
                assert response.status_code in {answer.status for answer in operation.answers}, (line, response.text)
    assert once == len(terms.SCOPES) + 1  # an entry has two examples


async def test_a_call_needs_exactly_the_scopes_that_the_page_names(
    service: Service, web: httpx2.AsyncClient, reference: Reference, burger_heroes: Brand
) -> None:
    for operation in operations(reference):
        named = {Scope(scope) for scope in re.findall(r"`(\w+)`", operation.scopes)}
        async with service.database.begin() as tx:
            enough = await create_key(tx, burger_heroes.id, "enough", frozenset(named))
            others = await create_key(tx, burger_heroes.id, "others", frozenset(Scope) - named)
        for line in (line.replace("-H 'Idempotency-Key: 4711-1'", "") for line in operation.commands):
            assert named, operation.id
            assert "scope-missing" not in (await run(web, line, enough)).text, operation.id
            assert "scope-missing" in (await run(web, line, others)).text, operation.id


async def test_the_page_is_one_response_that_asks_for_nothing_else(web: httpx2.AsyncClient) -> None:
    response = await web.get("/docs")
    page = Links(response.text)

    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert len(response.content) < 120_000
    assert not page.elements & {"script", "link", "img", "iframe", "form", "object"}
    assert all(link.startswith(("#", "/problems/")) or link == "/openapi.json" for link in page.links)
    assert not re.search(r"url\(|@import", response.text)
    assert f"curl {ADDRESS}/v1/members " in response.text


async def test_the_policy_of_the_page_allows_its_own_style_and_nothing_else(web: httpx2.AsyncClient) -> None:
    response = await web.get("/docs")
    (style,) = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
    seal = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    first, *others = response.headers["content-security-policy"].split("; ")

    assert (first, others[0]) == ("default-src 'none'", f"style-src 'sha256-{seal}'")
    assert {other.split()[1] for other in others[1:]} == {"'none'"}
    assert " style=" not in response.text  # the policy would ignore it


async def test_every_link_leads_somewhere(web: httpx2.AsyncClient) -> None:
    page = Links((await web.get("/docs")).text)
    assert len(page.places) == len(set(page.places))

    for link in set(page.links):
        found = link[1:] in page.places if link.startswith("#") else (await web.get(link)).status_code == 200
        assert found, link


async def test_pages_that_need_scripts_from_elsewhere_are_gone(web: httpx2.AsyncClient) -> None:
    assert [(await web.get(path)).status_code for path in ("/redoc", "/docs/oauth2-redirect")] == [404, 404]


def test_every_operation_of_the_document_is_on_the_page(document: Any, reference: Reference) -> None:
    told = [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]

    assert sorted((each.method, each.path) for each in operations(reference)) == sorted(told)
    assert set(reference.groups) == {"holds", "members", "points", "cards", "addresses", "wallets", "rules", "offers", "purchases"}


def test_every_status_that_an_operation_may_refuse_with_is_explained(document: Any, reference: Reference) -> None:
    responses = {
        each["operationId"]: each["responses"] for path in document["paths"].values() for each in path.values()
    }
    for operation in operations(reference):
        refusing = {int(status) for status in responses[operation.id] if status >= "400"}
        assert refusing - set(operation.problems) == UNKNOWN.get(operation.id, set()), operation.id


def test_terms_speak_of_operations_and_refusals_that_exist(reference: Reference) -> None:
    existing = {each.id for each in operations(reference)}
    slugs = [
        *terms.ALWAYS,
        *(slug for table in (terms.BY_FORMAT, terms.BY_NAME) for some in table.values() for slug in some),
    ]

    assert set(terms.SCOPES) == existing
    assert set(terms.BY_OPERATION) <= existing
    assert {*slugs, *(slug for some in terms.BY_OPERATION.values() for slug in some)} <= set(pages())


def test_markup_in_a_description_is_shown_and_not_obeyed(document: Any) -> None:
    nasty = document | {"info": document["info"] | {"description": "<script>alert('`<b>`')</script>"}}
    page = write(read(nasty, problems(), ADDRESS)).content.decode()

    assert "<script>" not in page
    assert "&lt;script&gt;alert('<code>&lt;b&gt;</code>')&lt;/script&gt;" in page


def test_a_command_survives_whatever_a_shell_makes_of_its_texts() -> None:
    body = {"name": "O'Brien $HOME `id`"}
    line = command("PATCH", "http://rest" + fill("/m/{who}/{what}", {"who": "a b'/ü"}), {"X": "it's"}, "a/json", body)

    assert shlex.split(line.replace("\\\n", " ")) == [
        *("curl", "-X", "PATCH", "http://rest/m/a%20b%27%2F%C3%BC/WHAT", "-H", "Authorization: Bearer $WALLET_KEY"),
        *("-H", "X: it's", "-H", "Content-Type: a/json", "-d", '{"name": "O\'Brien $HOME `id`"}'),
    ]


@pytest.mark.parametrize(
    ("schema", "kind", "limits"),
    [
        ({"type": "integer", "minimum": -1000, "maximum": 5, "default": 3}, "integer", "−1\u202f000 to 5, else 3"),
        ({"anyOf": [{"type": "string", "maxLength": 9}, {"type": "null"}]}, "string or null", "up to 9 characters"),
        ({"type": "string", "format": "date-time"}, "date-time", ""),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Card"}}, "list of Card", ""),
    ],
)
def test_a_value_is_described_in_words(schema: dict[str, Any], kind: str, limits: str) -> None:
    told = field("it", schema, required=False)
    assert (told.kind, told.limits) == (kind, limits)


def test_json_is_shown_with_names_and_texts_set_apart() -> None:
    assert pretty_json({"a": 'say "b": <c>', "n": 1}) == (
        '{\n  <b>"a"</b>: <i>"say \\"b\\": &lt;c&gt;"</i>,\n  <b>"n"</b>: 1\n}'
    )
    assert inline("a `b` & `c`") == "a <code>b</code> &amp; <code>c</code>"
