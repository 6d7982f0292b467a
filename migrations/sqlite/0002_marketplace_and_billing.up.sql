-- Subscriptions of the Azure Marketplace, and what tenants are billed. The rules of 0001 hold; money (*_minor) is whole
-- minor units of the currency beside it. Ids of subscriptions and operations are Microsoft's GUIDs in lower case.

-- A subscription has no tenant until it is bound to one, which is for good: what refers to it carries both.
CREATE TABLE subscriptions (
    id TEXT NOT NULL,
    tenant_id TEXT,
    offer_id TEXT NOT NULL,
    plan_id TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    status TEXT NOT NULL,
    beneficiary_directory TEXT NOT NULL,
    purchaser_directory TEXT NOT NULL,
    term_start_at INTEGER,
    term_end_at INTEGER,
    term_unit TEXT NOT NULL,
    previous_term_start_at INTEGER,
    auto_renew INTEGER NOT NULL,
    free_trial INTEGER NOT NULL,
    read_only INTEGER NOT NULL,
    users_at_purchase INTEGER NOT NULL,
    activated_at INTEGER,
    ended_at INTEGER,
    operation_at INTEGER,
    changed_at INTEGER,
    awaited_at INTEGER,
    check_at INTEGER,
    obstacle TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_subscriptions PRIMARY KEY (id),
    CONSTRAINT uq_subscriptions_tenant UNIQUE (tenant_id, id),
    CONSTRAINT fk_subscriptions_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_subscriptions_status CHECK (status IN ('pending', 'subscribed', 'suspended', 'cancelled')),
    CONSTRAINT ck_subscriptions_quantity CHECK (quantity >= 0),
    CONSTRAINT ck_subscriptions_auto_renew CHECK (auto_renew IN (0, 1)),
    CONSTRAINT ck_subscriptions_free_trial CHECK (free_trial IN (0, 1)),
    CONSTRAINT ck_subscriptions_read_only CHECK (read_only IN (0, 1))
) STRICT;

-- A tenant has at most one subscription that is not cancelled: this index is the rule.
CREATE UNIQUE INDEX ux_subscriptions_live ON subscriptions (tenant_id) WHERE tenant_id IS NOT NULL AND status <> 'cancelled';
-- Those that Microsoft is to be asked for.
CREATE INDEX ix_subscriptions_check ON subscriptions (check_at, id) WHERE check_at IS NOT NULL;

-- The Marketplace's events, each dealt with once: the key is the rule.
CREATE TABLE marketplace_deliveries (
    operation_id TEXT NOT NULL,
    tenant_id TEXT,
    subscription_id TEXT NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    sent_at INTEGER,
    received_at INTEGER NOT NULL,
    body_hash TEXT NOT NULL,
    acknowledge_at INTEGER,
    attempts INTEGER NOT NULL,
    CONSTRAINT pk_marketplace_deliveries PRIMARY KEY (operation_id),
    CONSTRAINT fk_marketplace_deliveries_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_marketplace_deliveries_outcome CHECK (outcome IN ('applied', 'refused', 'superseded', 'ignored'))
) STRICT;

-- Those that Microsoft is to be told are accepted.
CREATE INDEX ix_marketplace_deliveries_acknowledge ON marketplace_deliveries (acknowledge_at, operation_id)
    WHERE acknowledge_at IS NOT NULL;

-- What a tenant is billed by from effective_at until ends_at, which the terms that hold have not. Terms that were
-- replaced at the instant at which they began never held. A month is billed by those that are live.
CREATE TABLE tenant_terms (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    effective_at INTEGER NOT NULL,
    ends_at INTEGER,
    plan_name TEXT NOT NULL,
    status TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    plan_id TEXT NOT NULL,
    plan_title TEXT NOT NULL,
    model TEXT NOT NULL,
    seats INTEGER NOT NULL,
    currency TEXT NOT NULL,
    rate_minor INTEGER NOT NULL,
    agreed INTEGER NOT NULL,
    base_minor INTEGER NOT NULL,
    included INTEGER NOT NULL,
    free_trial INTEGER NOT NULL,
    live INTEGER NOT NULL,
    CONSTRAINT pk_tenant_terms PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_tenant_terms_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT fk_tenant_terms_subscription FOREIGN KEY (tenant_id, subscription_id) REFERENCES subscriptions (tenant_id, id),
    CONSTRAINT ck_tenant_terms_interval CHECK (ends_at >= effective_at),
    CONSTRAINT ck_tenant_terms_plan CHECK (plan_name IN ('trial', 'internal', 'paid')),
    CONSTRAINT ck_tenant_terms_status CHECK (status IN ('active', 'trial_expired', 'suspended', 'cancelled')),
    CONSTRAINT ck_tenant_terms_model CHECK (model IN ('', 'seats', 'flat', 'metered')),
    CONSTRAINT ck_tenant_terms_seats CHECK (seats >= 0),
    CONSTRAINT ck_tenant_terms_currency CHECK (LENGTH(currency) = 3),
    CONSTRAINT ck_tenant_terms_rate CHECK (rate_minor >= 0),
    CONSTRAINT ck_tenant_terms_base CHECK (base_minor >= 0),
    CONSTRAINT ck_tenant_terms_included CHECK (included >= 0),
    CONSTRAINT ck_tenant_terms_agreed CHECK (agreed IN (0, 1)),
    CONSTRAINT ck_tenant_terms_free_trial CHECK (free_trial IN (0, 1)),
    CONSTRAINT ck_tenant_terms_live CHECK (live IN (0, 1))
) STRICT;

