-- Instants (*_at) are milliseconds since 1970-01-01T00:00:00Z, lengths (*_ms) are milliseconds, ids are 16 bytes in
-- network order: UUIDv7 of ours, which sort by time, and GUIDs of Microsoft. Every row of a tenant is keyed by the tenant first, and every reference carries the tenant, so that no row can
-- point into another tenant.

-- cancelled_at is when we have learned of it. deletion_at is when the removal begins that somebody has asked for, removal_at when one
-- has begun, and removed_at when nothing is left but what tax law demands.
CREATE TABLE tenants (
    id BLOB NOT NULL,
    directory_id BLOB NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    azure_devops_organization TEXT NOT NULL,
    admin_email TEXT NOT NULL,
    billing_name TEXT NOT NULL,
    billing_address TEXT NOT NULL,
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
    team_objection INTEGER NOT NULL,
    write_back INTEGER NOT NULL,
    write_back_step INTEGER NOT NULL,
    write_back_remaining INTEGER NOT NULL,
    join_policy TEXT NOT NULL,
    week_start TEXT NOT NULL,
    lock_after_days INTEGER,
    timer_log_days INTEGER,
    action_log_days INTEGER,
    default_activity_id BLOB,
    cancelled_at INTEGER,
    deletion_asked_at INTEGER,
    deletion_asked_by BLOB,
    deletion_at INTEGER,
    removal_at INTEGER,
    removed_at INTEGER,
    created_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_tenants PRIMARY KEY (id),
    CONSTRAINT uq_tenants_directory UNIQUE (directory_id),
    CONSTRAINT uq_tenants_slug UNIQUE (slug),
    CONSTRAINT fk_tenants_default_activity FOREIGN KEY (id, default_activity_id) REFERENCES activities (tenant_id, id),
    CONSTRAINT ck_tenants_currency CHECK (LENGTH(currency) = 3),
    CONSTRAINT ck_tenants_plan CHECK (plan_name IN ('trial', 'internal', 'paid')),
    CONSTRAINT ck_tenants_status CHECK (status IN ('active', 'trial_expired', 'suspended', 'cancelled')),
    CONSTRAINT ck_tenants_paid_seats CHECK (paid_seats >= 0),
    CONSTRAINT ck_tenants_rate CHECK (rate_minor >= 0),
    CONSTRAINT ck_tenants_start CHECK (on_start_while_running IN ('switch', 'reject')),
    CONSTRAINT ck_tenants_auto_stop CHECK (auto_stop_after_ms > 0 AND auto_stop_after_ms <= 86400000),
    CONSTRAINT ck_tenants_edit_window CHECK (edit_window_days >= 0),
    CONSTRAINT ck_tenants_overlap CHECK (allow_overlap IN (0, 1)),
    CONSTRAINT ck_tenants_team_objection CHECK (team_objection IN (0, 1)),
    CONSTRAINT ck_tenants_write_back CHECK (write_back IN (0, 1)),
    CONSTRAINT ck_tenants_write_back_step CHECK (write_back_step IN (1, 5, 10, 25, 50, 100)),
    CONSTRAINT ck_tenants_write_back_remaining CHECK (write_back_remaining IN (0, 1)),
    CONSTRAINT ck_tenants_join CHECK (join_policy IN ('invite_only', 'request', 'directory')),
    CONSTRAINT ck_tenants_week CHECK (week_start IN ('monday', 'sunday', 'saturday')),
    CONSTRAINT ck_tenants_lock CHECK (lock_after_days BETWEEN 7 AND 366),
    CONSTRAINT ck_tenants_timer_log CHECK (timer_log_days BETWEEN 92 AND 3660),
    CONSTRAINT ck_tenants_action_log CHECK (action_log_days BETWEEN 92 AND 3660),
    CONSTRAINT ck_tenants_deletion CHECK ((deletion_asked_at IS NULL) = (deletion_at IS NULL)),
    CONSTRAINT ck_tenants_ids CHECK (LENGTH(id) = 16 AND LENGTH(directory_id) = 16
        AND LENGTH(default_activity_id) = 16 AND LENGTH(deletion_asked_by) = 16)
) STRICT, WITHOUT ROWID;

-- The picture on documents to print, apart from the tenant, which is read at each call. It is as we have encoded it.
CREATE TABLE tenant_logos (
    tenant_id BLOB NOT NULL,
    media_type TEXT NOT NULL,
    image BLOB NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    CONSTRAINT pk_tenant_logos PRIMARY KEY (tenant_id),
    CONSTRAINT fk_tenant_logos_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_tenant_logos_type CHECK (media_type IN ('image/png', 'image/jpeg')),
    CONSTRAINT ck_tenant_logos_ids CHECK (LENGTH(tenant_id) = 16)
) STRICT, WITHOUT ROWID;

-- What kind of work time is: Development, Review, Meeting. One that is archived is chosen no more, and stays on its entries.
-- A name_key is the name without regard to case, made by the program.
CREATE TABLE activities (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    billable INTEGER NOT NULL,
    position INTEGER NOT NULL,
    archived_at INTEGER,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_activities PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_activities_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_activities_billable CHECK (billable IN (0, 1)),
    CONSTRAINT ck_activities_position CHECK (position >= 0),
    CONSTRAINT ck_activities_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(id) = 16)
) STRICT, WITHOUT ROWID;

-- A name is that of one activity that isn't archived: this index is the rule.
CREATE UNIQUE INDEX ux_activities_name ON activities (tenant_id, name_key) WHERE archived_at IS NULL;

CREATE TABLE users (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    object_id BLOB,
    email TEXT NOT NULL COLLATE NOCASE,
    name TEXT NOT NULL COLLATE NOCASE,
    role TEXT NOT NULL,
    status TEXT NOT NULL,
    auth_provider TEXT NOT NULL,
    is_external INTEGER NOT NULL,
    claimed_email TEXT NOT NULL COLLATE NOCASE,
    time_zone TEXT NOT NULL,
    zone_chosen INTEGER NOT NULL,
    week_start TEXT,
    csv_format TEXT,
    single_keys_off INTEGER NOT NULL,
    notice_seen INTEGER NOT NULL,
    approver_id BLOB,
    invited_by BLOB,
    invited_at INTEGER,
    first_sign_in_at INTEGER,
    last_sign_in_at INTEGER,
    created_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
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
    CONSTRAINT ck_users_keys CHECK (single_keys_off IN (0, 1)),
    CONSTRAINT ck_users_week CHECK (week_start IN ('monday', 'sunday', 'saturday')),
    CONSTRAINT ck_users_external CHECK (is_external IN (0, 1)),
    CONSTRAINT ck_users_zone_chosen CHECK (zone_chosen IN (0, 1)),
    CONSTRAINT ck_users_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(id) = 16 AND LENGTH(object_id) = 16
        AND LENGTH(invited_by) = 16 AND LENGTH(approver_id) = 16)
) STRICT, WITHOUT ROWID;

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

