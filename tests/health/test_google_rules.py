"""What is thought of the way to Google: a long queue is well while it moves, and each refusal has its own remedy."""

from dataclasses import replace

import pytest

from tests.health.test_findings import AWAY, CENSUS, WELL, of, waiting
from wallet_service.health.findings import find
from wallet_service.health.google_rules import permit_trouble
from wallet_service.health.grades import Grade
from wallet_service.health.state import IssuerState, State
from wallet_service.wallets.google.verdict import (
    Done,
    Malformed,
    NoSuchObject,
    NotAllowed,
    RateExceeded,
    TokenStale,
    Trouble,
    Verdict,
)

EMAIL = "cards@burger-heroes.iam.gserviceaccount.com"
ISSUER = IssuerState("3388000000022141777", "Burger Heroes", EMAIL)
REACHED = "https://cards.burger-heroes.example"


def users(**roles: str) -> Done:
    """Google's answer to who may do what."""
    users = [{"emailAddress": f"{name}@burger-heroes.iam.gserviceaccount.com", "role": roles[name]} for name in roles]
    return Done({"issuerId": ISSUER.issuer, "permissions": users})


def with_issuer(issuer: IssuerState = ISSUER, public_url: str = REACHED) -> State:
    """A service one of whose brands is at Google."""
    census = replace(CENSUS, issuers={issuer.issuer: issuer.brand} if issuer.brand else {})
    return replace(WELL, census=census, issuers=(issuer,), public_url=public_url)


def test_a_brand_at_google_with_a_good_key_is_well():
    findings = find(with_issuer())
    assert {each.grade for each in findings} == {Grade.OK}
    assert (
        of("google", with_issuer()).what == "3388000000022141777 (Burger Heroes): its key is readable, and by us alone."
    )
    assert {"google", "google-backlog", "public-url"} <= {each.subject for each in findings}


def test_an_account_that_google_names_may_act():
    found = of("google", with_issuer(replace(ISSUER, permit=users(cards="WRITER"))))
    assert (found.grade, found.what) == (Grade.OK, f"3388000000022141777 (Burger Heroes): {EMAIL} may act for it.")


def test_a_key_without_a_brand_is_noted_and_asks_for_no_public_address():
    state = with_issuer(IssuerState("42", None, EMAIL), public_url="http://127.0.0.1:8000")
    assert (of("google", state).grade, of("google", state).remedy) == (Grade.OK, "")
    assert "public-url" not in {each.subject for each in find(state)}


def test_a_key_that_cannot_be_used_is_a_failure_and_bars_no_door():
    found = of("google", with_issuer(IssuerState("42", "Burger Heroes", flaws=(AWAY,))))
    assert (found.grade, found.what, found.remedy) == (Grade.FAIL, f"42 (Burger Heroes): {AWAY.why}", AWAY.remedy)


@pytest.mark.parametrize(
    ("cards", "oldest", "passed", "grade"),
    [
        (50_000, 2_600.0, 50_000, Grade.OK),  # half of 100,000 cards that changed at once: as quick as Google allows
        (100_000, 59.0, 0, Grade.OK),
        (100_000, 60.0, 0, Grade.WARN),
        (1, 2_600.0, 48_000, Grade.WARN),
        (1, 2_600.0, 10_000, Grade.FAIL),
    ],
)
def test_a_queue_to_google_may_be_long_but_must_move(cards: int, oldest: float, passed: int, grade: Grade):
    state = replace(WELL, census=waiting("google", cards=cards, oldest=oldest, passed=passed))
    assert of("google-backlog", state).grade is grade


def test_a_slower_pace_of_our_own_choice_is_taken_into_account():
    state = replace(WELL, census=waiting("google", cards=1, oldest=2_600.0, passed=2_600))
    assert of("google-backlog", state).grade is Grade.FAIL
    assert of("google-backlog", replace(state, google_per_s=1)).grade is Grade.OK


def test_cards_that_google_does_not_take_are_warned_of_while_none_is_late():
    state = replace(WELL, census=waiting("google", cards=2, failing=1))
    assert of("google-backlog", state).grade is Grade.WARN


@pytest.mark.parametrize(
    ("url", "grade"),
    [
        (REACHED, Grade.OK),
        ("https://8.8.8.8", Grade.OK),
        ("http://cards.burger-heroes.example", Grade.FAIL),
        ("https://localhost", Grade.FAIL),
        ("https://cards.localhost", Grade.FAIL),
        ("https://127.0.0.1:8443", Grade.FAIL),
        ("https://[::1]", Grade.FAIL),
        ("https://192.168.0.7", Grade.FAIL),
        ("https:///", Grade.FAIL),
        ("https://[::1", Grade.FAIL),
        ("https://till", Grade.FAIL),
        ("https://till.local", Grade.FAIL),
    ],
)
def test_google_must_reach_us_over_https_from_outside(url: str, grade: Grade):
    assert of("public-url", with_issuer(public_url=url)).grade is grade


@pytest.mark.parametrize("role", ["OWNER", "WRITER", "owner", "writer"])
def test_owners_and_writers_may_act_for_an_issuer(role: str):
    assert permit_trouble(ISSUER, users(boss="READER", cards=role)) is None


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (users(boss="OWNER"), "is not among the users"),
        (users(cards="READER"), "may only read (its role is READER)"),
        (Done({}), "is not among the users"),
        (Done({"permissions": ["cards"]}), "is not among the users"),
    ],
)
def test_whoever_is_no_writer_is_to_be_invited(answer: Done, says: str):
    trouble = permit_trouble(ISSUER, answer)
    assert trouble is not None
    assert says in trouble.why
    assert trouble.remedy.startswith(f"Invite {EMAIL}")


@pytest.mark.parametrize(
    ("answer", "remedy"),
    [
        (NotAllowed("403 permissionDenied: Permission denied."), f"Invite {EMAIL} as a developer"),
        (
            NotAllowed("403 forbidden: Google Wallet API has not been used in project 7 before or it is disabled."),
            "Enable the Google Wallet API",
        ),
        (NotAllowed("no access token: 400 invalid_grant: Invalid JWT Signature."), f"Make a new JSON key of {EMAIL}"),
        (NotAllowed("no access token: 400 invalid_grant: Token must be a short-lived token"), "Set the clock"),
        (TokenStale("401 authError"), f"Make a new JSON key of {EMAIL}"),
        (NoSuchObject("404 resourceNotFound: Not found"), "See that 3388000000022141777 is the issuer id"),
        (Malformed("400 invalid: Bad id"), "See that 3388000000022141777 is the issuer id"),
        (RateExceeded("403 quotaExceeded: Quota exceeded"), "Ask again"),
        (Trouble("no access token: 429 slow down"), "Ask again"),
        (Trouble("503 backendError"), "Ask again"),
        (Trouble("no access token: ClientConnectorError"), "Let this machine out"),
        (Trouble("no answer: TimeoutError"), "Let this machine out"),
    ],
)
def test_each_refusal_of_google_has_its_remedy(answer: Verdict, remedy: str):
    found = of("google", with_issuer(replace(ISSUER, permit=answer)))
    assert found.grade is Grade.FAIL
    assert found.remedy.startswith(remedy)
