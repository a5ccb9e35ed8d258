"""The statements about devices: what they registered, what they were told, asked and fetched.

Batches lock rows in the order of their keys, so that two of them can never wait for each other.
"""

from sqlalchemy import text

REGISTER = text("""
WITH wanted AS (
    SELECT * FROM unnest(CAST(:devices AS text[]), CAST(:cards AS text[]), CAST(:types AS text[]), CAST(:tokens AS text[]))
        AS w (device_id, card_id, pass_type, push_token)
), known AS MATERIALIZED (
    SELECT w.*, c.version, c.handed_version
    FROM wanted AS w JOIN card AS c ON c.id = w.card_id AND c.pass_type = w.pass_type
    ORDER BY c.id FOR SHARE OF c
)
INSERT INTO registration (device_id, card_id, pass_type, push_token, registered_at, fetched_version, fetched_at)
SELECT device_id, card_id, pass_type, push_token, CAST(:now AS timestamptz), handed_version,
    CASE WHEN handed_version IS NOT NULL THEN CAST(:now AS timestamptz) END
FROM known ORDER BY device_id, card_id
ON CONFLICT (device_id, card_id) DO UPDATE SET push_token = EXCLUDED.push_token, registered_at = EXCLUDED.registered_at
RETURNING device_id, card_id, (xmax = 0) AS fresh
""")
"""The share lock makes a change of the card wait for the registration, or the registration see the change."""

SPREAD_TOKENS = text("""
UPDATE registration AS r SET push_token = w.push_token
FROM unnest(CAST(:devices AS text[]), CAST(:types AS text[]), CAST(:tokens AS text[])) AS w (device_id, pass_type, push_token)
WHERE r.device_id = w.device_id AND r.pass_type = w.pass_type AND r.push_token <> w.push_token
""")
"""A push token belongs to the device and the pass type: all cards of the type get the newest."""

EVICT = text("""
DELETE FROM registration USING (
    SELECT device_id, card_id, row_number() OVER (PARTITION BY card_id ORDER BY registered_at DESC, device_id) AS place
    FROM registration WHERE card_id = ANY(CAST(:cards AS text[]))
) AS ranked
WHERE registration.device_id = ranked.device_id AND registration.card_id = ranked.card_id AND place > :cap
""")

MARK_STALE = text("""
WITH behind AS MATERIALIZED (
    SELECT c.id, c.pass_type FROM card AS c
    WHERE c.id = ANY(CAST(:cards AS text[])) AND c.version > coalesce(c.handed_version, 1) ORDER BY c.id
), held AS MATERIALIZED (
    SELECT identifier FROM pass_type WHERE identifier IN (SELECT pass_type FROM behind)
    ORDER BY identifier FOR NO KEY UPDATE
), counted AS (
    UPDATE pass_type AS p SET change_seq = p.change_seq + 1 FROM held
    WHERE p.identifier = held.identifier RETURNING p.identifier, p.change_seq
), marked AS (
    UPDATE registration AS r SET news_seq = counted.change_seq FROM behind JOIN counted ON identifier = behind.pass_type
    WHERE r.card_id = behind.id AND r.device_id = ANY(CAST(:devices AS text[])) RETURNING r.card_id
)
INSERT INTO push_due (card_id, seq, due_at, attempt) SELECT DISTINCT card_id, 1, now(), 0 FROM marked
ON CONFLICT (card_id) DO UPDATE SET seq = push_due.seq + 1
RETURNING card_id
""")
"""A device that registers a card changed since any file of it was handed out holds an old face: it has news."""

UNREGISTER = text("DELETE FROM registration WHERE device_id = :device AND card_id = :card AND pass_type = :type")

NEWS = text("""
SELECT r.card_id, greatest(c.change_seq, r.news_seq) AS seq
FROM registration AS r JOIN card AS c ON c.id = r.card_id JOIN pass_type AS p ON p.identifier = r.pass_type
WHERE r.device_id = :device AND r.pass_type = :type
    AND greatest(c.change_seq, r.news_seq) > CASE WHEN :tag > p.change_seq THEN -1 ELSE CAST(:tag AS bigint) END
ORDER BY r.card_id
""")
"""A tag from the future (after a restored backup) counts as none: better one list too many than a card asleep."""

NOTE_ASKED = text("""
UPDATE registration AS r SET asked_at = :now, asked_from = asked.address
FROM (
    SELECT device_id, card_id, w.address
    FROM unnest(CAST(:devices AS text[]), CAST(:types AS text[]), CAST(:addresses AS text[]))
        AS w (device_id, pass_type, address) JOIN registration AS l USING (device_id, pass_type)
    ORDER BY device_id, card_id FOR NO KEY UPDATE OF l
) AS asked
WHERE r.device_id = asked.device_id AND r.card_id = asked.card_id
""")

