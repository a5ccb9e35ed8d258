"""Every statement of cards. A change of many cards is one statement."""

from sqlalchemy import TextClause, text

INSERT_CARD = text("""
INSERT INTO card (id, brand_id, programme_id, member_id, template_version_id, pass_type, token_key, version,
    change_seq, modified_at, created_at)
VALUES (:id, :brand, :programme, :member, :template_version, :pass_type, :token_key, 1, 0,
    date_trunc('second', CAST(:now AS timestamptz)), :now)
ON CONFLICT (member_id) WHERE voided_at IS NULL DO NOTHING
""")

CARD = text("""
SELECT id, member_id, programme_id, pass_type, template_version_id, version, modified_at, handed_version, handed_at,
    coalesce(voided_at, (SELECT merged_at FROM merge WHERE absorbed_id = card.member_id AND undone_at IS NULL)), created_at
FROM card WHERE brand_id = :brand AND id = :id
""")
"""The card of somebody who was merged is void for as long as that merge stands."""

BRAND_OF_CARD = text("SELECT brand_id FROM card WHERE id = :id")

LIVE_CARD_OF = text("SELECT id FROM card WHERE member_id = :member AND voided_at IS NULL")

LIVING_CARDS = text("SELECT id FROM card WHERE member_id = ANY(CAST(:members AS text[])) AND voided_at IS NULL")

CARDS_TOGETHER = text("""
SELECT c.id FROM card AS mine JOIN member AS m ON m.id = mine.member_id
    JOIN member AS o ON o.brand_id = m.brand_id AND (o.id = m.id OR o.phone = m.phone OR o.external_id = m.external_id)
    JOIN card AS c ON c.member_id = o.id AND c.voided_at IS NULL
WHERE mine.id = :card
ORDER BY c.id <> mine.id, c.id LIMIT 10
""")
"""A brand knows a person in its programmes by the phone, or by its own number."""

CARD_OF_SURVIVOR = text("""
SELECT c.id FROM card AS gone JOIN member AS m ON m.id = gone.member_id
    JOIN card AS c ON c.member_id = m.merged_into AND c.voided_at IS NULL
WHERE gone.id = :card AND gone.voided_at IS NULL
""")
"""The living card of the one whom the holder of this card was merged into; a card that was withdrawn leads nowhere."""

VOID_CARDS_OF = text("""
UPDATE card SET voided_at = :now
WHERE id IN (
    SELECT id FROM card WHERE member_id = ANY(CAST(:members AS text[])) AND voided_at IS NULL ORDER BY id FOR NO KEY UPDATE
)
RETURNING id
""")

VOID_CARD = text("""
UPDATE card SET voided_at = :now WHERE brand_id = :brand AND id = :id AND voided_at IS NULL RETURNING id
""")

STATES = text("""
SELECT c.id AS serial, c.pass_type, c.template_version_id, c.version, c.change_seq, c.modified_at, c.token_key,
    c.voided_at IS NOT NULL OR m.merged_into IS NOT NULL AS voided, m.id AS member_id, m.name, m.balance, m.external_id, m.language,
    m.time_zone, p.name AS programme, b.name AS brand, c.changes, CAST(s.shown AS text) AS shown
FROM card AS c JOIN member AS m ON m.id = c.member_id JOIN programme AS p ON p.id = c.programme_id
    JOIN brand AS b ON b.id = c.brand_id LEFT JOIN member_standing AS s ON s.member_id = m.id
WHERE c.id = ANY(CAST(:cards AS text[]))
""")

