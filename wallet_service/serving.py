"""The doors open to the network: a listening socket, uvicorn, and the work done beside it."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, nullcontext, suppress
from socket import AI_PASSIVE, IPPROTO_TCP, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, getaddrinfo, socket

import uvicorn

from wallet_service.app import work
from wallet_service.errors import WalletServiceError
from wallet_service.health.lag import measure_lag
from wallet_service.service import Service
from wallet_service.settings import Settings
from wallet_service.web.doors import Doors
from wallet_service.web.health import build_health_door
from wallet_service.web.http import App
from wallet_service.web.measured import measured
from wallet_service.web.patience import PatientProtocol
from wallet_service.web.site import Site

with suppress(ImportError):  # Windows has none
    from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit

ENOUGH = 65_536
"""Connections and files of one process."""


YOUNG, MIDDLE, OLD = 20_000, 20, 20
"""Objects born before the garbage collector looks at the young ones, and how often it does before it looks further."""


class AddressUnusable(WalletServiceError):
    """The address to listen on is taken, or none of this machine's."""

    slug = "address-unusable"
    title = "Nobody could reach us"


def spare_collector() -> None:
    """Have Python's garbage collector look less often, and not at what stands to the end anyway.

    Requests leave hardly any cycles behind, and walking over thousands of kept passes and open connections to look for
    some takes a tenth of the time of a light read, and a third of an import's.
    """
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def listening(port: int, host: str = "127.0.0.1", remedy: str = "Choose another --host or --port.") -> socket:
    """A socket bound to this address; port 0 is any free one. Raises `AddressUnusable`."""
    with ExitStack() as stack:
        try:
            family, kind, _, _, address = getaddrinfo(host, port, type=SOCK_STREAM, flags=AI_PASSIVE)[0]
            # the protocol is named so that asyncio turns Nagle's delay off
            listener = stack.enter_context(socket(family, kind, IPPROTO_TCP))
            listener.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)  # or a restart waits for the last run's connections
            listener.bind(address)
        except OSError as trouble:
            raise AddressUnusable(f"{host}:{port} cannot be listened on: {trouble.strerror}.", remedy=remedy) from None
        stack.pop_all()
    return listener


class Server(uvicorn.Server):
    """uvicorn's server, which can be waited for."""

    def __init__(self, config: uvicorn.Config) -> None:
        """Not yet listening."""
        super().__init__(config)
        self.begun = asyncio.Event()
        """It listens, or could not."""
        self.ended = asyncio.Event()
        """It has stopped."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]  # uvicorn's is a generator
        """Signals are not ours: uvicorn would raise them again once its doors are shut, and so cut off all the rest."""
        return nullcontext()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self.begun.set()

    async def run_on(self, listener: socket | None) -> None:
        """Serve until told to stop (`should_exit`)."""
        try:
            await self.serve(sockets=[listener] if listener else None)
        finally:
            self.begun.set()
            self.ended.set()


@asynccontextmanager
async def serving(service: Service, *, listener: socket | None = None, worker: bool = True) -> AsyncIterator[Server]:
    """The doors open, and (unless told otherwise) the work done in the same process; closed in good order."""
    allow_many_connections()
    doors = Doors.of(service)
    server = Server(server_config(service.settings, measured(Site(doors), service.metrics)))
    service.metrics.watch_server(server.server_state)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(server.run_on(listener))
        if worker:
            group.create_task(work(service, stop))
        try:
            await server.begun.wait()
            spare_collector()
            yield server
        finally:
            server.should_exit = True
            await server.ended.wait()
            await doors.aclose()
            stop.set()


@asynccontextmanager
async def health_door(service: Service) -> AsyncIterator[str | None]:
    """The operator's own door open, if the settings name a port for it; its address. Raises `AddressUnusable`."""
    settings = service.settings
    if settings.health_port is None:
        yield None
        return
    remedy = "Choose another WALLET_HEALTH_HOST or WALLET_HEALTH_PORT."
    with listening(settings.health_port, settings.health_host, remedy) as listener:
        server = Server(server_config(settings, build_health_door(service)))
        lag = asyncio.create_task(measure_lag(service.metrics.loop_lag.observe))
        door = asyncio.create_task(server.run_on(listener))
        try:
            await server.begun.wait()
            yield "{}:{}".format(*listener.getsockname()[:2])
        finally:
            server.should_exit = True
            lag.cancel()
            await asyncio.wait([lag, door])


def allow_many_connections() -> None:
    """Let this process open as many files as it may, for each phone needs one: most systems begin with 1,024."""
    with suppress(NameError, OSError, ValueError):  # Windows has no such limit, and some systems a lower one
        _, most = getrlimit(RLIMIT_NOFILE)
        setrlimit(RLIMIT_NOFILE, (ENOUGH if most == RLIM_INFINITY else min(most, ENOUGH), most))


def server_config(settings: Settings, app: App) -> uvicorn.Config:
    """How uvicorn serves: quietly, with bounded patience for clients that hang."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=PatientProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
        backlog=2048,
        forwarded_allow_ips=settings.trusted_proxies,
        ws="none",
    )
