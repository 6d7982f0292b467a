package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/tenant"
)

const tenantColumns = `t.id, t.directory_id, t.name, t.slug, t.azure_devops_organization, t.admin_email, t.billing_name,
	t.billing_address, t.currency,
	t.plan_name, t.status, t.trial_ends_at, t.paid_seats, t.rate_minor, t.time_zone, t.on_start_while_running,
	t.auto_stop_after_ms, t.edit_window_days, t.allow_overlap, t.team_objection, t.write_back, t.write_back_step,
	t.write_back_remaining, t.join_policy, t.week_start, t.lock_after_days, t.timer_log_days, t.action_log_days,
	t.cancelled_at, t.deletion_asked_at, t.deletion_asked_by, t.deletion_at, t.removal_at, t.removed_at,
	d.id, d.name, d.billable, t.created_at, t.revision`

// tenantSource is a tenant t with its default activity d.
const tenantSource = ` FROM tenants t LEFT JOIN activities d ON d.tenant_id = t.id AND d.id = t.default_activity_id`

func tenantTargets(t *tenant.Tenant) []any {
	return []any{
		&t.ID, &t.DirectoryID, &t.Name, &t.Slug, &t.AzureDevOpsOrganization, &t.AdminEmail, &t.BillingName,
		&t.BillingAddress, &t.Currency,
		&t.Plan, &t.Status, instant{&t.TrialEndsAt}, &t.PaidSeats, &t.RateMinor, &t.Settings.TimeZone,
		&t.Settings.OnStartWhileRunning, duration{&t.Settings.AutoStopAfter}, &t.Settings.EditWindowDays,
		&t.Settings.AllowOverlap, &t.Settings.TeamObjection, &t.Settings.WriteBack, &t.Settings.WriteBackStep, &t.Settings.WriteBackRemaining,
		&t.Settings.JoinPolicy, &t.Settings.WeekStart, nullable[int]{&t.Settings.LockAfterDays},
		nullable[int]{&t.Settings.TimerLogDays}, nullable[int]{&t.Settings.ActionLogDays},
		instant{&t.CancelledAt}, instant{&t.Removal.AskedAt}, &t.Removal.AskedBy, instant{&t.Removal.At}, instant{&t.Removal.BegunAt}, instant{&t.Removal.EndedAt},
		&t.Settings.DefaultActivity.ID,
		nullable[string]{&t.Settings.DefaultActivity.Name}, nullable[bool]{&t.Settings.DefaultBillable},
		instant{&t.CreatedAt}, &t.Revision,
	}
}

func scanTenant(row *sql.Rows) (t tenant.Tenant, err error) {
	return t, row.Scan(tenantTargets(&t)...)
}

// tenantArgs are the tenant's id and its fields that can change.
func tenantArgs(t tenant.Tenant) []any {
	return []any{
		sql.Named("name", t.Name),
		sql.Named("azure_devops_organization", t.AzureDevOpsOrganization),
		sql.Named("admin_email", t.AdminEmail),
		sql.Named("billing_name", t.BillingName),
		sql.Named("billing_address", t.BillingAddress),
		sql.Named("currency", t.Currency),
		sql.Named("plan_name", string(t.Plan)),
		sql.Named("status", string(t.Status)),
		sql.Named("trial_ends_at", milliseconds(t.TrialEndsAt)),
		sql.Named("paid_seats", t.PaidSeats),
		sql.Named("rate_minor", t.RateMinor),
		sql.Named("time_zone", t.Settings.TimeZone),
		sql.Named("on_start_while_running", string(t.Settings.OnStartWhileRunning)),
		sql.Named("auto_stop_after_ms", t.Settings.AutoStopAfter.Milliseconds()),
		sql.Named("edit_window_days", t.Settings.EditWindowDays),
		sql.Named("allow_overlap", t.Settings.AllowOverlap),
		sql.Named("team_objection", t.Settings.TeamObjection),
		sql.Named("write_back", t.Settings.WriteBack),
		sql.Named("write_back_step", t.Settings.WriteBackStep),
		sql.Named("write_back_remaining", t.Settings.WriteBackRemaining),
		sql.Named("join_policy", string(t.Settings.JoinPolicy)),
		sql.Named("week_start", string(t.Settings.WeekStart)),
		sql.Named("lock_after_days", orNoNumber(t.Settings.LockAfterDays)),
		sql.Named("timer_log_days", orNoNumber(t.Settings.TimerLogDays)),
		sql.Named("action_log_days", orNoNumber(t.Settings.ActionLogDays)),
		sql.Named("cancelled_at", milliseconds(t.CancelledAt)),
		sql.Named("deletion_asked_at", milliseconds(t.Removal.AskedAt)),
		sql.Named("deletion_asked_by", t.Removal.AskedBy),
		sql.Named("deletion_at", milliseconds(t.Removal.At)),
		sql.Named("removal_at", milliseconds(t.Removal.BegunAt)),
		sql.Named("removed_at", milliseconds(t.Removal.EndedAt)),
		sql.Named("revision", t.Revision),
	}
}

