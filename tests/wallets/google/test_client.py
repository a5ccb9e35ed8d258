"""The client against a simulated Google: good days, and every kind of bad one."""

import asyncio
import socket

import pytest

from tests.wallets.google.accounts import EMAIL, ISSUER, rsa_key
from tests.wallets.google.annas_card import (
    ANNA,
    CLASS,
    balance_of,
    card,
    client_of,
    may_have_arrived,
    notifying,
    together,
)
from wallet_service.simulators.google import GoogleSimulator
from wallet_service.simulators.google_script import RATE, STALE_TOKEN, Drop, Fail, Stall, first, for_method
from wallet_service.simulators.google_shelf import Holder
from wallet_service.wallets.google import calls
from wallet_service.wallets.google.pace import Lane, Pace, Quota
from wallet_service.wallets.google.verdict import (
    AlreadyThere,
    Done,
    Malformed,
    NoSuchClass,
    NoSuchObject,
    NotAllowed,
    NotificationQuotaExceeded,
    RateExceeded,
    TokenStale,
    Trouble,
)


@pytest.fixture
async def google():
    async with GoogleSimulator(rate=1e6) as simulator:
        ours = simulator.open_account(EMAIL, key=rsa_key())
        simulator.open_issuer(ISSUER, ours)
        yield simulator


@pytest.fixture
async def client(google):
    opened = client_of(google)
    yield opened
    await opened.aclose()


@pytest.fixture
async def saved(client):
    """The client of a Google that has Anna's card."""
    assert await client.insert("loyaltyClass", CLASS) == Done({"id": CLASS["id"]})
    assert await client.insert("loyaltyObject", card()) == Done({"id": ANNA})
    return client


def shown(google, object_id=ANNA):
    return google.card(object_id)["loyaltyPoints"]["balance"]["int"]


async def test_a_card_is_inserted_patched_and_read(google, saved):
    assert await saved.patch("loyaltyObject", ANNA, balance_of(250)) == Done({"id": ANNA})
    read = await saved.get("loyaltyObject", ANNA)
    assert isinstance(read, Done)
    assert read.resource["loyaltyPoints"]["balance"] == {"int": 250}
    assert google.accounts.exchanges == 1


async def test_what_google_refuses_is_told_apart(saved):
    assert type(await saved.insert("loyaltyObject", card())) is AlreadyThere
    assert type(await saved.patch("loyaltyObject", f"{ISSUER}.nobody", balance_of(1))) is NoSuchObject
    assert type(await saved.insert("loyaltyObject", card(f"{ISSUER}.b", classId=f"{ISSUER}.none"))) is NoSuchClass
    assert type(await saved.patch("loyaltyObject", ANNA, {"loyaltyPoints": {"balance": {"int": "x"}}})) is Malformed
    assert type(await saved.get("loyaltyObject", "1.foreign")) is NotAllowed


async def test_a_batch_has_a_verdict_for_each_call_in_its_order(google, saved):
    wanted = [calls.patch("loyaltyObject", f"{ISSUER}.none{number}", balance_of(1)) for number in range(24)]
    wanted[7] = calls.patch("loyaltyObject", ANNA, balance_of(77))
    verdicts = await together(saved, wanted)
    assert [number for number, verdict in enumerate(verdicts) if isinstance(verdict, Done)] == [7]
    assert sum(isinstance(verdict, NoSuchObject) for verdict in verdicts) == 23
    assert shown(google) == 77
    assert await together(saved, []) == []


async def test_a_revoked_token_is_replaced_once_and_the_call_made_again(google, saved):
    google.accounts.revoke_tokens()
    assert await saved.patch("loyaltyObject", ANNA, balance_of(5)) == Done({"id": ANNA})
    assert (shown(google), google.accounts.exchanges) == (5, 2)


async def test_a_token_that_is_stale_twice_is_told_and_not_tried_for_ever(google, saved):
    already = len(google.journal)
    google.script = first(9, STALE_TOKEN)
    assert type(await saved.get("loyaltyObject", ANNA)) is TokenStale
    assert len(google.journal) - already == 2


async def test_an_account_that_google_does_not_know_sends_nothing(google, client):
    google.accounts.by_email.clear()
    verdicts = await together(client, [calls.get("loyaltyObject", ANNA)] * 3)
    assert [type(verdict) for verdict in verdicts] == [NotAllowed] * 3
    assert len(google.journal) == 0


async def test_the_rate_and_the_notices_of_a_pass_are_told_apart_although_the_status_is_one(google, saved):
    google.script = first(1, RATE)
    assert type(await saved.patch("loyaltyObject", ANNA, notifying(1))) is RateExceeded
    told = [await saved.patch("loyaltyObject", ANNA, notifying(points)) for points in range(2, 6)]
    assert [type(each) for each in told] == [Done, Done, Done, NotificationQuotaExceeded]
    assert shown(google) == 4
    assert await saved.patch("loyaltyObject", ANNA, balance_of(5)) == Done({"id": ANNA})


async def test_after_too_many_requests_nobody_asks_for_a_while(google, saved):
    google.script = first(1, Fail(429, "rateLimitExceeded", retry_after=1))
    began = asyncio.get_running_loop().time()
    assert await saved.get("loyaltyObject", ANNA) == RateExceeded("429 rateLimitExceeded: Scripted trouble 429", 1.0)
    assert type(await saved.get("loyaltyObject", ANNA)) is Done
    assert asyncio.get_running_loop().time() - began >= 1.0


