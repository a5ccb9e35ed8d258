"""Posting entries against a model: whatever is done, side by side, again or cut off, the ledger says what the model says."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.loyalty.ledger_proof import run_model
from tests.loyalty.ledger_story import STORIES, Step, tell
from tests.loyalty.shop import Shop
from tests.people import PASS_TYPE, open_brand
from wallet_service.loyalty.brands import Programme
from wallet_service.service import Service


@pytest.fixture(params=[False, True], ids=["never-negative", "may-go-negative"])
async def shop_and_clubs(service: Service, request: pytest.FixtureRequest) -> tuple[Shop, Programme, bool]:
    """A shop, its second programme, and whether both may go negative."""
    free: bool = request.param
    shop = Shop(service, await open_brand(service, "Model", PASS_TYPE, may_go_negative=free))
    return shop, await shop.another_programme(may_go_negative=free), free


@given(story=STORIES)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_ledger_is_what_the_model_says(shop_and_clubs: tuple[Shop, Programme, bool], story: list[Step]):
    shop, other, free = shop_and_clubs
    await tell(shop, other, story, may_go_negative=free)
    await shop.prove()


def test_the_long_run_tells_as_many_stories_as_it_is_asked_to():
    told = list[int]()
    run_model(3, seed=1, tell=told.append)
    assert told == [1, 2, 3]
