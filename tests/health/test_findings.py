"""What is thought of a state: each trouble has its grade and its remedy, and only some bar the doors."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.health.findings import find, missing, worst
from wallet_service.health.grades import Finding, Grade, Limit
from wallet_service.health.state import (
    AppState,
    Census,
    CertificateState,
    Disk,
    Queue,
    Reached,
    Schema,
    Server,
    State,
    Trouble,
    schema_of,
)

GIB = 2**30
SERVER = Server("18.6", Schema.RIGHT, ahead=0.0, answered_in=0.001)
CENSUS = Census(
    live_cards=100,
    devices=100,
    stale_devices=0,
    restyling=0,
    restyled=0,
    refreshing=0,
    held_jobs=0,
    parked_mechanics=0,
    google_saved=0,
    queues=tuple(Queue(wallet, cards=0, oldest=0.0, failing=0) for wallet in ("apple", "google", "web")),
    issuers={},
)
WELL = State(
    SERVER,
    1,
    CENSUS,
    (CertificateState("pass.com.example.burger-heroes", 300),),
    Disk(free=50 * GIB, total=100 * GIB),
    Reached("api.push.apple.com:443"),
)
AWAY = Trouble("It does not answer.", "Start it.")


def waiting(wallet: str, **figures: Any) -> Census:
    """The tables with these figures of one wallet's queue."""
    queues = tuple(replace(each, **figures) if each.wallet == wallet else each for each in CENSUS.queues)
    return replace(CENSUS, queues=queues)


def of(subject: str, state: State) -> Finding:
    """The worst finding about this subject."""
    return max((each for each in find(state) if each.subject == subject), key=lambda each: each.grade)


def test_where_all_is_well_nothing_needs_a_remedy():
    findings = find(WELL)
    assert {each.grade for each in findings} == {Grade.OK}
    assert [each.remedy for each in findings if each.remedy] == []
    assert missing(findings) == []


@pytest.mark.parametrize(
    ("change", "subject", "grade"),
    [
        ({"server": AWAY}, "database", Grade.FAIL),
        ({"server": replace(SERVER, version="14.13")}, "database", Grade.FAIL),
        ({"server": replace(SERVER, version="15.0 (Debian 15.0-1)")}, "database", Grade.OK),
        ({"server": replace(SERVER, schema=Schema.NONE)}, "schema", Grade.FAIL),
        ({"server": replace(SERVER, schema=Schema.BEHIND)}, "schema", Grade.FAIL),
        ({"server": replace(SERVER, schema=Schema.AHEAD)}, "schema", Grade.WARN),
        ({"server": replace(SERVER, ahead=-3.0)}, "clock", Grade.WARN),
        ({"server": replace(SERVER, ahead=86_400.0)}, "clock", Grade.FAIL),
        ({"keys": AWAY}, "master-keys", Grade.FAIL),
        ({"certificates": ()}, "certificates", Grade.WARN),
        ({"certificates": (CertificateState("pass.x", -1, errors=(AWAY,)),)}, "certificates", Grade.FAIL),
        ({"certificates": (CertificateState("pass.x", 9, warnings=(AWAY,)),)}, "certificates", Grade.WARN),
        ({"census": AWAY}, "backlog", Grade.WARN),
        ({"census": waiting("apple", cards=9_000, oldest=59.0)}, "backlog", Grade.OK),
        ({"census": waiting("apple", cards=1, oldest=60.0)}, "backlog", Grade.WARN),
        ({"census": waiting("apple", cards=1, oldest=600.0)}, "backlog", Grade.FAIL),
        ({"census": waiting("web", cards=1, oldest=59.0)}, "web-backlog", Grade.OK),
        ({"census": waiting("web", cards=1, oldest=60.0)}, "web-backlog", Grade.WARN),
        ({"census": replace(CENSUS, stale_devices=25)}, "phones", Grade.OK),
        ({"census": replace(CENSUS, stale_devices=26)}, "phones", Grade.WARN),
        ({"census": replace(CENSUS, devices=19, stale_devices=19)}, "phones", Grade.OK),
        ({"census": replace(CENSUS, held_jobs=1)}, "jobs", Grade.WARN),
        ({"census": replace(CENSUS, parked_mechanics=1)}, "mechanics", Grade.FAIL),
        ({"disk": Disk(free=10 * GIB, total=100 * GIB)}, "disk", Grade.WARN),
        ({"disk": Disk(free=1 * GIB, total=100 * GIB)}, "disk", Grade.FAIL),
        ({"disk": AWAY}, "disk", Grade.WARN),
        ({"apns": AWAY}, "apns", Grade.FAIL),
        ({"web_push": "BDd3_hVL9fZi9Ybo2UUzA284WG5FZR30_95YeZJsiA"}, "web-push", Grade.OK),
        ({"web_push": AWAY}, "web-push", Grade.FAIL),
        ({"apps": (AppState("brand_1", "burger-heroes"),)}, "apps", Grade.OK),
        ({"apps": (AppState("brand_1", "burger-heroes"), AppState("brand_2", flaws=(AWAY,)))}, "apps", Grade.FAIL),
    ],
)
def test_each_trouble_has_its_grade_and_says_what_to_do(change: dict[str, Any], subject: str, grade: Grade):
    found = of(subject, replace(WELL, **change))
    assert found.grade is grade
    assert bool(found.remedy) is (grade is not Grade.OK)


