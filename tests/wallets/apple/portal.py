"""Apple's portal, as far as an operator sees it: it takes a request and answers with a certificate."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from wallet_service.wallets.apple.devpki import Authority, Period, issue_pass_certificate


def answer_to(request: Path, portal: Authority, pass_type: str, period: Period) -> x509.Certificate:
    """The certificate for a request, once the request proved to be of one who holds its RSA key."""
    read = x509.load_pem_x509_csr(request.read_bytes())
    public_key = read.public_key()
    assert read.is_signature_valid
    assert isinstance(public_key, RSAPublicKey)
    assert public_key.key_size == 2048
    return issue_pass_certificate(portal, public_key, pass_type, "ABCDE12345", "Burger Heroes", period)
