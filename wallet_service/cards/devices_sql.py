"""The statements about devices: what they registered, what they were told, asked and fetched.

Batches lock rows in the order of their keys, so that two of them can never wait for each other.
"""

from sqlalchemy import TextClause, text

LOCK_DEVICES = text("""
SELECT FROM registration AS r
    JOIN (
        SELECT DISTINCT * FROM unnest(CAST(:devices AS text[]), CAST(:types AS text[])) AS w (device_id, pass_type)
    ) AS w USING (device_id, pass_type)
ORDER BY r.device_id, r.card_id FOR NO KEY UPDATE OF r
""")
"""Before a registration touches any of a device's rows: a restored phone registers all its cards at once, perhaps with
several processes, and each of them passes the new push token on to all the others."""

REGISTER = text("""
WITH wanted AS (
    SELECT * FROM unnest(CAST(:devices AS text[]), CAST(:cards AS text[]), CAST(:types AS text[]), CAST(:tokens AS text[]))
        AS w (device_id, card_id, pass_type, push_token)
), known AS MATERIALIZED (
    SELECT w.*, c.handed_version
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
"""The share lock makes a change of the card wait for the registration, or the registration see the change. A new device
is taken to hold the version that was last given out by the card's link."""

SPREAD_TOKENS = text("""
UPDATE registration AS r SET push_token = w.push_token
FROM unnest(CAST(:devices AS text[]), CAST(:types AS text[]), CAST(:tokens AS text[])) AS w (device_id, pass_type, push_token)
WHERE r.device_id = w.device_id AND r.pass_type = w.pass_type AND r.push_token <> w.push_token
""")
"""A push token belongs to the device and the pass type: all cards of the type get the newest."""

EVICT = text("""
DELETE FROM registration AS r USING (
    SELECT device_id, card_id FROM registration AS l JOIN (
        SELECT device_id, card_id, row_number() OVER (PARTITION BY card_id ORDER BY registered_at DESC, device_id) AS place
        FROM registration WHERE card_id = ANY(CAST(:cards AS text[]))
    ) AS ranked USING (device_id, card_id)
    WHERE place > :cap ORDER BY device_id, card_id FOR UPDATE OF l
) AS oldest
WHERE r.device_id = oldest.device_id AND r.card_id = oldest.card_id
""")

MARK_STALE = text("""
WITH behind AS MATERIALIZED (
    SELECT r.device_id, r.card_id, r.pass_type
    FROM unnest(CAST(:devices AS text[]), CAST(:cards AS text[])) AS w (device_id, card_id)
        JOIN registration AS r USING (device_id, card_id) JOIN card AS c ON c.id = r.card_id
    WHERE c.version > coalesce(r.fetched_version, 1)
), held AS MATERIALIZED (
    SELECT identifier FROM pass_type WHERE identifier IN (SELECT pass_type FROM behind)
    ORDER BY identifier FOR NO KEY UPDATE
), counted AS (
    UPDATE pass_type AS p SET change_seq = p.change_seq + 1 FROM held
    WHERE p.identifier = held.identifier RETURNING p.identifier, p.change_seq
), marked AS (
    UPDATE registration AS r SET news_seq = counted.change_seq FROM behind JOIN counted ON identifier = pass_type
    WHERE r.device_id = behind.device_id AND r.card_id = behind.card_id RETURNING r.card_id
)
INSERT INTO push_due (card_id, due_at, attempt)
SELECT card_id, now(), 0 FROM (SELECT DISTINCT card_id FROM marked) AS m ORDER BY card_id
ON CONFLICT (card_id, wallet) DO UPDATE SET seq = push_due.seq + 1
RETURNING card_id
""")
"""A device that registers and, for all we know, holds an old face has news: the card changed after its file was given
out, or a push for the change went to a token the device no longer has."""

UNREGISTER = text("DELETE FROM registration WHERE device_id = :device AND card_id = :card AND pass_type = :type")

NEWS = text("""
SELECT q.n, r.card_id, greatest(c.change_seq, r.news_seq) AS seq,
    greatest(c.change_seq, r.news_seq) > CASE WHEN q.tag > p.change_seq THEN -1 ELSE q.tag END AS is_news
FROM unnest(CAST(:n AS int[]), CAST(:devices AS text[]), CAST(:types AS text[]), CAST(:tags AS bigint[]))
    AS q (n, device_id, pass_type, tag)
    JOIN registration AS r USING (device_id, pass_type)
    JOIN card AS c ON c.id = r.card_id JOIN pass_type AS p ON p.identifier = r.pass_type
ORDER BY q.n, r.card_id
""")
"""A tag from the future (after a restored backup) counts as none: better one list too many than a card asleep."""

GLANCE = text("""
SELECT c.id, c.pass_type, c.version, c.modified_at, EXISTS (
    SELECT FROM registration AS r WHERE r.card_id = c.id AND coalesce(r.fetched_version, 0) < c.version
) AS awaited
FROM card AS c WHERE c.id = ANY(CAST(:cards AS text[]))
""")

_HASTY = "hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))"


def _hastily(statement: str) -> TextClause:
    """A statement that is a transaction of its own and does not wait for the disk.

    If the server crashes, the last second of what became of pushes may be gone: a claim was never made, or a card that
    was told is due still, and is told again. No change can be lost: it was on the disk before anybody could claim it.
    Likewise of what phones asked and fetched: one that holds its card is taken to lack it until it asks again.
    """
    return text(statement.format(hasty=_HASTY))


NOTE_ASKED = _hastily("""
WITH {hasty}
UPDATE registration AS r SET asked_at = :now, asked_from = asked.address
FROM (
    SELECT device_id, card_id, w.address
    FROM unnest(CAST(:devices AS text[]), CAST(:types AS text[]), CAST(:addresses AS text[]))
        AS w (device_id, pass_type, address) JOIN registration AS l USING (device_id, pass_type)
    ORDER BY device_id, card_id FOR NO KEY UPDATE OF l
) AS asked, hasty
WHERE r.device_id = asked.device_id AND r.card_id = asked.card_id
""")

NOTE_FETCHED = _hastily("""
WITH {hasty}, fetched AS (
    SELECT *, row_number() OVER (PARTITION BY card_id, address ORDER BY n) AS place
    FROM unnest(CAST(:cards AS text[]), CAST(:versions AS int[]), CAST(:addresses AS text[]))
        WITH ORDINALITY AS f (card_id, version, address, n)
), candidates AS (
    SELECT r.*, f.address, f.newest, count(*) OVER (PARTITION BY card_id, address) AS devices,
        coalesce(asked_from = address AND asked_at > CAST(:now AS timestamptz) - interval '10 minutes', false) AS near
    FROM registration AS r
        JOIN (SELECT card_id, address, max(version) AS newest FROM fetched GROUP BY card_id, address) AS f USING (card_id)
), likely AS (
    SELECT *, row_number() OVER (
        PARTITION BY card_id, address
        ORDER BY near DESC, coalesce(fetched_version >= newest, false), coalesce(fetched_at >= asked_at, false), asked_at
    ) AS place FROM candidates
), theirs AS MATERIALIZED (
    SELECT l.device_id, l.card_id, max(f.version) AS version
    FROM fetched AS f JOIN likely AS l ON l.card_id = f.card_id AND l.address = f.address
        AND (l.devices = 1 OR l.near AND l.place = f.place)
    GROUP BY l.device_id, l.card_id
), held AS MATERIALIZED (
    SELECT r.device_id, r.card_id, theirs.version FROM registration AS r JOIN theirs USING (device_id, card_id)
    ORDER BY r.device_id, r.card_id FOR NO KEY UPDATE OF r
)
UPDATE registration AS r SET fetched_version = greatest(r.fetched_version, held.version), fetched_at = :now
FROM held, hasty WHERE r.device_id = held.device_id AND r.card_id = held.card_id
""")
"""Apple's fetch does not name the device. A card's only device is it. Of several, it is one that has just asked from the
same address: one that lacks this version and has fetched nothing since it asked, whoever asked first. If none has just
asked there, the fetch stays nobody's rather than being guessed."""

NOTE_HANDED = _hastily("""
WITH {hasty}
UPDATE card SET handed_version = greatest(handed_version, w.version), handed_at = :now
FROM (
    SELECT l.id, h.version
    FROM unnest(CAST(:cards AS text[]), CAST(:versions AS int[])) AS h (card_id, version) JOIN card AS l ON l.id = card_id
    ORDER BY l.id FOR NO KEY UPDATE OF l
) AS w, hasty
WHERE card.id = w.id
""")

CLAIM_DUE = _hastily("""
WITH {hasty}, due AS (
    SELECT card_id, due_at FROM push_due
    WHERE wallet = :wallet AND issuer = :issuer AND restyled = :restyled AND due_at <= now()
        AND due_at >= least(CAST(:floor AS timestamptz), now() - interval '1 second')
    ORDER BY due_at LIMIT :most FOR UPDATE SKIP LOCKED
)
UPDATE push_due AS p SET due_at = now() + CAST(:lease AS float8) * interval '1 second', attempt = p.attempt + 1
FROM due, hasty WHERE p.card_id = due.card_id AND p.wallet = :wallet
RETURNING p.card_id, p.seq, p.attempt, due.due_at AS was_due_at
""")
"""The floor keeps a claim from walking over rows that a long snapshot will not let vacuum remove. It is never ahead of
the present, as it would be once the database's clock has leapt back."""

CALL_BACK = text("""
UPDATE push_due SET due_at = now()
WHERE wallet = :wallet AND issuer = :issuer AND restyled = :restyled
    AND due_at > now() + CAST(:beyond AS float8) * interval '1 second'
""")
"""Nobody is ever told to wait that long: the database's clock has leapt back."""

LISTENERS = text("""
SELECT r.device_id, r.card_id, r.pass_type, r.push_token, c.version
FROM registration AS r JOIN card AS c ON c.id = r.card_id
WHERE r.card_id = ANY(CAST(:cards AS text[]))
""")

NOTE_TOLD = _hastily("""
WITH {hasty}
UPDATE registration AS r SET told_at = now(), told_version = told.version, told_outcome = told.outcome
FROM (
    SELECT device_id, card_id, version, outcome
    FROM unnest(CAST(:devices AS text[]), CAST(:cards AS text[]), CAST(:versions AS int[]), CAST(:outcomes AS text[]))
        AS w (device_id, card_id, version, outcome) JOIN registration AS l USING (device_id, card_id)
    ORDER BY device_id, card_id FOR NO KEY UPDATE OF l
) AS told, hasty
WHERE r.device_id = told.device_id AND r.card_id = told.card_id
""")

FORGET_DEAD = text("""
WITH dead AS MATERIALIZED (
    SELECT r.device_id, r.card_id
    FROM unnest(CAST(:types AS text[]), CAST(:tokens AS text[]), CAST(:since AS timestamptz[]))
        AS d (pass_type, push_token, since) JOIN registration AS r USING (pass_type, push_token)
    WHERE d.since IS NULL OR r.registered_at < d.since
    ORDER BY r.device_id, r.card_id FOR UPDATE OF r
)
DELETE FROM registration AS r USING dead WHERE r.device_id = dead.device_id AND r.card_id = dead.card_id
""")

SETTLE_DUE = _hastily("""
WITH {hasty}, told AS (
    SELECT * FROM unnest(CAST(:cards AS text[]), CAST(:seqs AS bigint[]), CAST(:waits AS float8[])) AS t (card_id, seq, wait)
), held AS MATERIALIZED (
    SELECT p.card_id, p.seq AS now_seq, told.seq, told.wait FROM push_due AS p JOIN told USING (card_id), hasty
    WHERE p.wallet = :wallet
    ORDER BY p.card_id FOR UPDATE OF p
), done AS (
    DELETE FROM push_due AS p USING held
    WHERE p.card_id = held.card_id AND p.wallet = :wallet AND now_seq = held.seq AND wait IS NULL
)
UPDATE push_due AS p SET due_at = now() + coalesce(wait, CAST(:interval AS float8)) * interval '1 second',
    attempt = CASE WHEN wait IS NULL THEN 0 ELSE p.attempt END
FROM held WHERE p.card_id = held.card_id AND p.wallet = :wallet AND (now_seq <> held.seq OR wait IS NOT NULL)
""")
"""Told: the row goes, unless the card changed meanwhile (then it is due again after the pacing interval). The lock comes
first, so that a change committed at this very moment is seen, and not left lying until the lease is over."""

NEXT_DUE = text("""
SELECT extract(epoch FROM min(due_at) - now())::float8 AS seconds FROM push_due
WHERE wallet = :wallet AND issuer = '' AND NOT restyled
""")

TRACE = text("""
SELECT device_id, registered_at, told_version, told_at, told_outcome, asked_at, fetched_version, fetched_at
FROM registration WHERE card_id = :card ORDER BY registered_at, device_id
""")
