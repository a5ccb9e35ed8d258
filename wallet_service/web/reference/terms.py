"""What no schema says of an operation: the scopes that its key must have, and the refusals that it may meet."""

from collections.abc import Iterator, Mapping, Sequence

from wallet_service.loyalty.keys import Scope

SCOPES: Mapping[str, str] = {
    "enrol_member": Scope.MEMBERS,
    "list_members": Scope.READ,
    "get_member": Scope.READ,
    "change_member": Scope.MEMBERS,
    "post_entry": f"`{Scope.EARN}` to add, `{Scope.SPEND}` to take",
    "set_balance": f"`{Scope.EARN}` and `{Scope.SPEND}`",
    "list_entries": Scope.READ,
    "post_entries_in_bulk": f"`{Scope.EARN}` for lines that add, `{Scope.SPEND}` for lines that take",
    "issue_card": Scope.CARDS,
    "get_card": Scope.READ,
    "void_card": Scope.CARDS,
    "keep_address": Scope.MEMBERS,
    "drop_address": Scope.MEMBERS,
    "list_addresses": Scope.READ,
    "get_wallets": Scope.READ,
    "list_lots": Scope.READ,
    "reverse_entry": f"`{Scope.SPEND}` for what added points, `{Scope.EARN}` for what took some",
    "open_hold": Scope.SPEND,
    "get_hold": Scope.SPEND,
    "capture_hold": Scope.SPEND,
    "release_hold": Scope.SPEND,
    "list_holds": Scope.READ,
    "merge_members": Scope.MEMBERS,
    "undo_merge": Scope.MEMBERS,
    "list_merges": Scope.READ,
    "prove_member": Scope.READ,
    "put_rules": Scope.RULES,
    "get_rules": Scope.READ,
    "list_rules_versions": Scope.READ,
    "list_ready_mechanics": Scope.READ,
    "list_mechanics": Scope.READ,
    "resume_mechanic": Scope.RULES,
    "start_simulation": Scope.RULES,
    "get_simulation": Scope.RULES,
    "report_visit": Scope.EARN,
    "report_event": Scope.EARN,
    "buy_membership": Scope.EARN,
    "get_standing": Scope.READ,
    "report_points": Scope.READ,
    "report_owed": Scope.READ,
    "report_purchases": Scope.READ,
    "explain_entry": Scope.READ,
    "set_attributes": Scope.MEMBERS,
    "set_contacts": Scope.MEMBERS,
    "list_contacts": Scope.READ,
    "get_source": Scope.READ,
    "note_consents": Scope.MEMBERS,
    "get_consents": Scope.READ,
    "list_consents": Scope.READ,
    "get_timeline": Scope.READ,
    "erase_member": Scope.MEMBERS,
    "export_member": Scope.READ,
    "define_offer": Scope.RULES,
    "list_offers": Scope.READ,
    "get_offer": Scope.READ,
    "archive_offer": Scope.RULES,
    "make_offer_codes": Scope.RULES,
    "list_offer_codes": Scope.READ,
    "validate_code": Scope.SPEND,
    "redeem_code": Scope.SPEND,
    "undo_redemption": Scope.SPEND,
    "give_offer": Scope.EARN,
    "list_member_offers": Scope.READ,
    "record_purchase": f"`{Scope.EARN}`, and `{Scope.SPEND}` where points pay or codes are redeemed",
    "quote_purchase": Scope.EARN,
    "refund_purchase": f"`{Scope.EARN}` and `{Scope.SPEND}`",
    "find_purchase": Scope.READ,
    "get_purchase": Scope.READ,
    "list_purchases": Scope.READ,
}
"""Operation -> its scope, or a sentence about its scopes."""

ALWAYS = ("unauthorized", "scope-missing", "invalid-request", "database-unavailable")
"""What every call may be refused for."""

NDJSON = "application/x-ndjson"
"""A body in which each line is accepted or refused by itself, so that what is wrong in it refuses no call."""

BY_FORMAT: Mapping[str, Sequence[str]] = {
    "application/json": ("json-invalid", "media-type-unsupported", "request-too-slow", "too-large"),
    NDJSON: ("media-type-unsupported",),
}
"""What a call with a body of this format may be refused for."""

REFERENCE_TO_A_MEMBER = (
    "member-not-found",
    "member-erased",
    "member-ambiguous",
    "member-reference-invalid",
    "phone-invalid",
)
MOVEMENT_OF_POINTS = ("insufficient-points", "balance-out-of-range", "overloaded", "stopping")

