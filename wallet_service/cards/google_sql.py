"""The statements about objects in Google Wallet: whose issuer, which cards, what each shows, how often it notified."""

from sqlalchemy import text

CLAIM_ISSUER = text("""
INSERT INTO google_issuer (issuer_id, brand_id, created_at) VALUES (:issuer, :brand, :now)
ON CONFLICT (issuer_id) DO UPDATE SET created_at = EXCLUDED.created_at WHERE google_issuer.brand_id = EXCLUDED.brand_id
""")
"""Claimed again, it is the brand's newest again."""

BRAND_OF_ISSUER = text("SELECT brand_id FROM google_issuer WHERE issuer_id = :issuer")

ISSUERS_OF_BRAND = text("SELECT issuer_id FROM google_issuer WHERE brand_id = :brand ORDER BY issuer_id")

ISSUER_OF = text("""
SELECT coalesce(CASE WHEN o.inserted_at IS NOT NULL THEN o.issuer_id END, (
    SELECT issuer_id FROM google_issuer WHERE brand_id = c.brand_id ORDER BY created_at DESC, issuer_id LIMIT 1
)) AS issuer, t.name AS template, (
    SELECT n.id FROM template_version AS n WHERE n.brand_id = t.brand_id AND n.name = t.name
    ORDER BY n.number DESC LIMIT 1
) AS newest
FROM card AS c JOIN template_version AS t ON t.id = c.template_version_id
    LEFT JOIN google_object AS o ON o.card_id = c.id
WHERE c.id = :card
""")
"""A card stays with the issuer under which Google first took it; until then it takes its brand's newest."""

ENTER = text("""
WITH entered AS (
    INSERT INTO google_object (card_id, issuer_id, object_id, class_id)
    VALUES (:card, :issuer, :object, :class)
    ON CONFLICT (card_id) DO UPDATE
        SET issuer_id = EXCLUDED.issuer_id, object_id = EXCLUDED.object_id, class_id = EXCLUDED.class_id
    RETURNING card_id
), bound AS (
    UPDATE card SET google_issuer = :issuer FROM entered WHERE id = card_id RETURNING id
)
UPDATE push_due AS p SET issuer = :issuer FROM bound WHERE p.card_id = bound.id AND p.wallet = 'google' AND issuer <> :issuer
""")
"""From this commit on, every change of the card is due at Google too. What was due with an issuer that never took the card
is due with this one."""

INSERTED = text("""
WITH inserted AS (
    UPDATE google_object SET inserted_at = coalesce(inserted_at, now()),
        shown_version = greatest(shown_version, CAST(:version AS int)),
        shown_template = coalesce(shown_template, :template), class_id = :class,
        shown_balance = CASE WHEN shown_version > CAST(:version AS int) THEN shown_balance ELSE :balance END,
        shown_at = now(), last_outcome = 'accepted', refused = NULL
    WHERE card_id = :card
    RETURNING card_id, issuer_id
)
INSERT INTO push_due (card_id, wallet, issuer, due_at, attempt)
SELECT id, 'google', issuer_id, now(), 0 FROM inserted JOIN card ON id = card_id
WHERE version > CAST(:version AS int)
ON CONFLICT (card_id, wallet) DO UPDATE SET seq = push_due.seq + 1, restyled = false
""")
"""A card that changed since it was looked at is due once more: its newer face may have been shown before this one."""

GIVEN_UP = text("""
INSERT INTO push_due (card_id, wallet, issuer, due_at, attempt) VALUES (:card, 'google', :issuer, now(), 0)
ON CONFLICT (card_id, wallet) DO UPDATE SET seq = push_due.seq + 1, restyled = false
""")
"""Nobody knows what has become of the object: it is shown once more."""

OBJECTS = text("""
SELECT o.card_id, o.shown_balance, o.shown_template, o.notices, t.name AS template, p.seq, (
    SELECT n.id FROM template_version AS n WHERE n.brand_id = t.brand_id AND n.name = t.name
    ORDER BY n.number DESC LIMIT 1
) AS newest
FROM google_object AS o JOIN card AS c ON c.id = o.card_id JOIN template_version AS t ON t.id = c.template_version_id
    LEFT JOIN push_due AS p ON p.card_id = o.card_id AND p.wallet = 'google'
WHERE o.card_id = ANY(CAST(:cards AS text[]))
""")
"""Ask this before the cards are read: what changes in between has another `seq`."""

NOTE_SHOWN = text("""
WITH noted AS (
    UPDATE google_object AS o SET last_outcome = told.outcome,
        refused = CASE WHEN told.version IS NULL THEN coalesce(told.refused, o.refused) END,
        shown_version = coalesce(told.version, o.shown_version),
        class_id = coalesce(told.class, o.class_id),
        shown_template = coalesce(told.template, o.shown_template), shown_balance = coalesce(told.balance, o.shown_balance),
        shown_at = CASE WHEN told.version IS NULL THEN o.shown_at ELSE now() END,
        inserted_at = CASE WHEN told.version IS NULL THEN o.inserted_at ELSE coalesce(o.inserted_at, now()) END,
        notices = CASE WHEN told.notified
            THEN ARRAY(SELECT at FROM unnest(o.notices) AS at WHERE at > CAST(:now AS timestamptz) - interval '24 hours')
                || CAST(:now AS timestamptz)
            ELSE o.notices END
    FROM (
        SELECT card_id, outcome, version, template, class, balance, notified, w.refused
        FROM unnest(CAST(:cards AS text[]), CAST(:outcomes AS text[]), CAST(:versions AS int[]), CAST(:templates AS text[]),
            CAST(:classes AS text[]), CAST(:balances AS bigint[]), CAST(:notified AS bool[]), CAST(:refused AS text[]))
            AS w (card_id, outcome, version, template, class, balance, notified, refused) JOIN google_object USING (card_id)
        ORDER BY card_id FOR NO KEY UPDATE OF google_object
    ) AS told
    WHERE o.card_id = told.card_id
    RETURNING o.card_id, o.issuer_id, told.version
)
INSERT INTO push_due (card_id, wallet, issuer, due_at, attempt)
SELECT id, 'google', issuer_id, now(), 0 FROM noted JOIN card ON id = card_id WHERE card.version > noted.version
ORDER BY id
ON CONFLICT (card_id, wallet) DO UPDATE SET seq = push_due.seq + 1, restyled = false
""")
"""A card that changed since it was looked at is due once more: another worker may have shown its newer face, and settled
it, before this one's arrived."""

QUEUES = text("""
SELECT issuer_id, extract(epoch FROM least(
    (SELECT min(due_at) FROM push_due WHERE wallet = 'google' AND issuer = issuer_id AND NOT restyled),
    (SELECT min(due_at) FROM push_due WHERE wallet = 'google' AND issuer = issuer_id AND restyled)
) - now())::float8 AS seconds
FROM google_issuer ORDER BY issuer_id
""")
"""In how many seconds something of each issuer is due; null where nothing is."""

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
