"""Looks at each part of a service, with a deadline, and brings back what was found or why it could not be."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from wallet_service.channels.vapid import VapidKeyUnusable, read_vapid
from wallet_service.clock import Clock
from wallet_service.database.migrate import revisions
from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.errors import WalletServiceError
from wallet_service.health import sql
from wallet_service.health.state import (
    Census,
    CertificateState,
    Disk,
    Queue,
    Reached,
    Schema,
    Server,
    Trouble,
    schema_of,
)
from wallet_service.settings import Settings
from wallet_service.tokens import MasterKeys
from wallet_service.wallets.apple.certificates import CertificateUnusable
from wallet_service.wallets.apple.checkup import Finding, Level, check
from wallet_service.wallets.apple.keyring import Certificates

Found = TypeVar("Found")

ANSWER_SECONDS = 2.0
"""How long the database may take to say who it is: whoever asks `/readyz` does not wait much longer."""

COUNT_SECONDS = 10.0
"""How long it may count."""

DIAL_SECONDS = 5.0


def trouble_of(refusal: WalletServiceError) -> Trouble:
    """A refusal as something found."""
    return Trouble(refusal.detail, refusal.remedy or "", refusal.slug)


async def ask_server(database: Database, clock: Clock) -> Server | Trouble:
    """Who the database is, which tables it has, what time it thinks it is."""

    async def ask(tx: Transaction) -> Server:
        began, at = perf_counter(), clock.now()
        row: Row = await tx.first(sql.SERVER)
        took = perf_counter() - began
        revision = await tx.first(sql.REVISION) if row.has_schema else None
        schema = schema_of(revision and revision.revision, await asyncio.to_thread(revisions))
        return Server(row.version, schema, (row.now - at).total_seconds() - took / 2, took)

    return await _read(database, ask, ANSWER_SECONDS)


async def count(database: Database, server: Server | Trouble) -> Census | Trouble | None:
    """What stands in the tables; None where there are none to count."""

    async def ask(tx: Transaction) -> Census:
        row: Row = await tx.first(sql.CENSUS)
        figures = row._mapping  # noqa: SLF001 - the public name of a row's columns by name
        queues = tuple(Queue(*queue) for queue in await tx.all(sql.QUEUES))
        issuers = {row.issuer_id: row.brand for row in await tx.all(sql.ISSUERS, {"brand": None})}
        return Census(**figures, queues=queues, issuers=issuers)

    countable = isinstance(server, Server) and server.schema in {Schema.RIGHT, Schema.AHEAD}
    return await _read(database, ask, COUNT_SECONDS) if countable else None


async def _read(database: Database, ask: Callable[[Transaction], Awaitable[Found]], seconds: float) -> Found | Trouble:
    try:
        async with asyncio.timeout(seconds), database.read() as tx:
            return await ask(tx)
    except TimeoutError:
        return Trouble(f"The database did not answer within {seconds:g} s.", "See whether it is up and what it does.")
    except WalletServiceError as refusal:
        return trouble_of(refusal)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what was found, and the rest is looked at still
        return Trouble(f"The database answered with {type(error).__name__}.", "See its log.")


def look_at_keys(read: Callable[[], MasterKeys]) -> int | Trouble:
    """The version of the newest master key."""
    try:
        return read().newest
    except WalletServiceError as refusal:
        return trouble_of(refusal)


def look_at_certificates(certificates: Certificates, clock: Clock) -> tuple[CertificateState, ...]:
    """Every pass certificate. Reads files, and signs once with each as a trial: call it in a thread."""
    return tuple(_look_at(certificates, pass_type, clock) for pass_type in certificates.pass_types())


def _look_at(certificates: Certificates, pass_type: str, clock: Clock) -> CertificateState:
    try:
        certificate = certificates.certificate(pass_type)
    except CertificateUnusable as refusal:
        return CertificateState(pass_type, None, (trouble_of(refusal),))
    now = clock.now()
    found = check(certificate, now)
    return CertificateState(
        pass_type, certificate.days_left(now), _of_level(found, Level.ERROR), _of_level(found, Level.WARNING)
    )


def _of_level(findings: list[Finding], level: Level) -> tuple[Trouble, ...]:
    return tuple(Trouble(each.text, each.remedy, each.code) for each in findings if each.level is level)


def look_at_web_push(settings: Settings) -> str | Trouble | None:
    """The public key of web push; None where it is not wished for."""
    wish, path = settings.web_push, settings.web_push.key or settings.data_dir / "vapid.pem"
    if wish.contact is None:
        return None
    if settings.embedded and not path.exists():
        return Trouble("There is no key of web push yet.", "wallet-service serve makes it.", VapidKeyUnusable.slug)
    try:
        return read_vapid(path, wish.contact).public_key
    except VapidKeyUnusable as refusal:
        return trouble_of(refusal)


def look_at_disk(folder: Path) -> Disk | Trouble:
    """How much room there is under this folder, or where it will be made."""
    try:
        there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
        room = shutil.disk_usage(there)
    except OSError as trouble:
        return Trouble(f"{folder} cannot be looked at: {trouble.strerror}.")
    return Disk(room.free, room.total)


async def dial(host: str, port: int) -> Reached | Trouble:
    """Whether this address takes a TCP connection."""
    address = f"{host}:{port}"
    try:
        async with asyncio.timeout(DIAL_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except OSError as trouble:  # TimeoutError is one too
        why = trouble.strerror or type(trouble).__name__
        return Trouble(f"{address} takes no connection: {why}.", "Let this machine out to it (firewall, DNS).")
    writer.close()
    return Reached(address)
