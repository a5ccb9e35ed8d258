"""`wallet-service serve` and `worker`: where they listen, what they say, how they end."""

import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.processes import Programs, free_port, run
from wallet_service.database.embedded import stop_running
from wallet_service.serving import listening
from wallet_service.settings import Settings


@pytest.fixture
async def programs(tmp_path: Path, settings: Settings) -> AsyncIterator[Programs]:
    """The processes of the test."""
    async with Programs(tmp_path, settings) as started:
        yield started


def events(said: str) -> list[str]:
    """The events of a log, which is JSON where nobody reads it on a terminal."""
    return [json.loads(line)["event"] for line in said.splitlines()]


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_a_worker_ends_in_good_order(programs: Programs, sign: signal.Signals) -> None:
    worker = await programs.work()
    assert await worker.end(sign) == 0
    assert events(worker.said) == ["working", "stopping"]


async def test_options_go_over_settings(programs: Programs, client: httpx2.AsyncClient) -> None:
    port = str(free_port())
    service = await programs.serve("--no-worker", "--host", "localhost", "--port", port, WALLET_PORT="1")
    told = json.loads(service.said)

    assert (await client.get(f"http://localhost:{port}/v1/members")).status_code == 401
    assert told["address"].endswith(f":{port}")
    assert await service.end(signal.SIGINT) == 0


async def test_an_address_that_is_taken_is_told_in_one_line(settings: Settings) -> None:
    with listening(0) as taken:
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = await run("serve", "--port", port)
    assert (ended.code, ended.out) == (1, "")
    assert ended.complaint == (
        f"Nobody could reach us. 127.0.0.1:{port} cannot be listened on: Address already in use. "
        "Choose another --host or --port."
    )


async def test_without_a_database_url_it_runs_its_own_and_takes_it_along(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", port=free_port())
    async with Programs(tmp_path, settings) as programs:
        service = await programs.serve()
        assert await service.end() == 0
    assert events(service.said) == ["listening", "stopping"]
    assert not stop_running(settings.data_dir)
