"""Apple behind the seam: passes signed once, pushes in the words of the business, a loop that is never held up."""

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.golden.passes import members, samples
from tests.people import OTHER_PASS_TYPE, PASS_TYPE, TEAM
from wallet_service.clock import SetClock, SystemClock
from wallet_service.outcomes import Dead, Delivered, Outcome, Refused, TryLater, Unknown
from wallet_service.tokens import MasterKeys
from wallet_service.wallets.apple.certificates import CertificateUnusable, PassCertificate
from wallet_service.wallets.apple.devpki import make_dev_certificates
from wallet_service.wallets.apple.keyring import Certificates
from wallet_service.wallets.apple.push.memory import MemoryPushTransport
from wallet_service.wallets.apple.push.seam import Push, PushOutcome, PushResult
from wallet_service.wallets.apple.signing import Signer
from wallet_service.wallets.apple.signing_room import SigningRoom
from wallet_service.wallets.apple.wallet import AppleWallet, PushStyle, outcome_of
from wallet_service.wallets.seam import CardFace, FaceUnfit, Wake

FACE = next(sample.face for sample in samples() if sample.name == "burger-heroes.en")
TOKEN = "ab" * 32
OTHER_TOKEN = "cd" * 32


@dataclass
class Telephone:
    """Opens lines to a simulated APNs, and remembers them."""

    lines: list[tuple[str, MemoryPushTransport]] = field(default_factory=list)

    def connect(self, certificate: PassCertificate) -> MemoryPushTransport:
        line = MemoryPushTransport()
        self.lines.append((certificate.fingerprint, line))
        return line


@dataclass(frozen=True)
class Bench:
    """A wallet with certificates of its own, by a clock that only the test moves."""

    wallet: AppleWallet
    clock: SetClock
    telephone: Telephone
    certs: Path


@pytest.fixture
async def bench(certs: Path, tmp_path: Path) -> AsyncIterator[Bench]:
    folder, clock, telephone = tmp_path / "certs", SetClock(SystemClock().now()), Telephone()
    shutil.copytree(certs, folder)
    wallet = AppleWallet(
        Certificates(folder, patience=0.0),
        MasterKeys({1: b"1" * 32, 2: b"2" * 32}),
        clock,
        "https://cards.example.com",
        PushStyle(priority=5, expiry=3600),
        telephone.connect,
    )
    yield Bench(wallet, clock, telephone, folder)
    await wallet.aclose()


async def file_of(wallet: AppleWallet, face: CardFace) -> bytes:
    return b"".join((await wallet.package(face)).pieces)


async def pass_json(wallet: AppleWallet, face: CardFace) -> dict[str, object]:
    found: dict[str, object] = json.loads(members(await file_of(wallet, face))["pass.json"])
    return found


async def test_the_same_face_is_signed_once(bench: Bench):
    first = await file_of(bench.wallet, FACE)
    bench.clock.forward(timedelta(hours=1))  # a second signature would have another signing time
    assert await file_of(bench.wallet, FACE) == first


async def test_another_face_is_signed_anew_on_the_same_head(bench: Bench):
    first = await bench.wallet.package(FACE)
    richer = replace(FACE, values={**FACE.values, "balance": 1251}, version=2)
    second = await bench.wallet.package(richer)
    assert second.pieces[0] is first.pieces[0]
    assert members(b"".join(second.pieces))["signature"] != members(b"".join(first.pieces))["signature"]
    assert first.size == len(b"".join(first.pieces))


async def test_a_pass_says_whose_it_is_and_where_it_asks(bench: Bench):
    said = await pass_json(bench.wallet, FACE)
    token = said.pop("authenticationToken")
    assert isinstance(token, str)
    assert bench.wallet.recognises(token, PASS_TYPE, FACE.serial)
    assert not bench.wallet.recognises(token, PASS_TYPE, "card_other")
    assert not bench.wallet.recognises(token, OTHER_PASS_TYPE, FACE.serial)
    assert said["serialNumber"] == FACE.serial
    assert (said["passTypeIdentifier"], said["teamIdentifier"]) == (PASS_TYPE, TEAM)
    assert said["webServiceURL"] == "https://cards.example.com/apple"
    assert "voided" not in said


async def test_an_old_card_keeps_its_token_when_there_is_a_newer_key(bench: Bench):
    old, new = [(await pass_json(bench.wallet, replace(FACE, token_key=key)))["authenticationToken"] for key in (1, 2)]
    assert str(old).startswith("1-")
    assert str(new).startswith("2-")
    assert all(bench.wallet.recognises(str(token), PASS_TYPE, FACE.serial) for token in (old, new))


async def test_a_withdrawn_card_is_void(bench: Bench):
    assert (await pass_json(bench.wallet, replace(FACE, voided=True)))["voided"] is True


async def test_a_good_face_may_be_issued(bench: Bench):
    await bench.wallet.check(FACE)


async def test_a_face_that_phones_would_refuse_may_not(bench: Bench):
    doubled = {
        **FACE.design.pass_json,
        "storeCard": {"headerFields": [{"key": "a", "value": "x"}, {"key": "a", "value": "y"}]},
    }
    with pytest.raises(FaceUnfit):
        await bench.wallet.check(replace(FACE, design=replace(FACE.design, key="doubled", pass_json=doubled)))


