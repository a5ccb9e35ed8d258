"""The page behind every problem's `type`: what it means, in the words of the refusal's own docstring."""

import inspect
from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from wallet_service.errors import NotFound, WalletServiceError

router = APIRouter(prefix="/problems", include_in_schema=False)


def refusals(root: type[WalletServiceError] = WalletServiceError) -> Iterator[type[WalletServiceError]]:
    """Every kind of refusal there is, from the tree of `errors.py` down."""
    yield root
    for kind in root.__subclasses__():
        yield from refusals(kind)


def page(kind: type[WalletServiceError]) -> str:
    """The page of one refusal, in Markdown."""
    return f"# {kind.title}\n\n`{kind.slug}` · HTTP {kind.status}\n\n{inspect.cleandoc(kind.__doc__ or '')}\n"


def pages() -> dict[str, str]:
    """Slug -> page; where a refusal only narrows another of the same slug, the wider one explains it."""
    found: dict[str, str] = {}
    for kind in refusals():
        found.setdefault(kind.slug, page(kind))
    return found


@router.get("/{slug}", response_class=PlainTextResponse)
async def read(slug: str) -> PlainTextResponse:
    """One page."""
    text = pages().get(slug)
    if text is None:
        raise NotFound("There is no such problem.")
    return PlainTextResponse(text, media_type="text/markdown; charset=utf-8")
