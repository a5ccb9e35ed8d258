"""The statements about browsers that show a web card: which want to be told of it, and what they were told.

Whoever touches the browsers of a card holds the card first, and cards in the order of their ids.
"""

from sqlalchemy import text

LOCK_CARDS = text("SELECT FROM card WHERE id = ANY(CAST(:cards AS text[])) ORDER BY id FOR NO KEY UPDATE")
"""A change that is under way is then seen by what follows, or finds the browser there."""

MAKE_ROOM = text("""
DELETE FROM web_subscription WHERE card_id = :card AND endpoint IN (
    SELECT endpoint FROM web_subscription WHERE card_id = :card AND endpoint <> :endpoint
    ORDER BY subscribed_at DESC, endpoint OFFSET CAST(:most AS int) - 1
)
""")

SUBSCRIBE = text("""
WITH kept AS (
    INSERT INTO web_subscription (card_id, endpoint, subscription, subscribed_at, told_balance)
    SELECT c.id, :endpoint, :subscription, :now, m.balance
    FROM card AS c JOIN member AS m ON m.id = c.member_id WHERE c.id = :card
    ON CONFLICT (card_id, endpoint) DO UPDATE
        SET subscription = EXCLUDED.subscription, subscribed_at = EXCLUDED.subscribed_at
    RETURNING card_id
)
UPDATE card SET in_web = true FROM kept WHERE id = card_id AND NOT in_web
""")
"""The page shows the present balance, so the next one is the first news. From this commit on, every change of the card
is due in browsers too."""

UNSUBSCRIBE = text("""
DELETE FROM web_subscription AS s USING unnest(CAST(:cards AS text[]), CAST(:endpoints AS text[])) AS w (card_id, endpoint)
WHERE s.card_id = w.card_id AND s.endpoint = w.endpoint
""")

LET_GO = text("""
UPDATE card AS c SET in_web = false
WHERE id = ANY(CAST(:cards AS text[])) AND in_web AND NOT EXISTS (SELECT FROM web_subscription WHERE card_id = c.id)
""")

LISTENERS = text("""
SELECT card_id, endpoint, subscription, told_balance,
    CASE WHEN told_at BETWEEN now() - pause AND now()
        THEN extract(epoch FROM told_at + pause - now())::float8 ELSE 0 END AS rest
FROM web_subscription CROSS JOIN (SELECT CAST(:interval AS float8) * interval '1 second' AS pause) AS paced
WHERE card_id = ANY(CAST(:cards AS text[]))
ORDER BY card_id, endpoint
""")
"""`rest`: for how many seconds it should not be told again. A time yet to come says that the clock has leapt back."""

NOTE_TOLD = text("""
UPDATE web_subscription AS s SET told_at = now(), told_outcome = w.outcome,
    told_version = coalesce(w.version, s.told_version), told_balance = coalesce(w.balance, s.told_balance)
FROM unnest(CAST(:cards AS text[]), CAST(:endpoints AS text[]), CAST(:outcomes AS text[]), CAST(:versions AS int[]),
    CAST(:balances AS bigint[])) AS w (card_id, endpoint, outcome, version, balance)
WHERE s.card_id = w.card_id AND s.endpoint = w.endpoint
""")