BY_NAME: Mapping[str, Sequence[str]] = {
    "amount": MOVEMENT_OF_POINTS,
    "at": ("moment-invalid",),
    "born": ("born-invalid",),
    "referred_by": ("referrer-unknown", "member-reference-invalid"),
    "balance": MOVEMENT_OF_POINTS,
    "card": ("card-not-found",),
    "codes": ("code-not-found", "offer-refused", "too-many-wrong-codes", "balance-out-of-range"),
    "cursor": ("cursor-invalid",),
    "expires_at": ("lot-dates-invalid",),
    "external_id": ("member-exists",),
    "Idempotency-Key": ("idempotency-key-invalid", "idempotency-key-reused", "idempotency-in-progress"),
    "hold": ("hold-not-found",),
    "language": ("language-unknown",),
    "member": REFERENCE_TO_A_MEMBER,
    "offer": ("offer-not-found",),
    "phone": ("member-exists", "phone-invalid"),
    "programme": ("programme-not-found",),
    "purchase": ("purchase-not-found",),
    "rules": ("rulebook-invalid",),
    "simulation": ("simulation-not-found",),
    "spend": ("lines-invalid", "currency-mismatch"),
    "time_zone": ("time-zone-unknown",),
}
"""What a call may be refused for that has a parameter, or a field of its body, with this name."""

BY_OPERATION: Mapping[str, Sequence[str]] = {
    "issue_card": ("card-voided", "face-unfit"),
    "reverse_entry": ("entry-not-found", "not-reversible", "hold-open", "already-reversed"),
    "capture_hold": ("capture-too-large", "hold-closed"),
    "release_hold": ("hold-closed",),
    "merge_members": (
        "merge-with-itself",
        "merge-across-programmes",
        "member-merged",
        "member-has-holds",
        "balance-out-of-range",
    ),
    "undo_merge": ("merge-not-found", "merge-already-undone", "member-merged", "member-erased"),
    "prove_member": ("ledger-too-long",),
    "define_offer": ("offer-invalid", "offer-fixed", "code-taken"),
    "make_offer_codes": ("codes-unfit",),
    "validate_code": ("code-not-found", "too-many-wrong-codes"),
    "redeem_code": ("code-not-found", "offer-refused", "too-many-wrong-codes", "balance-out-of-range"),
    "undo_redemption": ("redemption-not-found", "redemption-bound", "member-erased"),
    "give_offer": ("offer-not-givable",),
    "put_rules": ("rulebook-invalid", "offer-fixed", "code-taken"),
    "get_rules": ("rulebook-not-found",),
    "resume_mechanic": ("mechanic-not-found",),
    "start_simulation": ("too-many-simulations",),
    "report_points": ("report-span-invalid",),
    "report_purchases": ("report-span-invalid",),
    "buy_membership": ("membership-unknown",),
    "explain_entry": ("entry-not-found",),
    "change_member": ("born-fixed",),
    "set_contacts": ("contact-invalid", "contact-twice", "phone-invalid"),
    "note_consents": ("consent-ahead",),
    "record_purchase": (
        "receipt-taken",
        "receipt-in-progress",
        "spend-over-cap",
        "insufficient-points",
        "hold-closed",
        "capture-too-large",
        "overloaded",
        "stopping",
    ),
    "refund_purchase": ("refund-invalid", "refund-taken", "already-returned", "member-erased"),
    "find_purchase": ("purchase-not-found",),
}
"""What only this operation may be refused for."""


def scopes(operation: str) -> str:
    """The scopes that a key needs for an operation, in Markdown; empty when nothing is known of it."""
    needed = SCOPES.get(operation, "")
    return f"`{needed}`" if isinstance(needed, Scope) else needed


def slugs(operation: str, media_type: str, names: Sequence[str]) -> list[str]:
    """Slugs of what may refuse an operation whose body has this format (empty: none), and inputs of these names."""
    return list(dict.fromkeys(_slugs(operation, media_type, names)))


def _slugs(operation: str, media_type: str, names: Sequence[str]) -> Iterator[str]:
    yield from ALWAYS
    yield from BY_FORMAT.get(media_type, ())
    if media_type != NDJSON:
        for name in names:
            yield from BY_NAME.get(name, ())
    yield from BY_OPERATION.get(operation, ())
