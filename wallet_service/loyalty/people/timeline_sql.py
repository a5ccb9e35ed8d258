"""The statement of the timeline: everything that happened to a person, each kind read along its own index.

Whatever has a moment is read in the order (moment, kind, id). Entries are read in the order of their numbers, which is
how the ledger goes: two that were written at once may have moments the other way round. Those who were merged into a
member are the same person.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import text


class _Kind(NamedTuple):
    """Where things of a kind are, for a person's member `p`; what each of them is."""

    at: str
    id: str
    rows: str
    about: str


_KINDS: Mapping[str, _Kind] = {
    "enrolled": _Kind("created_at", "id", "member WHERE id = p.id", "'referred_by', referred_by"),
    "change": _Kind("at", "id", "data_change WHERE member_id = p.id", "'fields', fields"),
    "consent": _Kind(
        "at",
        "id",
        "consent WHERE member_id = p.id",
        "'channel', channel, 'purpose', purpose, 'granted', granted, 'text_version', text_version",
    ),
    "purchase": _Kind(
        "at",
        "id",
        "purchase WHERE member_id = p.id",
        "'receipt', receipt, 'place', place, 'total', total, 'paid', paid, 'currency', currency, 'points_spent', points_spent",
    ),
    "refund": _Kind(
        "r.created_at",
        "r.id",
        "purchase AS b JOIN refund AS r ON r.purchase_id = b.id WHERE b.member_id = p.id AND b.returned <> '[]'",
        "'purchase', b.id, 'number', r.number, 'total', r.total, 'paid', r.paid, 'points_back', r.points_back",
    ),
    "happening": _Kind(
        "at",
        "trigger || ' ' || occasion",
        "happening WHERE member_id = p.id",
        "'trigger', trigger, 'name', name, 'place', place",
    ),
    "offer-given": _Kind(
        "c.made_at",
        "c.code",
        "offer_code AS c JOIN offer AS o ON o.id = c.offer_id WHERE c.member_id = p.id",
        "'offer', o.id, 'name', o.name, 'code', c.code",
    ),
    "offer-redeemed": _Kind(
        "r.at",
        "r.id",
        "redemption AS r JOIN offer AS o ON o.id = r.offer_id WHERE r.member_id = p.id",
        "'offer', o.id, 'name', o.name, 'code', r.code, 'discount', r.discount, 'purchase', r.purchase_id",
    ),
    "offer-returned": _Kind(
        "r.undone_at",
        "r.id",
        "redemption AS r JOIN offer AS o ON o.id = r.offer_id WHERE r.member_id = p.id AND r.undone_at IS NOT NULL",
        "'offer', o.id, 'name', o.name, 'code', r.code",
    ),
    "merge": _Kind("merged_at", "id", "merge WHERE survivor_id = p.id", "'absorbed', absorbed_id, 'points', points"),
    "merge-undone": _Kind(
        "undone_at",
        "id",
        "merge WHERE survivor_id = p.id AND undone_at IS NOT NULL",
        "'absorbed', absorbed_id, 'returned', returned",
    ),
    "card-issued": _Kind("created_at", "id", "card WHERE member_id = p.id", "'pass_type', pass_type"),
    "card-voided": _Kind(
        "voided_at", "id", "card WHERE member_id = p.id AND voided_at IS NOT NULL", "'pass_type', pass_type"
    ),
}

_BRANCH = """
(SELECT {at} AS at, '{kind}' AS kind, CAST({id} AS text) COLLATE "C" AS id, jsonb_build_object({about}) AS about
FROM {rows} AND {at} <= CAST(:at AS timestamptz)
    AND ({at}, '{kind}' COLLATE "C", CAST({id} AS text) COLLATE "C") < (CAST(:at AS timestamptz), :kind, :id)
ORDER BY 1 DESC, 3 DESC LIMIT :limit)
"""

_OTHERS = "UNION ALL".join(_BRANCH.format(kind=kind, **where._asdict()) for kind, where in _KINDS.items())

TIMELINE = text(f"""
SELECT happened.* FROM member AS p CROSS JOIN LATERAL (
(SELECT * FROM ({_OTHERS}) AS others ORDER BY at DESC, kind COLLATE "C" DESC, id DESC LIMIT :limit)
UNION ALL
(SELECT e.created_at, 'entry', CAST(e.id AS text),
    jsonb_build_object('kind', e.kind, 'amount', e.amount, 'balance', e.balance_after, 'reason', e.reason,
        'reference', e.reference, 'undoes', e.undoes)
FROM ledger_entry AS e WHERE e.member_id = p.id AND e.id < :entry ORDER BY e.id DESC LIMIT :limit)
) AS happened
WHERE p.id = :member OR p.merged_into = :member
""")  # noqa: S608 - put together of words of ours
