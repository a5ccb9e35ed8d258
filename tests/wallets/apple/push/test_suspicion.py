"""Too many bad tokens in a batch are our mistake, not the phones'."""

from wallet_service.wallets.apple.push.seam import Push, PushOutcome, PushResult
from wallet_service.wallets.apple.push.suspicion import LEAST, MOST_HELD, SUSPECT, Suspicion
from wallet_service.wallets.apple.push.verdict import judge

PHONE = Push("ab" * 32, "pass.com.example")
GOOD = judge(PHONE, 200)
BAD = judge(PHONE, 400, b'{"reason":"BadDeviceToken"}')
GONE = judge(PHONE, 410, b'{"reason":"Unregistered","timestamp":1}')


def told(results: list[PushResult]) -> list[PushResult]:
    suspicion = Suspicion()
    return [told for result in results for told in suspicion.sift(result)] + suspicion.rest()


def test_every_verdict_is_told_exactly_once() -> None:
    results = [GOOD, BAD, GONE] * 500
    assert len(told(results)) == len(results)


def test_a_good_verdict_is_told_at_once() -> None:
    assert Suspicion().sift(GOOD) == [GOOD]


def test_few_bad_tokens_in_a_large_batch_are_dead() -> None:
    assert told([BAD] * 10 + [GOOD] * 190).count(BAD) == 10


def test_more_than_five_percent_of_a_large_batch_are_our_mistake() -> None:
    results = told([BAD] * 11 + [GOOD] * 189)
    suspects = [result for result in results if result.reason == SUSPECT]
    assert len(suspects) == 11
    assert {result.outcome for result in suspects} == {PushOutcome.REJECTED}
    assert BAD not in results


def test_a_small_batch_proves_nothing() -> None:
    assert told([BAD] * (LEAST - 1)).count(BAD) == LEAST - 1


def test_gone_tokens_are_never_suspect() -> None:
    assert told([GONE] * 300) == [GONE] * 300


def test_a_wrong_host_does_not_fill_the_memory() -> None:
    suspicion = Suspicion()
    released = [suspicion.sift(BAD) for _ in range(MOST_HELD)]
    assert not any(released[:-1])
    assert {result.reason for result in released[-1]} == {SUSPECT}
    assert suspicion.rest() == []
