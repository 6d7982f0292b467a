package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

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
	text = `SELECT ` + entryColumns + entryTables + s.narrowEntries(&where, query.Selection) + ` WHERE e.tenant_id = @tenant_id` +
		where.Text() + ` ORDER BY e.started_at, e.id`
	if request.Limit == 0 {
		return text + s.dialect.Replan, where.Args()
	}
	return text + s.dialect.Page + s.dialect.Replan, where.Args(sql.Named("limit", request.Limit))
}
