"""Reads what an operator brings for installation: `.cer`, `.pem` or `.p12`, told apart by content, never by name."""

from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from cryptography.x509.oid import NameOID

from wallet_service.wallets.apple.pem import BEGIN, KEY_BLOCK, Unreadable, as_rsa, certificates_in, keys_in

LEGACY = (
    "is no certificate, or a .p12 whose passphrase is wrong or missing, or one in an old encryption (RC2) that this "
    "OpenSSL has switched off; export it again: `openssl pkcs12 -legacy -in OLD.p12 -out NEW.pem`, then install NEW.pem"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The certificates and keys of one file, in its order."""

    certificates: tuple[x509.Certificate, ...]
    keys: tuple[RSAPrivateKey, ...] = field(default=(), repr=False)

    def leaves(self) -> list[x509.Certificate]:
        """Those that are for a pass type: their subject has a UID."""
        return [each for each in self.certificates if each.subject.get_attributes_for_oid(NameOID.USER_ID)]


def read_answer(content: bytes, passphrase: bytes | None = None) -> Answer:
    """Whatever of the three forms this is. Raises `Unreadable` with a text that says what to do."""
    if BEGIN in content:
        keys = keys_in(content, passphrase) if KEY_BLOCK.search(content) else []
        return Answer(tuple(certificates_in(content)), tuple(keys))
    try:
        return Answer((x509.load_der_x509_certificate(content),))
    except ValueError:
        return _read_p12(content, passphrase)


def _read_p12(content: bytes, passphrase: bytes | None) -> Answer:
    try:
        bundle = load_pkcs12(content, passphrase)
    except ValueError:
        raise Unreadable(LEGACY) from None
    own = [bundle.cert] if bundle.cert else []
    certificates = tuple(each.certificate for each in (*own, *bundle.additional_certs))
    return Answer(certificates, (as_rsa(bundle.key),) if bundle.key else ())
