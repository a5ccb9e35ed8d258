"""The statements of what happens to members beside purchases."""

from sqlalchemy import text

NOTE = text("""
INSERT INTO happening (member_id, trigger, occasion, brand_id, name, at, place, created_at)
SELECT member_id, trigger, occasion, brand_id, name, at, place, :now
FROM json_to_recordset(:happenings) AS h (
    member_id text, trigger text, occasion text, brand_id text, name text, at timestamptz, place text)
ON CONFLICT (member_id, trigger, occasion) DO NOTHING
RETURNING member_id, trigger, occasion
""")
"""Those that had not been noted before."""

RULED = text("""
SELECT m.id, m.brand_id, p.rulebook_id
FROM json_array_elements_text(:members) AS w (id) JOIN member AS m USING (id) JOIN programme AS p ON p.id = m.programme_id
WHERE p.rulebook_id IS NOT NULL
""")
"""Those of these members whose programme has rules."""

RULED_HOLDERS = text("""
SELECT DISTINCT m.id, m.brand_id, p.rulebook_id
FROM card AS c JOIN member AS m ON m.id = c.member_id JOIN programme AS p ON p.id = c.programme_id
WHERE c.id IN (SELECT json_array_elements_text(:cards)) AND c.voided_at IS NULL AND p.rulebook_id IS NOT NULL
""")
"""Whose cards these are, as far as their programme has rules."""
