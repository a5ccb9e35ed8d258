"""Which cards are in somebody's wallet, as the wallet itself knows: what passes from the one who asks it to the business."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from wallet_service.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class HolderPage:
    """A part of what a wallet knows of the objects of a class."""

    held: Mapping[str, bool]
    """Object id -> whether it is in anybody's wallet. One of which the wallet does not say is missing."""
    following: str
    """Where the next page begins; empty: this was the last."""


Holders = Callable[[str, str, str], Awaitable[HolderPage | Outcome]]
"""Given an issuer, a class of its, and where the page begins (empty: the first); an outcome if the wallet does not say.

It raises nothing, and is asked when nobody waits.
"""