-- How often a directory's tenant or one of its users has changed. A process that remembers a member looks at this one
-- number at each call, and not at two rows of many columns. Triggers count, so that no statement of any process can
-- forget to. A sign-in alone is no change. SQL Server has no such table, since a look costs a round trip there anyway.
CREATE TABLE member_revisions (
    directory_id BLOB NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_member_revisions PRIMARY KEY (directory_id),
    CONSTRAINT ck_member_revisions_ids CHECK (LENGTH(directory_id) = 16)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tr_tenants_insert AFTER INSERT ON tenants BEGIN
    INSERT INTO member_revisions (directory_id, revision) VALUES (NEW.directory_id, 1)
        ON CONFLICT DO UPDATE SET revision = revision + 1;
END;

CREATE TRIGGER tr_tenants_update AFTER UPDATE ON tenants BEGIN
    UPDATE member_revisions SET revision = revision + 1 WHERE directory_id IN (OLD.directory_id, NEW.directory_id);
END;

CREATE TRIGGER tr_tenants_delete AFTER DELETE ON tenants BEGIN
    UPDATE member_revisions SET revision = revision + 1 WHERE directory_id = OLD.directory_id;
END;

CREATE TRIGGER tr_users_insert AFTER INSERT ON users BEGIN
    UPDATE member_revisions SET revision = revision + 1
        WHERE directory_id = (SELECT directory_id FROM tenants WHERE id = NEW.tenant_id);
END;

CREATE TRIGGER tr_users_update AFTER UPDATE OF tenant_id, id, object_id, email, name, role, status, auth_provider,
    is_external, claimed_email, time_zone, zone_chosen, week_start, csv_format, single_keys_off, notice_seen, approver_id, invited_by, invited_at, first_sign_in_at, created_at, revision
    ON users BEGIN
    UPDATE member_revisions SET revision = revision + 1
        WHERE directory_id IN (SELECT directory_id FROM tenants WHERE id IN (OLD.tenant_id, NEW.tenant_id));
END;

CREATE TRIGGER tr_users_delete AFTER DELETE ON users BEGIN
    UPDATE member_revisions SET revision = revision + 1
        WHERE directory_id = (SELECT directory_id FROM tenants WHERE id = OLD.tenant_id);
END;

-- A member is remembered with the tenant's default activity.
CREATE TRIGGER tr_activities_update AFTER UPDATE ON activities BEGIN
    UPDATE member_revisions SET revision = revision + 1
        WHERE directory_id IN (SELECT directory_id FROM tenants WHERE id IN (OLD.tenant_id, NEW.tenant_id));
END;

-- Where work is: organizations of Azure DevOps. stable_id is the tracker's own id, null until somebody says it. A name_key
-- is the name without regard to case, made by the program.
CREATE TABLE sites (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    tracker TEXT NOT NULL,
    stable_id TEXT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    CONSTRAINT pk_sites PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_sites_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_sites_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(id) = 16)
) STRICT, WITHOUT ROWID;

-- A site is one with its stable id, and with its name while it has no other id: these indexes are the rules.
CREATE UNIQUE INDEX ux_sites_stable_id ON sites (tenant_id, tracker, stable_id) WHERE stable_id IS NOT NULL;
CREATE UNIQUE INDEX ux_sites_name ON sites (tenant_id, tracker, name_key) WHERE stable_id IS NULL;

-- Every name that a site was seen under, the accepted one among them, found by the name.
CREATE TABLE site_names (
    tenant_id BLOB NOT NULL,
    name_key TEXT NOT NULL,
    site_id BLOB NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT pk_site_names PRIMARY KEY (tenant_id, name_key, site_id),
    CONSTRAINT fk_site_names_site FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id),
    CONSTRAINT ck_site_names_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(site_id) = 16)
) STRICT, WITHOUT ROWID;

-- Projects of a site. Time on one is shown under counts_as: itself, or what it was merged into, directly or by steps.
-- merge_used says that something was recorded on it since. billable is whether time on it is billable; null: as the activity
-- says. general_allowed says that time may be recorded on it without a work item.
CREATE TABLE projects (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    site_id BLOB NOT NULL,
    stable_id TEXT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    merged_into BLOB,
    merged_at INTEGER,
    merge_used INTEGER NOT NULL,
    counts_as BLOB NOT NULL,
    billable INTEGER,
    general_allowed INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_projects PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_projects_site FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id),
    CONSTRAINT fk_projects_merged_into FOREIGN KEY (tenant_id, merged_into) REFERENCES projects (tenant_id, id),
    CONSTRAINT fk_projects_counts_as FOREIGN KEY (tenant_id, counts_as) REFERENCES projects (tenant_id, id),
    CONSTRAINT ck_projects_merge_used CHECK (merge_used IN (0, 1)),
    CONSTRAINT ck_projects_billable CHECK (billable IN (0, 1)),
    CONSTRAINT ck_projects_general CHECK (general_allowed IN (0, 1)),
    CONSTRAINT ck_projects_merged CHECK ((merged_into IS NULL AND merged_at IS NULL AND counts_as = id)
        OR (merged_into IS NOT NULL AND merged_at IS NOT NULL AND merged_into <> id AND counts_as <> id)),
    CONSTRAINT ck_projects_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(id) = 16 AND LENGTH(site_id) = 16 AND LENGTH(counts_as) = 16)
) STRICT, WITHOUT ROWID;

-- A project is one with its stable id, and with its name while it has no other id: these indexes are the rules.
CREATE UNIQUE INDEX ux_projects_stable_id ON projects (tenant_id, site_id, stable_id) WHERE stable_id IS NOT NULL;
CREATE UNIQUE INDEX ux_projects_name ON projects (tenant_id, site_id, name_key) WHERE stable_id IS NULL;
-- The few projects on which time needs no work item, by name.
CREATE INDEX ix_projects_general ON projects (tenant_id, name_key, id) WHERE general_allowed = 1;

-- Every name that a project was seen under, the accepted one among them, found by the name.
CREATE TABLE project_names (
    tenant_id BLOB NOT NULL,
    name_key TEXT NOT NULL,
    project_id BLOB NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT pk_project_names PRIMARY KEY (tenant_id, name_key, project_id),
    CONSTRAINT fk_project_names_project FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
    CONSTRAINT ck_project_names_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(project_id) = 16)
) STRICT, WITHOUT ROWID;

