"""What the people of a brand are told of its wallets: facts that doctor looks at too, judged by the same rules. PURE."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from wallet_service.health import google_rules
from wallet_service.health.grades import Finding, Grade
from wallet_service.health.state import AppState, CertificateState, IssuerState, Trouble


@dataclass(frozen=True, slots=True)
class GoogleCards:
    """A brand's cards at Google."""

    objects: int
    """Those that Google has."""
    saved: int
    """Those that are in somebody's wallet."""
    due: int
    """Those that changed and are still to be shown so."""
    oldest_s: float
    """Seconds by which the oldest of these is overdue; 0 when none is."""
    failing: int
    """Those of them that were tried twice in vain at least."""
    failing_for: str | None
    """Why, of the one that was tried most often; in the words of its trace."""
    refused: int
    """Those of which Google did not take the last change; they are not tried again before the next."""
    refused_for: str | None
    """Why, of the one that changed last."""


@dataclass(frozen=True, slots=True)
class BrandFacts:
    """What was found of a brand's wallets."""

    certificates: Sequence[CertificateState]
    """One for each of its pass types."""
    issuers: Sequence[IssuerState]
    """Those in use, the one of new cards first."""
    cards: GoogleCards
    public_url: str
    web_push: str | Trouble | None
    """The public key that browsers subscribe to; None: web push is not wished for."""
    app: AppState | None
    """None: the brand has no key of an app."""


class Standing(StrEnum):
    """Whether a way to members can be used."""

    READY = "ready"
    OFF = "off"
    """It was not set up."""
    BROKEN = "broken"
    """It was set up, and something must be mended."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that whoever runs the brand should know."""

    code: str
    grade: str
    """`ok`, `warn` or `fail`, as doctor grades it."""
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Way:
    """A way to members."""

    state: Standing
    notes: Sequence[Note]


@dataclass(frozen=True, slots=True)
class PassTypeView(Way):
    """A pass type and its certificate."""

    pass_type: str
    days_left: int | None
    """Whole days until its certificate expires, negative once it has; None when there is none to read."""


@dataclass(frozen=True, slots=True)
class AppleView(Way):
    """Apple Wallet."""

    pass_types: Sequence[PassTypeView]


@dataclass(frozen=True, slots=True)
class IssuerView(Way):
    """An issuer at Google and the service account that acts for it."""

    issuer: str
    account: str | None


@dataclass(frozen=True, slots=True)
class GoogleView(Way):
    """Google Wallet."""

    issuers: Sequence[IssuerView]
    cards: GoogleCards


@dataclass(frozen=True, slots=True)
class Wallets:
    """All ways of a brand to its members."""

    apple: AppleView
    google: GoogleView
    web_push: Way
    app_push: Way


NO_PASS_TYPE = Note(
    "no-pass-type", "ok", "The brand has no pass type at Apple.", "Give it one with wallet-service brand pass-type."
)
NO_ISSUER = Note(
    "no-issuer",
    "ok",
    "The brand has no issuer at Google: phones with Android are shown the web card.",
    "Give it one with wallet-service brand google set.",
)
NO_CERTIFICATE = Trouble(
    "There is no certificate of this pass type.", "Begin with wallet-service certs request.", "certificate-unusable"
)


def certificates_of(pass_types: Iterable[str], found: Iterable[CertificateState]) -> list[CertificateState]:
    """The state of each pass type's certificate, whether or not one was found."""
    by_type = {each.pass_type: each for each in found}
    return [by_type.get(each) or CertificateState(each, None, (NO_CERTIFICATE,)) for each in pass_types]


def view(facts: BrandFacts) -> Wallets:
    """What to tell of these facts."""
    web_push = [facts.web_push] if isinstance(facts.web_push, Trouble) else []
    return Wallets(
        _apple(facts),
        _google(facts),
        _push(web_push, wished=facts.web_push is not None),
        _push(facts.app.flaws if facts.app else (), wished=facts.app is not None),
    )


def _apple(facts: BrandFacts) -> AppleView:
    if not facts.certificates:
        return AppleView(Standing.OFF, (NO_PASS_TYPE,), ())
    pass_types = [_pass_type(each) for each in facts.certificates]
    return AppleView(_worst(pass_types), (), pass_types)


def _pass_type(certificate: CertificateState) -> PassTypeView:
    notes = [*_notes(certificate.errors), *_notes(certificate.warnings, Grade.WARN)]
    return PassTypeView(_standing(notes), notes, certificate.pass_type, certificate.days_left)


def _google(facts: BrandFacts) -> GoogleView:
    if not facts.issuers:
        return GoogleView(Standing.OFF, (NO_ISSUER,), (), facts.cards)
    issuers = [_issuer(each) for each in facts.issuers]
    notes = _unwell(google_rules.reach(facts.public_url))
    return GoogleView(_worst([Way(_standing(notes), notes), *issuers]), notes, issuers, facts.cards)


def _issuer(issuer: IssuerState) -> IssuerView:
    notes = _notes(google_rules.troubles(issuer))
    return IssuerView(_standing(notes), notes, issuer.issuer, issuer.email)


def _push(troubles: Iterable[Trouble], *, wished: bool) -> Way:
    notes = _notes(troubles)
    return Way(_standing(notes) if wished else Standing.OFF, notes)


def _notes(troubles: Iterable[Trouble], grade: Grade = Grade.FAIL) -> list[Note]:
    return [Note(each.code, grade.name.lower(), each.why, each.remedy) for each in troubles]


def _unwell(finding: Finding) -> list[Note]:
    if finding.grade is Grade.OK:
        return []
    return [Note(finding.subject, finding.grade.name.lower(), finding.what, finding.remedy)]


def _standing(notes: Iterable[Note]) -> Standing:
    failed = any(note.grade == Grade.FAIL.name.lower() for note in notes)
    return Standing.BROKEN if failed else Standing.READY


def _worst(ways: Sequence[Way]) -> Standing:
    return _standing(chain.from_iterable(way.notes for way in ways))
