"""Who opens a link: every kind of visitor is told by what real ones send."""

import pytest

from tests.web.phones.user_agents import DROID, IOS, MAC, USER_AGENTS, WINDOWS
from wallet_service.web.phones.visitors import Visitor, reads_pages, who_opens

EVERYBODY = [(visitor, who, agent) for visitor, named in USER_AGENTS.items() for who, agent in named.items()]
PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def visitor(agent: str | None = None, **headers: str) -> Visitor:
    """Whoever sends this."""
    sent = {name.replace("_", "-").encode(): text for name, text in headers.items()}
    return who_opens((sent if agent is None else sent | {b"user-agent": agent}).get)


@pytest.mark.parametrize(
    ("wanted", "agent"),
    [(kind, agent) for kind, _, agent in EVERYBODY],
    ids=[f"{kind}: {who}" for kind, who, _ in EVERYBODY],
)
def test_everybody_is_known_by_name(wanted: Visitor, agent: str) -> None:
    assert visitor(agent, accept="*/*") is wanted


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("sec_purpose", "prefetch"),
        ("sec_purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x_purpose", "preview"),
        ("x_moz", "prefetch"),
    ],
)
def test_a_browser_that_looks_ahead_says_so(header: str, said: str) -> None:
    agents = (f"{IOS} Safari/604.1", f"{DROID} Chrome/142.0.0.0", "")

    assert {visitor(agent, **{header: said}) for agent in agents} == {Visitor.AHEAD}


def test_another_purpose_is_no_reason_to_wait() -> None:
    assert visitor(f"{IOS} Safari/604.1", sec_purpose="navigate") is Visitor.IPHONE


@pytest.mark.parametrize(
    ("platform", "wanted"),
    [
        ('"Android"', Visitor.ANDROID),
        ('"iOS"', Visitor.IPHONE),
        ('"Windows"', Visitor.DESKTOP),
        ('"macOS"', Visitor.DESKTOP),
        ('"Linux"', Visitor.DESKTOP),
        ('"Chrome OS"', Visitor.DESKTOP),
        ('"Chromium OS"', Visitor.DESKTOP),
        ('"Unknown"', Visitor.PHONE),
    ],
)
def test_a_hint_tells_the_platform_of_a_browser_that_names_none(platform: str, wanted: Visitor) -> None:
    assert visitor("Mozilla/5.0", sec_ch_ua_platform=platform) is wanted


def test_a_hint_is_believed_before_the_name() -> None:
    assert visitor(f"{WINDOWS} Chrome/142.0.0.0", sec_ch_ua_platform='"Android"') is Visitor.ANDROID


def test_a_program_that_draws_previews_is_one_whatever_it_hints() -> None:
    assert visitor("Googlebot/2.1", sec_ch_ua_platform='"Android"') is Visitor.PREVIEW


def test_an_ipad_and_a_mac_are_served_alike() -> None:
    assert visitor(f"{MAC} Safari/605.1.15") is visitor("Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X)")


def test_who_asks_for_a_page_gets_one_even_without_a_name() -> None:
    assert (visitor(accept=PAGE), visitor(accept="*/*"), visitor()) == (Visitor.PHONE, Visitor.PROGRAM, Visitor.PROGRAM)


def test_only_who_asks_for_a_page_reads_pages() -> None:
    accepted: list[dict[bytes, str]] = [{b"accept": said} for said in (PAGE, "*/*", "application/json")]

    assert [reads_pages(sent.get) for sent in [*accepted, {}]] == [True, False, False, False]
