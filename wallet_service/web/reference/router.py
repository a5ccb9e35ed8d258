"""`/docs`: the reference, an index and a page for each tag, made when it is first asked for."""

from collections.abc import Iterator, Mapping

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse

from wallet_service.errors import NotFound
from wallet_service.web.doors import Doors
from wallet_service.web.problem_pages import refusals
from wallet_service.web.reference.page import Page, write
from wallet_service.web.reference.reading import read
from wallet_service.web.reference.view import Problem

router = APIRouter(prefix="/docs", include_in_schema=False)


@router.get("", response_class=HTMLResponse)
def index(request: Request) -> HTMLResponse:  # in a thread: the first time, it takes longer than phones should wait
    """All operations in tables."""
    return _answer(pages_of(request.app)[""])


@router.get("/{chapter}", response_class=HTMLResponse)
def chapter(request: Request, chapter: str) -> HTMLResponse:
    """The operations of one tag."""
    page = pages_of(request.app).get(chapter)
    if page is None:
        raise NotFound("The reference has no such page.", remedy="`/docs` has links to all of them.")
    return _answer(page)


def _answer(page: Page) -> HTMLResponse:
    return HTMLResponse(page.content, headers=dict(page.headers))


def pages_of(app: FastAPI) -> Mapping[str, Page]:
    """The pages of this application by the names of their chapters, made once; the index has none."""
    if not hasattr(app.state, "reference"):
        doors: Doors = app.state.doors
        address = doors.service.settings.public_url.rstrip("/")
        app.state.reference = write(read(app.openapi(), problems(), address))
    pages: Mapping[str, Page] = app.state.reference
    return pages


def problems() -> Iterator[Problem]:
    """Every refusal that has a page."""
    for kind in refusals():
        yield Problem(kind.slug, kind.status, kind.title)
