"""The statements of the ledger: accounts locked, lots read, entries written, what the books say of themselves.

Whoever moves points locks the member first, so that a member's entries are one after the other, and its lots nobody
else's.
"""

from sqlalchemy import text

LOCK_ACCOUNTS = text("""
WITH wanted AS (
    SELECT * FROM json_to_recordset(:postings) AS p (n int, brand_id text, kind text, ref text)
), found AS (
    SELECT n, brand_id, ref AS id FROM wanted WHERE kind = 'id'
    UNION ALL
    SELECT n, brand_id, m.id FROM wanted JOIN member AS m USING (brand_id) WHERE m.external_id = ref AND kind = 'external'
    UNION ALL
    SELECT n, brand_id, m.id FROM wanted JOIN member AS m USING (brand_id) WHERE m.phone = ref AND kind = 'phone'
    UNION ALL
    SELECT n, brand_id, c.member_id FROM wanted JOIN card AS c USING (brand_id)
    WHERE c.id = ref AND kind = 'card' AND c.voided_at IS NULL
), led AS (
    SELECT n, brand_id, coalesce(
        (SELECT merged_into FROM member AS gone WHERE gone.id = found.id AND merged_into IS NOT NULL), id) AS id
    FROM found
), locked AS MATERIALIZED (
    SELECT m.id, m.brand_id, m.balance, m.digest, m.erased_at, m.merged_into, p.may_go_negative
    FROM (SELECT DISTINCT id, brand_id FROM led) AS f JOIN member AS m USING (id, brand_id)
        JOIN programme AS p ON p.id = m.programme_id
    ORDER BY m.id FOR NO KEY UPDATE OF m
)
SELECT n, locked.id, brand_id, balance, may_go_negative, nextval('ledger_entry_id') AS entry_id, digest, erased_at,
    merged_into
FROM led JOIN locked USING (id, brand_id) ORDER BY n
""")
"""Locks members in the order of their ids, so that two batches can never wait for each other.

Whoever was merged leads to the survivor, by an index of those who were. `merged_into` is null, but for somebody who was
merged while this waited.
"""

OPEN_LOTS = text("""
SELECT member_id, id, remaining, expires_at,
    CASE WHEN expires_at <= :now THEN nextval('ledger_entry_id') END AS entry_id
FROM json_array_elements_text(:members) AS w (member_id) JOIN bonus_lot USING (member_id)
WHERE state = 'open' ORDER BY member_id, id
""")
"""The lots that count, of members who are locked; with a number for the entry that lets go what has expired."""

LOTS = text("""
SELECT member_id, id, remaining, expires_at FROM bonus_lot
WHERE id = ANY(CAST(:lots AS bigint[])) AND state <> 'pending' ORDER BY id
""")
"""These very lots, whatever is left of them."""

WRITE_ENTRIES = text("""
WITH entered AS MATERIALIZED (
    SELECT * FROM json_to_recordset(:entries) AS e (
        id bigint, brand_id text, member_id text, kind text, amount bigint, balance bigint, lots jsonb, reason text,
        reference text, undoes bigint, digest text, granted bigint, remaining bigint, state text,
        activates_at timestamptz, expires_at timestamptz, origin text)
), written AS (
    INSERT INTO ledger_entry (id, brand_id, member_id, kind, amount, balance_after, lots, reason, reference, undoes,
        digest, created_at)
    SELECT id, brand_id, member_id, kind, amount, balance, lots, reason, reference, undoes, decode(digest, 'hex'),
        CAST(:now AS timestamptz)
    FROM entered
), kept AS (
    INSERT INTO idempotency (brand_id, key, fingerprint, status, body, created_at)
    SELECT brand_id, key, decode(fingerprint, 'hex'), status, convert_to(body, 'UTF8'), CAST(:now AS timestamptz)
    FROM json_to_recordset(:answers) AS a (brand_id text, key text, fingerprint text, status smallint, body text)
), granted AS (
    INSERT INTO bonus_lot (id, brand_id, member_id, amount, remaining, state, activates_at, expires_at, origin, created_at)
    SELECT id, brand_id, member_id, granted, remaining, state, activates_at, expires_at, origin,
        CAST(:now AS timestamptz)
    FROM entered WHERE granted IS NOT NULL
), touched AS (
    UPDATE bonus_lot AS l SET remaining = t.remaining, state = CASE WHEN t.remaining = 0 THEN 'closed' ELSE 'open' END
    FROM json_to_recordset(:touched) AS t (id bigint, remaining bigint)
    WHERE l.id = t.id
)
UPDATE member SET balance = b.balance, digest = decode(b.digest, 'hex')
FROM json_to_recordset(:balances) AS b (id text, balance bigint, digest text)
WHERE member.id = b.id
""")

ENTRIES = text("""
SELECT id, member_id, kind, amount, balance_after, lots, reason, reference, undoes, created_at, digest
FROM ledger_entry WHERE member_id = :member AND id < :before ORDER BY id DESC LIMIT :limit
""")


LOTS_OF = {
    state: text(f"""
SELECT id, amount, remaining, state, activates_at, expires_at, origin, created_at
FROM bonus_lot WHERE member_id = :member AND state = '{state}' AND id < :before ORDER BY id DESC LIMIT :limit
""")  # noqa: S608 - three words of ours; a parameter would hide from the planner which index is meant
    for state in ("open", "pending", "closed")
}
"""A member's lots by their state."""

LOTS_ENDING = text("""
SELECT expires_at, remaining FROM (
    SELECT expires_at, remaining, min(expires_at) OVER () AS first FROM bonus_lot
    WHERE member_id = :member AND state = 'open' AND expires_at IS NOT NULL
) AS ending WHERE expires_at < first + interval '25 hours'
""")
"""The lots that may end on the day on which the first of them does: no day has more than 25 hours."""
