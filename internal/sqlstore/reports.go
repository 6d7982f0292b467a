package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/report"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// errEnough ends the reading of rows that nobody wants.
var errEnough = errors.New("enough")

// TimeRows implements report.Store. It reads what is committed, also within a transaction.
func (s *Store) TimeRows(ctx context.Context, id ids.Tenant, query report.Query) iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		text, args := s.timeRows(query)
		err := s.db.Stream(ctx, tenantKey(id), func(rows *sql.Rows) error {
			row, err := scanTimeRow(rows)
			if err != nil {
				return err
			}
			if !yield(row, nil) {
				return errEnough
			}
			return nil
		}, text, args...)
		if err != nil && !errors.Is(err, errEnough) {
			yield(report.Row{}, fmt.Errorf("add up time: %w", err))
		}
	}
}

// timeRows builds the statement: the sums of entrySums are added up to the groups, and names are joined to the groups.
func (s *Store) timeRows(query report.Query) (text string, args []any) {
	// What isn't grouped by is null, so that every report has the same columns.
	group := map[string]string{"period": "0", "project_id": "NULL", "user_id": "NULL", "work_item_id": "NULL"}
	columns := map[report.Dimension]string{
		report.Project:  strings.Repeat("NULL, ", 3) + "NULL",
		report.User:     "NULL",
		report.WorkItem: strings.Repeat("NULL, ", 7) + "NULL",
	}
	merged, names := "", ""
	var order []string
	for _, dimension := range query.GroupBy {
		// LEFT JOIN makes SQLite read the groups first, and only the names that they need.
		switch dimension {
		case report.User:
			group["user_id"] = "d.user_id"
			columns[report.User] = "u.name"
			names += " LEFT JOIN users u ON u.tenant_id = @tenant_id AND u.id = g.user_id"
			order = append(order, "u.name", "g.user_id")
		case report.Project:
			group["project_id"] = "p.counts_as"
			merged = " JOIN projects p ON p.tenant_id = @tenant_id AND p.id = d.project_id"
			columns[report.Project] = "s.id, s.tracker, s.name, r.name"
			names += ` LEFT JOIN projects r ON r.tenant_id = @tenant_id AND r.id = g.project_id
				LEFT JOIN sites s ON s.tenant_id = @tenant_id AND s.id = r.site_id`
			order = append(order, "s.name", "r.name", "s.tracker", "g.project_id")
		case report.WorkItem:
			group["work_item_id"] = "d.work_item_id"
			columns[report.WorkItem] = "t.id, t.tracker, t.name, j.id, j.name, w.number, w.title, w.type"
			names += ` LEFT JOIN work_items w ON w.tenant_id = @tenant_id AND w.id = g.work_item_id
				LEFT JOIN projects i ON i.tenant_id = @tenant_id AND i.id = w.project_id
				LEFT JOIN projects j ON j.tenant_id = @tenant_id AND j.id = i.counts_as
				LEFT JOIN sites t ON t.tenant_id = @tenant_id AND t.id = w.site_id`
			// Trackers count their items, and 99 comes before 101.
			order = append(order, "t.name", "j.name", "t.tracker", s.dialect.Length+"(w.number)", "w.number", "g.work_item_id")
		default:
			group["period"] = "d.period"
			order = append(order, "g.period")
		}
	}
	// The sums have to be sorted. The columns that tell the most apart come first, so that few comparisons look at a
	// second one.
	var groups []string
	for _, column := range []string{"period", "user_id", "work_item_id", "project_id"} {
		if by := group[column]; by != "0" && by != "NULL" {
			groups = append(groups, by)
		}
	}
	sums, args := s.entrySums(query)
	return `SELECT g.period, g.project_id, ` + columns[report.Project] + `, g.user_id, ` + columns[report.User] +
		`, g.work_item_id, ` + columns[report.WorkItem] + `, g.elapsed_ms, g.review_ms, g.entries
	FROM (SELECT ` + group["period"] + ` AS period, ` + group["project_id"] + ` AS project_id, ` +
		group["user_id"] + ` AS user_id, ` + group["work_item_id"] + ` AS work_item_id,
			SUM(d.total_ms - d.review_ms) AS elapsed_ms, SUM(d.review_ms) AS review_ms, SUM(d.entries) AS entries
		FROM (` + sums + `) d` + merged + `
		GROUP BY ` + strings.Join(groups, ", ") + `) g` + names + `
	ORDER BY ` + strings.Join(order, ", "), args
}

