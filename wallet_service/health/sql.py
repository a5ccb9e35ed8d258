"""What the database is asked about itself and about what stands in its tables."""

from sqlalchemy import text

SERVER = text("""
SELECT current_setting('server_version') AS version, clock_timestamp() AS now,
    to_regclass('alembic_version') IS NOT NULL AS has_schema
""")

REVISION = text("SELECT version_num AS revision FROM alembic_version")

CENSUS = text("""
SELECT cards.live_cards, phones.devices, phones.stale_devices, due.push_due, due.oldest_due, old.restyling,
    refresh.restyled, refresh.refreshing, jobs.held_jobs
FROM (SELECT count(*) AS live_cards FROM card WHERE voided_at IS NULL) AS cards,
    (
        SELECT count(*) AS devices, count(*) FILTER (
            WHERE told_outcome = 'accepted' AND told_version > coalesce(fetched_version, 0)
                AND told_at < now() - interval '1 hour'
        ) AS stale_devices
        FROM registration
    ) AS phones,
    (
        SELECT count(*) AS push_due,
            greatest(0, coalesce(extract(epoch FROM now() - min(due_at)), 0))::float8 AS oldest_due
        FROM push_due
    ) AS due,
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
    (SELECT count(*) AS held_jobs FROM pgqueuer WHERE status = 'failed') AS jobs
""")
"""One statement, so that all figures are of one moment."""
