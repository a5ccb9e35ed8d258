"""The statements of offers. Whoever redeems or undoes locks members first, then offers, each in the order of their ids.

A code needs no lock of its own: only who has locked its offer changes whether it is used.
"""

from sqlalchemy import text

OFFER_COLUMNS = "o.id, o.brand_id, o.programme_id, o.name, o.document, o.redeemed, o.created_at, o.archived_at"

KEEP_OFFER = text("""
INSERT INTO offer (id, brand_id, programme_id, name, document, created_at)
VALUES (:id, :brand, :programme, :name, CAST(:document AS json), :now)
ON CONFLICT (programme_id, name) DO UPDATE SET document = EXCLUDED.document, archived_at = NULL
RETURNING id, brand_id, programme_id, name, document, redeemed, created_at, archived_at, xmax = 0 AS fresh
""")
"""A new offer, or new terms of the one with this name, which is in force again if it was archived."""

OFFER_NAMED = text(f"""
SELECT {OFFER_COLUMNS} FROM offer AS o WHERE programme_id = :programme AND name = :name FOR NO KEY UPDATE
""")  # noqa: S608 - columns of ours

OFFER = text(f"SELECT {OFFER_COLUMNS} FROM offer AS o WHERE brand_id = :brand AND id = :offer")  # noqa: S608 - likewise

OFFERS = text(f"""
SELECT {OFFER_COLUMNS} FROM offer AS o WHERE brand_id = :brand AND id > :after ORDER BY id LIMIT :limit
""")  # noqa: S608 - likewise

ARCHIVE = text("""
UPDATE offer SET archived_at = coalesce(archived_at, :now) WHERE brand_id = :brand AND id = :offer
""")

END_CODES = text("""
UPDATE offer_code SET ends_at = :now
WHERE offer_id = :offer AND state = 'open' AND member_id IS NOT NULL AND (ends_at IS NULL OR ends_at > :now)
""")
"""Their time is over: the drain takes them off the cards."""

END_SHARED = text("""
UPDATE offer_code SET state = 'ended' WHERE offer_id = :offer AND state = 'open' AND code <> :code
""")

SHARE_CODE = text("""
INSERT INTO offer_code (brand_id, code, offer_id, state, made_at) VALUES (:brand, :code, :offer, 'open', :now)
ON CONFLICT (brand_id, code) DO UPDATE SET state = 'open' WHERE offer_code.offer_id = EXCLUDED.offer_id
RETURNING code
""")
"""Nothing, where the code is another offer's."""

MAKE_CODES = text("""
INSERT INTO offer_code (brand_id, code, offer_id, state, made_at)
SELECT :brand, convert_from(substr(CAST(:letters AS bytea), n * CAST(:length AS int) + 1, :length), 'UTF8'), :offer, 'open', :now
FROM generate_series(0, CAST(:count AS int) - 1) AS n
ON CONFLICT DO NOTHING
""")
"""Cuts codes out of a row of letters; those that exist already are left out."""

COUNT_ANEW = text("ANALYZE offer_code")
"""The planner should know of a great many new codes before it looks for the next page of them."""

CODES = text("""
SELECT code, state, member_id, made_at, ends_at FROM offer_code
WHERE offer_id = :offer AND (made_at, code) > (:made_at, :code) ORDER BY made_at, code LIMIT :limit
""")

GIVABLE = text(f"""
SELECT w.n, m.id AS member_id, p.time_zone, {OFFER_COLUMNS}
FROM json_to_recordset(:wishes) AS w (n int, member_id text, offer text) JOIN member AS m ON m.id = w.member_id
    JOIN programme AS p ON p.id = m.programme_id
    JOIN offer AS o ON o.programme_id = m.programme_id AND o.name = w.offer AND o.archived_at IS NULL
""")  # noqa: S608 - columns of ours

GIVE = text("""
INSERT INTO offer_code (brand_id, code, offer_id, state, member_id, occasion, skus, made_at, ends_at, remind_at)
SELECT brand_id, code, offer_id, 'open', member_id, occasion, skus, CAST(:now AS timestamptz), ends_at, remind_at
FROM json_to_recordset(:given) AS g (
    brand_id text, code text, offer_id text, member_id text, occasion text, skus jsonb, ends_at timestamptz,
    remind_at timestamptz)
ON CONFLICT DO NOTHING
""")

GIVEN = text("""
SELECT g.n, c.code, c.state, c.made_at, c.ends_at, c.skus
FROM json_to_recordset(:given) AS g (n int, offer_id text, member_id text, occasion text)
    JOIN offer_code AS c USING (member_id, offer_id, occasion)
""")

HELD = text(f"""
SELECT c.member_id, c.code, c.made_at, c.ends_at, c.reminded_at, c.skus, m.brand_id AS of_brand, p.time_zone,
    coalesce(r.document ->> 'currency', 'EUR') AS currency, {OFFER_COLUMNS}
FROM json_array_elements_text(:members) AS w (id) JOIN member AS m ON m.id = w.id
    JOIN programme AS p ON p.id = m.programme_id LEFT JOIN rulebook AS r ON r.id = p.rulebook_id
    CROSS JOIN LATERAL (
        SELECT * FROM offer_code WHERE member_id = m.id AND state = 'open' AND (ends_at IS NULL OR ends_at > :now)
        ORDER BY ends_at, code LIMIT :most
    ) AS c JOIN offer AS o ON o.id = c.offer_id
ORDER BY c.member_id, c.ends_at, c.code
""")  # noqa: S608 - columns of ours
"""What members hold that is good, the nearest end first."""

