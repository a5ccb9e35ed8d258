"""The page behind every problem's `type`: what it means and how it is mended, in the words of the refusal's docstring."""

import inspect
from collections import defaultdict
from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from wallet_service.errors import NotFound, WalletServiceError

router = APIRouter(prefix="/problems", include_in_schema=False)

Refusal = type[WalletServiceError]


def refusals(root: Refusal = WalletServiceError) -> Iterator[Refusal]:
    """Every kind of refusal there is, from the tree of `errors.py` down."""
    yield root
    for kind in root.__subclasses__():
        yield from refusals(kind)


def page(kinds: list[Refusal]) -> str:
    """The page of the refusals that share a slug, in Markdown."""
    first = kinds[0]
    meanings = dict.fromkeys(inspect.cleandoc(kind.__doc__ or "") for kind in kinds)
    return "\n\n".join((f"# {first.title}", f"`{first.slug}` · HTTP {first.status}", *meanings)) + "\n"


def pages() -> dict[str, str]:
    """Slug -> page."""
    found: dict[str, list[Refusal]] = defaultdict(list)
    for kind in sorted(refusals(), key=lambda kind: (kind.__module__, kind.__qualname__)):
        found[kind.slug].append(kind)
    return {slug: page(kinds) for slug, kinds in found.items()}


@router.get("/{slug}", response_class=PlainTextResponse)
async def read(slug: str) -> PlainTextResponse:
    """One page."""
    text = pages().get(slug)
    if text is None:
        raise NotFound("There is no such problem.", remedy="The `type` of a problem document is the path of its page.")
    return PlainTextResponse(text, media_type="text/markdown; charset=utf-8")
