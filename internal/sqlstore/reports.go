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
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/report"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
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
	g := s.grouping(query)
	var where engine.Filter
	if query.ByItem() {
		s.narrowItems(&where, query.Selection, g.item)
	}
	narrowed := ""
	if where.Text() != "" {
		narrowed = " WHERE d.entries >= 0" + where.Text()
	}
	sums, args := s.sums(query)
	adjusted := ""
	if query.Adjusted() {
		adjusted = ", SUM(d.adjusted_ms) AS adjusted_ms"
	}
	added := `SUM(d.total_ms - d.review_ms) AS elapsed_ms, SUM(d.total_ms - d.review_ms - d.unbilled_ms) AS billable_ms, SUM(d.review_ms) AS review_ms,
			SUM(d.entries) AS entries` + adjusted
	if len(query.Previous) > 0 {
		if query.Adjusted() {
			adjusted = ", SUM(CASE WHEN d.period < @first_previous THEN d.adjusted_ms ELSE 0 END) AS adjusted_ms"
		}
		added = `SUM(CASE WHEN d.period < @first_previous THEN d.total_ms - d.review_ms ELSE 0 END) AS elapsed_ms,
			SUM(CASE WHEN d.period < @first_previous THEN d.total_ms - d.review_ms - d.unbilled_ms ELSE 0 END) AS billable_ms,
			SUM(CASE WHEN d.period < @first_previous THEN d.review_ms ELSE 0 END) AS review_ms,
			SUM(CASE WHEN d.period < @first_previous THEN d.entries ELSE 0 END) AS entries,
			SUM(CASE WHEN d.period < @first_previous THEN 0 ELSE d.total_ms - d.review_ms END) AS previous_ms` + adjusted
		args = append(args, sql.Named("first_previous", firstPrevious(query)))
	}
	return `SELECT ` + strings.Join(g.columns, ", ") + `
	FROM (SELECT ` + g.told() + `,
			` + added + `
		FROM (` + sums + `) d` + g.joins + narrowed + `
		GROUP BY ` + g.groups() + `) g` + g.names + `
	ORDER BY ` + strings.Join(g.order, ", "), where.Args(args...)
}

// firstPrevious is the number of the first period to compare with. The ones before are the report's, and an empty one.
func firstPrevious(query report.Query) int { return len(query.Periods) + 1 }

// grouping is how the sums d become groups g with names.
type grouping struct {
	by      map[string]string // what tells a group, by its name in g; missing: nothing does
	item    itemFacts         // of the work items that joins has
	joins   string            // to the sums
	columns []string          // of the answer
	names   string            // joins to the groups
	order   []string
}

// groupColumns are what can tell a group. The sums have to be sorted. The columns with the most values come first, so that
// few comparisons need a second one.
var groupColumns = []string{
	"period", "user_id", "work_item_id", "parent_id", "project_id", "activity_id", "type", "site_id", "billable",
}

// told are the columns of g that tell a group.
func (g grouping) told() string {
	var columns []string
	always := map[string]string{"period": "0", "project_id": "NULL", "user_id": "NULL", "work_item_id": "NULL"}
	for _, name := range []string{
		"period", "project_id", "user_id", "work_item_id", "parent_id", "type", "site_id", "activity_id", "billable",
	} {
		by := cmp.Or(g.by[name], always[name])
		if by == "" {
			continue
		}
		columns = append(columns, by+" AS "+name)
	}
	return strings.Join(columns, ", ")
}

func (g grouping) groups() string {
	var groups []string
	for _, name := range groupColumns {
		if by, grouped := g.by[name]; grouped {
			groups = append(groups, by)
		}
	}
	return strings.Join(groups, ", ")
}

