package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/personal"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// LockHours implements workitem.WriteBackStore.
func (s *Store) LockHours(ctx context.Context, id ids.Tenant, item ids.WorkItem) (tenant.Tenant, error) {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return tenant.Tenant{}, err
	}
	if err := tx.LockRow(ctx, "work_items", id.String(), item.String()); err != nil {
		return tenant.Tenant{}, err
	}
	t, ok, err := engine.QueryOne(ctx, tx, scanTenant, `SELECT `+tenantColumns+tenantSource+` WHERE t.id = @tenant_id`)
	if err != nil {
		return tenant.Tenant{}, fmt.Errorf("read the tenant: %w", err)
	}
	if !ok {
		return tenant.Tenant{}, tenantNotFound()
	}
	return t, nil
}

// InDoubt implements workitem.WriteBackStore.
func (s *Store) InDoubt(ctx context.Context, id ids.Tenant, item ids.WorkItem) (workitem.Contribution, bool, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return workitem.Contribution{}, false, err
	}
	c, found, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (c workitem.Contribution, err error) {
		return c, row.Scan(&c.ID, &c.WorkItemID, &c.EntryID, &c.UserID, &c.ObjectID, duration{&c.Written}, &c.Rounded, &c.Taken,
			&c.RevBefore, &c.Before, &c.After, &c.Remaining, instant{&c.SentAt}, instant{&c.HeldUntil})
	}, `SELECT c.id, c.work_item_id, c.entry_id, c.user_id, u.object_id, c.ms, c.hundredths, c.taken_hundredths,
			c.rev_before, c.completed_before, c.completed_after, c.remaining_after, c.sent_at, c.held_until
		FROM contributions c
		JOIN users u ON u.tenant_id = c.tenant_id AND u.id = c.user_id
		WHERE c.tenant_id = @tenant_id AND c.work_item_id = @work_item_id AND c.rev_after IS NULL`,
		sql.Named("work_item_id", item))
	if err != nil {
		return workitem.Contribution{}, false, fmt.Errorf("read a contribution: %w", err)
	}
	return c, found, nil
}

// LastRevision implements workitem.WriteBackStore. The ids of contributions grow with time.
func (s *Store) LastRevision(ctx context.Context, id ids.Tenant, item ids.WorkItem) (revision int64, sentAt time.Time, err error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return 0, time.Time{}, err
	}
	type made struct {
		revision int64
		sentAt   time.Time
	}
	last, _, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (m made, err error) {
		return m, row.Scan(&m.revision, instant{&m.sentAt})
	}, `SELECT rev_after, sent_at FROM contributions WHERE tenant_id = @tenant_id AND work_item_id = @work_item_id
			AND rev_after IS NOT NULL
		ORDER BY id DESC`+s.dialect.Page,
		sql.Named("work_item_id", item), sql.Named("limit", 1))
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("find the last contribution: %w", err)
	}
	return last.revision, last.sentAt, nil
}

// BeginContribution implements workitem.WriteBackStore.
func (s *Store) BeginContribution(ctx context.Context, id ids.Tenant, c workitem.Contribution) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	// Nobody begins one without the lock, so a duplicate means that the lock was lost.
	again := func(cause error) error { return engine.RunAgain(engine.Unavailable(cause)) }
	return tx.Save(ctx, []engine.Statement{{Args: []any{
		sql.Named("work_item_id", c.WorkItemID),
		sql.Named("id", c.ID),
		sql.Named("entry_id", c.EntryID),
		sql.Named("user_id", c.UserID),
		sql.Named("ms", c.Written.Milliseconds()),
		sql.Named("hundredths", c.Rounded),
		sql.Named("taken_hundredths", c.Taken),
		sql.Named("rev_before", c.RevBefore),
		sql.Named("completed_before", c.Before),
		sql.Named("completed_after", c.After),
		sql.Named("remaining_after", c.Remaining),
		sql.Named("sent_at", milliseconds(c.SentAt)),
		sql.Named("held_until", milliseconds(c.HeldUntil)),
	}, Text: `INSERT INTO contributions (tenant_id, work_item_id, id, entry_id, user_id, ms, hundredths, taken_hundredths,
			rev_before, completed_before, completed_after, remaining_after, sent_at, held_until)
		VALUES (@tenant_id, @work_item_id, @id, @entry_id, @user_id, @ms, @hundredths, @taken_hundredths,
			@rev_before, @completed_before, @completed_after, @remaining_after, @sent_at, @held_until)`}},
		engine.On{engine.Duplicate: again})
}

