-- Instants (*_at) are milliseconds since 1970-01-01T00:00:00Z, lengths (*_ms) are milliseconds, ids are UUIDv7 in lower
-- case. Every row of a tenant is keyed by the tenant first, and every reference carries the tenant, so that no row can
-- point into another tenant.
--
-- Identifiers, keys and what is compared exactly have a binary collation. NVARCHAR counts UTF-16 code units, so a text of
-- the API's n characters is NVARCHAR(2n).

CREATE TABLE tenants (
    id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    directory_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    name NVARCHAR(240) COLLATE Latin1_General_100_BIN2 NOT NULL,
    slug NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
    azure_devops_organization NVARCHAR(50) COLLATE Latin1_General_100_BIN2 NOT NULL,
    admin_email NVARCHAR(508) COLLATE Latin1_General_100_BIN2 NOT NULL,
    currency NVARCHAR(3) COLLATE Latin1_General_100_BIN2 NOT NULL,
    plan_name NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    status NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    trial_ends_at BIGINT NULL,
    paid_seats INT NOT NULL,
    rate_minor BIGINT NOT NULL,
    time_zone NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    on_start_while_running NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    auto_stop_after_ms BIGINT NOT NULL,
    edit_window_days INT NOT NULL,
    allow_overlap BIT NOT NULL,
    write_back BIT NOT NULL,
    join_policy NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_tenants PRIMARY KEY (id),
    CONSTRAINT uq_tenants_directory UNIQUE (directory_id),
    CONSTRAINT uq_tenants_slug UNIQUE (slug),
    CONSTRAINT ck_tenants_currency CHECK (LEN(currency) = 3),
    CONSTRAINT ck_tenants_plan CHECK (plan_name IN ('trial', 'internal', 'paid')),
    CONSTRAINT ck_tenants_status CHECK (status IN ('active', 'trial_expired', 'suspended', 'cancelled')),
    CONSTRAINT ck_tenants_paid_seats CHECK (paid_seats >= 0),
    CONSTRAINT ck_tenants_rate CHECK (rate_minor >= 0),
    CONSTRAINT ck_tenants_start CHECK (on_start_while_running IN ('switch', 'reject')),
    CONSTRAINT ck_tenants_auto_stop CHECK (auto_stop_after_ms > 0 AND auto_stop_after_ms <= 86400000),
    CONSTRAINT ck_tenants_edit_window CHECK (edit_window_days >= 0),
    CONSTRAINT ck_tenants_join CHECK (join_policy IN ('invite_only', 'request', 'directory'))
);

-- Names and addresses are searched and ordered as people do, without regard to case.
CREATE TABLE users (
    tenant_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    object_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NULL,
    email NVARCHAR(512) COLLATE Latin1_General_CI_AS NOT NULL,
    name NVARCHAR(512) COLLATE Latin1_General_CI_AS NOT NULL,
    role NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    status NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    auth_provider NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    is_external BIT NOT NULL,
    time_zone NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    invited_by NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NULL,
    invited_at BIGINT NULL,
    first_sign_in_at BIGINT NULL,
    last_sign_in_at BIGINT NULL,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_users_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT fk_users_invited_by FOREIGN KEY (tenant_id, invited_by) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_users_role CHECK (role IN ('user', 'admin', 'super_admin')),
    CONSTRAINT ck_users_status CHECK (status IN ('invited', 'requested', 'active', 'deactivated')),
    CONSTRAINT ck_users_invited CHECK (status <> 'invited' OR object_id IS NULL),
    CONSTRAINT ck_users_provider CHECK (auth_provider IN ('manual', 'microsoft'))
);

CREATE UNIQUE INDEX ux_users_object ON users (tenant_id, object_id) WHERE object_id IS NOT NULL;
-- An address is invited once; several people may have had it.
CREATE UNIQUE INDEX ux_users_invited ON users (tenant_id, email) WHERE status = 'invited';
CREATE INDEX ix_users_email ON users (tenant_id, email);
CREATE INDEX ix_users_name ON users (tenant_id, name, id);
-- Seats and roles are counted while others wait.
CREATE INDEX ix_users_status ON users (tenant_id, status, role);

-- What is remembered of a work item for showing it again.
CREATE TABLE work_items (
    tenant_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    tracker NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    organization NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    project NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    id NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
    title NVARCHAR(510) COLLATE Latin1_General_100_BIN2 NOT NULL,
    type NVARCHAR(256) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT pk_work_items PRIMARY KEY (tenant_id, tracker, organization, project, id),
    CONSTRAINT fk_work_items_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);

-- A running timer is an entry without stopped_at.
CREATE TABLE time_entries (
    tenant_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    user_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    tracker NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    organization NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    project NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    work_item_id NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
    started_at BIGINT NOT NULL,
    started_day AS (started_at / 86400000) PERSISTED,
    stopped_at BIGINT NULL,
    source NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    needs_review BIT NOT NULL,
    existing_hours FLOAT NULL,
    voided_at BIGINT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_time_entries PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_time_entries_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_time_entries_work_item FOREIGN KEY (tenant_id, tracker, organization, project, work_item_id)
        REFERENCES work_items (tenant_id, tracker, organization, project, id),
    CONSTRAINT ck_time_entries_interval CHECK (stopped_at >= started_at AND stopped_at - started_at <= 86400000),
    CONSTRAINT ck_time_entries_source CHECK (source IN ('timer', 'manual')),
    CONSTRAINT ck_time_entries_voided CHECK (voided_at IS NULL OR stopped_at IS NOT NULL)
);

