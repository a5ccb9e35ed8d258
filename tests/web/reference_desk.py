"""The reference as tests look at it: its operations, its links, and what its command lines would do."""

import shlex
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, cast

import httpx2

from wallet_service.web.doors import Doors
from wallet_service.web.reference.reading import read
from wallet_service.web.reference.router import problems
from wallet_service.web.reference.view import Operation, Reference
from wallet_service.web.site import build_api

ADDRESS = "http://rest"


def openapi() -> Any:
    """The OpenAPI document; to make it opens no door."""
    return build_api(cast("Doors", None)).openapi()


def reference_of(document: Any) -> Reference:
    """What the pages say."""
    return read(document, problems(), ADDRESS)


def operations(reference: Reference) -> Iterator[Operation]:
    """All of them."""
    for chapter in reference.chapters:
        yield from chapter.operations


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
