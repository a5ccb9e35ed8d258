"""A throw-away authority and one good pass certificate, made once: an RSA key takes a while."""

import shutil
from datetime import UTC, datetime

import pytest

from wallet_service.wallets.apple.certificates import load_certificate
from wallet_service.wallets.apple.devpki import make_dev_certificates
from wallet_service.wallets.apple.signing import Signer

PASS_TYPE, TEAM, NOW = "pass.com.burger-heroes.card", "ABCDE12345", datetime(2026, 11, 22, 10, 30, 15, 500, tzinfo=UTC)


@pytest.fixture(scope="session")
def pristine(tmp_path_factory):
    """A certs folder that nobody changes."""
    certs_dir = tmp_path_factory.mktemp("certs")
    make_dev_certificates(certs_dir, PASS_TYPE, TEAM, "Burger Heroes", NOW)
    return certs_dir


@pytest.fixture
def certs_dir(pristine, tmp_path):
    """A certs folder of one's own, copied from the pristine one."""
    return shutil.copytree(pristine, tmp_path / "certs")


@pytest.fixture(scope="session")
def certificate(pristine):
    return load_certificate(pristine / PASS_TYPE)


@pytest.fixture
def signer(certificate):
    return Signer(certificate)
