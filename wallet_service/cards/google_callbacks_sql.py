"""The statements about Google's callbacks: whose they are, which were heard, what they say of a card."""

from sqlalchemy import text

ISSUERS = text("SELECT issuer_id FROM google_issuer")

LOCK_OBJECTS = text("""
SELECT card_id FROM google_object WHERE object_id = ANY(CAST(:objects AS text[])) ORDER BY card_id FOR NO KEY UPDATE
""")
"""A statement of its own, so that the next one sees what another callback for the same card has just written."""

NOTE_CALLBACK = text("""
WITH fresh AS (
    INSERT INTO google_callback (nonce, card_id, event, expires_at, received_at)
    SELECT :nonce, card_id, :event, :expires_at, :now FROM unnest(CAST(:cards AS text[])) AS w (card_id)
    ON CONFLICT (nonce, card_id) DO NOTHING
    RETURNING card_id
), told AS (
    UPDATE google_object AS o SET
        saved_at = CASE WHEN CAST(:event AS text) = 'save' THEN CAST(:now AS timestamptz) ELSE saved_at END,
        removed_at = CASE WHEN CAST(:event AS text) = 'del' THEN CAST(:now AS timestamptz) END
    FROM fresh
    WHERE o.card_id = fresh.card_id AND CAST(:event AS text) IN ('save', 'del') AND NOT EXISTS (
        SELECT FROM google_callback AS later
        WHERE later.card_id = fresh.card_id AND later.event IN ('save', 'del') AND later.expires_at > :expires_at
    )
)
SELECT card_id FROM fresh
""")
"""Google delivers each callback at least once, and a late one may come after a newer: the newest by expiry is the truth."""

OBJECT_OF = text("""
SELECT object_id, saved_at, removed_at, shown_version, shown_at, last_outcome FROM google_object WHERE card_id = :card
""")

CALLBACKS_OF = text("""
SELECT event, received_at, nonce FROM google_callback WHERE card_id = :card ORDER BY received_at, nonce
""")

CORRECTIONS_OF = text("SELECT event, found_at FROM google_correction WHERE card_id = :card ORDER BY found_at")

FORGET = text("""
DELETE FROM google_callback WHERE (nonce, card_id) IN (
    SELECT nonce, card_id FROM google_callback WHERE expires_at < :before ORDER BY expires_at LIMIT 10000
)
""")

FORGET_CORRECTIONS = text("""
DELETE FROM google_correction WHERE (card_id, found_at) IN (
    SELECT card_id, found_at FROM google_correction WHERE found_at < :before ORDER BY found_at LIMIT 10000
)
""")
