"""The statements of a mass refresh: cards move to a new template version, then their phones are told at a pace."""

from sqlalchemy import text

BEGIN = text("""
INSERT INTO restyling (template_version_id, started_at, per_s, cards)
SELECT :id, :now, CAST(:per_s AS float8), count(*)
FROM card AS c JOIN template_version AS t ON t.id = c.template_version_id
WHERE t.brand_id = :brand AND t.name = :name AND c.voided_at IS NULL
RETURNING cards
""")

SUPERSEDE = text("""
UPDATE restyling SET ended_at = :now, next_at = NULL
FROM template_version AS v
WHERE v.id = template_version_id AND v.brand_id = :brand AND v.name = :name AND ended_at IS NULL
""")
"""A newer version makes the older refresh pointless: its cards all move on, and are told of the newest."""

NEXT_MOVE = text("""
SELECT r.template_version_id AS id, v.brand_id, v.name, v.number
FROM restyling AS r JOIN template_version AS v ON v.id = r.template_version_id
WHERE r.moved_at IS NULL AND r.ended_at IS NULL
ORDER BY r.started_at LIMIT 1 FOR UPDATE OF r SKIP LOCKED
""")

MOVING = text("SELECT template_version_id FROM restyling WHERE moved_at IS NULL AND ended_at IS NULL LIMIT 1")

CATCH_UP = text("""
INSERT INTO restyling AS r (template_version_id, started_at, cards)
SELECT new.id, now(), count(*)
FROM template_version AS old JOIN template_version AS new ON new.brand_id = old.brand_id AND new.name = old.name
    JOIN card AS c ON c.template_version_id = old.id AND c.voided_at IS NULL
WHERE new.number > old.number
    AND NOT EXISTS (
        SELECT FROM template_version AS newer
        WHERE newer.brand_id = new.brand_id AND newer.name = new.name AND newer.number > new.number
    )
    AND NOT EXISTS (SELECT FROM restyling WHERE template_version_id = new.id AND moved_at IS NULL)
GROUP BY new.id
ON CONFLICT (template_version_id) DO UPDATE
    SET cards = r.cards + EXCLUDED.cards, moved_at = NULL, passed = 0, passed_to = '', next_at = NULL, ended_at = NULL
""")
"""A card issued while its template was being published may still have been given the older version."""

BEHIND = text("""
SELECT old.id FROM template_version AS old
WHERE old.brand_id = :brand AND old.name = :name AND old.number < :number
    AND EXISTS (SELECT FROM card AS c WHERE c.template_version_id = old.id AND c.voided_at IS NULL)
ORDER BY old.number LIMIT 1
""")

MOVE = text("""
WITH held AS MATERIALIZED (
    SELECT c.id, c.pass_type, CAST(:everyone AS boolean) OR (
        SELECT CASE WHEN m.language = ANY(CAST(:tags AS text[])) THEN m.language
            WHEN split_part(m.language, '-', 1) = ANY(CAST(:tags AS text[])) THEN split_part(m.language, '-', 1)
            ELSE '' END || '/' || CASE WHEN s.shown #>> '{tier,name}' = ANY(CAST(:tiers AS text[]))
            THEN s.shown #>> '{tier,name}' ELSE '' END = ANY(CAST(:news AS text[]))
        FROM member AS m LEFT JOIN member_standing AS s ON s.member_id = m.id WHERE m.id = c.member_id
    ) AS is_news
    FROM card AS c
    WHERE c.template_version_id = :old AND c.id > :after AND c.voided_at IS NULL
    ORDER BY c.id LIMIT :most FOR NO KEY UPDATE
), locked AS MATERIALIZED (
    SELECT identifier FROM pass_type WHERE identifier IN (SELECT pass_type FROM held WHERE is_news)
    ORDER BY identifier FOR NO KEY UPDATE
), counted AS (
    UPDATE pass_type AS p SET change_seq = p.change_seq + t.cards
    FROM (
        SELECT pass_type, count(*) AS cards FROM held JOIN locked ON identifier = pass_type WHERE is_news GROUP BY 1
    ) AS t
    WHERE p.identifier = t.pass_type
    RETURNING p.identifier, p.change_seq - t.cards AS base
), moved AS (
    UPDATE card SET template_version_id = :to, version = version + CAST(is_news AS int),
        change_seq = CASE WHEN is_news THEN base + place ELSE change_seq END,
        modified_at = CASE WHEN is_news
            THEN greatest(date_trunc('second', CAST(:now AS timestamptz)), modified_at + interval '1 second')
            ELSE modified_at END
    FROM (
        SELECT id, is_news, base, row_number() OVER (PARTITION BY pass_type, is_news ORDER BY id) AS place
        FROM held LEFT JOIN counted ON identifier = pass_type
    ) AS numbered
    WHERE card.id = numbered.id
    RETURNING card.id, is_news, google_issuer
), google AS (
    INSERT INTO push_due (card_id, wallet, issuer, restyled, due_at, attempt)
    SELECT id, 'google', google_issuer, true, now(), 0 FROM moved
    WHERE is_news AND google_issuer IS NOT NULL ORDER BY id
    ON CONFLICT (card_id, wallet) DO UPDATE SET seq = push_due.seq + 1
), again AS (
    UPDATE push_due AS p SET seq = p.seq + 1
    FROM (
        SELECT l.card_id FROM push_due AS l JOIN moved ON id = l.card_id WHERE is_news AND l.wallet = 'apple'
        ORDER BY l.card_id FOR UPDATE OF l
    ) AS waiting
    WHERE p.card_id = waiting.card_id AND p.wallet = 'apple'
)
SELECT count(*) AS cards, max(id) AS last FROM moved
""")
"""The next cards of an older version, in the order of their ids, take the new one; those that look different in their
member's language and tier also take a new version and change number, as with any other change (see `sql.TOUCH_THESE`). Their
phones are told later, at the pace, unless a push for the card is waiting or on its way: that one then stands for both.
Google is told at its own pace, whatever this one is, and of new balances first."""

