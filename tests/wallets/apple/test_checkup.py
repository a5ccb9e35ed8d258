"""Each rule of the certificate check, broken on its own."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from tests.wallets.apple.conftest import NOW, PASS_TYPE, TEAM
from wallet_service.wallets.apple.certificates import PassCertificate
from wallet_service.wallets.apple.checkup import Level, check
from wallet_service.wallets.apple.devpki import Period, issue_pass_certificate, make_authority
from wallet_service.wallets.apple.pem import new_key

YEAR = timedelta(days=365)


@pytest.fixture(scope="session")
def authority():
    return make_authority(NOW)[1]


@pytest.fixture(scope="session")
def key():
    return new_key()


def codes(findings) -> dict[str, str]:
    return {finding.code: finding.level.value for finding in findings}


def handmade(
    authority, key, tmp_path, *, subject: dict[x509.ObjectIdentifier, str], extensions=(), issuer=None, identifier=None
) -> PassCertificate:
    """A leaf with exactly this subject and these extensions."""
    name = x509.Name([x509.NameAttribute(kind, value) for kind, value in subject.items()])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(authority.certificate.subject if issuer is None else issuer)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - YEAR)
        .not_valid_after(NOW + YEAR)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    leaf = builder.sign(authority.key, SHA256())
    return PassCertificate.of(tmp_path / PASS_TYPE, leaf, key, authority.certificate, 0o600)


def test_a_throw_away_certificate_has_but_one_warning(certificate):
    assert codes(check(certificate, NOW, team=TEAM)) == {"not-apple": "warning"}


@pytest.mark.parametrize(
    ("left", "code"),
    [
        (timedelta(days=60), None),
        (timedelta(days=60, seconds=-1), "expires-within-60-days"),
        (timedelta(days=30), "expires-within-60-days"),
        (timedelta(days=29), "expires-within-30-days"),
        (timedelta(days=13), "expires-within-14-days"),
        (timedelta(days=2), "expires-within-3-days"),
        (timedelta(0), "expires-within-3-days"),
        (timedelta(seconds=-1), "expired"),
        (timedelta(days=396), "not-yet-valid"),
    ],
)
def test_the_end_is_told_in_steps(certificate, left, code):
    found = codes(check(certificate, certificate.ends_at - left)).keys() - {"not-apple"}
    assert found == ({code} if code else set())


def test_a_warning_says_the_days_left_and_what_to_do(certificate):
    finding = check(certificate, certificate.ends_at - timedelta(days=13, hours=5))[0]
    assert (finding.level, "in 13 days" in finding.text) == (Level.WARNING, True)
    assert f"certs request {PASS_TYPE} --renew" in finding.remedy


def test_another_key_is_an_error(certificate, key):
    assert codes(check(replace(certificate, key=key), NOW))["other-key"] == "error"


def test_a_key_that_signs_wrongly_is_found_by_trial(certificate):
    good = certificate.key.private_numbers()
    bad = RSAPrivateNumbers(
        good.p, good.q, good.d + 2, good.dmp1 + 2, good.dmq1, good.iqmp, good.public_numbers
    ).private_key(unsafe_skip_rsa_key_validation=True)
    assert codes(check(replace(certificate, key=bad), NOW))["trial-failed"] == "error"


def test_a_key_of_another_size_is_a_warning(authority, tmp_path):
    wide = generate_private_key(65537, 3072)
    leaf = issue_pass_certificate(authority, wide.public_key(), PASS_TYPE, TEAM, "O", Period(NOW - YEAR, NOW + YEAR))
    certificate = PassCertificate.of(tmp_path / PASS_TYPE, leaf, wide, authority.certificate, 0o600)
    assert codes(check(certificate, NOW))["key-size"] == "warning"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o601])
def test_a_key_that_others_may_open_is_an_error(certificate, mode):
    finding = check(replace(certificate, key_mode=mode), NOW)[0]
    assert (finding.code, finding.level) == ("key-exposed", Level.ERROR)
    assert f"{mode:04o}" in finding.text
    assert finding.remedy.startswith("chmod 600 ")


def test_a_certificate_in_the_folder_of_another_pass_type_is_an_error(certificate, tmp_path):
    finding = check(replace(certificate, folder=tmp_path / "pass.com.other"), NOW)[0]
    assert (finding.code, finding.level) == ("other-pass-type", Level.ERROR)
    assert finding.text == f"It is for {PASS_TYPE}, not for pass.com.other."


def test_a_certificate_of_another_team_is_an_error(certificate):
    assert codes(check(certificate, NOW, team="ZZZZZ99999"))["other-team"] == "error"


def test_a_certificate_for_some_other_purpose_is_told_in_full(authority, key, tmp_path):
    usage = x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.3")])
    other = handmade(authority, key, tmp_path, subject={NameOID.COMMON_NAME: "Developer ID"}, extensions=[usage])
    found = codes(check(other, NOW, team=TEAM))
    expected = {"other-pass-type", "no-team", "no-push", "other-team"}
    assert {code for code, level in found.items() if level == "error"} == expected
    assert found["no-apple-extension"] == "warning"


def test_a_certificate_without_any_extension_cannot_push(authority, key, tmp_path):
    bare = handmade(authority, key, tmp_path, subject={NameOID.USER_ID: PASS_TYPE})
    assert codes(check(bare, NOW))["no-push"] == "error"


def test_nfc_is_noted(authority, key, tmp_path):
    subject = {NameOID.USER_ID: PASS_TYPE, NameOID.COMMON_NAME: f"Pass Type ID with NFC: {PASS_TYPE}"}
    assert codes(check(handmade(authority, key, tmp_path, subject=subject), NOW))["nfc"] == "note"


def test_another_intermediate_is_an_error(certificate, authority):
    strange = replace(certificate, intermediate=authority.certificate)
    finding = check(strange, NOW)[0]
    assert (finding.code, finding.level) == ("other-intermediate", Level.ERROR)
    assert "the issuer's key identifier differs" in finding.text
    assert "Throw-away Developer Relations Certification Authority, G4" in finding.text


def test_an_intermediate_of_another_name_is_an_error(certificate):
    strange = replace(certificate, intermediate=certificate.leaf)
    assert "the issuer's name or signature differs" in check(strange, NOW)[0].text


def test_a_nameless_issuer_is_nobody(authority, key, tmp_path):
    orphan = handmade(authority, key, tmp_path, subject={NameOID.USER_ID: PASS_TYPE}, issuer=x509.Name([]))
    assert "It was issued by nobody," in next(f.text for f in check(orphan, NOW) if f.code == "other-intermediate")


def test_an_intermediate_near_its_end_is_a_warning_and_past_it_an_error(certificate):
    ends_at = certificate.intermediate.not_valid_after_utc
    assert codes(check(certificate, ends_at - timedelta(days=59)))["intermediate-expires"] == "warning"
    assert codes(check(certificate, ends_at + timedelta(seconds=1)))["intermediate-expired"] == "error"


def test_apple_as_the_issuer_is_no_warning(authority, key, tmp_path):
    apple = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Apple Inc.")])
    found = codes(check(handmade(authority, key, tmp_path, subject={NameOID.USER_ID: PASS_TYPE}, issuer=apple), NOW))
    assert "not-apple" not in found


def test_the_worst_comes_first(authority, key, tmp_path):
    subject = {NameOID.USER_ID: "pass.other", NameOID.COMMON_NAME: "Pass Type ID with NFC: pass.other"}
    levels = [finding.level for finding in check(handmade(authority, key, tmp_path, subject=subject), NOW)]
    assert levels == sorted(levels, key=[Level.ERROR, Level.WARNING, Level.NOTE].index)
    assert set(levels) == set(Level)
