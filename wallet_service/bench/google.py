"""`bench google`: what a balance PATCH costs the client, and an hour of a large brand within Google's quota.

Counted is the processor's time of the client alone; the server is another process, over plain HTTP for both. The hour
is simulated: the product's pace and its rule that the newest balance wins, and a clock that leaps.
"""

from collections.abc import Mapping, Sequence
from statistics import median

from wallet_service.bench.google_clients import Cost, clients
from wallet_service.bench.google_hour import HOUR, Hour, simulate
from wallet_service.bench.google_target import google_target
from wallet_service.bench.harness import ROUNDS, Effort, Figure, Figures, Goal, percentile, steps

FIGURES = (
    Figure("over_requests", "our PATCHes per second of the processor for each of google-auth with requests", Goal(5)),
    Figure("per_cpu_s", "PATCHes for each second of the processor, in batches as the drain sends them"),
    Figure("peak_per_s", "most requests in any second of the simulated hour", Goal(20, at_most=True)),
    Figure("sent_per_card", "requests for each card that changed ten times, until Google knew the newest of all"),
    Figure("outdated_share", "of them that did not carry the newest balance", Goal(0, at_most=True)),
    Figure("interactive_p99_s", "seconds that 99 of 100 customers waited for their turn", Goal(1.0, at_most=True)),
)
PATCHES = {Effort.TRIAL: 100, Effort.QUICK: 1_000, Effort.NORMAL: 4_000, Effort.FULL: 20_000}
"""Of each round; the dearer client sends a fifth of that."""
CARDS = {Effort.TRIAL: 2_000, Effort.QUICK: 20_000, Effort.NORMAL: 100_000, Effort.FULL: 300_000}
USUAL = 100_000
"""Cards whose changes take an hour; fewer take less, so that as many change in a second."""
DEAR = frozenset({"requests"})

Seconds = Mapping[str, float]
"""For each client, what one PATCH took in one round."""


def measure(effort: Effort) -> Figures:
    """Every figure of this bench; those of a peer that is not installed are left out."""
    with google_target() as target:
        found = clients(target)
        rounds = [_round(found, PATCHES[effort]) for _ in steps("google", ROUNDS)]
    cards = CARDS[effort]
    hour, _ = simulate(cards, HOUR * min(1.0, cards / USUAL))
    return figures_of(rounds) | figures_of_hour(hour, cards)


def figures_of(rounds: Sequence[Seconds]) -> Figures:
    """Medians, and the median of the ratios inside a round. PURE."""
    ratios = [each["requests"] / each["ours"] for each in rounds if "requests" in each]
    ours = {"per_cpu_s": 1 / median(each["ours"] for each in rounds)}
    return ours | ({"over_requests": median(ratios)} if ratios else {})


def figures_of_hour(hour: Hour, cards: int) -> Figures:
    """What the simulated hour says. PURE."""
    return {
        "peak_per_s": hour.peak_per_s,
        "sent_per_card": hour.campaign / cards,
        "outdated_share": hour.outdated / hour.campaign,
        "interactive_p99_s": percentile(hour.waits, 0.99),
    }


def _round(found: Mapping[str, Cost], patches: int) -> Seconds:
    numbers = {name: patches // 5 if name in DEAR else patches for name in found}
    return {name: cost(numbers[name]) / numbers[name] for name, cost in found.items()}
