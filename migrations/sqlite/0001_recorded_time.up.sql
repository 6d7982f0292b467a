-- Instants (*_at) are milliseconds since 1970-01-01T00:00:00Z, lengths (*_ms) are milliseconds, ids are UUIDv7 in lower
-- case. Every row of a tenant is keyed by the tenant first, and every reference carries the tenant, so that no row can
-- point into another tenant.

CREATE TABLE tenants (
    id TEXT NOT NULL,
    directory_id TEXT NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    azure_devops_organization TEXT NOT NULL,
    admin_email TEXT NOT NULL,
    currency TEXT NOT NULL,
    plan_name TEXT NOT NULL,
    status TEXT NOT NULL,
    trial_ends_at INTEGER,
    paid_seats INTEGER NOT NULL,
    rate_minor INTEGER NOT NULL,
    time_zone TEXT NOT NULL,
    on_start_while_running TEXT NOT NULL,
    auto_stop_after_ms INTEGER NOT NULL,
    edit_window_days INTEGER NOT NULL,
    allow_overlap INTEGER NOT NULL,
    write_back INTEGER NOT NULL,
    join_policy TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_tenants PRIMARY KEY (id),
    CONSTRAINT uq_tenants_directory UNIQUE (directory_id),
    CONSTRAINT uq_tenants_slug UNIQUE (slug),
    CONSTRAINT ck_tenants_currency CHECK (LENGTH(currency) = 3),
    CONSTRAINT ck_tenants_plan CHECK (plan_name IN ('trial', 'internal', 'paid')),
    CONSTRAINT ck_tenants_status CHECK (status IN ('active', 'trial_expired', 'suspended', 'cancelled')),
    CONSTRAINT ck_tenants_paid_seats CHECK (paid_seats >= 0),
    CONSTRAINT ck_tenants_rate CHECK (rate_minor >= 0),
    CONSTRAINT ck_tenants_start CHECK (on_start_while_running IN ('switch', 'reject')),
    CONSTRAINT ck_tenants_auto_stop CHECK (auto_stop_after_ms > 0 AND auto_stop_after_ms <= 86400000),
    CONSTRAINT ck_tenants_edit_window CHECK (edit_window_days >= 0),
    CONSTRAINT ck_tenants_overlap CHECK (allow_overlap IN (0, 1)),
    CONSTRAINT ck_tenants_write_back CHECK (write_back IN (0, 1)),
    CONSTRAINT ck_tenants_join CHECK (join_policy IN ('invite_only', 'request', 'directory'))
) STRICT;

CREATE TABLE users (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    object_id TEXT,
    email TEXT NOT NULL COLLATE NOCASE,
    name TEXT NOT NULL COLLATE NOCASE,
    role TEXT NOT NULL,
    status TEXT NOT NULL,
    auth_provider TEXT NOT NULL,
    is_external INTEGER NOT NULL,
    time_zone TEXT NOT NULL,
    invited_by TEXT,
    invited_at INTEGER,
    first_sign_in_at INTEGER,
    last_sign_in_at INTEGER,
    created_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_users_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT fk_users_invited_by FOREIGN KEY (tenant_id, invited_by) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_users_role CHECK (role IN ('user', 'admin', 'super_admin')),
    CONSTRAINT ck_users_status CHECK (status IN ('invited', 'requested', 'active', 'deactivated')),
    CONSTRAINT ck_users_invited CHECK (status <> 'invited' OR object_id IS NULL),
    CONSTRAINT ck_users_provider CHECK (auth_provider IN ('manual', 'microsoft')),
    CONSTRAINT ck_users_external CHECK (is_external IN (0, 1))
) STRICT;

CREATE UNIQUE INDEX ux_users_object ON users (tenant_id, object_id) WHERE object_id IS NOT NULL;
-- An address is invited once; several people may have had it.
CREATE UNIQUE INDEX ux_users_invited ON users (tenant_id, email) WHERE status = 'invited';
CREATE INDEX ix_users_email ON users (tenant_id, email);
CREATE INDEX ix_users_name ON users (tenant_id, name, id);
-- Seats and roles are counted while others wait.
CREATE INDEX ix_users_status ON users (tenant_id, status, role);

