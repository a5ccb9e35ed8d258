"""`bench callbacks`: Google's callbacks verified on one core, the whole chain of signatures each time."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import cycle
from statistics import median

from wallet_service.bench.harness import (
    ROUNDS,
    SLICE,
    BenchImpossible,
    Effort,
    Figure,
    Figures,
    one_core,
    rate,
    steps,
)
from wallet_service.simulators.google_callbacks import CallbackSigner, message_about
from wallet_service.wallets.callback import Refusal
from wallet_service.wallets.google.callback_keys import RootKey, read_root_keys
from wallet_service.wallets.google.callbacks import verify

FIGURES = (Figure("per_s", "callbacks verified a second of one core"),)
SECONDS = {Effort.TRIAL: 0.02, Effort.QUICK: SLICE, Effort.NORMAL: 2 * SLICE, Effort.FULL: 4 * SLICE}
"""Of each round."""
BODIES = 64
NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
ISSUER = "3388000000012345678"


def measure(effort: Effort) -> Figures:
    """Every figure of this bench."""
    roots, bodies = _post()
    posted = cycle(bodies)

    def receive() -> None:
        if isinstance(verify(next(posted), roots, {ISSUER}, NOW), Refusal):
            raise BenchImpossible("A genuine callback was refused, so this is not what it should measure.")

    with one_core():
        return {"per_s": median(rate(receive, SECONDS[effort]) for _ in steps("callbacks", ROUNDS))}


def _post() -> tuple[Sequence[RootKey], Sequence[bytes]]:
    """The root keys as they are published, and callbacks for as many cards."""
    google = CallbackSigner()
    google.rotate(NOW)
    messages = [message_about("save", f"{ISSUER}.burger-heroes", f"{ISSUER}.card_{n}", NOW) for n in range(BODIES)]
    bodies = [google.sign(ISSUER, message, NOW) for message in messages]
    return read_root_keys(json.dumps(google.published()).encode()), bodies
