"""How the simulated APNs is told to behave: a script looks at each push and names the reply."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ReceivedPush:
    """One push as it arrived."""

    token: str
    topic: str
    payload: bytes
    headers: Mapping[str, str]
    """The ordinary header fields; pseudo-header fields are not among them."""
    connection: int
    """Which connection it came on, counted from 1 in the order of acceptance."""
    stream: int
    """Its HTTP/2 stream."""
    subject_uid: str | None
    """UID of the client certificate: the pass type it may push to."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; with `status` 200 the push is taken, with any other it is refused and not in the ledger."""

    status: int = 200
    reason: str | None = None
    """Apple's name of the refusal, sent in a JSON body."""
    timestamp_ms: int | None = None
    """Unix milliseconds since which the token is dead, beside `reason` (410 only)."""
    retry_after: int | None = None
    """Seconds, as the header `retry-after`."""
    body: bytes | None = None
    """Sent raw instead of the JSON body (an HTML page of some proxy, say)."""
    delay: float = 0.0
    """Seconds between the push and this answer."""
    max_streams: int | None = None
    """With this answer the connection's limit of concurrent streams changes (APNs did so after a bad token)."""


@dataclass(frozen=True, slots=True)
class Silence:
    """The push is taken, and its stream never answered."""


@dataclass(frozen=True, slots=True)
class Freeze:
    """The push is taken, and from now on the whole connection is dead to the world: no answers, no PING replies."""


@dataclass(frozen=True, slots=True)
class ResetStream:
    """RST_STREAM with this error code (RFC 9113, 7); 7 = REFUSED_STREAM says that the push was not processed."""

    code: int


@dataclass(frozen=True, slots=True)
class GoAway:
    """GOAWAY: streams up to the last one named are still answered, later ones are ignored (RFC 9113, 6.8)."""

    last: Literal["this", "before"]
    """`this`: the push is taken and answered 200 (unless `close`); `before`: it is not processed."""
    error_code: int = 0
    close: bool = False
    """The connection closes at once, with whatever is unanswered on it."""
    reason: str | None = None
    """Sent as JSON in the frame's debug data, as Apple does."""


@dataclass(frozen=True, slots=True)
class Drop:
    """The push is taken, and instead of an answer comes a TCP reset of the whole connection."""


Reply = Answer | Silence | Freeze | ResetStream | GoAway | Drop

Script = Callable[[ReceivedPush], Reply]

TAKEN = Answer()
REFUSED_STREAM = 7


def is_taken(reply: Reply) -> bool:
    """Whether APNs has taken the push on with this reply, so that a phone wakes although perhaps nobody is told."""
    match reply:
        case Answer(status=status):
            return status == 200
        case ResetStream(code=code):
            return code != REFUSED_STREAM
        case GoAway(last=last):
            return last == "this"
        case _:
            return True


def always(reply: Reply) -> Script:
    """Every push gets `reply`."""
    return lambda _: reply


def every(n: int, reply: Reply, otherwise: Reply = TAKEN) -> Script:
    """The n-th, 2n-th, … push gets `reply`."""
    seen = Counter[str]()

    def script(_: ReceivedPush) -> Reply:
        seen["all"] += 1
        return otherwise if seen["all"] % n else reply

    return script


def first(n: int, reply: Reply, otherwise: Reply = TAKEN) -> Script:
    """The first `n` pushes get `reply`."""
    return in_order([reply] * n, otherwise)


def nth(n: int, reply: Reply, otherwise: Reply = TAKEN) -> Script:
    """Only the n-th push gets `reply`."""
    return in_order([*[otherwise] * (n - 1), reply], otherwise)


def in_order(replies: Iterable[Reply], then: Reply = TAKEN) -> Script:
    """One reply after the other, and `then` for every later push."""
    queue = iter(replies)
    return lambda _: next(queue, then)


def first_attempt(reply: Reply, otherwise: Reply = TAKEN) -> Script:
    """The first push to each token gets `reply`; a repetition gets `otherwise`."""
    seen = set[str]()

    def script(push: ReceivedPush) -> Reply:
        if push.token in seen:
            return otherwise
        seen.add(push.token)
        return reply

    return script


def on_connection(number: int, script: Script, otherwise: Reply = TAKEN) -> Script:
    """`script` rules on this one connection (the first is 1), `otherwise` on all others."""
    return lambda push: script(push) if push.connection == number else otherwise


def to_tokens(tokens: Iterable[str], script: Script, otherwise: Reply = TAKEN) -> Script:
    """`script` rules for pushes to these tokens, `otherwise` for all others."""
    chosen = frozenset(tokens)
    return lambda push: script(push) if push.token in chosen else otherwise
