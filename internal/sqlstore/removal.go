package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"timetracker/internal/ids"
	"timetracker/internal/privacy"
	"timetracker/internal/sqlstore/engine"
)

// removal is how the rows of a table go when their tenant does.
type removal struct {
	table string
	key   []string // an index has it, after the tenant; none: there are few rows, which go together
	where string   // of rows r that can go before others; empty: of all
	set   string   // what the rows get instead of being removed
}

// removals has every table of tenants that isn't kept, in the order in which rows refer to each other.
var removals = []removal{
	{table: "erasures", key: []string{"user_id"}},
	{table: "idempotency_keys", key: []string{"user_id", "key_hash"}},
	{table: "actions", key: []string{"occurred_at", "id"}},
	{table: "saved_reports", key: []string{"id"}},
	{table: "privacy_requests", key: []string{"asked_at", "id"}},
	{table: "privacy_choices", key: []string{"user_id"}},
	{table: "reminders", key: []string{"user_id", "first_day"}},
	{table: "targets", key: []string{"owner_id", "from_day"}},
	{table: "timesheets", key: []string{"user_id", "first_day"}},
	{table: "import_parts", key: []string{"import_id", "part"}},
	{table: "import_rows", key: []string{"import_id", "row_number"}},
	{table: "imports", key: []string{"id"}},
	{table: "write_backs", key: []string{"work_item_id", "entry_id"}},
	{table: "contributions", key: []string{"work_item_id", "id"}},
	{table: "timer_events", key: []string{"occurred_at", "id"}},
	{table: "time_entry_changes", key: []string{"changed_at", "id"}},
	{table: "adjustments", key: []string{"made_at", "id"},
		where: `NOT EXISTS (SELECT 1 FROM adjustments o WHERE o.tenant_id = r.tenant_id AND o.reverses_id = r.id)`},
	{table: "time_entries", key: []string{"started_at", "id"}},
	{table: "work_item_views", key: []string{"user_id", "work_item_id"}},
	{table: "work_item_pins", key: []string{"user_id", "work_item_id"}},
	{table: "work_items", key: []string{"id"}},
	{table: "project_names", key: []string{"name_key", "project_id"}},
	{table: "projects", key: []string{"id"}, where: `r.merged_into IS NOT NULL`, set: `merged_into = NULL, merged_at = NULL, counts_as = id`},
	{table: "projects", key: []string{"id"}},
	{table: "site_names", key: []string{"name_key", "site_id"}},
	{table: "sites", key: []string{"id"}},
	{table: "metered_users", key: []string{"user_id", "subscription_id", "period_at"}},
	{table: "users", key: []string{"id"}, where: `(r.approver_id IS NOT NULL OR r.invited_by IS NOT NULL)`,
		set: `approver_id = NULL, invited_by = NULL`},
	{table: "users", key: []string{"id"}},
	{table: "activities", key: []string{"id"}},
	{table: "tenant_logos"},
	{table: "retention_runs"},
	{table: "audit_events", key: []string{"occurred_at", "id"}},
	{table: "access_records", key: []string{"hour_at", "id"}},
	{table: "place_revisions"},
}

// proofOfRows goes with a tenant of which nothing is kept.
var proofOfRows = removal{table: "chain_links", key: []string{"seq"}}

// kept are the tables whose rows stay when their tenant goes, with the reason.
var kept = map[string]string{
	"tenants":                "what is kept belongs to it; its names, addresses and directory are gone",
	"subscriptions":          "billing records are of a subscription",
	"marketplace_deliveries": "Microsoft may tell of a subscription again",
	"tenant_terms":           "a month is billed by its terms",
	"billing_records":        "tax law, for 7 years",
	"usage_events":           "tax law, for 7 years: what Microsoft was told of use",
	"chain_links":            "they seal billing records, and say that all others were removed",
}

func (r removal) step() privacy.RemovalStep {
	step := privacy.RemovalStep{Table: r.table, Loosen: r.set != ""}
	for _, source := range chainSources {
		if source.table == r.table {
			step.Seals = source.kind
		}
	}
	return step
}

// RemovalSteps implements privacy.RemovalStore.
func (s *Store) RemovalSteps(whole bool) (steps []privacy.RemovalStep) {
	all := removals
	if whole {
		all = append(slices.Clone(all), proofOfRows)
	}
	for _, r := range all {
		if r.table != "place_revisions" || s.dialect.Local {
			steps = append(steps, r.step())
		}
	}
	return steps
}

