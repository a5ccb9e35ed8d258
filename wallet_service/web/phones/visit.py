"""A visit to a card's link: who came, to which card, and what we say to whoever cannot be served."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from wallet_service.cards.design import CardState
from wallet_service.web.http import Answer, Call, fields
from wallet_service.web.phones.link_pages import UNTOLD, VARY, told
from wallet_service.web.phones.link_words import Words, words_for
from wallet_service.web.phones.visitors import Visitor, reads_pages

PLAIN = fields({"Content-Type": "text/plain; charset=utf-8", "Vary": VARY} | UNTOLD)
NOTHING_HERE = Answer(404, (b"There is no card here.\n",), PLAIN)
WITHDRAWN = Answer(410, (b"This card was withdrawn.\n",), PLAIN)
TRY_LATER = Answer(
    503,
    (b"The card cannot be given out at the moment. Please try again later.\n",),
    PLAIN + fields({"Retry-After": "60"}),
)
NOT_YET = Answer(503, (b"Nothing is given out before it is asked for.\n",), PLAIN)
"""For a browser that looks ahead: after a refusal it asks again once its user really comes."""

SENTENCES: Mapping[Answer, Callable[[Words], str]] = {
    NOTHING_HERE: lambda words: words.nothing_here,
    WITHDRAWN: lambda words: words.withdrawn,
    TRY_LATER: lambda words: words.try_later,
}
"""The refusals as people read them."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a card's link."""

    call: Call
    visitor: Visitor
    state: CardState
    path: str
    """Of the link itself: `/c/<card>.<token>`."""
    leaf: str
    """What is asked for below the link; empty for the link."""

    @property
    def words(self) -> Words:
        """What we say around the card."""
        return words_for(self.call.header(b"accept-language"), self.state.holder.language)

    @property
    def looks_only(self) -> bool:
        """Whether nothing may happen: HEAD."""
        return self.call.method == "HEAD"


def readable(refusal: Answer, call: Call) -> Answer:
    """A refusal as whoever called reads it: a page for a browser, a line of text for anybody else."""
    return _as_page(refusal, words_for(call.header(b"accept-language"))) if reads_pages(call.header) else refusal


@cache
def _as_page(refusal: Answer, words: Words) -> Answer:
    kept = tuple(line for line in refusal.fields if line not in PLAIN)
    return told(refusal.status, words, SENTENCES[refusal](words), kept)
