"""What to think of a state: a table of rules that say what is well, what soon will not be, and what to do. PURE."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from wallet_service.health import google_rules
from wallet_service.health.grades import OVERDUE, Finding, Grade, Limit, failed, graded
from wallet_service.health.state import Census, Disk, Queue, Reached, Schema, State, Trouble

OLDEST_SUPPORTED = 15
CLOCK_APART = Limit(2, 60)
"""Seconds between our clock and the database's."""
DISK_USED = Limit(0.90, 0.97)
STALE_SHARE = 0.25
"""Some phones are always off or offline; more than this share of them is a sign."""
FEW_DEVICES = 20
"""Below so many, a share says nothing."""

TOLD: Mapping[str, tuple[str, str]] = {"apple": ("backlog", "their phones"), "web": ("web-backlog", "browsers")}
"""Wallet -> the subject of its queue, and whom its cards are told to."""

NEEDED = frozenset({"database", "schema", "master-keys"})
"""Subjects without which no request can be answered; all others may fail while the doors stay open."""

Rule = Callable[[State], Iterator[Finding]]


def find(state: State) -> list[Finding]:
    """Everything there is to say, in the order an operator would look."""
    return [finding for rule in RULES for finding in rule(state)]


def missing(findings: Iterable[Finding]) -> list[str]:
    """The subjects for want of which no request should come here; none when the process is ready."""
    return sorted({each.subject for each in findings if each.grade is Grade.FAIL and each.subject in NEEDED})


def worst(findings: Sequence[Finding]) -> dict[str, Grade]:
    """Subject -> its worst grade."""
    grades: dict[str, Grade] = {}
    for each in findings:
        grades[each.subject] = max(each.grade, grades.get(each.subject, Grade.OK))
    return grades


def _database(state: State) -> Iterator[Finding]:
    server = state.server
    if isinstance(server, Trouble):
        yield failed("database", server)
        return
    grade = Grade.OK if int(server.version.split(".", 1)[0]) >= OLDEST_SUPPORTED else Grade.FAIL
    text = f"Postgres {server.version} answered in {server.answered_in * 1000:.0f} ms."
    yield graded("database", grade, text, f"Move to Postgres {OLDEST_SUPPORTED} or newer.")
    yield SCHEMAS[server.schema]
    apart = f"The database's clock is {abs(server.ahead):.1f} s {'before' if server.ahead > 0 else 'behind'} ours."
    yield graded("clock", CLOCK_APART.grade(abs(server.ahead)), apart, "Set both by NTP.")


SCHEMAS = {
    Schema.RIGHT: Finding(Grade.OK, "schema", "The tables are those of this version."),
    Schema.NONE: Finding(Grade.FAIL, "schema", "The database has no tables of ours.", "Run wallet-service db upgrade."),
    Schema.BEHIND: Finding(
        Grade.FAIL, "schema", "The tables are older than this version.", "Run wallet-service db upgrade."
    ),
    Schema.AHEAD: Finding(
        Grade.WARN, "schema", "The tables are newer than this version.", "Finish the upgrade: restart this process."
    ),
}


def _keys(state: State) -> Iterator[Finding]:
    if isinstance(state.keys, Trouble):
        yield failed("master-keys", state.keys)
    else:
        yield Finding(Grade.OK, "master-keys", f"Readable, and by us alone; version {state.keys} is the newest.")


def _certificates(state: State) -> Iterator[Finding]:
    if state.certificates == ():
        text = "There is no pass certificate, so no card can be signed."
        yield Finding(Grade.WARN, "certificates", text, "Begin with wallet-service certs request.")
    for each in state.certificates or ():
        for grade, troubles in ((Grade.FAIL, each.errors), (Grade.WARN, each.warnings)):
            for trouble in troubles:
                yield Finding(grade, "certificates", f"{each.pass_type}: {trouble.why}", trouble.remedy)
        if not each.errors and not each.warnings:
            yield Finding(Grade.OK, "certificates", f"{each.pass_type}: {each.days_left} days left.")


