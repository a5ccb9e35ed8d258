"""The statements by which a bench comes to a past."""

from sqlalchemy import text

RECORD = text("""
INSERT INTO purchase (id, brand_id, programme_id, member_id, receipt, fingerprint, place, at, currency, lines, total, paid,
    points_spent, gave, balance, created_at)
SELECT 'pur_' || lpad(CAST(n AS text), 26, '0'), :brand, :programme, members[1 + (CAST(n AS bigint) * 7919) % cardinality(members)],
    CAST(n AS text), '', places[1 + n % cardinality(places)], at, 'EUR', basket.lines, basket.total, basket.total, 0, '[]',
    0, at
FROM generate_series(CAST(:first AS int), CAST(:last AS int) - 1) AS n
    CROSS JOIN (SELECT CAST(:members AS text[]) AS members, CAST(:places AS text[]) AS places) AS known
    CROSS JOIN LATERAL (
        SELECT CAST(:began AS timestamptz) + n * CAST(:step AS interval) AS at
    ) AS moment
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(w -> 0, w -> 1, 1 + (n + k) % 2, w -> 2, 0, w -> 0)) AS lines,
            sum(CAST(w ->> 2 AS bigint) * (1 + (n + k) % 2)) AS total
        FROM generate_series(0, CAST(:lines AS int) - 1) AS k
            CROSS JOIN LATERAL (SELECT CAST(:wares AS jsonb) -> ((n * 31 + k * 7) % :kinds) AS w) AS ware
    ) AS basket
""")

ANALYZE = text("ANALYZE purchase")
"""As the server would do it by itself a little later."""
