"""Accounts, tokens, trust and loops: what app push stands on."""

import asyncio
import ssl
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from tests.channels.app import account_key, app_push, message
from wallet_service.channels.app_push import AppAccountUnusable, AppPush
from wallet_service.outcomes import Delivered, Outcome, Refused, TryLater
from wallet_service.simulators.fcm import FcmSimulator
from wallet_service.simulators.pki import SimulatedPki


async def test_one_token_serves_all_messages(fcm: FcmSimulator) -> None:
    async with app_push(fcm) as channel:
        await asyncio.gather(*(channel.send([message(f"phone-{number}")]) for number in range(20)))
    assert fcm.desk.granted == 1


async def test_a_revoked_token_is_replaced_before_the_next_message(fcm: FcmSimulator) -> None:
    async with app_push(fcm) as channel:
        await channel.send([message("anna")])
        fcm.desk.revoke()
        assert await channel.send([message("anna"), message("boris")]) == [TryLater(10.0, "401")] * 2
        assert await channel.send([message("anna")]) == [Delivered()]
    assert fcm.desk.granted == 2


async def test_a_project_without_its_key_at_apple_costs_no_new_token(fcm: FcmSimulator) -> None:
    async with app_push(fcm) as channel:
        for _ in range(2):
            assert await channel.send([message("apnskey-anna")]) == [Refused("THIRD_PARTY_AUTH_ERROR")]
    assert fcm.desk.granted == 1


async def test_an_account_that_google_does_not_know_is_refused_in_its_words(fcm: FcmSimulator) -> None:
    other = await FcmSimulator.start()
    stranger = {**other.account, "token_uri": fcm.account["token_uri"]}
    await other.aclose()
    async with app_push(fcm, account=stranger) as channel:
        (outcome,) = await channel.send([message("anna")])
    assert isinstance(outcome, Refused)
    assert "invalid_grant" in outcome.reason
    assert fcm.journal == []


async def test_without_a_token_endpoint_messages_wait_and_bad_ones_are_still_refused(fcm: FcmSimulator) -> None:
    account = {**fcm.account, "token_uri": "http://127.0.0.1:9/token"}
    async with app_push(fcm, account=account) as channel:
        waiting, refused = await channel.send([message("anna"), message("anna", key="")])
    assert isinstance(waiting, TryLater)
    assert waiting.seconds == 5.0
    assert isinstance(refused, Refused)


@pytest.mark.parametrize(
    "answer",
    [{"access_token": "t", "expires_in": "an hour"}, [], {"error": "no token for you"}],
    ids=["odd expiry", "no object", "no token"],
)
async def test_an_odd_token_endpoint_costs_no_exception(fcm: FcmSimulator, answer: Any) -> None:
    async with app_push(fcm) as channel:
        fcm.desk.answer = 200, answer
        (outcome,) = await channel.send([message("anna")])
        fcm.desk.answer = None
        assert await channel.send([message("anna")]) == [Delivered()]
    assert isinstance(outcome, Refused | TryLater)
    assert "no access token" in outcome.reason


async def test_without_fcm_messages_wait() -> None:
    gone = await FcmSimulator.start(key=account_key())
    async with app_push(gone) as channel:
        await channel.send([message("anna")])
        await gone.aclose()
        (outcome,) = await channel.send([message("anna")])
    assert outcome == TryLater(10.0, "ConnectError")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"project_id": None}, "project_id"),
        ({"private_key": "no key"}, "cannot be used"),
        ({"private_key": None}, "cannot be used"),
        ({"client_email": ...}, "client_email"),
        ({"token_uri": ...}, "token_uri"),
    ],
    ids=["no project", "bent key", "null key", "no e-mail", "no token uri"],
)
async def test_an_account_that_is_no_account_is_refused_when_it_is_set(
    fcm: FcmSimulator, change: dict[str, Any], complaint: str
) -> None:
    account = {name: value for name, value in (fcm.account | change).items() if value is not ...}
    with pytest.raises(AppAccountUnusable, match=complaint) as refusal:
        AppPush(account)
    assert refusal.value.remedy is not None
    assert "BEGIN" not in refusal.value.detail


async def test_roots_that_cannot_be_read_are_refused_by_name(fcm: FcmSimulator, tmp_path: Path) -> None:
    (empty := tmp_path / "empty.pem").touch()
    for roots in (empty, tmp_path / "none.pem"):
        with pytest.raises(AppAccountUnusable, match=f"{roots.name} cannot be read as roots to trust"):
            AppPush(fcm.account, trust_roots=roots)


async def test_fcm_and_the_token_endpoint_are_trusted_by_our_roots_only(tmp_path: Path) -> None:
    pki = SimulatedPki.make(tmp_path / "pki")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(pki.server)
    fcm = await FcmSimulator.start(tls=tls, key=account_key())
    plain = await FcmSimulator.start(key=account_key())
    async with app_push(fcm, trust_roots=pki.roots) as channel:
        assert await channel.send([message("anna")]) == [Delivered()]
    async with app_push(fcm) as distrustful:
        (outcome,) = await distrustful.send([message("anna")])
    async with app_push(fcm, account=plain.account) as half_trusting:
        (later,) = await half_trusting.send([message("anna")])
    await plain.aclose()
    await fcm.aclose()
    assert isinstance(outcome, TryLater)
    assert "no access token" in outcome.reason
    assert later == TryLater(10.0, "ConnectError")
    assert len(fcm.journal) == 1


async def test_a_channel_from_another_loop_is_refused_and_a_channel_for_each_loop_works(fcm: FcmSimulator) -> None:
    async with app_push(fcm) as ours:
        assert await ours.send([message("anna")]) == [Delivered()]
        (refused,) = await asyncio.to_thread(asyncio.run, _send(ours))
        theirs = await asyncio.to_thread(_in_two_loops_at_once, fcm)
        again = await ours.send([message("anna")])
    assert refused == Refused("the channel belongs to another event loop: open one for each")
    assert theirs == [[Delivered()], [Delivered()]]
    assert again == [Delivered()]


async def _send(channel: AppPush) -> list[Outcome]:
    return list(await channel.send([message("boris")]))


def _in_two_loops_at_once(fcm: FcmSimulator) -> list[list[Outcome]]:
    told: list[list[Outcome]] = []
    together = Barrier(2)

    async def use() -> list[Outcome]:
        async with app_push(fcm) as channel:
            together.wait(10)
            return list(await channel.send([message("boris")]))

    threads = [Thread(target=lambda: told.append(asyncio.run(use()))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


WITHOUT_THE_PACKAGE = """
import sys
sys.modules["firebase_admin"] = None
from wallet_service.channels.app_push import AppPush, FcmMissing
try:
    AppPush({"project_id": "burger-heroes"})
except FcmMissing as refusal:
    print(refusal.status, refusal.remedy)
"""


def test_without_the_package_it_says_what_to_install() -> None:
    said = subprocess.run([sys.executable, "-c", WITHOUT_THE_PACKAGE], capture_output=True, text=True, check=True)
    assert said.stdout == "503 pip install 'wallet-service[fcm]'\n"


def test_the_package_is_loaded_only_when_a_channel_is_opened() -> None:
    code = "import sys, wallet_service.channels.app_push; print('firebase_admin' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