_TOUCH = """
WITH touched AS MATERIALIZED (
    SELECT c.id, c.pass_type, {changes} AS news FROM card AS c {which}
    ORDER BY c.id FOR NO KEY UPDATE OF c
), held AS MATERIALIZED (
    SELECT identifier FROM pass_type WHERE identifier IN (SELECT pass_type FROM touched)
    ORDER BY identifier FOR NO KEY UPDATE
), counted AS (
    UPDATE pass_type AS p SET change_seq = p.change_seq + t.cards
    FROM (SELECT pass_type, count(*) AS cards FROM touched JOIN held ON identifier = pass_type GROUP BY 1) AS t
    WHERE p.identifier = t.pass_type
    RETURNING p.identifier, p.change_seq - t.cards AS base
), phones AS MATERIALIZED (
    SELECT card_id AS id, max(told_at) AS told_at, coalesce(max(fetched_version), 0) AS fetched_version
    FROM registration WHERE card_id IN (SELECT id FROM touched) GROUP BY 1
), bumped AS (
    UPDATE card SET version = version + 1, change_seq = base + place,
        modified_at = greatest(date_trunc('second', CAST(:now AS timestamptz)), modified_at + interval '1 second'),
        changes = news | CASE WHEN fetched_version < version THEN changes ELSE 0 END
    FROM (
        SELECT id, base, news, fetched_version, row_number() OVER (PARTITION BY pass_type ORDER BY id) AS place
        FROM touched JOIN counted ON identifier = pass_type LEFT JOIN phones USING (id)
    ) AS numbered
    WHERE card.id = numbered.id
    RETURNING card.id, card.google_issuer, card.in_web
), due AS (
    INSERT INTO push_due (card_id, wallet, issuer, due_at, attempt)
    SELECT id, wallet, issuer, now() + least(greatest(told_at - now() + pause, interval '0'), pause), 0
    FROM bumped JOIN LATERAL (VALUES ('apple', ''), ('google', google_issuer), ('web', CASE WHEN in_web THEN '' END))
            AS w (wallet, issuer) ON issuer IS NOT NULL
        CROSS JOIN (SELECT CAST(:interval AS float8) * interval '1 second' AS pause) AS paced
        LEFT JOIN phones USING (id)
    ORDER BY id
    ON CONFLICT (card_id, wallet) DO UPDATE SET seq = push_due.seq + 1, restyled = false
    RETURNING wallet
)
SELECT DISTINCT wallet FROM due
"""
"""A new version of each touched card: its version and Last-Modified grow, it takes the next change number of its pass
type, and it is due to be told, at Google too if it has an object there, and in browsers if one asked. The row of the
pass type stays locked until the commit, so change numbers become visible in their order; no phone can be handed a tag
that skips a change still in flight. Cards, then pass types, are locked in the order of their ids. A card waiting to be
told keeps its due time: a burst becomes one push. If it was told in the future (the database's clock has leapt back), it
waits no longer than the interval all the same. What has changed (`announcing.Change`) is added to what had before, as
long as no phone has fetched the version that had. The answer names the wallets in which anything is due."""


def _touch(changes: str, which: str) -> TextClause:
    return text(_TOUCH.format(changes=changes, which=which))


TOUCH_SHOWING = _touch(
    "w.changes",
    """
    JOIN json_to_recordset(CAST(:wishes AS json)) AS w (member text, fields text[], changes smallint)
        ON w.member = c.member_id
    JOIN template_version AS t ON t.id = c.template_version_id
    WHERE c.voided_at IS NULL AND t.shows && w.fields
    """,
)
"""Cards of these members whose design shows one of the fields named for the member."""

TOUCH_THESE = _touch("CAST(0 AS smallint)", "WHERE c.id = ANY(CAST(:cards AS text[]))")

RESTYLE_PROGRAMMES = text("""
UPDATE programme SET template_version_id = :to
WHERE brand_id = :brand AND template_version_id IN (
    SELECT id FROM template_version WHERE brand_id = :brand AND name = :name)
""")

LOCK_BRAND = text("SELECT FROM brand WHERE id = :brand FOR NO KEY UPDATE")
"""Publishing is one at a time for each brand; its members and cards, which only refer to it, need not wait."""

NEWEST_TEMPLATE = text("""
SELECT id, number, digest FROM template_version WHERE brand_id = :brand AND name = :name ORDER BY number DESC LIMIT 1
""")

INSERT_TEMPLATE = text("""
INSERT INTO template_version (id, brand_id, name, number, digest, bundle, shows, published_at)
VALUES (:id, :brand, :name, :number, :digest, :bundle, :shows, :now)
""")

TEMPLATE_BUNDLE = text("SELECT name, bundle FROM template_version WHERE id = :id")

INSERT_IMAGES = text("""
INSERT INTO public_image (name, content)
SELECT * FROM unnest(CAST(:names AS text[]), CAST(:contents AS bytea[]))
ON CONFLICT (name) DO NOTHING
""")

IMAGE = text("SELECT content FROM public_image WHERE name = :name")
