-- Instants (*_at) are milliseconds since 1970-01-01T00:00:00Z, lengths (*_ms) are milliseconds, ids are 16 bytes in
-- network order: UUIDv7 of ours, which sort by time, and GUIDs of Microsoft. Every row of a tenant is keyed by the tenant first, and every reference carries the tenant, so that no row can
-- point into another tenant.
--
-- Identifiers, keys and what is compared exactly have a binary collation. NVARCHAR counts UTF-16 code units, so a text of
-- the API's n characters is NVARCHAR(2n).

-- cancelled_at is when we have learned of it. deletion_at is when the removal begins that somebody has asked for, removal_at when one
-- has begun, and removed_at when nothing is left but what tax law demands.
CREATE TABLE tenants (
    id BINARY(16) NOT NULL,
    directory_id BINARY(16) NOT NULL,
    name NVARCHAR(240) COLLATE Latin1_General_100_BIN2 NOT NULL,
    slug NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
    azure_devops_organization NVARCHAR(50) COLLATE Latin1_General_100_BIN2 NOT NULL,
    admin_email NVARCHAR(508) COLLATE Latin1_General_100_BIN2 NOT NULL,
    billing_name NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    billing_address NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NOT NULL,
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
    team_objection BIT NOT NULL,
    write_back BIT NOT NULL,
    write_back_step INT NOT NULL,
    write_back_remaining BIT NOT NULL,
    join_policy NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    week_start NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    lock_after_days INT NULL,
    timer_log_days INT NULL,
    action_log_days INT NULL,
    default_activity_id BINARY(16) NULL,
    cancelled_at BIGINT NULL,
    deletion_asked_at BIGINT NULL,
    deletion_asked_by BINARY(16) NULL,
    deletion_at BIGINT NULL,
    removal_at BIGINT NULL,
    removed_at BIGINT NULL,
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
    CONSTRAINT ck_tenants_write_back_step CHECK (write_back_step IN (1, 5, 10, 25, 50, 100)),
    CONSTRAINT ck_tenants_join CHECK (join_policy IN ('invite_only', 'request', 'directory')),
    CONSTRAINT ck_tenants_week CHECK (week_start IN ('monday', 'sunday', 'saturday')),
    CONSTRAINT ck_tenants_lock CHECK (lock_after_days BETWEEN 7 AND 366),
    CONSTRAINT ck_tenants_timer_log CHECK (timer_log_days BETWEEN 92 AND 3660),
    CONSTRAINT ck_tenants_action_log CHECK (action_log_days BETWEEN 92 AND 3660),
    CONSTRAINT ck_tenants_deletion CHECK ((deletion_asked_at IS NULL AND deletion_at IS NULL)
        OR (deletion_asked_at IS NOT NULL AND deletion_at IS NOT NULL))
);

-- The picture on documents to print, apart from the tenant, which is read at each call. It is as we have encoded it.
CREATE TABLE tenant_logos (
    tenant_id BINARY(16) NOT NULL,
    media_type NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    image VARBINARY(MAX) NOT NULL,
    width INT NOT NULL,
    height INT NOT NULL,
    CONSTRAINT pk_tenant_logos PRIMARY KEY (tenant_id),
    CONSTRAINT fk_tenant_logos_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_tenant_logos_type CHECK (media_type IN ('image/png', 'image/jpeg'))
);

-- What kind of work time is: Development, Review, Meeting. One that is archived is chosen no more, and stays on its entries.
-- A name_key is the name without regard to case, made by the program.
CREATE TABLE activities (
    tenant_id BINARY(16) NOT NULL,
    id BINARY(16) NOT NULL,
    name NVARCHAR(120) COLLATE Latin1_General_100_BIN2 NOT NULL,
    name_key NVARCHAR(120) COLLATE Latin1_General_100_BIN2 NOT NULL,
    billable BIT NOT NULL,
    position INT NOT NULL,
    archived_at BIGINT NULL,
    revision INT NOT NULL,
    CONSTRAINT pk_activities PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_activities_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_activities_position CHECK (position >= 0)
);

-- A name is that of one activity that isn't archived: this index is the rule.
CREATE UNIQUE INDEX ux_activities_name ON activities (tenant_id, name_key) WHERE archived_at IS NULL;

-- Which activity a tenant's time has unless somebody chooses another one. It is null while a tenant is made, whose activities
-- refer to it.
ALTER TABLE tenants ADD CONSTRAINT fk_tenants_default_activity FOREIGN KEY (id, default_activity_id)
    REFERENCES activities (tenant_id, id);

-- Names and addresses are searched and ordered as people do, without regard to case.
CREATE TABLE users (
    tenant_id BINARY(16) NOT NULL,
    id BINARY(16) NOT NULL,
    object_id BINARY(16) NULL,
    email NVARCHAR(512) COLLATE Latin1_General_100_CI_AS_SC NOT NULL,
    name NVARCHAR(512) COLLATE Latin1_General_100_CI_AS_SC NOT NULL,
    role NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    status NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    auth_provider NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    is_external BIT NOT NULL,
    claimed_email NVARCHAR(512) COLLATE Latin1_General_100_CI_AS_SC NOT NULL,
    time_zone NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    zone_chosen BIT NOT NULL,
    week_start NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NULL,
    csv_format NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NULL,
    single_keys_off BIT NOT NULL,
    notice_seen INT NOT NULL,
    approver_id BINARY(16) NULL,
    invited_by BINARY(16) NULL,
    invited_at BIGINT NULL,
    first_sign_in_at BIGINT NULL,
    last_sign_in_at BIGINT NULL,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_users_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT fk_users_invited_by FOREIGN KEY (tenant_id, invited_by) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_users_approver FOREIGN KEY (tenant_id, approver_id) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_users_approver CHECK (approver_id <> id),
    CONSTRAINT ck_users_role CHECK (role IN ('user', 'admin', 'super_admin')),
    CONSTRAINT ck_users_status CHECK (status IN ('invited', 'requested', 'active', 'deactivated', 'erased')),
    CONSTRAINT ck_users_invited CHECK (status <> 'invited' OR object_id IS NULL),
    CONSTRAINT ck_users_provider CHECK (auth_provider IN ('manual', 'microsoft')),
    CONSTRAINT ck_users_csv CHECK (csv_format IN ('comma', 'semicolon', 'tab')),
    CONSTRAINT ck_users_week CHECK (week_start IN ('monday', 'sunday', 'saturday'))
);

