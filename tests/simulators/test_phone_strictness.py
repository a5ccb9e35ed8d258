"""The simulated phone and a service that breaks the rules, or is out of order."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from tests.simulators.pass_press import NOW, PASS_TYPE, authority, store_card
from tests.simulators.strict_web_service import PKPASS, StrictWebService, serving
from wallet_service.simulators.installed_pass import PassRejected
from wallet_service.simulators.phone import SimulatedPhone


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[StrictWebService]:
    async with serving() as service:
        yield service


@pytest.fixture
def service(running: StrictWebService) -> StrictWebService:
    running.forget()
    return running


@pytest.fixture
async def anna(service: StrictWebService, tmp_path: Path) -> AsyncIterator[SimulatedPhone]:
    """Anna's phone with her card, once woken, so that it holds a tag and a Last-Modified."""
    (tmp_path / "root.pem").write_bytes(authority().pem)
    async with httpx2.AsyncClient() as client:
        phone = SimulatedPhone("Anna's", roots=tmp_path / "root.pem", client=client, now=lambda: NOW, waits=(0, 0.01))
        await phone.install(service.issue("card_1"))
        await phone.wake(PASS_TYPE)
        service.calls.clear()
        yield phone


def listing(*serials: str, tag: object = "9") -> JSONResponse:
    return JSONResponse({"serialNumbers": serials, "lastUpdated": tag})


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Response(status_code=404), "the link answered 404"),
        (PlainTextResponse("log in"), "the link gave 'text/plain', not a pass"),
        (Response(b"no zip", media_type=PKPASS), "not a sound zip"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_link_that_gives_no_pass_is_refused(
    service: StrictWebService, anna: SimulatedPhone, answer: Response, reason: str
):
    service.scripted["link"] = [answer]
    with pytest.raises(PassRejected, match=reason):
        await anna.install(service.issue("card_2"))
    assert set(anna.passes) == {"card_1"}


async def test_a_link_may_lead_on_to_the_pass(service: StrictWebService, anna: SimulatedPhone):
    link = service.issue("card_2")
    service.scripted["link"] = [RedirectResponse(link)]
    await anna.install(link)
    assert set(anna.passes) == {"card_1", "card_2"}


@pytest.mark.parametrize("call", ["list", "pass"])
@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_passing_failure_is_tried_again(
    service: StrictWebService, anna: SimulatedPhone, call: str, status: int
):
    service.issue("card_1", storeCard=store_card(450))
    service.scripted[call] = [Response(status_code=status), Response(status_code=status)]
    await anna.wake(PASS_TYPE)
    assert service.calls.count(call) == 3
    assert anna.notifications == ["Now 450 points"]
    assert anna.errors == 0


async def test_a_pass_that_could_not_be_fetched_is_asked_about_again(service: StrictWebService, anna: SimulatedPhone):
    service.issue("card_1", storeCard=store_card(450))
    service.scripted["pass"] = [Response(status_code=503) for _ in range(3)]
    await anna.wake(PASS_TYPE)
    assert anna.last_updated == {PASS_TYPE: "1"}
    assert anna.errors == 1
    assert service.logs == anna.log == ["get card_1: gave up after 3 attempts, the last: the service answered 503"]
    await anna.wake(PASS_TYPE)
    assert anna.notifications == ["Now 450 points"]
    assert anna.last_updated == {PASS_TYPE: "2"}


@pytest.mark.parametrize("call", ["list", "pass"])
async def test_an_authentication_failure_is_final(service: StrictWebService, anna: SimulatedPhone, call: str):
    service.issue("card_1", storeCard=store_card(450))
    service.scripted[call] = [Response(status_code=401)]
    await anna.wake(PASS_TYPE)
    assert service.calls.count(call) == 1
    assert anna.log[0].endswith("authentication failure")
    assert anna.passes["card_1"].field("balance")["value"] == 300


async def test_a_refused_registration_leaves_the_pass_without_updates(service: StrictWebService, anna: SimulatedPhone):
    service.scripted["register"] = [Response(status_code=401)]
    await anna.install(service.issue("card_2"))
    assert "card_2" in anna.passes
    assert anna.registered == {"card_1"}
    await anna.remove("card_2")
    assert "unregister" not in service.calls
    assert anna.log == ["register: authentication failure"]


async def test_a_refused_unregistration_does_not_keep_the_card(service: StrictWebService, anna: SimulatedPhone):
    service.scripted["unregister"] = [Response(status_code=401)]
    await anna.remove("card_1")
    assert anna.passes == {}
    assert anna.log == ["unregister: authentication failure"]


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (listing("card_1", tag=9), "lastUpdated is not a string (9), update skipped"),
        (listing("card_1", tag=None), "lastUpdated is not a string (None), update skipped"),
        (listing("card_1", tag="1"), "lastUpdated stayed '1' although passes are listed"),
        (JSONResponse(["card_1"]), "no list of serial numbers"),
        (JSONResponse({"serialNumbers": [1], "lastUpdated": "9"}), "no list of serial numbers"),
        (Response(), "the answer is not JSON"),
        (Response(status_code=302), "the service answered 302"),
    ],
    ids=["number", "missing", "same tag", "array", "numbers", "empty", "redirect"],
)
async def test_a_bad_answer_to_what_changed_is_ignored_and_logged(
    service: StrictWebService, anna: SimulatedPhone, answer: Response, complaint: str
):
    service.scripted["list"] = [answer]
    await anna.wake(PASS_TYPE)
    assert service.calls == ["list", "log"]
    assert complaint in anna.log[0]
    assert anna.last_updated == {PASS_TYPE: "1"}


