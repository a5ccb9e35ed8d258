"""Files for their owner alone: whole or not at all, and the first one stays."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from wallet_service.private_files import put, put_first


@pytest.mark.parametrize("write", [put, put_first])
def test_what_is_written_is_for_its_owner_alone_and_leaves_nothing_beside_it(write, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    write(file, b"secret")
    assert file.read_bytes() == b"secret"
    assert os.name == "nt" or file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_another_file_takes_the_place_of_the_first_only_where_it_is_meant_to(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "key.pem"
    for write, expected in ((put_first, b"1"), (put_first, b"1"), (put, b"3")):
        write(file, b"3" if write is put else b"1" if not file.exists() else b"2")
        assert file.read_bytes() == expected


def test_of_many_at_the_same_time_one_is_the_first_and_its_content_is_whole(tmp_path: Path) -> None:
    contents = [bytes([number]) * 10_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put_first, [tmp_path / "key.pem"] * 8, contents))
    assert (tmp_path / "key.pem").read_bytes() in contents
    assert list(tmp_path.iterdir()) == [tmp_path / "key.pem"]


@pytest.mark.parametrize("write", [put, put_first])
def test_what_cannot_be_put_in_place_is_an_error(write, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        write(tmp_path / "file" / "key.pem", b"secret")