// grouping finds what a report's dimensions need. LEFT JOIN makes SQLite read the groups first, and only the names that they
// need.
func (s *Store) grouping(query report.Query) grouping {
	g := grouping{by: map[string]string{}, columns: []string{"g.period", "g.elapsed_ms", "g.billable_ms", "g.review_ms", "g.entries"}}
	if len(query.Previous) > 0 {
		g.columns = append(g.columns, "g.previous_ms")
	}
	if query.Adjusted() {
		g.columns = append(g.columns, "g.adjusted_ms")
	}
	g.join(query)
	for _, dimension := range query.GroupBy {
		switch dimension {
		case report.User:
			g.by["user_id"] = "d.user_id"
			g.columns = append(g.columns, "g.user_id", "u.name")
			g.names += " LEFT JOIN users u ON u.tenant_id = @tenant_id AND u.id = g.user_id"
			g.order = append(g.order, "u.name", "g.user_id")
		case report.Site:
			g.by["site_id"] = "p.site_id"
			g.columns = append(g.columns, "g.site_id", "a.tracker", "a.name")
			g.names += " LEFT JOIN sites a ON a.tenant_id = @tenant_id AND a.id = g.site_id"
			g.order = append(g.order, "a.name", "a.tracker", "g.site_id")
		case report.Project:
			g.by["project_id"] = "p.counts_as"
			g.columns = append(g.columns, "s.id", "s.tracker", "s.name", "g.project_id", "r.name")
			g.names += ` LEFT JOIN projects r ON r.tenant_id = @tenant_id AND r.id = g.project_id
				LEFT JOIN sites s ON s.tenant_id = @tenant_id AND s.id = r.site_id`
			g.order = append(g.order, "s.name", "r.name", "s.tracker", "g.project_id")
		case report.WorkItem:
			g.by["work_item_id"] = "d.work_item_id"
			g.nameItems("g.work_item_id", itemTables{"w", "i", "j", "t", "v"}, s.dialect.Length, query.Viewer)
		case report.Parent:
			g.by["parent_id"] = "o.id"
			g.nameItems("g.parent_id", itemTables{"pw", "pi", "pj", "pt", "pv"}, s.dialect.Length, query.Viewer)
		case report.Activity:
			g.by["activity_id"] = "d.activity_id"
			g.columns = append(g.columns, "g.activity_id", "k.name")
			g.names += " LEFT JOIN activities k ON k.tenant_id = @tenant_id AND k.id = g.activity_id"
			g.order = append(g.order, "k.name", "g.activity_id")
		case report.Billable:
			g.by["billable"] = "d.billable"
			g.columns, g.order = append(g.columns, "g.billable"), append(g.order, "g.billable DESC")
		case report.Type:
			g.by["type"] = g.item.itemType
			g.columns, g.order = append(g.columns, "g.type"), append(g.order, "g.type")
		default:
			g.by["period"] = "d.period"
			if len(query.Previous) > 0 {
				g.by["period"] = "d.period % @first_previous"
			}
			g.order = append(g.order, "g.period")
		}
	}
	return g
}

// join joins to the sums what the groups and the narrowing need.
func (g *grouping) join(query report.Query) {
	has := func(d report.Dimension) bool { return slices.Contains(query.GroupBy, d) }
	if has(report.Project) || has(report.Site) {
		g.joins = " JOIN projects p ON p.tenant_id = @tenant_id AND p.id = d.project_id"
	}
	parents := has(report.Parent) || query.Parents.Narrow()
	if !query.ByItem() && !has(report.Type) && !parents {
		return
	}
	g.item = entryItem(query.Selection)
	g.joins += " LEFT JOIN work_items w ON w.tenant_id = @tenant_id AND w.id = d.work_item_id"
	if !query.Viewer.IsZero() {
		g.joins += ` LEFT JOIN work_item_views v ON v.tenant_id = @tenant_id AND v.user_id = @user_id
			AND v.work_item_id = d.work_item_id`
	}
	if parents {
		g.joins += g.item.joinParent
	}
}

// itemTables are the aliases of the tables of a work item. shown is the project under which that of the item is shown, and
// view is the viewer's.
type itemTables struct{ item, project, shown, site, view string }

