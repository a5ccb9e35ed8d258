"""The command line as a whole: quick to answer, and one clear line where something is wrong."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.processes import ROOT, Ended, run, typed
from wallet_service.cli.main import COMMANDS
from wallet_service.settings import Settings

HEAVY = {"alembic", "asyncpg", "cryptography", "fastapi", "pydantic", "sqlalchemy", "structlog", "uvicorn"}
ASK = f"""
import sys
from wallet_service.cli.main import app
try:
    app(["--help"])
finally:
    print("imported:", *sorted({HEAVY} & set(sys.modules)))
"""


def assert_one_line(ended: Ended, code: int, *words: str) -> None:
    """It ended with this code, and said these words on one line of stderr, and nothing else."""
    assert (ended.code, ended.out) == (code, "")
    (line,) = ended.err.splitlines()
    assert [word for word in words if word not in line] == []


def test_help_imports_nothing_heavy() -> None:
    told = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[-1].strip() == "imported:"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    assert "Usage: wallet-service" in typed(Settings(), name, "--help")


def test_help_names_every_command_with_its_purpose() -> None:
    told = " ".join(typed(Settings(), "--help").split())
    assert [name for name, (_, purpose) in COMMANDS.items() if name not in told or purpose not in told] == []


def test_the_version_is_that_of_the_package() -> None:
    assert typed(Settings(), "--version").strip() == version("wallet-service")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("bran", "list"), "No such command 'bran'. Did you mean 'brand'?"),
        (("brand", "creat"), "No such command 'creat'. Did you mean 'create'?"),
        (("brand", "create"), "Missing argument 'name'"),
        (("brand", "create", "Burger", "Heroes"), "unexpected extra argument"),
        (("serve", "--port", "99999"), "less than or equal to 65535"),
        (("serve", "--prot", "80"), "No such option: --prot"),
        (("key", "create", "brand_1", "till", "--scope", "all"), "'all' is not one of"),
    ],
)
def test_wrong_words_are_named_and_end_with_exit_code_2(words: tuple[str, ...], complaint: str) -> None:
    assert complaint in " ".join(typed(Settings(), *words, exit_code=2).replace("│", "").split())


async def test_a_wrong_setting_is_named_as_its_variable_but_never_shown() -> None:
    ended = await run("serve", WALLET_PORT="secret")
    assert_one_line(
        ended, 1, "A setting is wrong.", "WALLET_PORT:", "valid integer", "Correct this environment variable"
    )
    assert "secret" not in ended.err


async def test_a_wrong_nested_setting_is_named_as_its_variable() -> None:
    ended = await run("brand", "list", WALLET_APNS__PORT="0")
    assert_one_line(ended, 1, "WALLET_APNS__PORT:", "greater than or equal to 1")


async def test_missing_master_keys_are_told_with_what_to_do(settings: Settings, tmp_path: Path) -> None:
    ended = await run("serve", WALLET_DATABASE_URL=settings.database_url or "", WALLET_DATA_DIR=str(tmp_path / "new"))
    assert_one_line(ended, 1, "The master keys cannot be used.", "master-keys.json", "wallet-service key master")


async def test_a_database_out_of_reach_is_one_line() -> None:
    ended = await run("worker", DATABASE_URL="postgresql://anna:secret@127.0.0.1:1/wallet")
    assert_one_line(ended, 1, "The database cannot be reached.", "127.0.0.1:1/wallet", "Check DATABASE_URL")
    assert "secret" not in ended.err
