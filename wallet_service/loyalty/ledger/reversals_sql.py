"""The statements of reversals, for members who are locked."""

from sqlalchemy import text

ADDED = text("SELECT amount >= 0 AS added FROM ledger_entry WHERE id = :entry AND brand_id = :brand")

_OWN = """
WITH RECURSIVE own AS (
    SELECT CAST(:entry AS bigint) AS lot
    UNION
    SELECT m.lot FROM merged_lot AS m JOIN own ON m.was = own.lot
)
"""
"""The lot that the entry granted, if it did, and what became of it by merges."""

ENTRY_TO_UNDO = text(f"""{_OWN}
SELECT e.id, e.member_id, e.kind, e.amount, e.balance_after, e.lots, e.reason, e.reference, e.undoes, e.created_at, e.digest,
    (SELECT array_agg(lot) FROM own) AS own, l.id AS promise, l.remaining AS promised,
    EXISTS (SELECT FROM hold AS h WHERE h.entry_id = e.id AND h.state = 'open') AS is_held,
    nextval('ledger_entry_id') AS number
FROM ledger_entry AS e LEFT JOIN bonus_lot AS l ON l.id IN (SELECT lot FROM own) AND l.state = 'pending'
WHERE e.id = :entry AND (e.member_id = :member OR e.member_id IN (SELECT id FROM member WHERE merged_into = :member))
""")  # noqa: S608 - joined of our own words
"""An entry of the member, or of somebody who was merged into it; with a number for the entry that lets go what comes back
to lots that have expired."""

SINCE = text(f"""{_OWN}
SELECT kind, amount, lots FROM ledger_entry WHERE undoes = :entry
UNION ALL
SELECT e.kind, e.amount, e.lots FROM own JOIN bonus_lot AS l ON l.id = own.lot
    JOIN ledger_entry AS e ON e.member_id = l.member_id AND e.id > own.lot AND e.kind IN ('expired', 'activated')
        AND e.lots @> jsonb_build_array(jsonb_build_array(own.lot))
""")  # noqa: S608 - joined of our own words
"""What undid a part of the entry, and what let the points of its lots expire or count."""

CALL_OFF = text("""
UPDATE bonus_lot SET remaining = remaining - CAST(:points AS bigint),
    state = CASE WHEN remaining = CAST(:points AS bigint) THEN 'closed' ELSE 'pending' END
WHERE id = :lot AND state = 'pending'
""")
"""So many points fewer will count when their moment has come."""