// nameItems joins the names of work items to the groups.
func (g *grouping) nameItems(id string, t itemTables, length string, viewer ids.User) {
	g.columns = append(g.columns, id, t.site+".id", t.site+".tracker", t.site+".name", t.shown+".id", t.shown+".name",
		t.item+".number", t.item+".title", t.item+".type")
	join := func(table, alias, on string) {
		g.names += "\n\t\t\t\tLEFT JOIN " + table + " " + alias + " ON " + alias + ".tenant_id = @tenant_id AND " + alias + on
	}
	join("work_items", t.item, ".id = "+id)
	join("projects", t.project, ".id = "+t.item+".project_id")
	join("projects", t.shown, ".id = "+t.project+".counts_as")
	join("sites", t.site, ".id = "+t.item+".site_id")
	// Trackers count their items, so 99 comes before 101.
	g.order = append(g.order, t.site+".name", t.shown+".name", t.site+".tracker", length+"("+t.item+".number)", t.item+".number", id)
	if !viewer.IsZero() {
		g.columns = append(g.columns, t.view+".title", t.view+".type", t.view+".read_at")
		join("work_item_views", t.view, ".user_id = @user_id AND "+t.view+".work_item_id = "+id)
	}
}

// sums adds up the entries and, where some count, the adjustments.
func (s *Store) sums(query report.Query) (text string, args []any) {
	text, args = s.entrySums(query)
	if !query.Adjusted() {
		return text, args
	}
	adjustments, more := s.adjustmentSums(query)
	return text + unionAll + adjustments, append(args, more...)
}

// adjustmentSums adds up adjustments by the days on which they count. What they are narrowed by is a part of what entries are,
// with the same parameters.
func (s *Store) adjustmentSums(query report.Query) (text string, args []any) {
	columns := strings.Join(indexOrder(query), ", ")
	var where engine.Filter
	s.narrowSums(&where, ofAdjustments(query.Selection))
	narrowAdjustments(&where, query.Selection)
	// CROSS JOIN makes SQLite read the days first, and then for each the adjustments of it.
	return `SELECT p.period AS period, ` + columns + `, SUM(e.ms) AS total_ms,
			SUM(CASE WHEN e.billable = 0 THEN e.ms ELSE 0 END) AS unbilled_ms, 0 AS review_ms, 0 AS entries, SUM(e.ms) AS adjusted_ms
		FROM ` + s.dialect.Periods("@days") + ` p CROSS JOIN adjustments e
		WHERE e.tenant_id = @tenant_id AND e.day >= p.period_start AND e.day < p.period_end AND e.ms <> 0` + where.Text() + `
		GROUP BY p.period, ` + columns, []any{sql.Named("days", daysText(query))}
}

// ofAdjustments leaves out what adjustments e have no column of. report.Query has no days when none counts.
func ofAdjustments(selection timer.Selection) timer.Selection {
	selection.NeedsReview, selection.Approved, selection.Note = nil, nil, ""
	return selection
}

// narrowSums adds what a report's entries or adjustments e can be narrowed to by their own columns.
func (s *Store) narrowSums(where *engine.Filter, selection timer.Selection) {
	if len(selection.Projects) > 0 {
		where.And(`e.project_id IN (SELECT c.id FROM projects c WHERE c.tenant_id = @tenant_id AND c.counts_as IN `+
			s.dialect.IDs("@projects")+`)`, sql.Named("projects", idList(selection.Projects)))
	}
	if len(selection.Sites) > 0 {
		where.And(`e.project_id IN (SELECT f.id FROM projects f WHERE f.tenant_id = @tenant_id AND f.site_id IN `+
			s.dialect.IDs("@sites")+`)`, sql.Named("sites", idList(selection.Sites)))
	}
	s.narrow(where, selection)
}

// entrySums cuts the entries at the periods' borders and adds them up.
func (s *Store) entrySums(query report.Query) (text string, args []any) {
	sums := entryPart{columns: indexOrder(query), adjusted: query.Adjusted(), sumWhere: s.dialect.SumWhere}
	args = []any{sql.Named("max_length_ms", timer.MaxLength.Milliseconds())}
	var where engine.Filter
	s.narrowSums(&where, query.Selection)
	sums.narrow, args = where.Text(), where.Args(args...)
	unit, bias := query.Rounding.Terms()
	if sums.rounded = unit > 1; sums.rounded {
		args = append(args, sql.Named("unit_ms", unit), sql.Named("bias_ms", bias))
	}
	if byRange(query) {
		onePerson := len(query.Users) == 1
		text, more := sums.ofRange(query.Periods[0], "", onePerson)
		args = append(args, more...)
		for _, previous := range query.Previous {
			sums.number = "@first_previous"
			ranged, more := sums.ofRange(previous, "previous_", onePerson)
			text, args = text+unionAll+ranged, append(args, more...)
		}
		return text, args
	}
	// CROSS JOIN makes SQLite read the periods first, and then for each the entries that can share time with it.
	sums.periods, sums.number = s.dialect.Periods("@periods")+" p CROSS JOIN ", "p.period"
	sums.start, sums.end = "p.period_start", "p.period_end"
	return sums.text("e.started_at > p.period_start - @max_length_ms AND e.started_at < p.period_end"),
		append(args, sql.Named("periods", periodsText(query)))
}

