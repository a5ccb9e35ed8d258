"""The room where passes are signed: every order is answered once, whoever leaves early and however it ends."""

import asyncio
from datetime import UTC, datetime

import pytest

from tests.people import PASS_TYPE
from wallet_service.wallets.apple.certificates import CertificateUnusable
from wallet_service.wallets.apple.keyring import Certificates
from wallet_service.wallets.apple.signing import Signer
from wallet_service.wallets.apple.signing_room import SigningRoom

EXPIRED = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def signer(certs) -> Signer:
    return Certificates(certs).signer(PASS_TYPE)


@pytest.mark.parametrize("threads", [1, 3])
async def test_everybody_gets_the_signature_of_his_own_manifest(signer: Signer, threads: int):
    room = SigningRoom(threads)
    manifests = [f"manifest {number}".encode() for number in range(100)]
    signatures = await asyncio.gather(
        *(room.sign(signer, manifest, signer.certificate.starts_at) for manifest in manifests)
    )
    room.close()
    assert all(
        signer.verifies(signature, manifest, signer.certificate.starts_at)
        for signature, manifest in zip(signatures, manifests, strict=True)
    )


async def test_a_refusal_meets_only_the_one_who_asked(signer: Signer):
    room = SigningRoom(1)
    orders = [room.sign(signer, b"a", EXPIRED), room.sign(signer, b"b", signer.certificate.starts_at)]
    refused, signed = await asyncio.gather(*orders, return_exceptions=True)
    room.close()
    assert isinstance(refused, CertificateUnusable)
    assert signed == signer.known(b"b")


async def test_who_leaves_early_holds_nobody_up(signer: Signer):
    room = SigningRoom(1)
    orders = [
        asyncio.create_task(room.sign(signer, str(number).encode(), signer.certificate.starts_at))
        for number in range(20)
    ]
    await asyncio.sleep(0)
    orders[10].cancel()
    ends = await asyncio.gather(*orders, return_exceptions=True)
    room.close()
    assert [isinstance(end, bytes) for end in ends] == [number != 10 for number in range(20)]


async def test_a_room_that_was_empty_signs_again(signer: Signer):
    room = SigningRoom(2)
    for number in range(5):
        assert await room.sign(signer, str(number).encode(), signer.certificate.starts_at)
    room.close()


async def test_a_room_that_closes_turns_away_what_waits(signer: Signer):
    room = SigningRoom(1)
    orders = [
        asyncio.create_task(room.sign(signer, str(number).encode(), signer.certificate.starts_at))
        for number in range(500)
    ]
    await asyncio.sleep(0)
    room.close()
    ends = await asyncio.gather(*orders, return_exceptions=True)
    assert any(isinstance(end, asyncio.CancelledError) for end in ends)
    assert {type(end) for end in ends} <= {bytes, asyncio.CancelledError}
