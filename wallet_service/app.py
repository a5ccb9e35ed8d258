"""The composition root: settings in, a running service out. The only place that picks implementations."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import structlog

from wallet_service.cards.google_pace import SharedPace
from wallet_service.channels.app_push import AppPush
from wallet_service.channels.app_pushes import AppPushes
from wallet_service.channels.vapid import make_vapid, read_vapid
from wallet_service.channels.web_push import WebPush
from wallet_service.clock import Clock, SystemClock
from wallet_service.database.embedded import EmbeddedPostgres
from wallet_service.database.migrate import pending, upgrade
from wallet_service.database.postgres import PostgresDatabase
from wallet_service.database.seam import Database
from wallet_service.drains import drains_of
from wallet_service.engine.pgqueuer import PgQueuerEngine
from wallet_service.engine.pgqueuer import install as install_engine
from wallet_service.errors import Unavailable, WalletServiceError
from wallet_service.flows import CLOCKWORK, map_flows, settle_by
from wallet_service.service import Browsers, Service
from wallet_service.settings import ApnsSettings, Settings
from wallet_service.tokens import MasterKeys, make_master_keys, read_master_keys
from wallet_service.wallets.apple.certificates import CERTIFICATE, KEY, PassCertificate
from wallet_service.wallets.apple.keyring import Certificates
from wallet_service.wallets.apple.push.credential import PushCredential
from wallet_service.wallets.apple.push.pool import CODECS, ApnsPool
from wallet_service.wallets.apple.push.seam import PushTransport
from wallet_service.wallets.apple.wallet import AppleWallet, PushStyle
from wallet_service.wallets.google.pace import Lane
from wallet_service.wallets.google.root_keys import RootKeys
from wallet_service.wallets.google.service_account import ServiceAccounts
from wallet_service.wallets.google.verifier import CallbackVerifier
from wallet_service.wallets.google.wallet import GoogleWallet, Ways

LOG = structlog.get_logger()

ROUNDS = 2.0
"""Seconds between two looks at whether the embedded database lives."""


class SchemaBehind(WalletServiceError):
    """The database has an older schema than this version of the service."""

    status = 503
    slug = "schema-behind"
    title = "The database needs an upgrade"


@asynccontextmanager
async def open_service(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Service]:
    """Everything one process needs, opened, and closed again in reverse order."""
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(open_database(settings))
        keys = open_keys(settings)
        engine = PgQueuerEngine(url)
        stack.push_async_callback(engine.aclose)
        database = PostgresDatabase(url, clock, pool=settings.pool, settle=settle_by(map_flows(engine, settings.push)))
        stack.push_async_callback(database.aclose)
        wallet = AppleWallet(
            Certificates(settings.certs_dir),
            keys,
            clock,
            settings.public_url.rstrip("/"),
            PushStyle(settings.apns.priority, settings.push.expiry),
            connect_by(settings.apns, clock),
        )
        stack.push_async_callback(wallet.aclose)
        google = open_google(settings, clock, database)
        stack.push_async_callback(google.aclose)
        root_keys = RootKeys(clock, settings.google.root_keys_url, trust_roots=settings.google.trust_roots)
        stack.push_async_callback(root_keys.aclose)
        believe = CallbackVerifier(root_keys, settings.google.sender_id)
        apps = AppPushes(settings.certs_dir, partial(AppPush, **settings.fcm.model_dump(), clock=clock))
        stack.push_async_callback(apps.aclose)
        browsers = open_browsers(settings, clock)
        if browsers is not None:
            stack.push_async_callback(browsers.channel.aclose)
        service = Service(settings, clock, database, engine, wallet, google, believe, keys, apps, browsers)
        service.metrics.watch_pool(settings.pool, database.in_use)
        service.metrics.watch_paces(google.paces, Lane)
        yield service


def open_google(settings: Settings, clock: Clock, database: Database) -> GoogleWallet:
    """Google Wallet, for whichever brands have a service account; all processes of a database keep one pace."""
    wish = settings.google
    ways = Ways(wish.root, wish.save_root, wish.trust_roots, wish.per_s, wish.deadline)
    accounts, public_url = ServiceAccounts(settings.certs_dir), settings.public_url.rstrip("/")
    return GoogleWallet(accounts, clock, public_url, ways, SharedPace(database, wish.per_s).of)


def open_browsers(settings: Settings, clock: Clock) -> Browsers | None:
    """Web push, if the settings name a contact. Its key is made at the first start, as the master keys are."""
    wish = settings.web_push
    if wish.contact is None:
        return None
    path = wish.key or settings.data_dir / "vapid.pem"
    vapid = (make_vapid if settings.embedded and not path.exists() else read_vapid)(path, wish.contact)
    channel = WebPush(vapid, clock=clock, loopback=wish.loopback, trust_roots=wish.trust_roots)
    return Browsers(channel, vapid.public_key)


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[str]:
    """The URL of a database that is up and has our schema; the embedded one is upgraded on the way."""
    async with database_server(settings) as url:
        if settings.embedded:
            await upgrade_database(url)
        elif await pending(url):
            raise SchemaBehind("The database is older than this program.", remedy="Run wallet-service db upgrade.")
        yield url


@asynccontextmanager
async def database_server(settings: Settings) -> AsyncIterator[str]:
    """The URL of a database that is up; an embedded one is started, and stopped if it was us who started it."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    start = partial(EmbeddedPostgres.start, settings.data_dir, binaries=settings.postgres_bin)
    server = await asyncio.to_thread(start)
    nurse = asyncio.create_task(_keep_alive(server))
    try:
        yield server.url
    finally:
        nurse.cancel()
        await asyncio.wait([nurse])
        await asyncio.to_thread(server.stop)