const unionAll = "\nUNION ALL\n"

// byRange says whether a report has one period, and at most one to compare with, each with a length.
func byRange(query report.Query) bool {
	empty := func(p calendar.Period) bool { return !p.Start.Before(p.End) }
	return len(query.Periods) == 1 && len(query.Previous) <= 1 && !slices.ContainsFunc(query.Periods, empty) &&
		!slices.ContainsFunc(query.Previous, empty)
}

// ofRange adds up a single period. Its parameters' names begin with a prefix.
func (p entryPart) ofRange(period calendar.Period, prefix string, onePerson bool) (text string, args []any) {
	from, to := period.Start, period.End
	p.start, p.end = "@"+prefix+"from", "@"+prefix+"to"
	args = []any{sql.Named(prefix+"from", from.UnixMilli()), sql.Named(prefix+"to", to.UnixMilli())}
	if onePerson {
		return p.text("e.started_at > " + p.start + " - @max_length_ms AND e.started_at < " + p.end), args
	}
	// Most of a long range is added up by months in the order of the report's index, which needs no sorting. The rest
	// is found by its start. The "+" keeps SQLite from that index where months are read.
	inMonths := p
	inMonths.start = ""
	parts := startsWithin(from, to)
	headTo, tailFrom, firstMonth, lastMonth := "@"+prefix+"head_to", "@"+prefix+"tail_from", "@"+prefix+"first_month", "@"+prefix+"last_month"
	args = append(args, sql.Named(headTo[1:], parts.headTo.UnixMilli()), sql.Named(tailFrom[1:], parts.tailFrom.UnixMilli()),
		sql.Named(firstMonth[1:], monthNumber(parts.headTo)))
	months := "e.counted_month = " + firstMonth
	if last := monthNumber(parts.tailFrom.Add(-time.Millisecond)); last > monthNumber(parts.headTo) {
		inMonths.bucket, months = "e.counted_month, ", "e.counted_month >= "+firstMonth+" AND e.counted_month <= "+lastMonth
		args = append(args, sql.Named(lastMonth[1:], last))
	}
	// A whole month needs no look at the start of each entry.
	if calendar.MonthOf(parts.headTo).From().Before(parts.headTo) {
		months += " AND +e.started_at >= " + headTo
	}
	if calendar.MonthOf(parts.tailFrom).From().Before(parts.tailFrom) {
		months += " AND +e.started_at < " + tailFrom
	}
	return inMonths.text(months) +
		unionAll + p.text("e.started_at > "+p.start+" - @max_length_ms AND e.started_at < "+headTo) +
		unionAll + p.text("e.started_at >= "+tailFrom+" AND e.started_at < "+p.end), args
}