@pytest.mark.parametrize("status", [500, 503])
async def test_google_in_trouble_is_a_value_and_nothing_is_repeated_in_secret(google, saved, status):
    already = len(google.journal)
    google.script = first(1, Fail(status))
    assert may_have_arrived(await saved.patch("loyaltyObject", ANNA, balance_of(1)))
    assert len(google.journal) - already == 1


async def test_a_stall_ends_at_the_deadline_and_may_have_arrived(google, saved):
    hasty = client_of(google, deadline=2.0)
    assert type(await hasty.get("loyaltyObject", ANNA)) is Done
    google.script = first(1, Stall(3600))
    assert await hasty.patch("loyaltyObject", ANNA, balance_of(9)) == Trouble("no answer: TimeoutError")
    assert shown(google) == 9
    await hasty.aclose()


async def test_the_lost_answer_of_a_batch_leaves_every_part_open(google, saved):
    google.script = for_method("PATCH", first(2, Drop()))
    verdicts = await together(saved, [calls.patch("loyaltyObject", ANNA, balance_of(4))] * 2)
    assert [may_have_arrived(verdict) for verdict in verdicts] == [True, True]
    assert shown(google) == 4


async def test_a_batch_that_is_refused_as_a_whole_is_refused_for_each_call(google):
    astray = client_of(google, root=f"{google.root}/elsewhere/")
    verdicts = await together(astray, [calls.patch("loyaltyObject", ANNA, balance_of(4))] * 2)
    assert [type(verdict) for verdict in verdicts] == [NoSuchObject] * 2
    await astray.aclose()


async def test_where_nobody_listens_nothing_has_arrived(google):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        lost = client_of(google, root=f"http://127.0.0.1:{closed.getsockname()[1]}")
        told = await lost.get("loyaltyObject", ANNA)
    assert told == Trouble("no answer: ClientConnectorError", arrived=False)
    await lost.aclose()


async def test_a_message_is_added_and_never_doubled_when_its_answer_was_lost(google, saved):
    message = {"id": "m1", "header": "Hi", "body": "A burger for you", "messageType": "TEXT_AND_NOTIFY"}
    google.shelf.hold(ANNA, Holder("anna", "phone"))
    google.script = for_method("POST", first(1, Drop()))
    assert may_have_arrived(await saved.add_message("loyaltyObject", ANNA, message, repeated=False))
    assert type(await saved.add_message("loyaltyObject", ANNA, message, repeated=True)) is Done
    assert [each["id"] for each in google.card(ANNA)["messages"]] == ["m1"]
    assert sum(entry.notices for entry in google.journal) == 1


async def test_a_repeated_message_that_had_not_arrived_is_added(google, saved):
    message = {"id": "m2", "header": "Hi", "body": "A burger for you"}
    assert type(await saved.add_message("loyaltyObject", ANNA, message, repeated=True)) is Done
    assert [each["id"] for each in google.card(ANNA)["messages"]] == ["m2"]
    assert type(await saved.add_message("loyaltyObject", f"{ISSUER}.none", message, repeated=True)) is NoSuchObject


async def test_what_could_not_be_saved_is_refused_before_anybody_tries(saved):
    assert type(await saved.call(calls.validate([], [{"id": ANNA, "balance": 3}]))) is Malformed


async def test_google_sees_no_more_than_20_requests_a_second_and_customers_first(google, saved):
    clients = [client_of(google, pace=pace) for pace in [Pace()] for _ in range(2)]
    loop = asyncio.get_running_loop()
    started = loop.time()
    campaign = asyncio.create_task(together(clients[0], [calls.patch("loyaltyObject", ANNA, balance_of(3))] * 30))
    await asyncio.sleep(0.1)
    began = loop.time()
    assert type(await clients[1].get("loyaltyObject", ANNA, Lane.INTERACTIVE)) is Done
    waited, unfinished = loop.time() - began, not campaign.done()
    await campaign
    assert unfinished
    assert waited < 5
    assert loop.time() - started > 1.0
    for opened in clients:
        await opened.aclose()


async def test_while_nobody_knows_what_other_processes_send_nothing_is_sent(google, saved):
    unknown = Pace(reserve=lambda *_: asyncio.sleep(0, None))
    lonely, already = client_of(google, pace=unknown), len(google.journal)
    told = await together(lonely, [calls.patch("loyaltyObject", ANNA, balance_of(3))] * 12)
    assert told == [Trouble("not sent: nobody knows what others send", arrived=False)] * 12
    assert len(google.journal) == already
    await lonely.aclose()


async def test_whatever_waits_when_the_client_is_closed_ends_as_trouble(google, saved):
    pace = Pace(Quota(per_s=1, slack=0.0))
    closing, unasked = client_of(google, pace=pace), client_of(google)
    await pace.turn(Lane.INTERACTIVE)
    assert type(await closing._desk.token()) is str
    google.token_script = first(1, Stall(0.5))
    waiting = asyncio.create_task(unasked.get("loyaltyObject", ANNA))
    queued = asyncio.create_task(closing.get("loyaltyObject", ANNA))
    while not pace.waiting(Lane.INTERACTIVE):
        await asyncio.sleep(0.001)
    await asyncio.gather(closing.aclose(), unasked.aclose())
    ended = [await queued, await waiting, await unasked.get("loyaltyObject", ANNA)]
    assert [isinstance(verdict, Trouble) and not verdict.arrived for verdict in ended] == [True] * 3
