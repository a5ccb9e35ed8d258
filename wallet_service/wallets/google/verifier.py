"""Callbacks verified with Google's root keys as they are now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from wallet_service.wallets.callback import Callback, Reason, Refusal
from wallet_service.wallets.google.callbacks import SENDER, verify
from wallet_service.wallets.google.root_keys import RootKeys


@dataclass(frozen=True, slots=True)
class CallbackVerifier:
    """Verifies callbacks; a `Verify` of the callbacks' door."""

    roots: RootKeys
    sender: str = SENDER

    async def __call__(self, body: bytes, issuers: Collection[str], now: datetime) -> Callback | Refusal:
        """What the callback says, or why it is not believed; when no root key vouches for it, Google may have a new one.

        Raises `RootKeysUnavailable`.
        """
        verdict = verify(body, await self.roots.current(), issuers, now, sender=self.sender)
        if verdict != Refusal(Reason.UNKNOWN_ROOT):
            return verdict
        return verify(body, await self.roots.renewed(), issuers, now, sender=self.sender)
