"""The simulated APNs without its wires: judges each request, keeps the ledger, tells the phones."""

from collections.abc import Callable
from dataclasses import dataclass, field

from wallet_service.simulators.apns_rules import Request, refusal_of
from wallet_service.simulators.apns_script import Answer, ReceivedPush, Reply, Script, is_taken


@dataclass(frozen=True, slots=True)
class RefusedPush:
    """A push that APNs did not take, and what it answered (or did)."""

    push: ReceivedPush
    reply: Reply


@dataclass(slots=True)
class Desk:
    """Where every complete request is laid down, whatever connection it came on."""

    script: Script
    received: list[ReceivedPush] = field(default_factory=list)
    """The ledger: every push taken on, in order. A push that is not here has woken nobody."""
    refused: list[RefusedPush] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    """Breaches of HTTP/2 for which a connection was closed."""
    listeners: list[Callable[[ReceivedPush], None]] = field(default_factory=list)
    dead_tokens: dict[str, int] = field(default_factory=dict)

    def take(self, request: Request, *, connection: int, stream: int) -> Reply:
        """Decide the reply to a request, write it down, and wake the phone if the push is taken."""
        push = _push(request, connection, stream)
        reply = refusal_of(request) or self._obituary(push.token) or self.script(push)
        if is_taken(reply):
            self._accept(push)
        else:
            self.refused.append(RefusedPush(push, reply))
        return reply

    def _obituary(self, token: str) -> Answer | None:
        died = self.dead_tokens.get(token.lower())
        return None if died is None else Answer(410, "Unregistered", timestamp_ms=died)

    def _accept(self, push: ReceivedPush) -> None:
        self.received.append(push)
        for listener in self.listeners:
            listener(push)


def _push(request: Request, connection: int, stream: int) -> ReceivedPush:
    headers = {name: value for name, value in request.fields if not name.startswith(":")}
    return ReceivedPush(request.token, request.topic, request.payload, headers, connection, stream, request.subject_uid)
