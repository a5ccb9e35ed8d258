"""`wallet-service key` as an operator types it."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.conftest import Site
from tests.people import ANNA, Brand
from tests.processes import typed
from wallet_service.loyalty.brands import BrandNotFound
from wallet_service.loyalty.keys import KeyNotFound
from wallet_service.settings import Settings
from wallet_service.simulators.till import SimulatedTill, TillRefused


@pytest.fixture
def brand(settings: Settings) -> str:
    """A brand, opened by command."""
    return typed(settings, "brand", "create", "Burger Heroes").strip()


def listed(settings: Settings, brand: str) -> list[list[str]]:
    """The words of each line of the list, without its heading."""
    return [line.split() for line in typed(settings, "key", "list", brand).splitlines()[1:]]


async def test_a_key_opens_the_door_to_its_scopes_only(site: Site, burger_heroes: Brand) -> None:
    await burger_heroes.till.enrol(**ANNA)
    words = ("key", "create", burger_heroes.id, "kiosk", "--scope", "read")
    key = await asyncio.to_thread(typed, site.service.settings, *words)
    kiosk = SimulatedTill(site.base_url, key.strip(), site.client)

    assert (await kiosk.call("GET", "/v1/members/external:BH-1"))["name"] == ANNA["name"]
    with pytest.raises(TillRefused) as refusal:
        await kiosk.post("external:BH-1", 10)
    assert refusal.value.problem["code"] == "scope-missing"


def test_a_key_is_shown_once_and_then_only_named(settings: Settings, brand: str) -> None:
    key = typed(settings, "key", "create", brand, "till", "--scope", "earn", "--scope", "spend").strip()
    (line,) = listed(settings, brand)

    _, _, key_id, secret = key.split("_", 3)
    assert line[:4] == [f"key_{key_id}", "till", "earn", "spend"]
    assert secret not in " ".join(line)


def test_a_revoked_key_stays_in_the_list_with_its_end(settings: Settings, brand: str) -> None:
    typed(settings, "key", "create", brand, "till")
    key_id = listed(settings, brand)[0][0]
    alive = len(listed(settings, brand)[0])
    typed(settings, "key", "revoke", brand, key_id)

    assert len(listed(settings, brand)[0]) == alive + len(["date", "time"])
    with pytest.raises(KeyNotFound):
        typed(settings, "key", "revoke", brand, key_id)


@pytest.mark.parametrize("words", [("create", "brand_nobody", "till"), ("list", "brand_nobody")])
def test_a_brand_that_does_not_exist_is_named(settings: Settings, words: tuple[str, ...]) -> None:
    with pytest.raises(BrandNotFound, match="brand_nobody"):
        typed(settings, "key", *words)


def test_an_unknown_scope_is_refused_with_those_there_are(settings: Settings, brand: str) -> None:
    typed(settings, "key", "create", brand, "till", "--scope", "everything", exit_code=2)
    assert listed(settings, brand) == []


def test_master_keys_are_made_once_for_their_owner_alone(settings: Settings, tmp_path: Path) -> None:
    settings.master_keys = tmp_path / "elsewhere" / "keys.json"
    first = typed(settings, "key", "master")
    made = settings.master_keys.read_bytes()
    second = typed(settings, "key", "master")

    assert "is made" in first
    assert "was there already" in second
    assert settings.master_keys.read_bytes() == made
    assert settings.master_keys.stat().st_mode & 0o777 == 0o600
    assert json.loads(made)["1"] not in first + second