// InsertTenant implements tenant.Store.
func (s *Store) InsertTenant(ctx context.Context, id ids.Tenant, t tenant.Tenant, activities []tenant.Activity) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	if t.ID != id || id.IsZero() {
		return errors.New("insert tenant: the tenant has another id, or none")
	}
	// Reading first shows which of the two is taken. When another transaction was faster, this one runs again and finds
	// it then.
	taken, err := engine.QueryAll(ctx, s.crossTenant(ctx), func(row *sql.Rows) (directory ids.Directory, err error) {
		return directory, row.Scan(&directory)
	}, `SELECT directory_id FROM tenants WHERE directory_id = @directory_id OR slug = @slug`,
		sql.Named("directory_id", t.DirectoryID), sql.Named("slug", t.Slug))
	if err != nil {
		return fmt.Errorf("insert tenant: %w", err)
	}
	for _, directory := range taken {
		if directory == t.DirectoryID {
			return errs.New(errs.Conflict, "directory_taken", "Your organization has signed up already.")
		}
	}
	if len(taken) > 0 {
		return errs.New(errs.Conflict, "slug_taken", "This short name is taken; choose another one.").
			WithField("/slug", "taken", "must be unique")
	}
	_, err = tx.Exec(ctx, `INSERT INTO tenants (id, directory_id, name, slug, azure_devops_organization, admin_email,
			billing_name, billing_address, currency, plan_name, status, trial_ends_at, paid_seats, rate_minor, time_zone, on_start_while_running,
			auto_stop_after_ms, edit_window_days, allow_overlap, team_objection, write_back, write_back_step, write_back_remaining, join_policy, week_start, lock_after_days, timer_log_days, action_log_days,
			cancelled_at, deletion_asked_at, deletion_asked_by, deletion_at, removal_at, removed_at, created_at, revision)
		VALUES (@tenant_id, @directory_id, @name, @slug, @azure_devops_organization, @admin_email,
			@billing_name, @billing_address, @currency, @plan_name, @status, @trial_ends_at, @paid_seats, @rate_minor, @time_zone, @on_start_while_running,
			@auto_stop_after_ms, @edit_window_days, @allow_overlap, @team_objection, @write_back, @write_back_step, @write_back_remaining, @join_policy, @week_start, @lock_after_days, @timer_log_days, @action_log_days,
			@cancelled_at, @deletion_asked_at, @deletion_asked_by, @deletion_at, @removal_at, @removed_at, @created_at, @revision)`,
		append(tenantArgs(t),
			sql.Named("directory_id", t.DirectoryID),
			sql.Named("slug", t.Slug),
			sql.Named("created_at", milliseconds(t.CreatedAt)))...)
	if s.dialect.Is(err, engine.Duplicate) {
		return engine.RunAgain(engine.Unavailable(err))
	}
	if err != nil {
		return fmt.Errorf("insert tenant: %w", err)
	}
	for _, a := range activities {
		if err := s.InsertActivity(ctx, id, a); err != nil {
			return err
		}
	}
	if t.Settings.DefaultActivity.ID.IsZero() {
		return nil
	}
	// It refers to an activity, which refers to the tenant.
	_, err = tx.Exec(ctx, `UPDATE tenants SET default_activity_id = @default_activity_id WHERE id = @tenant_id`,
		sql.Named("default_activity_id", t.Settings.DefaultActivity.ID))
	if err != nil {
		return fmt.Errorf("insert tenant: %w", err)
	}
	return nil
}

