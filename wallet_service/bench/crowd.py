"""A brand with as many members, cards and phones as a bench needs, there within seconds."""

from dataclasses import dataclass
from hashlib import sha256

from wallet_service.bench import sql
from wallet_service.bench.harness import progress
from wallet_service.cards.publish import publish_template
from wallet_service.cards.templates import read_template
from wallet_service.ids import new_id
from wallet_service.loyalty.brands import claim_pass_type, create_brand, create_programme
from wallet_service.loyalty.keys import Scope, create_key
from wallet_service.service import Service
from wallet_service.wallets.apple.certificates import CERTIFICATE
from wallet_service.wallets.apple.devpki import make_dev_certificates

PASS_TYPE, TEAM, BRAND = "pass.com.example.bench", "BENCH12345", "Bench"
TEMPLATE = "burger-heroes"

CHUNK = 5_000
"""Members of one transaction."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """A brand and its people. The n-th card is the n-th member's, and the n-th device has it."""

    brand: str
    programme: str
    pass_type: str
    key: str
    """An API key that may do everything."""
    members: tuple[str, ...]
    cards: tuple[str, ...]
    """Their ids, which are the serial numbers of the passes."""
    devices: tuple[str, ...]
    """One for each card, or none at all."""


async def gather_crowd(service: Service, members: int, *, devices: bool) -> Crowd:
    """Open a brand with so many members, each with a card of version 1; with `devices`, each card on one phone.

    The service needs nothing before: a throw-away certificate is made where there is none.
    """
    crowd = await _open_brand(service, members, devices=devices)
    with progress() as bar:
        for first in bar.track(range(0, members, CHUNK), description=f"{members:,} members"):
            await _settle_in(service, crowd, slice(first, first + CHUNK))
    async with service.database.begin() as tx:
        await tx.run(sql.ANALYZE)
    return crowd


def push_token(device: str) -> str:
    """The push token a device of the crowd registers with. PURE."""
    return sha256(device.encode()).hexdigest()


async def _open_brand(service: Service, members: int, *, devices: bool) -> Crowd:
    certs, now = service.settings.certs_dir, service.clock.now()
    if not (certs / PASS_TYPE / CERTIFICATE).exists():
        make_dev_certificates(certs, PASS_TYPE, TEAM, BRAND, now)
    source = read_template(service.settings.templates_dir / f"{TEMPLATE}.pkpasstemplate")
    async with service.database.begin() as tx:
        brand = await create_brand(tx, BRAND)
        await claim_pass_type(tx, brand, PASS_TYPE)
        version = await publish_template(tx, brand, source)
        programme = await create_programme(
            tx, brand, name=BRAND, pass_type=PASS_TYPE, template_version_id=version.id, may_go_negative=True
        )
        key = await create_key(tx, brand, "bench", frozenset(Scope))
    return Crowd(
        brand,
        programme.id,
        PASS_TYPE,
        key,
        tuple(new_id("mem", now) for _ in range(members)),
        cards := tuple(new_id("card", now) for _ in range(members)),
        tuple(sha256(card.encode()).hexdigest()[:32] for card in cards) if devices else (),
    )


async def _settle_in(service: Service, crowd: Crowd, part: slice) -> None:
    members, cards, devices = list(crowd.members[part]), list(crowd.cards[part]), list(crowd.devices[part])
    async with service.database.begin() as tx:
        who = {"members": members, "programme": crowd.programme, "now": tx.now}
        await tx.run(sql.INSERT_MEMBERS, who | {"numbers": [part.start + n for n in range(len(members))]})
        await tx.run(sql.INSERT_CARDS, who | {"cards": cards, "token_key": service.keys.newest})
        if devices:
            tokens = [push_token(device) for device in devices]
            there = {"devices": devices, "cards": cards, "tokens": tokens, "now": tx.now}
            await tx.run(sql.INSERT_REGISTRATIONS, there)