-- Who signs in; a person of the directory is one user: this index is the rule.
CREATE UNIQUE INDEX ux_users_object ON users (tenant_id, object_id) WHERE object_id IS NOT NULL;
-- An address is invited once; several people may have had it.
CREATE UNIQUE INDEX ux_users_invited ON users (tenant_id, email) WHERE status = 'invited';
-- Whether somebody who is there has an address; the list of addresses for billing.
CREATE INDEX ix_users_email ON users (tenant_id, email, id, status);
-- The list of people by name.
CREATE INDEX ix_users_name ON users (tenant_id, name, id);
-- Seats and roles are counted while others wait.
CREATE INDEX ix_users_status ON users (tenant_id, status, role);
-- The people whose weeks somebody approves.
CREATE INDEX ix_users_approver ON users (tenant_id, approver_id, status) WHERE approver_id IS NOT NULL;

-- Where work is: organizations of Azure DevOps. stable_id is the tracker's own id, null until somebody says it. A name_key
-- is the name without regard to case, made by the program.
CREATE TABLE sites (
    tenant_id BINARY(16) NOT NULL,
    id BINARY(16) NOT NULL,
    tracker NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    stable_id NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL,
    name NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    name_key NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT pk_sites PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_sites_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);

-- A site is one with its stable id, and with its name while it has no other id: these indexes are the rules.
CREATE UNIQUE INDEX ux_sites_stable_id ON sites (tenant_id, tracker, stable_id) WHERE stable_id IS NOT NULL;
CREATE UNIQUE INDEX ux_sites_name ON sites (tenant_id, tracker, name_key) WHERE stable_id IS NULL;

-- Every name that a site was seen under, the accepted one among them, found by the name.
CREATE TABLE site_names (
    tenant_id BINARY(16) NOT NULL,
    name_key NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    site_id BINARY(16) NOT NULL,
    name NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT pk_site_names PRIMARY KEY (tenant_id, name_key, site_id),
    CONSTRAINT fk_site_names_site FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id)
);

-- Projects of a site. Time on one is shown under counts_as: itself, or what it was merged into, directly or by steps.
-- merge_used says that something was recorded on it since. billable is whether time on it is billable; null: as the activity
-- says. general_allowed says that time may be recorded on it without a work item.
CREATE TABLE projects (
    tenant_id BINARY(16) NOT NULL,
    id BINARY(16) NOT NULL,
    site_id BINARY(16) NOT NULL,
    stable_id NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL,
    name NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    name_key NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    merged_into BINARY(16) NULL,
    merged_at BIGINT NULL,
    merge_used BIT NOT NULL,
    counts_as BINARY(16) NOT NULL,
    billable BIT NULL,
    general_allowed BIT NOT NULL,
    revision INT NOT NULL,
    CONSTRAINT pk_projects PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_projects_site FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id),
    CONSTRAINT fk_projects_merged_into FOREIGN KEY (tenant_id, merged_into) REFERENCES projects (tenant_id, id),
    CONSTRAINT fk_projects_counts_as FOREIGN KEY (tenant_id, counts_as) REFERENCES projects (tenant_id, id),
    CONSTRAINT ck_projects_merged CHECK ((merged_into IS NULL AND merged_at IS NULL AND counts_as = id)
        OR (merged_into IS NOT NULL AND merged_at IS NOT NULL AND merged_into <> id AND counts_as <> id))
);

-- A project is one with its stable id, and with its name while it has no other id: these indexes are the rules.
CREATE UNIQUE INDEX ux_projects_stable_id ON projects (tenant_id, site_id, stable_id) WHERE stable_id IS NOT NULL;
CREATE UNIQUE INDEX ux_projects_name ON projects (tenant_id, site_id, name_key) WHERE stable_id IS NULL;
-- The few projects on which time needs no work item, by name.
CREATE INDEX ix_projects_general ON projects (tenant_id, name_key, id) WHERE general_allowed = 1;

-- Every name that a project was seen under, the accepted one among them, found by the name.
CREATE TABLE project_names (
    tenant_id BINARY(16) NOT NULL,
    name_key NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    project_id BINARY(16) NOT NULL,
    name NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT pk_project_names PRIMARY KEY (tenant_id, name_key, project_id),
    CONSTRAINT fk_project_names_project FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id)
);

-- A work item is its number, or key, within its site. project_id is the project that it was seen in last. What follows it is
-- remembered for showing it again: title and type, as a client has said or as somebody has read them from the tracker, and
-- what is known by reading alone. completed and remaining are hours, revision is the tracker's, and read_at is null until the
-- item is read.
CREATE TABLE work_items (
    tenant_id BINARY(16) NOT NULL,
    id BINARY(16) NOT NULL,
    site_id BINARY(16) NOT NULL,
    number NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
    project_id BINARY(16) NOT NULL,
    title NVARCHAR(510) COLLATE Latin1_General_100_BIN2 NOT NULL,
    type NVARCHAR(256) COLLATE Latin1_General_100_BIN2 NOT NULL,
    state NVARCHAR(256) COLLATE Latin1_General_100_BIN2 NULL,
    assigned_to NVARCHAR(510) COLLATE Latin1_General_100_BIN2 NULL,
    assigned_address NVARCHAR(512) COLLATE Latin1_General_100_CI_AS_SC NULL,
    parent_number NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NULL,
    completed FLOAT NULL,
    remaining FLOAT NULL,
    revision INT NULL,
    read_at BIGINT NULL,
    CONSTRAINT pk_work_items PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_work_items_number UNIQUE (tenant_id, site_id, number),
    CONSTRAINT fk_work_items_site FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id),
    CONSTRAINT fk_work_items_project FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id)
);

-- What a person may see of a work item. With read_at, which is when a read with the person's own rights returned it last:
-- all that is known. Without: the title and the type that the person's own client has said. asked_at is when the tracker
-- answered such a read last, with the item or without.
CREATE TABLE work_item_views (
    tenant_id BINARY(16) NOT NULL,
    user_id BINARY(16) NOT NULL,
    work_item_id BINARY(16) NOT NULL,
    title NVARCHAR(510) COLLATE Latin1_General_100_BIN2 NOT NULL,
    type NVARCHAR(256) COLLATE Latin1_General_100_BIN2 NOT NULL,
    read_at BIGINT NULL,
    asked_at BIGINT NULL,
    CONSTRAINT pk_work_item_views PRIMARY KEY (tenant_id, user_id, work_item_id),
    CONSTRAINT fk_work_item_views_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_work_item_views_work_item FOREIGN KEY (tenant_id, work_item_id) REFERENCES work_items (tenant_id, id),
    CONSTRAINT ck_work_item_views_read CHECK (read_at IS NULL OR asked_at IS NOT NULL)
);

