"""The statements about addresses of brands' own apps. An address belongs to one member of a brand at a time."""

from sqlalchemy import text

KEEP = text("""
INSERT INTO app_address (brand_id, member_id, kind, address, seen_at) VALUES (:brand, :member, :kind, :address, :now)
ON CONFLICT (brand_id, kind, address) DO UPDATE SET member_id = EXCLUDED.member_id, seen_at = EXCLUDED.seen_at
""")

MAKE_ROOM = text("""
DELETE FROM app_address AS a USING (
    SELECT brand_id, kind, address FROM app_address AS l JOIN (
        SELECT brand_id, kind, address,
            row_number() OVER (ORDER BY (kind, address) = (:kind, :address) DESC, seen_at DESC, kind, address) AS place
        FROM app_address WHERE member_id = :member
    ) AS ranked USING (brand_id, kind, address)
    WHERE place > :most FOR UPDATE OF l SKIP LOCKED
) AS oldest
WHERE (a.brand_id, a.kind, a.address) = (oldest.brand_id, oldest.kind, oldest.address) AND a.member_id = :member
""")
"""The address just kept stays, even if the clock has leapt back. One that is locked is about to move or to be dropped:
waiting for it, two members who exchange addresses would wait for each other."""

DROP = text("""
DELETE FROM app_address WHERE brand_id = :brand AND member_id = :member AND kind = :kind AND address = :address
""")

DROP_DEAD = text("""
WITH dead AS MATERIALIZED (
    SELECT a.brand_id, a.kind, a.address
    FROM json_to_recordset(:addresses) AS d (brand_id text, kind text, address text, seen_at timestamptz)
        JOIN app_address AS a USING (brand_id, kind, address)
    WHERE a.seen_at <= d.seen_at
    ORDER BY a.brand_id, a.kind, a.address FOR UPDATE OF a
)
DELETE FROM app_address AS a USING dead
WHERE (a.brand_id, a.kind, a.address) = (dead.brand_id, dead.kind, dead.address)
""")
"""One that the app has shown again since it was read for sending is alive; locked in the order of their keys, so that two
batches can never wait for each other."""

FORGET_STALE = text("""
WITH stale AS MATERIALIZED (
    SELECT brand_id, kind, address FROM app_address WHERE seen_at < :before LIMIT 10000 FOR UPDATE SKIP LOCKED
)
DELETE FROM app_address AS a USING stale
WHERE (a.brand_id, a.kind, a.address) = (stale.brand_id, stale.kind, stale.address)
""")
"""One that is locked is being shown at this moment. There is no index on `seen_at`: it would be written at each start of an
app, to be read once in a while."""

OF_MEMBERS = text("""
SELECT brand_id, member_id, kind, address, seen_at FROM app_address
WHERE brand_id = :brand AND member_id = ANY(CAST(:members AS text[]))
ORDER BY member_id, seen_at DESC, kind, address
""")
