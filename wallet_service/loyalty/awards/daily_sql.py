"""The statements of a programme's calendar."""

from sqlalchemy import text

PROGRAMMES = text("""
SELECT p.id, p.time_zone, p.rulebook_id, coalesce(
    (SELECT jsonb_object_agg(job, day) FROM (
        SELECT job, max(day) AS day FROM daily_run WHERE programme_id = p.id GROUP BY job
    ) AS newest), '{}') AS last
FROM programme AS p WHERE p.rulebook_id IS NOT NULL ORDER BY p.id
""")
"""Programmes that have rules, with the last day of each of their jobs."""

BEGIN = text("""
INSERT INTO daily_run (programme_id, job, day)
SELECT programme_id, job, day FROM json_to_recordset(:runs) AS r (programme_id text, job text, day date)
ON CONFLICT DO NOTHING
""")

CLAIM = text("""
SELECT r.programme_id, r.job, r.day, r.after, p.brand_id, p.time_zone, p.rulebook_id
FROM daily_run AS r JOIN programme AS p ON p.id = r.programme_id
WHERE done_at IS NULL AND NOT EXISTS (
    SELECT FROM daily_run AS o WHERE o.programme_id = r.programme_id AND o.job = r.job AND o.done_at IS NULL AND o.day < r.day
)
ORDER BY r.day, r.programme_id, r.job LIMIT 1 FOR NO KEY UPDATE OF r SKIP LOCKED
""")
"""A day of which something is left to do; of each job, the oldest first."""

GONE_THROUGH = text("""
UPDATE daily_run SET after = :after, members = members + :members, done_at = CASE WHEN :over THEN CAST(:now AS timestamptz) END
WHERE programme_id = :programme AND job = :job AND day = :day
""")

_LIVING = "erased_at IS NULL AND merged_into IS NULL"

BIRTHDAYS = text(f"""
SELECT id AS member_id, 0 AS points FROM member
WHERE programme_id = :programme AND id > :after AND {_LIVING}
    AND CAST(extract(month FROM born) * 100 + extract(day FROM born) AS int) = ANY(CAST(:dates AS int[]))
ORDER BY id LIMIT :most
""")  # noqa: S608 - words of ours

_COMINGS = ("purchase AS p ON p.programme_id = o.programme_id AND", "happening AS p ON p.trigger = 'visit' AND")
"""By what people come."""

_CAME = " UNION ".join(
    f"SELECT {whose} FROM member AS o JOIN {coming} p.member_id = o.id "  # noqa: S608 - words of ours
    f"WHERE o.programme_id = :programme AND {whose} > :after AND p.at >= :begins AND p.at < :ends"
    for coming in _COMINGS
    for whose in ("o.id", "o.merged_into")
)

_CAME_SINCE = " OR ".join(
    f"EXISTS (SELECT FROM member AS o JOIN {coming} p.member_id = o.id WHERE {whose} = m.id AND p.at >= :ends)"
    for coming in _COMINGS
    for whose in ("o.id", "o.merged_into")
)

SILENT = text(f"""
SELECT m.id AS member_id, 0 AS points FROM (
    {_CAME}
    UNION
    SELECT id FROM member WHERE programme_id = :programme AND id >= :first AND id < :last AND id > :after
) AS seen (id) JOIN member AS m USING (id)
WHERE m.programme_id = :programme AND {_LIVING} AND NOT ({_CAME_SINCE})
ORDER BY m.id LIMIT :most
""")  # noqa: S608 - likewise
"""Who bought or came on this day, or was enrolled on it, and has not come since; nor has who was merged into them."""

EXPIRING = text(f"""
SELECT l.member_id, CAST(sum(l.remaining) AS bigint) AS points FROM bonus_lot AS l JOIN member AS m ON m.id = l.member_id
WHERE l.state = 'open' AND l.expires_at > :begins AND l.expires_at <= :ends AND l.member_id > :after
    AND m.programme_id = :programme AND {_LIVING}
GROUP BY 1 ORDER BY 1 LIMIT :most
""")  # noqa: S608 - likewise
"""Whose points can be spent on this day for the last time."""

TIERS_OVER = text(f"""
SELECT s.member_id, 0 AS points FROM member_standing AS s JOIN member AS m ON m.id = s.member_id
WHERE s.tier_until < :day AND s.member_id > :after AND m.programme_id = :programme AND {_LIVING}
ORDER BY 1 LIMIT :most
""")  # noqa: S608 - likewise
