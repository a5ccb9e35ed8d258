"""`/docs`: the reference, made when it is first asked for."""

from collections.abc import Iterator

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse

from wallet_service.web.doors import Doors
from wallet_service.web.problem_pages import refusals
from wallet_service.web.reference.page import Page, write
from wallet_service.web.reference.reading import read
from wallet_service.web.reference.view import Problem

router = APIRouter(prefix="/docs", include_in_schema=False)


@router.get("", response_class=HTMLResponse)
def reference(request: Request) -> HTMLResponse:  # in a thread: the first time, it takes longer than phones should wait
    """The page."""
    page = page_of(request.app)
    return HTMLResponse(page.content, headers=dict(page.headers))


def page_of(app: FastAPI) -> Page:
    """The page of this application, made once."""
    if not hasattr(app.state, "reference"):
        doors: Doors = app.state.doors
        address = doors.service.settings.public_url.rstrip("/")
        app.state.reference = write(read(app.openapi(), problems(), address))
    page: Page = app.state.reference
    return page


def problems() -> Iterator[Problem]:
    """Every refusal that has a page."""
    for kind in refusals():
        yield Problem(kind.slug, kind.status, kind.title)
