package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// errEnough ends the reading of rows that nobody wants.
var errEnough = errors.New("enough")

// TimeRows implements report.Store.
func (s *Store) TimeRows(ctx context.Context, id tenant.ID, query report.Query) iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		select {
		case s.streams <- struct{}{}:
			defer func() { <-s.streams }()
		case <-ctx.Done():
			yield(report.Row{}, ctx.Err())
			return
		}
		text, args := s.timeRows(id, query)
		err := s.stream.query(ctx, func(rows *sql.Rows) error {
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

// timeRows builds the statement. The entries are cut and added up first, from the covering index alone; names are joined
// to the few rows that come out.
func (s *Store) timeRows(id tenant.ID, query report.Query) (string, []any) {
	args := []any{
		sql.Named("tenant_id", string(id)), sql.Named("max_length_ms", timer.MaxLength.Milliseconds()),
	}
	// The borders of one period are parameters; those of several come from a table.
	period, start, end, tables := "0", "@from", "@to", "time_entries e"
	if len(query.Periods) == 1 {
		args = append(args, sql.Named("from", query.Periods[0].Start.UnixMilli()),
			sql.Named("to", query.Periods[0].End.UnixMilli()))
	} else {
		period, start, end = "p.period", "p.period_start", "p.period_end"
		// CROSS JOIN makes SQLite read the periods first, and of each the entries that can share time with it.
		tables = s.dialect.periods + " p CROSS JOIN time_entries e"
		args = append(args, sql.Named("periods", periodsText(query.Periods)))
	}
	elapsed := fmt.Sprintf("(CASE WHEN e.stopped_at < %[2]s THEN e.stopped_at ELSE %[2]s END"+
		" - CASE WHEN e.started_at > %[1]s THEN e.started_at ELSE %[1]s END)", start, end)
	if unit, bias := query.Rounding.Terms(); unit > 1 {
		elapsed = "((" + elapsed + " + @bias_ms) / @unit_ms * @unit_ms)"
		args = append(args, sql.Named("unit_ms", unit), sql.Named("bias_ms", bias))
	}
	where := ""
	if query.User != "" {
		where += " AND e.user_id = @user_id"
		args = append(args, sql.Named("user_id", string(query.User)))
	}
	if query.Project != "" {
		where += " AND e.project = @project"
		args = append(args, sql.Named("project", query.Project))
	}

	// Each dimension adds columns to the groups, tables of names to what comes out, and its order.
	var groups, names, order []string
	columns := map[string]string{
		"period": "0", "tracker": "''", "organization": "''", "project": "''", "user_id": "''", "work_item_id": "''",
	}
	group := func(name, expression string) {
		if !slices.Contains(groups, expression) {
			groups = append(groups, expression)
			columns[name] = expression
		}
	}
	userName, itemType, itemTitle := "''", "''", "''"
	for _, dimension := range query.GroupBy {
		var by []string
		switch dimension {
		case report.User:
			group("user_id", "e.user_id")
			userName = "u.name"
			names = append(names, "JOIN users u ON u.tenant_id = @tenant_id AND u.id = g.user_id")
			by = []string{"u.name", "g.user_id"}
		case report.Project, report.WorkItem:
			group("tracker", "e.tracker")
			group("organization", "e.organization")
			group("project", "e.project")
			by = []string{"g.organization", "g.project", "g.tracker"}
			if dimension == report.WorkItem {
				group("work_item_id", "e.work_item_id")
				itemType, itemTitle = "w.type", "w.title"
				names = append(names, "JOIN work_items w ON w.tenant_id = @tenant_id AND w.tracker = g.tracker"+
					" AND w.organization = g.organization AND w.project = g.project AND w.id = g.work_item_id")
				// Most trackers count, and 99 comes before 101.
				by = append(by, s.dialect.length+"(g.work_item_id)", "g.work_item_id")
			}
		default:
			by = []string{"g.period"}
			if len(query.Periods) > 1 {
				group("period", period)
			}
		}
		for _, column := range by {
			if !slices.Contains(order, column) {
				order = append(order, column)
			}
		}
	}
	grouping := ""
	if len(groups) > 0 {
		// Sorting the entries into groups is most of the work. Columns that tell the most apart come first, so that few
		// comparisons have to look at a second one.
		telling := []string{period, "e.user_id", "e.work_item_id", "e.project", "e.organization", "e.tracker"}
		slices.SortFunc(groups, func(a, b string) int {
			return cmp.Compare(slices.Index(telling, a), slices.Index(telling, b))
		})
		grouping = " GROUP BY " + strings.Join(groups, ", ")
	}
	return `SELECT g.period, g.tracker, g.organization, g.project, g.user_id, ` + userName + `, g.work_item_id, ` +
		itemType + `, ` + itemTitle + `, g.elapsed_ms, g.review_ms, g.entries
	FROM (SELECT ` + columns["period"] + ` AS period, ` + columns["tracker"] + ` AS tracker, ` +
		columns["organization"] + ` AS organization, ` + columns["project"] + ` AS project, ` +
		columns["user_id"] + ` AS user_id, ` + columns["work_item_id"] + ` AS work_item_id,
			SUM(CASE WHEN e.needs_review = 0 THEN ` + elapsed + ` ELSE 0 END) AS elapsed_ms,
			SUM(CASE WHEN e.needs_review = 1 THEN ` + elapsed + ` ELSE 0 END) AS review_ms,
			COUNT(*) AS entries
		FROM ` + tables + `
		WHERE e.tenant_id = @tenant_id AND e.stopped_at IS NOT NULL AND e.voided_at IS NULL
			AND e.started_at > ` + start + ` - @max_length_ms AND e.started_at < ` + end + `
			AND (e.stopped_at > ` + start + ` OR e.started_at >= ` + start + `)` + where + grouping + `
		HAVING COUNT(*) > 0) g ` + strings.Join(names, " ") + `
	ORDER BY ` + strings.Join(order, ", "), args
}

// periodsText is what dialect.periods reads.
func periodsText(periods []timer.Period) string {
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