// entryPart adds up a part of the entries.
type entryPart struct {
	columns    []string
	bucket     string // the index's columns before these
	periods    string // the table of periods; empty for a single period
	number     string // of the period; empty: 0
	start, end string // of the period; start is empty when no entry begins before it
	narrow     string
	rounded    bool
	adjusted   bool // adjustments follow, which have a column of their own
	sumWhere   func(value, condition string) string
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
	number, adjusted := cmp.Or(p.number, "0"), ""
	if p.adjusted {
		adjusted = ", 0 AS adjusted_ms"
	}
	if p.periods != "" {
		groups = number + ", " + groups
	}
	// Most time is billable. What isn't takes less to add up.
	return `SELECT ` + number + ` AS period, ` + strings.Join(p.columns, ", ") + `,
			SUM(` + elapsed + `) AS total_ms,
			` + p.sumWhere(elapsed, "e.billable = 0 AND e.needs_review = 0") + ` AS unbilled_ms,
			` + p.sumWhere(elapsed, "e.needs_review = 1") + ` AS review_ms,
			COUNT(*) AS entries` + adjusted + `
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
// in this order needs no sorting, even when a column in between isn't asked for. Activity and billable come behind what is
// added up, so that they are sorted for.
func indexOrder(query report.Query) []string {
	columns := []string{"e.project_id", "e.user_id", "e.work_item_id"}
	has := func(d report.Dimension) bool { return slices.Contains(query.GroupBy, d) }
	switch {
	case has(report.WorkItem), has(report.Parent), has(report.Type), query.ByItem():
	case has(report.User):
		columns = columns[:2]
	default:
		columns = columns[:1]
	}
	if has(report.Activity) {
		columns = append(columns, "e.activity_id")
	}
	if has(report.Billable) {
		columns = append(columns, "e.billable")
	}
	return columns
}

// periodsText writes the periods as dialect.Periods reads them, and after an empty one those to compare with.
func periodsText(query report.Query) string {
	text := []byte{'['}
	add := func(from, to int64) {
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = fmt.Appendf(text, "[%d,%d]", from, to)
	}
	periods := query.Periods
	if len(query.Previous) > 0 {
		periods = slices.Concat(periods, make([]calendar.Period, 1), query.Previous)
	}
	for _, p := range periods {
		if p.Start.Before(p.End) {
			add(p.Start.UnixMilli(), p.End.UnixMilli())
			continue
		}
		add(0, -timer.MaxLength.Milliseconds()) // no entry begins less than that before its start, and before its end
	}
	return string(append(text, ']'))
}

// daysText writes the days of the periods as dialect.Periods reads them, numbered as those of periodsText.
func daysText(query report.Query) string {
	parts := query.Days
	if len(query.PreviousDays) > 0 {
		parts = slices.Concat(parts, make([]calendar.Part, 1), query.PreviousDays)
	}
	text := []byte{'['}
	for i, part := range parts {
		if i > 0 {
			text = append(text, ',')
		}
		text = fmt.Appendf(text, "[%d,%d]", part.From.Number(), part.To.Number())
	}
	return string(append(text, ']'))
}

// scanTimeRow reads a row of timeRows. Whatever is missing is null.
func scanTimeRow(rows *sql.Rows, query report.Query) (r report.Row, err error) {
	targets := []any{&r.Period, &r.ElapsedMS, &r.BillableMS, &r.ReviewMS, &r.Entries}
	if len(query.Previous) > 0 {
		targets = append(targets, &r.PreviousMS)
	}
	if query.Adjusted() {
		targets = append(targets, &r.AdjustedMS)
	}
	item := func(w *workitem.WorkItem) {
		targets = append(targets, &w.ID, &w.Site.ID, nullable[workitem.Tracker]{&w.Site.Tracker}, nullable[string]{&w.Site.Name},
			&w.Project.ID, nullable[string]{&w.Project.Name}, nullable[string]{&w.Number}, nullable[string]{&w.Title}, nullable[string]{&w.Type})
		if !query.Viewer.IsZero() {
			v := &w.View
			targets = append(targets, nullable[string]{&v.Title}, nullable[string]{&v.Type}, instant{&v.ReadAt})
		}
	}
	for _, dimension := range query.GroupBy {
		switch dimension {
		case report.User:
			targets = append(targets, &r.User.ID, &r.User.Name)
		case report.Site:
			targets = append(targets, &r.Site.ID, &r.Site.Tracker, &r.Site.Name)
		case report.Project:
			targets = append(targets, &r.Site.ID, &r.Site.Tracker, &r.Site.Name, &r.Project.ID, &r.Project.Name)
		case report.WorkItem:
			item(&r.WorkItem)
		case report.Parent:
			item(&r.Parent)
		case report.Type:
			targets = append(targets, &r.Type)
		case report.Activity:
			targets = append(targets, &r.Activity.ID, &r.Activity.Name)
		case report.Billable:
			targets = append(targets, &r.Billable)
		default: // the period, which every row has
		}
	}
	return r, rows.Scan(targets...)
}
