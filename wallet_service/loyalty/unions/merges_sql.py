"""The statements of merges. Both members are locked first, and everything of theirs is read afterwards."""

from sqlalchemy import text

LOCK_BOTH = text("""
SELECT m.id, m.brand_id, m.programme_id, m.balance, m.digest, m.merged_into, m.erased_at, p.may_go_negative
FROM member AS m JOIN programme AS p ON p.id = m.programme_id
WHERE m.id = ANY(CAST(:members AS text[])) ORDER BY m.id FOR NO KEY UPDATE OF m
""")
"""These very members, merged or not, in the order of their ids."""

HOLDS_OPEN = text("SELECT count(*) AS holds FROM hold WHERE member_id = :member AND state = 'open'")

LIVING_LOTS = text("""
SELECT id, remaining, CASE WHEN state = 'pending' THEN activates_at END AS activates_at, expires_at, origin
FROM bonus_lot
WHERE member_id = :member AND (state = 'pending' OR state = 'open' AND coalesce(expires_at > :now, true)) ORDER BY id
""")
"""All that is left of a member's lots, but for what has expired."""

LOTS_THAT_CAME = text("""
WITH RECURSIVE came AS (
    SELECT lot FROM merged_lot WHERE merge_id = :merge
    UNION
    SELECT m.lot FROM merged_lot AS m JOIN came ON m.was = came.lot
)
SELECT l.id, l.remaining, CASE WHEN l.state = 'pending' THEN l.activates_at END AS activates_at, l.expires_at, l.origin
FROM came JOIN bonus_lot AS l ON l.id = came.lot
WHERE l.member_id = :member
    AND (l.state = 'pending' OR l.state = 'open' AND coalesce(l.expires_at > :now, true)) ORDER BY l.id
""")
"""What is still there of the lots that came to the survivor by a merge, even if they were another's in between."""

CLOSE_PROMISES = text("""
UPDATE bonus_lot SET remaining = 0, state = 'closed' WHERE id = ANY(CAST(:lots AS bigint[])) AND state = 'pending'
""")
"""They were promised to somebody who has them elsewhere now."""

KEEP_LOTS = text("""
INSERT INTO merged_lot (lot, was, merge_id)
SELECT lot, was, :merge FROM json_to_recordset(:lots) AS l (lot bigint, was bigint)
""")

INSERT = text("""
INSERT INTO merge (id, brand_id, survivor_id, absorbed_id, points, promised, debt_entry, merged_at)
VALUES (:id, :brand_id, :survivor_id, :absorbed_id, :points, :promised, :debt_entry, :merged_at)
""")

LEAD_ON = text("""
UPDATE member SET merged_into = :survivor WHERE id = :absorbed OR merged_into = :absorbed
""")
"""Whoever was merged into the one that goes leads to the survivor too."""

LEAD_BACK = text("""
WITH RECURSIVE own AS (
    SELECT absorbed_id FROM merge WHERE survivor_id = :absorbed AND undone_at IS NULL
    UNION
    SELECT m.absorbed_id FROM merge AS m JOIN own ON m.survivor_id = own.absorbed_id WHERE m.undone_at IS NULL
)
UPDATE member SET merged_into = CASE WHEN id <> :absorbed THEN :absorbed END
WHERE id = :absorbed OR id IN (SELECT absorbed_id FROM own)
""")
"""The one that went is on its own again, and whoever was merged into it before leads there."""

MERGE = text("SELECT * FROM merge WHERE id = :merge AND brand_id = :brand")

ENTRY = text("SELECT * FROM ledger_entry WHERE id = :entry")

CLOSE = text("UPDATE merge SET undone_at = :now, returned = :returned WHERE id = :merge AND undone_at IS NULL")

MERGES = text("""
SELECT * FROM merge WHERE survivor_id = :member AND (CAST(:before AS text) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit
""")

STANDING_KEPT = text("""
SELECT member_id FROM member_standing WHERE member_id IN (SELECT json_array_elements_text(:members))
""")

MOVE_OFFERS = text("""
UPDATE offer_code AS c SET member_id = :survivor, given_to = coalesce(given_to, :absorbed)
WHERE member_id = :absorbed AND state = 'open' AND NOT EXISTS (
    SELECT FROM offer_code AS has
    WHERE has.member_id = :survivor AND has.offer_id = c.offer_id AND has.occasion = c.occasion
)
""")
"""What the survivor was given for the same occasion, is not theirs twice: it stays where it is."""

RETURN_OFFERS = text("""
UPDATE offer_code SET member_id = :absorbed
WHERE member_id = :survivor AND state = 'open'
    AND given_to IN (SELECT id FROM member WHERE id = :absorbed OR merged_into = :absorbed)
""")
"""What was redeemed meanwhile, the survivor has redeemed."""
