package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/privacy"
	"timetracker/internal/sqlstore/engine"
)

// endedRows are the statements for a class of rows. end names the oldest rows by their ids, since any number may be of one instant.
type endedRows struct{ count, end string }

// endedRowsOf are the statements for a class.
func (s *Store) endedRowsOf(class privacy.RetainedClass) (endedRows, error) {
	switch class {
	case privacy.LogOfTimers:
		return endedRows{
			count: `SELECT COUNT(*) FROM timer_events WHERE tenant_id = @tenant_id AND occurred_at < @before`,
			end: `DELETE FROM timer_events WHERE tenant_id = @tenant_id
				AND occurred_at <= (SELECT MAX(o.occurred_at) FROM (SELECT occurred_at FROM timer_events
					WHERE tenant_id = @tenant_id AND occurred_at < @before ORDER BY occurred_at, id` + s.dialect.Page + `) o)
				AND id IN (SELECT o.id FROM (SELECT id FROM timer_events
					WHERE tenant_id = @tenant_id AND occurred_at < @before ORDER BY occurred_at, id` + s.dialect.Page + `) o)`,
		}, nil
	case privacy.LogOfActions:
		return endedRows{
			count: `SELECT COUNT(*) FROM actions WHERE tenant_id = @tenant_id AND occurred_at < @before`,
			end: `DELETE FROM actions WHERE tenant_id = @tenant_id
				AND occurred_at <= (SELECT MAX(o.occurred_at) FROM (SELECT occurred_at FROM actions
					WHERE tenant_id = @tenant_id AND occurred_at < @before ORDER BY occurred_at, id` + s.dialect.Page + `) o)
				AND id IN (SELECT o.id FROM (SELECT id FROM actions
					WHERE tenant_id = @tenant_id AND occurred_at < @before ORDER BY occurred_at, id` + s.dialect.Page + `) o)`,
		}, nil
	default:
		return s.otherEndedRowsOf(class)
	}
}

// otherEndedRowsOf are the statements for a class that is no log.
func (s *Store) otherEndedRowsOf(class privacy.RetainedClass) (endedRows, error) {
	switch class {
	case privacy.MeteredPeople:
		// The month of one person: a batch is made of these, see EndRetained.
		return endedRows{
			count: `SELECT COUNT(*) FROM metered_users WHERE tenant_id = @tenant_id AND period_at < @before`,
			end: `DELETE FROM metered_users
				WHERE tenant_id = @tenant_id AND subscription_id = @subscription_id AND period_at = @from
					AND user_id IN (SELECT o.user_id FROM (SELECT user_id FROM metered_users
						WHERE tenant_id = @tenant_id AND subscription_id = @subscription_id AND period_at = @from
						ORDER BY user_id` + s.dialect.Page + `) o)`,
		}, nil
	case privacy.ReportedUsage:
		// Those of one hour go together: there are no more than a plan has dimensions.
		return endedRows{
			count: `SELECT COUNT(*) FROM usage_events WHERE tenant_id = @tenant_id AND hour_at < @before`,
			end: `DELETE FROM usage_events WHERE tenant_id = @tenant_id
				AND hour_at <= (SELECT MAX(o.hour_at) FROM (SELECT hour_at FROM usage_events
					WHERE tenant_id = @tenant_id AND hour_at < @before ORDER BY hour_at` + s.dialect.Page + `) o)`,
		}, nil
	case privacy.PastReminders:
		return endedRows{
			count: `SELECT COUNT(*) FROM reminders WHERE tenant_id = @tenant_id AND first_day < @first_to`,
			end: `DELETE FROM reminders WHERE tenant_id = @tenant_id
				AND id IN (SELECT o.id FROM (SELECT id FROM reminders
					WHERE tenant_id = @tenant_id AND first_day < @first_to ORDER BY first_day, id` + s.dialect.Page + `) o)`,
		}, nil
	case privacy.UnfinishedImports:
		// Discarded ones are removed by the job of imports.
		return endedRows{
			count: `SELECT COUNT(*) FROM imports WHERE tenant_id = @tenant_id AND state = 'uploading' AND created_at < @before`,
			end: `UPDATE imports SET state = 'discarded', revision = revision + 1
				WHERE tenant_id = @tenant_id AND id IN (SELECT o.id FROM (SELECT id FROM imports
					WHERE tenant_id = @tenant_id AND state = 'uploading' AND created_at < @before ORDER BY created_at, id` + s.dialect.Page + `) o)`,
		}, nil
	default:
		return s.contractRowsOf(class)
	}
}