NOTE_MOVED = text("UPDATE restyling SET moved = moved + :cards WHERE template_version_id = :id")

ALL_MOVED = text("UPDATE restyling SET moved_at = now(), next_at = now() WHERE template_version_id = :id")

NEXT_PACE = text("""
SELECT r.template_version_id AS id, r.passed_to, extract(epoch FROM now() - r.next_at)::float8 AS since,
    coalesce(r.per_s, CAST(:per_s AS float8)) / (SELECT count(*) FROM restyling WHERE next_at IS NOT NULL) AS per_s
FROM restyling AS r
WHERE r.next_at NOT BETWEEN now() + interval '1 microsecond' AND now() + interval '1 minute'
ORDER BY r.next_at LIMIT 1 FOR UPDATE OF r SKIP LOCKED
""")
"""Refreshes under way at once share the pace. A time further ahead is none of ours: the clock has leapt back."""

WAIT = text("SELECT extract(epoch FROM min(next_at) - now())::float8 AS seconds FROM restyling")

PASS = text("""
WITH walked AS MATERIALIZED (
    SELECT id, version FROM card
    WHERE template_version_id = :id AND id > :after AND voided_at IS NULL
    ORDER BY id LIMIT :walk
), behind AS MATERIALIZED (
    SELECT w.id FROM walked AS w
    WHERE EXISTS (
        SELECT FROM registration AS r
        WHERE r.card_id = w.id AND greatest(r.told_version, r.fetched_version, 1) < w.version
    )
    ORDER BY w.id LIMIT :most
), held AS MATERIALIZED (
    SELECT r.card_id, r.told_at FROM registration AS r JOIN walked AS w ON w.id = r.card_id
    WHERE w.id IN (SELECT id FROM behind) AND greatest(r.told_version, r.fetched_version, 1) < w.version
    ORDER BY r.device_id, r.card_id FOR SHARE OF r
), due AS (
    INSERT INTO push_due (card_id, due_at, attempt)
    SELECT card_id, greatest(now(), max(told_at) + CAST(:interval AS float8) * interval '1 second'), 0
    FROM held GROUP BY card_id ORDER BY card_id
    ON CONFLICT (card_id, wallet) DO NOTHING
    RETURNING card_id
), reached AS (
    SELECT max(id) AS id FROM walked
    WHERE (SELECT count(*) FROM behind) < CAST(:most AS int) OR id <= (SELECT max(id) FROM behind)
)
SELECT reached.id AS reached, (SELECT count(*) FROM walked WHERE walked.id <= reached.id) AS cards,
    ARRAY(SELECT card_id FROM due) AS due
FROM reached
""")
"""The next cards, in the order of their ids, as far as `most` of them that have a phone which is behind: those are due.
A phone that was told or has fetched meanwhile, because of another change, is not; nor is a card that is due already. The
lock waits for pushes being settled, so that what they told is seen."""

NOTE_PASSED = text("""
UPDATE restyling SET passed = passed + :cards, passed_to = :reached, pushed = pushed + :pushed,
    next_at = now() + CAST(:next_in AS float8) * interval '1 second'
WHERE template_version_id = :id
""")

END = text("UPDATE restyling SET ended_at = now(), next_at = NULL WHERE template_version_id = :id")

PROGRESS = text("""
SELECT v.id, v.brand_id, v.name, v.number, r.cards, r.moved, r.passed, r.pushed,
    (SELECT count(*) FROM push_due JOIN card AS c ON c.id = card_id
        WHERE c.template_version_id = v.id AND wallet = 'apple') AS waiting,
    coalesce(r.per_s, CAST(:per_s AS float8))
        / greatest((SELECT count(*) FROM restyling WHERE next_at IS NOT NULL), 1) AS per_s,
    r.started_at, r.moved_at IS NOT NULL AS is_moved, r.ended_at IS NOT NULL AS is_ended
FROM restyling AS r JOIN template_version AS v ON v.id = r.template_version_id
WHERE (CAST(:brand AS text) IS NULL OR v.brand_id = :brand)
    AND NOT EXISTS (
        SELECT FROM template_version AS newer
        WHERE newer.brand_id = v.brand_id AND newer.name = v.name AND newer.number > v.number
    )
ORDER BY r.started_at, v.id
""")

FETCHED = text("""
SELECT count(*) AS on_phones, count(*) FILTER (WHERE fetched) AS fetched
FROM (
    SELECT bool_or(r.fetched_version >= c.version) AS fetched
    FROM card AS c JOIN registration AS r ON r.card_id = c.id
    WHERE c.template_version_id = :id AND c.voided_at IS NULL
    GROUP BY c.id
) AS held
""")
