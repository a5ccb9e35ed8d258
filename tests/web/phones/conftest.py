"""The phones' door of a site, and two cards of one brand."""

import pytest

from tests.conftest import Site
from tests.people import ANNA, BORIS, Brand
from tests.web.phones.scene import Card, Door, issue


@pytest.fixture
def door(site: Site) -> Door:
    """The phones' door."""
    return Door(site)


@pytest.fixture
async def anna(site: Site, burger_heroes: Brand) -> Card:
    """Anna's card, downloaded and not yet registered."""
    return await issue(site, burger_heroes, ANNA)


@pytest.fixture
async def boris(site: Site, burger_heroes: Brand) -> Card:
    """Boris's card, downloaded and not yet registered."""
    return await issue(site, burger_heroes, BORIS)
