"""What a simulated phone takes as a pass, and what it refuses: the package, its manifest and pass.json."""

import warnings
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_STORED, ZipFile

import orjson
import pytest

from tests.simulators.pass_press import NOW, PNG, TOKEN, authority, document, pack, press, seal
from wallet_service.simulators.installed_pass import PassRejected
from wallet_service.simulators.pass_reader import read_pass

PASS_JSON = orjson.dumps(document())
GOOD = {"pass.json": PASS_JSON, "icon@2x.png": PNG}


def rejected(file: bytes) -> str:
    """Why the phone refuses this file."""
    with pytest.raises(PassRejected) as refusal:
        read_pass(file, roots=None, now=NOW)
    return str(refusal.value)


def test_a_good_pass_is_read(tmp_path: Path):
    (tmp_path / "root.pem").write_bytes(authority().pem)
    file = press("card_1", webServiceURL="https://cards.example", authenticationToken=TOKEN)
    card = read_pass(file, roots=tmp_path / "root.pem", now=NOW)
    assert (card.serial, card.pass_type, card.token) == ("card_1", "pass.example.burger", TOKEN)
    assert card.web_service_url == "https://cards.example"
    assert card.files == {"pass.json", "icon.png"}
    assert card.document["teamIdentifier"] == "TEAM123456"


def test_stored_files_folders_and_files_of_other_tools_are_taken():
    target = BytesIO()
    files = seal({**GOOD, "en.lproj/pass.strings": b"", "tooling.json": b"{}"})
    with ZipFile(target, "w", ZIP_STORED) as package:
        package.mkdir("en.lproj")
        for name, body in files.items():
            package.writestr(name, body)
    assert "en.lproj/pass.strings" in read_pass(target.getvalue(), roots=None, now=NOW).files


def bzipped() -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", ZIP_BZIP2) as package:
        package.writestr("pass.json", PASS_JSON)
    return target.getvalue()


def doubled() -> bytes:
    target = BytesIO()
    with warnings.catch_warnings(action="ignore"), ZipFile(target, "w") as package:
        package.writestr("pass.json", PASS_JSON)
        package.writestr("pass.json", PASS_JSON)
    return target.getvalue()


def encrypted() -> bytes:
    """The flag alone, in the central directory, is what a reader sees first."""
    file = bytearray(pack(GOOD))
    file[file.index(b"PK\x01\x02") + 8] |= 1
    return bytes(file)


def damaged() -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", ZIP_STORED) as package:
        package.writestr("pass.json", PASS_JSON)
    return target.getvalue().replace(b"Burger", b"Bugrer")


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"<html>", "File is not a zip file"),
        (damaged(), "Bad CRC-32"),
        (bzipped(), "pass.json is neither stored nor deflated"),
        (doubled(), "pass.json is in the package 2 times"),
        (encrypted(), "pass.json is encrypted"),
        (pack({"card.pass/pass.json": PASS_JSON}), "pass.json is missing at the root"),
        (pack({"pass.json": PASS_JSON}), "manifest.json is missing at the root"),
        (pack({"pass.json": PASS_JSON, "manifest.json": b"{}"}), "signature is missing at the root"),
        (pack({"__MACOSX/icon.png": PNG}), "__MACOSX/icon.png has no place in a package"),
        (pack({"en.lproj/.DS_Store": b""}), ".DS_Store has no place"),
        (pack({"../icon.png": PNG}), "../icon.png has no place"),
        (pack({"/icon.png": PNG}), "/icon.png has no place"),
        (pack({"en.lproj\\icon.png": PNG}), "icon.png has no place"),
        (pack({"big.bin": bytes(10_000_001)}), "more than 10000000 bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_package_that_is_not_sound_is_refused(file: bytes, reason: str):
    assert reason in rejected(file)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"icon@2x.png": PNG + b"!"}, "the SHA-1 in the manifest is not that of icon@2x.png"),
        ({"strip.png": PNG}, "the manifest does not list strip.png"),
        ({"manifest.json": b"{,}"}, "manifest.json is not JSON"),
        ({"manifest.json": b"[]"}, "manifest.json is not a JSON object"),
        ({"manifest.json": seal({**GOOD, "logo.png": PNG})["manifest.json"]}, "the package lacks logo.png"),
        ({"manifest.json": seal(GOOD)["manifest.json"] + b"\n"}, "over other bytes than this manifest"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_manifest_that_does_not_tell_the_truth_is_refused(changes: dict[str, bytes], reason: str):
    assert reason in rejected(pack(seal(GOOD) | changes))


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"pass.json": PASS_JSON}, "there is no icon"),
        ({"pass.json": PASS_JSON, "icon.png": b"GIF89a"}, "icon.png is not a PNG"),
        ({"pass.json": b"\xef\xbb\xbf" + PASS_JSON, "icon.png": PNG}, "pass.json is not JSON"),
        ({"pass.json": b'"card"', "icon.png": PNG}, "pass.json is not a JSON object"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_signed_package_without_the_required_files_is_refused(files: dict[str, bytes], reason: str):
    assert reason in rejected(pack(seal(files)))


URL = "https://cards.example"
TWICE = [{"key": "balance", "value": 1}]
CODE = {"format": "PKBarcodeFormatQR", "message": "1"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"formatVersion": "1"}, "formatVersion is not the number 1"),
        ({"formatVersion": True}, "formatVersion is not the number 1"),
        ({"formatVersion": 2}, "formatVersion is not the number 1"),
        ({"serialNumber": ""}, "serialNumber is missing, empty or not a string"),
        ({"organizationName": None}, "organizationName is missing"),
        ({"description": 7}, "description is missing, empty or not a string"),
        ({"passTypeIdentifier": "pass.example.coffee"}, "signed with a certificate for pass.example.burger"),
        ({"teamIdentifier": "TEAM000000"}, "signed with a certificate of TEAM123456"),
        ({"webServiceURL": "cards.example", "authenticationToken": TOKEN}, "webServiceURL is not an address"),
        ({"webServiceURL": "https://", "authenticationToken": TOKEN}, "webServiceURL is not an address"),
        ({"webServiceURL": URL}, "authenticationToken is missing or shorter than 16"),
        ({"webServiceURL": URL, "authenticationToken": "fifteen-letters"}, "shorter than 16"),
        ({"storeCard": None}, "the pass has no style"),
        ({"coupon": {}}, "more than one style: storeCard, coupon"),
        ({"storeCard": []}, "storeCard is not an object"),
        ({"storeCard": {"headerFields": {}}}, "headerFields is not an array"),
        ({"storeCard": {"headerFields": [7]}}, "headerFields has an entry that is not a field"),
        ({"storeCard": {"headerFields": [{"value": 1}]}}, "has an entry that is not a field"),
        ({"storeCard": {"headerFields": [{"key": "a"}]}}, "has an entry that is not a field"),
        ({"storeCard": {"headerFields": [{"key": "a", "value": True}]}}, "has an entry that is not a field"),
        ({"storeCard": {"headerFields": TWICE, "backFields": TWICE}}, "more than one field called balance"),
        ({"barcodes": CODE}, "barcodes is not an array"),
        ({"barcodes": [CODE]}, "a barcode lacks format, message or messageEncoding"),
    ],
    ids=str,
)
def test_a_pass_json_that_wallet_would_refuse_is_refused(changes: dict[str, Any], reason: str):
    assert reason in rejected(press(**changes))