-- What a process remembers of a tenant's sites, projects and their names holds at one revision. It is a random number, not a
-- count: what a transaction has seen that was undone is never met again. Triggers take another one with each change, so that no
-- statement of any process can forget to. SQL Server has no such table, as it has no member_revisions.
CREATE TABLE place_revisions (
    tenant_id BLOB NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_place_revisions PRIMARY KEY (tenant_id),
    CONSTRAINT ck_place_revisions_ids CHECK (LENGTH(tenant_id) = 16)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tr_sites_insert AFTER INSERT ON sites BEGIN
    INSERT INTO place_revisions (tenant_id, revision) VALUES (NEW.tenant_id, random())
        ON CONFLICT DO UPDATE SET revision = random();
END;

CREATE TRIGGER tr_sites_update AFTER UPDATE ON sites BEGIN
    UPDATE place_revisions SET revision = random() WHERE tenant_id IN (OLD.tenant_id, NEW.tenant_id);
END;

CREATE TRIGGER tr_sites_delete AFTER DELETE ON sites BEGIN
    UPDATE place_revisions SET revision = random() WHERE tenant_id = OLD.tenant_id;
END;

CREATE TRIGGER tr_site_names_insert AFTER INSERT ON site_names BEGIN
    INSERT INTO place_revisions (tenant_id, revision) VALUES (NEW.tenant_id, random())
        ON CONFLICT DO UPDATE SET revision = random();
END;

CREATE TRIGGER tr_site_names_update AFTER UPDATE ON site_names BEGIN
    UPDATE place_revisions SET revision = random() WHERE tenant_id IN (OLD.tenant_id, NEW.tenant_id);
END;

CREATE TRIGGER tr_site_names_delete AFTER DELETE ON site_names BEGIN
    UPDATE place_revisions SET revision = random() WHERE tenant_id = OLD.tenant_id;
END;

CREATE TRIGGER tr_projects_insert AFTER INSERT ON projects BEGIN
    INSERT INTO place_revisions (tenant_id, revision) VALUES (NEW.tenant_id, random())
        ON CONFLICT DO UPDATE SET revision = random();
END;

CREATE TRIGGER tr_projects_update AFTER UPDATE ON projects BEGIN
    UPDATE place_revisions SET revision = random() WHERE tenant_id IN (OLD.tenant_id, NEW.tenant_id);
END;

CREATE TRIGGER tr_projects_delete AFTER DELETE ON projects BEGIN
    UPDATE place_revisions SET revision = random() WHERE tenant_id = OLD.tenant_id;
END;

CREATE TRIGGER tr_project_names_insert AFTER INSERT ON project_names BEGIN
    INSERT INTO place_revisions (tenant_id, revision) VALUES (NEW.tenant_id, random())
        ON CONFLICT DO UPDATE SET revision = random();
END;

CREATE TRIGGER tr_project_names_update AFTER UPDATE ON project_names BEGIN
    UPDATE place_revisions SET revision = random() WHERE tenant_id IN (OLD.tenant_id, NEW.tenant_id);
END;

CREATE TRIGGER tr_project_names_delete AFTER DELETE ON project_names BEGIN
    UPDATE place_revisions SET revision = random() WHERE tenant_id = OLD.tenant_id;
END;

-- A work item is its number, or key, within its site. project_id is the project that it was seen in last. What follows it is
-- remembered for showing it again: title and type, as a client has said or as somebody has read them from the tracker, and
-- what is known by reading alone. completed and remaining are hours, revision is the tracker's, and read_at is null until the
-- item is read.
CREATE TABLE work_items (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    site_id BLOB NOT NULL,
    number TEXT NOT NULL,
    project_id BLOB NOT NULL,
    title TEXT NOT NULL,
    type TEXT NOT NULL,
    state TEXT,
    assigned_to TEXT,
    assigned_address TEXT COLLATE NOCASE,
    parent_number TEXT,
    completed REAL,
    remaining REAL,
    revision INTEGER,
    read_at INTEGER,
    CONSTRAINT pk_work_items PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_work_items_number UNIQUE (tenant_id, site_id, number),
    CONSTRAINT fk_work_items_site FOREIGN KEY (tenant_id, site_id) REFERENCES sites (tenant_id, id),
    CONSTRAINT fk_work_items_project FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
    CONSTRAINT ck_work_items_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(id) = 16 AND LENGTH(site_id) = 16 AND LENGTH(project_id) = 16)
) STRICT, WITHOUT ROWID;

-- What a person may see of a work item. With read_at, which is when a read with the person's own rights returned it last:
-- all that is known. Without: the title and the type that the person's own client has said. asked_at is when the tracker
-- answered such a read last, with the item or without.
CREATE TABLE work_item_views (
    tenant_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    work_item_id BLOB NOT NULL,
    title TEXT NOT NULL,
    type TEXT NOT NULL,
    read_at INTEGER,
    asked_at INTEGER,
    CONSTRAINT pk_work_item_views PRIMARY KEY (tenant_id, user_id, work_item_id),
    CONSTRAINT fk_work_item_views_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_work_item_views_work_item FOREIGN KEY (tenant_id, work_item_id) REFERENCES work_items (tenant_id, id),
    CONSTRAINT ck_work_item_views_read CHECK (read_at IS NULL OR asked_at IS NOT NULL),
    CONSTRAINT ck_work_item_views_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(user_id) = 16 AND LENGTH(work_item_id) = 16)
) STRICT, WITHOUT ROWID;

-- Work items that a person wants to see first.
CREATE TABLE work_item_pins (
    tenant_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    work_item_id BLOB NOT NULL,
    pinned_at INTEGER NOT NULL,
    CONSTRAINT pk_work_item_pins PRIMARY KEY (tenant_id, user_id, work_item_id),
    CONSTRAINT fk_work_item_pins_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_work_item_pins_work_item FOREIGN KEY (tenant_id, work_item_id) REFERENCES work_items (tenant_id, id),
    CONSTRAINT ck_work_item_pins_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(user_id) = 16 AND LENGTH(work_item_id) = 16)
) STRICT, WITHOUT ROWID;

-- A running timer is an entry without stopped_at. Without work_item_id it is general time of its project. The key begins with
-- the id, which grows with time: new entries of all tenants go to the same page, and nobody reads a tenant's range by it.
-- source: see codes.go.
CREATE TABLE time_entries (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    work_item_id BLOB,
    project_id BLOB NOT NULL,
    activity_id BLOB NOT NULL,
    billable INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    stopped_at INTEGER,
    source INTEGER NOT NULL,
    needs_review INTEGER NOT NULL,
    existing_hours REAL,
    voided_at INTEGER,
    counted_month INTEGER,
    note TEXT NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_time_entries PRIMARY KEY (id, tenant_id),
    CONSTRAINT fk_time_entries_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_time_entries_work_item FOREIGN KEY (tenant_id, work_item_id) REFERENCES work_items (tenant_id, id),
    CONSTRAINT fk_time_entries_project FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
    CONSTRAINT fk_time_entries_activity FOREIGN KEY (tenant_id, activity_id) REFERENCES activities (tenant_id, id),
    CONSTRAINT ck_time_entries_interval CHECK (stopped_at >= started_at AND stopped_at - started_at <= 86400000),
    CONSTRAINT ck_time_entries_month CHECK (COALESCE(counted_month, -1) =
        CASE WHEN stopped_at IS NULL OR voided_at IS NOT NULL THEN -1 ELSE
            (STRFTIME('%Y', started_at / 1000, 'unixepoch') - 1970) * 12 + STRFTIME('%m', started_at / 1000, 'unixepoch') - 1 END),
    CONSTRAINT ck_time_entries_source CHECK (source IN (1, 2)),
    CONSTRAINT ck_time_entries_review CHECK (needs_review IN (0, 1)),
    CONSTRAINT ck_time_entries_billable CHECK (billable IN (0, 1)),
    CONSTRAINT ck_time_entries_note CHECK (LENGTH(note) <= 1000),
    CONSTRAINT ck_time_entries_voided CHECK (voided_at IS NULL OR stopped_at IS NOT NULL),
    CONSTRAINT ck_time_entries_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(id) = 16 AND LENGTH(user_id) = 16
        AND LENGTH(work_item_id) = 16 AND LENGTH(project_id) = 16 AND LENGTH(activity_id) = 16)
) STRICT, WITHOUT ROWID;

