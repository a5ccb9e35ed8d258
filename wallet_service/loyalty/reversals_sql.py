"""The statements of reversals, for members who are locked."""

from sqlalchemy import text

ADDED = text("SELECT amount >= 0 AS added FROM ledger_entry WHERE id = :entry AND brand_id = :brand")

ENTRY_TO_UNDO = text("""
SELECT e.id, e.member_id, e.kind, e.amount, e.balance_after, e.lots, e.reason, e.reference, e.undoes, e.created_at, e.digest,
    l.remaining AS promised, nextval('ledger_entry_id') AS number
FROM ledger_entry AS e LEFT JOIN bonus_lot AS l ON l.id = e.id AND l.state = 'pending'
WHERE e.id = :entry AND e.member_id = :member
""")
"""With a number for the entry that lets go what comes back to lots that have expired."""

SINCE = text("""
SELECT kind, amount, lots FROM ledger_entry WHERE undoes = :entry
UNION ALL
SELECT kind, amount, lots FROM ledger_entry
WHERE member_id = :member AND id > :entry AND kind IN ('expired', 'activated')
    AND lots @> jsonb_build_array(jsonb_build_array(CAST(:entry AS bigint)))
""")
"""What undid a part of the entry, and what let the points of its lot expire or count."""

CALL_OFF = text("""
UPDATE bonus_lot SET remaining = remaining - CAST(:points AS bigint),
    state = CASE WHEN remaining = CAST(:points AS bigint) THEN 'closed' ELSE 'pending' END
WHERE id = :lot AND state = 'pending'
""")
"""So many points fewer will count when their moment has come."""
