"""What members said of themselves, where they came from, what they agreed to, and that they are to be forgotten."""

from alembic import op

revision = "0013"
down_revision = "0012"

STATEMENTS = """
ALTER TABLE member ADD COLUMN born date, ADD COLUMN born_fixed boolean NOT NULL DEFAULT false, ADD COLUMN sex text,
    ADD COLUMN home_city text, ADD COLUMN referred_by text REFERENCES member,
    ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}', ADD COLUMN erased_at timestamptz,
    ADD CHECK (sex IN ('female', 'male', 'other'))

COMMENT ON COLUMN member.born_fixed IS 'the birth date was corrected once'

COMMENT ON COLUMN member.referred_by IS 'the member of the same programme who brought this one'

COMMENT ON COLUMN member.erased_at IS 'from then on nothing here says who it was'

ALTER TABLE member SET (toast_tuple_target = 512)

COMMENT ON TABLE member IS 'long attributes lie apart: a row is written anew with every balance'

CREATE UNIQUE INDEX member_referral_code ON member (brand_id, right(id, 10))

CREATE INDEX member_birthday ON member (programme_id, (CAST(extract(month FROM born) * 100 + extract(day FROM born) AS int)))
    WHERE born IS NOT NULL

CREATE TABLE contact (
    member_id text NOT NULL REFERENCES member,
    brand_id text NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    verified_at timestamptz,
    PRIMARY KEY (member_id, kind, value)
)

CREATE INDEX contact_value ON contact (brand_id, kind, value)

COMMENT ON COLUMN contact.value IS 'in its normal form'

CREATE TABLE source (
    member_id text PRIMARY KEY REFERENCES member,
    brand_id text NOT NULL,
    channel text NOT NULL,
    place text,
    campaign text,
    link text,
    referrer text,
    utm_source text,
    utm_medium text,
    utm_campaign text,
    utm_term text,
    utm_content text,
    created_at timestamptz NOT NULL
)

COMMENT ON TABLE source IS 'where a member came from, as it was known when they were enrolled'

CREATE TABLE consent (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id text NOT NULL REFERENCES member,
    brand_id text NOT NULL,
    channel text NOT NULL,
    purpose text NOT NULL,
    granted boolean NOT NULL,
    text_version text NOT NULL,
    text_hash text,
    source text,
    at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
)

COMMENT ON TABLE consent IS 'each word that a member gave; the newest one counts'

COMMENT ON COLUMN consent.source IS 'where it was given, in free words: gone when the member is erased'

CREATE INDEX consent_newest ON consent (member_id, channel, purpose, at DESC, id DESC)

CREATE INDEX consent_time ON consent (member_id, at, id)

CREATE TRIGGER consent_for_ever
    BEFORE DELETE OR UPDATE OF id, member_id, brand_id, channel, purpose, granted, text_version, text_hash, at, created_at
    ON consent FOR EACH ROW EXECUTE FUNCTION written_for_ever()

CREATE TABLE data_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id text NOT NULL REFERENCES member,
    brand_id text NOT NULL,
    fields text[] NOT NULL,
    at timestamptz NOT NULL
)

COMMENT ON TABLE data_change IS 'which of a member''s data were changed and when; never what they were'

CREATE INDEX data_change_time ON data_change (member_id, at, id)

ALTER TABLE idempotency ADD COLUMN member_id text

COMMENT ON COLUMN idempotency.member_id IS 'whose personal data the answer holds; null: nobody''s'

CREATE INDEX idempotency_member ON idempotency (member_id) WHERE member_id IS NOT NULL

CREATE INDEX purchase_returned ON purchase (member_id) WHERE returned <> '[]'

CREATE INDEX redemption_time ON redemption (member_id, at) WHERE member_id IS NOT NULL
"""


def upgrade() -> None:
    """Statements are parted by blank lines."""
    for statement in STATEMENTS.split("\n\n"):
        op.execute(statement)
