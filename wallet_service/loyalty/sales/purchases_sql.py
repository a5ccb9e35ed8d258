"""The statements of purchases and of what comes back of them. Members are locked before anything of theirs is read."""

from sqlalchemy import text

RECEIPTS_IN_USE = text("""
WITH asked AS MATERIALIZED (
    SELECT DISTINCT brand_id, receipt FROM json_to_recordset(:receipts) AS r (brand_id text, receipt text)
)
SELECT brand_id, receipt FROM asked
WHERE NOT pg_try_advisory_xact_lock(hashtextextended(brand_id || ' receipt ' || receipt, 0))
""")
"""Locks every receipt number that nobody else has locked, until the transaction ends; tells the others."""

COLUMNS = """id, brand_id, programme_id, member_id, receipt, fingerprint, place, at, currency, CAST(lines AS text) AS lines,
    total, CAST(redeemed AS text) AS redeemed, paid, points_spent, spent_entry, CAST(gave AS text) AS gave, balance,
    rulebook_id, CAST(returned AS text) AS returned, created_at"""

KNOWN = text(f"""
SELECT known.* FROM json_to_recordset(:receipts) AS r (brand_id text, receipt text) CROSS JOIN LATERAL (
    SELECT {COLUMNS} FROM purchase AS p WHERE p.brand_id = r.brand_id AND p.receipt = r.receipt LIMIT 1
) AS known
""")  # noqa: S608 - columns of ours
"""One look into the index for each receipt, whatever the planner thinks of a table that grows."""

PROGRAMMES = text("""
SELECT id, brand_id, rulebook_id FROM programme
WHERE brand_id IN (SELECT json_array_elements_text(:brands)) ORDER BY id
""")

WRITE = text("""
INSERT INTO purchase (id, brand_id, programme_id, member_id, receipt, fingerprint, place, at, currency, lines, total, redeemed,
    paid, points_spent, spent_entry, gave, balance, rulebook_id, created_at)
SELECT id, brand_id, programme_id, member_id, receipt, decode(fingerprint, 'hex'), place, at, currency, lines, total, redeemed,
    paid, points_spent, spent_entry, gave, balance, rulebook_id, CAST(:now AS timestamptz)
FROM json_to_recordset(:purchases) AS p (
    id text, brand_id text, programme_id text, member_id text, receipt text, fingerprint text, place text, at timestamptz,
    currency text, lines jsonb, total bigint, redeemed jsonb, paid bigint, points_spent bigint, spent_entry bigint, gave jsonb,
    balance bigint, rulebook_id text)
""")

HOLDS = text("""
SELECT h.id AS hold_id, h.brand_id, h.state, h.captured, h.expires_at, h.closed_at, m.balance AS now_balance, e.*,
    nextval('ledger_entry_id') AS number
FROM json_to_recordset(:holds) AS w (brand_id text, id text) JOIN hold AS h USING (brand_id, id)
    JOIN ledger_entry AS e ON e.id = h.entry_id JOIN member AS m ON m.id = h.member_id
""")
"""Of members who are locked; with a number for the entry that lets go what comes back to lots that have expired."""

PURCHASE = text(f"SELECT {COLUMNS} FROM purchase WHERE id = :purchase AND brand_id = :brand")  # noqa: S608 - columns of ours

BY_RECEIPT = text(f"SELECT {COLUMNS} FROM purchase WHERE brand_id = :brand AND receipt = :receipt")  # noqa: S608 - columns of ours

OF_MEMBER = text(f"""
SELECT bought.* FROM (SELECT id AS who FROM member WHERE id = :member OR merged_into = :member) AS person
    CROSS JOIN LATERAL (
        SELECT {COLUMNS} FROM purchase
        WHERE member_id = who AND (at, id) < (:at, :id) ORDER BY at DESC, id DESC LIMIT :limit
    ) AS bought
ORDER BY at DESC, id DESC LIMIT :limit
""")  # noqa: S608 - columns of ours
"""Whoever was merged into them is the same person."""

LOCK_PURCHASE = text(f"SELECT {COLUMNS} FROM purchase WHERE id = :purchase FOR NO KEY UPDATE")  # noqa: S608 - columns of ours
"""Its member is locked before; somebody unknown has none."""

REFUND = text("""
SELECT id, brand_id, purchase_id, number, fingerprint, lines, total, paid, points_back, took, entries, balance, created_at
FROM refund WHERE brand_id = :brand AND number = :number
""")

WRITE_REFUND = text("""
WITH written AS (
    INSERT INTO refund (id, brand_id, purchase_id, number, fingerprint, lines, total, paid, points_back, took, entries,
        balance, created_at)
    VALUES (:id, :brand_id, :purchase_id, :number, :fingerprint, CAST(:lines AS jsonb), :total, :paid, :points_back,
        CAST(:took AS jsonb), CAST(:entries AS jsonb), :balance, :created_at)
)
UPDATE purchase SET returned = CAST(:returned AS jsonb) WHERE id = :purchase_id
""")

AT_HAND = text("""
SELECT (SELECT CAST(coalesce(sum(remaining), 0) AS bigint) FROM bonus_lot
        WHERE member_id = m.id AND state = 'open' AND expires_at <= :now) AS expired,
    (SELECT coalesce(json_agg(json_build_array(name, given, parked_at IS NOT NULL)), '[]') FROM mechanic_state
        WHERE programme_id = m.programme_id) AS mechanics
FROM member AS m WHERE m.id = :member
""")
"""What of a member's balance has expired unnoticed; and of each mechanic, what it has given and whether it is parked."""