-- A user has at most one running timer: this index is the rule. It is small, so that a tenant's running timers and the
-- forgotten ones of all tenants are read through it too.
CREATE UNIQUE INDEX ux_time_entries_running ON time_entries (tenant_id, user_id) WHERE stopped_at IS NULL;
-- A person's entries, the last stop and overlaps. It holds nothing that a stop changes.
CREATE INDEX ix_time_entries_user ON time_entries (tenant_id, user_id, started_at, id);
-- A tenant's entries.
CREATE INDEX ix_time_entries_tenant ON time_entries (tenant_id, started_at, id);
-- The time on one work item, and its entries; with all that is added up, since every form that is opened asks for it.
CREATE INDEX ix_time_entries_work_item ON time_entries (tenant_id, work_item_id, started_at, id,
    user_id, stopped_at, voided_at, needs_review);
-- Reports: all that they add up, month by month in the order in which they group it, so that their cost follows the tenant's
-- range and nothing has to be sorted. counted_month is the month in UTC in which an entry started that has stopped and isn't
-- void, counted from 1970-01; null for any other. SQLite would look at each entry's row if it were a generated column, or if
-- the condition named a column that the index hasn't.
CREATE INDEX ix_time_entries_report ON time_entries (tenant_id, counted_month, project_id, user_id, work_item_id, started_at,
    stopped_at, needs_review, activity_id, billable)
    WHERE counted_month IS NOT NULL;

-- The timer log, in the order in which it is read. One person's part is found by reading the tenant's: another tree would
-- cost each start and stop more than it saves a rare look. The other logs below are kept alike. event_type: see codes.go.
CREATE TABLE timer_events (
    tenant_id BLOB NOT NULL,
    occurred_at INTEGER NOT NULL,
    id BLOB NOT NULL,
    event_type INTEGER NOT NULL,
    user_id BLOB NOT NULL,
    entry_id BLOB NOT NULL,
    CONSTRAINT pk_timer_events PRIMARY KEY (tenant_id, occurred_at, id),
    CONSTRAINT fk_timer_events_entry FOREIGN KEY (entry_id, tenant_id) REFERENCES time_entries (id, tenant_id),
    CONSTRAINT ck_timer_events_type CHECK (event_type BETWEEN 1 AND 13),
    CONSTRAINT ck_timer_events_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(id) = 16 AND LENGTH(user_id) = 16 AND LENGTH(entry_id) = 16)
) STRICT, WITHOUT ROWID;

-- One row for each changed field of an entry, read entry by entry. Those with an operation_id were changed in one go; operation
-- says how, see codes.go.
CREATE TABLE time_entry_changes (
    tenant_id BLOB NOT NULL,
    entry_id BLOB NOT NULL,
    changed_at INTEGER NOT NULL,
    id BLOB NOT NULL,
    operation_id BLOB NOT NULL,
    operation INTEGER NOT NULL,
    changed_by BLOB NOT NULL,
    field TEXT NOT NULL,
    old_value TEXT NOT NULL,
    new_value TEXT NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_time_entry_changes PRIMARY KEY (tenant_id, entry_id, changed_at, id),
    CONSTRAINT fk_time_entry_changes_entry FOREIGN KEY (entry_id, tenant_id) REFERENCES time_entries (id, tenant_id),
    CONSTRAINT ck_time_entry_changes_operation CHECK (operation BETWEEN 1 AND 9),
    CONSTRAINT ck_time_entry_changes_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(id) = 16 AND LENGTH(entry_id) = 16 AND LENGTH(changed_by) = 16
        AND LENGTH(operation_id) = 16)
) STRICT, WITHOUT ROWID;

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
    tenant_id BLOB NOT NULL,
    work_item_id BLOB NOT NULL,
    entry_id BLOB NOT NULL,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    wanted_ms INTEGER NOT NULL,
    written_ms INTEGER NOT NULL,
    written_hundredths INTEGER NOT NULL,
    taken_hundredths INTEGER NOT NULL,
    written_at INTEGER,
    attempts INTEGER NOT NULL,
    next_at INTEGER,
    problem_code TEXT NOT NULL,
    problem_message TEXT NOT NULL,
    CONSTRAINT pk_write_backs PRIMARY KEY (entry_id, work_item_id, tenant_id),
    CONSTRAINT fk_write_backs_entry FOREIGN KEY (entry_id, tenant_id) REFERENCES time_entries (id, tenant_id),
    CONSTRAINT fk_write_backs_work_item FOREIGN KEY (tenant_id, work_item_id) REFERENCES work_items (tenant_id, id),
    CONSTRAINT fk_write_backs_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_write_backs_wanted CHECK (wanted_ms >= 0 AND wanted_ms <= 86400000),
    CONSTRAINT ck_write_backs_attempts CHECK (attempts >= 0),
    CONSTRAINT ck_write_backs_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(work_item_id) = 16 AND LENGTH(entry_id) = 16
        AND LENGTH(id) = 16 AND LENGTH(user_id) = 16)
) STRICT, WITHOUT ROWID;

-- What was written to a work item.
CREATE INDEX ix_write_backs_work_item ON write_backs (tenant_id, work_item_id);
-- What of a person's is not settled.
CREATE INDEX ix_write_backs_open ON write_backs (tenant_id, user_id, next_at) WHERE next_at IS NOT NULL;

-- The ledger: one row for each change of a work item's hours that we have made or may have made. ms and hundredths are what
-- of the entry it has written, signed; without an entry it has put hours right that others took away. completed_* are the
-- item's hours around it, null for none. rev_after is null while nobody knows whether the change was made.
CREATE TABLE contributions (
    tenant_id BLOB NOT NULL,
    work_item_id BLOB NOT NULL,
    id BLOB NOT NULL,
    entry_id BLOB,
    user_id BLOB NOT NULL,
    ms INTEGER NOT NULL,
    hundredths INTEGER NOT NULL,
    taken_hundredths INTEGER NOT NULL,
    rev_before INTEGER NOT NULL,
    rev_after INTEGER,
    completed_before REAL,
    completed_after REAL NOT NULL,
    remaining_after REAL,
    sent_at INTEGER NOT NULL,
    held_until INTEGER NOT NULL,
    CONSTRAINT pk_contributions PRIMARY KEY (tenant_id, work_item_id, id),
    CONSTRAINT fk_contributions_entry FOREIGN KEY (entry_id, tenant_id) REFERENCES time_entries (id, tenant_id),
    CONSTRAINT fk_contributions_work_item FOREIGN KEY (tenant_id, work_item_id) REFERENCES work_items (tenant_id, id),
    CONSTRAINT fk_contributions_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_contributions_completed CHECK (completed_after >= 0),
    CONSTRAINT ck_contributions_rev CHECK (rev_after > rev_before),
    CONSTRAINT ck_contributions_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(work_item_id) = 16 AND LENGTH(id) = 16
        AND LENGTH(entry_id) = 16 AND LENGTH(user_id) = 16)
) STRICT, WITHOUT ROWID;

-- One change of an item is in doubt at a time, so that those who write it take turns: this index is the rule.
CREATE UNIQUE INDEX ux_contributions_in_doubt ON contributions (tenant_id, work_item_id) WHERE rev_after IS NULL;

