"""The validator of passes: thirty-two checks that name what Wallet would refuse in silence."""

from wallet_service.wallets.apple.checks.delivery import check_delivery
from wallet_service.wallets.apple.checks.document import check_document, check_update
from wallet_service.wallets.apple.checks.finding import RULES, Finding, Severity, refused
from wallet_service.wallets.apple.checks.package import check_pass
from wallet_service.wallets.apple.checks.signature import APPLE_INTERMEDIATES

__all__ = [
    "APPLE_INTERMEDIATES",
    "RULES",
    "Finding",
    "Severity",
    "check_delivery",
    "check_document",
    "check_pass",
    "check_update",
    "refused",
]
