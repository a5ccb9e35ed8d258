"""What the benches are made of: a crowd that the service takes for its own, and the report of the load generator."""

import shutil
from pathlib import Path

import pytest

from wallet_service.bench.crowd import gather_crowd, push_token
from wallet_service.bench.harness import BenchImpossible
from wallet_service.bench.visits import visits
from wallet_service.bench.wrk import read_report
from wallet_service.cards.devices import Question, changed_since
from wallet_service.cards.faces import states
from wallet_service.cards.refresh import refresh_these
from wallet_service.ids import is_id
from wallet_service.service import Service
from wallet_service.web.phones.reading import PUSH_TOKEN

SAID = (
    'Running 1s test\nREPORT {"requests": 10, "seconds": 2.0, "socket_errors": 0, "status_errors": 1, "bytes": 99, '
    '"p50_ms": 0.5, "p99_ms": 3.0, "told": {"served": 4}}\n'
)


@pytest.fixture
def certs(certs: Path, tmp_path: Path) -> Path:
    """A folder of this test's own: the crowd brings a certificate."""
    return Path(shutil.copytree(certs, tmp_path / "certs"))


async def test_a_crowd_has_members_cards_and_phones_like_any_brand(service: Service) -> None:
    crowd = await gather_crowd(service, 12, devices=True)

    async with service.database.read() as tx:
        cards = [state for state in await states(tx, crowd.cards) if state is not None]

    assert [card.holder.member_id for card in cards] == list(crowd.members)
    assert all(is_id("mem", member) for member in crowd.members)
    assert all(is_id("card", card) for card in crowd.cards)
    assert all(PUSH_TOKEN.fullmatch(push_token(device)) for device in crowd.devices)


async def test_a_phone_of_a_crowd_is_told_of_its_changed_card(service: Service) -> None:
    crowd = await gather_crowd(service, 3, devices=True)

    async with service.database.begin() as tx:
        await refresh_these(tx, crowd.cards[:1], 0.0)
    questions = [Question(device, crowd.pass_type, "0") for device in crowd.devices[:2]]
    async with service.database.read() as tx:
        changed, unchanged = await changed_since(tx, questions)

    assert changed.news is not None
    assert changed.news.serials == crowd.cards[:1]
    assert unchanged.news is None


async def test_the_phones_of_a_crowd_know_the_tokens_of_their_cards(service: Service) -> None:
    crowd = await gather_crowd(service, 3, devices=True)

    lines = [line.split("|") for line in (await visits(service, crowd)).splitlines() if line.count("|") == 3]

    assert [line[0] for line in lines] == list(crowd.devices)
    assert all(service.wallet.recognises(token, crowd.pass_type, card) for _, card, token, _ in lines)


def test_the_report_is_found_among_what_wrk_prints() -> None:
    report = read_report(SAID)

    assert (report.per_s, report.status_errors, report.told) == (5.0, 1, {"served": 4})


def test_wrk_without_a_report_is_refused_with_what_it_said() -> None:
    with pytest.raises(BenchImpossible, match="unable to connect"):
        read_report("", "unable to connect to 127.0.0.1")