-- What a person's working days are to come to, in minutes for each weekday, from a day on and until the next row's day. Days
-- (*_day, and day) are counted from 1970-01-01. Without a user_id it is the tenant's default, whose owner is the tenant. A person's row without minutes
-- goes back to that. Past days keep what they had: rows are added, and only one that doesn't hold yet is replaced.
CREATE TABLE targets (
    tenant_id BLOB NOT NULL,
    owner_id BLOB NOT NULL,
    from_day INTEGER NOT NULL,
    monday INTEGER,
    tuesday INTEGER,
    wednesday INTEGER,
    thursday INTEGER,
    friday INTEGER,
    saturday INTEGER,
    sunday INTEGER,
    user_id BLOB,
    revision INTEGER NOT NULL,
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
            AND sunday BETWEEN 0 AND 1440)),
    CONSTRAINT ck_targets_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(owner_id) = 16 AND LENGTH(user_id) = 16)
) STRICT, WITHOUT ROWID;

-- A person's week that was handed in at least once. [from_at, through_at) is closed to every change of recorded time; equal
-- ones close nothing. [from_at, approved_through_at) is approved, for good; null: nothing is. Both end where the week was
-- handed in up to. undo_through_at is what approved_through_at was before the last approval. time_zone cuts the days of what
-- is closed. first_day names the week; the intervals of one person's weeks share no time.
CREATE TABLE timesheets (
    tenant_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    first_day INTEGER NOT NULL,
    id BLOB NOT NULL,
    status TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    through_at INTEGER NOT NULL,
    approved_through_at INTEGER,
    undo_through_at INTEGER,
    submitted_at INTEGER NOT NULL,
    decided_at INTEGER,
    decided_by BLOB,
    comment TEXT NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_timesheets PRIMARY KEY (tenant_id, user_id, first_day),
    CONSTRAINT fk_timesheets_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_timesheets_decided_by FOREIGN KEY (tenant_id, decided_by) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_timesheets_status CHECK (status IN ('open', 'submitted', 'approved', 'returned')),
    CONSTRAINT ck_timesheets_interval CHECK (through_at >= from_at AND through_at - from_at <= 691200000),
    CONSTRAINT ck_timesheets_approved CHECK (approved_through_at > from_at AND approved_through_at <= through_at),
    CONSTRAINT ck_timesheets_decided CHECK ((decided_at IS NULL AND decided_by IS NULL)
        OR (decided_at IS NOT NULL AND decided_by IS NOT NULL)),
    CONSTRAINT ck_timesheets_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(user_id) = 16 AND LENGTH(id) = 16
        AND LENGTH(decided_by) = 16)
) STRICT, WITHOUT ROWID;

-- What of a person's time is closed, and what is approved; asked at each edit, and by reports.
CREATE INDEX ix_timesheets_closed ON timesheets (tenant_id, user_id, from_at, through_at, approved_through_at, status, first_day);
-- What waits for a decision, the oldest first.
CREATE INDEX ix_timesheets_pending ON timesheets (tenant_id, submitted_at, id) WHERE status = 'submitted';

-- Corrections of closed time: on for_day, which is closed, and counted on day, which was open. Signed, never changed, and taken
-- back by another one. Like an entry without an interval, it is on a project, with or without a work item.
CREATE TABLE adjustments (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    for_day INTEGER NOT NULL,
    day INTEGER NOT NULL,
    project_id BLOB NOT NULL,
    work_item_id BLOB,
    activity_id BLOB NOT NULL,
    billable INTEGER NOT NULL,
    ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    made_by BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    reverses_id BLOB,
    entry_id BLOB,
    CONSTRAINT pk_adjustments PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_adjustments_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_adjustments_project FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
    CONSTRAINT fk_adjustments_work_item FOREIGN KEY (tenant_id, work_item_id) REFERENCES work_items (tenant_id, id),
    CONSTRAINT fk_adjustments_activity FOREIGN KEY (tenant_id, activity_id) REFERENCES activities (tenant_id, id),
    CONSTRAINT fk_adjustments_made_by FOREIGN KEY (tenant_id, made_by) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_adjustments_reverses FOREIGN KEY (tenant_id, reverses_id) REFERENCES adjustments (tenant_id, id),
    CONSTRAINT fk_adjustments_entry FOREIGN KEY (tenant_id, entry_id) REFERENCES time_entries (tenant_id, id),
    CONSTRAINT ck_adjustments_ms CHECK ((ms <> 0 OR entry_id IS NOT NULL) AND ms BETWEEN -86400000 AND 86400000),
    CONSTRAINT ck_adjustments_billable CHECK (billable IN (0, 1)),
    CONSTRAINT ck_adjustments_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(id) = 16 AND LENGTH(user_id) = 16
        AND LENGTH(project_id) = 16 AND LENGTH(work_item_id) = 16 AND LENGTH(activity_id) = 16 AND LENGTH(made_by) = 16
        AND LENGTH(reverses_id) = 16 AND LENGTH(entry_id) = 16)
) STRICT, WITHOUT ROWID;

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
    tenant_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    first_day INTEGER NOT NULL,
    id BLOB NOT NULL,
    reminded_by BLOB NOT NULL,
    reminded_at INTEGER NOT NULL,
    CONSTRAINT pk_reminders PRIMARY KEY (tenant_id, user_id, first_day),
    CONSTRAINT fk_reminders_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_reminders_reminded_by FOREIGN KEY (tenant_id, reminded_by) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_reminders_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(user_id) = 16 AND LENGTH(id) = 16
        AND LENGTH(reminded_by) = 16)
) STRICT, WITHOUT ROWID;

-- Files of other products. date_order and format are empty until the file tells them; counts_* are of its rows, by what
-- became of them. goal is how many rows there are to do in its state. problem_* say why a file can't be read, or why an
-- import was interrupted.
CREATE TABLE imports (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    created_by BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    file_name TEXT NOT NULL,
    format TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    date_order TEXT NOT NULL,
    project_name TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    problem_code TEXT NOT NULL,
    problem_detail TEXT NOT NULL,
    parts INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    new_count INTEGER NOT NULL,
    known_count INTEGER NOT NULL,
    refused_count INTEGER NOT NULL,
    added_count INTEGER NOT NULL,
    removed_count INTEGER NOT NULL,
    kept_count INTEGER NOT NULL,
    goal INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_imports PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_imports_user FOREIGN KEY (tenant_id, created_by) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_imports_state CHECK (state IN ('uploading', 'checking', 'ready', 'running', 'stopped', 'done', 'undoing', 'undone', 'failed',
        'discarded')),
    CONSTRAINT ck_imports_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(id) = 16 AND LENGTH(created_by) = 16)
) STRICT, WITHOUT ROWID;

-- The list of imports, the latest first.
CREATE INDEX ix_imports_created ON imports (tenant_id, created_at, id);
-- Those that go on by themselves.
CREATE INDEX ix_imports_busy ON imports (created_at, id) WHERE state IN ('checking', 'running', 'undoing', 'discarded');

-- The file, until its rows were looked at.
CREATE TABLE import_parts (
    tenant_id BLOB NOT NULL,
    import_id BLOB NOT NULL,
    part INTEGER NOT NULL,
    content TEXT NOT NULL,
    CONSTRAINT pk_import_parts PRIMARY KEY (tenant_id, import_id, part),
    CONSTRAINT fk_import_parts_import FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id),
    CONSTRAINT ck_import_parts_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(import_id) = 16)
) STRICT, WITHOUT ROWID;