// contractRowsOf are the statements for a class of what bills were made by.
func (s *Store) contractRowsOf(class privacy.RetainedClass) (endedRows, error) {
	switch class {
	case privacy.PastTerms:
		return endedRows{
			count: `SELECT COUNT(*) FROM tenant_terms WHERE tenant_id = @tenant_id AND ends_at < @before`,
			end: `DELETE FROM tenant_terms WHERE tenant_id = @tenant_id
				AND id IN (SELECT o.id FROM (SELECT id FROM tenant_terms
					WHERE tenant_id = @tenant_id AND ends_at < @before ORDER BY ends_at, id` + s.dialect.Page + `) o)`,
		}, nil
	case privacy.MarketplaceEvents:
		// What is still to be acknowledged stays.
		return endedRows{
			count: `SELECT COUNT(*) FROM marketplace_deliveries WHERE tenant_id = @tenant_id AND received_at < @before AND acknowledge_at IS NULL`,
			end: `DELETE FROM marketplace_deliveries WHERE tenant_id = @tenant_id
				AND operation_id IN (SELECT o.operation_id FROM (SELECT operation_id FROM marketplace_deliveries
					WHERE tenant_id = @tenant_id AND received_at < @before AND acknowledge_at IS NULL
					ORDER BY received_at, operation_id` + s.dialect.Page + `) o)`,
		}, nil
	default:
		return endedRows{}, fmt.Errorf("no rows of the class %q end", class)
	}
}

// CountRetained implements privacy.RetentionStore.
func (s *Store) CountRetained(ctx context.Context, id ids.Tenant, class privacy.RetainedClass, before time.Time) (int, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return 0, err
	}
	rows, err := s.endedRowsOf(class)
	if err != nil {
		return 0, err
	}
	count, _, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (count int, err error) { return count, row.Scan(&count) },
		rows.count, endedBefore(class, before)...)
	if err != nil {
		return 0, fmt.Errorf("count what ends of %s: %w", class, err)
	}
	return count, nil
}

// endedBefore is the parameter for the end of what is kept of a class.
func endedBefore(class privacy.RetainedClass, before time.Time) []any {
	if class == privacy.PastReminders {
		return []any{sql.Named("first_to", calendar.DayOf(before, time.UTC).Number())}
	}
	return []any{sql.Named("before", milliseconds(before))}
}

// EndRetained implements privacy.RetentionStore.
func (s *Store) EndRetained(ctx context.Context, id ids.Tenant, class privacy.RetainedClass, before time.Time, limit int) (int, error) {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return 0, err
	}
	rows, err := s.endedRowsOf(class)
	if err != nil {
		return 0, err
	}
	args := endedBefore(class, before)
	if class == privacy.MeteredPeople {
		period, found, err := engine.QueryOne(ctx, tx, func(row *sql.Rows) (args []any, err error) {
			var subscription ids.Subscription
			var from int64
			err = row.Scan(&subscription, &from)
			return []any{sql.Named("subscription_id", subscription), sql.Named("from", from)}, err
		}, `SELECT subscription_id, period_at FROM metered_users WHERE tenant_id = @tenant_id AND period_at < @before
			ORDER BY period_at, subscription_id`+s.dialect.Page, append(args, sql.Named("limit", 1))...)
		if err != nil || !found {
			return 0, err
		}
		args = period
	}
	ended, err := tx.Exec(ctx, rows.end, append(args, sql.Named("limit", limit))...)
	if err != nil {
		return 0, fmt.Errorf("end %s: %w", class, err)
	}
	return int(ended), nil
}

// RetentionRuns implements privacy.RetentionStore.
func (s *Store) RetentionRuns(ctx context.Context, id ids.Tenant) ([]privacy.RetentionRun, error) {
	return readRows(ctx, s, id, "what has ended", func(row *sql.Rows) (r privacy.RetentionRun, err error) {
		return r, row.Scan(&r.Class, instant{&r.RanAt}, instant{&r.RemovedAt}, &r.Removed)
	}, `SELECT class, ran_at, removed_at, removed FROM retention_runs WHERE tenant_id = @tenant_id ORDER BY class`)
}

// NoteRetentionRun implements privacy.RetentionStore.
func (s *Store) NoteRetentionRun(ctx context.Context, id ids.Tenant, run privacy.RetentionRun) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	args := []any{
		sql.Named("class", string(run.Class)), sql.Named("ran_at", milliseconds(run.RanAt)),
		sql.Named("removed_at", milliseconds(run.RemovedAt)), sql.Named("removed", run.Removed),
	}
	changed, err := tx.Exec(ctx, `UPDATE retention_runs
		SET ran_at = @ran_at, removed = CASE WHEN @removed_at IS NULL THEN removed ELSE @removed END, removed_at = COALESCE(@removed_at, removed_at)
		WHERE tenant_id = @tenant_id AND class = @class`, args...)
	if err == nil && changed == 0 {
		_, err = tx.Exec(ctx, `INSERT INTO retention_runs (tenant_id, class, ran_at, removed_at, removed)
			VALUES (@tenant_id, @class, @ran_at, @removed_at, @removed)`, args...)
		if s.dialect.Is(err, engine.Duplicate) {
			return engine.RunAgain(engine.Unavailable(err)) // another run was faster
		}
	}
	if err != nil {
		return fmt.Errorf("note what has ended: %w", err)
	}
	return nil
}
