"""The people and brands of the tests, made through the real verbs."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import httpx2

from wallet_service.cards.publish import publish_template
from wallet_service.cards.templates import read_template
from wallet_service.loyalty.brands import claim_pass_type, create_brand, create_programme
from wallet_service.loyalty.keys import Scope, create_key
from wallet_service.service import Service
from wallet_service.simulators.till import SimulatedTill

PASS_TYPE = "pass.com.example.burger-heroes"
OTHER_PASS_TYPE = "pass.com.example.coffee-corner"
TEAM = "TEAM123456"

ANNA = {"name": "Anna Petrova", "external_id": "BH-1", "phone": "+79161234567", "language": "ru"}
BORIS = {"name": "Boris Keller", "external_id": "BH-2", "phone": "+4915112345678", "language": "en"}


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand, its programme, its key, and a till that uses it."""

    id: str
    programme: str
    key: str
    till: SimulatedTill


async def open_brand(
    service: Service,
    name: str,
    pass_type: str,
    base_url: str = "",
    client: httpx2.AsyncClient | None = None,
    *,
    may_go_negative: bool = False,
    scopes: frozenset[Scope] = frozenset(Scope),
) -> Brand:
    """A brand with the burger template published, a programme and a key."""
    source = read_template(service.settings.templates_dir / "burger-heroes.pkpasstemplate")
    async with service.database.begin() as tx:
        brand = await create_brand(tx, name)
        await claim_pass_type(tx, brand, pass_type)
        version = await publish_template(tx, brand, source)
        programme = await create_programme(
            tx,
            brand,
            name=f"{name} Club",
            pass_type=pass_type,
            template_version_id=version.id,
            may_go_negative=may_go_negative,
        )
        key = await create_key(tx, brand, "till", scopes)
    return Brand(brand, programme.id, key, SimulatedTill(base_url, key, client or httpx2.AsyncClient()))


async def until_up_to_date(till: SimulatedTill, card: str, seconds: float = 60.0) -> Any:
    """The card, once all its phones show its present version. Fails when they do not in time."""
    end = time.monotonic() + seconds
    while True:
        found = await till.card(card)
        if found["up_to_date"]:
            return found
        assert time.monotonic() < end, f"still out of date: {found['devices']}"
        await asyncio.sleep(0.02)