-- A user has at most one running timer: this index is the rule.
CREATE UNIQUE INDEX ux_time_entries_running ON time_entries (tenant_id, user_id) WHERE stopped_at IS NULL;
-- Running timers of a tenant by age, and the forgotten ones.
CREATE INDEX ix_time_entries_running ON time_entries (tenant_id, started_at, id) WHERE stopped_at IS NULL;
-- A person's entries; with what the last stop and overlaps need.
CREATE INDEX ix_time_entries_user ON time_entries (tenant_id, user_id, started_at, id) INCLUDE (stopped_at, voided_at);
-- A tenant's entries.
CREATE INDEX ix_time_entries_tenant ON time_entries (tenant_id, started_at, id);
-- The time on one work item.
CREATE INDEX ix_time_entries_work_item ON time_entries (tenant_id, tracker, organization, project, work_item_id, started_at, id)
    INCLUDE (user_id, stopped_at, voided_at);
-- Reports: all that they add up, day by day in the order in which they group it, so that their cost follows the tenant's
-- range and nothing has to be sorted. started_day is the day in UTC, counted from 1970-01-01.
CREATE INDEX ix_time_entries_report ON time_entries (tenant_id, started_day, tracker, organization, project, user_id, work_item_id)
    INCLUDE (started_at, stopped_at, needs_review, voided_at)
    WHERE stopped_at IS NOT NULL AND voided_at IS NULL;

CREATE TABLE timer_events (
    tenant_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    event_type NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    occurred_at BIGINT NOT NULL,
    user_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    entry_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT pk_timer_events PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_timer_events_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_timer_events_entry FOREIGN KEY (tenant_id, entry_id) REFERENCES time_entries (tenant_id, id),
    CONSTRAINT ck_timer_events_type CHECK (event_type IN
        ('started', 'stopped', 'switched', 'auto_stopped', 'discarded', 'voided', 'corrected', 'confirmed'))
);

CREATE INDEX ix_timer_events_tenant ON timer_events (tenant_id, occurred_at, id) INCLUDE (event_type);
CREATE INDEX ix_timer_events_user ON timer_events (tenant_id, user_id, occurred_at, id);

-- One row for each changed field of an entry.
CREATE TABLE time_entry_changes (
    tenant_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    entry_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    field NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
    old_value NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    new_value NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    reason NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT pk_time_entry_changes PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_time_entry_changes_entry FOREIGN KEY (tenant_id, entry_id) REFERENCES time_entries (tenant_id, id),
    CONSTRAINT fk_time_entry_changes_user FOREIGN KEY (tenant_id, changed_by) REFERENCES users (tenant_id, id)
);

CREATE INDEX ix_time_entry_changes_entry ON time_entry_changes (tenant_id, entry_id, changed_at, id);
-- For removing an invitation, which no one's change may refer to.
CREATE INDEX ix_time_entry_changes_user ON time_entry_changes (tenant_id, changed_by);

-- Administrative changes. Names are kept as they were, and no reference holds the people: who did something may be
-- removed, what was done stays. An operator of the product has no actor_id. changes is JSON.
CREATE TABLE audit_events (
    tenant_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    occurred_at BIGINT NOT NULL,
    actor_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NULL,
    actor_name NVARCHAR(512) COLLATE Latin1_General_100_BIN2 NOT NULL,
    action NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
    target_kind NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    target_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    target_name NVARCHAR(600) COLLATE Latin1_General_100_BIN2 NOT NULL,
    changes NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT pk_audit_events PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_audit_events_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_audit_events_target CHECK (target_kind IN ('tenant', 'user', 'time_entry'))
);

CREATE INDEX ix_audit_events_tenant ON audit_events (tenant_id, occurred_at, id) INCLUDE (action);
CREATE INDEX ix_audit_events_actor ON audit_events (tenant_id, actor_id, occurred_at, id);

-- What people did in the product.
CREATE TABLE actions (
    tenant_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    user_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    action_type NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    page NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    occurred_at BIGINT NOT NULL,
    CONSTRAINT pk_actions PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_actions_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

CREATE INDEX ix_actions_tenant ON actions (tenant_id, occurred_at, id) INCLUDE (action_type);
CREATE INDEX ix_actions_user ON actions (tenant_id, user_id, occurred_at, id);

-- The answers to requests that carried an Idempotency-Key. status is null while the request is being worked on.
CREATE TABLE idempotency_keys (
    tenant_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    user_id NVARCHAR(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    idempotency_key NVARCHAR(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
    request_hash NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    status INT NULL,
    etag NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL,
    body VARBINARY(MAX) NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (tenant_id, user_id, idempotency_key),
    CONSTRAINT fk_idempotency_keys_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

CREATE INDEX ix_idempotency_keys_created ON idempotency_keys (created_at);

-- Which replica runs a background job. Leases belong to no tenant.
CREATE TABLE leases (
    name NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    holder NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT pk_leases PRIMARY KEY (name)
);
