"""`/livez` and `/readyz` for whoever balances or restarts, `/metrics` for Prometheus."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from wallet_service.errors import Unavailable
from wallet_service.health.brand import BrandLookout
from wallet_service.health.findings import find, missing, worst
from wallet_service.health.gauges import MEDIA_TYPE, exposition
from wallet_service.health.grades import Grade
from wallet_service.health.lookout import Lookout, Shared
from wallet_service.service import Service
from wallet_service.web import problems

READY_SECONDS = 1.0
METRICS_SECONDS = 5.0
"""For how long a look is believed."""

NOT_CACHED = {"Cache-Control": "no-store"}

router = APIRouter(include_in_schema=False)
inside = APIRouter(include_in_schema=False)
"""What only the operator may see."""


class NotReady(Unavailable):
    """This process cannot answer requests at present; `missing` names what it lacks. `wallet-service doctor` says more."""

    slug = "not-ready"
    title = "Not ready for requests"


@router.api_route("/livez", methods=["GET", "HEAD"])
async def livez() -> Response:
    """The process is alive: its loop turned to say so. Nothing else is looked at, for a restart would not mend it."""
    return JSONResponse({"alive": True}, headers=NOT_CACHED)


@router.api_route("/readyz", methods=["GET", "HEAD"])
async def readyz(request: Request) -> Response:
    """Whether requests should be sent here. Names what is missing or soon will be, and tells strangers no more."""
    findings = find(await request.app.state.glance())
    lacks = missing(findings)
    if lacks:
        raise NotReady(f"Not usable: {', '.join(lacks)}.", remedy="Run wallet-service doctor.", missing=lacks)
    warnings = sorted(subject for subject, grade in worst(findings).items() if grade is not Grade.OK)
    return JSONResponse({"ready": True, "warnings": warnings}, headers=NOT_CACHED)


@inside.get("/metrics")
async def metrics(request: Request) -> Response:
    """Everything Prometheus asks for."""
    service: Service = request.app.state.service
    page = exposition(service.metrics.registry, await request.app.state.look())
    return Response(page, media_type=MEDIA_TYPE, headers=NOT_CACHED)


def watch(app: FastAPI, service: Service) -> None:
    """Put `/livez` and `/readyz` on this application."""
    lookout = Lookout.of(service)
    app.state.service = service
    app.state.wallets = BrandLookout(service.database, lookout)
    app.state.glance = Shared(lookout.glance, READY_SECONDS)
    app.state.look = Shared(lookout.look, METRICS_SECONDS)
    app.include_router(router)


def build_health_door(service: Service) -> FastAPI:
    """The operator's own door: `/livez`, `/readyz` and `/metrics`, and nothing else."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    problems.install(app)
    watch(app, service)
    app.include_router(inside)
    return app
