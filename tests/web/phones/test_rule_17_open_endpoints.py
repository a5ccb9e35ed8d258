"""Rule 17 of the web service: what needs no token is limited, and what it says is harmless."""

import pytest
from structlog.testing import capture_logs

from tests.people import PASS_TYPE
from tests.web.phones.scene import IPHONE, Card, Door
from wallet_service.settings import Settings
from wallet_service.web.phones.reading import LONGEST_LINE

CALLS = 8
ELSEWHERE = {"X-Forwarded-For": "203.0.113.7"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """So many open calls a minute from one address."""
    settings.limits.open_per_minute = CALLS
    return settings


async def test_rule_17_a_device_that_asks_too_often_is_told_when_to_come_back(door: Door, anna: Card) -> None:
    await door.register(anna)
    await door.register(anna, "another-device")

    answers = [await door.changes() for _ in range(CALLS + 1)]

    assert [answer.status_code for answer in answers] == [200] * CALLS + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60 // CALLS + 1
    assert (await door.changes(headers=ELSEWHERE)).status_code == 429
    assert (await door.changes(device="another-device")).status_code == 200
    assert (await door.fetch(anna)).status_code == 200


async def test_rule_17_strangers_share_the_allowance_of_their_address(door: Door, anna: Card) -> None:
    await door.register(anna)

    answers = [await door.changes(device=f"stranger-{number}") for number in range(CALLS + 1)]

    assert [answer.status_code for answer in answers] == [204] * CALLS + [429]
    assert (await door.changes(device="stranger-0", headers=ELSEWHERE)).status_code == 204
    assert (await door.changes()).status_code == 200


async def test_rule_17_logs_and_lists_share_one_allowance(door: Door) -> None:
    answers = [await door.complain("again") for _ in range(CALLS)]

    assert {answer.status_code for answer in answers} == {200}
    assert (await door.changes()).status_code == 429
    assert (await door.complain("and again")).status_code == 429


async def test_rule_17_a_log_is_taken_up_to_8_kilobytes(door: Door) -> None:
    frame = len(b'{"logs":[""]}')

    assert (await door.complain("x" * (8_192 - frame))).status_code == 200
    assert (await door.complain("x" * (8_193 - frame))).status_code == 413


async def test_rule_17_twenty_lines_of_a_log_are_kept_each_of_them_cut(door: Door) -> None:
    with capture_logs() as logs:
        answer = await door.complain("x " * LONGEST_LINE, *map(str, range(1, 25)))

    said = [entry["message"] for entry in logs if entry["event"] == "phone says"]
    assert answer.status_code == 200
    assert said == [("x " * LONGEST_LINE)[:LONGEST_LINE], *map(str, range(1, 20))]


async def test_rule_17_no_device_id_or_token_of_a_log_is_kept(door: Door, anna: Card) -> None:
    with capture_logs() as logs:
        await door.complain(
            f"Register task (for device {IPHONE}, pass type {PASS_TYPE}, serial number {anna.id}) failed"
        )

    (said,) = [entry["message"] for entry in logs if entry["event"] == "phone says"]
    assert said == f"Register task (for device …, pass type {PASS_TYPE}, serial number {anna.id}) failed"


async def test_rule_17_nothing_of_a_log_can_act_on_a_terminal_or_forge_a_line(door: Door) -> None:
    with capture_logs() as logs:
        await door.complain(
            "\x1b[2J\x1b]0;owned\x07", "fine\r\n2026-11-02 [error] forged", "\u202egnihton\x00\u2028", "Привет 🍔"
        )

    said = [entry["message"] for entry in logs if entry["event"] == "phone says"]
    assert said == ["�[2J�]0;owned�", "fine��2026-11-02 [error] forged", "�gnihton��", "Привет 🍔"]


async def test_rule_17_a_log_without_lines_of_text_is_no_trouble(door: Door) -> None:
    with capture_logs() as logs:
        answer = await door.complain(None, 7, {"a": ["b"]}, [])

    assert answer.status_code == 200
    assert [entry["message"] for entry in logs if entry["event"] == "phone says"] == ["None", "7", "{'a': ['b']}", "[]"]


async def test_rule_17_the_door_says_nothing_of_other_peoples_cards(door: Door, anna: Card, boris: Card) -> None:
    await door.register(anna, "1a" * 16)
    await door.register(boris, "2b" * 16)

    assert (await door.changes(device="1a" * 16)).json()["serialNumbers"] == [anna.id]
    assert {(await door.changes(device=guess)).status_code for guess in ("1a" * 15, "1A" * 16, "%", "_")} == {204, 404}
