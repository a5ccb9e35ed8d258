"""A line that is taken at a glance is exactly what a strict reading would have made of it."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from wallet_service.loyalty.ledger.balances import Posting
from wallet_service.loyalty.references import MemberRef
from wallet_service.web.api.lanes import share_out
from wallet_service.web.api.lines import at_a_glance, strictly
from wallet_service.web.api.models import BulkEntry

NAMES = st.sampled_from(["member", "amount", "reason", "reference", "key", "other", "expires_at", "activates_at"])
TEXTS = st.sampled_from(
    ["Lunch", " a", "é", "e\u0301", "", "x" * 111, "x" * 256, "\u2028", "\u00a0", "\x7f", "a\u00a0"]
)
MOMENTS = st.sampled_from(
    [
        "2027-01-31T23:59:59+01:00",
        "2027-01-31T23:59:59Z",
        "2027-01-31t23:59:59z",
        "2027-01-31 23:59:59Z",
        "2027-01-31T23:59:59.5Z",
        "2027-01-31T23:59:59",
        "2027-01-31T24:00:00Z",
        "2027-02-29T23:59:59Z",
        "2027-01-31T23:59:60Z",
        "2027-01-31T23:59:59+24:00",
        "2027-01-31T23:59:59-00:00",
        "2027-01-31T23:59:59+01:60",
        "1999-12-31T23:59:59Z",
        "2000-01-01T00:00:00+14:00",
        "2199-12-31T23:59:59-12:00",
        "2200-01-01T00:00:00Z",
        "2027-01-31",
        "1795348800",
    ]
)
VALUES = (TEXTS | MOMENTS).map(lambda text: json.dumps(text, ensure_ascii=False)) | st.sampled_from(
    ["null", "1", "0", "-5", "1.0", "1e3", "true", "[]", "{}", "1000000001", "9" * 25, r'"\u0041"']
)
FIELDS = st.lists(st.tuples(NAMES, VALUES), max_size=3)


def test_an_ordinary_line_needs_only_a_glance():
    line = '{"member": "external:BH-1", "amount": 5, "reason": "Обед", "key": null}'.encode()

    assert at_a_glance(line) == {"member": "external:BH-1", "amount": 5, "reason": "Обед", "key": None}


def test_a_line_with_moments_needs_only_a_glance():
    line = b'{"member": "external:BH-1", "amount": 5, "activates_at": null, "expires_at": "2027-01-31T23:59:59+01:00"}'

    seen = at_a_glance(line)

    assert seen is not None
    assert seen["expires_at"].isoformat() == "2027-01-31T23:59:59+01:00"
    assert seen["activates_at"] is None


@given(st.sampled_from(["expires_at", "activates_at"]), MOMENTS)
def test_a_moment_that_a_glance_takes_is_the_very_same(name: str, moment: str):
    line = json.dumps({"member": "external:BH-1", "amount": 5, name: moment}).encode()
    seen = at_a_glance(line)
    if seen is not None:
        assert strictly(line) == {field: seen.get(field) for field in BulkEntry.model_fields}


@given(FIELDS, VALUES)
def test_what_a_glance_takes_a_strict_reading_takes_as_the_same(more: list[tuple[str, str]], member: str):
    fields = [("member", member), ("amount", "5"), *more]
    line = ("{" + ",".join(f'"{name}":{value}' for name, value in fields) + "}").encode()
    seen = at_a_glance(line)
    if seen is not None:
        assert strictly(line) == {name: seen.get(name) for name in BulkEntry.model_fields}


@given(st.lists(st.integers(0, 9)))
def test_all_postings_of_a_member_take_one_lane_in_their_order(members: list[int]):
    shares = share_out([Posting("brand_1", MemberRef("external", str(member))) for member in members])

    assert sorted(place for share in shares for place in share) == list(range(len(members)))
    assert all(share == sorted(share) for share in shares)
    for one, other in pairwise(shares):
        assert not {members[place] for place in one} & {members[place] for place in other}


def test_where_members_are_named_in_several_ways_one_lane_takes_everything():
    refs = [MemberRef("external", "BH-1"), MemberRef("phone", "+79161234567"), MemberRef("external", "BH-2")]

    assert share_out([Posting("brand_1", ref) for ref in refs]) == [[0, 1, 2], []]
