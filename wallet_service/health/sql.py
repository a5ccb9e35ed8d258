"""What the database is asked about itself and about what stands in its tables."""

from sqlalchemy import text

SERVER = text("""
SELECT current_setting('server_version') AS version, clock_timestamp() AS now,
    to_regclass('alembic_version') IS NOT NULL AS has_schema
""")

REVISION = text("SELECT version_num AS revision FROM alembic_version")

CENSUS = text("""
SELECT cards.live_cards, phones.devices, phones.stale_devices, old.restyling, refresh.restyled, refresh.refreshing,
    jobs.held_jobs, rules.parked_mechanics, google.google_saved
FROM (SELECT count(*) AS live_cards FROM card WHERE voided_at IS NULL) AS cards,
    (
        SELECT count(*) AS devices, count(*) FILTER (
            WHERE told_outcome = 'accepted' AND told_version > coalesce(fetched_version, 0)
                AND told_at < now() - interval '1 hour'
        ) AS stale_devices
        FROM registration
    ) AS phones,
    (
        SELECT count(*) AS restyling
        FROM template_version AS old JOIN card ON card.template_version_id = old.id AND card.voided_at IS NULL
        WHERE EXISTS (
            SELECT FROM template_version AS newer
            WHERE newer.brand_id = old.brand_id AND newer.name = old.name AND newer.number > old.number
        )
    ) AS old,
    (
        SELECT coalesce(sum(moved), 0)::bigint AS restyled,
            coalesce(sum(cards - passed) FILTER (WHERE ended_at IS NULL), 0)::bigint AS refreshing
        FROM restyling
    ) AS refresh,
    (SELECT count(*) AS held_jobs FROM pgqueuer WHERE status = 'failed') AS jobs,
    (SELECT count(*) AS parked_mechanics FROM mechanic_state WHERE parked_at IS NOT NULL) AS rules,
    (
        SELECT count(*) AS google_saved FROM google_object WHERE saved_at IS NOT NULL AND removed_at IS NULL
    ) AS google
""")
"""One statement, so that all figures are of one moment."""

QUEUES = text("""
SELECT wallet, cards, greatest(0, coalesce(extract(epoch FROM now() - oldest_at), 0))::float8 AS oldest, failing,
    CASE wallet WHEN 'google' THEN (
        SELECT count(*) FROM google_object WHERE shown_at >= oldest_at AND issuer_id = (
            SELECT issuer FROM push_due AS p WHERE p.wallet = 'google' AND p.due_at = oldest_at ORDER BY issuer LIMIT 1)
    ) ELSE 0 END AS passed
FROM (
    SELECT w.wallet, w.place, count(p.card_id) AS cards, min(p.due_at) AS oldest_at,
        count(p.card_id) FILTER (WHERE p.attempt >= 3) AS failing
    FROM unnest(ARRAY['apple', 'google', 'web']) WITH ORDINALITY AS w (wallet, place)
        LEFT JOIN push_due AS p ON p.wallet = w.wallet
    GROUP BY w.wallet, w.place
) AS queue
ORDER BY place
""")

ISSUERS = text("""
SELECT i.issuer_id, b.name AS brand
FROM google_issuer AS i JOIN brand AS b ON b.id = i.brand_id
WHERE (CAST(:brand AS text) IS NULL OR b.id = :brand) AND (i.issuer_id = (
        SELECT issuer_id FROM google_issuer WHERE brand_id = b.id ORDER BY created_at DESC, issuer_id LIMIT 1
    ) OR i.issuer_id IN (SELECT issuer_id FROM google_object))
ORDER BY i.created_at DESC, i.issuer_id
""")
"""Those that new cards are given out under, or older ones were, of one brand or of all (null). One that was set by
mistake is neither."""

PASS_TYPES = text("SELECT identifier FROM pass_type WHERE brand_id = :brand ORDER BY identifier")

GOOGLE_CARDS = text("""
WITH ours AS (SELECT issuer_id FROM google_issuer WHERE brand_id = :brand),
    refusals AS (
        SELECT o.last_outcome, c.modified_at, c.id
        FROM ours JOIN google_object AS o USING (issuer_id) JOIN card AS c ON c.id = o.card_id
        WHERE o.last_outcome LIKE 'refused:%'
    ),
    waiting AS (
        SELECT p.card_id, p.due_at, p.attempt FROM ours JOIN push_due AS p ON p.issuer = issuer_id
        WHERE p.wallet = 'google'
    )
SELECT present.objects, present.saved, queue.due, queue.oldest, queue.failing,
    (
        SELECT last_outcome FROM google_object
        WHERE card_id = (SELECT card_id FROM waiting WHERE attempt >= 3 ORDER BY attempt DESC, card_id LIMIT 1)
    ) AS failing_for,
    (SELECT count(*) FROM refusals) AS refused,
    (SELECT last_outcome FROM refusals ORDER BY modified_at DESC, id LIMIT 1) AS refused_for
FROM (
        SELECT count(inserted_at) AS objects,
            count(*) FILTER (WHERE saved_at IS NOT NULL AND removed_at IS NULL) AS saved
        FROM ours JOIN google_object USING (issuer_id)
    ) AS present,
    (
        SELECT count(*) AS due, greatest(0, coalesce(extract(epoch FROM now() - min(due_at)), 0))::float8 AS oldest,
            count(*) FILTER (WHERE attempt >= 3) AS failing
        FROM waiting
    ) AS queue
""")
"""Of a brand's cards at Google."""
