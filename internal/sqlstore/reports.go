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
)

// errEnough ends the reading of rows that nobody wants.
var errEnough = errors.New("enough")

// TimeRows implements report.Store. It reads what is committed, also within a transaction.
func (s *Store) TimeRows(ctx context.Context, id ids.Tenant, query report.Query) iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		text, args := s.timeRows(query)
		err := s.db.Stream(ctx, tenantKey(id), func(rows *sql.Rows) error {
			row, err := scanTimeRow(rows, query.GroupBy)
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
	// What isn't grouped by is empty, so that every report has the same columns.
	group := map[string]string{
		"period": "0", "tracker": "''", "organization": "''", "project": "''", "user_id": "NULL", "work_item_id": "''",
	}
	// LEFT JOIN makes SQLite read the groups first, and only the names that they need.
	userName, itemType, itemTitle, names := "''", "''", "''", ""
	var order []string
	for _, dimension := range query.GroupBy {
		var by, sorted []string
		switch dimension {
		case report.User:
			by, sorted = []string{"user_id"}, []string{"u.name", "g.user_id"}
			userName = "u.name"
			names += " LEFT JOIN users u ON u.tenant_id = @tenant_id AND u.id = g.user_id"
		case report.Project:
			by = []string{"tracker", "organization", "project"}
			sorted = []string{"g.organization", "g.project", "g.tracker"}
		case report.WorkItem:
			by = []string{"tracker", "organization", "project", "work_item_id"}
			// Trackers count their items, and 99 comes before 101.
			sorted = []string{
				"g.organization", "g.project", "g.tracker", s.dialect.Length + "(g.work_item_id)", "g.work_item_id",
			}
			itemType, itemTitle = "w.type", "w.title"
			names += " LEFT JOIN work_items w ON w.tenant_id = @tenant_id AND w.tracker = g.tracker" +
				" AND w.organization = g.organization AND w.project = g.project AND w.id = g.work_item_id"
		default:
			by, sorted = []string{"period"}, []string{"g.period"}
		}
		for _, column := range by {
			group[column] = "d." + column
		}
		for _, column := range sorted {
			if !slices.Contains(order, column) {
				order = append(order, column)
			}
		}
	}
	// The sums have to be sorted. The columns that tell the most apart come first, so that few comparisons look at a
	// second one.
	var groups []string
	for _, column := range []string{"period", "user_id", "work_item_id", "project", "organization", "tracker"} {
		if group[column] == "d."+column {
			groups = append(groups, group[column])
		}
	}
	sums, args := s.entrySums(query)
	return `SELECT g.period, g.tracker, g.organization, g.project, g.user_id, ` + userName + `, g.work_item_id, ` +
		itemType + `, ` + itemTitle + `, g.elapsed_ms, g.review_ms, g.entries
	FROM (SELECT ` + group["period"] + ` AS period, ` + group["tracker"] + ` AS tracker, ` +
		group["organization"] + ` AS organization, ` + group["project"] + ` AS project, ` +
		group["user_id"] + ` AS user_id, ` + group["work_item_id"] + ` AS work_item_id,
			SUM(d.total_ms - d.review_ms) AS elapsed_ms, SUM(d.review_ms) AS review_ms, SUM(d.entries) AS entries
		FROM (` + sums + `) d
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
	if query.Project != "" {
		within += " AND e.project = @project"
		args = append(args, sql.Named("project", query.Project))
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
	columns := []string{"e.tracker", "e.organization", "e.project", "e.user_id", "e.work_item_id"}
	switch {
	case slices.Contains(groupBy, report.WorkItem):
		return columns
	case slices.Contains(groupBy, report.User):
		return columns[:4]
	default:
		return columns[:3]
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

// scanTimeRow sets the fields of the report's dimensions alone.
func scanTimeRow(rows *sql.Rows, groupBy []report.Dimension) (report.Row, error) {
	var row report.Row
	var item timer.WorkItem
	err := rows.Scan(&row.Period, &item.Tracker, &item.Organization, &item.Project, &row.User.ID, &row.User.Name,
		&item.ID, &item.Type, &item.Title, &row.ElapsedMS, &row.ReviewMS, &row.Entries)
	if slices.Contains(groupBy, report.Project) {
		row.Tracker, row.Org, row.ProjectName = item.Tracker, item.Organization, item.Project
	}
	if slices.Contains(groupBy, report.WorkItem) {
		row.WorkItem = item
	}
	return row, err
}
