"""`serve` and `worker`: the service itself."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Annotated, Any

import typer

from wallet_service.cli.logs import log_to_stderr
from wallet_service.settings import Settings


def serve(
    *,
    worker: Annotated[bool, typer.Option(help="also do the work that is due, in this process")] = True,
    host: Annotated[str | None, typer.Option(help="address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on")] = None,
) -> None:
    """Open the doors: REST for back offices, the web service for phones."""
    from wallet_service.app import open_service, serving

    settings = Settings()
    settings.host, settings.port = host or settings.host, settings.port if port is None else port
    log_to_stderr()

    async def run() -> None:
        async with open_service(settings) as service, serving(service, worker=worker) as server:
            await server.ended()

    _run(run())


def worker() -> None:
    """Do what is due: pushes, template changes. Any number may run, on any machine."""
    from wallet_service.app import open_service, work

    settings = Settings()
    log_to_stderr()

    async def run() -> None:
        stop = asyncio.Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, stop.set)
        async with open_service(settings) as service:
            await work(service, stop)

    _run(run())


def _run(main: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main)
