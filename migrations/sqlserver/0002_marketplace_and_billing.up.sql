-- Subscriptions of the Azure Marketplace, and what tenants are billed. The rules of 0001 hold; money (*_minor) is whole
-- minor units of the currency beside it. Ids of subscriptions and operations are Microsoft's GUIDs in lower case.

-- A subscription has no tenant until it is bound to one, which is for good: what refers to it carries both.
CREATE TABLE subscriptions (
    id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    tenant_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NULL,
    offer_id NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    plan_id NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    quantity INT NOT NULL,
    status NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    beneficiary_directory NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    purchaser_directory NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    term_start_at BIGINT NULL,
    term_end_at BIGINT NULL,
    term_unit NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    previous_term_start_at BIGINT NULL,
    auto_renew BIT NOT NULL,
    free_trial BIT NOT NULL,
    read_only BIT NOT NULL,
    users_at_purchase INT NOT NULL,
    activated_at BIGINT NULL,
    ended_at BIGINT NULL,
    operation_at BIGINT NULL,
    changed_at BIGINT NULL,
    awaited_at BIGINT NULL,
    check_at BIGINT NULL,
    obstacle NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_subscriptions PRIMARY KEY (id),
    CONSTRAINT uq_subscriptions_tenant UNIQUE (tenant_id, id),
    CONSTRAINT fk_subscriptions_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_subscriptions_status CHECK (status IN ('pending', 'subscribed', 'suspended', 'cancelled')),
    CONSTRAINT ck_subscriptions_quantity CHECK (quantity >= 0)
);

-- A tenant has at most one subscription that is not cancelled: this index is the rule.
CREATE UNIQUE INDEX ux_subscriptions_live ON subscriptions (tenant_id) WHERE tenant_id IS NOT NULL AND status <> 'cancelled';
-- Those that Microsoft is to be asked for.
CREATE INDEX ix_subscriptions_check ON subscriptions (check_at, id) WHERE check_at IS NOT NULL;

-- The Marketplace's events, each dealt with once: the key is the rule.
CREATE TABLE marketplace_deliveries (
    operation_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    tenant_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NULL,
    subscription_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    action NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    outcome NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    code NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    message NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    sent_at BIGINT NULL,
    received_at BIGINT NOT NULL,
    body_hash NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    acknowledge_at BIGINT NULL,
    attempts INT NOT NULL,
    CONSTRAINT pk_marketplace_deliveries PRIMARY KEY (operation_id),
    CONSTRAINT fk_marketplace_deliveries_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_marketplace_deliveries_outcome CHECK (outcome IN ('applied', 'refused', 'superseded', 'ignored'))
);

-- Those that Microsoft is to be told are accepted.
CREATE INDEX ix_marketplace_deliveries_acknowledge ON marketplace_deliveries (acknowledge_at, operation_id)
    WHERE acknowledge_at IS NOT NULL;

-- What a tenant is billed by from effective_at until ends_at, which the terms that hold have not. Terms that were
-- replaced at the instant at which they began never held. A month is billed by those that are live.
CREATE TABLE tenant_terms (
    tenant_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    effective_at BIGINT NOT NULL,
    ends_at BIGINT NULL,
    plan_name NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    status NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    subscription_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    plan_id NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    plan_title NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    model NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    seats INT NOT NULL,
    currency NVARCHAR(3) COLLATE Latin1_General_100_BIN2 NOT NULL,
    rate_minor BIGINT NOT NULL,
    agreed BIT NOT NULL,
    base_minor BIGINT NOT NULL,
    included INT NOT NULL,
    free_trial BIT NOT NULL,
    live BIT NOT NULL,
    CONSTRAINT pk_tenant_terms PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_tenant_terms_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT fk_tenant_terms_subscription FOREIGN KEY (tenant_id, subscription_id) REFERENCES subscriptions (tenant_id, id),
    CONSTRAINT ck_tenant_terms_interval CHECK (ends_at >= effective_at),
    CONSTRAINT ck_tenant_terms_plan CHECK (plan_name IN ('trial', 'internal', 'paid')),
    CONSTRAINT ck_tenant_terms_status CHECK (status IN ('active', 'trial_expired', 'suspended', 'cancelled')),
    CONSTRAINT ck_tenant_terms_model CHECK (model IN ('', 'seats', 'flat', 'metered')),
    CONSTRAINT ck_tenant_terms_seats CHECK (seats >= 0),
    CONSTRAINT ck_tenant_terms_currency CHECK (LEN(currency) = 3),
    CONSTRAINT ck_tenant_terms_rate CHECK (rate_minor >= 0),
    CONSTRAINT ck_tenant_terms_base CHECK (base_minor >= 0),
    CONSTRAINT ck_tenant_terms_included CHECK (included >= 0)
);

-- A tenant has one set of terms that hold.
CREATE UNIQUE INDEX ux_tenant_terms_current ON tenant_terms (tenant_id) WHERE ends_at IS NULL;
-- Who is billed for a month, and by what.
CREATE INDEX ix_tenant_terms_live ON tenant_terms (tenant_id, effective_at) INCLUDE (ends_at)
    WHERE live = 1;

