"""Reads a .pkpass as iOS does before it keeps it: package, manifest, signature and pass.json, in this order.

Rules from Apple's pages "Building a Pass", "Pass" and "Distributing and updating a pass".
"""

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import orjson
from cryptography import x509

from wallet_service.simulators.installed_pass import (
    LEGACY_STYLES,
    SECTIONS,
    STYLES,
    InstalledPass,
    PassRejected,
    require,
)
from wallet_service.simulators.pass_signature import Certified, verify_signature

MEDIA_TYPE = "application/vnd.apple.pkpass"
LARGEST = 10_000_000
"""Bytes of a pass when unpacked. Apple names no limit; beyond this something is wrong."""
ENCRYPTED = 0x1
PNG = b"\x89PNG\r\n\x1a\n"
ICONS = ("icon.png", "icon@2x.png", "icon@3x.png")
UNSIGNED = {"manifest.json", "signature"}
REQUIRED_TEXTS = ("passTypeIdentifier", "teamIdentifier", "serialNumber", "organizationName", "description")
SHORTEST_TOKEN = 16


def read_pass(file: bytes, *, roots: Path | None, now: datetime) -> InstalledPass:
    """Verify the file as iOS would and give the pass it holds. Raises `PassRejected`.

    `roots` is a PEM file of the authorities to trust; without it the chain is checked as far as the file carries it.
    """
    files = _unpack(file)
    manifest = _check_manifest(files)
    trusted = x509.load_pem_x509_certificates(roots.read_bytes()) if roots else []
    certified = verify_signature(files["signature"], files["manifest.json"], roots=trusted, now=now)
    _check_icon(files)
    document = _json_object("pass.json", files["pass.json"])
    _check_document(document, certified)
    return InstalledPass(
        serial=document["serialNumber"],
        pass_type=document["passTypeIdentifier"],
        token=document.get("authenticationToken", ""),
        web_service_url=document.get("webServiceURL", ""),
        document=document,
        manifest=manifest,
    )


def _unpack(file: bytes) -> dict[str, bytes]:
    try:
        with ZipFile(BytesIO(file)) as package:
            entries = [entry for entry in package.infolist() if not entry.is_dir()]
            _check_entries(entries)
            files = {entry.filename: package.read(entry) for entry in entries}
    except (BadZipFile, zlib.error, EOFError) as error:
        raise PassRejected(f"the package is not a sound zip: {error}") from error
    for name in ("pass.json", *sorted(UNSIGNED)):
        require(name in files, f"{name} is missing at the root of the package")
    return files


def _check_entries(entries: list[ZipInfo]) -> None:
    require(sum(entry.file_size for entry in entries) <= LARGEST, f"the package unpacks to more than {LARGEST} bytes")
    for name, times in Counter(entry.filename for entry in entries).items():
        require(times == 1, f"{name} is in the package {times} times")
        require(_is_plain_path(name), f"{name} has no place in a package")
    for entry in entries:
        require(not entry.flag_bits & ENCRYPTED, f"{entry.filename} is encrypted")
        require(entry.compress_type in {ZIP_STORED, ZIP_DEFLATED}, f"{entry.filename} is neither stored nor deflated")


def _is_plain_path(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "\\" not in name and not {"/", "..", "__MACOSX", ".DS_Store"}.intersection(parts)


def _check_manifest(files: Mapping[str, bytes]) -> dict[str, str]:
    manifest = _json_object("manifest.json", files["manifest.json"])
    there = files.keys() - UNSIGNED
    require(there <= manifest.keys(), f"the manifest does not list {_names(there - manifest.keys())}")
    require(manifest.keys() <= there, f"the package lacks {_names(manifest.keys() - there)} of its manifest")
    wrong = {name for name in there if manifest[name] != hashlib.sha1(files[name], usedforsecurity=False).hexdigest()}
    require(not wrong, f"the SHA-1 in the manifest is not that of {_names(wrong)}")
    return manifest


def _names(names: set[str]) -> str:
    return ", ".join(sorted(names))


def _json_object(name: str, raw: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise PassRejected(f"{name} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise PassRejected(f"{name} is not a JSON object")
    return content


def _check_icon(files: Mapping[str, bytes]) -> None:
    icons = [name for name in ICONS if name in files]
    require(bool(icons), "there is no icon")
    for name in icons:
        require(files[name].startswith(PNG), f"{name} is not a PNG")


def _check_document(document: Mapping[str, Any], certified: Certified) -> None:
    version = document.get("formatVersion")
    require(type(version) is int and version == 1, "formatVersion is not the number 1")
    for key in REQUIRED_TEXTS:
        require(_is_text(document.get(key)), f"{key} is missing, empty or not a string")
    _check_signer(document, certified)
    _check_web_service(document)
    _check_styles(document)
    barcodes = document.get("barcodes", [])
    require(isinstance(barcodes, list), "barcodes is not an array")
    require(all(map(_is_barcode, barcodes)), "a barcode lacks format, message or messageEncoding")


def _check_signer(document: Mapping[str, Any], certified: Certified) -> None:
    pass_type, team = document["passTypeIdentifier"], document["teamIdentifier"]
    require(pass_type == certified.pass_type, f"{pass_type} is signed with a certificate for {certified.pass_type}")
    require(team == certified.team, f"team {team} is signed with a certificate of {certified.team}")


def _check_web_service(document: Mapping[str, Any]) -> None:
    if "webServiceURL" not in document:
        return
    url, token = document["webServiceURL"], document.get("authenticationToken")
    require(_is_text(url) and _is_address(url), "webServiceURL is not an address")
    long_enough = isinstance(token, str) and len(token) >= SHORTEST_TOKEN
    require(long_enough, f"authenticationToken is missing or shorter than {SHORTEST_TOKEN} characters")


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"https", "http"} and bool(parts.hostname)


def _check_styles(document: Mapping[str, Any]) -> None:
    styles = [style for style in STYLES if style in document]
    require(bool(styles), "the pass has no style")
    legacy = [style for style in LEGACY_STYLES if style in document]
    require(len(legacy) <= 1, f"the pass has more than one style: {', '.join(legacy)}")
    for style in styles:
        require(isinstance(document[style], dict), f"{style} is not an object")
        keys = Counter(_field_keys(document[style]))
        twice = {key for key, times in keys.items() if times > 1}
        require(not twice, f"{style} has more than one field called {_names(twice)}")


def _field_keys(style: Mapping[str, Any]) -> Iterator[str]:
    for section in SECTIONS:
        fields = style.get(section, [])
        require(isinstance(fields, list), f"{section} is not an array")
        for field in fields:
            require(_is_field(field), f"{section} has an entry that is not a field")
            yield field["key"]


def _is_field(field: object) -> bool:
    if not isinstance(field, dict) or not _is_text(field.get("key")):
        return False
    value, message = field.get("value"), field.get("changeMessage", "")
    return isinstance(value, str | int | float) and not isinstance(value, bool) and isinstance(message, str)


def _is_barcode(barcode: object) -> bool:
    parts = ("format", "message", "messageEncoding")
    return isinstance(barcode, dict) and all(_is_text(barcode.get(part)) for part in parts)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)
