"""The frozen record of everything bound once: what a process of the service is made of."""

from dataclasses import dataclass, field
from typing import Protocol

from wallet_service.channels.seam import Channel
from wallet_service.clock import Clock
from wallet_service.database.seam import Database
from wallet_service.engine.seam import Engine
from wallet_service.metrics import Metrics
from wallet_service.settings import Settings
from wallet_service.tokens import MasterKeys
from wallet_service.wallets.callback import Verify
from wallet_service.wallets.seam import ObjectWallet, Wallet


class Apps(Protocol):
    """The ways to brands' own apps."""

    def of(self, brand_id: str) -> Channel:
        """The channel to this brand's app; what is sent by it waits while the brand has no usable key."""
        ...


@dataclass(frozen=True, slots=True)
class Browsers:
    """The way to browsers that show web cards."""

    channel: Channel
    public_key: str
    """The VAPID key to which they subscribe, in base64url (RFC 8292, 3.2)."""


@dataclass(frozen=True, slots=True)
class Service:
    """One process of wallet_service; made by app.py, the only place that picks implementations."""

    settings: Settings
    clock: Clock
    database: Database
    engine: Engine
    wallet: Wallet
    google: ObjectWallet
    believe: Verify
    """Whether a callback is truly Google's, about objects of ours."""
    keys: MasterKeys
    apps: Apps
    browsers: Browsers | None = None
    """None without web push."""
    metrics: Metrics = field(default_factory=Metrics)