func removalOf(step privacy.RemovalStep) (removal, error) {
	for _, r := range append(slices.Clone(removals), proofOfRows) {
		if r.step() == step {
			return r, nil
		}
	}
	return removal{}, fmt.Errorf("rows of %q can't be removed", step.Table)
}

// same is the condition that a row has the key of the parameters, which are called as its columns.
func (r removal) same() (condition string) {
	for _, column := range r.key {
		condition += ` AND ` + column + ` = @` + column
	}
	return condition
}

// NextToRemove implements privacy.RemovalStore.
func (s *Store) NextToRemove(ctx context.Context, id ids.Tenant, step privacy.RemovalStep, limit int) ([]privacy.RemovableRow, error) {
	r, err := removalOf(step)
	if err != nil {
		return nil, err
	}
	columns, where := r.key, ""
	if len(columns) == 0 {
		columns = []string{"tenant_id"}
	}
	if r.where != "" {
		where = ` AND ` + r.where
	}
	names := `r.` + strings.Join(columns, `, r.`)
	return readRows(ctx, s, id, "rows to remove", func(row *sql.Rows) (next privacy.RemovableRow, err error) {
		key, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range key {
			targets[i] = &key[i]
		}
		if err := row.Scan(targets...); err != nil {
			return next, err
		}
		for i, column := range columns {
			if source, sourceErr := sourceOf(step.Seals); sourceErr == nil && source.at == column {
				err = errors.Join(err, instant{&next.At}.Scan(key[i]))
			}
		}
		if len(r.key) > 0 && err == nil {
			next.Key, err = writeKey(key)
		}
		return next, err
	}, `SELECT `+names+` FROM `+r.table+` r WHERE r.tenant_id = @tenant_id`+where+` ORDER BY `+names+s.dialect.Page,
		sql.Named("limit", limit))
}

// RemoveRows implements privacy.RemovalStore.
func (s *Store) RemoveRows(ctx context.Context, id ids.Tenant, step privacy.RemovalStep, rows []privacy.RemovableRow) error {
	r, err := removalOf(step)
	if err != nil {
		return err
	}
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	text := `DELETE FROM ` + r.table + ` WHERE tenant_id = @tenant_id` + r.same()
	if r.set != "" {
		text = `UPDATE ` + r.table + ` SET ` + r.set + ` WHERE tenant_id = @tenant_id` + r.same()
	}
	statements := make([]engine.Statement, len(rows))
	for i, row := range rows {
		statements[i].Text = text
		if len(r.key) == 0 {
			continue
		}
		values, err := readKey(row.Key)
		if err != nil || len(values) != len(r.key) {
			return errors.Join(fmt.Errorf("%q is no key of %s", row.Key, r.table), err)
		}
		for j, column := range r.key {
			statements[i].Args = append(statements[i].Args, sql.Named(column, values[j]))
		}
	}
	return tx.Save(ctx, statements, nil)
}

// ReleaseTenant implements privacy.RemovalStore.
func (s *Store) ReleaseTenant(ctx context.Context, id ids.Tenant, directory ids.Directory, slug string) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{
		One:  true,
		Args: []any{sql.Named("directory_id", directory), sql.Named("slug", slug)},
		Text: `UPDATE tenants SET directory_id = @directory_id, slug = @slug WHERE id = @tenant_id`,
	}}, nil)
}

// KeepsRecords implements privacy.RemovalStore. Whatever is kept is of a subscription, or of an event that Microsoft has told of.
func (s *Store) KeepsRecords(ctx context.Context, id ids.Tenant) (bool, error) {
	found, err := readRows(ctx, s, id, "what is kept", func(row *sql.Rows) (found ids.Tenant, err error) {
		return found, row.Scan(&found)
	}, `SELECT t.id FROM tenants t WHERE t.id = @tenant_id
		AND (EXISTS (SELECT 1 FROM subscriptions s WHERE s.tenant_id = @tenant_id)
			OR EXISTS (SELECT 1 FROM marketplace_deliveries d WHERE d.tenant_id = @tenant_id))`)
	return len(found) > 0, err
}

// RemoveTenant implements privacy.RemovalStore.
func (s *Store) RemoveTenant(ctx context.Context, id ids.Tenant) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{One: true, Text: `DELETE FROM tenants WHERE id = @tenant_id`}}, nil)
}
