"""The pass file, read again by zipfile and unzip, and its price."""

import hashlib
import io
import json
import subprocess
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wallets.apple.conftest import NOW
from wallet_service.wallets.apple.package import PassShell

FILES = {"icon.png": b"icon", "icon@2x.png": b"icon twice", "ru.lproj/strip.png": b"strip", "logo.png": b""}
PASS = b'{"formatVersion":1}'


def whole(shell: PassShell, pass_json: bytes, signature: bytes = b"signature") -> bytes:
    return shell.head + shell.tail(pass_json, shell.manifest(pass_json), signature)


def sha1(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def members(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def test_every_file_can_be_read_again():
    found = members(whole(PassShell.pack(FILES), PASS))
    assert found.pop("manifest.json").startswith(b'{"icon.png":"')
    assert found == FILES | {"pass.json": PASS, "signature": b"signature"}


def test_unzip_finds_no_fault(tmp_path):
    file = tmp_path / "card.pkpass"
    file.write_bytes(whole(PassShell.pack(FILES), PASS))
    assert (
        "No errors detected" in subprocess.run(["unzip", "-t", file], capture_output=True, text=True, check=True).stdout
    )


def test_the_manifest_has_the_sha1_of_every_file_but_itself_and_the_signature():
    manifest = json.loads(PassShell.pack(FILES).manifest(PASS))
    assert manifest == {name: sha1(data) for name, data in (FILES | {"pass.json": PASS}).items()}


def test_a_pass_without_shared_files_is_a_pass():
    shell = PassShell.pack({})
    assert shell.head == b""
    assert list(members(whole(shell, PASS))) == ["pass.json", "manifest.json", "signature"]
    assert json.loads(shell.manifest(PASS)) == {"pass.json": sha1(PASS)}


def test_the_same_content_gives_the_same_bytes_in_whatever_order_it_came():
    backwards = dict(reversed(FILES.items()))
    assert whole(PassShell.pack(FILES), PASS) == whole(PassShell.pack(backwards), PASS)


def test_the_head_does_not_depend_on_the_card():
    shell = PassShell.pack(FILES)
    assert whole(shell, b"{}").startswith(shell.head)
    assert whole(shell, PASS).startswith(shell.head)


def test_the_signature_in_the_file_is_over_the_manifest_in_the_file(signer):
    shell = PassShell.pack(FILES)
    found = members(whole(shell, PASS, signer.sign(shell.manifest(PASS), NOW)))
    assert signer.verifies(found["signature"], found["manifest.json"], NOW)


@pytest.mark.parametrize(
    "name",
    [
        "pass.json",
        "manifest.json",
        "signature",
        "",
        "/icon.png",
        "a//b",
        "../icon.png",
        "a/./b",
        "ru.lproj\\icon.png",
        "a/",
    ],
)
def test_a_name_that_a_pass_cannot_hold_is_refused(name):
    with pytest.raises(ValueError, match=r"shared|path"):
        PassShell.pack({name: b""})


NAME = st.text(st.characters(exclude_characters="/\\", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
PATH = st.lists(NAME.filter(lambda name: name not in {".", ".."}), min_size=1, max_size=3).map("/".join)


@given(
    st.dictionaries(PATH.filter(lambda path: path not in {"pass.json", "manifest.json", "signature"}), st.binary()),
    st.binary(),
)
def test_whatever_is_packed_comes_out_again(files, pass_json):
    found = members(whole(PassShell.pack(files), pass_json))
    digests = json.loads(found["manifest.json"])
    assert {name: found[name] for name in files} == files
    assert digests == {name: sha1(found[name]) for name in (*files, "pass.json")}


def test_a_tail_holds_no_more_than_what_the_card_has_for_itself(signer):
    shell, pass_json = PassShell.pack({f"strip{n}.png": bytes(20_000) for n in range(9)}), PASS * 250
    manifest = shell.manifest(pass_json)
    tail = shell.tail(pass_json, manifest, signer.sign(manifest, NOW))
    assert len(tail) < len(pass_json) + 6_000
