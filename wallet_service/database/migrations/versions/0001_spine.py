"""Brands, members, ledger, cards, registrations: the schema of the spine.

Every table of a brand's data carries brand_id, so that no query ever needs to guess whose a row is.
"""

from alembic import op

revision = "0001"
down_revision = None

BRANDS = """
CREATE TABLE brand (
    id text PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL
)

CREATE TABLE api_key (
    id text PRIMARY KEY,
    brand_id text NOT NULL REFERENCES brand,
    name text NOT NULL,
    secret_hash bytea NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    last_used_at timestamptz
)

CREATE INDEX api_key_brand ON api_key (brand_id)

CREATE TABLE pass_type (
    identifier text PRIMARY KEY,
    brand_id text NOT NULL REFERENCES brand,
    change_seq bigint NOT NULL DEFAULT 0
)

COMMENT ON COLUMN pass_type.change_seq IS
    'last change number given to a card of this type; its row lock makes numbers visible in their order'

CREATE TABLE template_version (
    id text PRIMARY KEY,
    brand_id text NOT NULL REFERENCES brand,
    name text NOT NULL,
    number integer NOT NULL,
    digest text NOT NULL,
    bundle bytea NOT NULL,
    shows text[] NOT NULL,
    published_at timestamptz NOT NULL,
    UNIQUE (brand_id, name, number)
)

CREATE TABLE programme (
    id text PRIMARY KEY,
    brand_id text NOT NULL REFERENCES brand,
    name text NOT NULL,
    pass_type text NOT NULL REFERENCES pass_type,
    template_version_id text NOT NULL REFERENCES template_version,
    may_go_negative boolean NOT NULL,
    language text NOT NULL,
    time_zone text NOT NULL,
    created_at timestamptz NOT NULL
)
"""

MEMBERS = """
CREATE TABLE member (
    id text PRIMARY KEY,
    brand_id text NOT NULL REFERENCES brand,
    programme_id text NOT NULL REFERENCES programme,
    external_id text,
    phone text,
    email text,
    name text NOT NULL,
    language text NOT NULL,
    time_zone text NOT NULL,
    balance bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
) WITH (fillfactor = 80)

CREATE UNIQUE INDEX member_external_id ON member (programme_id, external_id)

CREATE UNIQUE INDEX member_phone ON member (programme_id, phone)

CREATE INDEX member_brand ON member (brand_id, id)

CREATE INDEX member_brand_external ON member (brand_id, external_id)

CREATE INDEX member_brand_phone ON member (brand_id, phone)

CREATE SEQUENCE ledger_entry_id

CREATE TABLE ledger_entry (
    id bigint PRIMARY KEY,
    brand_id text NOT NULL,
    member_id text NOT NULL REFERENCES member,
    amount bigint NOT NULL,
    balance_after bigint NOT NULL,
    reason text,
    reference text,
    created_at timestamptz NOT NULL
)

CREATE INDEX ledger_entry_member ON ledger_entry (member_id, id)

CREATE TABLE idempotency (
    brand_id text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status smallint NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (brand_id, key)
)

CREATE INDEX idempotency_age ON idempotency (created_at)
"""

CARDS = """
CREATE TABLE card (
    id text PRIMARY KEY,
    brand_id text NOT NULL REFERENCES brand,
    programme_id text NOT NULL REFERENCES programme,
    member_id text NOT NULL REFERENCES member,
    template_version_id text NOT NULL REFERENCES template_version,
    pass_type text NOT NULL REFERENCES pass_type,
    token_key smallint NOT NULL,
    version integer NOT NULL,
    change_seq bigint NOT NULL,
    modified_at timestamptz NOT NULL,
    handed_version integer,
    handed_at timestamptz,
    voided_at timestamptz,
    created_at timestamptz NOT NULL
) WITH (fillfactor = 80)

CREATE UNIQUE INDEX card_live ON card (member_id) WHERE voided_at IS NULL

CREATE INDEX card_member ON card (member_id)

CREATE INDEX card_template ON card (template_version_id, id) WHERE voided_at IS NULL

CREATE TABLE registration (
    device_id text NOT NULL,
    card_id text NOT NULL REFERENCES card,
    pass_type text NOT NULL,
    push_token text NOT NULL,
    registered_at timestamptz NOT NULL,
    told_version integer,
    told_at timestamptz,
    told_outcome text,
    asked_at timestamptz,
    asked_from text,
    fetched_version integer,
    fetched_at timestamptz,
    news_seq bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (device_id, card_id)
) WITH (fillfactor = 80)

CREATE INDEX registration_card ON registration (card_id)

CREATE INDEX registration_token ON registration (pass_type, push_token)

CREATE TABLE push_due (
    card_id text PRIMARY KEY REFERENCES card,
    seq bigint NOT NULL,
    due_at timestamptz NOT NULL,
    attempt integer NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)

CREATE INDEX push_due_when ON push_due (due_at)
"""

FOREVER = """
CREATE FUNCTION written_for_ever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME;
END $$

CREATE TRIGGER ledger_entry_for_ever BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION written_for_ever()

CREATE TRIGGER template_version_for_ever BEFORE UPDATE OR DELETE ON template_version
    FOR EACH ROW EXECUTE FUNCTION written_for_ever()
"""


def upgrade() -> None:
    """Forward only: restore a backup to go back. Statements are parted by blank lines."""
    for group in (BRANDS, MEMBERS, CARDS, FOREVER):
        for statement in group.split("\n\n"):
            op.execute(statement)