-- What a row of a file says (content, JSON), what becomes of it (outcome: see codes.go) and by what (decided, JSON).
CREATE TABLE import_rows (
    tenant_id BLOB NOT NULL,
    import_id BLOB NOT NULL,
    row_number INTEGER NOT NULL,
    external_id BLOB NOT NULL,
    outcome INTEGER NOT NULL,
    problem_code TEXT NOT NULL,
    problem_detail TEXT NOT NULL,
    owner_id BLOB,
    started_at INTEGER,
    stopped_at INTEGER,
    content TEXT NOT NULL,
    decided TEXT NOT NULL,
    entry_id BLOB,
    CONSTRAINT pk_import_rows PRIMARY KEY (tenant_id, import_id, row_number),
    CONSTRAINT fk_import_rows_import FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id),
    CONSTRAINT fk_import_rows_owner FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_import_rows_entry FOREIGN KEY (entry_id, tenant_id) REFERENCES time_entries (id, tenant_id),
    CONSTRAINT ck_import_rows_outcome CHECK (outcome BETWEEN 1 AND 6),
    CONSTRAINT ck_import_rows_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(import_id) = 16 AND LENGTH(external_id) = 16
        AND LENGTH(owner_id) = 16 AND LENGTH(entry_id) = 16)
) STRICT, WITHOUT ROWID;

-- A row of another product is one entry, however often it comes: this index is the rule. 4 is added.
CREATE UNIQUE INDEX ux_import_rows_added ON import_rows (tenant_id, external_id) WHERE outcome = 4;
-- The rows of an outcome in their order.
CREATE INDEX ix_import_rows_outcome ON import_rows (tenant_id, import_id, outcome, row_number);

-- Administrative changes. Names are kept as they were, and no reference holds the people: who did something may be
-- removed, what was done stays. An operator of the product has no actor_id. changes is JSON.
CREATE TABLE audit_events (
    tenant_id BLOB NOT NULL,
    occurred_at INTEGER NOT NULL,
    id BLOB NOT NULL,
    actor_id BLOB,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id BLOB NOT NULL,
    target_name TEXT NOT NULL,
    changes TEXT NOT NULL,
    CONSTRAINT pk_audit_events PRIMARY KEY (tenant_id, occurred_at, id),
    CONSTRAINT fk_audit_events_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_audit_events_target CHECK (target_kind IN ('tenant', 'user', 'time_entry', 'project', 'work_item', 'activity', 'saved_report', 'import')),
    CONSTRAINT ck_audit_events_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(id) = 16 AND LENGTH(actor_id) = 16 AND LENGTH(target_id) = 16)
) STRICT, WITHOUT ROWID;

-- Who read data of others: actor_id with actor_role, or an operator of the product. subject_id is whose, 16 zero bytes for
-- everybody's, so that the table is in the order in which people read what was read of them.
-- What is read again within the hour is counted (reads), and adds no row. Whose data was read may leave no row of users: an
-- invitation can be withdrawn.
CREATE TABLE access_records (
    tenant_id BLOB NOT NULL,
    hour_at INTEGER NOT NULL,
    id BLOB NOT NULL,
    subject_id BLOB NOT NULL,
    actor_id BLOB,
    actor_role TEXT,
    operator TEXT NOT NULL,
    kind INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    reads INTEGER NOT NULL,
    CONSTRAINT pk_access_records PRIMARY KEY (tenant_id, subject_id, hour_at, id),
    CONSTRAINT fk_access_records_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_access_records_actor CHECK ((actor_id IS NULL) = (operator <> '') AND (actor_id IS NULL) = (actor_role IS NULL)),
    CONSTRAINT ck_access_records_kind CHECK (kind BETWEEN 1 AND 10),
    CONSTRAINT ck_access_records_times CHECK (first_at >= hour_at AND last_at >= first_at AND reads > 0),
    CONSTRAINT ck_access_records_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(id) = 16 AND LENGTH(subject_id) = 16
        AND LENGTH(actor_id) = 16)
) STRICT, WITHOUT ROWID;

-- What was read in some hours, and the rows that the chain seals.
CREATE UNIQUE INDEX ux_access_records_hour ON access_records (tenant_id, hour_at, id);

-- The chain of a tenant: each link seals a row of kind (see codes.go) that is final, by row_id and row_at, and is made of the link
-- before it. Only a salt is ever removed, and then erased_seq or expired_seq has the number of the link that says why.
CREATE TABLE chain_links (
    tenant_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    row_id BLOB NOT NULL,
    row_at INTEGER NOT NULL,
    sealed_at INTEGER NOT NULL,
    public_hash BLOB NOT NULL,
    commitment BLOB NOT NULL,
    salt BLOB,
    erased_seq INTEGER,
    expired_seq INTEGER,
    hash BLOB NOT NULL,
    CONSTRAINT pk_chain_links PRIMARY KEY (tenant_id, seq),
    CONSTRAINT fk_chain_links_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_chain_links_seq CHECK (seq > 0 AND erased_seq > seq AND expired_seq > seq),
    CONSTRAINT ck_chain_links_kind CHECK (kind BETWEEN 1 AND 7),
    CONSTRAINT ck_chain_links_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(row_id) = 16 AND LENGTH(public_hash) = 32
        AND LENGTH(commitment) = 32 AND LENGTH(salt) = 32 AND LENGTH(hash) = 32)
) STRICT, WITHOUT ROWID;

-- A row is sealed once: this index is the rule. What is not sealed, and the youngest row that is.
CREATE UNIQUE INDEX ux_chain_links_row ON chain_links (tenant_id, kind, row_at, row_id);
-- Erasures, and what the retention has ended.
CREATE INDEX ix_chain_links_endings ON chain_links (tenant_id, kind, seq) WHERE kind >= 6;

-- Definitions of reports that people keep. They hold no time. definition is JSON, an object of texts.
CREATE TABLE saved_reports (
    tenant_id BLOB NOT NULL,
    owner_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    shared INTEGER NOT NULL,
    definition TEXT NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_saved_reports PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_saved_reports_owner FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_saved_reports_shared CHECK (shared IN (0, 1)),
    CONSTRAINT ck_saved_reports_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(owner_id) = 16 AND LENGTH(id) = 16)
) STRICT, WITHOUT ROWID;

-- A person's.
CREATE INDEX ix_saved_reports_owner ON saved_reports (tenant_id, owner_id);
-- Those that are shared with the tenant.
CREATE INDEX ix_saved_reports_shared ON saved_reports (tenant_id) WHERE shared = 1;

