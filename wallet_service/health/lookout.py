"""Who looks at a service; those who ask at the same moment, or soon after each other, share one look."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass, replace
from time import monotonic
from typing import Generic, Self, TypeVar

from wallet_service.clock import Clock
from wallet_service.database.seam import Database
from wallet_service.health import gather
from wallet_service.health.apps import look_at_apps
from wallet_service.health.google import look_at_issuers
from wallet_service.health.state import AppState, Census, CertificateState, IssuerState, State, Trouble
from wallet_service.service import Service
from wallet_service.settings import Settings
from wallet_service.tokens import MasterKeys
from wallet_service.wallets.apple.keyring import Certificates
from wallet_service.wallets.google.service_account import ServiceAccounts

Seen = TypeVar("Seen")

CERTIFICATE_SECONDS = 20.0
"""For how long a look at certificates and key files is believed: each costs a trial signature, or a key to be read."""


@dataclass(slots=True)
class Shared(Generic[Seen]):
    """A look that is taken at most so often, whoever asks: strangers may ask `/readyz` a thousand times a second."""

    look: Callable[[], Awaitable[Seen]]
    patience: float
    """Seconds for which a look is believed."""
    _looking: asyncio.Task[Seen] | None = None
    _ended_at: float = 0.0

    async def __call__(self) -> Seen:
        """What was seen within the last few seconds."""
        if self._looking is None or (self._looking.done() and monotonic() - self._ended_at > self.patience):
            self._looking = asyncio.create_task(self._note_end(), context=Context())
        return await asyncio.shield(self._looking)

    async def _note_end(self) -> Seen:
        try:
            return await self.look()
        finally:
            self._ended_at = monotonic()


@dataclass(frozen=True, slots=True)
class Lookout:
    """Gathers the state of one service. Never raises: what could not be found out is a `Trouble`."""

    settings: Settings
    clock: Clock
    database: Database | Trouble
    """The trouble with the database, where not even the way to it is known."""
    read_keys: Callable[[], MasterKeys]
    certificates: Callable[[], Awaitable[tuple[CertificateState, ...]]]
    accounts: ServiceAccounts
    apps: Callable[[], Awaitable[tuple[AppState, ...]]]

    @classmethod
    def at(
        cls, settings: Settings, clock: Clock, database: Database | Trouble, read_keys: Callable[[], MasterKeys]
    ) -> Self:
        """A lookout over these parts."""
        known = Certificates(settings.certs_dir)

        async def look() -> tuple[CertificateState, ...]:
            return await asyncio.to_thread(gather.look_at_certificates, known, clock)

        async def look_for_apps() -> tuple[AppState, ...]:
            return await asyncio.to_thread(look_at_apps, settings.certs_dir)

        return cls(
            settings,
            clock,
            database,
            read_keys,
            Shared(look, CERTIFICATE_SECONDS),
            ServiceAccounts(settings.certs_dir),
            Shared(look_for_apps, CERTIFICATE_SECONDS),
        )

    @classmethod
    def of(cls, service: Service) -> Self:
        """The lookout of a running service, whose master keys are those it has in hand."""
        return cls.at(service.settings, service.clock, service.database, lambda: service.keys)

    async def glance(self) -> State:
        """Whether requests can be answered, and cards issued."""
        keys, certificates = gather.look_at_keys(self.read_keys), await self.certificates()
        if isinstance(self.database, Trouble):
            return State(self.database, keys, certificates=certificates)
        return State(await gather.ask_server(self.database, self.clock), keys, certificates=certificates)

    async def look(self) -> State:
        """Everything on this side of the network."""
        seen = await self.glance()
        census = None if isinstance(self.database, Trouble) else await gather.count(self.database, seen.server)
        return replace(
            seen,
            census=census,
            disk=gather.look_at_disk(self.settings.data_dir),
            issuers=await self._issuers(census),
            public_url=self.settings.public_url,
            google_per_s=self.settings.google.per_s,
            web_push=gather.look_at_web_push(self.settings),
            apps=await self.apps(),
        )

    async def _issuers(self, census: Census | Trouble | None) -> tuple[IssuerState, ...] | None:
        """None while the tables do not say which issuers are ours."""
        if not isinstance(census, Census):
            return None
        return await asyncio.to_thread(look_at_issuers, self.accounts, census.issuers)
