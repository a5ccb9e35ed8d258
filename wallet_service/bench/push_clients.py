"""Clients of APNs to be compared: each sends some pushes and says how many seconds of the processor that took."""

import asyncio
import gc
import resource
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from wallet_service.bench.harness import BenchImpossible, on_loop
from wallet_service.bench.push_target import TOPIC, Target
from wallet_service.clock import SystemClock
from wallet_service.wallets.apple.push.codec import MakeCodec
from wallet_service.wallets.apple.push.codec_h2 import H2Codec
from wallet_service.wallets.apple.push.codec_lean import LeanCodec
from wallet_service.wallets.apple.push.credential import PushCredential
from wallet_service.wallets.apple.push.pool import ApnsPool
from wallet_service.wallets.apple.push.seam import Push, PushOutcome

IN_FLIGHT = 100
NUMBERS = count()

LONGEST_GOODBYE = 10.0
"""Seconds a peer may take to end its connection."""

Cost = Callable[[int], float]
"""Seconds of the processor that this many pushes take."""


def clients(target: Target) -> Mapping[str, Cost]:
    """The clients that are here, ours first."""
    found: dict[str, Cost] = {
        "lean": lambda pushes: on_loop(lambda: _pool(target, LeanCodec, pushes)),
        "h2": lambda pushes: on_loop(lambda: _pool(target, H2Codec, pushes)),
    }
    if find_spec("aioapns") is not None:
        found["aioapns"] = lambda pushes: on_loop(lambda: _aioapns(target, pushes))
    program = shutil.which("h2load")
    if program is not None and target.open_port is not None:
        port = target.open_port
        found["h2load"] = lambda pushes: _h2load(program, port, pushes)
    return found


async def _pool(target: Target, codec: MakeCodec, pushes: int) -> float:
    pool = ApnsPool(
        PushCredential(target.certificate),
        host=target.host,
        port=target.port,
        trust_roots=target.roots,
        connections=1,
        window=IN_FLIGHT,
        clock=SystemClock(),
        codec=codec,
    )
    try:
        _insist((await pool.send(Push(next(_tokens()), TOPIC))).outcome is PushOutcome.ACCEPTED)
        gc.collect()
        began = time.process_time()
        batch = (Push(token, TOPIC) for token, _ in zip(_tokens(), range(pushes), strict=False))
        taken = [1 async for result in pool.send_many(batch) if result.outcome is PushOutcome.ACCEPTED]
        spent = time.process_time() - began
        _insist(len(taken) == pushes)
        return spent
    finally:
        await pool.aclose()


async def _aioapns(target: Target, pushes: int) -> float:
    from aioapns import APNs, NotificationRequest, PushType, connection

    gone = asyncio.Event()

    class Protocol(connection.APNsTLSClientProtocol):
        APNS_SERVER, APNS_PORT = target.host, target.port

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            gone.set()

    client = APNs(client_cert=str(target.certificate), topic=TOPIC, max_connections=1, ssl_context=_tls(target))
    client.pool.protocol_class = Protocol

    async def send(token: str) -> None:
        request: Any = NotificationRequest(token, {}, priority=5, push_type=PushType.BACKGROUND)
        _insist((await client.send_notification(request)).is_successful)

    async def send_some(tokens: Iterator[str]) -> None:
        for token in tokens:
            await send(token)

    await send(next(_tokens()))
    gc.collect()
    began = time.process_time()
    left = (token for token, _ in zip(_tokens(), range(pushes), strict=False))
    await asyncio.gather(*(send_some(left) for _ in range(IN_FLIGHT)))
    spent = time.process_time() - began
    client.pool.close()
    async with asyncio.timeout(LONGEST_GOODBYE):  # a loop that closes before its connection complains
        await gone.wait()
    return spent


def _h2load(program: str, port: int, pushes: int) -> float:
    with TemporaryDirectory() as folder:
        body, addresses = Path(folder) / "body", Path(folder) / "addresses"
        body.write_text("{}")
        base = f"https://127.0.0.1:{port}/3/device/"
        addresses.write_text("".join(f"{base}{token}\n" for token, _ in zip(_tokens(), range(2000), strict=False)))
        headers = ("apns-topic: " + TOPIC, "apns-push-type: background", "apns-priority: 5")
        options = [option for header in headers for option in ("-H", header)]
        command = [program, "-n", str(pushes), "-c1", "-m", str(IN_FLIGHT), "-d", str(body), "-i", str(addresses)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        said = subprocess.run([*command, *options], capture_output=True, text=True, check=False).stdout  # noqa: S603 - the h2load we found
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    _insist(f"{pushes} succeeded" in said)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _tokens() -> Iterator[str]:
    return (f"{number:064x}" for number in NUMBERS)


def _tls(target: Target) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=target.roots)
    context.load_cert_chain(target.certificate)
    context.set_alpn_protocols(["h2"])
    return context


def _insist(all_well: bool) -> None:
    if not all_well:
        raise BenchImpossible("A push of the bench was not accepted.")
