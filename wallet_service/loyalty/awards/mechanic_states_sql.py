"""The statements of mechanics as they stand."""

from sqlalchemy import text

IN_FORCE = text("""
SELECT id AS programme_id, rulebook_id FROM programme
WHERE brand_id = :brand AND rulebook_id IS NOT NULL AND (CAST(:programme AS text) IS NULL OR id = :programme) ORDER BY id
""")

STATES = text("""
SELECT programme_id, name, given, parked_at, parked_why FROM mechanic_state
WHERE programme_id IN (SELECT json_array_elements_text(:programmes))
""")

RESUME = text("""
UPDATE mechanic_state SET parked_at = NULL, parked_why = NULL
WHERE programme_id IN (SELECT json_array_elements_text(:programmes)) AND name = :name AND parked_at IS NOT NULL
""")
