"""Cards of a crowd that are in Google Wallet, as if their members had clicked on the save link."""

from collections.abc import Sequence

import orjson

from wallet_service.bench.crowd import TEMPLATE, Crowd
from wallet_service.bench.google_target import ISSUER, GoogleTarget
from wallet_service.bench.harness import BenchImpossible, steps
from wallet_service.cards.faces import Shelf, states
from wallet_service.cards.google import SaveLinks
from wallet_service.cards.google_issuers import claim_issuer
from wallet_service.private_files import make_private_folder, put
from wallet_service.service import Service
from wallet_service.wallets.google.service_account import ServiceAccounts

HURRY = 200
"""Requests a second at which the objects are made: the product's own pace would take minutes."""


async def enter_google(service: Service, crowd: Crowd, target: GoogleTarget, cards: Sequence[str]) -> list[str]:
    """Give the crowd's brand an issuer at the simulated Google, and let it have these cards; their object ids."""
    key = ServiceAccounts(service.settings.certs_dir).file(ISSUER)
    make_private_folder(key.parent)
    put(key, orjson.dumps(dict(target.key_file)))
    async with service.database.begin() as tx:
        await claim_issuer(tx, crowd.brand, ISSUER)
    links = SaveLinks(service.database, Shelf(), service.google)
    async with service.database.read() as tx:
        found = [state for state in await states(tx, cards) if state is not None]
    for number in steps(f"{len(cards)} cards in Google", len(found)):
        if await links.make(found[number]) is None:
            raise BenchImpossible("The crowd's brand has no issuer at Google.")
    return [service.google.names(ISSUER, TEMPLATE, card).object_id for card in cards]