// LockTenant implements tenant.Store.
func (s *Store) LockTenant(ctx context.Context, id ids.Tenant) (tenant.Tenant, error) {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return tenant.Tenant{}, err
	}
	if err := tx.LockRow(ctx, "tenants", id.String()); err != nil {
		return tenant.Tenant{}, err
	}
	t, ok, err := engine.QueryOne(ctx, tx, scanTenant, `SELECT `+tenantColumns+tenantSource+` WHERE t.id = @tenant_id`)
	if err != nil {
		return tenant.Tenant{}, fmt.Errorf("lock tenant: %w", err)
	}
	if !ok {
		return tenant.Tenant{}, tenantNotFound()
	}
	return t, nil
}

func tenantNotFound() error {
	return errs.New(errs.NotFound, "tenant_not_found", "There is no such tenant.")
}

// UpdateTenant implements tenant.Store.
func (s *Store) UpdateTenant(ctx context.Context, id ids.Tenant, t tenant.Tenant) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	if t.ID != id {
		return errors.New("update tenant: the tenant has another id")
	}
	changed, err := tx.Exec(ctx, `UPDATE tenants SET name = @name, azure_devops_organization = @azure_devops_organization,
			admin_email = @admin_email, billing_name = @billing_name, billing_address = @billing_address, currency = @currency,
			plan_name = @plan_name, status = @status, trial_ends_at = @trial_ends_at, paid_seats = @paid_seats,
			rate_minor = @rate_minor, time_zone = @time_zone, on_start_while_running = @on_start_while_running,
			auto_stop_after_ms = @auto_stop_after_ms, edit_window_days = @edit_window_days,
			allow_overlap = @allow_overlap, team_objection = @team_objection, write_back = @write_back, write_back_step = @write_back_step,
			write_back_remaining = @write_back_remaining, join_policy = @join_policy, week_start = @week_start,
			lock_after_days = @lock_after_days, timer_log_days = @timer_log_days, action_log_days = @action_log_days, cancelled_at = @cancelled_at,
			deletion_asked_at = @deletion_asked_at, deletion_asked_by = @deletion_asked_by,
			deletion_at = @deletion_at, removal_at = @removal_at, removed_at = @removed_at, default_activity_id = @default_activity_id, revision = @revision
		WHERE id = @tenant_id AND revision = @revision - 1`,
		append(tenantArgs(t), sql.Named("default_activity_id", t.Settings.DefaultActivity.ID))...)
	if err != nil {
		return fmt.Errorf("update tenant: %w", err)
	}
	if changed != 1 {
		return errs.ChangedFirst(nil)
	}
	return nil
}

// TenantBySlug implements tenant.Store. It crosses tenants, since an operator of the product names the tenant by its
// slug.
func (s *Store) TenantBySlug(ctx context.Context, slug string) (tenant.Tenant, error) {
	t, ok, err := engine.QueryOne(ctx, s.crossTenant(ctx), scanTenant,
		`SELECT `+tenantColumns+tenantSource+` WHERE t.slug = @slug`, sql.Named("slug", slug))
	if err != nil {
		return tenant.Tenant{}, fmt.Errorf("tenant by slug: %w", err)
	}
	if !ok {
		return tenant.Tenant{}, tenantNotFound()
	}
	return t, nil
}

// Tenants implements tenant.Store. It crosses tenants, since an operator of the product sees all of them.
func (s *Store) Tenants(ctx context.Context) ([]tenant.Tenant, error) {
	tenants, err := engine.QueryAll(ctx, s.crossTenant(ctx), scanTenant, `SELECT `+tenantColumns+tenantSource+` ORDER BY t.slug`)
	if err != nil {
		return nil, fmt.Errorf("tenants: %w", err)
	}
	return tenants, nil
}
