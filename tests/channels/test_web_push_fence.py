"""Where a subscription may lead us, by the rule and by the channel that asks it for each socket."""

import pytest

from tests.channels.browsers import PhoneBook, at, notice, web_push
from wallet_service.channels.web_fence import BeyondTheFence, may_reach
from wallet_service.outcomes import Refused, TryLater

BEYOND = Refused(str(BeyondTheFence()))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",  # noqa: S104 - nothing listens there
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "2001:0:a00:1::1",
        "2002:a00:1::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "4000::1",
    ],
)
def test_no_push_service_is_at_an_address_of_our_own_or_of_nobody(address: str) -> None:
    assert not may_reach(address, 443)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "142.250.1.1", "172.32.0.1", "2a00:1450::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"]
)
def test_a_public_address_may_be_reached_on_the_port_of_https_only(address: str) -> None:
    assert may_reach(address, 443)
    assert not may_reach(address, 8443)
    assert not may_reach(address, 25, loopback=True)


def test_a_simulator_may_be_on_this_machine_and_nowhere_else() -> None:
    assert may_reach("127.0.0.1", 8443, loopback=True)
    assert may_reach("::1", 8443, loopback=True)
    assert not may_reach("10.0.0.1", 443, loopback=True)
    assert not may_reach("fe80::1", 443, loopback=True)


@pytest.mark.parametrize(
    ("endpoint", "addresses"),
    [
        ("https://push.example/1", ["10.0.0.1"]),
        ("https://push.example/1", ["127.0.0.1", "::1", "169.254.169.254"]),
        ("https://push.example/1", ["::ffff:192.168.0.1"]),
        ("https://push.example:8443/1", ["127.0.0.1"]),
        ("https://127.0.0.1/1", ["8.8.8.8"]),
        ("https://169.254.169.254/latest/meta-data", ["8.8.8.8"]),
        ("https://localhost/1", ["127.0.0.1"]),
        ("https://0x7f.1/1", ["127.0.0.1"]),
    ],
)
async def test_an_endpoint_that_leads_into_our_network_is_refused_and_not_forgotten(
    endpoint: str, addresses: list[str]
) -> None:
    known = PhoneBook(dict.fromkeys(["push.example", "localhost", "0x7f.1"], addresses))
    async with web_push(resolver=known, loopback=False) as channel:
        assert await channel.send([notice(at(endpoint))]) == [BEYOND]


async def test_a_name_that_moves_into_our_network_is_followed_no_further() -> None:
    known = PhoneBook({"push.example": []})
    async with web_push(resolver=known, loopback=False) as channel:
        for addresses in (["192.168.0.1"], ["10.0.0.1", "172.16.0.1"]):
            known.addresses = {"push.example": addresses}
            assert await channel.send([notice(at("https://push.example/1"))]) == [BEYOND]


async def test_a_name_that_nobody_knows_is_for_later() -> None:
    async with web_push(resolver=PhoneBook({}), loopback=False) as channel:
        outcomes = await channel.send([notice(at("https://push.example/1"))])
    assert outcomes == [TryLater(30.0, "ClientConnectorDNSError")]


@pytest.mark.parametrize(
    "endpoint",
    ["https://push.example:65536/1", "https://push.example:99999/1", "https://2130706433/1", "https://127.1/1"],
)
async def test_a_host_or_port_that_cannot_be_is_refused(endpoint: str) -> None:
    everywhere = PhoneBook({name: ["127.0.0.1"] for name in ("push.example", "2130706433", "127.1")})
    async with web_push(resolver=everywhere) as channel:
        outcome = (await channel.send([notice(at(endpoint))]))[0]
    assert isinstance(outcome, Refused)
    assert outcome.reason.startswith("the endpoint is no address")
