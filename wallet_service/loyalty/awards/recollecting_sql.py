"""What members did, read again from the beginning."""

from sqlalchemy import text

_WHO = """
WITH who AS (
    SELECT id AS member_id, id AS seat FROM json_array_elements_text(:members) AS w (id)
    UNION ALL
    SELECT m.id, w.id FROM json_array_elements_text(:members) AS w (id) JOIN member AS m ON m.merged_into = w.id
)
"""
"""Whoever was merged into them did it too."""

PURCHASES = text(f"""{_WHO}
SELECT seat, id, at, paid, points_spent, place, CAST(lines AS text) AS lines, CAST(gave AS text) AS gave,
    CAST(returned AS text) AS returned, CAST(redeemed AS text) AS redeemed
FROM who JOIN purchase USING (member_id) ORDER BY seat, at, id
""")  # noqa: S608 - words of ours

VISITS = text(f"""{_WHO}
SELECT seat, at, occasion FROM who JOIN happening USING (member_id) WHERE trigger = 'visit' ORDER BY seat, at
""")  # noqa: S608 - words of ours
