package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

const selectActivity = `SELECT k.id, k.name, k.billable, k.position, k.archived_at, k.revision
	FROM activities k WHERE k.tenant_id = @tenant_id`

func scanActivity(row *sql.Rows) (a tenant.Activity, err error) {
	return a, row.Scan(&a.ID, &a.Name, &a.Billable, &a.Position, instant{&a.ArchivedAt}, &a.Revision)
}

// Activities implements tenant.Store.
func (s *Store) Activities(ctx context.Context, id ids.Tenant) ([]tenant.Activity, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	all, err := engine.QueryAll(ctx, on, scanActivity, selectActivity+` ORDER BY k.position, k.id`)
	if err != nil {
		return nil, fmt.Errorf("read activities: %w", err)
	}
	return all, nil
}

// Activity implements tenant.Store and timer.Store.
func (s *Store) Activity(ctx context.Context, id ids.Tenant, activity ids.Activity) (tenant.Activity, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return tenant.Activity{}, err
	}
	a, ok, err := engine.QueryOne(ctx, on, scanActivity, selectActivity+` AND k.id = @id`, sql.Named("id", activity))
	if err != nil {
		return tenant.Activity{}, fmt.Errorf("read an activity: %w", err)
	}
	if !ok {
		return tenant.Activity{}, tenant.ActivityNotFound()
	}
	return a, nil
}

// activityArgs are the activity's id and its fields that can change, but for the position.
func activityArgs(a tenant.Activity) []any {
	return []any{
		sql.Named("id", a.ID),
		sql.Named("name", a.Name),
		sql.Named("name_key", workitem.NameKey(a.Name)),
		sql.Named("billable", a.Billable),
		sql.Named("archived_at", milliseconds(a.ArchivedAt)),
		sql.Named("revision", a.Revision),
	}
}

// InsertActivity implements tenant.Store.
func (s *Store) InsertActivity(ctx context.Context, id ids.Tenant, a tenant.Activity) error {
	return s.saveActivity(ctx, id, engine.Statement{
		Args: append(activityArgs(a), sql.Named("position", a.Position)),
		Text: `INSERT INTO activities (tenant_id, id, name, name_key, billable, position, archived_at, revision)
			VALUES (@tenant_id, @id, @name, @name_key, @billable, @position, @archived_at, @revision)`,
	})
}

// UpdateActivity implements tenant.Store.
func (s *Store) UpdateActivity(ctx context.Context, id ids.Tenant, a tenant.Activity) error {
	return s.saveActivity(ctx, id, engine.Statement{One: true, Args: activityArgs(a),
		Text: `UPDATE activities SET name = @name, name_key = @name_key, billable = @billable, archived_at = @archived_at,
				revision = @revision
			WHERE tenant_id = @tenant_id AND id = @id AND revision = @revision - 1`})
}

// PlaceActivity implements tenant.Store.
func (s *Store) PlaceActivity(ctx context.Context, id ids.Tenant, activity ids.Activity, position int) error {
	return s.saveActivity(ctx, id, engine.Statement{
		Args: []any{sql.Named("id", activity), sql.Named("position", position)},
		Text: `UPDATE activities SET position = @position WHERE tenant_id = @tenant_id AND id = @id`,
	})
}

func (s *Store) saveActivity(ctx context.Context, id ids.Tenant, statement engine.Statement) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{statement}, engine.On{engine.Duplicate: func(cause error) error {
		return errs.Wrap(cause, errs.Conflict, "activity_name_taken", "Another activity has this name.").
			WithField("/name", "taken", "must be that of no other activity")
	}})
}
