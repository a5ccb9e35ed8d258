"""The statements of rulebooks. Whoever publishes one locks its programme first, and reads it afterwards."""

from sqlalchemy import text

BRAND_OF = text("SELECT brand_id FROM programme WHERE id = :programme")

LOCK_PROGRAMME = text("SELECT id FROM programme WHERE id = :programme FOR NO KEY UPDATE")

DOCUMENT = text("SELECT document FROM rulebook WHERE id = :id")

IN_FORCE = text("""
SELECT r.id, r.number, r.document, r.created_at
FROM programme AS p JOIN rulebook AS r ON r.id = p.rulebook_id WHERE p.id = :programme
""")

NUMBERED = text("""
SELECT id, number, document, created_at FROM rulebook WHERE programme_id = :programme AND number = :number
""")

VERSIONS = text("""
SELECT r.id, r.number, r.created_at, r.id = p.rulebook_id AS in_force
FROM rulebook AS r JOIN programme AS p ON p.id = r.programme_id
WHERE r.programme_id = :programme AND r.number < :before ORDER BY r.number DESC LIMIT :limit
""")

AT = text("""
SELECT id FROM rulebook WHERE programme_id = :programme AND created_at <= :at ORDER BY number DESC LIMIT 1
""")

INSERT = text("""
INSERT INTO rulebook (id, brand_id, programme_id, number, document, created_at)
VALUES (:id, :brand, :programme, :number, CAST(:document AS json), :created_at)
""")

PUT_IN_FORCE = text("UPDATE programme SET rulebook_id = :id WHERE id = :programme")

RESUME = text("""
UPDATE mechanic_state SET parked_at = NULL, parked_why = NULL
WHERE programme_id = :programme AND parked_at IS NOT NULL
    AND name IN (SELECT value FROM json_array_elements_text(:names))
RETURNING name
""")

PARKED = text("SELECT name FROM mechanic_state WHERE programme_id = :programme AND parked_at IS NOT NULL ORDER BY name")
