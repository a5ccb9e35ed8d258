"""The statement of explaining: all that is known of one entry."""

from sqlalchemy import text

ENTRY_TO_EXPLAIN = text("""
SELECT e.kind, e.amount, e.reason, m.programme_id, m.time_zone, p.receipt, l.origin, l.amount AS granted,
    l.activates_at, l.expires_at, coalesce(l.created_at, e.created_at) AS ruled_at
FROM ledger_entry AS e JOIN member AS m ON m.id = e.member_id
    LEFT JOIN bonus_lot AS l
        ON l.id = CASE e.kind WHEN 'activated' THEN CAST(e.lots -> 0 ->> 0 AS bigint) ELSE e.id END
    LEFT JOIN purchase AS p ON p.id = e.reference AND p.member_id = e.member_id
WHERE e.id = :entry AND e.member_id = :member
""")
"""With the lot that it opened, or let count; and the receipt, if the purchase was the member's own."""
