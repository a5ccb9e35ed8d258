"""A crowd in a few statements: through the verbs, 100,000 members would take minutes."""

from sqlalchemy import text

INSERT_MEMBERS = text("""
INSERT INTO member (id, brand_id, programme_id, external_id, name, language, time_zone, created_at, updated_at)
SELECT w.id, p.brand_id, p.id, 'crowd-' || w.n, 'Member ' || w.n, p.language, p.time_zone, :now, :now
FROM unnest(CAST(:members AS text[]), CAST(:numbers AS int[])) AS w (id, n) JOIN programme AS p ON p.id = :programme
""")

INSERT_CARDS = text("""
INSERT INTO card (id, brand_id, programme_id, member_id, template_version_id, pass_type, token_key, version, change_seq,
    modified_at, handed_version, handed_at, created_at)
SELECT w.id, p.brand_id, p.id, w.member_id, p.template_version_id, p.pass_type, :token_key, 1, 0,
    date_trunc('second', CAST(:now AS timestamptz)), 1, :now, :now
FROM unnest(CAST(:cards AS text[]), CAST(:members AS text[])) AS w (id, member_id) JOIN programme AS p ON p.id = :programme
""")

INSERT_REGISTRATIONS = text("""
INSERT INTO registration (device_id, card_id, pass_type, push_token, registered_at, fetched_version, fetched_at)
SELECT w.device_id, c.id, c.pass_type, w.push_token, :now, 1, :now
FROM unnest(CAST(:devices AS text[]), CAST(:cards AS text[]), CAST(:tokens AS text[])) AS w (device_id, card_id, push_token)
    JOIN card AS c ON c.id = w.card_id
""")

ANALYZE = text("ANALYZE member, card, registration")
"""Else the planner takes the tables for empty, until autovacuum passes by in the middle of a measurement."""

MAKE_DUE = text("""
INSERT INTO push_due (card_id, due_at, attempt) SELECT id, now(), 0 FROM unnest(CAST(:cards AS text[])) AS w (id)
""")

LEFT_DUE = text("SELECT count(*) AS cards FROM push_due")

NOW = text("SELECT now()")

ACCEPTED = text("SELECT count(*) AS devices FROM registration WHERE told_outcome = 'accepted' AND told_at >= :since")

PLAIN_LOCK_MEMBER = text("""
SELECT m.id, m.balance, c.id AS card FROM member AS m JOIN card AS c ON c.member_id = m.id
WHERE m.id = :id FOR NO KEY UPDATE OF m
""")

PLAIN_INSERT_ENTRY = text("""
WITH kept AS (
    INSERT INTO idempotency (brand_id, key, fingerprint, status, body, created_at)
    VALUES (:brand, :key, :fingerprint, 201, :body, :now)
), written AS (
    INSERT INTO ledger_entry (id, brand_id, member_id, amount, balance_after, reason, reference, created_at)
    VALUES (nextval('ledger_entry_id'), :brand, :member, 1, :balance, 'Lunch', NULL, :now)
    RETURNING id, brand_id, member_id, created_at
)
INSERT INTO bonus_lot (id, brand_id, member_id, amount, remaining, state, origin, created_at)
SELECT id, brand_id, member_id, 1, 1, 'open', 'manual', created_at FROM written
""")

PLAIN_UPDATE_BALANCE = text("UPDATE member SET balance = :balance WHERE id = :id")

PLAIN_CHANGE_CARD = text("""
WITH changed AS (UPDATE card SET version = version + 1, modified_at = :now WHERE id = :card)
INSERT INTO push_due (card_id, due_at, attempt) VALUES (:card, :now, 0)
ON CONFLICT (card_id, wallet) DO UPDATE SET seq = push_due.seq + 1
""")
"""The last of the four ordinary statements that `bench balances` compares with."""

GRANT_LOTS = text("""
WITH granted AS MATERIALIZED (
    SELECT nextval('ledger_entry_id') AS id, m.id AS member_id, m.brand_id, m.balance + :points * n AS balance
    FROM member AS m CROSS JOIN generate_series(1, :lots) AS n WHERE m.id = ANY(CAST(:members AS text[])) ORDER BY m.id, n
), entered AS (
    INSERT INTO ledger_entry (id, brand_id, member_id, kind, amount, balance_after, lots, digest, created_at)
    SELECT id, brand_id, member_id, 'posted', :points, balance, jsonb_build_array(jsonb_build_array(id, :points)),
        sha256(''), :now
    FROM granted
), opened AS (
    INSERT INTO bonus_lot (id, brand_id, member_id, amount, remaining, state, expires_at, origin, created_at)
    SELECT id, brand_id, member_id, :points, :points, 'open', CAST(:expires_at AS timestamptz), 'bench', :now
    FROM granted
)
UPDATE member SET balance = balance + :points * :lots, digest = sha256('') WHERE id = ANY(CAST(:members AS text[]))
""")
"""Points in so many lots for each of these members, all with one end, which may lie behind."""

ANALYZE_LOTS = text("ANALYZE member, bonus_lot, ledger_entry, push_due")

CALL_OFF = text("TRUNCATE push_due")
"""No phone is due to be told any more."""

LAPSED = text("SELECT count(*) AS lots FROM ledger_entry AS e, jsonb_array_elements(e.lots) WHERE e.kind = 'expired'")
"""How many lots have ever expired, by what the entries say."""
