"""The statements about what is known of members beside their names: where they came from, attributes, contacts."""

from sqlalchemy import text

REFERRERS = text("""
WITH wanted AS (
    SELECT * FROM json_to_recordset(:wanted) AS w (n text, brand_id text, programme_id text, kind text, ref text)
), found AS (
    SELECT n, programme_id, m.id FROM wanted AS w JOIN member AS m USING (brand_id, programme_id)
    WHERE kind = 'code' AND right(m.id, 10) = ref
    UNION ALL
    SELECT n, programme_id, ref FROM wanted WHERE kind = 'id'
    UNION ALL
    SELECT n, programme_id, m.id FROM wanted JOIN member AS m USING (programme_id)
    WHERE kind = 'external' AND m.external_id = ref
    UNION ALL
    SELECT n, programme_id, m.id FROM wanted JOIN member AS m USING (programme_id) WHERE kind = 'phone' AND m.phone = ref
    UNION ALL
    SELECT n, w.programme_id, member_id FROM wanted AS w JOIN card AS c ON c.id = ref
    WHERE kind = 'card' AND c.voided_at IS NULL
)
SELECT n, m.id FROM found JOIN member AS m USING (id, programme_id) WHERE m.erased_at IS NULL
""")
"""A referral code is the end of an id (`profile.referral_code`)."""

KEEP_SOURCES = text("""
INSERT INTO source (member_id, brand_id, channel, place, campaign, link, referrer, utm_source, utm_medium,
    utm_campaign, utm_term, utm_content, created_at)
SELECT s.member_id, m.brand_id, s.channel, s.place, s.campaign, s.link, s.referrer, s.utm_source, s.utm_medium,
    s.utm_campaign, s.utm_term, s.utm_content, m.created_at
FROM json_to_recordset(:sources) AS s (
    member_id text, channel text, place text, campaign text, link text, referrer text, utm_source text,
    utm_medium text, utm_campaign text, utm_term text, utm_content text) JOIN member AS m ON m.id = s.member_id
""")

SOURCE_OF = text("""
SELECT channel, place, campaign, link, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content
FROM source WHERE member_id = :member
""")

KEEP_ATTRIBUTES = text("""
WITH noted AS (
    INSERT INTO data_change (member_id, brand_id, fields, at) VALUES (:member, :brand, '{attributes}', :now)
)
UPDATE member SET attributes = CAST(:attributes AS jsonb), updated_at = :now WHERE id = :member
RETURNING *
""")

DROP_CONTACTS = text("DELETE FROM contact WHERE member_id = :member")

KEEP_CONTACTS = text("""
WITH noted AS (
    INSERT INTO data_change (member_id, brand_id, fields, at) VALUES (:member, :brand, '{contacts}', :now)
)
INSERT INTO contact (member_id, brand_id, kind, value, verified_at)
SELECT :member, :brand, kind, value, verified_at
FROM json_to_recordset(:contacts) AS c (kind text, value text, verified_at timestamptz)
""")

CONTACTS = text("SELECT kind, value, verified_at FROM contact WHERE member_id = :member ORDER BY kind, value")
