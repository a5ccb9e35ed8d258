"""When APNs cannot be reached: a clear verdict soon, never a hang."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.processes import free_port
from tests.wallets.apple.push.world import BURGER_HEROES, World, make_pki, outcomes, pushes, token, verdicts, world
from wallet_service.simulators.apns import ApnsSimulator
from wallet_service.simulators.pki import SimulatedPki
from wallet_service.wallets.apple.push.credential import PushCredential
from wallet_service.wallets.apple.push.seam import Push, PushOutcome, PushResult

PUSH = Push(token(1), BURGER_HEROES)
SOON = 15.0
"""Seconds a verdict may take on however slow a machine; a push of its own accord may wait for 20."""


async def refused_by(place: World, **options: object) -> PushResult:
    async with place.pool(jitter=lambda: 0.5, **options) as pool, asyncio.timeout(SOON):
        result = await pool.send(PUSH)
    assert result.outcome is PushOutcome.UNAVAILABLE
    assert result.status is None
    return result


async def test_a_refused_connection_is_said_so(apple: World) -> None:
    port = free_port()
    result = await refused_by(apple, port=port)
    assert result.reason == f"127.0.0.1:{port}: the connection was refused"
    assert result.retry_after is not None
    assert 0 < result.retry_after <= 1


async def test_a_host_that_does_not_exist_is_said_so(apple: World) -> None:
    result = await refused_by(apple, host="no-such-host.invalid")
    assert "the host name cannot be resolved" in str(result.reason)


async def test_a_name_that_is_no_host_name_is_said_so(apple: World) -> None:
    result = await refused_by(apple, host="a" * 64 + ".example")
    assert "label" in str(result.reason)


async def test_an_expired_certificate_is_never_shown_to_apns(apple: World) -> None:
    expired = apple.pki.pass_certificate(BURGER_HEROES, not_after=datetime(2026, 1, 1, tzinfo=UTC))
    result = await refused_by(apple, credential=PushCredential(expired))
    assert result.reason == "certificate expired 2026-01-01"
    assert apple.apns.connections == 0


async def test_a_certificate_of_the_future_is_never_shown_to_apns(apple: World) -> None:
    apple.clock.instant = datetime(2019, 1, 1, tzinfo=UTC)
    result = await refused_by(apple)
    assert result.reason == "certificate not valid before 2020-01-01"


async def test_a_certificate_apns_does_not_know_is_said_so(apple: World, tmp_path: Path) -> None:
    stranger = make_pki(tmp_path).pass_certificate(BURGER_HEROES)
    result = await refused_by(apple, credential=PushCredential(stranger))
    assert "perhaps it does not accept our certificate" in str(result.reason)
    assert apple.apns.connections == 0


async def test_a_server_we_do_not_trust_is_said_so(apple: World, tmp_path: Path) -> None:
    result = await refused_by(apple, trust_roots=make_pki(tmp_path).roots)
    assert "the server's certificate is not trusted" in str(result.reason)


async def test_a_server_without_http2_is_refused(pki: SimulatedPki) -> None:
    async with world(pki, alpn=["http/1.1"]) as place:
        result = await refused_by(place)
    assert "does not speak HTTP/2" in str(result.reason)


@asynccontextmanager
async def mute_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server that accepts and says nothing, not even TLS unless it is given that."""
    held: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in held:
            writer.close()
        await server.wait_closed()


async def test_a_mute_server_costs_no_more_than_the_patience(apple: World) -> None:
    async with mute_server() as port:
        result = await refused_by(apple, port=port, patience=0.2)
    assert result.reason == f"127.0.0.1:{port}: no answer in time"


async def test_a_server_without_settings_costs_no_more_than_the_patience(apple: World) -> None:
    async with mute_server(apple.pki.server_context(None, ["h2"])) as port:
        result = await refused_by(apple, port=port, patience=0.2)
    assert result.reason == f"127.0.0.1:{port}: no answer in time"


async def test_a_batch_is_refused_as_a_whole_while_the_circuit_is_open(apple: World) -> None:
    async with apple.pool(port=free_port()) as pool, asyncio.timeout(SOON):
        results = await verdicts(pool, pushes(5000))
    assert outcomes(results) == {PushOutcome.UNAVAILABLE: 5000}


async def test_when_apns_is_back_one_try_closes_the_circuit(pki: SimulatedPki) -> None:
    port = free_port()
    async with world(pki) as elsewhere, elsewhere.pool(port=port, jitter=lambda: 0.99) as pool:
        refused = await pool.send(PUSH)
        assert refused.outcome is PushOutcome.UNAVAILABLE
        back = await ApnsSimulator.start(pki, port=port)
        try:
            assert (await pool.send(PUSH)).outcome is PushOutcome.UNAVAILABLE
            assert refused.retry_after is not None
            await asyncio.sleep(refused.retry_after + 0.05)
            results = await verdicts(pool, pushes(100))
        finally:
            await pool.aclose()
            await back.aclose()
    assert outcomes(results) == {PushOutcome.ACCEPTED: 100}
    assert back.connections == 1


async def test_a_short_outage_is_bridged(pki: SimulatedPki) -> None:
    port, failed = free_port(), asyncio.Event()

    def jitter() -> float:
        failed.set()
        return 10.0  # pauses of a second and more: however slow the machine, APNs is back by then

    async with world(pki) as elsewhere, elsewhere.pool(port=port, jitter=jitter) as pool:
        waiting = asyncio.ensure_future(pool.send(PUSH))
        await failed.wait()
        back = await ApnsSimulator.start(pki, port=port)
        try:
            assert (await waiting).outcome is PushOutcome.ACCEPTED
        finally:
            await pool.aclose()
            await back.aclose()


@pytest.mark.parametrize("name", ["missing.pem", "empty.pem"])
async def test_an_unusable_certificate_file_is_said_so(apple: World, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.pem").touch()
    result = await refused_by(apple, credential=PushCredential(tmp_path / name))
    assert name in str(result.reason)
