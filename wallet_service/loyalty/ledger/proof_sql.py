"""The statements of a proof: what is kept of members, their lots and their entries, in the order of a proof."""

from sqlalchemy import text

ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
"""All statements of this transaction see the same moment, however long they take."""

MEMBERS = text("""
SELECT id, balance, digest FROM member WHERE brand_id = :brand AND id > :after ORDER BY id LIMIT :limit
""")

MEMBER = text("SELECT id, balance, digest FROM member WHERE id = :member")

LOTS = text("""
SELECT id, member_id, amount, remaining, state, activates_at, expires_at, origin FROM bonus_lot
WHERE brand_id = :brand AND member_id BETWEEN :first AND :last AND state <> 'closed'
UNION
SELECT id, member_id, amount, remaining, state, activates_at, expires_at, origin FROM bonus_lot
WHERE brand_id = :brand AND member_id BETWEEN :first AND :last AND origin = 'opening'
""")
"""Lots of which something is left, and those that were there when there first were lots."""

ENTRIES = text("""
SELECT e.id, e.member_id, e.kind, e.amount, e.balance_after, e.lots, e.reason, e.reference, e.undoes, e.created_at,
    e.digest, l.id AS lot_id, l.member_id AS lot_member_id, l.amount AS lot_amount, l.remaining, l.state,
    l.activates_at, l.expires_at, l.origin
FROM ledger_entry AS e LEFT JOIN bonus_lot AS l ON l.id = e.id
WHERE (e.member_id, e.id) > (:member, :after) AND e.member_id <= :last AND e.brand_id = :brand
ORDER BY e.member_id, e.id LIMIT :limit
""")
"""Entries in the order in which they were written, member by member; each with the lot that it opened."""

COUNT_ENTRIES = text("""
SELECT count(*) AS entries FROM (SELECT FROM ledger_entry WHERE member_id = :member LIMIT :limit) AS found
""")
"""How many entries a member has, counted no further than the limit."""
