"""Rules 5, 11, 13 to 15 and 18 of the web service: how a device gets the card as it is now."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx2
import pytest

from tests.conftest import Site
from tests.people import ANNA, Brand
from tests.web.phones.scene import Card, Door, change, issue
from wallet_service.app import open_service
from wallet_service.clock import SetClock, SystemClock
from wallet_service.serving import listening, serving
from wallet_service.settings import Settings
from wallet_service.simulators.apns import ApnsSimulator
from wallet_service.simulators.fleet import Fleet
from wallet_service.simulators.pass_reader import MEDIA_TYPE, read_pass


@pytest.fixture
def clock() -> SetClock:
    """The service's clock, which stands still."""
    return SetClock(SystemClock().now())


@pytest.fixture
async def site(
    settings: Settings, client: httpx2.AsyncClient, apns: ApnsSimulator, certs: Path, clock: SetClock
) -> AsyncIterator[Site]:
    """A site whose service goes by the clock."""
    listener = listening(0)
    settings.public_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(open_service(settings, clock=clock))
        await stack.enter_async_context(serving(service, listener=listener, worker=False))
        yield Site(service, settings.public_url, client, apns, Fleet(), certs / "dev-root.pem")


async def test_rule_05_changes_within_one_second_grow_by_a_second_each(door: Door, anna: Card) -> None:
    fetched = [await door.fetch(anna)]
    for _ in range(3):
        await change(door.site.service.database, anna)
        fetched.append(await door.fetch(anna, since=fetched[-1].headers["Last-Modified"]))

    times = [parsedate_to_datetime(answer.headers["Last-Modified"]) for answer in fetched]
    assert [answer.status_code for answer in fetched] == [200] * 4
    assert [later - times[0] for later in times] == [timedelta(seconds=n) for n in range(4)]


async def test_rule_05_an_unchanged_card_is_304_without_a_body(door: Door, anna: Card) -> None:
    modified = (await door.fetch(anna)).headers["Last-Modified"]

    answer = await door.fetch(anna, since=modified)

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["Last-Modified"] == modified


async def test_rule_05_a_condition_that_is_not_our_date_gets_the_card(door: Door, anna: Card) -> None:
    """A later date than ours stems from before a backup was restored: the phone shows what we have forgotten."""
    conditions = ["", "yesterday", "1762077600", "Fri, 01 Jan 2100 00:00:00 GMT", "Mon, 01 Jan 2001 00:00:00 GMT"]

    assert {(await door.fetch(anna, since=each)).status_code for each in conditions} == {200}


async def test_rule_11_a_token_opens_its_own_card_only(
    door: Door, anna: Card, boris: Card, coffee_corner: Brand
) -> None:
    stranger = await issue(door.site, coffee_corner, ANNA)
    key_version, _, secret = anna.token.partition("-")
    wrong = {
        "another member's": boris.token,
        "another brand's": stranger.token,
        "without its key version": secret,
        "with an empty key version": f"-{secret}",
        "of no key": f"2-{secret}",
        "of a key far away": f"{'9' * 30}-{secret}",
        "with a key version in other digits": f"٣-{secret}",
        "with a padded key version": f"0{key_version}-{secret}",
        "only the key version": f"{key_version}-",
        "cut by one": anna.token[:-1],
        "cut to one": anna.token[:1],
        "longer by one": anna.token + "A",
        "in capitals": anna.token.upper(),
        "ten kilobytes": f"{key_version}-" + "A" * 10_000,
        "not ASCII": "1-é",
    }

    statuses = {name: (await fetch_showing(door, anna, token)).status_code for name, token in wrong.items()}

    assert statuses == dict.fromkeys(wrong, 401)
    assert (await fetch_showing(door, anna, anna.token)).status_code == 200


async def fetch_showing(door: Door, card: Card, token: str) -> httpx2.Response:
    """Fetch with a header of any bytes."""
    return await door.call(
        "GET", "passes", card.pass_type, card.id, headers=[(b"Authorization", f"ApplePass {token}".encode())]
    )