async def test_an_empty_list_may_repeat_its_tag(service: StrictWebService, anna: SimulatedPhone):
    service.scripted["list"] = [listing(tag="1")]
    await anna.wake(PASS_TYPE)
    assert anna.log == []


async def test_a_listed_serial_that_is_not_here_is_logged_and_passed_over(
    service: StrictWebService, anna: SimulatedPhone
):
    service.scripted["list"] = [listing("card_9")]
    await anna.wake(PASS_TYPE)
    assert anna.log == ["asked to update card_9, which is not registered here"]
    assert anna.last_updated == {PASS_TYPE: "9"}


async def test_a_listed_pass_that_did_not_change_is_logged(service: StrictWebService, anna: SimulatedPhone):
    service.scripted["list"] = [listing("card_1")]
    await anna.wake(PASS_TYPE)
    assert anna.log == ["asked to update card_1, but the pass is unchanged"]
    assert anna.unchanged == 2


def sent(body: bytes, **headers: str) -> Response:
    return Response(body, media_type=PKPASS, headers=headers)


async def test_the_same_pass_again_instead_of_not_modified_is_logged(service: StrictWebService, anna: SimulatedPhone):
    modified = service.cards["card_1"].modified
    service.scripted["pass"] = [sent(service.file("card_1"), **{"Last-Modified": modified})]
    await anna.pull_to_refresh("card_1")
    assert anna.log == ["get card_1: If-Modified-Since was ignored"]


async def test_a_change_under_the_same_last_modified_is_logged(service: StrictWebService, anna: SimulatedPhone):
    modified = service.cards["card_1"].modified
    service.scripted["pass"] = [sent(service.file("card_1", logoText="New"), **{"Last-Modified": modified})]
    await anna.pull_to_refresh("card_1")
    assert anna.log == ["get card_1: changed under the same Last-Modified"]
    assert anna.fetched == 1


async def test_a_pass_without_last_modified_is_taken_and_logged(service: StrictWebService, anna: SimulatedPhone):
    service.scripted["pass"] = [sent(service.file("card_1", logoText="New"))]
    await anna.pull_to_refresh("card_1")
    assert anna.log == ["get card_1: came without Last-Modified"]
    assert anna.passes["card_1"].face().startswith("New\n")


async def test_not_modified_is_no_answer_to_a_phone_that_did_not_ask_so(
    service: StrictWebService, anna: SimulatedPhone
):
    await anna.install(service.issue("card_2"))
    service.scripted["pass"] = [Response(status_code=304)]
    await anna.pull_to_refresh("card_2")
    assert anna.log == ["get card_2: the service answered 304"]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"serialNumber": "card_2"}, "get card_1: serialNumber changed"),
        ({"authenticationToken": "f" * 32}, "get card_1: authenticationToken changed"),
        ({"description": ""}, "description is missing"),
    ],
)
async def test_a_new_version_that_is_another_pass_or_a_bad_one_is_refused(
    service: StrictWebService, anna: SimulatedPhone, changes: dict[str, str], complaint: str
):
    before = anna.passes["card_1"]
    service.scripted["pass"] = [sent(service.file("card_1", **changes))]
    await anna.pull_to_refresh("card_1")
    assert complaint in anna.log[0]
    assert anna.passes == {"card_1": before}


async def test_a_pass_mangled_on_its_way_is_not_taken(service: StrictWebService, anna: SimulatedPhone):
    service.scripted["pass"] = [sent(b"not gzip", **{"Content-Encoding": "gzip"}) for _ in range(3)]
    await anna.pull_to_refresh("card_1")
    assert anna.log == ["get card_1: gave up after 3 attempts, the last: DecodingError"]


async def test_a_web_page_is_no_new_version(service: StrictWebService, anna: SimulatedPhone):
    service.scripted["pass"] = [PlainTextResponse("sorry")]
    await anna.pull_to_refresh("card_1")
    assert anna.log == ["get card_1: came as 'text/plain', not as a pass"]


async def test_a_service_out_of_reach_is_given_up_and_asked_again_another_day(anna: SimulatedPhone, tmp_path: Path):
    async with serving() as gone:
        link = gone.issue("card_2")
        file = gone.file("card_2")
    await anna.add(file)
    assert anna.log[0] == "register: gave up after 3 attempts, the last: ConnectError"
    assert anna.log[1] == "log: ConnectError"
    with pytest.raises(httpx2.ConnectError):
        await anna.install(link)