SHOW = text("""
INSERT INTO member_standing (member_id, brand_id, document, shown, updated_at)
SELECT m.id, m.brand_id, CAST(:blank AS jsonb), jsonb_build_object('offers', s.offers), CAST(:now AS timestamptz)
FROM json_to_recordset(:shown) AS s (member_id text, offers jsonb) JOIN member AS m ON m.id = s.member_id
WHERE s.offers <> '[]' OR EXISTS (SELECT FROM member_standing WHERE member_id = m.id)
ON CONFLICT (member_id) DO UPDATE SET shown = member_standing.shown || EXCLUDED.shown, updated_at = EXCLUDED.updated_at
WHERE coalesce(member_standing.shown -> 'offers', '[]') <> EXCLUDED.shown -> 'offers'
RETURNING member_id, shown -> 'offers' AS offers
""")
"""Those whose cards show other offers than before."""

LOCK_HOLDERS_DUE = text("""
WITH due AS MATERIALIZED (
    (SELECT member_id FROM offer_code WHERE state = 'open' AND ends_at <= :now ORDER BY ends_at LIMIT :most)
    UNION
    (SELECT member_id FROM offer_code WHERE state = 'open' AND remind_at <= :now AND reminded_at IS NULL
    ORDER BY remind_at LIMIT :most)
)
SELECT id FROM member WHERE id = ANY(ARRAY(SELECT member_id FROM due)) ORDER BY id LIMIT :most
FOR NO KEY UPDATE SKIP LOCKED
""")

PASS_MOMENTS = text("""
UPDATE offer_code SET state = CASE WHEN ends_at <= :now THEN 'ended' ELSE 'open' END,
    reminded_at = CASE WHEN remind_at <= :now THEN coalesce(reminded_at, :now) END
WHERE member_id = ANY(CAST(:members AS text[])) AND state = 'open'
    AND (ends_at <= :now OR (remind_at <= :now AND reminded_at IS NULL))
""")

UNTIL_DUE = text("""
SELECT CAST(extract(epoch FROM least(
    (SELECT min(ends_at) FROM offer_code WHERE state = 'open' AND ends_at IS NOT NULL),
    (SELECT min(remind_at) FROM offer_code WHERE state = 'open' AND remind_at IS NOT NULL AND reminded_at IS NULL)
) - :now) AS float8) AS seconds
""")

LOCK_OFFERS = text("""
SELECT o.id FROM offer AS o WHERE o.id IN (
    SELECT c.offer_id FROM json_to_recordset(:codes) AS w (brand_id text, code text)
        JOIN offer_code AS c USING (brand_id, code)
) ORDER BY o.id FOR NO KEY UPDATE
""")
"""Locks the offers of these codes."""

CODES_SHOWN = text(f"""
SELECT w.n, c.code, c.state, c.member_id AS owner, c.ends_at, c.skus, p.time_zone, {OFFER_COLUMNS},
    coalesce(m.programme_id = o.programme_id, true) AS at_home, (
        SELECT count(*) FROM redemption AS r
        WHERE r.member_id = w.member_id AND r.offer_id = o.id AND r.undone_at IS NULL
    ) AS by_member
FROM json_to_recordset(:codes) AS w (n int, brand_id text, code text, member_id text)
    JOIN offer_code AS c USING (brand_id, code) JOIN offer AS o ON o.id = c.offer_id
    JOIN programme AS p ON p.id = o.programme_id LEFT JOIN member AS m ON m.id = w.member_id
""")  # noqa: S608 - columns of ours
"""What is known of each code, and of who shows it."""

REDEEM = text("""
WITH redeemed AS MATERIALIZED (
    SELECT * FROM json_to_recordset(:redemptions) AS r (
        id text, brand_id text, offer_id text, code text, once boolean, member_id text, purchase_id text,
        reference text, discount bigint, granted jsonb, entry_id bigint)
), written AS (
    INSERT INTO redemption (id, brand_id, offer_id, code, member_id, purchase_id, reference, discount, granted, entry_id, at)
    SELECT id, brand_id, offer_id, code, member_id, purchase_id, reference, discount, granted, entry_id,
        CAST(:now AS timestamptz)
    FROM redeemed
), used AS (
    UPDATE offer_code AS c SET state = 'used' FROM redeemed AS r
    WHERE c.brand_id = r.brand_id AND c.code = r.code AND r.once
)
UPDATE offer AS o SET redeemed = o.redeemed + counted.times
FROM (SELECT offer_id, count(*) AS times FROM redeemed GROUP BY 1) AS counted
WHERE o.id = counted.offer_id
""")

REDEMPTION = text("""
SELECT r.*, o.name, o.document ->> 'kind' AS kind FROM redemption AS r JOIN offer AS o ON o.id = r.offer_id
WHERE r.brand_id = :brand AND r.id = :redemption
""")

OF_PURCHASE = text("SELECT id, member_id, offer_id FROM redemption WHERE purchase_id = :purchase AND undone_at IS NULL")

LOCK_THESE = text("""
SELECT id FROM offer WHERE id = ANY(CAST(:offers AS text[])) ORDER BY id FOR NO KEY UPDATE
""")

UNREDEEM = text("""
WITH undone AS (
    UPDATE redemption SET undone_at = :now WHERE id = ANY(CAST(:redemptions AS text[])) AND undone_at IS NULL
    RETURNING brand_id, code, offer_id, member_id
), reopened AS (
    UPDATE offer_code AS c SET state = CASE WHEN c.ends_at <= :now THEN 'ended' ELSE 'open' END
    FROM undone WHERE c.brand_id = undone.brand_id AND c.code = undone.code AND c.state = 'used'
), counted AS (
    UPDATE offer AS o SET redeemed = o.redeemed - u.times
    FROM (SELECT offer_id, count(*) AS times FROM undone GROUP BY 1) AS u WHERE o.id = u.offer_id
)
SELECT member_id FROM undone
""")
