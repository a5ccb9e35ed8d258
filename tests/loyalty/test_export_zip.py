"""A zip comes out while it goes in, and is a zip."""

import io
import json
import zipfile
from datetime import UTC, datetime
from hashlib import sha256

from wallet_service.loyalty.people.export_zip import GrowingZip

NOON = datetime(2026, 11, 22, 12, 0, 7, tzinfo=UTC)


def test_what_was_written_can_be_read_by_anybody() -> None:
    growing = GrowingZip(NOON)
    growing.begin("README.txt")
    growing.text("Добрый день\n")
    growing.begin("member.json")
    growing.document({"name": "Anna", "at": NOON})
    growing.begin("lines.ndjson")
    growing.lines([{"n": 1}])
    growing.lines([{"n": 2}, {"n": 3}])
    growing.close()

    with zipfile.ZipFile(io.BytesIO(growing.taken())) as read:
        assert read.testzip() is None
        assert read.namelist() == ["README.txt", "member.json", "lines.ndjson"]
        assert read.getinfo("README.txt").date_time == (2026, 11, 22, 12, 0, 6)  # a zip knows even seconds only
        assert read.read("README.txt").decode() == "Добрый день\n"
        assert json.loads(read.read("member.json")) == {"name": "Anna", "at": "2026-11-22T12:00:07Z"}
        assert [json.loads(line)["n"] for line in read.read("lines.ndjson").splitlines()] == [1, 2, 3]


def test_what_came_out_is_not_kept() -> None:
    growing = GrowingZip(NOON)
    growing.begin("lines.ndjson")
    pieces = []
    for n in range(200):
        growing.lines([{"n": sha256(f"{n} {m}".encode()).hexdigest()} for m in range(100)])
        pieces.append(growing.taken())
    growing.close()
    pieces.append(growing.taken())

    whole = b"".join(pieces)
    assert max(len(piece) for piece in pieces) < len(whole) / 4
    assert growing.taken() == b""
    with zipfile.ZipFile(io.BytesIO(whole)) as read:
        assert len(read.read("lines.ndjson").splitlines()) == 20_000
