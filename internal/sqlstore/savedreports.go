package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"timetracker/internal/ids"
	"timetracker/internal/report"
	"timetracker/internal/sqlstore/engine"
)

const selectSavedReport = `SELECT l.id, l.owner_id, u.name, l.name, l.shared, l.definition, l.revision
	FROM saved_reports l
	JOIN users u ON u.tenant_id = l.tenant_id AND u.id = l.owner_id
	WHERE l.tenant_id = @tenant_id`

// seenSavedReports are the ids of a person's and of the shared ones, each found by its index.
const seenSavedReports = ` AND l.id IN (SELECT o.id FROM saved_reports o WHERE o.tenant_id = @tenant_id AND o.owner_id = @owner_id
	UNION ALL SELECT h.id FROM saved_reports h WHERE h.tenant_id = @tenant_id AND h.shared = 1)`

func scanSavedReport(row *sql.Rows) (r report.Saved, err error) {
	var definition []byte
	if err := row.Scan(&r.ID, &r.Owner.ID, &r.Owner.Name, &r.Name, &r.Shared, &definition, &r.Revision); err != nil {
		return r, err
	}
	return r, json.Unmarshal(definition, &r.Definition)
}

// SavedReports implements report.SavedStore.
func (s *Store) SavedReports(ctx context.Context, id ids.Tenant, user ids.User) ([]report.Saved, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	all, err := engine.QueryAll(ctx, on, scanSavedReport, selectSavedReport+seenSavedReports+` ORDER BY l.name, l.id`, sql.Named("owner_id", user))
	if err != nil {
		return nil, fmt.Errorf("read saved reports: %w", err)
	}
	return all, nil
}

// SavedReport implements report.SavedStore.
func (s *Store) SavedReport(ctx context.Context, id ids.Tenant, saved ids.SavedReport) (report.Saved, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return report.Saved{}, err
	}
	r, ok, err := engine.QueryOne(ctx, on, scanSavedReport, selectSavedReport+` AND l.id = @id`, sql.Named("id", saved))
	if err != nil {
		return report.Saved{}, fmt.Errorf("read a saved report: %w", err)
	}
	if !ok {
		return report.Saved{}, report.SavedNotFound()
	}
	return r, nil
}

// CountSavedReports implements report.SavedStore.
func (s *Store) CountSavedReports(ctx context.Context, id ids.Tenant, user ids.User) (int, error) {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return 0, err
	}
	if err := tx.LockRow(ctx, "saved_reports", id.String(), user.String()); err != nil {
		return 0, err
	}
	count, _, err := engine.QueryOne(ctx, tx, func(row *sql.Rows) (count int, err error) { return count, row.Scan(&count) },
		`SELECT COUNT(*) FROM saved_reports WHERE tenant_id = @tenant_id AND owner_id = @owner_id`, sql.Named("owner_id", user))
	if err != nil {
		return 0, fmt.Errorf("count saved reports: %w", err)
	}
	return count, nil
}

// InsertSavedReport implements report.SavedStore.
func (s *Store) InsertSavedReport(ctx context.Context, id ids.Tenant, r report.Saved) error {
	return s.keepSavedReport(ctx, id, r, false, `INSERT INTO saved_reports (tenant_id, id, owner_id, name, shared, definition, revision)
		VALUES (@tenant_id, @id, @owner_id, @name, @shared, @definition, @revision)`, sql.Named("owner_id", r.Owner.ID))
}

// UpdateSavedReport implements report.SavedStore.
func (s *Store) UpdateSavedReport(ctx context.Context, id ids.Tenant, r report.Saved) error {
	return s.keepSavedReport(ctx, id, r, true, `UPDATE saved_reports
		SET name = @name, shared = @shared, definition = @definition, revision = @revision
		WHERE tenant_id = @tenant_id AND id = @id AND revision = @revision - 1`)
}

func (s *Store) keepSavedReport(ctx context.Context, id ids.Tenant, r report.Saved, one bool, text string, args ...any) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	definition, err := json.Marshal(r.Definition)
	if err != nil {
		return fmt.Errorf("keep a saved report: %w", err)
	}
	return tx.Save(ctx, []engine.Statement{{One: one, Text: text, Args: append(args,
		sql.Named("id", r.ID),
		sql.Named("name", r.Name),
		sql.Named("shared", r.Shared),
		sql.Named("definition", string(definition)),
		sql.Named("revision", r.Revision),
	)}}, nil)
}

// DeleteSavedReport implements report.SavedStore.
func (s *Store) DeleteSavedReport(ctx context.Context, id ids.Tenant, saved ids.SavedReport, revision int64) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{One: true, Args: []any{sql.Named("id", saved), sql.Named("revision", revision)},
		Text: `DELETE FROM saved_reports WHERE tenant_id = @tenant_id AND id = @id AND revision = @revision`}}, nil)
}

// DeletePrivateReports implements report.PersonalStore.
func (s *Store) DeletePrivateReports(ctx context.Context, id ids.Tenant, user ids.User) error {
	return s.removeOf(ctx, id, sql.Named("owner_id", user), `DELETE FROM saved_reports WHERE tenant_id = @tenant_id AND owner_id = @owner_id AND shared = 0`)
}