-- Work items that a person wants to see first.
CREATE TABLE work_item_pins (
    tenant_id BINARY(16) NOT NULL,
    user_id BINARY(16) NOT NULL,
    work_item_id BINARY(16) NOT NULL,
    pinned_at BIGINT NOT NULL,
    CONSTRAINT pk_work_item_pins PRIMARY KEY (tenant_id, user_id, work_item_id),
    CONSTRAINT fk_work_item_pins_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_work_item_pins_work_item FOREIGN KEY (tenant_id, work_item_id) REFERENCES work_items (tenant_id, id)
);

-- A running timer is an entry without stopped_at. Without work_item_id it is general time of its project. The key begins with
-- the id, which grows with time: new entries of all tenants go to the same page, and nobody reads a tenant's range by it.
-- source: see codes.go.
CREATE TABLE time_entries (
    tenant_id BINARY(16) NOT NULL,
    id BINARY(16) NOT NULL,
    user_id BINARY(16) NOT NULL,
    work_item_id BINARY(16) NULL,
    project_id BINARY(16) NOT NULL,
    activity_id BINARY(16) NOT NULL,
    billable BIT NOT NULL,
    started_at BIGINT NOT NULL,
    stopped_at BIGINT NULL,
    source TINYINT NOT NULL,
    needs_review BIT NOT NULL,
    existing_hours FLOAT NULL,
    voided_at BIGINT NULL,
    counted_month SMALLINT NULL,
    note NVARCHAR(2000) COLLATE Latin1_General_100_CI_AS_SC NOT NULL,
    revision INT NOT NULL,
    CONSTRAINT pk_time_entries PRIMARY KEY (id, tenant_id),
    CONSTRAINT fk_time_entries_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_time_entries_work_item FOREIGN KEY (tenant_id, work_item_id) REFERENCES work_items (tenant_id, id),
    CONSTRAINT fk_time_entries_project FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
    CONSTRAINT fk_time_entries_activity FOREIGN KEY (tenant_id, activity_id) REFERENCES activities (tenant_id, id),
    CONSTRAINT ck_time_entries_interval CHECK (stopped_at >= started_at AND stopped_at - started_at <= 86400000),
    CONSTRAINT ck_time_entries_month CHECK (COALESCE(counted_month, -1) =
        CASE WHEN stopped_at IS NULL OR voided_at IS NOT NULL THEN -1 ELSE
            DATEDIFF(MONTH, '19700101', DATEADD(DAY, CAST(started_at / 86400000 AS INT), '19700101')) END),
    CONSTRAINT ck_time_entries_source CHECK (source IN (1, 2)),
    CONSTRAINT ck_time_entries_voided CHECK (voided_at IS NULL OR stopped_at IS NOT NULL)
);

-- A user has at most one running timer: this index is the rule. It is small, so that a tenant's running timers and the
-- forgotten ones of all tenants are read through it too.
CREATE UNIQUE INDEX ux_time_entries_running ON time_entries (tenant_id, user_id) INCLUDE (started_at, stopped_at) WHERE stopped_at IS NULL;
-- A person's entries, the last stop and overlaps. It holds nothing that a stop changes.
CREATE INDEX ix_time_entries_user ON time_entries (tenant_id, user_id, started_at, id);
-- A tenant's entries.
CREATE INDEX ix_time_entries_tenant ON time_entries (tenant_id, started_at, id);
-- The time on one work item, and its entries; with all that is added up, since every form that is opened asks for it.
CREATE INDEX ix_time_entries_work_item ON time_entries (tenant_id, work_item_id, started_at, id)
    INCLUDE (user_id, stopped_at, voided_at, needs_review);
-- Reports: all that they add up, month by month in the order in which they group it, so that their cost follows the tenant's
-- range and nothing has to be sorted. counted_month is the month in UTC in which an entry started that has stopped and isn't
-- void, counted from 1970-01; null for any other.
CREATE INDEX ix_time_entries_report ON time_entries (tenant_id, counted_month, project_id, user_id, work_item_id)
    INCLUDE (started_at, stopped_at, needs_review, activity_id, billable)
    WHERE counted_month IS NOT NULL;

-- The timer log, in the order in which it is read. One person's part is found by reading the tenant's: another tree would
-- cost each start and stop more than it saves a rare look. The other logs below are kept alike. event_type: see codes.go.
CREATE TABLE timer_events (
    tenant_id BINARY(16) NOT NULL,
    occurred_at BIGINT NOT NULL,
    id BINARY(16) NOT NULL,
    event_type TINYINT NOT NULL,
    user_id BINARY(16) NOT NULL,
    entry_id BINARY(16) NOT NULL,
    CONSTRAINT pk_timer_events PRIMARY KEY (tenant_id, occurred_at, id),
    CONSTRAINT fk_timer_events_entry FOREIGN KEY (entry_id, tenant_id) REFERENCES time_entries (id, tenant_id),
    CONSTRAINT ck_timer_events_type CHECK (event_type BETWEEN 1 AND 13)
);

