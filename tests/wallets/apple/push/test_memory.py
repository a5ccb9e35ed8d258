"""The transport in memory, beyond what every transport does."""

import pytest

from wallet_service.wallets.apple.push.memory import MemoryPushTransport
from wallet_service.wallets.apple.push.seam import Push, PushOutcome


@pytest.mark.parametrize("outcome", [PushOutcome.UNKNOWN, PushOutcome.NOT_SENT, PushOutcome.UNAVAILABLE])
async def test_a_push_may_end_without_an_answer(outcome: PushOutcome) -> None:
    transport = MemoryPushTransport()
    transport.fail("ab" * 32, outcome)
    result = await transport.send(Push("ab" * 32, "pass.com.example"))
    assert (result.outcome, result.status) == (outcome, None)
    assert len(transport.sent) == (outcome is PushOutcome.UNKNOWN)
