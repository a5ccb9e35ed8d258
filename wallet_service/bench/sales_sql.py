"""A shop that has been open for a while, in a few statements; and the rows of purchases, written by nothing but SQL."""

from sqlalchemy import text

PURCHASE_OF_EACH = """
INSERT INTO purchase (id, brand_id, programme_id, member_id, receipt, fingerprint, place, at, currency, lines, total, paid,
    points_spent, gave, balance, rulebook_id, created_at)
SELECT :head || n, m.brand_id, m.programme_id, m.id, :head || n, decode(md5(m.id), 'hex'), 'Mitte', :at, 'EUR',
    CAST(:lines AS jsonb), 1500, 1500, 0, '[["cashback", 1, 75], ["frequent", 2, 100]]', m.balance, p.rulebook_id, :now
FROM json_array_elements_text(:members) WITH ORDINALITY AS w (id, n) JOIN member AS m USING (id)
    JOIN programme AS p ON p.id = m.programme_id
"""

PAST = text(
    f"""
WITH bought AS ({PURCHASE_OF_EACH})
INSERT INTO member_standing (member_id, brand_id, document, shown, updated_at)
SELECT id, brand_id, CAST(:document AS jsonb), '{{}}', :now
FROM json_array_elements_text(:members) AS w (id) JOIN member USING (id)
"""  # noqa: S608 - a statement of ours
)
"""One purchase of each of these members, long ago, and how they have stood since."""

BARE = text(
    f"""
WITH bought AS ({PURCHASE_OF_EACH}), entered AS MATERIALIZED (
    INSERT INTO ledger_entry (id, brand_id, member_id, kind, amount, balance_after, lots, reference, digest, created_at)
    SELECT nextval('ledger_entry_id'), brand_id, id, 'posted', 75, balance + 75, '[[4711, 75]]', :head, sha256('x'), :now
    FROM json_array_elements_text(:members) AS w (id) JOIN member USING (id) CROSS JOIN generate_series(1, :entries)
    RETURNING id, brand_id, member_id
), opened AS (
    INSERT INTO bonus_lot (id, brand_id, member_id, amount, remaining, state, expires_at, origin, created_at)
    SELECT id, brand_id, member_id, 75, 75, 'open', CAST(:now AS timestamptz) + interval '300 days', 'bench', :now
    FROM entered
), stood AS (
    INSERT INTO member_standing (member_id, brand_id, document, shown, updated_at)
    SELECT id, brand_id, CAST(:document AS jsonb), '{{}}', :now
    FROM json_array_elements_text(:members) AS w (id) JOIN member USING (id)
    ON CONFLICT (member_id) DO UPDATE SET document = EXCLUDED.document, updated_at = EXCLUDED.updated_at
)
UPDATE member SET balance = balance + 75 * :entries, digest = sha256('x') WHERE id IN (SELECT json_array_elements_text(:members))
"""  # noqa: S608 - a statement of ours
)
"""The rows of a batch of purchases: nothing is locked before, read or decided, and no card is told."""

GRANTS = text("""
SELECT count(*) AS purchases, coalesce(sum(jsonb_array_length(gave)), 0) AS entries FROM purchase WHERE receipt LIKE 'till/%'
""")

ANALYZE = text("ANALYZE member, bonus_lot, ledger_entry, purchase, member_standing")