-- One row for each changed field of an entry, read entry by entry. Those with an operation_id were changed in one go; operation
-- says how, see codes.go.
CREATE TABLE time_entry_changes (
    tenant_id BINARY(16) NOT NULL,
    entry_id BINARY(16) NOT NULL,
    changed_at BIGINT NOT NULL,
    id BINARY(16) NOT NULL,
    operation_id BINARY(16) NOT NULL,
    operation TINYINT NOT NULL,
    changed_by BINARY(16) NOT NULL,
    field NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
    old_value NVARCHAR(2000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    new_value NVARCHAR(2000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    reason NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT pk_time_entry_changes PRIMARY KEY (tenant_id, entry_id, changed_at, id),
    CONSTRAINT fk_time_entry_changes_entry FOREIGN KEY (entry_id, tenant_id) REFERENCES time_entries (id, tenant_id),
    CONSTRAINT ck_time_entry_changes_operation CHECK (operation BETWEEN 1 AND 9)
);

-- What an operation has changed, to take it back.
CREATE INDEX ix_time_entry_changes_operation ON time_entry_changes (tenant_id, operation_id);
-- Changes that have no link of the chain, and the row of a link.
CREATE UNIQUE INDEX ux_time_entry_changes_changed ON time_entry_changes (tenant_id, changed_at, id);

-- What the hours of a work item's Completed Work are to have of an entry, and what they have. An entry begins to take part
-- when it is stopped while the tenant writes back; from then on each change of it is followed here. One that was moved has
-- a row for each item. The key begins with the entry, as the table of entries does.
--
-- *_hundredths are of an hour. taken_hundredths is what Remaining Work was reduced by. next_at is when it is tried next; null: settled.
CREATE TABLE write_backs (
    tenant_id BINARY(16) NOT NULL,
    work_item_id BINARY(16) NOT NULL,
    entry_id BINARY(16) NOT NULL,
    id BINARY(16) NOT NULL,
    user_id BINARY(16) NOT NULL,
    wanted_ms BIGINT NOT NULL,
    written_ms BIGINT NOT NULL,
    written_hundredths BIGINT NOT NULL,
    taken_hundredths BIGINT NOT NULL,
    written_at BIGINT NULL,
    attempts INT NOT NULL,
    next_at BIGINT NULL,
    problem_code NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
    problem_message NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT pk_write_backs PRIMARY KEY (entry_id, work_item_id, tenant_id),
    CONSTRAINT fk_write_backs_entry FOREIGN KEY (entry_id, tenant_id) REFERENCES time_entries (id, tenant_id),
    CONSTRAINT fk_write_backs_work_item FOREIGN KEY (tenant_id, work_item_id) REFERENCES work_items (tenant_id, id),
    CONSTRAINT fk_write_backs_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_write_backs_wanted CHECK (wanted_ms >= 0 AND wanted_ms <= 86400000),
    CONSTRAINT ck_write_backs_attempts CHECK (attempts >= 0)
);

-- What was written to a work item.
CREATE INDEX ix_write_backs_work_item ON write_backs (tenant_id, work_item_id);
-- What of a person's is not settled.
CREATE INDEX ix_write_backs_open ON write_backs (tenant_id, user_id, next_at) WHERE next_at IS NOT NULL;

-- The ledger: one row for each change of a work item's hours that we have made or may have made. ms and hundredths are what
-- of the entry it has written, signed; without an entry it has put hours right that others took away. completed_* are the
-- item's hours around it, null for none. rev_after is null while nobody knows whether the change was made.
CREATE TABLE contributions (
    tenant_id BINARY(16) NOT NULL,
    work_item_id BINARY(16) NOT NULL,
    id BINARY(16) NOT NULL,
    entry_id BINARY(16) NULL,
    user_id BINARY(16) NOT NULL,
    ms BIGINT NOT NULL,
    hundredths BIGINT NOT NULL,
    taken_hundredths BIGINT NOT NULL,
    rev_before BIGINT NOT NULL,
    rev_after BIGINT NULL,
    completed_before FLOAT NULL,
    completed_after FLOAT NOT NULL,
    remaining_after FLOAT NULL,
    sent_at BIGINT NOT NULL,
    held_until BIGINT NOT NULL,
    CONSTRAINT pk_contributions PRIMARY KEY (tenant_id, work_item_id, id),
    CONSTRAINT fk_contributions_entry FOREIGN KEY (entry_id, tenant_id) REFERENCES time_entries (id, tenant_id),
    CONSTRAINT fk_contributions_work_item FOREIGN KEY (tenant_id, work_item_id) REFERENCES work_items (tenant_id, id),
    CONSTRAINT fk_contributions_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_contributions_completed CHECK (completed_after >= 0),
    CONSTRAINT ck_contributions_rev CHECK (rev_after > rev_before)
);

-- One change of an item is in doubt at a time, so that those who write it take turns: this index is the rule.
CREATE UNIQUE INDEX ux_contributions_in_doubt ON contributions (tenant_id, work_item_id) WHERE rev_after IS NULL;

-- What a person's working days are to come to, in minutes for each weekday, from a day on and until the next row's day. Days
-- (*_day, and day) are counted from 1970-01-01. Without a user_id it is the tenant's default, whose owner is the tenant. A person's row without minutes
-- goes back to that. Past days keep what they had: rows are added, and only one that doesn't hold yet is replaced.
CREATE TABLE targets (
    tenant_id BINARY(16) NOT NULL,
    owner_id BINARY(16) NOT NULL,
    from_day INT NOT NULL,
    monday INT NULL,
    tuesday INT NULL,
    wednesday INT NULL,
    thursday INT NULL,
    friday INT NULL,
    saturday INT NULL,
    sunday INT NULL,
    user_id BINARY(16) NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_targets PRIMARY KEY (tenant_id, owner_id, from_day),
    CONSTRAINT fk_targets_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT fk_targets_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_targets_owner CHECK (owner_id = COALESCE(user_id, tenant_id)),
    CONSTRAINT ck_targets_minutes CHECK ((monday IS NULL AND tuesday IS NULL AND wednesday IS NULL AND thursday IS NULL
            AND friday IS NULL AND saturday IS NULL AND sunday IS NULL AND user_id IS NOT NULL)
        OR (monday IS NOT NULL AND tuesday IS NOT NULL AND wednesday IS NOT NULL AND thursday IS NOT NULL
            AND friday IS NOT NULL AND saturday IS NOT NULL AND sunday IS NOT NULL
            AND monday BETWEEN 0 AND 1440 AND tuesday BETWEEN 0 AND 1440 AND wednesday BETWEEN 0 AND 1440
            AND thursday BETWEEN 0 AND 1440 AND friday BETWEEN 0 AND 1440 AND saturday BETWEEN 0 AND 1440
            AND sunday BETWEEN 0 AND 1440))
);

-- A person's week that was handed in at least once. [from_at, through_at) is closed to every change of recorded time; equal
-- ones close nothing. [from_at, approved_through_at) is approved, for good; null: nothing is. Both end where the week was
-- handed in up to. undo_through_at is what approved_through_at was before the last approval. time_zone cuts the days of what
-- is closed. first_day names the week; the intervals of one person's weeks share no time.
CREATE TABLE timesheets (
    tenant_id BINARY(16) NOT NULL,
    user_id BINARY(16) NOT NULL,
    first_day INT NOT NULL,
    id BINARY(16) NOT NULL,
    status NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    time_zone NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    from_at BIGINT NOT NULL,
    through_at BIGINT NOT NULL,
    approved_through_at BIGINT NULL,
    undo_through_at BIGINT NULL,
    submitted_at BIGINT NOT NULL,
    decided_at BIGINT NULL,
    decided_by BINARY(16) NULL,
    comment NVARCHAR(2000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_timesheets PRIMARY KEY (tenant_id, user_id, first_day),
    CONSTRAINT fk_timesheets_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_timesheets_decided_by FOREIGN KEY (tenant_id, decided_by) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_timesheets_status CHECK (status IN ('open', 'submitted', 'approved', 'returned')),
    CONSTRAINT ck_timesheets_interval CHECK (through_at >= from_at AND through_at - from_at <= 691200000),
    CONSTRAINT ck_timesheets_approved CHECK (approved_through_at > from_at AND approved_through_at <= through_at),
    CONSTRAINT ck_timesheets_decided CHECK ((decided_at IS NULL AND decided_by IS NULL)
        OR (decided_at IS NOT NULL AND decided_by IS NOT NULL))
);

-- What of a person's time is closed, and what is approved; asked at each edit, and by reports.
CREATE INDEX ix_timesheets_closed ON timesheets (tenant_id, user_id, from_at, through_at, approved_through_at, status, first_day);
-- What waits for a decision, the oldest first.
CREATE INDEX ix_timesheets_pending ON timesheets (tenant_id, submitted_at, id) WHERE status = 'submitted';

-- Corrections of closed time: on for_day, which is closed, and counted on day, which was open. Signed, never changed, and taken
-- back by another one. Like an entry without an interval, it is on a project, with or without a work item.
CREATE TABLE adjustments (
    tenant_id BINARY(16) NOT NULL,
    id BINARY(16) NOT NULL,
    user_id BINARY(16) NOT NULL,
    for_day INT NOT NULL,
    day INT NOT NULL,
    project_id BINARY(16) NOT NULL,
    work_item_id BINARY(16) NULL,
    activity_id BINARY(16) NOT NULL,
    billable BIT NOT NULL,
    ms BIGINT NOT NULL,
    reason NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    made_by BINARY(16) NOT NULL,
    made_at BIGINT NOT NULL,
    reverses_id BINARY(16) NULL,
    entry_id BINARY(16) NULL,
    CONSTRAINT pk_adjustments PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_adjustments_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_adjustments_project FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
    CONSTRAINT fk_adjustments_work_item FOREIGN KEY (tenant_id, work_item_id) REFERENCES work_items (tenant_id, id),
    CONSTRAINT fk_adjustments_activity FOREIGN KEY (tenant_id, activity_id) REFERENCES activities (tenant_id, id),
    CONSTRAINT fk_adjustments_made_by FOREIGN KEY (tenant_id, made_by) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_adjustments_reverses FOREIGN KEY (tenant_id, reverses_id) REFERENCES adjustments (tenant_id, id),
    CONSTRAINT fk_adjustments_entry FOREIGN KEY (tenant_id, entry_id) REFERENCES time_entries (tenant_id, id),
    CONSTRAINT ck_adjustments_ms CHECK ((ms <> 0 OR entry_id IS NOT NULL) AND ms BETWEEN -86400000 AND 86400000)
);

-- An adjustment is taken back once: this index is the rule.
CREATE UNIQUE INDEX ux_adjustments_reverses ON adjustments (tenant_id, reverses_id) WHERE reverses_id IS NOT NULL;
-- Whether an entry under review was settled.
CREATE INDEX ix_adjustments_entry ON adjustments (tenant_id, entry_id, reverses_id) WHERE entry_id IS NOT NULL;
-- What counts on some days: of the people of a week, and in reports.
CREATE INDEX ix_adjustments_day ON adjustments (tenant_id, day, user_id, project_id, work_item_id, activity_id, billable, ms);
-- What was corrected of a person's days: the history of an entry.
CREATE INDEX ix_adjustments_corrected ON adjustments (tenant_id, user_id, for_day);
-- The list, the latest first.
CREATE INDEX ix_adjustments_made ON adjustments (tenant_id, made_at, id);

-- Whom somebody has reminded of a week that misses time. The row goes when the week is handed in, or the reminder dismissed.
CREATE TABLE reminders (
    tenant_id BINARY(16) NOT NULL,
    user_id BINARY(16) NOT NULL,
    first_day INT NOT NULL,
    id BINARY(16) NOT NULL,
    reminded_by BINARY(16) NOT NULL,
    reminded_at BIGINT NOT NULL,
    CONSTRAINT pk_reminders PRIMARY KEY (tenant_id, user_id, first_day),
    CONSTRAINT fk_reminders_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_reminders_reminded_by FOREIGN KEY (tenant_id, reminded_by) REFERENCES users (tenant_id, id)
);

-- Files of other products. date_order and format are empty until the file tells them; counts_* are of its rows, by what
-- became of them. goal is how many rows there are to do in its state. problem_* say why a file can't be read, or why an
-- import was interrupted.
CREATE TABLE imports (
    tenant_id BINARY(16) NOT NULL,
    id BINARY(16) NOT NULL,
    created_by BINARY(16) NOT NULL,
    created_at BIGINT NOT NULL,
    file_name NVARCHAR(510) COLLATE Latin1_General_100_BIN2 NOT NULL,
    format NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    time_zone NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    date_order NVARCHAR(3) COLLATE Latin1_General_100_BIN2 NOT NULL,
    project_name NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    reason NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    state NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    problem_code NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
    problem_detail NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    parts INT NOT NULL,
    row_count INT NOT NULL,
    new_count INT NOT NULL,
    known_count INT NOT NULL,
    refused_count INT NOT NULL,
    added_count INT NOT NULL,
    removed_count INT NOT NULL,
    kept_count INT NOT NULL,
    goal INT NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_imports PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_imports_user FOREIGN KEY (tenant_id, created_by) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_imports_state CHECK (state IN ('uploading', 'checking', 'ready', 'running', 'stopped', 'done', 'undoing', 'undone', 'failed',
        'discarded'))
);

-- The list of imports, the latest first.
CREATE INDEX ix_imports_created ON imports (tenant_id, created_at, id);
-- Those that go on by themselves.
CREATE INDEX ix_imports_busy ON imports (created_at, id) WHERE state IN ('checking', 'running', 'undoing', 'discarded');

-- The file, until its rows were looked at.
CREATE TABLE import_parts (
    tenant_id BINARY(16) NOT NULL,
    import_id BINARY(16) NOT NULL,
    part INT NOT NULL,
    content NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT pk_import_parts PRIMARY KEY (tenant_id, import_id, part),
    CONSTRAINT fk_import_parts_import FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id)
);

-- What a row of a file says (content, JSON), what becomes of it (outcome: see codes.go) and by what (decided, JSON).
CREATE TABLE import_rows (
    tenant_id BINARY(16) NOT NULL,
    import_id BINARY(16) NOT NULL,
    row_number INT NOT NULL,
    external_id BINARY(16) NOT NULL,
    outcome TINYINT NOT NULL,
    problem_code NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
    problem_detail NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    owner_id BINARY(16) NULL,
    started_at BIGINT NULL,
    stopped_at BIGINT NULL,
    content NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    decided NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    entry_id BINARY(16) NULL,
    CONSTRAINT pk_import_rows PRIMARY KEY (tenant_id, import_id, row_number),
    CONSTRAINT fk_import_rows_import FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id),
    CONSTRAINT fk_import_rows_owner FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_import_rows_entry FOREIGN KEY (entry_id, tenant_id) REFERENCES time_entries (id, tenant_id),
    CONSTRAINT ck_import_rows_outcome CHECK (outcome BETWEEN 1 AND 6)
);

-- A row of another product is one entry, however often it comes: this index is the rule. 4 is added.
CREATE UNIQUE INDEX ux_import_rows_added ON import_rows (tenant_id, external_id) WHERE outcome = 4;
-- The rows of an outcome in their order.
CREATE INDEX ix_import_rows_outcome ON import_rows (tenant_id, import_id, outcome, row_number);

-- Administrative changes. Names are kept as they were, and no reference holds the people: who did something may be
-- removed, what was done stays. An operator of the product has no actor_id. changes is JSON.
CREATE TABLE audit_events (
    tenant_id BINARY(16) NOT NULL,
    occurred_at BIGINT NOT NULL,
    id BINARY(16) NOT NULL,
    actor_id BINARY(16) NULL,
    actor_name NVARCHAR(512) COLLATE Latin1_General_100_BIN2 NOT NULL,
    action NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
    target_kind NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    target_id BINARY(16) NOT NULL,
    target_name NVARCHAR(600) COLLATE Latin1_General_100_BIN2 NOT NULL,
    changes NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT pk_audit_events PRIMARY KEY (tenant_id, occurred_at, id),
    CONSTRAINT fk_audit_events_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_audit_events_target CHECK (target_kind IN ('tenant', 'user', 'time_entry', 'project', 'work_item', 'activity', 'saved_report', 'import'))
);

-- Who read data of others: actor_id with actor_role, or an operator of the product. subject_id is whose, 16 zero bytes for
-- everybody's, so that the table is in the order in which people read what was read of them.
-- What is read again within the hour is counted (reads), and adds no row. Whose data was read may leave no row of users: an
-- invitation can be withdrawn.
CREATE TABLE access_records (
    tenant_id BINARY(16) NOT NULL,
    hour_at BIGINT NOT NULL,
    id BINARY(16) NOT NULL,
    subject_id BINARY(16) NOT NULL,
    actor_id BINARY(16) NULL,
    actor_role NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NULL,
    operator NVARCHAR(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
    kind TINYINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    reads INT NOT NULL,
    CONSTRAINT pk_access_records PRIMARY KEY (tenant_id, subject_id, hour_at, id),
    CONSTRAINT fk_access_records_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_access_records_actor CHECK ((actor_id IS NULL AND actor_role IS NULL AND operator <> N'')
        OR (actor_id IS NOT NULL AND actor_role IS NOT NULL AND operator = N'')),
    CONSTRAINT ck_access_records_kind CHECK (kind BETWEEN 1 AND 10),
    CONSTRAINT ck_access_records_times CHECK (first_at >= hour_at AND last_at >= first_at AND reads > 0)
);

-- What was read in some hours, and the rows that the chain seals.
CREATE UNIQUE INDEX ux_access_records_hour ON access_records (tenant_id, hour_at, id);

-- The chain of a tenant: each link seals a row of kind (see codes.go) that is final, by row_id and row_at, and is made of the link
-- before it. Only a salt is ever removed, and then erased_seq or expired_seq has the number of the link that says why.
CREATE TABLE chain_links (
    tenant_id BINARY(16) NOT NULL,
    seq BIGINT NOT NULL,
    kind TINYINT NOT NULL,
    row_id BINARY(16) NOT NULL,
    row_at BIGINT NOT NULL,
    sealed_at BIGINT NOT NULL,
    public_hash BINARY(32) NOT NULL,
    commitment BINARY(32) NOT NULL,
    salt BINARY(32) NULL,
    erased_seq BIGINT NULL,
    expired_seq BIGINT NULL,
    hash BINARY(32) NOT NULL,
    CONSTRAINT pk_chain_links PRIMARY KEY (tenant_id, seq),
    CONSTRAINT fk_chain_links_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_chain_links_seq CHECK (seq > 0 AND erased_seq > seq AND expired_seq > seq),
    CONSTRAINT ck_chain_links_kind CHECK (kind BETWEEN 1 AND 7)
);

-- A row is sealed once: this index is the rule. What is not sealed, and the youngest row that is.
CREATE UNIQUE INDEX ux_chain_links_row ON chain_links (tenant_id, kind, row_at, row_id);
-- Erasures, and what the retention has ended.
CREATE INDEX ix_chain_links_endings ON chain_links (tenant_id, kind, seq) WHERE kind >= 6;

-- Definitions of reports that people keep. They hold no time. definition is JSON, an object of texts.
CREATE TABLE saved_reports (
    tenant_id BINARY(16) NOT NULL,
    owner_id BINARY(16) NOT NULL,
    id BINARY(16) NOT NULL,
    name NVARCHAR(200) COLLATE Latin1_General_100_CI_AS_SC NOT NULL,
    shared BIT NOT NULL,
    definition NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    revision INT NOT NULL,
    CONSTRAINT pk_saved_reports PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_saved_reports_owner FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);

-- A person's.
CREATE INDEX ix_saved_reports_owner ON saved_reports (tenant_id, owner_id);
-- Those that are shared with the tenant.
CREATE INDEX ix_saved_reports_shared ON saved_reports (tenant_id) WHERE shared = 1;

-- What people ask about their data, and what became of it. reference_hash is the SHA-256 of what they find the confirmation
-- with. Without decided_by the operator has decided. kept is JSON: what an erasure has left. digest is of the confirmation, with
-- digest_salt among its lines; earlier_digest is of the one before, of the decision.
CREATE TABLE privacy_requests (
    tenant_id BINARY(16) NOT NULL,
    id BINARY(16) NOT NULL,
    user_id BINARY(16) NOT NULL,
    kind NVARCHAR(16) COLLATE Latin1_General_100_BIN2 NOT NULL,
    processing NVARCHAR(16) COLLATE Latin1_General_100_BIN2 NOT NULL,
    status NVARCHAR(16) COLLATE Latin1_General_100_BIN2 NOT NULL,
    note NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    reference_hash BINARY(32) NOT NULL,
    asked_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    decided_at BIGINT NULL,
    decided_by BINARY(16) NULL,
    reason NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    outcome NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    kept NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    closed_at BIGINT NULL,
    digest BINARY(32) NULL,
    digest_salt BINARY(16) NULL,
    earlier_digest BINARY(32) NULL,
    redacted_at BIGINT NULL,
    -- How many days before due_at the operator was reminded last.
    reminded_days INT NULL,
    revision INT NOT NULL,
    CONSTRAINT pk_privacy_requests PRIMARY KEY (tenant_id, asked_at, id),
    CONSTRAINT uq_privacy_requests_id UNIQUE (tenant_id, id),
    CONSTRAINT uq_privacy_requests_reference UNIQUE (reference_hash),
    CONSTRAINT fk_privacy_requests_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_privacy_requests_decided_by FOREIGN KEY (tenant_id, decided_by) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_privacy_requests_kind CHECK (kind IN ('correction', 'erasure', 'restriction', 'objection', 'withdrawal')),
    CONSTRAINT ck_privacy_requests_processing CHECK (processing IN ('', 'action_log', 'team_reports', 'desktop_activity')),
    CONSTRAINT ck_privacy_requests_status CHECK (status IN ('open', 'accepted', 'granted', 'done', 'refused', 'withdrawn')),
    CONSTRAINT ck_privacy_requests_closed CHECK ((closed_at IS NULL AND status IN ('open', 'accepted', 'granted'))
        OR (closed_at IS NOT NULL AND status NOT IN ('open', 'accepted', 'granted')))
);

-- A person has one request of a kind that isn't closed: this index is the rule.
CREATE UNIQUE INDEX ux_privacy_requests_open ON privacy_requests (tenant_id, user_id, kind) WHERE closed_at IS NULL;
-- What is to be decided or done, and by when, of all tenants.
CREATE INDEX ix_privacy_requests_due ON privacy_requests (status, kind, due_at) WHERE closed_at IS NULL;

-- What people have chosen about their data. A person without a row has chosen nothing. objections are words between blanks.
CREATE TABLE privacy_choices (
    tenant_id BINARY(16) NOT NULL,
    user_id BINARY(16) NOT NULL,
    restricted_at BIGINT NULL,
    objections NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    nominee_name NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    nominee_email NVARCHAR(254) COLLATE Latin1_General_100_BIN2 NOT NULL,
    nominee_named_at BIGINT NULL,
    revision INT NOT NULL,
    CONSTRAINT pk_privacy_choices PRIMARY KEY (tenant_id, user_id),
    CONSTRAINT fk_privacy_choices_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

-- Whom an erasure takes out of the tenant's texts. subject is JSON: the names, addresses and ids to look for. It goes when all texts
-- were gone through, and finished_at comes when the file has nothing left of them either. at_row is the last row of at_table that
-- was looked at.
CREATE TABLE erasures (
    tenant_id BINARY(16) NOT NULL,
    user_id BINARY(16) NOT NULL,
    begun_at BIGINT NOT NULL,
    subject NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NULL,
    at_table NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
    at_row NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    finished_at BIGINT NULL,
    CONSTRAINT pk_erasures PRIMARY KEY (tenant_id, user_id),
    CONSTRAINT fk_erasures_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

-- Those that go on.
CREATE INDEX ix_erasures_open ON erasures (begun_at, tenant_id, user_id) WHERE finished_at IS NULL;

-- What people did in the product.
CREATE TABLE actions (
    tenant_id BINARY(16) NOT NULL,
    occurred_at BIGINT NOT NULL,
    id BINARY(16) NOT NULL,
    user_id BINARY(16) NOT NULL,
    action_type NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    page NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    CONSTRAINT pk_actions PRIMARY KEY (tenant_id, occurred_at, id),
    CONSTRAINT fk_actions_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

-- For removing an invitation, which no one's action may refer to.
CREATE INDEX ix_actions_user ON actions (tenant_id, user_id);

-- What the job that ends what nobody may keep any longer did with a class of rows: when it looked last, and what it last removed.
CREATE TABLE retention_runs (
    tenant_id BINARY(16) NOT NULL,
    class NVARCHAR(32) COLLATE Latin1_General_100_BIN2 NOT NULL,
    ran_at BIGINT NOT NULL,
    removed_at BIGINT NULL,
    removed INT NOT NULL,
    CONSTRAINT pk_retention_runs PRIMARY KEY (tenant_id, class),
    CONSTRAINT fk_retention_runs_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_retention_runs_removed CHECK (removed >= 0)
);

-- The answers to requests that carried an Idempotency-Key. A key is kept as the first half of its SHA-256; answer has the
-- entity tag and the body: see idempotency.go. It is null once it named somebody who was erased.
CREATE TABLE idempotency_keys (
    tenant_id BINARY(16) NOT NULL,
    user_id BINARY(16) NOT NULL,
    key_hash BINARY(16) NOT NULL,
    request_hash BINARY(32) NOT NULL,
    status INT NOT NULL,
    answer VARBINARY(MAX),
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (tenant_id, user_id, key_hash),
    CONSTRAINT fk_idempotency_keys_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

-- Old answers.
CREATE INDEX ix_idempotency_keys_created ON idempotency_keys (created_at);

-- Which replica runs a background job. Leases belong to no tenant.
CREATE TABLE leases (
    name NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    holder NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT pk_leases PRIMARY KEY (name)
);

-- Subscriptions of the Azure Marketplace, and what tenants are billed. Money (*_minor) is whole minor
-- units of the currency beside it. The ids of subscriptions and operations are Microsoft's.

-- A subscription has no tenant until it is bound to one, which is for good: what refers to it carries both.
CREATE TABLE subscriptions (
    id BINARY(16) NOT NULL,
    tenant_id BINARY(16) NULL,
    offer_id NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    plan_id NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    quantity INT NOT NULL,
    status NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    beneficiary_directory BINARY(16) NULL,
    purchaser_directory BINARY(16) NULL,
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
    operation_ticks BIGINT NULL,
    changed_at BIGINT NULL,
    plan_changed BIT NOT NULL,
    quantity_changed BIT NOT NULL,
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
    operation_id BINARY(16) NOT NULL,
    tenant_id BINARY(16) NULL,
    subscription_id BINARY(16) NOT NULL,
    action NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    outcome NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    code NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    message NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NOT NULL,
    sent_ticks BIGINT NULL,
    received_at BIGINT NOT NULL,
    acknowledge_at BIGINT NULL,
    attempts INT NOT NULL,
    CONSTRAINT pk_marketplace_deliveries PRIMARY KEY (operation_id),
    CONSTRAINT fk_marketplace_deliveries_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_marketplace_deliveries_outcome CHECK (outcome IN ('applied', 'refused', 'superseded', 'ignored'))
);

-- Those that Microsoft is to be told are accepted.
CREATE INDEX ix_marketplace_deliveries_acknowledge ON marketplace_deliveries (acknowledge_at, operation_id)
    WHERE acknowledge_at IS NOT NULL;
-- Those of a tenant that are old.
CREATE INDEX ix_marketplace_deliveries_received ON marketplace_deliveries (tenant_id, received_at);

-- What a tenant is billed by from effective_at until ends_at, which the terms that hold have not. Terms that were
-- replaced at the instant at which they began never held. A month is billed by those that are live.
CREATE TABLE tenant_terms (
    tenant_id BINARY(16) NOT NULL,
    id BINARY(16) NOT NULL,
    effective_at BIGINT NOT NULL,
    ends_at BIGINT NULL,
    plan_name NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    status NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    subscription_id BINARY(16) NOT NULL,
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

-- Rows are added and never changed. A lifecycle record has an action; the others have a month such as 2026-10, a statement
-- number, and people as JSON: who was active, and of an adjustment who was not after all.
CREATE TABLE billing_records (
    tenant_id BINARY(16) NOT NULL,
    id BINARY(16) NOT NULL,
    kind NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
    occurred_at BIGINT NOT NULL,
    subscription_id BINARY(16) NOT NULL,
    plan_id NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    plan_title NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    quantity INT NOT NULL,
    people INT NOT NULL,
    operation_id BINARY(16) NULL,
    action NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL,
    status NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NULL,
    month NVARCHAR(7) COLLATE Latin1_General_100_BIN2 NULL,
    seller_name NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
    seller_address NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NULL,
    seller_tax_id NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NULL,
    customer NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
    customer_address NVARCHAR(1000) COLLATE Latin1_General_100_BIN2 NULL,
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
    statement_year INT NULL,
    statement_seq INT NULL,
    CONSTRAINT pk_billing_records PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_billing_records_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT fk_billing_records_subscription FOREIGN KEY (tenant_id, subscription_id)
        REFERENCES subscriptions (tenant_id, id),
    CONSTRAINT ck_billing_records_kind CHECK (kind IN ('monthly', 'adjustment', 'lifecycle')),
    CONSTRAINT ck_billing_records_lifecycle CHECK (kind <> 'lifecycle' OR (action IS NOT NULL AND status IS NOT NULL
        AND month IS NULL AND statement_year IS NULL AND statement_seq IS NULL)),
    CONSTRAINT ck_billing_records_month CHECK (kind = 'lifecycle' OR (month IS NOT NULL AND LEN(month) = 7
        AND seller_name IS NOT NULL AND seller_address IS NOT NULL AND seller_tax_id IS NOT NULL
        AND customer IS NOT NULL AND customer_address IS NOT NULL AND model IS NOT NULL AND free_trial IS NOT NULL
        AND billed IS NOT NULL AND included IS NOT NULL AND rate_minor IS NOT NULL
        AND base_minor IS NOT NULL AND total_minor IS NOT NULL AND currency IS NOT NULL AND LEN(currency) = 3
        AND statement_year IS NOT NULL AND statement_seq IS NOT NULL AND statement_seq > 0
        AND operation_id IS NULL AND action IS NULL AND status IS NULL))
);

-- A month is billed once, an event is recorded once, and a number is given to one statement: these indexes are the rules.
CREATE UNIQUE INDEX ux_billing_records_monthly ON billing_records (tenant_id, month) WHERE kind = 'monthly';
CREATE UNIQUE INDEX ux_billing_records_operation ON billing_records (operation_id) WHERE operation_id IS NOT NULL;
CREATE UNIQUE INDEX ux_billing_records_statement ON billing_records (statement_year, statement_seq) WHERE statement_year IS NOT NULL;
-- The list of records, the latest first.
CREATE INDEX ix_billing_records_tenant ON billing_records (tenant_id, occurred_at, id) INCLUDE (kind);

-- The last statement number of each year. The numbers are the publisher's, of no tenant.
CREATE TABLE statement_counters (
    statement_year INT NOT NULL,
    last_seq INT NOT NULL,
    CONSTRAINT pk_statement_counters PRIMARY KEY (statement_year)
);

-- Whom a metered subscription has counted in a month of its term, which begins at period_at.
CREATE TABLE metered_users (
    tenant_id BINARY(16) NOT NULL,
    user_id BINARY(16) NOT NULL,
    subscription_id BINARY(16) NOT NULL,
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
    tenant_id BINARY(16) NOT NULL,
    subscription_id BINARY(16) NOT NULL,
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