-- Rows are added and never changed. A lifecycle record has an action; the others have a month such as 2026-10, an invoice
-- number, and people as JSON: who was active, and of an adjustment who was not after all.
CREATE TABLE billing_records (
    tenant_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    kind NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    occurred_at BIGINT NOT NULL,
    subscription_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    plan_id NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    plan_title NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    quantity INT NOT NULL,
    people INT NOT NULL,
    operation_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NULL,
    action NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL,
    status NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NULL,
    month NVARCHAR(7) COLLATE Latin1_General_100_BIN2 NULL,
    customer NVARCHAR(240) COLLATE Latin1_General_100_BIN2 NULL,
    model NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NULL,
    free_trial BIT NULL,
    active NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NULL,
    inactive NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NULL,
    billed INT NULL,
    included INT NULL,
    rate_minor BIGINT NULL,
    base_minor BIGINT NULL,
    total_minor BIGINT NULL,
    currency NVARCHAR(3) COLLATE Latin1_General_100_BIN2 NULL,
    invoice_year INT NULL,
    invoice_seq INT NULL,
    CONSTRAINT pk_billing_records PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_billing_records_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT fk_billing_records_subscription FOREIGN KEY (tenant_id, subscription_id)
        REFERENCES subscriptions (tenant_id, id),
    CONSTRAINT ck_billing_records_kind CHECK (kind IN ('monthly', 'adjustment', 'lifecycle')),
    CONSTRAINT ck_billing_records_lifecycle CHECK (kind <> 'lifecycle' OR (action IS NOT NULL AND status IS NOT NULL
        AND month IS NULL AND invoice_year IS NULL AND invoice_seq IS NULL)),
    CONSTRAINT ck_billing_records_month CHECK (kind = 'lifecycle' OR (month IS NOT NULL AND LEN(month) = 7
        AND customer IS NOT NULL AND model IS NOT NULL AND free_trial IS NOT NULL
        AND billed IS NOT NULL AND included IS NOT NULL AND rate_minor IS NOT NULL
        AND base_minor IS NOT NULL AND total_minor IS NOT NULL AND currency IS NOT NULL AND LEN(currency) = 3
        AND invoice_year IS NOT NULL AND invoice_seq IS NOT NULL AND invoice_seq > 0
        AND operation_id IS NULL AND action IS NULL AND status IS NULL))
);

-- A month is billed once, an event is recorded once, and a number is given to one invoice: these indexes are the rules.
CREATE UNIQUE INDEX ux_billing_records_monthly ON billing_records (tenant_id, month) WHERE kind = 'monthly';
CREATE UNIQUE INDEX ux_billing_records_operation ON billing_records (operation_id) WHERE operation_id IS NOT NULL;
CREATE UNIQUE INDEX ux_billing_records_invoice ON billing_records (invoice_year, invoice_seq) WHERE invoice_year IS NOT NULL;
CREATE INDEX ix_billing_records_month ON billing_records (tenant_id, month) WHERE month IS NOT NULL;
CREATE INDEX ix_billing_records_tenant ON billing_records (tenant_id, occurred_at, id) INCLUDE (kind);

-- The last invoice number of each year. The numbers are the publisher's, of no tenant.
CREATE TABLE invoice_counters (
    invoice_year INT NOT NULL,
    last_seq INT NOT NULL,
    CONSTRAINT pk_invoice_counters PRIMARY KEY (invoice_year)
);

-- Whom a metered subscription has counted in a month of its term, which begins at period_at.
CREATE TABLE metered_users (
    tenant_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    user_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    subscription_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    period_at BIGINT NOT NULL,
    counted_at BIGINT NOT NULL,
    CONSTRAINT pk_metered_users PRIMARY KEY (tenant_id, user_id, subscription_id, period_at),
    CONSTRAINT fk_metered_users_subscription FOREIGN KEY (tenant_id, subscription_id)
        REFERENCES subscriptions (tenant_id, id),
    CONSTRAINT fk_metered_users_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

-- How many a month has counted.
CREATE INDEX ix_metered_users_period ON metered_users (tenant_id, subscription_id, period_at);

-- What is reported to Microsoft: one event for a subscription, dimension and hour. One with next_at is not settled.
CREATE TABLE usage_events (
    tenant_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    subscription_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    dimension NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    hour_at BIGINT NOT NULL,
    effective_at BIGINT NOT NULL,
    plan_id NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    quantity INT NOT NULL,
    accepted_quantity INT NOT NULL,
    state NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    status NVARCHAR(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
    attempts INT NOT NULL,
    carries INT NOT NULL,
    next_at BIGINT NULL,
    CONSTRAINT pk_usage_events PRIMARY KEY (tenant_id, subscription_id, dimension, hour_at),
    CONSTRAINT fk_usage_events_subscription FOREIGN KEY (tenant_id, subscription_id)
        REFERENCES subscriptions (tenant_id, id),
    CONSTRAINT ck_usage_events_hour CHECK (hour_at % 3600000 = 0 AND effective_at >= hour_at
        AND effective_at < hour_at + 3600000),
    CONSTRAINT ck_usage_events_quantity CHECK (quantity > 0 AND accepted_quantity >= 0),
    CONSTRAINT ck_usage_events_state CHECK (state IN ('open', 'sent', 'accepted', 'lost')),
    CONSTRAINT ck_usage_events_next CHECK ((next_at IS NULL AND state IN ('accepted', 'lost'))
        OR (next_at IS NOT NULL AND state IN ('open', 'sent')))
);

-- What is to be sent.
CREATE INDEX ix_usage_events_open ON usage_events (next_at, hour_at) INCLUDE (subscription_id) WHERE next_at IS NOT NULL;
-- What was reported of some days, to be compared with what Microsoft has.
CREATE INDEX ix_usage_events_hour ON usage_events (hour_at);
