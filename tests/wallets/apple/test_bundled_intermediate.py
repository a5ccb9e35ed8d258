"""The intermediate that comes with the project is Apple's own, unchanged."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

BUNDLED = Path(__file__).parents[3] / "certs" / "wwdr-g4.pem"


def test_the_bundled_intermediate_is_apples_g4():
    certificate = x509.load_pem_x509_certificate(BUNDLED.read_bytes())
    assert certificate.fingerprint(SHA256()).hex(":").upper() == (
        "EA:47:57:88:55:38:DD:8C:B5:9F:F4:55:6F:67:60:87:D8:3C:85:E7:09:02:C1:22:E4:2C:08:08:B5:BC:E1:4C"
    )
