"""The statements of the nightly walk over Google's classes: where it is, and what callbacks should have told."""

from sqlalchemy import text

BEGIN = text("""
INSERT INTO google_walk AS w (class_id, issuer_id, night, due_at)
SELECT class_id, min(issuer_id), :night, now() FROM google_object GROUP BY class_id ORDER BY class_id
ON CONFLICT (class_id) DO UPDATE SET night = EXCLUDED.night, due_at = EXCLUDED.due_at, page = '', attempt = 0
WHERE w.night <> EXCLUDED.night
""")
"""What last night did not get done begins anew: how long a page's token is good, Google does not say."""

CLAIM = text("""
UPDATE google_walk SET attempt = attempt + 1, due_at = now() + :lease * interval '1 second'
WHERE class_id = (
    SELECT class_id FROM google_walk
    WHERE due_at NOT BETWEEN now() AND now() + interval '2 hours'
    ORDER BY due_at, class_id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING class_id, issuer_id, night, page, attempt
""")
"""A time further ahead is none of ours: the clock has leapt back."""

WAIT = text("SELECT extract(epoch FROM min(due_at) - now())::float8 AS seconds FROM google_walk")

TURN_PAGE = text("""
UPDATE google_walk SET page = :following, attempt = 0, due_at = CASE WHEN CAST(:following AS text) <> '' THEN now() END
WHERE class_id = :class AND night = :night AND page = :page
""")
"""Unless another worker has, because this one took too long."""

PUT_OFF = text("""
UPDATE google_walk SET due_at = now() + CAST(:wait AS float8) * interval '1 second'
WHERE class_id = :class AND night = :night AND page = :page
""")
"""Without a time to wait: until the next night."""

CORRECT = text("""
WITH wrong AS (
    SELECT o.card_id, w.held
    FROM unnest(CAST(:objects AS text[]), CAST(:held AS bool[])) AS w (object_id, held)
        JOIN google_object AS o USING (object_id)
    WHERE o.issuer_id = :issuer AND w.held <> (o.saved_at IS NOT NULL AND o.removed_at IS NULL)
        AND coalesce(greatest(o.saved_at, o.removed_at) < :doubtful, true)
    ORDER BY o.card_id FOR NO KEY UPDATE OF o
), corrected AS (
    UPDATE google_object AS o SET
        saved_at = CASE WHEN held THEN CAST(:asked_at AS timestamptz) ELSE saved_at END,
        removed_at = CASE WHEN NOT held THEN CAST(:asked_at AS timestamptz) END
    FROM wrong WHERE o.card_id = wrong.card_id
)
INSERT INTO google_correction (card_id, event, found_at)
SELECT card_id, CASE WHEN held THEN 'save' ELSE 'del' END, :asked_at FROM wrong
RETURNING event
""")
"""What was heard since `doubtful`, and after Google was asked, is newer than its answer may be."""