@pytest.mark.parametrize("days", [-1, 395], ids=["expired", "not yet valid"])
async def test_outside_its_validity_a_certificate_signs_nothing(bench: Bench, days: int):
    make_dev_certificates(bench.certs, PASS_TYPE, TEAM, "Test", bench.clock.now(), days=days)
    bench.clock.forward(timedelta(days=0 if days < 0 else -400))
    for refused in (bench.wallet.package(FACE), bench.wallet.check(FACE)):
        with pytest.raises(CertificateUnusable, match=r"expired on|valid from"):
            await refused


async def test_every_wake_is_an_empty_push_that_says_how_long_it_keeps(bench: Bench):
    assert await bench.wallet.publish([Wake(PASS_TYPE, TOKEN)]) == [Delivered()]
    ((_, line),) = bench.telephone.lines
    (push,) = line.sent
    assert (push.token, push.topic, push.payload, push.priority) == (TOKEN, PASS_TYPE, b"{}", 5)
    assert push.expiration == int(bench.clock.now().timestamp()) + 3600


async def test_outcomes_come_in_the_order_of_their_wakes_whatever_the_type(bench: Bench):
    first = Wake(PASS_TYPE, TOKEN)
    await bench.wallet.publish([first])
    bench.telephone.lines[0][1].answer(TOKEN, 410, b'{"reason":"Unregistered","timestamp":1700000000000}')
    wakes = [Wake(OTHER_PASS_TYPE, TOKEN), first, Wake(PASS_TYPE, OTHER_TOKEN)]
    assert await bench.wallet.publish(wakes) == [Delivered(), Dead(1_700_000_000_000), Delivered()]
    assert await bench.wallet.publish([]) == []


async def test_a_renewed_certificate_gets_a_line_of_its_own_and_the_old_one_is_closed(bench: Bench):
    await bench.wallet.publish([Wake(PASS_TYPE, TOKEN)])
    renewed = make_dev_certificates(bench.certs, PASS_TYPE, TEAM, "Test", bench.clock.now())
    for _ in range(2):
        assert await bench.wallet.publish([Wake(PASS_TYPE, TOKEN)]) == [Delivered()]
    (_, old), (fingerprint, new) = bench.telephone.lines
    assert fingerprint == renewed.fingerprint
    assert (len(old.sent), len(new.sent)) == (1, 2)
    assert (await old.send(Push(TOKEN, PASS_TYPE))).outcome is PushOutcome.NOT_SENT  # it is closed


async def test_without_a_certificate_a_push_waits_and_others_do_not(bench: Bench):
    (bench.certs / PASS_TYPE / "certificate.pem").unlink()
    lost, well = await bench.wallet.publish([Wake(PASS_TYPE, TOKEN), Wake(OTHER_PASS_TYPE, TOKEN)])
    assert isinstance(lost, TryLater)
    assert (lost.seconds, well) == (60.0, Delivered())


@pytest.mark.parametrize(
    ("outcome", "details", "meaning"),
    [
        (PushOutcome.ACCEPTED, {}, Delivered()),
        (PushOutcome.DEAD_TOKEN, {"timestamp": 17}, Dead(17)),
        (PushOutcome.DEAD_TOKEN, {}, Dead(None)),
        (PushOutcome.REJECTED, {"reason": "DeviceTokenNotForTopic"}, Refused("DeviceTokenNotForTopic")),
        (PushOutcome.REJECTED, {"reason": "BadTopic"}, TryLater(300.0, "BadTopic")),  # ours to mend
        (PushOutcome.UNKNOWN, {}, Unknown("unknown")),
        (PushOutcome.THROTTLED, {}, TryLater(60.0, "throttled")),
        (PushOutcome.UNAVAILABLE, {"retry_after": 7.0}, TryLater(7.0, "unavailable")),
        (PushOutcome.NOT_SENT, {"reason": "GOAWAY"}, TryLater(1.0, "GOAWAY")),
    ],
)
def test_every_verdict_has_its_meaning(outcome: PushOutcome, details: dict[str, object], meaning: Outcome):
    assert outcome_of(replace(PushResult(Push(TOKEN, PASS_TYPE), outcome), **details)) == meaning  # type: ignore[arg-type]  # fields of PushResult


class OnTheLoop(SigningRoom):
    """How it would be without clerks."""

    async def sign(self, signer: Signer, manifest: bytes, now: datetime) -> bytes:
        signature = signer.sign(manifest, now)
        await asyncio.sleep(0)
        return signature


async def held_up(wallet: AppleWallet) -> float:
    """Seconds for which the loop's thread is busy at a stretch while 200 passes are packed, eight at a time.

    In time of that thread alone, which a busy machine does not lengthen; the fifth longest, for the sake of the
    garbage collector.
    """
    await wallet.package(FACE)
    faces = [replace(FACE, serial=f"card_{n}") for n in range(200)]
    stretches: list[float] = []
    over = asyncio.Event()

    async def beat() -> None:
        before = time.thread_time()
        while not over.is_set():
            await asyncio.sleep(0)
            stretches.append(time.thread_time() - before)
            before += stretches[-1]

    async def pack(some: list[CardFace]) -> None:
        for face in some:
            await wallet.package(face)

    beating = asyncio.create_task(beat())
    await asyncio.gather(*(pack(faces[lane::8]) for lane in range(8)))
    over.set()
    await beating
    return sorted(stretches)[-5]


async def test_signing_does_not_hold_up_the_event_loop(bench: Bench):
    calm = replace(bench.wallet, certificates=Certificates(bench.certs))
    busy = replace(bench.wallet, certificates=Certificates(bench.certs), _room=OnTheLoop())
    with_clerks, without = await held_up(calm), await held_up(busy)
    assert with_clerks < without / 2