async def test_rule_11_only_the_scheme_of_apple_is_taken(door: Door, anna: Card) -> None:
    said = [anna.token, f"Bearer {anna.token}", f"Basic {anna.token}", "ApplePass", f"ApplePass{anna.token}"]

    answers = [
        await door.call("GET", "passes", anna.pass_type, anna.id, headers={"Authorization": each}) for each in said
    ]
    nothing = await door.call("GET", "passes", anna.pass_type, anna.id)

    assert [answer.status_code for answer in (*answers, nothing)] == [401] * 6


async def test_rule_13_head_is_get_without_the_body(door: Door, anna: Card) -> None:
    got, head = await door.fetch(anna), await door.fetch(anna, method="HEAD")
    unchanged = await door.fetch(anna, method="HEAD", since=got.headers["Last-Modified"])

    assert (head.status_code, head.content, unchanged.status_code) == (200, b"", 304)
    assert {**head.headers, "date": ""} == {**got.headers, "date": ""}
    assert int(head.headers["Content-Length"]) == len(got.content)


async def test_rule_14_segments_are_decoded_and_hold_no_slash(door: Door, anna: Card) -> None:
    header = b"Authorization: ApplePass " + anna.token.encode() + b"\r\n"
    pass_type, serial = anna.pass_type.encode(), anna.id.encode()
    encoded = b"/apple/v1/passes/%s/%s" % (pass_type.replace(b".", b"%2e"), serial.replace(b"_", b"%5F"))
    odd = {
        b"/apple/v1/passes/%s/%s%%2f.." % (pass_type, serial): 404,
        b"/apple/v1/passes%%2f%s/%s" % (pass_type, serial): 404,
        b"/apple/v1/passes/%s/../%s/%s" % (pass_type, pass_type, serial): 404,
        b"/apple/v1/passes/%s/%%2e%%2e" % pass_type: 404,
        b"/apple/v1/passes/%s/%s%%00" % (pass_type, serial): 404,
        b"/apple/v1/passes/%s/%s%%C0%%AF" % (pass_type, serial): 404,
        b"/apple/v1/passes/%s/%s%%" % (pass_type, serial): 404,
        b"/apple/v1/passes/%s/%s" % (pass_type, b"a" * 201): 404,
        b"/apple/v1/passes/%s//%s" % (pass_type, serial): 404,
        b"/apple/v1/passes/%s/%s/" % (pass_type, serial): 404,
        b"/apple/V1/passes/%s/%s" % (pass_type, serial): 404,
        b"/apple/v1/passes/%s/%s" % (pass_type, serial.upper()): 401,
        b"/apple/v1/passes/%s/%s" % (pass_type.upper(), serial): 401,
        b"/apple/v1/passes/%s/%s" % (pass_type, b"a" * 200): 401,
    }

    assert await door.status(encoded, headers=header) == 200
    assert {path: await door.status(path, headers=header) for path in odd} == odd


async def test_rule_15_a_pass_is_sent_as_it_is_and_kept_by_nobody(door: Door, anna: Card) -> None:
    answer = await door.fetch(anna, headers={"Accept-Encoding": "gzip, br, zstd"})

    headers = answer.headers
    assert headers["Content-Type"] == MEDIA_TYPE
    assert headers["Content-Encoding"] == "identity"
    assert int(headers["Content-Length"]) == len(answer.content)
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Vary"] == "Authorization"


async def test_rule_18_a_version_is_signed_once(door: Door, burger_heroes: Brand, anna: Card, clock: SetClock) -> None:
    """The signature holds its time, so a second one, a minute later, would differ."""
    first = (await door.fetch(anna)).content
    clock.forward(timedelta(minutes=1))
    again = (await door.fetch(anna)).content
    await burger_heroes.till.post(anna.member, 5)
    changed = (await door.fetch(anna)).content

    assert again == first
    assert changed != first
    assert read_pass(changed, roots=door.site.roots, now=clock.now()).serial == anna.id