def test_what_nobody_looked_at_is_not_judged():
    assert {each.subject for each in find(State(SERVER, 1))} == {"database", "schema", "clock", "master-keys"}


def test_of_wallets_that_nobody_uses_nothing_is_said():
    assert {each.subject for each in find(WELL)} & {"google", "google-backlog", "public-url", "web-backlog"} == set()


def test_each_brand_with_an_app_is_told_of_with_all_that_is_wrong():
    apps = AppState("brand_1", "burger-heroes"), AppState("brand_2", flaws=(AWAY, Trouble("It is open.", "Close it.")))
    told = [(each.what, each.remedy) for each in find(replace(WELL, apps=apps)) if each.subject == "apps"]
    assert told == [
        ("brand_1: it can push to its app through burger-heroes.", ""),
        ("brand_2: It does not answer.", "Start it."),
        ("brand_2: It is open.", "Close it."),
    ]


def test_an_expired_certificate_does_not_bar_the_doors():
    findings = find(replace(WELL, certificates=(CertificateState("pass.x", -1, errors=(AWAY,)),)))
    assert worst(findings)["certificates"] is Grade.FAIL
    assert missing(findings) == []


def test_without_database_or_keys_no_request_should_come():
    assert missing(find(replace(WELL, server=AWAY, keys=AWAY))) == ["database", "master-keys"]
    assert missing(find(replace(WELL, server=replace(SERVER, schema=Schema.BEHIND)))) == ["schema"]


def test_every_certificate_is_told_of():
    told = find(replace(WELL, certificates=(CertificateState("pass.a", 300), CertificateState("pass.b", 200))))
    assert [each.what for each in told if each.subject == "certificates"] == [
        "pass.a: 300 days left.",
        "pass.b: 200 days left.",
    ]


@pytest.mark.parametrize(
    ("revision", "schema"),
    [(None, Schema.NONE), ("0003", Schema.RIGHT), ("0001", Schema.BEHIND), ("0004", Schema.AHEAD)],
)
def test_a_database_stands_to_a_program_by_its_revision(revision: str | None, schema: Schema):
    assert schema_of(revision, ("0003", "0002", "0001")) is schema


@given(st.floats(0, 10), st.floats(0, 10))
def test_a_worse_figure_never_has_a_better_grade(one: float, other: float):
    limit = Limit(warn=3, fail=7)
    low, high = sorted((one, other))
    assert limit.grade(low) <= limit.grade(high)
