"""The statements of awarding, for members who are locked."""

from sqlalchemy import text

STANDINGS = text("""
SELECT m.id, m.brand_id, m.programme_id, m.language, m.referred_by, p.time_zone, p.rulebook_id, s.tier, s.tier_since,
    s.tier_until, CAST(s.document AS text) AS document, CAST(s.shown AS text) AS shown
FROM json_array_elements_text(:members) AS w (id) JOIN member AS m USING (id) JOIN programme AS p ON p.id = m.programme_id
    LEFT JOIN member_standing AS s ON s.member_id = m.id
""")
"""How they stand (null: nothing has happened to them yet), and by which rules. As text: the shelf reads it quicker."""

PARKED = text("""
SELECT programme_id, name FROM mechanic_state
WHERE programme_id IN (SELECT json_array_elements_text(:programmes)) AND parked_at IS NOT NULL
""")

LOCK_BUDGETS = text("""
INSERT INTO mechanic_state (programme_id, name)
SELECT programme_id, name FROM json_to_recordset(:budgets) AS b (programme_id text, name text) ORDER BY programme_id, name
ON CONFLICT (programme_id, name) DO UPDATE SET given = mechanic_state.given
RETURNING programme_id, name, given
""")
"""What mechanics have given so far; nobody else gives by them until the commit. Members are locked before."""

NUMBERS = text("SELECT nextval('ledger_entry_id') AS id FROM generate_series(1, :count)")
"""For entries of members who are locked."""

WRITE_STANDINGS = text("""
INSERT INTO member_standing (member_id, brand_id, tier, tier_since, tier_until, document, shown, updated_at)
SELECT member_id, brand_id, tier, tier_since, tier_until, document, shown, :now
FROM json_to_recordset(:standings) AS s (
    member_id text, brand_id text, tier text, tier_since date, tier_until date, document jsonb, shown jsonb)
ON CONFLICT (member_id) DO UPDATE SET tier = EXCLUDED.tier, tier_since = EXCLUDED.tier_since,
    tier_until = EXCLUDED.tier_until, document = EXCLUDED.document, shown = member_standing.shown || EXCLUDED.shown,
    updated_at = EXCLUDED.updated_at
""")
"""Of what the card shows, only what is said here changes."""

COUNT_GIVEN = text("""
UPDATE mechanic_state AS s SET given = s.given + g.points
FROM json_to_recordset(:given) AS g (programme_id text, name text, points bigint)
WHERE s.programme_id = g.programme_id AND s.name = g.name
""")

PARK = text("""
INSERT INTO mechanic_state (programme_id, name, parked_at, parked_why)
SELECT programme_id, name, :now, why FROM json_to_recordset(:parked) AS p (programme_id text, name text, why text)
ORDER BY programme_id, name
ON CONFLICT (programme_id, name) DO UPDATE SET parked_at = EXCLUDED.parked_at, parked_why = EXCLUDED.parked_why
WHERE mechanic_state.parked_at IS NULL
RETURNING programme_id, name
""")
"""Those that were not parked before."""

OWE = text("""
INSERT INTO award_due (brand_id, member_id, mechanic, points, live_days, delay_days, occasion, due_at, created_at)
SELECT brand_id, member_id, mechanic, points, live_days, delay_days, occasion, now(), :now
FROM json_to_recordset(:owed) AS o (
    brand_id text, member_id text, mechanic text, points bigint, live_days int, delay_days int, occasion text)
""")

TAKE_OWED = text("""
DELETE FROM award_due WHERE id = ANY(ARRAY(
    SELECT id FROM award_due WHERE due_at <= now() ORDER BY due_at, id LIMIT :most FOR UPDATE SKIP LOCKED
))
RETURNING id, brand_id, member_id, mechanic, points, live_days, delay_days, occasion
""")
"""Some of what is owed: gone with the entries that it becomes, or there again."""