def _tables(state: State) -> Iterator[Finding]:
    if isinstance(state.census, Trouble):
        yield Finding(Grade.WARN, "backlog", state.census.why, state.census.remedy)
    elif state.census is not None:
        yield from _backlogs(state.census, state.google_per_s)
        yield from (judge(state.census) for judge in (_phones, _template, _jobs, _mechanics))


def _backlogs(census: Census, google_per_s: int) -> Iterator[Finding]:
    """Of wallets other than Apple's only where somebody uses them."""
    for queue in census.queues:
        if queue.wallet == "google" and (queue.cards or census.issuers):
            yield google_rules.backlog(queue, google_per_s)
        elif queue.wallet == "apple" or (queue.wallet == "web" and queue.cards):
            yield _backlog(queue)


def _backlog(queue: Queue) -> Finding:
    subject, whom = TOLD[queue.wallet]
    text = f"{queue.cards} changed cards are to be told to {whom}; the oldest is {queue.oldest:.0f} s late."
    return graded(subject, OVERDUE.grade(queue.oldest), text, "See that a worker runs; add workers.")


def _phones(census: Census) -> Finding:
    text = (
        f"{census.stale_devices} of {census.devices} devices took a push over an hour ago and have not fetched since."
    )
    many = census.devices >= FEW_DEVICES and census.stale_devices > census.devices * STALE_SHARE
    remedy = "See that WALLET_PUBLIC_URL is reached from the internet, over TLS."
    return graded("phones", Grade.WARN if many else Grade.OK, text, remedy)


def _template(census: Census) -> Finding:
    move = f"{census.restyling} of them have yet to move to a newer template"
    tell = f"{census.refreshing} have yet to be told of one, at its pace"
    return Finding(Grade.OK, "cards", f"{census.live_cards} live cards; {move}; {tell}.")


def _jobs(census: Census) -> Finding:
    text = f"{census.held_jobs} jobs failed and are kept."
    remedy = "Read the log for the bug behind them, then delete the rows of table pgqueuer whose status is failed."
    return graded("jobs", Grade.WARN if census.held_jobs else Grade.OK, text, remedy)


def _mechanics(census: Census) -> Finding:
    text = f"{census.parked_mechanics} mechanics failed and give nothing."
    remedy = "See why with wallet-service mechanic list, mend the rules, or let them go on with mechanic resume."
    return graded("mechanics", Grade.FAIL if census.parked_mechanics else Grade.OK, text, remedy)


def _disk(state: State) -> Iterator[Finding]:
    match state.disk:
        case Disk(free, total):
            text = f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB are free under the data folder."
            yield graded("disk", DISK_USED.grade(1 - free / total), text, "Make room, or move the data folder.")
        case Trouble() as trouble:
            yield Finding(Grade.WARN, "disk", trouble.why, trouble.remedy)


def _apns(state: State) -> Iterator[Finding]:
    match state.apns:
        case Reached(address):
            yield Finding(Grade.OK, "apns", f"{address} takes connections.")
        case Trouble() as trouble:
            yield failed("apns", trouble)


def _web_push(state: State) -> Iterator[Finding]:
    match state.web_push:
        case str():
            yield Finding(Grade.OK, "web-push", "The key of web push is readable, and by us alone.")
        case Trouble() as trouble:
            yield failed("web-push", trouble)


def _apps(state: State) -> Iterator[Finding]:
    for each in state.apps or ():
        for flaw in each.flaws:
            yield failed("apps", Trouble(f"{each.brand}: {flaw.why}", flaw.remedy))
        if not each.flaws:
            yield Finding(Grade.OK, "apps", f"{each.brand}: it can push to its app through {each.project}.")


RULES: tuple[Rule, ...] = (
    _database,
    _keys,
    _certificates,
    _tables,
    _disk,
    _apns,
    google_rules.issuers,
    google_rules.public_url,
    _web_push,
    _apps,
)