async def _keep_alive(server: EmbeddedPostgres) -> None:
    """A server that dies (out of memory, say) comes back while we run; meanwhile callers hear 503."""
    while True:
        await asyncio.sleep(ROUNDS)
        try:
            if await asyncio.to_thread(server.revive):
                LOG.warning("the database had died and was started again")
        except Unavailable as trouble:  # its disk is full, say
            LOG.error("the database died and cannot be started yet", why=trouble.detail)  # noqa: TRY400 - it is no bug
        except Exception:  # whatever it was, the next round may do better
            LOG.exception("the database died and cannot be started")


async def upgrade_database(url: str) -> None:
    """Our tables by our migrations, then the engine's by its own."""
    await upgrade(url)
    await install_engine(url)


def open_keys(settings: Settings) -> MasterKeys:
    """The master keys; made at the first start, but never beside a shared database, where each machine needs the same."""
    path = master_keys_path(settings)
    return make_master_keys(path) if settings.embedded and not path.exists() else read_master_keys(path)


def master_keys_path(settings: Settings) -> Path:
    """Where the master keys lie."""
    return settings.master_keys or settings.data_dir / "master-keys.json"


def connect_by(apns: ApnsSettings, clock: Clock) -> Callable[[PassCertificate], PushTransport]:
    """How the wallet opens its way to APNs for one certificate."""

    def connect(certificate: PassCertificate) -> PushTransport:
        return ApnsPool(
            PushCredential(certificate.folder / CERTIFICATE, certificate.folder / KEY),
            host=apns.host,
            port=apns.port,
            trust_roots=apns.trust_roots,
            connections=apns.connections,
            window=apns.window,
            deadline=apns.deadline,
            codec=CODECS[apns.codec],
            clock=clock,
        )

    return connect


async def work(service: Service, stop: asyncio.Event) -> None:
    """Do what is due until `stop` is set; any number of processes may do so side by side."""
    drains = drains_of(service)
    jobs = {name: drain.wake for name, drain in drains.items()}
    async with asyncio.TaskGroup() as group:
        group.create_task(service.engine.work(jobs, CLOCKWORK, stop))
        for drain in drains.values():
            group.create_task(drain.run(stop))
