package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/report"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/timer"
)

// EntriesIn implements report.Store. It reads what is committed, also within a transaction.
func (s *Store) EntriesIn(ctx context.Context, id ids.Tenant, query report.EntriesQuery, request page.Request) iter.Seq2[timer.Entry, error] {
	return func(yield func(timer.Entry, error) bool) {
		text, args := s.entriesIn(query, request)
		err := s.db.Stream(ctx, tenantKey(id), func(rows *sql.Rows) error {
			entry, err := scanEntry(rows)
			if err != nil {
				return err
			}
			if !yield(entry, nil) {
				return errEnough
			}
			return nil
		}, text, args...)
		if err != nil && !errors.Is(err, errEnough) {
			yield(timer.Entry{}, fmt.Errorf("read the entries of a report: %w", err))
		}
	}
}

// entriesIn builds the statement. It counts the entries that entryPart counts.
func (s *Store) entriesIn(query report.EntriesQuery, request page.Request) (text string, args []any) {
	var where engine.Filter
	// One bound alone begins the search of an index, so that a deep page costs no more than the first one.
	if request.After == (page.Position{}) {
		where.And(`e.started_at > @from - @max_length_ms`, sql.Named("max_length_ms", timer.MaxLength.Milliseconds()))
	} else {
		where.And(`e.started_at >= @after_at AND (e.started_at > @after_at OR e.id > @after_id)`,
			sql.Named("after_at", milliseconds(request.After.At)), sql.Named("after_id", request.After.ID.Key()))
	}
	where.And(`e.started_at < @to AND e.stopped_at IS NOT NULL AND e.voided_at IS NULL
			AND (e.stopped_at > @from OR e.started_at >= @from)`,
		sql.Named("from", milliseconds(query.From)), sql.Named("to", milliseconds(query.To)))
	text = `SELECT ` + entryColumns + entryTables + ownersView + s.narrowEntries(&where, query.Selection) + ` WHERE e.tenant_id = @tenant_id` +
		where.Text() + ` ORDER BY e.started_at, e.id`
	if request.Limit == 0 {
		return text + s.dialect.Replan, where.Args()
	}
	return text + s.dialect.Page + s.dialect.Replan, where.Args(sql.Named("limit", request.Limit))
}

// HasAdjustments implements report.Store.
func (s *Store) HasAdjustments(ctx context.Context, id ids.Tenant, from, to calendar.Day) (bool, error) {
	days, err := readRows(ctx, s, id, "days of adjustments", func(row *sql.Rows) (day int, err error) { return day, row.Scan(&day) },
		`SELECT e.day FROM adjustments e WHERE e.tenant_id = @tenant_id AND e.day >= @first_from AND e.day < @first_to
		ORDER BY e.day`+s.dialect.Page,
		sql.Named("first_from", from.Number()), sql.Named("first_to", to.Number()), sql.Named("limit", 1))
	return len(days) > 0, err
}

// SelectionNames implements report.Store.
func (s *Store) SelectionNames(ctx context.Context, id ids.Tenant, selection timer.Selection) ([]report.Narrowed, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	type name struct{ by, value string }
	names, err := engine.QueryAll(ctx, on, func(row *sql.Rows) (n name, err error) { return n, row.Scan(&n.by, &n.value) },
		`SELECT 'user' AS narrowed_by, u.name AS shown FROM users u WHERE u.tenant_id = @tenant_id AND u.id IN `+s.dialect.IDs("@users")+`
		UNION ALL SELECT 'organization', s.name FROM sites s WHERE s.tenant_id = @tenant_id AND s.id IN `+s.dialect.IDs("@sites")+`
		UNION ALL SELECT 'project', p.name FROM projects p WHERE p.tenant_id = @tenant_id AND p.id IN `+s.dialect.IDs("@projects")+`
		UNION ALL SELECT 'work_item', w.number FROM work_items w WHERE w.tenant_id = @tenant_id AND w.id IN `+s.dialect.IDs("@items")+`
		UNION ALL SELECT 'parent', o.number FROM work_items o WHERE o.tenant_id = @tenant_id AND o.id IN `+s.dialect.IDs("@parents")+`
		ORDER BY narrowed_by, shown`,
		sql.Named("users", idList(selection.Users)), sql.Named("sites", idList(selection.Sites)), sql.Named("projects", idList(selection.Projects)),
		sql.Named("items", idList(selection.WorkItems.IDs)), sql.Named("parents", idList(selection.Parents.IDs)))
	if err != nil {
		return nil, fmt.Errorf("read the names of a selection: %w", err)
	}
	var all []report.Narrowed
	for _, n := range names {
		if last := len(all) - 1; last < 0 || all[last].By != n.by {
			all = append(all, report.Narrowed{By: n.by})
		}
		all[len(all)-1].Values = append(all[len(all)-1].Values, n.value)
	}
	return all, nil
}
