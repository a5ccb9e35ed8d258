"""The statements about objects in Google Wallet: whose issuer, which cards, what each shows, how often it notified."""

from sqlalchemy import text

CLAIM_ISSUER = text("""
INSERT INTO google_issuer (issuer_id, brand_id, created_at) VALUES (:issuer, :brand, :now)
ON CONFLICT (issuer_id) DO NOTHING
""")

BRAND_OF_ISSUER = text("SELECT brand_id FROM google_issuer WHERE issuer_id = :issuer")

ISSUERS_OF_BRAND = text("SELECT issuer_id FROM google_issuer WHERE brand_id = :brand ORDER BY issuer_id")

ISSUER_OF = text("""
SELECT coalesce(o.issuer_id, (
    SELECT issuer_id FROM google_issuer WHERE brand_id = c.brand_id ORDER BY created_at DESC, issuer_id LIMIT 1
)) AS issuer, t.name AS template
FROM card AS c JOIN template_version AS t ON t.id = c.template_version_id
    LEFT JOIN google_object AS o ON o.card_id = c.id
WHERE c.id = :card
""")
"""A card stays with the issuer under which it was first given out; a new one takes its brand's newest."""

ENTER = text("""
WITH entered AS (
    INSERT INTO google_object (card_id, issuer_id, object_id, class_id)
    VALUES (:card, :issuer, :object, :class)
    ON CONFLICT (card_id) DO UPDATE SET class_id = EXCLUDED.class_id
    RETURNING card_id
)
UPDATE card SET in_google = true FROM entered WHERE id = card_id
""")
"""From this commit on, every change of the card is due at Google too."""

INSERTED = text("""
WITH inserted AS (
    UPDATE google_object SET inserted_at = coalesce(inserted_at, now()),
        shown_version = greatest(shown_version, CAST(:version AS int)),
        shown_balance = CASE WHEN shown_version > CAST(:version AS int) THEN shown_balance ELSE :balance END,
        shown_at = now()
    WHERE card_id = :card
    RETURNING card_id
)
INSERT INTO push_due (card_id, wallet, seq, due_at, attempt)
SELECT id, 'google', 1, now(), 0 FROM inserted JOIN card ON id = card_id WHERE version > CAST(:version AS int)
ON CONFLICT (card_id, wallet) DO UPDATE SET seq = push_due.seq + 1
""")
"""A card that changed since it was looked at is due once more: its newer face may have been shown before this one."""

OBJECTS = text("""
SELECT o.card_id, o.issuer_id, o.shown_balance, o.notices, t.name AS template
FROM google_object AS o JOIN card AS c ON c.id = o.card_id JOIN template_version AS t ON t.id = c.template_version_id
WHERE o.card_id = ANY(CAST(:cards AS text[]))
""")

NOTE_SHOWN = text("""
UPDATE google_object AS o SET last_outcome = told.outcome,
    shown_version = coalesce(told.version, o.shown_version), shown_balance = coalesce(told.balance, o.shown_balance),
    shown_at = CASE WHEN told.version IS NULL THEN o.shown_at ELSE now() END,
    inserted_at = CASE WHEN told.version IS NULL THEN o.inserted_at ELSE coalesce(o.inserted_at, now()) END,
    notices = CASE WHEN told.notified
        THEN ARRAY(SELECT at FROM unnest(o.notices) AS at WHERE at > CAST(:now AS timestamptz) - interval '24 hours')
            || CAST(:now AS timestamptz)
        ELSE o.notices END
FROM (
    SELECT card_id, outcome, version, balance, notified
    FROM unnest(CAST(:cards AS text[]), CAST(:outcomes AS text[]), CAST(:versions AS int[]), CAST(:balances AS bigint[]),
        CAST(:notified AS bool[])) AS w (card_id, outcome, version, balance, notified) JOIN google_object USING (card_id)
    ORDER BY card_id FOR NO KEY UPDATE OF google_object
) AS told
WHERE o.card_id = told.card_id
""")

LOCK_PACE = text("""
INSERT INTO google_pace AS p (project, free_from) VALUES (:project, now())
ON CONFLICT (project) DO UPDATE SET free_from = p.free_from
""")
"""One process at a time; a statement of its own, so that the next one sees what another has just booked."""

PACE = text("""
SELECT project, extract(epoch FROM free_from - statement_timestamp())::float8 AS seconds
FROM google_pace
WHERE project = ANY(CAST(:names AS text[]))
    AND free_from BETWEEN statement_timestamp() AND statement_timestamp() + interval '5 seconds'
""")
"""Seconds until those that are taken are free. A project's own row is for its campaigns, those behind a slash are its
seats. A time further ahead is none of ours: the clock has leapt back."""

BOOK = text("""
INSERT INTO google_pace (project, free_from)
SELECT name, statement_timestamp() + seconds * interval '1 second'
FROM unnest(CAST(:names AS text[]), CAST(:seconds AS float8[])) AS w (name, seconds)
ON CONFLICT (project) DO UPDATE SET free_from = EXCLUDED.free_from
""")
