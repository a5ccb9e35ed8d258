"""What a version announces: one thing, the most important of those that have changed and that the template tells of."""

from itertools import product

import pytest

from wallet_service.cards.announcing import NONE, Change, announcing, read_announce
from wallet_service.cards.refresh import NO_WISH, OF_STANDING, Wish, wish_of
from wallet_service.loyalty.facts import BalanceChanged, ExpiriesChanged, StandingChanged

ALL = {Change.TIER: "level", Change.BALANCE: "points", Change.EXPIRING: "ends", Change.OFFERS: "gifts"}
EVERYTHING = Change.TIER | Change.BALANCE | Change.EXPIRING | Change.OFFERS


def test_the_most_important_change_speaks():
    assert announcing(ALL, EVERYTHING) == "level"
    assert announcing(ALL, Change.OFFERS | Change.EXPIRING | Change.BALANCE) == "points"
    assert announcing(ALL, Change.OFFERS | Change.EXPIRING) == "ends"
    assert announcing(ALL, Change.OFFERS) == "gifts"
    assert announcing(ALL, NONE) == ""


def test_a_change_that_the_template_does_not_tell_of_gives_way_to_the_next():
    assert announcing({Change.BALANCE: "points"}, Change.TIER | Change.BALANCE) == "points"
    assert announcing({Change.OFFERS: "gifts"}, Change.TIER | Change.BALANCE) == ""


def test_more_changes_never_announce_something_less_important():
    order = [*ALL.values(), ""]
    for some, more in product(range(16), repeat=2):
        one, both = announcing(ALL, Change(some)), announcing(ALL, Change(some | more))
        assert order.index(both) <= order.index(one)


def test_a_balance_alone_may_be_said_in_short():
    assert read_announce("balance") == ({Change.BALANCE: "balance"}, [])
    assert read_announce({"offers": "gifts", "tier": "level"}) == ({Change.OFFERS: "gifts", Change.TIER: "level"}, [])
    assert read_announce({}) == ({}, [])


@pytest.mark.parametrize(
    ("said", "where", "mend"),
    [
        ("", "", 'Write announce = "balance", or a table with some of tier, balance, expiring, offers.'),
        (5, "", 'Write announce = "balance", or a table with some of tier, balance, expiring, offers.'),
        ({"tiers": "x"}, ".tiers", "Write tier."),
        ({"zzz": "x"}, ".zzz", "Changes are tier, balance, expiring, offers."),
        ({"tier": ""}, ".tier", 'Write tier = "…".'),
        ({"tier": 5}, ".tier", 'Write tier = "…".'),
    ],
)
def test_what_cannot_be_announced_is_named(said, where, mend):
    _, problems = read_announce(said)
    assert [(problem.where, problem.mend) for problem in problems] == [(f"card.toml: card.announce{where}", mend)]


def test_a_fact_says_what_may_look_different_and_what_is_news():
    assert wish_of(BalanceChanged("mem_1")).changes is Change.BALANCE
    assert wish_of(ExpiriesChanged("mem_1")) == Wish(frozenset({"expiring_points", "expires_on"}), Change.EXPIRING)
    both = wish_of(StandingChanged("mem_1", frozenset({"tier", "purchase"})))
    assert both == Wish(frozenset({"tier", "tier_until", "last_purchase"}), Change.TIER)
    assert wish_of(StandingChanged("mem_1", frozenset())) == NO_WISH


def test_every_field_of_a_standing_is_shown_by_a_placeholder():
    assert set(OF_STANDING) == {"tier", "goal", "purchase", "offers"}