NOTE_FETCHED = text("""
WITH fetched AS (
    SELECT *, row_number() OVER (PARTITION BY card_id, address) AS place
    FROM unnest(CAST(:cards AS text[]), CAST(:versions AS int[]), CAST(:addresses AS text[])) AS f (card_id, version, address)
), likely AS (
    SELECT r.device_id, r.card_id, asked.address, row_number() OVER (
        PARTITION BY r.card_id, asked.address
        ORDER BY r.asked_from = asked.address DESC NULLS LAST, r.asked_at > coalesce(r.fetched_at, '-infinity') DESC NULLS LAST,
            coalesce(r.fetched_version, 0), r.asked_at
    ) AS place,
    r.asked_from = asked.address AS near, count(*) OVER (PARTITION BY r.card_id, asked.address) AS devices
    FROM registration AS r JOIN (SELECT DISTINCT card_id, address FROM fetched) AS asked USING (card_id)
)
UPDATE registration AS r SET fetched_version = greatest(r.fetched_version, f.version), fetched_at = :now
FROM fetched AS f JOIN likely AS l ON l.card_id = f.card_id AND l.address = f.address
    AND (l.place = f.place OR l.devices = 1)
WHERE r.device_id = l.device_id AND r.card_id = l.card_id AND (l.devices = 1 OR l.near)
""")
"""Apple's fetch does not name the device. A card's only device is it; of several, those that have just asked from the
same address, first come, first served; if none has, the fetch stays nobody's rather than being guessed."""

NOTE_HANDED = text("""
UPDATE card SET handed_version = greatest(handed_version, w.version), handed_at = :now
FROM (
    SELECT l.id, h.version
    FROM unnest(CAST(:cards AS text[]), CAST(:versions AS int[])) AS h (card_id, version) JOIN card AS l ON l.id = card_id
    ORDER BY l.id FOR NO KEY UPDATE OF l
) AS w
WHERE card.id = w.id
""")

CLAIM_DUE = text("""
WITH due AS (
    SELECT card_id, due_at FROM push_due
    WHERE due_at <= now() AND due_at >= CAST(:floor AS timestamptz)
    ORDER BY due_at LIMIT :most FOR UPDATE SKIP LOCKED
)
UPDATE push_due AS p SET due_at = now() + CAST(:lease AS float8) * interval '1 second', attempt = p.attempt + 1
FROM due WHERE p.card_id = due.card_id
RETURNING p.card_id, p.seq, p.attempt, due.due_at AS was_due_at
""")
"""The floor keeps a claim from walking over rows that a long snapshot will not let vacuum remove."""

LISTENERS = text("""
SELECT r.device_id, r.card_id, r.pass_type, r.push_token, c.version
FROM registration AS r JOIN card AS c ON c.id = r.card_id
WHERE r.card_id = ANY(CAST(:cards AS text[]))
""")

NOTE_TOLD = text("""
UPDATE registration AS r SET told_at = :now, told_version = told.version, told_outcome = told.outcome
FROM (
    SELECT device_id, card_id, version, outcome
    FROM unnest(CAST(:devices AS text[]), CAST(:cards AS text[]), CAST(:versions AS int[]), CAST(:outcomes AS text[]))
        AS w (device_id, card_id, version, outcome) JOIN registration AS l USING (device_id, card_id)
    ORDER BY device_id, card_id FOR NO KEY UPDATE OF l
) AS told
WHERE r.device_id = told.device_id AND r.card_id = told.card_id
""")

FORGET_DEAD = text("""
DELETE FROM registration AS r
USING unnest(CAST(:types AS text[]), CAST(:tokens AS text[]), CAST(:since AS timestamptz[])) AS d (pass_type, push_token, since)
WHERE r.pass_type = d.pass_type AND r.push_token = d.push_token AND (d.since IS NULL OR r.registered_at < d.since)
""")

SETTLE_DUE = text("""
WITH told AS (
    SELECT * FROM unnest(CAST(:cards AS text[]), CAST(:seqs AS bigint[]), CAST(:waits AS float8[])) AS t (card_id, seq, wait)
), done AS (
    DELETE FROM push_due AS p USING told WHERE p.card_id = told.card_id AND p.seq = told.seq AND told.wait IS NULL
)
UPDATE push_due AS p SET due_at = now() + coalesce(told.wait, CAST(:interval AS float8)) * interval '1 second',
    attempt = CASE WHEN told.wait IS NULL THEN 0 ELSE p.attempt END
FROM told WHERE p.card_id = told.card_id AND (p.seq <> told.seq OR told.wait IS NOT NULL)
""")
"""Told: the row goes, unless the card changed meanwhile (then it is due again after the pacing interval)."""

NEXT_DUE = text("SELECT extract(epoch FROM min(due_at) - now())::float8 AS seconds FROM push_due")

TRACE = text("""
SELECT device_id, registered_at, told_version, told_at, told_outcome, asked_at, fetched_version, fetched_at
FROM registration WHERE card_id = :card ORDER BY registered_at, device_id
""")