// EndContribution implements workitem.WriteBackStore.
func (s *Store) EndContribution(ctx context.Context, id ids.Tenant, c workitem.Contribution, revision int64) (bool, error) {
	return s.changeContribution(ctx, id, `UPDATE contributions SET rev_after = @rev_after
		WHERE tenant_id = @tenant_id AND work_item_id = @work_item_id AND id = @id AND rev_after IS NULL`,
		sql.Named("work_item_id", c.WorkItemID), sql.Named("id", c.ID), sql.Named("rev_after", revision))
}

// DropContribution implements workitem.WriteBackStore.
func (s *Store) DropContribution(ctx context.Context, id ids.Tenant, c workitem.Contribution) error {
	_, err := s.changeContribution(ctx, id, `DELETE FROM contributions
		WHERE tenant_id = @tenant_id AND work_item_id = @work_item_id AND id = @id AND rev_after IS NULL AND held_until = @held_until`,
		sql.Named("work_item_id", c.WorkItemID), sql.Named("id", c.ID), sql.Named("held_until", milliseconds(c.HeldUntil)))
	return err
}

// HoldContribution implements workitem.WriteBackStore.
func (s *Store) HoldContribution(ctx context.Context, id ids.Tenant, c workitem.Contribution, sent, until time.Time) (bool, error) {
	return s.changeContribution(ctx, id, `UPDATE contributions SET sent_at = @sent_at, held_until = @until
		WHERE tenant_id = @tenant_id AND work_item_id = @work_item_id AND id = @id AND rev_after IS NULL AND held_until = @held_until`,
		sql.Named("work_item_id", c.WorkItemID), sql.Named("id", c.ID), sql.Named("held_until", milliseconds(c.HeldUntil)),
		sql.Named("sent_at", milliseconds(sent)), sql.Named("until", milliseconds(until)))
}

// changeContribution says whether there was one to change.
func (s *Store) changeContribution(ctx context.Context, id ids.Tenant, text string, args ...any) (bool, error) {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return false, err
	}
	changed, err := tx.Exec(ctx, text, args...)
	if err != nil {
		return false, fmt.Errorf("change a contribution: %w", err)
	}
	return changed > 0, nil
}

// ContributionsOf implements workitem.PersonalStore.
func (s *Store) ContributionsOf(
	ctx context.Context, id ids.Tenant, user ids.User, after personal.Key, limit int,
) ([]workitem.OwnContribution, error) {
	return readRows(ctx, s, id, "the contributions of a person", func(row *sql.Rows) (c workitem.OwnContribution, err error) {
		return c, row.Scan(&c.ID, &c.WorkItemID, &c.EntryID, &c.UserID, duration{&c.Written}, &c.Rounded, &c.Taken, &c.RevBefore,
			&c.RevAfter, &c.Before, &c.After, &c.Remaining, instant{&c.SentAt}, &c.Site, &c.Number)
	}, `SELECT c.id, c.work_item_id, c.entry_id, c.user_id, c.ms, c.hundredths, c.taken_hundredths, c.rev_before, c.rev_after,
			c.completed_before, c.completed_after, c.remaining_after, c.sent_at, s.name, w.number
		FROM contributions c
		JOIN work_items w ON w.tenant_id = c.tenant_id AND w.id = c.work_item_id
		JOIN sites s ON s.tenant_id = w.tenant_id AND s.id = w.site_id
		WHERE c.tenant_id = @tenant_id AND c.user_id = @user_id
			AND c.work_item_id >= @work_item_id AND (c.work_item_id > @work_item_id OR c.id > @id)
		ORDER BY c.work_item_id, c.id`+s.dialect.Page,
		sql.Named("user_id", user), sql.Named("work_item_id", after.First.Key()), sql.Named("id", after.Second.Key()),
		sql.Named("limit", limit))
}
