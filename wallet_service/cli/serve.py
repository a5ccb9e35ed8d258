"""`serve` and `worker`: the service itself."""

import asyncio
from typing import Annotated

import structlog
import typer

from wallet_service.cli.logs import log_to_stderr
from wallet_service.cli.session import opened, run_until_told
from wallet_service.settings import Settings

LOG = structlog.get_logger()


def serve(
    *,
    worker: Annotated[bool, typer.Option(help="also do the work that is due, in this process")] = True,
    host: Annotated[str | None, typer.Option(help="address to listen on; else WALLET_HOST")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="port to listen on; else WALLET_PORT")] = None,
) -> None:
    """Open the doors: REST for back offices (see /docs), the web service for phones. SIGTERM ends it in good order.

    Without DATABASE_URL it runs a Postgres of its own in WALLET_DATA_DIR.
    """
    from wallet_service.serving import health_door, listening, serving

    settings = Settings()
    settings.host, settings.port = host or settings.host, settings.port if port is None else port
    log_to_stderr(settings.log)

    async def run(stop: asyncio.Event) -> None:
        with listening(settings.port, settings.host) as listener:
            async with (
                opened(settings) as service,
                health_door(service) as health,
                serving(service, listener=listener, worker=worker),
            ):
                place = "{}:{}".format(*listener.getsockname()[:2])
                LOG.info("listening", address=place, public_url=settings.public_url, worker=worker, health=health)
                await stop.wait()
                LOG.info("stopping")

    run_until_told(run)


def worker() -> None:
    """Do what is due: pushes, template changes. Any number may run, on any machine, on one DATABASE_URL."""
    from wallet_service.app import work
    from wallet_service.serving import health_door

    settings = Settings()
    log_to_stderr(settings.log)

    async def run(stop: asyncio.Event) -> None:
        async with opened(settings) as service, health_door(service) as health:
            LOG.info("working", health=health)
            await work(service, stop)
            LOG.info("stopping")

    run_until_told(run)
