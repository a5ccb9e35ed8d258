"""The statements of lots whose moment has come: points that expire, and promised points that begin to count."""

from sqlalchemy import text

LOCK_EXPIRING = text("""
WITH due AS MATERIALIZED (
    SELECT member_id FROM bonus_lot WHERE state = 'open' AND expires_at <= :now ORDER BY expires_at LIMIT 4 * CAST(:most AS bigint)
)
SELECT id FROM member WHERE id = ANY(ARRAY(SELECT member_id FROM due)) ORDER BY id LIMIT :most
FOR NO KEY UPDATE SKIP LOCKED
""")
"""Locks some members of whose lots some have expired. More lots are looked at, for others may have members in hand."""

EXPIRE = text("""
WITH account AS MATERIALIZED (
    SELECT m.id, m.brand_id, m.digest, m.balance, CAST(lots.gone AS bigint), lots.ids, lots.moves,
        lots.remaining = greatest(m.balance, 0) AS sound
    FROM member AS m CROSS JOIN LATERAL (
        SELECT sum(remaining) AS remaining, sum(remaining) FILTER (WHERE expires_at <= :now) AS gone,
            array_agg(id) FILTER (WHERE expires_at <= :now) AS ids,
            jsonb_agg(jsonb_build_array(id, -remaining) ORDER BY id) FILTER (WHERE expires_at <= :now) AS moves
        FROM bonus_lot WHERE member_id = m.id AND state = 'open'
    ) AS lots
    WHERE m.id = ANY(CAST(:members AS text[])) AND lots.gone > 0
), entry AS MATERIALIZED (
    SELECT nextval('ledger_entry_id') AS number, id, brand_id, digest AS before, -gone AS amount, balance - gone AS balance,
        ids, moves
    FROM account WHERE sound ORDER BY id
), sealed AS MATERIALIZED (
    SELECT number, id, brand_id, amount, balance, ids, moves, sha256(coalesce(before, '') || convert_to(concat_ws(' ',
        number, id, 'expired', amount, balance, CAST(:micros AS bigint), moves), 'UTF8')) AS digest
    FROM entry
), written AS (
    INSERT INTO ledger_entry (id, brand_id, member_id, kind, amount, balance_after, lots, digest, created_at)
    SELECT number, brand_id, id, 'expired', amount, balance, moves, digest, CAST(:now AS timestamptz) FROM sealed
), closed AS (
    UPDATE bonus_lot SET remaining = 0, state = 'closed' WHERE id = ANY(ARRAY(SELECT unnest(ids) FROM sealed))
), moved AS (
    UPDATE member SET balance = sealed.balance, digest = sealed.digest FROM sealed WHERE member.id = sealed.id
)
SELECT id, sound FROM account
""")
"""Lets go what has expired of locked members, with one entry each, sealed as `seals.seal` does it.

It must be a statement of its own after the one that locks: only so does it see what whoever held a member before left.
A member whose open lots are not the balance is left alone.
"""

LOCK_PROMISED = text("""
WITH due AS MATERIALIZED (
    SELECT member_id FROM bonus_lot WHERE state = 'pending' AND activates_at <= :now ORDER BY activates_at LIMIT :most
)
SELECT id, brand_id, balance, digest, false AS may_go_negative
FROM member WHERE id = ANY(ARRAY(SELECT member_id FROM due)) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
""")
"""Locks the members of some promised lots that are to count from now on."""

PROMISED = text("""
SELECT member_id, id, remaining, expires_at, nextval('ledger_entry_id') AS entry_id,
    CASE WHEN expires_at <= :now THEN nextval('ledger_entry_id') END AS lapse_id
FROM bonus_lot WHERE member_id = ANY(CAST(:members AS text[])) AND state = 'pending' AND activates_at <= :now
ORDER BY activates_at, id
""")
"""Those lots, with a number for the entry of each, and for one that lets it go where it has expired meanwhile."""

UNTIL_EXPIRING = text("""
SELECT CAST(extract(epoch FROM min(expires_at) - :now) AS float8) AS seconds
FROM bonus_lot WHERE state = 'open' AND expires_at IS NOT NULL
""")

UNTIL_PROMISED = text("""
SELECT CAST(extract(epoch FROM min(activates_at) - :now) AS float8) AS seconds FROM bonus_lot WHERE state = 'pending'
""")
