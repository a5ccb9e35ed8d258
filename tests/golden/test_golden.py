"""Golden passes: pass.json of every template and language as last read by a person, and a file that phones accept."""

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256

from tests.golden.passes import GOLDEN, Sample, members, printed, printing_press, readable, samples
from tests.people import PASS_TYPE
from wallet_service.clock import SystemClock
from wallet_service.wallets.apple.certificates import load_certificate
from wallet_service.wallets.apple.checks import Severity, check_pass
from wallet_service.wallets.apple.wallet import AppleWallet

SAMPLES = {sample.name: sample for sample in samples()}


@pytest.fixture
def sample(request: pytest.FixtureRequest) -> Sample:
    return SAMPLES[request.param]


@pytest.fixture
async def press(certs: Path) -> AsyncIterator[AppleWallet]:
    opened = printing_press(certs, SystemClock())
    yield opened
    await opened.aclose()


every_sample = pytest.mark.parametrize("sample", SAMPLES, indirect=True)


@every_sample
async def test_the_pass_is_as_it_was_last_read(press: AppleWallet, sample: Sample):
    found = readable(members(await printed(press, sample))["pass.json"])
    assert found == sample.file.read_text(), "if this is meant: python -m tests.golden"


@every_sample
async def test_the_validator_finds_no_error_in_it(press: AppleWallet, certs: Path, sample: Sample):
    certificate = load_certificate(certs / PASS_TYPE)
    findings = check_pass(
        await printed(press, sample),
        now=SystemClock().now(),
        certificate=certificate.leaf,
        trusted=frozenset({certificate.intermediate.fingerprint(SHA256()).hex()}),
    )
    assert [finding for finding in findings if finding.severity is Severity.ERROR] == []


@every_sample
async def test_openssl_verifies_its_signature(press: AppleWallet, certs: Path, tmp_path: Path, sample: Sample):
    found = members(await printed(press, sample))
    assert openssl_complains(found["signature"], found["manifest.json"], certs / "dev-root.pem", tmp_path) == ""


def openssl_complains(signature: bytes, manifest: bytes, root: Path, folder: Path) -> str:
    """What OpenSSL says against the signature; nothing if it verifies."""
    (folder / "signature").write_bytes(signature)
    (folder / "manifest").write_bytes(manifest)
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-out", "/dev/null"]
    files = ["-in", str(folder / "signature"), "-content", str(folder / "manifest"), "-CAfile", str(root)]
    verified = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
    return "" if verified.returncode == 0 else verified.stderr


def test_every_golden_file_has_its_template():
    passes = {file.name for file in GOLDEN.glob("*.json") if not file.name.startswith("google_")}
    assert passes == {sample.file.name for sample in SAMPLES.values()}
