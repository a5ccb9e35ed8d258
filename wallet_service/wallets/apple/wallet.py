"""Apple Wallet behind the seam: passes packed at fetch, phones woken by empty pushes."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from cryptography.hazmat.primitives.hashes import SHA256

from wallet_service.clock import Clock
from wallet_service.outcomes import Dead, Delivered, Outcome, Refused, TryLater, Unknown
from wallet_service.tokens import MasterKeys
from wallet_service.wallets.apple.certificates import CertificateUnusable, PassCertificate
from wallet_service.wallets.apple.checks import APPLE_INTERMEDIATES, Severity, check_document, check_pass, refused
from wallet_service.wallets.apple.fields import Stencils
from wallet_service.wallets.apple.keyring import Certificates
from wallet_service.wallets.apple.package import MEDIA_TYPE, PassShell
from wallet_service.wallets.apple.push.seam import Push, PushOutcome, PushResult, PushTransport
from wallet_service.wallets.apple.signing import Signer
from wallet_service.wallets.apple.signing_room import SigningRoom
from wallet_service.wallets.seam import CardFace, Design, FaceUnfit, Package, Wake

TOKEN_PURPOSE = "apple-pass"  # noqa: S105 - what the token is for
OF_ONE_TOKEN = frozenset({"DeviceTokenNotForTopic", "MissingDeviceToken"})
"""Refusals that are about one token. Every other is about us (certificate, host, a mistake): it passes when we mend it,
and until then no change may be given up."""

UNTIL_MENDED = 300.0
"""Seconds until we ask again whether our own fault has been mended."""

PATIENCE = {PushOutcome.THROTTLED: 60.0, PushOutcome.UNAVAILABLE: 5.0, PushOutcome.NOT_SENT: 1.0}
"""Seconds to wait where Apple names none."""

Connect = Callable[[PassCertificate], PushTransport]
"""Opens the way to APNs for one certificate."""


@dataclass(frozen=True, slots=True)
class Mould:
    """What all passes of a design share: the packed files, and pass.json cut at its holes."""

    shell: PassShell
    stencils: Stencils


@dataclass(frozen=True, slots=True)
class PushStyle:
    """How a wake is pushed."""

    priority: int
    expiry: int
    """Seconds APNs keeps it for a phone that is off."""


@dataclass(slots=True)
class AppleWallet:
    """Passes and pushes under the certificates of all brands."""

    certificates: Certificates
    keys: MasterKeys
    clock: Clock
    public_url: str
    push_style: PushStyle
    connect: Connect
    name: Literal["apple"] = "apple"
    _moulds: dict[str, Mould] = field(default_factory=dict)
    _vetted: set[str] = field(default_factory=set)
    """Designs of which a whole pass was found good."""
    _lines: dict[str, tuple[str, PushTransport]] = field(default_factory=dict)
    _room: SigningRoom = field(default_factory=SigningRoom)

    async def check(self, face: CardFace) -> None:
        """Raises `FaceUnfit` where Apple's rules are broken, `CertificateUnusable` where it cannot be signed.

        The first card of a design is checked as the whole file it will be; the others by what is their own.
        """
        signer = await self._signer(face.pass_type)
        package = await self.package(face)
        development = signer.certificate.intermediate.fingerprint(SHA256()).hex() not in APPLE_INTERMEDIATES
        if face.design.key in self._vetted:
            pass_json = self._mould(face.design).stencils.fill(face, self._identity(face, signer))
            findings = check_document(orjson.loads(pass_json), development=development)
        else:
            whole, now = b"".join(package.pieces), self.clock.now()
            findings = await asyncio.to_thread(check_pass, whole, now=now, development=development)
        if refused(findings):
            errors = [f"{each.where}: {each.message}" for each in findings if each.severity is Severity.ERROR]
            raise FaceUnfit(errors[0], remedy="Run wallet-service template lint.", findings=errors)
        self._vetted.add(face.design.key)

    async def package(self, face: CardFace) -> Package:
        """The .pkpass of this face. Signed by a clerk, and only if these very bytes were not signed before."""
        signer = self.certificates.at_hand(face.pass_type) or await self._signer(face.pass_type)
        mould = self._mould(face.design)
        pass_json = mould.stencils.fill(face, self._identity(face, signer))
        manifest = mould.shell.manifest(pass_json)
        signature = signer.known(manifest)
        if signature is None:
            signature = await self._room.sign(signer, manifest, self.clock.now())
        return Package((mould.shell.head, mould.shell.tail(pass_json, manifest, signature)), MEDIA_TYPE)

    async def publish(self, wakes: Sequence[Wake]) -> Sequence[Outcome]:
        """One empty push for each wake; pass types do not wait for each other."""
        by_type: dict[str, list[Wake]] = defaultdict(list)
        for wake in wakes:
            by_type[wake.pass_type].append(wake)
        told = await asyncio.gather(*(self._push(pass_type, some) for pass_type, some in by_type.items()))
        verdicts = {wake: outcome for part in told for wake, outcome in part.items()}
        return [verdicts[wake] for wake in wakes]

    def recognises(self, token: str, pass_type: str, serial: str) -> bool:
        """Whether this is the authentication token of this pass; constant time, no look-up."""
        return self.keys.recognises(token, TOKEN_PURPOSE, pass_type, serial)

    async def aclose(self) -> None:
        """Close every connection, and let the clerks go."""
        await asyncio.gather(*(transport.aclose() for _, transport in self._lines.values()), self._room.aclose())

    async def _signer(self, pass_type: str) -> Signer:
        """The signer; reading a certificate takes 40 ms, so it happens in a thread."""
        signer = self.certificates.at_hand(pass_type)
        return await asyncio.to_thread(self.certificates.signer, pass_type) if signer is None else signer

    def _mould(self, design: Design) -> Mould:
        mould = self._moulds.get(design.key)
        if mould is None:
            mould = self._moulds[design.key] = Mould(PassShell.pack(design.files), Stencils.of(design.pass_json))
        return mould

    def _identity(self, face: CardFace, signer: Signer) -> dict[str, Any]:
        certificate = signer.certificate
        identity = {
            "formatVersion": 1,
            "passTypeIdentifier": certificate.pass_type,
            "teamIdentifier": certificate.team,
            "serialNumber": face.serial,
            "webServiceURL": f"{self.public_url}/apple",
            "authenticationToken": self.keys.token(face.token_key, TOKEN_PURPOSE, face.pass_type, face.serial),
        }
        return identity | {"voided": True} if face.voided else identity

    async def _push(self, pass_type: str, wakes: Sequence[Wake]) -> Mapping[Wake, Outcome]:
        try:
            transport = await self._line(pass_type)
        except CertificateUnusable as refusal:
            return dict.fromkeys(wakes, TryLater(60.0, refusal.detail))
        until = int(self.clock.now().timestamp()) + self.push_style.expiry
        pushes = {
            wake.push_token: Push(wake.push_token, pass_type, priority=self.push_style.priority, expiration=until)
            for wake in wakes
        }
        told = {result.push.token: outcome_of(result) async for result in transport.send_many(pushes.values())}
        return {wake: told.get(wake.push_token, Unknown("no verdict")) for wake in wakes}

    async def _line(self, pass_type: str) -> PushTransport:
        """The transport for the present certificate; a renewed certificate gets a new one."""
        certificate = (await self._signer(pass_type)).certificate
        fingerprint, transport = self._lines.get(pass_type, ("", None))
        if transport is not None and fingerprint == certificate.fingerprint:
            return transport
        self._lines[pass_type] = certificate.fingerprint, self.connect(certificate)
        if transport is not None:
            await transport.aclose()
        return self._lines[pass_type][1]


def outcome_of(result: PushResult) -> Outcome:
    """A push's verdict in the words of the business. PURE."""
    reason = result.reason or result.outcome.value
    match result.outcome:
        case PushOutcome.ACCEPTED:
            return Delivered()
        case PushOutcome.DEAD_TOKEN:
            return Dead(result.timestamp)
        case PushOutcome.REJECTED:
            return Refused(reason) if reason in OF_ONE_TOKEN else TryLater(UNTIL_MENDED, reason)
        case PushOutcome.UNKNOWN:
            return Unknown(reason)
        case PushOutcome.THROTTLED | PushOutcome.UNAVAILABLE | PushOutcome.NOT_SENT:
            return TryLater(result.retry_after or PATIENCE[result.outcome], reason)
