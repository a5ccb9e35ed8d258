"""A timeline in pages: nothing is left out and nothing comes twice, whatever happened at one moment."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.loyalty.people.moments import Moment, Place, What, is_place, woven

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OTHERS = [what for what in What if what is not What.ENTRY]

moments = st.builds(
    lambda second, kind, number: Moment(NOON + timedelta(seconds=second), kind, str(number), {}),
    st.integers(0, 3),
    st.sampled_from(OTHERS),
    st.integers(0, 99),
)
seconds = st.lists(st.integers(0, 3))


def rest(entries: list[Moment], others: list[Moment], after: Place, limit: int) -> list[Moment]:
    """What a database would give from a place on."""
    place = after.at, after.kind, after.id
    return woven(
        [each for each in entries if int(each.id) < after.entry][:limit],
        [each for each in others if each.order() < place][:limit],
    )[:limit]


@given(seconds, st.sets(moments.map(lambda each: each.order())), st.integers(1, 5))
def test_pages_have_everything_once_even_where_clocks_went_back(
    clock: list[int], happened: set[tuple[datetime, str, str]], limit: int
) -> None:
    entries = [Moment(NOON + timedelta(seconds=each), What.ENTRY, str(n), {}) for n, each in enumerate(clock)][::-1]
    others = [Moment(at, What(kind), own, {}) for at, kind, own in sorted(happened, reverse=True)]

    seen: list[Moment] = []
    place = Place()
    while page := rest(entries, others, place, limit):
        seen += page
        place = Place.read(str(place.after(page)))

    assert seen == woven(entries, others)
    assert sorted(map(Moment.order, seen)) == sorted(map(Moment.order, [*entries, *others]))


@given(seconds.map(sorted), st.sets(moments.map(lambda each: each.order())))
def test_where_clocks_go_forward_the_newest_comes_first(
    clock: list[int], happened: set[tuple[datetime, str, str]]
) -> None:
    entries = [Moment(NOON + timedelta(seconds=each), What.ENTRY, str(n), {}) for n, each in enumerate(clock)][::-1]
    others = [Moment(at, What(kind), own, {}) for at, kind, own in sorted(happened, reverse=True)]
    told = [each.at for each in woven(entries, others)]
    assert told == sorted(told, reverse=True)


@pytest.mark.parametrize(
    "text", ["", "1|2", "x|0||", "-1|0||", f"{2**63}|0||", "0|99999999999999999999||", f"0|{10**18}||", "00|0||"]
)
def test_a_place_that_was_never_ours_is_none(text: str) -> None:
    assert not is_place(text)


def test_a_place_survives_its_journey_as_a_text() -> None:
    place = Place(4711, NOON + timedelta(microseconds=1), "card-issued", "card_01k9z8w4ekf4p8q2v7r5t3y1xa")
    assert is_place(str(place))
    assert Place.read(str(place)) == place
