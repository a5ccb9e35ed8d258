"""Where pass.json meets the certificate that signed it (rules 1, 2 and half of 25)."""

from collections.abc import Iterator, Mapping
from typing import Any

from wallet_service.wallets.apple.checks.certificates import Certificate
from wallet_service.wallets.apple.checks.finding import Finding, error, quoted


def check_identity(document: Mapping[str, Any], leaf: Certificate) -> Iterator[Finding]:
    """Whether the pass says of itself what its certificate says."""
    yield from _pass_type(document.get("passTypeIdentifier"), leaf)
    yield from _team(document.get("teamIdentifier"), leaf)
    if "nfc" in document and not leaf.for_nfc:
        yield error(
            25, "nfc", "The certificate is not one for NFC.", "Leave nfc out, or ask Apple for an NFC certificate."
        )


def _pass_type(said: str | None, leaf: Certificate) -> Iterator[Finding]:
    wrong = [name for name in leaf.pass_types or ("",) if name != said]
    if said is not None and wrong:
        yield error(
            1,
            "passTypeIdentifier",
            f"The pass says {quoted(said)}, the certificate {quoted(wrong[0])}.",
            "Sign with the certificate of this pass type, or write the certificate's pass type.",
        )


def _team(said: str | None, leaf: Certificate) -> Iterator[Finding]:
    if said is not None and said != leaf.team:
        yield error(
            2,
            "teamIdentifier",
            f"The pass says {quoted(said)}, the certificate {quoted(leaf.team or '')}.",
            "Write the team identifier that stands in the certificate as OU.",
        )