-- What is remembered of a work item for showing it again.
CREATE TABLE work_items (
    tenant_id TEXT NOT NULL,
    tracker TEXT NOT NULL,
    organization TEXT NOT NULL,
    project TEXT NOT NULL,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    type TEXT NOT NULL,
    CONSTRAINT pk_work_items PRIMARY KEY (tenant_id, tracker, organization, project, id),
    CONSTRAINT fk_work_items_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT, WITHOUT ROWID;

-- A running timer is an entry without stopped_at.
CREATE TABLE time_entries (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    tracker TEXT NOT NULL,
    organization TEXT NOT NULL,
    project TEXT NOT NULL,
    work_item_id TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    started_day INTEGER GENERATED ALWAYS AS (started_at / 86400000) VIRTUAL,
    stopped_at INTEGER,
    source TEXT NOT NULL,
    needs_review INTEGER NOT NULL,
    existing_hours REAL,
    voided_at INTEGER,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_time_entries PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_time_entries_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_time_entries_work_item FOREIGN KEY (tenant_id, tracker, organization, project, work_item_id)
        REFERENCES work_items (tenant_id, tracker, organization, project, id),
    CONSTRAINT ck_time_entries_interval CHECK (stopped_at >= started_at AND stopped_at - started_at <= 86400000),
    CONSTRAINT ck_time_entries_source CHECK (source IN ('timer', 'manual')),
    CONSTRAINT ck_time_entries_review CHECK (needs_review IN (0, 1)),
    CONSTRAINT ck_time_entries_voided CHECK (voided_at IS NULL OR stopped_at IS NOT NULL)
) STRICT;

-- A user has at most one running timer: this index is the rule.
CREATE UNIQUE INDEX ux_time_entries_running ON time_entries (tenant_id, user_id) WHERE stopped_at IS NULL;
-- Running timers of a tenant by age, and the forgotten ones.
CREATE INDEX ix_time_entries_running ON time_entries (tenant_id, started_at, id) WHERE stopped_at IS NULL;
-- A person's entries; with what the last stop and overlaps need.
CREATE INDEX ix_time_entries_user ON time_entries (tenant_id, user_id, started_at, id, stopped_at, voided_at);
-- A tenant's entries.
CREATE INDEX ix_time_entries_tenant ON time_entries (tenant_id, started_at, id);
-- The time on one work item.
CREATE INDEX ix_time_entries_work_item
    ON time_entries (tenant_id, tracker, organization, project, work_item_id, started_at, id, user_id, stopped_at, voided_at);
-- Reports: all that they add up, day by day in the order in which they group it, so that their cost follows the tenant's
-- range and nothing has to be sorted. started_day is the day in UTC, counted from 1970-01-01.
CREATE INDEX ix_time_entries_report ON time_entries (tenant_id, started_day, tracker, organization, project, user_id,
    work_item_id, started_at, stopped_at, needs_review)
    WHERE stopped_at IS NOT NULL AND voided_at IS NULL;

CREATE TABLE timer_events (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    CONSTRAINT pk_timer_events PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_timer_events_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_timer_events_entry FOREIGN KEY (tenant_id, entry_id) REFERENCES time_entries (tenant_id, id),
    CONSTRAINT ck_timer_events_type CHECK (event_type IN
        ('started', 'stopped', 'switched', 'auto_stopped', 'discarded', 'voided', 'corrected', 'confirmed'))
) STRICT;

CREATE INDEX ix_timer_events_tenant ON timer_events (tenant_id, occurred_at, id, event_type);
CREATE INDEX ix_timer_events_user ON timer_events (tenant_id, user_id, occurred_at, id);

-- One row for each changed field of an entry.
CREATE TABLE time_entry_changes (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    field TEXT NOT NULL,
    old_value TEXT NOT NULL,
    new_value TEXT NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_time_entry_changes PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_time_entry_changes_entry FOREIGN KEY (tenant_id, entry_id) REFERENCES time_entries (tenant_id, id),
    CONSTRAINT fk_time_entry_changes_user FOREIGN KEY (tenant_id, changed_by) REFERENCES users (tenant_id, id)
) STRICT;

CREATE INDEX ix_time_entry_changes_entry ON time_entry_changes (tenant_id, entry_id, changed_at, id);
-- For removing an invitation, which no one's change may refer to.
CREATE INDEX ix_time_entry_changes_user ON time_entry_changes (tenant_id, changed_by);

-- Administrative changes. Names are kept as they were, and no reference holds the people: who did something may be
-- removed, what was done stays. An operator of the product has no actor_id. changes is JSON.
CREATE TABLE audit_events (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    actor_id TEXT,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    target_name TEXT NOT NULL,
    changes TEXT NOT NULL,
    CONSTRAINT pk_audit_events PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_audit_events_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_audit_events_target CHECK (target_kind IN ('tenant', 'user', 'time_entry'))
) STRICT;

CREATE INDEX ix_audit_events_tenant ON audit_events (tenant_id, occurred_at, id, action);
CREATE INDEX ix_audit_events_actor ON audit_events (tenant_id, actor_id, occurred_at, id);

-- What people did in the product.
CREATE TABLE actions (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    action_type TEXT NOT NULL,
    page TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    CONSTRAINT pk_actions PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_actions_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT;

CREATE INDEX ix_actions_tenant ON actions (tenant_id, occurred_at, id, action_type);
CREATE INDEX ix_actions_user ON actions (tenant_id, user_id, occurred_at, id);

-- The answers to requests that carried an Idempotency-Key. status is null while the request is being worked on.
CREATE TABLE idempotency_keys (
    tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status INTEGER,
    etag TEXT,
    body BLOB,
    created_at INTEGER NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (tenant_id, user_id, idempotency_key),
    CONSTRAINT fk_idempotency_keys_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT;

CREATE INDEX ix_idempotency_keys_created ON idempotency_keys (created_at);

-- Which replica runs a background job. Leases belong to no tenant.
CREATE TABLE leases (
    name TEXT NOT NULL,
    holder TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    CONSTRAINT pk_leases PRIMARY KEY (name)
) STRICT;
