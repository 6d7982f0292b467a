package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/report"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/timer"
)

// EntriesIn implements report.Store. It reads what is committed, also within a transaction.
func (s *Store) EntriesIn(ctx context.Context, id ids.Tenant, query report.EntriesQuery, request page.Request) iter.Seq2[report.Counted, error] {
	return func(yield func(report.Counted, error) bool) {
		text, args := s.entriesIn(query, request)
		err := s.db.Stream(ctx, tenantKey(id), func(rows *sql.Rows) error {
			counted, err := scanCounted(rows)
			if err != nil {
				return err
			}
			if !yield(counted, nil) {
				return errEnough
			}
			return nil
		}, text, args...)
		if err != nil && !errors.Is(err, errEnough) {
			yield(report.Counted{}, fmt.Errorf("read the entries of a report: %w", err))
		}
	}
}

// An adjustment e has no column where an entry has its own; an entry has none where an adjustment has its own.
const (
	countedEntry = `e.started_at AS counted_at, e.id AS counted_id, ` + entryColumns + `,
		CASE WHEN ` + approved + ` THEN 1 ELSE 0 END AS approved, NULL AS adjustment_id, NULL AS day, NULL AS for_day, NULL AS ms, NULL AS reason, NULL AS settled_id`
	countedAdjustment = `d.period_end, e.id, NULL, e.user_id, u.name, ` + workItemColumns + `, e.project_id, e.activity_id, k.name,
		e.billable, NULL AS note, NULL AS started_at, NULL AS stopped_at, NULL AS source, NULL AS needs_review, 0 AS settled, NULL AS existing_hours,
		NULL AS voided_at, NULL AS revision, CASE WHEN ` + adjustmentApproved + ` THEN 1 ELSE 0 END, e.id, e.day, e.for_day, e.ms, e.reason, e.entry_id`
)

func scanCounted(row *sql.Rows) (c report.Counted, err error) {
	var at int64
	var id ids.Any
	a := &c.Adjustment
	err = row.Scan(append(append([]any{&at, &id}, entryTargets(&c.Entry)...), &c.Approved, &a.ID, dayNumber{&a.Day}, dayNumber{&a.ForDay},
		duration{&a.Length}, nullable[string]{&a.Reason}, &a.Entry)...)
	return c, err
}

// entriesIn builds the statement. It counts the entries that entryPart counts, and the adjustments that adjustmentSums does.
// Both are in the order of an index or few, so that the database merges them and sorts no entry.
func (s *Store) entriesIn(query report.EntriesQuery, request page.Request) (text string, args []any) {
	var where engine.Filter
	first := request.After == (page.Position{})
	// One bound alone begins the search of an index, so that a deep page costs no more than the first one.
	if first {
		where.And(`e.started_at > @from - @max_length_ms`, sql.Named("max_length_ms", timer.MaxLength.Milliseconds()))
	} else {
		where.And(`e.started_at >= @after_at AND (e.started_at > @after_at OR e.id > @after_id)`,
			sql.Named("after_at", milliseconds(request.After.At)), sql.Named("after_id", request.After.ID.Key()))
	}
	where.And(`e.started_at < @to AND e.stopped_at IS NOT NULL AND e.voided_at IS NULL
			AND (e.stopped_at > @from OR e.started_at >= @from)`,
		sql.Named("from", milliseconds(query.From)), sql.Named("to", milliseconds(query.To)))
	if query.Approved == nil { // otherwise it is narrowed by, and so given
		args = append(args, sql.Named("max_week_ms", maxWeek.Milliseconds()))
	}
	text = `SELECT ` + countedEntry + entryTables + ownersView + s.narrowEntries(&where, query.Selection) + ` WHERE e.tenant_id = @tenant_id` + where.Text()
	if days := beginsText(query.Days, request.After.At); len(query.Days) > 0 {
		text += unionAll + s.adjustmentsIn(query.Selection, first)
		args = append(args, sql.Named("days", days))
	}
	text += ` ORDER BY counted_at, counted_id`
	if request.Limit > 0 {
		text += s.dialect.Page
		args = append(args, sql.Named("limit", request.Limit))
	}
	return text + s.dialect.Replan, where.Args(args...)
}

// adjustmentsIn selects adjustments by the days on which they count. What they are narrowed by is a part of what entries are,
// with the same parameters.
func (s *Store) adjustmentsIn(selection timer.Selection, first bool) string {
	var where engine.Filter
	if !first {
		where.And(`(d.period_end > @after_at OR e.id > @after_id)`)
	}
	joined := s.narrowEntries(&where, ofAdjustments(selection))
	narrowAdjustments(&where, selection)
	// A review that nothing came out of counts nothing. CROSS JOIN makes SQLite read the days first, and then for each the
	// adjustments of it.
	return `SELECT ` + countedAdjustment + ` FROM ` + s.dialect.Periods("@days") + ` d CROSS JOIN adjustments e` + adjustmentNames + ownersView + joined + `
		WHERE e.tenant_id = @tenant_id AND e.day >= d.period_start AND e.day < d.period_start + 1 AND e.ms <> 0` + where.Text()
}

// beginsText writes the days that don't begin before an instant as dialect.Periods reads them: the day's number, and where it
// begins.
func beginsText(days []report.DayBegin, from time.Time) string {
	text := []byte{'['}
	for _, day := range days {
		if day.At.Before(from) {
			continue
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = fmt.Appendf(text, "[%d,%d]", day.Day.Number(), day.At.UnixMilli())
	}
	return string(append(text, ']'))
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
		UNION ALL SELECT 'activity_id', k.name FROM activities k WHERE k.tenant_id = @tenant_id AND k.id IN `+s.dialect.IDs("@activities")+`
		UNION ALL SELECT 'work_item', w.number FROM work_items w WHERE w.tenant_id = @tenant_id AND w.id IN `+s.dialect.IDs("@items")+`
		UNION ALL SELECT 'parent', o.number FROM work_items o WHERE o.tenant_id = @tenant_id AND o.id IN `+s.dialect.IDs("@parents")+`
		ORDER BY narrowed_by, shown`,
		sql.Named("users", idList(selection.Users)), sql.Named("sites", idList(selection.Sites)), sql.Named("projects", idList(selection.Projects)),
		sql.Named("items", idList(selection.WorkItems.IDs)), sql.Named("parents", idList(selection.Parents.IDs)),
		sql.Named("activities", idList(selection.Activities)))
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
