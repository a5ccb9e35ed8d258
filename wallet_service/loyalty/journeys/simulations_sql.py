"""The statements of simulations."""

from sqlalchemy import text

INSERT = text("""
INSERT INTO simulation (id, brand_id, programme_id, document, since, until, due_at, created_at)
VALUES (:id, :brand, :programme, :document, :since, coalesce(CAST(:until AS timestamptz), :now), now(), :now)
RETURNING *
""")

SIMULATION = text("SELECT * FROM simulation WHERE brand_id = :brand AND id = :id")

WAITING = text("SELECT count(*) AS waiting FROM simulation WHERE brand_id = :brand AND state = 'waiting'")

CLAIM = text("""
UPDATE simulation SET due_at = now() + CAST(:lease AS float8) * interval '1 second'
WHERE id = (
    SELECT id FROM simulation WHERE state = 'waiting' AND due_at <= now() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING *
""")

TELL = text("""
UPDATE simulation SET done = :done, total = :total, due_at = now() + CAST(:lease AS float8) * interval '1 second'
WHERE id = :id AND state = 'waiting'
""")

FINISH = text("""
UPDATE simulation SET state = :state, result = :result, done = :done, finished_at = :now
WHERE id = :id AND state = 'waiting'
""")
