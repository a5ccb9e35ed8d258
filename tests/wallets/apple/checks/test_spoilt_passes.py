"""Every way to spoil a pass provokes its finding and no other; a good pass provokes none."""

import pytest
from cryptography.hazmat.primitives.hashes import SHA256

from tests.wallets.apple.checks import broken_attachments, broken_documents, broken_links, broken_seals, unusual_passes
from tests.wallets.apple.checks.case import Case, codes
from tests.wallets.apple.checks.good_pass import Recipe
from tests.wallets.apple.checks.throwaway_pki import an_authority
from wallet_service.clock import SystemClock
from wallet_service.wallets.apple.checks import RULES, check_pass

CASES = (
    *broken_seals.CASES,
    *broken_attachments.CASES,
    *broken_documents.CASES,
    *broken_links.CASES,
)
TOLD_ELSEWHERE = {32}
"""The delivery has tests of its own: it is no part of a file."""


def test_a_good_pass_provokes_nothing():
    assert Recipe().findings() == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.expected}: {case.story}")
def test_a_spoilt_pass_provokes_its_findings_and_no_others(case: Case):
    findings = case.findings()
    assert codes(findings) == case.expected
    assert case.where in {finding.where for finding in findings}
    assert all(finding.message and finding.mend for finding in findings)


def test_every_rule_has_a_way_to_be_broken():
    provoked = {int(code[1:]) for case in CASES for code in case.expected.split()}
    assert provoked | TOLD_ELSEWHERE == set(RULES) == set(range(1, 33))


@pytest.mark.parametrize("case", unusual_passes.CASES, ids=lambda case: case.story)
def test_what_is_unusual_but_right_provokes_nothing(case: Case):
    assert case.findings() == []


def test_a_trusted_intermediate_needs_no_development_mode():
    trusted = frozenset({an_authority().certificate.fingerprint(SHA256()).hex()})
    assert check_pass(Recipe().cooked(), now=SystemClock().now(), trusted=trusted) == []


def test_plain_http_is_refused_outside_development():
    recipe = Recipe()
    recipe.document["webServiceURL"] = "http://127.0.0.1:8000/apple"
    assert codes(recipe.findings(development=False)) == "E4 E27"
