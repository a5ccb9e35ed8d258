"""The room where passes are signed: every order is answered once, whoever leaves early and whichever clerk ends."""

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from tests.people import PASS_TYPE
from wallet_service.wallets.apple import signing_clerk
from wallet_service.wallets.apple.certificates import CertificateUnusable
from wallet_service.wallets.apple.keyring import Certificates
from wallet_service.wallets.apple.signing import PADDING, PREHASHED, Signer
from wallet_service.wallets.apple.signing_room import SigningRoom, SigningStopped

EXPIRED = datetime(2100, 1, 1, tzinfo=UTC)
records = st.lists(st.tuples(st.integers(0, 65_535), st.binary(max_size=600)), max_size=8)


@pytest.fixture
def signer(certs: Path) -> Signer:
    return Certificates(certs).signer(PASS_TYPE)


@pytest.fixture
async def room() -> AsyncIterator[SigningRoom]:
    room = SigningRoom(2)
    yield room
    await room.aclose()


def orders(room: SigningRoom, signer: Signer, number: int) -> list[asyncio.Task[bytes]]:
    """That many manifests on their way to be signed."""
    at = signer.certificate.starts_at
    return [asyncio.create_task(room.sign(signer, b"%d" % each, at)) for each in range(number)]


async def clerks_of(room: SigningRoom) -> list[int]:
    """The process ids of its clerks, once there are any."""
    async with asyncio.timeout(20):
        while not room.clerks:
            await asyncio.sleep(0.01)
    return room.clerks


@pytest.mark.parametrize("clerks", [1, 3])
async def test_everybody_gets_the_signature_of_his_own_manifest(signer: Signer, clerks: int):
    room = SigningRoom(clerks)
    signatures = await asyncio.gather(*orders(room, signer, 200))
    assert len(room.clerks) <= clerks
    await room.aclose()
    assert all(
        signer.verifies(signature, b"%d" % number, signer.certificate.starts_at)
        for number, signature in enumerate(signatures)
    )


async def test_a_clerk_holds_the_keys_of_several_certificates(room: SigningRoom, certs: Path):
    signers = [Certificates(certs).signer(PASS_TYPE) for _ in range(3)]
    at = signers[0].certificate.starts_at
    signed = await asyncio.gather(*(room.sign(each, b"{}", at) for each in signers for _ in range(5)))
    assert set(signed) == {signers[0].sign(b"{}", at)}


async def test_a_refusal_meets_only_the_one_who_asked(room: SigningRoom, signer: Signer):
    both = [room.sign(signer, b"a", EXPIRED), room.sign(signer, b"b", signer.certificate.starts_at)]
    refused, signed = await asyncio.gather(*both, return_exceptions=True)
    assert isinstance(refused, CertificateUnusable)
    assert signed == signer.known(b"b")


async def test_who_leaves_early_holds_nobody_up(room: SigningRoom, signer: Signer):
    waiting = orders(room, signer, 20)
    await asyncio.sleep(0)
    waiting[10].cancel()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(end, bytes) for end in ends] == [number != 10 for number in range(20)]


async def test_a_room_that_was_empty_signs_again(room: SigningRoom, signer: Signer):
    for number in range(5):
        assert await room.sign(signer, b"%d" % number, signer.certificate.starts_at)


async def test_a_room_that_closes_turns_away_what_waits_and_leaves_no_process(signer: Signer):
    room = SigningRoom(1)
    assert await room.sign(signer, b"first", signer.certificate.starts_at)
    (clerk,) = room.clerks
    waiting = orders(room, signer, 500)
    await asyncio.sleep(0)
    await room.aclose()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert any(isinstance(end, asyncio.CancelledError) for end in ends)
    assert {type(end) for end in ends} <= {bytes, asyncio.CancelledError}
    with pytest.raises(ProcessLookupError):
        os.kill(clerk, 0)


async def test_a_room_that_closes_while_it_hires_leaves_no_process(signer: Signer):
    room = SigningRoom(1)
    waiting = orders(room, signer, 1)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await room.aclose()
    assert isinstance((await asyncio.gather(*waiting, return_exceptions=True))[0], asyncio.CancelledError)


async def test_what_a_killed_clerk_held_is_signed_by_another(room: SigningRoom, signer: Signer):
    waiting = orders(room, signer, 400)
    for clerk in await clerks_of(room):
        os.kill(clerk, signal.SIGKILL)
    signatures = await asyncio.gather(*waiting)
    assert len(set(signatures)) == 400


@pytest.fixture
def python() -> Iterator[Callable[[str], None]]:
    """Has clerks be started by another program than Python."""
    real = sys.executable

    def replaced(program: str) -> None:
        sys.executable = program

    yield replaced
    sys.executable = real


async def test_an_order_over_which_every_clerk_ends_is_given_up(python, room: SigningRoom, signer: Signer):
    python("/bin/false")
    ends = await asyncio.gather(*orders(room, signer, 50), return_exceptions=True)
    assert {type(end) for end in ends} == {SigningStopped}


async def test_clerks_that_cannot_be_started_are_told_to_who_waits(python, room: SigningRoom, signer: Signer):
    real = sys.executable
    python("/nowhere/python")
    with pytest.raises(SigningStopped, match="No such file"):
        await room.sign(signer, b"{}", signer.certificate.starts_at)
    python(real)
    assert await room.sign(signer, b"{}", signer.certificate.starts_at)


async def test_a_signal_meant_for_the_service_does_not_end_its_clerks(room: SigningRoom, signer: Signer):
    assert await room.sign(signer, b"1", signer.certificate.starts_at)
    before = room.clerks
    for clerk in before:
        os.kill(clerk, signal.SIGTERM)
        os.kill(clerk, signal.SIGINT)
    assert await room.sign(signer, b"2", signer.certificate.starts_at)
    assert room.clerks == before


@given(records, st.integers(0, 700))
def test_records_are_the_same_however_the_line_cuts_them(said: list[signing_clerk.Record], cut: int):
    sent = signing_clerk.join(said)
    first, rest = signing_clerk.split(sent[:cut])
    second, left = signing_clerk.split(rest + sent[cut:])
    assert (first + second, left) == (said, b"")


def test_a_clerk_signs_what_it_hears_until_the_line_ends(signer: Signer):
    ours, its = socket.socketpair()
    clerk = threading.Thread(target=signing_clerk.work, args=(its,))
    clerk.start()
    digests = [sha256(b"%d" % number).digest() for number in range(70)]
    with ours, its:
        ours.sendall(signing_clerk.join([(7, signer.private_key()), *((7, digest) for digest in digests)]))
        ours.shutdown(socket.SHUT_WR)
        clerk.join()
        its.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: ours.recv(65_536), b""))
    key = signer.certificate.key
    assert signing_clerk.split(said) == ([(7, key.sign(each, PADDING, PREHASHED)) for each in digests], b"")


def test_a_clerk_takes_no_key_but_rsa():
    ours, its = socket.socketpair()
    key = generate_private_key(SECP256R1()).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with ours, its:
        ours.sendall(signing_clerk.join([(0, key)]))
        with pytest.raises(TypeError, match="RSA"):
            signing_clerk.work(its)
