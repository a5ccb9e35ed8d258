"""The statements of the time machine, which only looks. Each list is in the order in which things were recorded."""

from sqlalchemy import text

SIZE = text("""
SELECT count(*) AS purchases FROM purchase
WHERE programme_id = :programme AND created_at < coalesce(CAST(:until AS timestamptz), 'infinity')
""")

PURCHASES = text("""
SELECT p.id, p.member_id, p.at, p.created_at, p.paid, p.place, CAST(p.lines AS text) AS lines,
    CAST(p.gave AS text) AS gave, CAST(p.redeemed AS text) AS redeemed, p.returned <> '[]' AS returned,
    m.referred_by IS NOT NULL AS referred
FROM purchase AS p LEFT JOIN member AS m ON m.id = p.member_id
WHERE p.programme_id = :programme AND p.id > :after
    AND p.created_at < coalesce(CAST(:until AS timestamptz), 'infinity')
ORDER BY p.id LIMIT :most
""")

REFUNDS = text("""
SELECT r.id, r.purchase_id, r.created_at, CAST(r.lines AS text) AS lines
FROM refund AS r JOIN purchase AS p ON p.id = r.purchase_id
WHERE p.programme_id = :programme AND r.id > :after
    AND r.created_at < coalesce(CAST(:until AS timestamptz), 'infinity')
ORDER BY r.id LIMIT :most
""")

HAPPENINGS = text("""
SELECT h.created_at, h.member_id, h.trigger, h.occasion, h.name, h.at, h.place, m.referred_by IS NOT NULL AS referred,
    CAST(row_to_json((h.created_at, h.member_id, h.trigger, h.occasion)) AS text) AS id
FROM happening AS h JOIN member AS m ON m.id = h.member_id
WHERE m.programme_id = :programme AND h.trigger IN ('visit', 'event', 'segment-entered', 'membership')
    AND (:after = '' OR (h.created_at, h.member_id, h.trigger, h.occasion) > (
        SELECT CAST(f1 AS timestamptz), f2, f3, f4
        FROM json_to_record(CAST(nullif(:after, '') AS json)) AS a (f1 text, f2 text, f3 text, f4 text)))
    AND h.created_at < coalesce(CAST(:until AS timestamptz), 'infinity')
ORDER BY h.created_at, h.member_id, h.trigger, h.occasion LIMIT :most
""")
"""Visits, events, segments and memberships, as other systems told of them."""

PEOPLE = text("""
SELECT id, created_at, born, referred_by IS NOT NULL AS referred FROM member
WHERE programme_id = :programme AND id > :after
    AND created_at < coalesce(CAST(:until AS timestamptz), 'infinity')
ORDER BY id LIMIT :most
""")
