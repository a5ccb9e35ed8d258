"""The part of the demo's story about the one link: the same for ever, and right for whoever opens it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2
from rich.console import Console
from rich.table import Table

from wallet_service.cli.demo.world import World
from wallet_service.simulators.android import CHROME

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
MOZILLA, WEBKIT = "Mozilla/5.0", "AppleWebKit/537.36 (KHTML, like Gecko)"

HUAWEI = PAGE | {
    "User-Agent": f"{MOZILLA} (Linux; Android 10; JNY-LX1; HMSCore 6.13.0.302) {WEBKIT} Chrome/114.0.0.0 Mobile Safari"
}
VISITORS: Mapping[str, Mapping[str, str]] = {
    "an iPhone": PAGE | {"User-Agent": f"{MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"},
    "an Android phone": CHROME,
    "a phone without Google": HUAWEI,
    "a desktop": PAGE | {"User-Agent": f"{MOZILLA} (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/154.0.0.0"},
    "a messenger, for a preview": {"User-Agent": "TelegramBot (like TwitterBot)"},
    "a browser that looks ahead": CHROME | {"Sec-Purpose": "prefetch;prerender"},
}

ANSWERS = (
    (re.compile(r"^200 .*apple\.pkpass"), "the pass for Apple Wallet"),
    (re.compile(r"^302 .*/save/"), "Google's page that saves the card"),
    (re.compile(r"^200 .*data-live", re.DOTALL), "the web card"),
    (re.compile(r'^200 .*class="code"', re.DOTALL), "a code to scan with a phone"),
    (re.compile(r"^200 .*og:title", re.DOTALL), "whose card it is, and nothing else"),
    (re.compile(r"^503 "), "nothing yet"),
)
"""What is in an answer, and what that is in words."""

TITLE, CAPTION = re.compile(r"<title>([^<]*)"), re.compile(r"<figcaption>([^<]*)")
FIELD = re.compile(r"<div>(?:<dt>([^<]*)</dt>)?<dd data-live>")


async def open_by_anybody(world: World, console: Console) -> None:
    """Everybody opens Dana's link."""
    console.rule("One link, whoever opens it")
    table = Table("who opens Dana's link", "what comes")
    for who, headers in VISITORS.items():
        table.add_row(who, in_words(await world.client.get(world.links["Dana"], headers=headers)))
    console.print(table)


def in_words(answer: httpx2.Response) -> str:
    """What the link answered."""
    said = f"{answer.status_code} {answer.headers.get('Location', '')} {answer.headers.get('Content-Type', '')} {answer.text}"
    return next((words for pattern, words in ANSWERS if pattern.search(said)), f"[red]{answer.status_code}[/]")


@dataclass(frozen=True, slots=True)
class OpenWebCard:
    """A web card in a browser that stays open."""

    client: httpx2.AsyncClient
    link: str
    page: str
    """As it was opened."""

    async def face(self) -> str:
        """The front, after asking for news the way the page itself does."""
        news = (await self.client.get(f"{self.link}?json", headers=HUAWEI)).json()
        labels = FIELD.findall(self.page.partition("</main>")[0])
        front = zip(labels, news["texts"], strict=False)  # the texts go on with the back
        fields = [f"{label}: {text}" if label else text for label, text in front]
        return "\n".join([*TITLE.findall(self.page), *fields, *(f"[{text}]" for text in CAPTION.findall(self.page))])


async def open_web_card(world: World, who: str) -> OpenWebCard:
    """This member opens the link on a phone without Google."""
    page = await world.client.get(world.links[who], headers=HUAWEI)
    return OpenWebCard(world.client, world.links[who], page.text)