-- A tenant has one set of terms that hold.
CREATE UNIQUE INDEX ux_tenant_terms_current ON tenant_terms (tenant_id) WHERE ends_at IS NULL;
-- Who is billed for a month, and by what.
CREATE INDEX ix_tenant_terms_live ON tenant_terms (tenant_id, effective_at, ends_at)
    WHERE live = 1;

-- Rows are added and never changed. A lifecycle record has an action; the others have a month such as 2026-10, an invoice
-- number, and people as JSON: who was active, and of an adjustment who was not after all.
CREATE TABLE billing_records (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    subscription_id TEXT NOT NULL,
    plan_id TEXT NOT NULL,
    plan_title TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    people INTEGER NOT NULL,
    operation_id TEXT,
    action TEXT,
    status TEXT,
    month TEXT,
    customer TEXT,
    model TEXT,
    free_trial INTEGER,
    active TEXT,
    inactive TEXT,
    billed INTEGER,
    included INTEGER,
    rate_minor INTEGER,
    base_minor INTEGER,
    total_minor INTEGER,
    currency TEXT,
    invoice_year INTEGER,
    invoice_seq INTEGER,
    CONSTRAINT pk_billing_records PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_billing_records_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT fk_billing_records_subscription FOREIGN KEY (tenant_id, subscription_id)
        REFERENCES subscriptions (tenant_id, id),
    CONSTRAINT ck_billing_records_kind CHECK (kind IN ('monthly', 'adjustment', 'lifecycle')),
    CONSTRAINT ck_billing_records_free_trial CHECK (free_trial IN (0, 1)),
    CONSTRAINT ck_billing_records_lifecycle CHECK (kind <> 'lifecycle' OR (action IS NOT NULL AND status IS NOT NULL
        AND month IS NULL AND invoice_year IS NULL AND invoice_seq IS NULL)),
    CONSTRAINT ck_billing_records_month CHECK (kind = 'lifecycle' OR (month IS NOT NULL AND LENGTH(month) = 7
        AND customer IS NOT NULL AND model IS NOT NULL AND free_trial IS NOT NULL
        AND billed IS NOT NULL AND included IS NOT NULL AND rate_minor IS NOT NULL
        AND base_minor IS NOT NULL AND total_minor IS NOT NULL AND currency IS NOT NULL AND LENGTH(currency) = 3
        AND invoice_year IS NOT NULL AND invoice_seq IS NOT NULL AND invoice_seq > 0
        AND operation_id IS NULL AND action IS NULL AND status IS NULL))
) STRICT;

-- A month is billed once, an event is recorded once, and a number is given to one invoice: these indexes are the rules.
CREATE UNIQUE INDEX ux_billing_records_monthly ON billing_records (tenant_id, month) WHERE kind = 'monthly';
CREATE UNIQUE INDEX ux_billing_records_operation ON billing_records (operation_id) WHERE operation_id IS NOT NULL;
CREATE UNIQUE INDEX ux_billing_records_invoice ON billing_records (invoice_year, invoice_seq) WHERE invoice_year IS NOT NULL;
CREATE INDEX ix_billing_records_month ON billing_records (tenant_id, month) WHERE month IS NOT NULL;
CREATE INDEX ix_billing_records_tenant ON billing_records (tenant_id, occurred_at, id, kind);

-- The last invoice number of each year. The numbers are the publisher's, of no tenant.
CREATE TABLE invoice_counters (
    invoice_year INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    CONSTRAINT pk_invoice_counters PRIMARY KEY (invoice_year)
) STRICT;

-- Whom a metered subscription has counted in a month of its term, which begins at period_at.
CREATE TABLE metered_users (
    tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    period_at INTEGER NOT NULL,
    counted_at INTEGER NOT NULL,
    CONSTRAINT pk_metered_users PRIMARY KEY (tenant_id, user_id, subscription_id, period_at),
    CONSTRAINT fk_metered_users_subscription FOREIGN KEY (tenant_id, subscription_id)
        REFERENCES subscriptions (tenant_id, id),
    CONSTRAINT fk_metered_users_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- How many a month has counted.
CREATE INDEX ix_metered_users_period ON metered_users (tenant_id, subscription_id, period_at);

-- What is reported to Microsoft: one event for a subscription, dimension and hour. One with next_at is not settled.
CREATE TABLE usage_events (
    tenant_id TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    dimension TEXT NOT NULL,
    hour_at INTEGER NOT NULL,
    effective_at INTEGER NOT NULL,
    plan_id TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    accepted_quantity INTEGER NOT NULL,
    state TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    carries INTEGER NOT NULL,
    next_at INTEGER,
    CONSTRAINT pk_usage_events PRIMARY KEY (tenant_id, subscription_id, dimension, hour_at),
    CONSTRAINT fk_usage_events_subscription FOREIGN KEY (tenant_id, subscription_id)
        REFERENCES subscriptions (tenant_id, id),
    CONSTRAINT ck_usage_events_hour CHECK (hour_at % 3600000 = 0 AND effective_at >= hour_at
        AND effective_at < hour_at + 3600000),
    CONSTRAINT ck_usage_events_quantity CHECK (quantity > 0 AND accepted_quantity >= 0),
    CONSTRAINT ck_usage_events_state CHECK (state IN ('open', 'sent', 'accepted', 'lost')),
    CONSTRAINT ck_usage_events_next CHECK ((next_at IS NULL AND state IN ('accepted', 'lost'))
        OR (next_at IS NOT NULL AND state IN ('open', 'sent')))
) STRICT, WITHOUT ROWID;

-- What is to be sent.
CREATE INDEX ix_usage_events_open ON usage_events (next_at, hour_at, subscription_id) WHERE next_at IS NOT NULL;
-- What was reported of some days, to be compared with what Microsoft has.
CREATE INDEX ix_usage_events_hour ON usage_events (hour_at);
