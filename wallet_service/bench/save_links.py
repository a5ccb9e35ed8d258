"""`bench save-links`: Google save links made on one core, against the RSA-2048 signatures that they need, alone."""

from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from wallet_service.bench.harness import SLICE, Effort, Figure, Figures, Goal, compare, one_core, rate
from wallet_service.ids import new_id
from wallet_service.wallets.google.links import Saved, save_link
from wallet_service.wallets.google.service_account import ServiceAccount

FIGURES = (
    Figure("of_rsa_limit", "save links for each bare RSA-2048 signature in the same time", Goal(0.85)),
    Figure("per_s", "save links a second of one core"),
)
SECONDS = {Effort.TRIAL: 0.02, Effort.QUICK: SLICE, Effort.NORMAL: 2 * SLICE, Effort.FULL: 4 * SLICE}
"""Of each side, in each round."""
NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
ISSUER = "3388000000012345678"
PADDING, HASH = PKCS1v15(), SHA256()


def measure(effort: Effort) -> Figures:
    """Every figure of this bench."""
    account, seconds = _account(), SECONDS[effort]
    card = [Saved(f"{ISSUER}.{new_id('card', NOW)}", f"{ISSUER}.burger-heroes.1")]
    link = str(save_link(account, card, NOW))
    signed = link.rpartition("/")[2].rpartition(".")[0].encode()
    with one_core():
        ours = compare(
            "save links",
            lambda: rate(lambda: save_link(account, card, NOW), seconds),
            lambda: rate(lambda: account.key.sign(signed, PADDING, HASH), seconds),
        )
    return {"of_rsa_limit": ours.ratio, "per_s": ours.ours}


def _account() -> ServiceAccount:
    """As its file would be read."""
    return ServiceAccount(
        file=Path("service-account.json"),
        project="bench",
        email="cards@bench.iam.gserviceaccount.com",
        key=generate_private_key(65537, 2048),
        key_id="0" * 40,
        token_uri="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
        file_mode=0o600,
    )
