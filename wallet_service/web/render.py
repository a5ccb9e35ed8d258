"""How REST v1 words what the business says. PURE."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import orjson

from wallet_service.cards.devices import DeviceTrace
from wallet_service.cards.google_callbacks import GoogleTrace
from wallet_service.cards.issue import Card
from wallet_service.errors import WalletServiceError
from wallet_service.loyalty.ledger.entry import Entry
from wallet_service.loyalty.ledger.expiring import Expiring
from wallet_service.loyalty.ledger.holds import Hold, HoldClosed
from wallet_service.loyalty.ledger.lot_list import BookedLot
from wallet_service.loyalty.ledger.proof import Proof
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.people.addresses import AppAddress
from wallet_service.loyalty.people.members import Member
from wallet_service.web.problems import problem


def reply(status: int, document: Any) -> Reply:
    """A reply with a JSON body."""
    return Reply(status, orjson.dumps(document, option=orjson.OPT_UTC_Z))


def refusal_reply(refusal: WalletServiceError) -> Reply:
    """A refusal as an answer that can be kept."""
    return reply(refusal.status, problem(refusal))


def is_refusal(said: Reply, refusal: type[WalletServiceError]) -> bool:
    """Whether a reply is this refusal."""
    return said.status == refusal.status and orjson.loads(said.body)["code"] == refusal.slug


def render_posting(outcome: Entry | WalletServiceError) -> Reply:
    """The answer to a posting: the entry, or the refusal."""
    if isinstance(outcome, WalletServiceError):
        return refusal_reply(outcome)
    return reply(201, entry_out(outcome))


def entry_out(entry: Entry) -> dict[str, Any]:
    """A ledger entry."""
    return {
        "id": entry.id,
        "member": entry.member_id,
        "kind": entry.kind,
        "amount": entry.amount,
        "balance": entry.balance,
        "reason": entry.reason,
        "reference": entry.reference,
        "lots": [{"lot": lot, "points": points} for lot, points in entry.moves],
        "undoes": entry.undoes,
        "created_at": entry.created_at,
    }


def render_hold(status: int, outcome: Hold | HoldClosed) -> Reply:
    """The answer about a hold: as it is, or that it is closed."""
    return refusal_reply(outcome) if isinstance(outcome, HoldClosed) else reply(status, hold_out(outcome))


def hold_out(hold: Hold) -> dict[str, Any]:
    """A hold."""
    return {
        "id": hold.id,
        "member": hold.taken.member_id,
        "state": hold.state,
        "amount": hold.amount,
        "captured": hold.captured,
        "balance": hold.balance,
        "entry": hold.taken.id,
        "reason": hold.taken.reason,
        "reference": hold.taken.reference,
        "expires_at": hold.expires_at,
        "created_at": hold.taken.created_at,
        "closed_at": hold.closed_at,
    }


def lot_out(lot: BookedLot) -> dict[str, Any]:
    """A lot."""
    return asdict(lot)


def expiring_out(expiring: Expiring) -> dict[str, Any]:
    """What expires next."""
    return asdict(expiring)


def member_out(member: Member) -> dict[str, Any]:
    """A member."""
    return {
        "id": member.id,
        "programme": member.programme_id,
        "external_id": member.external_id,
        "phone": member.phone,
        "email": member.email,
        "name": member.name,
        "language": member.language,
        "time_zone": member.time_zone,
        "balance": member.balance,
        "created_at": member.created_at,
        "updated_at": member.updated_at,
        "born": member.born,
        "sex": member.sex,
        "home_city": member.home_city,
        "attributes": member.attributes,
        "referral_code": member.referral_code,
        "referred_by": member.referred_by,
    }


def personal(status: int, member_id: str, document: Any) -> Reply:
    """A reply that tells of a member, and is forgotten when they are erased."""
    return replace(reply(status, document), about=member_id)


def address_out(address: AppAddress) -> dict[str, Any]:
    """An address of a brand's app."""
    return {"kind": address.kind, "address": address.address, "seen_at": address.seen_at}


def card_out(card: Card, link: str, devices: Sequence[DeviceTrace], google: GoogleTrace | None) -> dict[str, Any]:
    """A card with the trace of its devices and of its object in Google Wallet."""
    return {
        "id": card.id,
        "member": card.member_id,
        "programme": card.programme_id,
        "version": card.version,
        "modified_at": card.modified_at,
        "link": link,
        "voided_at": card.voided_at,
        "created_at": card.created_at,
        "devices": [device_out(device, card.version) for device in devices],
        "up_to_date": all(device.up_to_date(card.version) for device in devices) if devices else None,
        "google": google_out(google) if google else None,
    }


def google_out(google: GoogleTrace) -> dict[str, Any]:
    """What Google was told of a card, and what it told us."""
    return asdict(google)


def device_out(device: DeviceTrace, version: int) -> dict[str, Any]:
    """What one device was told and fetched. Apple's device id works like a password, so only a digest is shown."""
    return {
        "device": hashlib.sha256(device.device_id.encode()).hexdigest()[:12],
        "registered_at": device.registered_at,
        "told_version": device.told_version,
        "told_at": device.told_at,
        "told_outcome": device.told_outcome,
        "asked_at": device.asked_at,
        "fetched_version": device.fetched_version,
        "fetched_at": device.fetched_at,
        "up_to_date": device.up_to_date(version),
    }


def proof_out(proof: Proof) -> dict[str, Any]:
    """A proof of a member's points."""
    return {
        "member": proof.member_id,
        "chain": "broken" if proof.broken else "whole",
        "broken_at": proof.broken.at if proof.broken else None,
        "finding": proof.broken.why if proof.broken else None,
        "balance": proof.balance,
        "entries": proof.entries,
        "lots_left": proof.lots_left,
        "digest": proof.digest.hex() or None,
        "from_entry": proof.from_entry,
    }
