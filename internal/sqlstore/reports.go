package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/report"
	"timetracker/internal/timer"
)

// errEnough ends the reading when the caller wants no more rows.
var errEnough = errors.New("enough")

// TimeRows implements report.Store. It reads what is committed, also within a transaction.
func (s *Store) TimeRows(ctx context.Context, id ids.Tenant, query report.Query) iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		text, args := s.timeRows(query)
		err := s.db.Stream(ctx, tenantKey(id), func(rows *sql.Rows) error {
			row, err := scanTimeRow(rows, query)
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

// timeRows builds the statement. It adds up the sums of entrySums to the groups, and joins the names to the groups.
func (s *Store) timeRows(query report.Query) (text string, args []any) {
	group := map[string]string{"period": "0", "project_id": "NULL", "user_id": "NULL", "work_item_id": "NULL"}
	columns, merged, names := []string{"g.period", "g.elapsed_ms", "g.review_ms", "g.entries"}, "", ""
	var order []string
	for _, dimension := range query.GroupBy {
		// LEFT JOIN makes SQLite read the groups first, and only the names that they need.
		switch dimension {
		case report.User:
			group["user_id"] = "d.user_id"
			columns = append(columns, "g.user_id", "u.name")
			names += " LEFT JOIN users u ON u.tenant_id = @tenant_id AND u.id = g.user_id"
			order = append(order, "u.name", "g.user_id")
		case report.Project:
			group["project_id"] = "p.counts_as"
			merged = " JOIN projects p ON p.tenant_id = @tenant_id AND p.id = d.project_id"
			columns = append(columns, "s.id", "s.tracker", "s.name", "g.project_id", "r.name")
			names += ` LEFT JOIN projects r ON r.tenant_id = @tenant_id AND r.id = g.project_id
				LEFT JOIN sites s ON s.tenant_id = @tenant_id AND s.id = r.site_id`
			order = append(order, "s.name", "r.name", "s.tracker", "g.project_id")
		case report.WorkItem:
			group["work_item_id"] = "d.work_item_id"
			columns = append(columns, "g.work_item_id", "t.id", "t.tracker", "t.name", "j.id", "j.name", "w.number", "w.title", "w.type")
			names += ` LEFT JOIN work_items w ON w.tenant_id = @tenant_id AND w.id = g.work_item_id
				LEFT JOIN projects i ON i.tenant_id = @tenant_id AND i.id = w.project_id
				LEFT JOIN projects j ON j.tenant_id = @tenant_id AND j.id = i.counts_as
				LEFT JOIN sites t ON t.tenant_id = @tenant_id AND t.id = w.site_id`
			// Trackers count their items, so 99 comes before 101.
			order = append(order, "t.name", "j.name", "t.tracker", s.dialect.Length+"(w.number)", "w.number", "g.work_item_id")
			if !query.User.IsZero() { // otherwise it is for admins, who need no view
				columns = append(columns, "v.title", "v.type", "v.read_at")
				names += ` LEFT JOIN work_item_views v ON v.tenant_id = @tenant_id AND v.user_id = @user_id
					AND v.work_item_id = g.work_item_id`
			}
		default:
			group["period"] = "d.period"
			order = append(order, "g.period")
		}
	}
	// The sums have to be sorted. The columns with the most values come first, so that few comparisons need a second
	// one.
	var groups []string
	for _, column := range []string{"period", "user_id", "work_item_id", "project_id"} {
		if by := group[column]; by != "0" && by != "NULL" {
			groups = append(groups, by)
		}
	}
	sums, args := s.entrySums(query)
	return `SELECT ` + strings.Join(columns, ", ") + `
	FROM (SELECT ` + group["period"] + ` AS period, ` + group["project_id"] + ` AS project_id, ` +
		group["user_id"] + ` AS user_id, ` + group["work_item_id"] + ` AS work_item_id,
			SUM(d.total_ms - d.review_ms) AS elapsed_ms, SUM(d.review_ms) AS review_ms, SUM(d.entries) AS entries
		FROM (` + sums + `) d` + merged + `
		GROUP BY ` + strings.Join(groups, ", ") + `) g` + names + `
	ORDER BY ` + strings.Join(order, ", "), args
}

// entrySums cuts the entries at the periods' borders and adds them up.
func (s *Store) entrySums(query report.Query) (text string, args []any) {
	sums := entryPart{columns: indexOrder(query.GroupBy)}
	args = []any{sql.Named("max_length_ms", timer.MaxLength.Milliseconds())}
	if len(query.Projects) > 0 {
		sums.narrow = ` AND e.project_id IN (SELECT c.id FROM projects c WHERE c.tenant_id = @tenant_id AND c.counts_as IN ` +
			s.dialect.IDs("@projects") + `)`
		args = append(args, sql.Named("projects", idList(query.Projects)))
	}
	if !query.User.IsZero() {
		sums.narrow += ` AND e.user_id = @user_id`
		args = append(args, sql.Named("user_id", query.User))
	}
	unit, bias := query.Rounding.Terms()
	if sums.rounded = unit > 1; sums.rounded {
		args = append(args, sql.Named("unit_ms", unit), sql.Named("bias_ms", bias))
	}
	if len(query.Periods) != 1 {
		// CROSS JOIN makes SQLite read the periods first, and then for each the entries that can share time with it.
		sums.periods, sums.period = s.dialect.Periods+" p CROSS JOIN ", "p.period"
		sums.start, sums.end = "p.period_start", "p.period_end"
		return sums.text("e.started_at > p.period_start - @max_length_ms AND e.started_at < p.period_end"),
			append(args, sql.Named("periods", periodsText(query.Periods)))
	}
	sums.period, sums.start, sums.end = "0", "@from", "@to"
	from, to := query.Periods[0].Start, query.Periods[0].End
	args = append(args, sql.Named("from", from.UnixMilli()), sql.Named("to", to.UnixMilli()))
	if !query.User.IsZero() {
		return sums.text("e.started_at > @from - @max_length_ms AND e.started_at < @to"), args
	}
	// Most of a long range is added up by months in the order of the report's index, which needs no sorting. The rest
	// is found by its start. The "+" keeps SQLite from that index where months are read.
	inMonths := sums
	inMonths.start = ""
	parts := startsWithin(from, to)
	args = append(args, sql.Named("head_to", parts.headTo.UnixMilli()), sql.Named("tail_from", parts.tailFrom.UnixMilli()),
		sql.Named("first_month", monthNumber(parts.headTo)))
	months := "e.counted_month = @first_month"
	if last := monthNumber(parts.tailFrom.Add(-time.Millisecond)); last > monthNumber(parts.headTo) {
		inMonths.bucket, months = "e.counted_month, ", "e.counted_month >= @first_month AND e.counted_month <= @last_month"
		args = append(args, sql.Named("last_month", last))
	}
	return inMonths.text(months+" AND +e.started_at BETWEEN @head_to AND @tail_from - 1") +
		"\nUNION ALL\n" + sums.text("e.started_at > @from - @max_length_ms AND e.started_at < @head_to") +
		"\nUNION ALL\n" + sums.text("e.started_at >= @tail_from AND e.started_at < @to"), args
}

// entryPart adds up a part of the entries.
type entryPart struct {
	columns    []string
	bucket     string // the index's columns before these
	periods    string // the table of periods; empty for a single period
	period     string
	start, end string // of the period; start is empty when no entry begins before it
	narrow     string
	rounded    bool
}

func (p entryPart) text(within string) string {
	started := "e.started_at"
	if p.start != "" {
		started = "CASE WHEN e.started_at > " + p.start + " THEN e.started_at ELSE " + p.start + " END"
		// An entry without length belongs to the period in which it started.
		within += " AND e.stopped_at IS NOT NULL AND e.voided_at IS NULL AND (e.stopped_at > " + p.start + " OR e.started_at >= " + p.start + ")"
	}
	elapsed := "(CASE WHEN e.stopped_at < " + p.end + " THEN e.stopped_at ELSE " + p.end + " END - " + started + ")"
	if p.rounded {
		elapsed = "((" + elapsed + " + @bias_ms) / @unit_ms * @unit_ms)"
	}
	groups := p.bucket + strings.Join(p.columns, ", ")
	if p.period != "0" {
		groups = p.period + ", " + groups
	}
	return `SELECT ` + p.period + ` AS period, ` + strings.Join(p.columns, ", ") + `,
			SUM(` + elapsed + `) AS total_ms,
			SUM(CASE WHEN e.needs_review = 1 THEN ` + elapsed + ` ELSE 0 END) AS review_ms,
			COUNT(*) AS entries
		FROM ` + p.periods + `time_entries e
		WHERE e.tenant_id = @tenant_id AND ` + within + p.narrow + `
		GROUP BY ` + groups
}

// starts cuts the starts of a range's entries into three parts. The middle one, from headTo on and before tailFrom, is
// read by months.
type starts struct{ headTo, tailFrom time.Time }

// fewDays is the longest part of a month that is found faster by its start, which reads each entry's row, than by the
// whole month.
const fewDays = 7 * 24 * time.Hour

// startsWithin cuts the starts of entries that share time with [from, to).
func startsWithin(from, to time.Time) starts {
	if to.Sub(from) <= fewDays {
		return starts{headTo: to, tailFrom: to}
	}
	s := starts{headTo: from, tailFrom: to}
	if begins := calendar.MonthOf(s.headTo).To(); begins.Sub(s.headTo) <= fewDays && begins.Before(s.tailFrom) {
		s.headTo = begins
	}
	if begins := calendar.MonthOf(s.tailFrom).From(); s.tailFrom.Sub(begins) <= fewDays && begins.After(s.headTo) {
		s.tailFrom = begins
	}
	return s
}

// indexOrder gives the columns of the report's index after the month, up to the last that the report needs. Adding up
// in this order needs no sorting, even when a column in between isn't asked for.
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

// periodsText writes periods as dialect.Periods reads them.
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

// scanTimeRow reads a row of timeRows.
func scanTimeRow(rows *sql.Rows, query report.Query) (r report.Row, err error) {
	targets := []any{&r.Period, &r.ElapsedMS, &r.ReviewMS, &r.Entries}
	for _, dimension := range query.GroupBy {
		switch dimension {
		case report.User:
			targets = append(targets, &r.User.ID, &r.User.Name)
		case report.Project:
			targets = append(targets, &r.Site.ID, &r.Site.Tracker, &r.Site.Name, &r.Project.ID, &r.Project.Name)
		case report.WorkItem:
			w := &r.WorkItem
			targets = append(targets, &w.ID, &w.Site.ID, &w.Site.Tracker, &w.Site.Name, &w.Project.ID, &w.Project.Name,
				&w.Number, &w.Title, &w.Type)
			if !query.User.IsZero() {
				v := &w.View
				targets = append(targets, nullable[string]{&v.Title}, nullable[string]{&v.Type}, instant{&v.ReadAt})
			}
		default: // the period, which every row has
		}
	}
	return r, rows.Scan(targets...)
}
