"""`bench pushes`: what a push costs the client, against aioapns and h2load at the same server.

Counted is the processor's time of the client alone; the server is another process. One connection, a hundred pushes in
flight, a token of its own for each push.
"""

from collections.abc import Mapping, Sequence
from statistics import median

from wallet_service.bench.harness import ROUNDS, Effort, Figure, Figures, Goal, steps
from wallet_service.bench.push_clients import Cost, clients
from wallet_service.bench.push_target import push_target

FIGURES = (
    Figure("cpu_s_per_10k", "seconds of the processor for 10,000 pushes"),
    Figure("cheaper_than_aioapns", "seconds of aioapns (extra `bench`) for each of ours", Goal(1.3)),
    Figure("of_h2load", "our seconds for each of h2load (nghttp2-client; needs nginx), which only sends"),
    Figure("cheaper_than_h2", "seconds of our codec on the library h2 for each of the lean one"),
)
PUSHES = {Effort.TRIAL: 200, Effort.QUICK: 4_000, Effort.NORMAL: 20_000, Effort.FULL: 100_000}
"""Of each round; the dearer clients send a tenth of that."""
DEAR = frozenset({"aioapns", "h2"})

Seconds = Mapping[str, float]
"""For each client, what one push took in one round."""


def measure(effort: Effort) -> Figures:
    """Every figure of this bench; those of peers that are not installed are left out."""
    with push_target() as target:
        found = clients(target)
        rounds = [_round(found, PUSHES[effort]) for _ in steps("pushes", ROUNDS)]
    return figures_of(rounds)


def figures_of(rounds: Sequence[Seconds]) -> Figures:
    """Medians, and medians of the ratios inside a round. PURE."""

    def ratios(one: str, other: str) -> list[float]:
        return [each[one] / each[other] for each in rounds if one in each and other in each]

    compared = {
        "cheaper_than_aioapns": ratios("aioapns", "lean"),
        "of_h2load": ratios("lean", "h2load"),
        "cheaper_than_h2": ratios("h2", "lean"),
    }
    ours = {"cpu_s_per_10k": 10_000 * median(each["lean"] for each in rounds)}
    return ours | {key: median(found) for key, found in compared.items() if found}


def _round(found: Mapping[str, Cost], pushes: int) -> Seconds:
    numbers = {name: pushes // 10 if name in DEAR else pushes for name in found}
    return {name: cost(numbers[name]) / numbers[name] for name, cost in found.items()}