-- What people ask about their data, and what became of it. reference_hash is the SHA-256 of what they find the confirmation
-- with. Without decided_by the operator has decided. kept is JSON: what an erasure has left. digest is of the confirmation, with
-- digest_salt among its lines; earlier_digest is of the one before, of the decision.
CREATE TABLE privacy_requests (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    processing TEXT NOT NULL,
    status TEXT NOT NULL,
    note TEXT NOT NULL,
    reference_hash BLOB NOT NULL,
    asked_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    decided_at INTEGER,
    decided_by BLOB,
    reason TEXT NOT NULL,
    outcome TEXT NOT NULL,
    kept TEXT NOT NULL,
    closed_at INTEGER,
    digest BLOB,
    digest_salt BLOB,
    earlier_digest BLOB,
    redacted_at INTEGER,
    -- How many days before due_at the operator was reminded last.
    reminded_days INTEGER,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_privacy_requests PRIMARY KEY (tenant_id, asked_at, id),
    CONSTRAINT uq_privacy_requests_id UNIQUE (tenant_id, id),
    CONSTRAINT uq_privacy_requests_reference UNIQUE (reference_hash),
    CONSTRAINT fk_privacy_requests_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT fk_privacy_requests_decided_by FOREIGN KEY (tenant_id, decided_by) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_privacy_requests_kind CHECK (kind IN ('correction', 'erasure', 'restriction', 'objection', 'withdrawal')),
    CONSTRAINT ck_privacy_requests_processing CHECK (processing IN ('', 'action_log', 'team_reports', 'desktop_activity')),
    CONSTRAINT ck_privacy_requests_status CHECK (status IN ('open', 'accepted', 'granted', 'done', 'refused', 'withdrawn')),
    CONSTRAINT ck_privacy_requests_closed CHECK ((closed_at IS NULL) = (status IN ('open', 'accepted', 'granted'))),
    CONSTRAINT ck_privacy_requests_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(id) = 16 AND LENGTH(user_id) = 16
        AND LENGTH(decided_by) = 16 AND LENGTH(reference_hash) = 32 AND LENGTH(digest) = 32
        AND LENGTH(digest_salt) = 16 AND LENGTH(earlier_digest) = 32)
) STRICT, WITHOUT ROWID;

-- A person has one request of a kind that isn't closed: this index is the rule.
CREATE UNIQUE INDEX ux_privacy_requests_open ON privacy_requests (tenant_id, user_id, kind) WHERE closed_at IS NULL;
-- What is to be decided or done, and by when, of all tenants.
CREATE INDEX ix_privacy_requests_due ON privacy_requests (status, kind, due_at) WHERE closed_at IS NULL;

-- What people have chosen about their data. A person without a row has chosen nothing. objections are words between blanks.
CREATE TABLE privacy_choices (
    tenant_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    restricted_at INTEGER,
    objections TEXT NOT NULL,
    nominee_name TEXT NOT NULL,
    nominee_email TEXT NOT NULL,
    nominee_named_at INTEGER,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_privacy_choices PRIMARY KEY (tenant_id, user_id),
    CONSTRAINT fk_privacy_choices_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_privacy_choices_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(user_id) = 16)
) STRICT, WITHOUT ROWID;

-- Whom an erasure takes out of the tenant's texts. subject is JSON: the names, addresses and ids to look for. It goes when all texts
-- were gone through, and finished_at comes when the file has nothing left of them either. at_row is the last row of at_table that
-- was looked at.
CREATE TABLE erasures (
    tenant_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    begun_at INTEGER NOT NULL,
    subject TEXT,
    at_table TEXT NOT NULL,
    at_row TEXT NOT NULL,
    finished_at INTEGER,
    CONSTRAINT pk_erasures PRIMARY KEY (tenant_id, user_id),
    CONSTRAINT fk_erasures_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_erasures_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(user_id) = 16)
) STRICT, WITHOUT ROWID;

-- Those that go on.
CREATE INDEX ix_erasures_open ON erasures (begun_at, tenant_id, user_id) WHERE finished_at IS NULL;

-- What people did in the product.
CREATE TABLE actions (
    tenant_id BLOB NOT NULL,
    occurred_at INTEGER NOT NULL,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    action_type TEXT NOT NULL,
    page TEXT NOT NULL,
    CONSTRAINT pk_actions PRIMARY KEY (tenant_id, occurred_at, id),
    CONSTRAINT fk_actions_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_actions_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(id) = 16 AND LENGTH(user_id) = 16)
) STRICT, WITHOUT ROWID;

-- For removing an invitation, which no one's action may refer to.
CREATE INDEX ix_actions_user ON actions (tenant_id, user_id);

-- What the job that ends what nobody may keep any longer did with a class of rows: when it looked last, and what it last removed.
CREATE TABLE retention_runs (
    tenant_id BLOB NOT NULL,
    class TEXT NOT NULL,
    ran_at INTEGER NOT NULL,
    removed_at INTEGER,
    removed INTEGER NOT NULL,
    CONSTRAINT pk_retention_runs PRIMARY KEY (tenant_id, class),
    CONSTRAINT fk_retention_runs_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_retention_runs_removed CHECK (removed >= 0),
    CONSTRAINT ck_retention_runs_ids CHECK (LENGTH(tenant_id) = 16)
) STRICT, WITHOUT ROWID;

-- The answers to requests that carried an Idempotency-Key. A key is kept as the first half of its SHA-256; answer has the
-- entity tag and the body: see idempotency.go. It is null once it named somebody who was erased.
CREATE TABLE idempotency_keys (
    tenant_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    key_hash BLOB NOT NULL,
    request_hash BLOB NOT NULL,
    status INTEGER NOT NULL,
    answer BLOB,
    created_at INTEGER NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (tenant_id, user_id, key_hash),
    CONSTRAINT fk_idempotency_keys_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_idempotency_keys_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(user_id) = 16 AND LENGTH(key_hash) = 16
        AND LENGTH(request_hash) = 32)
) STRICT, WITHOUT ROWID;

-- Old answers.
CREATE INDEX ix_idempotency_keys_created ON idempotency_keys (created_at);

