"""The statements of holds. Whoever closes one locks its member first, and reads it afterwards."""

from sqlalchemy import text

INSERT = text("""
INSERT INTO hold (id, brand_id, member_id, entry_id, amount, state, expires_at)
VALUES (:id, :brand, :member, :entry, :amount, 'open', :expires_at)
""")

HOLD = text("""
SELECT h.id AS hold_id, h.brand_id, h.state, h.captured, h.expires_at, h.closed_at, m.balance AS now_balance, e.*
FROM hold AS h JOIN ledger_entry AS e ON e.id = h.entry_id JOIN member AS m ON m.id = h.member_id
WHERE h.id = :hold AND h.brand_id = :brand
""")

HOLDS_OF = text("""
SELECT h.id AS hold_id, h.brand_id, h.state, h.captured, h.expires_at, h.closed_at, m.balance AS now_balance, e.*
FROM hold AS h JOIN ledger_entry AS e ON e.id = h.entry_id JOIN member AS m ON m.id = h.member_id
WHERE h.member_id = :member AND (CAST(:state AS text) IS NULL OR h.state = :state) AND h.entry_id < :before
ORDER BY h.entry_id DESC LIMIT :limit
""")

LOCK_HOLDER = text("""
SELECT m.id, m.brand_id, m.balance, m.digest, p.may_go_negative
FROM hold AS h JOIN member AS m ON m.id = h.member_id JOIN programme AS p ON p.id = m.programme_id
WHERE h.id = :hold AND h.brand_id = :brand FOR NO KEY UPDATE OF m
""")

LOCK_HOLDERS_DUE = text("""
WITH due AS MATERIALIZED (
    SELECT member_id FROM hold WHERE state = 'open' AND expires_at <= :now ORDER BY expires_at LIMIT :most
)
SELECT m.id, m.brand_id, m.balance, m.digest, p.may_go_negative
FROM member AS m JOIN programme AS p ON p.id = m.programme_id
WHERE m.id = ANY(ARRAY(SELECT member_id FROM due)) ORDER BY m.id FOR NO KEY UPDATE OF m SKIP LOCKED
""")
"""Locks the members of some holds that have timed out; whom another has in hand is left for a later look."""

HOLDS_DUE = text("""
SELECT h.id AS hold_id, h.brand_id, h.state, h.captured, h.expires_at, h.closed_at, m.balance AS now_balance, e.*,
    greatest(m.balance, 0) = (
        SELECT coalesce(sum(remaining), 0) FROM bonus_lot WHERE member_id = m.id AND state = 'open'
    ) AS sound
FROM hold AS h JOIN ledger_entry AS e ON e.id = h.entry_id JOIN member AS m ON m.id = h.member_id
WHERE h.member_id = ANY(CAST(:members AS text[])) AND h.state = 'open' AND h.expires_at <= :now
ORDER BY h.expires_at, h.id
""")
"""Holds that have timed out, of members who are locked; and whether the open lots of each member are the balance."""

NUMBERS = text("SELECT nextval('ledger_entry_id') AS id FROM generate_series(1, :count)")
"""For entries of members who are locked."""

CLOSE = text("""
UPDATE hold SET state = c.state, captured = c.captured, closed_at = :now
FROM json_to_recordset(:closed) AS c (id text, state text, captured bigint)
WHERE hold.id = c.id AND hold.state = 'open'
""")

UNTIL_DUE = text("""
SELECT CAST(extract(epoch FROM min(expires_at) - :now) AS float8) AS seconds FROM hold WHERE state = 'open'
""")

PROOF = text("""
SELECT h.id FROM hold AS h JOIN ledger_entry AS e ON e.id = h.entry_id CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount), 0) AS back FROM ledger_entry
    WHERE member_id = e.member_id AND undoes = e.id AND kind = 'released'
) AS u
WHERE h.brand_id = :brand
    AND (e.amount <> -h.amount OR u.back <> CASE h.state WHEN 'open' THEN 0 ELSE h.amount - h.captured END)
""")
"""Holds of which more or less came back than was not kept: always none."""
