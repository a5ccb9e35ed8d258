"""Whether a message may go out: the newest word decides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.loyalty.people.consent import Channel, Consent, Purpose, may_reach

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def word(channel: Channel, purpose: Purpose, hour: int, *, granted: bool) -> Consent:
    return Consent(channel, purpose, granted, "2026-11", NOON + timedelta(hours=hour))


YES_SMS = word(Channel.SMS, Purpose.ADVERTISING, 0, granted=True)
NO_SMS = word(Channel.SMS, Purpose.ADVERTISING, 1, granted=False)
NO_TO_ALL = word(Channel.ANY, Purpose.ADVERTISING, 2, granted=False)
YES_SMS_AGAIN = replace(YES_SMS, at=NOON + timedelta(hours=3))
NO_DATA = word(Channel.ANY, Purpose.DATA, 4, granted=False)


@pytest.mark.parametrize(
    ("said", "channel", "purpose", "may"),
    [
        ([], Channel.SMS, Purpose.ADVERTISING, False),
        ([], Channel.SMS, Purpose.SERVICE, True),
        ([YES_SMS], Channel.SMS, Purpose.ADVERTISING, True),
        ([YES_SMS], Channel.EMAIL, Purpose.ADVERTISING, False),
        ([YES_SMS], Channel.SMS, Purpose.PROFILING, False),
        ([YES_SMS, NO_SMS], Channel.SMS, Purpose.ADVERTISING, False),
        ([YES_SMS, NO_TO_ALL], Channel.SMS, Purpose.ADVERTISING, False),
        ([YES_SMS, NO_TO_ALL], Channel.SMS, Purpose.SERVICE, True),
        ([YES_SMS, NO_TO_ALL, YES_SMS_AGAIN], Channel.SMS, Purpose.ADVERTISING, True),
        ([YES_SMS, NO_TO_ALL, YES_SMS_AGAIN, NO_DATA], Channel.SMS, Purpose.ADVERTISING, False),
        ([NO_DATA], Channel.SMS, Purpose.SERVICE, False),
        ([replace(NO_DATA, granted=True)], Channel.SMS, Purpose.ADVERTISING, False),
        ([YES_SMS, replace(YES_SMS, granted=False)], Channel.SMS, Purpose.ADVERTISING, False),
    ],
)
def test_the_newest_word_on_the_channel_or_on_all_of_them_decides(
    said: list[Consent], channel: Channel, purpose: Purpose, may: bool
) -> None:
    assert may_reach(said, channel, purpose) is may
    assert may_reach(said[::-1], channel, purpose) is may


@given(
    st.lists(
        st.builds(
            word,
            st.sampled_from(Channel),
            st.sampled_from(Purpose),
            st.integers(0, 3),
            granted=st.booleans(),
        )
    ),
    st.sampled_from(Channel),
)
def test_nobody_is_reached_for_advertising_who_never_agreed_to_any(said: list[Consent], channel: Channel) -> None:
    if may_reach(said, channel, Purpose.ADVERTISING):
        assert any(each.granted and each.purpose is Purpose.ADVERTISING for each in said)
