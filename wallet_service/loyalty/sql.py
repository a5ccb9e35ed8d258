"""Every statement of loyalty. Hot ones take a whole batch at once, as a JSON document.

(An array costs the driver five times as much: it looks at every element for whether it is an array itself.)
"""

from sqlalchemy import text

INSERT_BRAND = text("INSERT INTO brand (id, name, created_at) VALUES (:id, :name, :now)")

BRAND = text("SELECT id FROM brand WHERE id = :id")

BRANDS = text("""
SELECT b.id AS brand, b.name, p.id AS programme, p.name AS programme_name, p.pass_type, t.name AS template,
    (SELECT count(*) FROM member WHERE programme_id = p.id) AS members
FROM brand AS b LEFT JOIN programme AS p ON p.brand_id = b.id
    LEFT JOIN template_version AS t ON t.id = p.template_version_id
ORDER BY b.id, p.id
""")

PASS_TYPE = text("SELECT identifier FROM pass_type WHERE brand_id = :brand AND identifier = :identifier")

CLAIM_PASS_TYPE = text("""
INSERT INTO pass_type (identifier, brand_id) VALUES (:identifier, :brand)
ON CONFLICT (identifier) DO UPDATE SET brand_id = EXCLUDED.brand_id WHERE pass_type.brand_id = EXCLUDED.brand_id
RETURNING identifier
""")

INSERT_PROGRAMME = text("""
INSERT INTO programme (id, brand_id, name, pass_type, template_version_id, may_go_negative, language, time_zone, created_at)
VALUES (:id, :brand, :name, :pass_type, :template_version_id, :may_go_negative, :language, :time_zone, :now)
""")

PROGRAMMES = text("""
SELECT id, brand_id, name, pass_type, template_version_id, may_go_negative, language, time_zone
FROM programme WHERE brand_id = :brand AND (CAST(:id AS text) IS NULL OR id = :id) ORDER BY id LIMIT 2
""")

INSERT_KEY = text("""
INSERT INTO api_key (id, brand_id, name, secret_hash, scopes, created_at) VALUES (:id, :brand, :name, :hash, :scopes, :now)
""")

USE_KEY = text("""
WITH used AS (
    UPDATE api_key SET last_used_at = :now
    WHERE id = :id AND revoked_at IS NULL AND (last_used_at IS NULL OR last_used_at < CAST(:now AS timestamptz) - interval '1 minute')
)
SELECT id, brand_id, scopes, secret_hash FROM api_key WHERE id = :id AND revoked_at IS NULL
""")

KEYS = text("""
SELECT id, name, scopes, created_at, revoked_at, last_used_at FROM api_key WHERE brand_id = :brand ORDER BY id
""")

REVOKE_KEY = text("""
UPDATE api_key SET revoked_at = :now WHERE id = :id AND brand_id = :brand AND revoked_at IS NULL
""")

INSERT_MEMBERS = text("""
INSERT INTO member (id, brand_id, programme_id, external_id, phone, email, name, language, time_zone, born, sex,
    home_city, referred_by, attributes, created_at, updated_at)
SELECT id, brand_id, programme_id, external_id, phone, email, name, language, time_zone, born, sex, home_city,
    referred_by, coalesce(attributes, '{}'), CAST(:now AS timestamptz), CAST(:now AS timestamptz)
FROM json_to_recordset(:members) AS m (
    id text, brand_id text, programme_id text, external_id text, phone text, email text, name text, language text,
    time_zone text, born date, sex text, home_city text, referred_by text, attributes jsonb
)
ON CONFLICT DO NOTHING
RETURNING *
""")

LOCK_MEMBER = text("SELECT * FROM member WHERE id = :id FOR NO KEY UPDATE")

UPDATE_MEMBER = text("""
WITH noted AS (
    INSERT INTO data_change (member_id, brand_id, fields, at)
    SELECT :id, :brand_id, CAST(:changed AS text[]), :now WHERE cardinality(CAST(:changed AS text[])) > 0
)
UPDATE member SET external_id = :external_id, phone = :phone, email = :email, name = :name, language = :language,
    time_zone = :time_zone, born = :born, born_fixed = :born_fixed, sex = :sex, home_city = :home_city, updated_at = :now
WHERE id = :id AND brand_id = :brand_id
RETURNING *
""")

CLASHING_MEMBERS = text("""
WITH wanted AS (
    SELECT * FROM json_to_recordset(:members) AS w (id text, programme_id text, external_id text, phone text)
)
SELECT w.id AS wanted_id, 'external_id' AS field, s.* FROM wanted AS w
JOIN member AS m ON m.programme_id = w.programme_id AND m.external_id = w.external_id AND m.id <> w.id
JOIN member AS s ON s.id = coalesce(m.merged_into, m.id)
UNION ALL
SELECT w.id AS wanted_id, 'phone' AS field, s.* FROM wanted AS w
JOIN member AS m ON m.programme_id = w.programme_id AND m.phone = w.phone AND m.id <> w.id
JOIN member AS s ON s.id = coalesce(m.merged_into, m.id)
""")
"""Who already has the phone or the external id that these want, or had it before a merge: two rows, where it is both."""

FIND_MEMBER = text("""
SELECT s.*, found.id AS named FROM (
SELECT * FROM member WHERE brand_id = :brand AND id = CASE :kind
    WHEN 'id' THEN CAST(:ref AS text)
    WHEN 'card' THEN (SELECT member_id FROM card WHERE id = :ref AND brand_id = :brand AND voided_at IS NULL)
    END
UNION ALL
SELECT * FROM member WHERE :kind = 'external' AND brand_id = :brand AND external_id = :ref
UNION ALL
SELECT * FROM member WHERE :kind = 'phone' AND brand_id = :brand AND phone = :ref
) AS found JOIN member AS s ON s.id = coalesce(found.merged_into, found.id)
""")
"""Whoever was merged leads to the survivor; `named` is the member whose reference it was."""

MEMBERS = text("""
SELECT * FROM member WHERE brand_id = :brand AND id > :after AND erased_at IS NULL AND merged_into IS NULL
ORDER BY id LIMIT :limit
""")

KEYS_IN_USE = text("""
WITH asked AS MATERIALIZED (
    SELECT DISTINCT brand_id, key FROM json_to_recordset(:keys) AS k (brand_id text, key text)
)
SELECT brand_id, key FROM asked
WHERE NOT pg_try_advisory_xact_lock(hashtextextended(brand_id || ' ' || key, 0))
""")
"""Locks every key that nobody else has locked, until the transaction ends; tells the others."""

KEPT_ANSWERS = text("""
SELECT k.brand_id, k.key, fingerprint, status, body
FROM json_to_recordset(:keys) AS k (brand_id text, key text) CROSS JOIN LATERAL (
    SELECT fingerprint, status, body FROM idempotency AS i WHERE i.brand_id = k.brand_id AND i.key = k.key LIMIT 1
) AS kept
""")
"""One look into the index for each key, whatever the planner thinks of a table that grows faster than its statistics."""

KEEP_ANSWER = text("""
INSERT INTO idempotency (brand_id, key, fingerprint, status, body, member_id, created_at)
VALUES (:brand, :key, :fingerprint, :status, :body, :about, :now)
""")

FORGET_KEYS = text("""
DELETE FROM idempotency WHERE (brand_id, key) IN (
    SELECT brand_id, key FROM idempotency WHERE created_at < :before ORDER BY created_at LIMIT 10000
)
""")
