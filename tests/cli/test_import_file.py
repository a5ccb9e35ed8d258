"""The file of an import: whatever is no NDJSON is refused as a whole, and what is can come from anywhere."""

import gzip
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.cli.moving import ndjson
from tests.processes import spelled, typed
from wallet_service.cli.import_file import ImportUnreadable, NotNdjson, Source, opened
from wallet_service.cli.main import app
from wallet_service.service import Service
from wallet_service.settings import Settings

LINES = ndjson([{"external_id": f"BH-{n}"} for n in range(3)])


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\xef\xbb\xbf" + LINES, "byte order mark"),
        (LINES.decode().encode("utf-16"), "UTF-16"),
        (gzip.compress(LINES, mtime=0), "unpack"),
        (b"PK\x03\x04...", "spreadsheet"),
        (b'[\n{"external_id": "BH-1"}\n]', "jq"),
        (b'{\n  "external_id": "BH-1"\n}', "one a line"),
        (b"external_id;name\nBH-1;Anna\n", "one JSON object on each line"),
        (b"\x00" * 100_000, "one JSON object on each line"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_to_do(tmp_path: Path, content: bytes, word: str):
    path = tmp_path / "import"
    path.write_bytes(content)
    with pytest.raises(NotNdjson, match="Line 1 ") as refusal, opened(path):
        pass
    assert word in (refusal.value.remedy or "")


def test_the_line_that_is_no_object_is_named_by_its_number(tmp_path: Path):
    path = tmp_path / "import"
    path.write_bytes(b"\n \r\nnothing\n" + LINES)
    with pytest.raises(NotNdjson, match="Line 3 "), opened(path):
        pass


@pytest.mark.parametrize("name", ["missing.ndjson", "."])
def test_a_file_that_cannot_be_opened_is_told_with_its_reason(tmp_path: Path, name: str):
    with pytest.raises(ImportUnreadable), opened(tmp_path / name):
        pass


async def read(source: Source) -> bytes:
    return b"".join([piece async for piece in source.pieces()])


async def test_a_file_is_read_from_its_beginning_however_often_it_was_looked_at(tmp_path: Path):
    path = tmp_path / "import"
    path.write_bytes(LINES)
    with opened(path) as source:
        assert [line.number for line in source.lines(100)] == [1, 2, 3]
        assert source.read == 0
        assert await read(source) == LINES
        assert source.read == source.size == len(LINES)


async def test_a_pipe_is_as_good_as_a_file(tmp_path: Path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(LINES,))
    writer.start()
    with opened(path) as source:
        assert source.size == len(LINES)
        assert await read(source) == LINES
    writer.join()


@pytest.fixture
def pipe(settings: Settings, service: Service) -> Callable[[bytes], str]:
    """Members sent through stdin to the command; what it says in the end."""
    brand = typed(settings, "brand", "create", "Burger Heroes").strip()

    def send(content: bytes) -> str:
        words = ["import", "members", "-", "--brand", brand]
        result = CliRunner().invoke(app, words, input=content, env=spelled(settings))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result.output

    return send


def test_stdin_is_as_good_as_a_file(pipe: Callable[[bytes], str]):
    said = pipe(LINES)
    assert "line 1: There is no such programme. No programme at all in this brand." in said
    assert "3 lines: 0 enrolled, 0 there already, 3 refused; " in said


def test_an_empty_file_is_an_import_of_nothing(pipe: Callable[[bytes], str]):
    assert pipe(b"").startswith("0 lines: 0 enrolled, 0 there already, 0 refused; ")
