"""`wallet-service doctor`: every setting with its origin, what is well and what is not, and never a secret."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.processes import free_port, run, spelled
from wallet_service.database.embedded import stop_running
from wallet_service.settings import Settings, tell
from wallet_service.simulators.apns import ApnsSimulator

PASSWORD = "s3cr:t@x"
SCHEMA_OF_OURS = {
    "database",
    "schema",
    "clock",
    "master-keys",
    "certificates",
    "backlog",
    "phones",
    "cards",
    "jobs",
    "mechanics",
}


async def examined(settings: Settings, *words: str, code: int = 0, **more: str) -> dict[str, Any]:
    """What doctor finds in a process of its own."""
    ended = await run("doctor", "--json", *words, **spelled(settings) | more)
    assert (ended.code, ended.err) == (code, "")
    found: dict[str, Any] = json.loads(ended.out)
    assert found["well"] is (code == 0)
    return found


def grades(found: dict[str, Any]) -> dict[str, str]:
    """Subject -> the grade of its first finding."""
    return {each["subject"]: each["grade"] for each in reversed(found["findings"])}


def held(folder: Path) -> list[Path]:
    """What is in this folder."""
    return list(folder.iterdir())


async def test_a_service_that_is_well_ends_with_0(settings: Settings, apns: ApnsSimulator) -> None:
    found = await examined(settings)
    assert grades(found).keys() == {*SCHEMA_OF_OURS, "disk", "apns"}
    assert "fail" not in grades(found).values()
    assert {each["what"] for each in found["findings"] if each["subject"] == "apns"} == {
        f"127.0.0.1:{apns.port} takes connections."
    }


async def test_apple_is_left_alone_when_told_so(settings: Settings) -> None:
    assert "apns" not in grades(await examined(settings, "--no-apple"))


async def test_apple_out_of_reach_is_a_failure(settings: Settings) -> None:
    found = await examined(settings, code=1, WALLET_APNS__PORT=str(free_port()))
    assert grades(found)["apns"] == "fail"


async def test_with_the_database_down_the_rest_is_told_and_the_password_is_not(settings: Settings) -> None:
    url = f"postgresql://anna:{PASSWORD}@127.0.0.1:1/wallet"
    found = await examined(settings, "--no-apple", code=1, WALLET_DATABASE_URL=url)
    assert (grades(found)["database"], grades(found)["master-keys"]) == ("fail", "ok")
    assert {"certificates", "disk"} <= grades(found).keys()
    assert [part for part in PASSWORD.split(":") if part in json.dumps(found)] == []


async def test_what_was_never_set_up_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", certs_dir=tmp_path / "certs")
    found = await examined(settings, "--no-apple", code=1)
    assert grades(found) | {"disk": "any"} == {
        "database": "fail",
        "master-keys": "fail",
        "certificates": "warn",
        "disk": "any",  # that of whoever runs this may be full
    }
    assert held(tmp_path) == []


async def test_an_embedded_database_that_rests_is_started_for_the_time(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", certs_dir=tmp_path / "certs")
    made = await run("brand", "list", **spelled(settings))
    assert made.code == 0, made.err
    found = await examined(settings, "--no-apple")
    assert (grades(found)["database"], grades(found)["schema"]) == ("ok", "ok")
    assert not stop_running(settings.data_dir)


def test_for_people_it_says_what_is_set_and_what_to_do(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", certs_dir=tmp_path / "certs", pool=7)
    lines = [" ".join(line.split()) for line in typed_failing(settings).splitlines()]
    assert "WALLET_POOL 7 environment" in lines
    assert "WALLET_APNS__PORT 443" in lines or "WALLET_APNS__PORT 443 environment" in lines
    assert "fail database: There is no embedded database yet." in lines
    assert "wallet-service serve makes it; or set DATABASE_URL." in lines


def typed_failing(settings: Settings) -> str:
    """What doctor prints where something fails."""
    from typer.testing import CliRunner

    from wallet_service.cli.main import app

    result = CliRunner().invoke(app, ["doctor", "--no-apple"], env=spelled(settings) | {"NO_COLOR": "1"})
    assert result.exit_code == 1
    return result.stdout


def test_every_setting_is_told_with_its_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WALLET_PUSH__INTERVAL", "0.5")
    told = {each.variable: each for each in tell(Settings())}
    assert (told["WALLET_PUSH__INTERVAL"].value, told["WALLET_PUSH__INTERVAL"].given) == ("0.5", True)
    assert (told["WALLET_PUSH__LEASE"].value, told["WALLET_PUSH__LEASE"].given) == ("60.0", False)
    assert {"WALLET_DATABASE_URL", "WALLET_LIMITS__WAITING", "WALLET_HEALTH_PORT"} <= told.keys()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://db/wallet", "postgresql://db/wallet"),
        ("postgresql://anna@db/wallet", "postgresql://anna@db/wallet"),
        ("postgresql://anna:s3cret@db/wallet", "postgresql://anna:…@db/wallet"),
        ("postgresql://anna:s3@cr:e/t@db/wallet", "postgresql://anna:…@db/wallet"),
        (
            "postgresql://db/w?user=anna&password=s3cret&sslmode=require",
            "postgresql://db/w?user=anna&password=…&sslmode=require",
        ),
    ],
)
def test_a_password_is_never_told(url: str, shown: str) -> None:
    told = {each.variable: each.value for each in tell(Settings(database_url=url))}
    assert told["WALLET_DATABASE_URL"] == shown