// entrySums cuts the entries at the periods' borders and adds them up. With one period this is done day by day in the
// order of the report's index, which takes no sorting and leaves far fewer sums than there are entries.
func (s *Store) entrySums(query report.Query) (text string, args []any) {
	args = []any{sql.Named("max_length_ms", timer.MaxLength.Milliseconds())}
	columns := indexOrder(query.GroupBy)
	var tables, period, start, end, groups string
	if len(query.Periods) == 1 {
		tables, period, start, end = "time_entries e", "0", "@from", "@to"
		groups = "e.started_day, " + strings.Join(columns, ", ")
		args = append(args, sql.Named("from", query.Periods[0].Start.UnixMilli()),
			sql.Named("to", query.Periods[0].End.UnixMilli()))
	} else {
		// CROSS JOIN makes SQLite read the periods first, and of each the entries that can share time with it. They have to
		// be sorted into the groups: once more the most telling columns come first.
		tables = s.dialect.Periods + " p CROSS JOIN time_entries e"
		period, start, end = "p.period", "p.period_start", "p.period_end"
		slices.Reverse(columns)
		groups = "p.period, " + strings.Join(columns, ", ")
		args = append(args, sql.Named("periods", periodsText(query.Periods)))
	}
	elapsed := fmt.Sprintf("(CASE WHEN e.stopped_at < %[2]s THEN e.stopped_at ELSE %[2]s END"+
		" - CASE WHEN e.started_at > %[1]s THEN e.started_at ELSE %[1]s END)", start, end)
	if unit, bias := query.Rounding.Terms(); unit > 1 {
		elapsed = "((" + elapsed + " + @bias_ms) / @unit_ms * @unit_ms)"
		args = append(args, sql.Named("unit_ms", unit), sql.Named("bias_ms", bias))
	}
	// One user's entries are found by their start, everybody's by their day: the "+" keeps SQLite from the index by start.
	within := "e.started_day >= (" + start + " - @max_length_ms) / 86400000 AND e.started_day <= " + end + " / 86400000" +
		" AND +e.started_at < " + end
	if !query.User.IsZero() {
		within = "e.user_id = @user_id AND e.started_at > " + start + " - @max_length_ms AND e.started_at < " + end
		args = append(args, sql.Named("user_id", query.User))
	}
	if len(query.Projects) > 0 {
		within += ` AND e.project_id IN (SELECT c.id FROM projects c WHERE c.tenant_id = @tenant_id AND c.counts_as IN ` +
			s.dialect.IDs("@projects") + `)`
		args = append(args, sql.Named("projects", idList(query.Projects)))
	}
	// An entry without length belongs to the period in which it started.
	return `SELECT ` + period + ` AS period, ` + strings.Join(columns, ", ") + `,
			SUM(` + elapsed + `) AS total_ms,
			SUM(CASE WHEN e.needs_review = 1 THEN ` + elapsed + ` ELSE 0 END) AS review_ms,
			COUNT(*) AS entries
		FROM ` + tables + `
		WHERE e.tenant_id = @tenant_id AND e.stopped_at IS NOT NULL AND e.voided_at IS NULL
			AND ` + within + ` AND (e.stopped_at > ` + start + ` OR e.started_at >= ` + start + `)
		GROUP BY ` + groups, args
}

// indexOrder gives the columns of the report's index after the day, up to the last that the report needs. Adding up in
// this order takes no sorting, also where a column in between isn't asked for.
func indexOrder(groupBy []report.Dimension) []string {
	columns := []string{"e.project_id", "e.user_id", "e.work_item_id"}
	switch {
	case slices.Contains(groupBy, report.WorkItem):
		return columns
	case slices.Contains(groupBy, report.User):
		return columns[:2]
	default:
		return columns[:1]
	}
}

// periodsText is what dialect.periods reads.
func periodsText(periods []calendar.Period) string {
	text := []byte{'['}
	for i, p := range periods {
		if i > 0 {
			text = append(text, ',')
		}
		text = fmt.Appendf(text, "[%d,%d]", p.Start.UnixMilli(), p.End.UnixMilli())
	}
	return string(append(text, ']'))
}

// scanTimeRow takes null for what isn't grouped by.
func scanTimeRow(rows *sql.Rows) (r report.Row, err error) {
	w := &r.WorkItem
	return r, rows.Scan(&r.Period,
		&r.Project.ID, &r.Site.ID, nullable[workitem.Tracker]{&r.Site.Tracker}, nullable[string]{&r.Site.Name},
		nullable[string]{&r.Project.Name}, &r.User.ID, nullable[string]{&r.User.Name},
		&w.ID, &w.Site.ID, nullable[workitem.Tracker]{&w.Site.Tracker}, nullable[string]{&w.Site.Name}, &w.Project.ID,
		nullable[string]{&w.Project.Name}, nullable[string]{&w.Number}, nullable[string]{&w.Title}, nullable[string]{&w.Type},
		&r.ElapsedMS, &r.ReviewMS, &r.Entries)
}