-- Which replica runs a background job. Leases belong to no tenant.
CREATE TABLE leases (
    name TEXT NOT NULL,
    holder TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    CONSTRAINT pk_leases PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;

-- Subscriptions of the Azure Marketplace, and what tenants are billed. Money (*_minor) is whole minor
-- units of the currency beside it. The ids of subscriptions and operations are Microsoft's.

-- A subscription has no tenant until it is bound to one, which is for good: what refers to it carries both.
CREATE TABLE subscriptions (
    id BLOB NOT NULL,
    tenant_id BLOB,
    offer_id TEXT NOT NULL,
    plan_id TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    status TEXT NOT NULL,
    beneficiary_directory BLOB,
    purchaser_directory BLOB,
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
    operation_ticks INTEGER,
    changed_at INTEGER,
    plan_changed INTEGER NOT NULL,
    quantity_changed INTEGER NOT NULL,
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
    CONSTRAINT ck_subscriptions_read_only CHECK (read_only IN (0, 1)),
    CONSTRAINT ck_subscriptions_plan_changed CHECK (plan_changed IN (0, 1)),
    CONSTRAINT ck_subscriptions_quantity_changed CHECK (quantity_changed IN (0, 1)),
    CONSTRAINT ck_subscriptions_ids CHECK (LENGTH(id) = 16 AND LENGTH(tenant_id) = 16 AND LENGTH(beneficiary_directory) = 16
        AND LENGTH(purchaser_directory) = 16)
) STRICT, WITHOUT ROWID;

-- A tenant has at most one subscription that is not cancelled: this index is the rule.
CREATE UNIQUE INDEX ux_subscriptions_live ON subscriptions (tenant_id) WHERE tenant_id IS NOT NULL AND status <> 'cancelled';
-- Those that Microsoft is to be asked for.
CREATE INDEX ix_subscriptions_check ON subscriptions (check_at, id) WHERE check_at IS NOT NULL;

-- The Marketplace's events, each dealt with once: the key is the rule.
CREATE TABLE marketplace_deliveries (
    operation_id BLOB NOT NULL,
    tenant_id BLOB,
    subscription_id BLOB NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    sent_ticks INTEGER,
    received_at INTEGER NOT NULL,
    acknowledge_at INTEGER,
    attempts INTEGER NOT NULL,
    CONSTRAINT pk_marketplace_deliveries PRIMARY KEY (operation_id),
    CONSTRAINT fk_marketplace_deliveries_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT ck_marketplace_deliveries_outcome CHECK (outcome IN ('applied', 'refused', 'superseded', 'ignored')),
    CONSTRAINT ck_marketplace_deliveries_ids CHECK (LENGTH(operation_id) = 16 AND LENGTH(tenant_id) = 16 AND LENGTH(subscription_id) = 16)
) STRICT, WITHOUT ROWID;

-- Those that Microsoft is to be told are accepted.
CREATE INDEX ix_marketplace_deliveries_acknowledge ON marketplace_deliveries (acknowledge_at, operation_id)
    WHERE acknowledge_at IS NOT NULL;
-- Those of a tenant that are old.
CREATE INDEX ix_marketplace_deliveries_received ON marketplace_deliveries (tenant_id, received_at);

-- What a tenant is billed by from effective_at until ends_at, which the terms that hold have not. Terms that were
-- replaced at the instant at which they began never held. A month is billed by those that are live.
CREATE TABLE tenant_terms (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    effective_at INTEGER NOT NULL,
    ends_at INTEGER,
    plan_name TEXT NOT NULL,
    status TEXT NOT NULL,
    subscription_id BLOB NOT NULL,
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
    CONSTRAINT ck_tenant_terms_live CHECK (live IN (0, 1)),
    CONSTRAINT ck_tenant_terms_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(id) = 16 AND LENGTH(subscription_id) = 16)
) STRICT, WITHOUT ROWID;

-- A tenant has one set of terms that hold.
CREATE UNIQUE INDEX ux_tenant_terms_current ON tenant_terms (tenant_id) WHERE ends_at IS NULL;
-- Who is billed for a month, and by what.
CREATE INDEX ix_tenant_terms_live ON tenant_terms (tenant_id, effective_at, ends_at)
    WHERE live = 1;

-- Rows are added and never changed. A lifecycle record has an action; the others have a month such as 2026-10, a statement
-- number, and people as JSON: who was active, and of an adjustment who was not after all.
CREATE TABLE billing_records (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    subscription_id BLOB NOT NULL,
    plan_id TEXT NOT NULL,
    plan_title TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    people INTEGER NOT NULL,
    operation_id BLOB,
    action TEXT,
    status TEXT,
    month TEXT,
    seller_name TEXT,
    seller_address TEXT,
    seller_tax_id TEXT,
    customer TEXT,
    customer_address TEXT,
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
    statement_year INTEGER,
    statement_seq INTEGER,
    CONSTRAINT pk_billing_records PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_billing_records_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT fk_billing_records_subscription FOREIGN KEY (tenant_id, subscription_id)
        REFERENCES subscriptions (tenant_id, id),
    CONSTRAINT ck_billing_records_kind CHECK (kind IN ('monthly', 'adjustment', 'lifecycle')),
    CONSTRAINT ck_billing_records_free_trial CHECK (free_trial IN (0, 1)),
    CONSTRAINT ck_billing_records_lifecycle CHECK (kind <> 'lifecycle' OR (action IS NOT NULL AND status IS NOT NULL
        AND month IS NULL AND statement_year IS NULL AND statement_seq IS NULL)),
    CONSTRAINT ck_billing_records_month CHECK (kind = 'lifecycle' OR (month IS NOT NULL AND LENGTH(month) = 7
        AND seller_name IS NOT NULL AND seller_address IS NOT NULL AND seller_tax_id IS NOT NULL
        AND customer IS NOT NULL AND customer_address IS NOT NULL AND model IS NOT NULL AND free_trial IS NOT NULL
        AND billed IS NOT NULL AND included IS NOT NULL AND rate_minor IS NOT NULL
        AND base_minor IS NOT NULL AND total_minor IS NOT NULL AND currency IS NOT NULL AND LENGTH(currency) = 3
        AND statement_year IS NOT NULL AND statement_seq IS NOT NULL AND statement_seq > 0
        AND operation_id IS NULL AND action IS NULL AND status IS NULL)),
    CONSTRAINT ck_billing_records_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(id) = 16 AND LENGTH(subscription_id) = 16
        AND LENGTH(operation_id) = 16)
) STRICT, WITHOUT ROWID;

-- A month is billed once, an event is recorded once, and a number is given to one statement: these indexes are the rules.
CREATE UNIQUE INDEX ux_billing_records_monthly ON billing_records (tenant_id, month) WHERE kind = 'monthly';
CREATE UNIQUE INDEX ux_billing_records_operation ON billing_records (operation_id) WHERE operation_id IS NOT NULL;
CREATE UNIQUE INDEX ux_billing_records_statement ON billing_records (statement_year, statement_seq) WHERE statement_year IS NOT NULL;
-- The list of records, the latest first.
CREATE INDEX ix_billing_records_tenant ON billing_records (tenant_id, occurred_at, id, kind);

-- The last statement number of each year. The numbers are the publisher's, of no tenant.
CREATE TABLE statement_counters (
    statement_year INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    CONSTRAINT pk_statement_counters PRIMARY KEY (statement_year)
) STRICT;

-- Whom a metered subscription has counted in a month of its term, which begins at period_at.
CREATE TABLE metered_users (
    tenant_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    subscription_id BLOB NOT NULL,
    period_at INTEGER NOT NULL,
    counted_at INTEGER NOT NULL,
    CONSTRAINT pk_metered_users PRIMARY KEY (tenant_id, user_id, subscription_id, period_at),
    CONSTRAINT fk_metered_users_subscription FOREIGN KEY (tenant_id, subscription_id)
        REFERENCES subscriptions (tenant_id, id),
    CONSTRAINT fk_metered_users_user FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT ck_metered_users_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(user_id) = 16 AND LENGTH(subscription_id) = 16)
) STRICT, WITHOUT ROWID;

-- How many a month has counted.
CREATE INDEX ix_metered_users_period ON metered_users (tenant_id, subscription_id, period_at);

-- What is reported to Microsoft: one event for a subscription, dimension and hour. One with next_at is not settled.
CREATE TABLE usage_events (
    tenant_id BLOB NOT NULL,
    subscription_id BLOB NOT NULL,
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
        OR (next_at IS NOT NULL AND state IN ('open', 'sent'))),
    CONSTRAINT ck_usage_events_ids CHECK (LENGTH(tenant_id) = 16 AND LENGTH(subscription_id) = 16)
) STRICT, WITHOUT ROWID;

-- What is to be sent.
CREATE INDEX ix_usage_events_open ON usage_events (next_at, hour_at, subscription_id) WHERE next_at IS NOT NULL;
-- What was reported of some days, to be compared with what Microsoft has.
CREATE INDEX ix_usage_events_hour ON usage_events (hour_at);
