"""The statements of an export: what of a member's data no other list has."""

from sqlalchemy import text

ABSORBED = text("SELECT * FROM member WHERE merged_into = :member ORDER BY id")

LOTS = text("""
SELECT id, member_id, amount, remaining, state, activates_at, expires_at, origin, created_at
FROM bonus_lot WHERE member_id = :member AND id > :after ORDER BY id LIMIT :limit
""")

ENTRIES = text("""
SELECT id, member_id, kind, amount, balance_after AS balance, reason, reference, lots, undoes, encode(digest, 'hex') AS digest,
    created_at
FROM ledger_entry WHERE member_id = :member AND id > :after ORDER BY id LIMIT :limit
""")

PURCHASES = text("""
SELECT id, member_id, receipt, place, at, currency, lines, total, paid, points_spent, spent_entry, gave, returned, created_at
FROM purchase WHERE member_id = :member AND (at, id) > (CAST(:at AS timestamptz), CAST(:after AS text))
ORDER BY at, id LIMIT :limit
""")

CARDS = text("""
SELECT c.id, c.pass_type, c.version, c.handed_at, c.voided_at, c.created_at, c.google_issuer IS NOT NULL AS in_google,
    c.in_web, (
        SELECT coalesce(json_agg(json_build_object('registered_at', registered_at, 'told_at', told_at,
            'asked_at', asked_at, 'fetched_at', fetched_at) ORDER BY registered_at), '[]')
        FROM registration AS r WHERE r.card_id = c.id
    ) AS devices
FROM card AS c WHERE member_id = :member ORDER BY c.id
""")

ADDRESSES = text("SELECT kind, address, seen_at FROM app_address WHERE member_id = :member ORDER BY kind, address")

STANDING = text("SELECT tier, tier_since, tier_until, shown, updated_at FROM member_standing WHERE member_id = :member")
