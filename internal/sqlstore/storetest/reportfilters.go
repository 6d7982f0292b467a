package storetest

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
)

// filtered is a company whose entries and adjustments differ in all that a report can be narrowed by.
type filtered struct {
	*company
	items       []workitem.WorkItem // 10 is the parent of 11 and 12; the last one is of another site
	review      tenant.Activity
	entries     []timer.Entry
	adjustments []timesheet.Adjustment
}

// reportRange are the days of the reports, and the instants between which they lie.
var reportRange = struct {
	parts    []calendar.Part
	from, to time.Time
}{[]calendar.Part{{From: firstDay, To: firstDay.AddDays(4)}}, day, day.AddDate(0, 0, 4)}

func newFiltered(t *testing.T, store Store) *filtered {
	t.Helper()
	f := &filtered{company: newCompany(t, store)}
	f.items = []workitem.WorkItem{item("Payments", "10"), item("Payments", "11"), item("Storefront", "12"), itemOf("fabrikam", "Shop", "5")}
	f.know(f.items...)
	f.review = tenant.Activity{ID: ids.New[ids.Activity](), Name: "Review", Position: 1, Revision: 1}
	f.tx(func(ctx context.Context) error {
		if _, err := store.LockTenant(ctx, f.tenant.ID); err != nil {
			return err
		}
		return store.InsertActivity(ctx, f.tenant.ID, f.review)
	})
	for i, reading := range []workitem.Reading{{State: "New"}, {State: "Active", Parent: "10"}, {State: "Closed", Parent: "10"}} {
		reading.Revision, reading.At = 1, at(8, 0)
		w := &f.items[i]
		w.Type, w.Reading = []string{"User Story", "Task", "Bug"}[i], reading
		seen := workitem.Item{ID: w.ID, Number: w.Number, ProjectID: w.Project.ID, Title: w.Title, Type: w.Type, Reading: reading}
		f.tx(func(ctx context.Context) error {
			return store.Observe(ctx, f.tenant.ID, f.ada.ID, []workitem.Observation{{Item: seen, Seen: true, At: at(8, 0)}})
		})
	}
	week := newWeek(f.ada, 0, at(48, 0))
	week.Status, week.ApprovedThrough = timesheet.Approved, at(36, 0)
	week.DecidedAt, week.DecidedBy = at(48, 0), tenant.UserRef{ID: f.bob.ID, Name: f.bob.Name}
	f.keepWeek(week)
	f.record(rand.New(rand.NewPCG(13, 14)))
	return f
}

// record saves entries and adjustments at random.
func (f *filtered) record(random *rand.Rand) {
	f.t.Helper()
	users, activities := []tenant.User{f.ada, f.bob}, []tenant.ActivityRef{development.Ref(), f.review.Ref()}
	work := func() workitem.WorkItem {
		w := f.items[random.IntN(len(f.items))]
		if random.IntN(6) == 0 {
			return workitem.WorkItem{Site: w.Site, Project: w.Project}
		}
		return w
	}
	for range 200 {
		started := day.Add(time.Duration(random.Int64N(5*24*3_600_000)-12*3_600_000) * time.Millisecond)
		e := entry(users[random.IntN(2)], work(), started, started.Add(time.Duration(random.Int64N(9*3_600_000))*time.Millisecond))
		e.Activity, e.Billable, e.NeedsReview = activities[random.IntN(2)], random.IntN(2) == 0, random.IntN(4) == 0
		e.Note = []string{"", "Call with ZOË", "100 %"}[random.IntN(3)]
		f.entries = append(f.entries, e)
	}
	if err := f.save(timer.Changeset{Insert: f.entries}); err != nil {
		f.t.Fatal(err)
	}
	for range 60 {
		user, w := users[random.IntN(2)], work()
		a := timesheet.Adjustment{
			ID: ids.New[ids.Adjustment](), User: tenant.UserRef{ID: user.ID, Name: user.Name}, ForDay: firstDay.AddDays(-7), Day: firstDay.AddDays(random.IntN(6) - 1),
			WorkItem: w, ProjectID: w.Project.ID, Activity: activities[random.IntN(2)], Billable: random.IntN(2) == 0,
			Length: time.Duration(random.Int64N(7_200_000)-7_200_001)*time.Millisecond + time.Duration(random.IntN(2))*2*time.Hour,
			Reason: "Was a break 🕰", By: tenant.UserRef{ID: f.bob.ID, Name: f.bob.Name}, At: at(9+31*random.IntN(2), 0),
		}
		if random.IntN(3) == 0 {
			a.Entry = f.entries[random.IntN(len(f.entries))].ID
		}
		f.adjustments = append(f.adjustments, a)
		f.tx(func(ctx context.Context) error { return f.store.InsertAdjustment(ctx, f.tenant.ID, a) })
	}
}

// approved says whether all of an entry lies in Ada's approved time.
func (f *filtered) approved(e timer.Entry) bool {
	return e.User.ID == f.ada.ID && !e.StartedAt.Before(at(0, 0)) && !e.StoppedAt.After(at(36, 0))
}

// adjustmentApproved says whether an adjustment is approved: a settlement, when it was there as Ada's week was handed in.
func (f *filtered) adjustmentApproved(a timesheet.Adjustment) bool {
	return a.Entry.IsZero() || (a.User.ID == f.ada.ID && a.At.Before(at(36, 0)))
}

// testReportFilters narrows reports, and the lists behind them, by everything, with adjustments.
func testReportFilters(t *testing.T, store Store) {
	f := newFiltered(t, store)
	yes, no := new(bool), new(bool)
	*yes = true
	of := func(numbers ...string) func(timer.Entry) bool {
		return func(e timer.Entry) bool { return slices.Contains(numbers, e.WorkItem.Number) }
	}
	all := func(timer.Entry) bool { return true }
	general := func(e timer.Entry) bool { return e.General() }
	parent, child := f.items[0], f.items[1]
	for _, test := range []struct {
		name      string
		selection timer.Selection
		keep      func(timer.Entry) bool
		adjusted  func(timesheet.Adjustment) bool // nil: as entries
		bare      bool                            // no adjustment can be of it
	}{
		{name: "nothing", keep: all},
		{name: "a person", selection: timer.Selection{Users: []ids.User{f.bob.ID}}, keep: func(e timer.Entry) bool { return e.User.ID == f.bob.ID }},
		{name: "two people", selection: timer.Selection{Users: []ids.User{f.bob.ID, f.ada.ID}}, keep: all},
		{name: "a site", selection: timer.Selection{Sites: []ids.Site{f.items[3].Site.ID}}, keep: func(e timer.Entry) bool { return e.WorkItem.Site.Name == "fabrikam" }},
		{name: "a project", selection: timer.Selection{Projects: []ids.Project{f.items[2].Project.ID}}, keep: func(e timer.Entry) bool { return e.WorkItem.Project.Name == "Storefront" }},
		{name: "an item", selection: timer.Selection{WorkItems: timer.Items{IDs: []ids.WorkItem{child.ID}}}, keep: of("11")},
		{name: "no item", selection: timer.Selection{WorkItems: timer.Items{None: true}}, keep: general},
		{name: "an item or none", selection: timer.Selection{WorkItems: timer.Items{IDs: []ids.WorkItem{child.ID}, None: true}},
			keep: func(e timer.Entry) bool { return general(e) || of("11")(e) }},
		{name: "a parent", selection: timer.Selection{Parents: timer.Items{IDs: []ids.WorkItem{parent.ID}}}, keep: of("11", "12")},
		{name: "no parent", selection: timer.Selection{Parents: timer.Items{None: true}}, keep: func(e timer.Entry) bool { return !of("11", "12")(e) }},
		{name: "types", selection: timer.Selection{Types: []string{"Bug", "User Story"}}, keep: of("10", "12")},
		{name: "no type", selection: timer.Selection{Types: []string{""}}, keep: general},
		{name: "a state", selection: timer.Selection{States: []string{"Closed"}}, keep: of("12")},
		{name: "a state as Ada sees it", selection: timer.Selection{Users: []ids.User{f.ada.ID}, Viewer: f.ada.ID, States: []string{"Active"}},
			keep: func(e timer.Entry) bool { return e.User.ID == f.ada.ID && of("11")(e) }},
		{name: "no state as Bob sees it", selection: timer.Selection{Users: []ids.User{f.bob.ID}, Viewer: f.bob.ID, States: []string{""}},
			keep: func(e timer.Entry) bool { return e.User.ID == f.bob.ID }},
		{name: "an activity", selection: timer.Selection{Activities: []ids.Activity{f.review.ID}}, keep: func(e timer.Entry) bool { return e.Activity.ID == f.review.ID }},
		{name: "billable", selection: timer.Selection{Billable: yes}, keep: func(e timer.Entry) bool { return e.Billable }},
		{name: "not billable", selection: timer.Selection{Billable: no}, keep: func(e timer.Entry) bool { return !e.Billable }},
		{name: "approved", selection: timer.Selection{Approved: yes}, keep: f.approved, adjusted: f.adjustmentApproved},
		{name: "not approved", selection: timer.Selection{Approved: no}, keep: func(e timer.Entry) bool { return !f.approved(e) },
			adjusted: func(a timesheet.Adjustment) bool { return !f.adjustmentApproved(a) }},
		{name: "under review", selection: timer.Selection{NeedsReview: yes}, keep: func(e timer.Entry) bool { return e.NeedsReview }, bare: true},
		{name: "not under review", selection: timer.Selection{NeedsReview: no}, keep: func(e timer.Entry) bool { return !e.NeedsReview }},
		{name: "a note", selection: timer.Selection{Note: "zoë"}, keep: func(e timer.Entry) bool { return strings.Contains(e.Note, "ZOË") }, bare: true},
		{name: "several", selection: timer.Selection{Billable: yes, Types: []string{"Task", "Bug"}, Projects: []ids.Project{f.items[0].Project.ID}},
			keep: func(e timer.Entry) bool { return e.Billable && of("11")(e) }},
	} {
		if test.adjusted == nil && !test.bare {
			test.adjusted = func(a timesheet.Adjustment) bool {
				return test.keep(timer.Entry{User: a.User, WorkItem: a.WorkItem, Activity: a.Activity, Billable: a.Billable})
			}
		}
		f.compare(test.name, test.selection, test.keep, test.adjusted)
	}
}

// compare holds a report by people, and the list behind it in pages and as a whole, against sums that are made one by one.
func (f *filtered) compare(name string, selection timer.Selection, keep func(timer.Entry) bool, keepAdjusted func(timesheet.Adjustment) bool) {
	f.t.Helper()
	want, kept := f.addUp(keep, keepAdjusted)
	query := report.Query{
		Selection: selection, Periods: whole(reportRange.from, reportRange.to), Days: reportRange.parts, GroupBy: []report.Dimension{report.User},
	}
	list := report.EntriesQuery{Selection: selection, From: reportRange.from, To: reportRange.to}
	if keepAdjusted != nil {
		for d := firstDay; d != reportRange.parts[0].To; d = d.AddDays(1) {
			list.Days = append(list.Days, report.DayBegin{Day: d, At: time.Date(d.Year, d.Month, d.Date, 0, 0, 0, 0, time.UTC)})
		}
	} else {
		query.Days = nil
	}
	equal(f.t, name, rows(f.t, f.store, f.tenant.ID, query), want)

	// The order of ids of the same instant is the database's.
	inOrder := func(all []report.Counted) []report.Counted {
		slices.SortStableFunc(all, func(a, b report.Counted) int { return placeOf(a).At.Compare(placeOf(b).At) })
		return all
	}
	read := func(request page.Request) (found []report.Counted) {
		f.t.Helper()
		for counted, err := range f.store.EntriesIn(f.t.Context(), f.tenant.ID, list, request) {
			if err != nil {
				f.t.Fatal(err)
			}
			found = append(found, report.Counted{
				Entry:      timer.Entry{ID: counted.Entry.ID, User: counted.Entry.User, Activity: counted.Entry.Activity, Billable: counted.Entry.Billable, StartedAt: counted.Entry.StartedAt},
				Adjustment: counted.Adjustment, Approved: counted.Approved,
			})
		}
		return found
	}
	all := read(page.Request{})
	equal(f.t, name+", in order", inOrder(slices.Clone(all)), all)
	byID := func(all []report.Counted) []report.Counted {
		slices.SortFunc(all, func(a, b report.Counted) int {
			one, other := placeOf(a).ID, placeOf(b).ID
			return slices.Compare(one[:], other[:])
		})
		return all
	}
	equal(f.t, name+", one by one", byID(slices.Clone(all)), byID(kept))
	var paged []report.Counted
	for request := (page.Request{Limit: 9}); ; {
		found := read(request)
		if paged = append(paged, found...); len(found) < request.Limit {
			break
		}
		request.After = placeOf(found[len(found)-1])
	}
	equal(f.t, name+", in pages", paged, all)
}

// placeOf is where something stands in a list of UTC.
func placeOf(c report.Counted) page.Position {
	if c.Adjusts() {
		d := c.Adjustment.Day
		return page.Position{At: time.Date(d.Year, d.Month, d.Date, 0, 0, 0, 0, time.UTC), ID: ids.Any(c.Adjustment.ID)}
	}
	return page.Position{At: c.Entry.StartedAt, ID: ids.Any(c.Entry.ID)}
}

// addUp gives the rows by people, and what is in them.
func (f *filtered) addUp(keep func(timer.Entry) bool, keepAdjusted func(timesheet.Adjustment) bool) (sums []report.Row, kept []report.Counted) {
	byUser := map[ids.User]*report.Row{}
	row := func(user timer.UserRef) *report.Row {
		if byUser[user.ID] == nil {
			byUser[user.ID] = &report.Row{User: user}
		}
		return byUser[user.ID]
	}
	for _, e := range f.entries {
		from, to := calendar.Later(e.StartedAt, reportRange.from), e.StoppedAt
		if to.After(reportRange.to) {
			to = reportRange.to
		}
		if !from.Before(to) || !keep(e) {
			continue
		}
		r, ms := row(e.User), to.Sub(from).Milliseconds()
		r.Entries++
		switch {
		case e.NeedsReview:
			r.ReviewMS += ms
		case e.Billable:
			r.ElapsedMS, r.BillableMS = r.ElapsedMS+ms, r.BillableMS+ms
		default:
			r.ElapsedMS += ms
		}
		kept = append(kept, report.Counted{
			Entry:    timer.Entry{ID: e.ID, User: e.User, Activity: e.Activity, Billable: e.Billable, StartedAt: e.StartedAt},
			Approved: f.approved(e),
		})
	}
	for _, a := range f.adjustments {
		within := firstDay.DaysUntil(a.Day) >= 0 && a.Day.DaysUntil(reportRange.parts[0].To) > 0
		if keepAdjusted == nil || !within || !keepAdjusted(a) {
			continue
		}
		r, ms := row(a.User), a.Length.Milliseconds()
		r.ElapsedMS, r.AdjustedMS = r.ElapsedMS+ms, r.AdjustedMS+ms
		if a.Billable {
			r.BillableMS += ms
		}
		kept = append(kept, report.Counted{
			Entry:      timer.Entry{User: a.User, Activity: a.Activity, Billable: a.Billable},
			Adjustment: report.Adjustment{ID: a.ID, Day: a.Day, ForDay: a.ForDay, Length: a.Length, Reason: a.Reason, Entry: a.Entry},
			Approved:   f.adjustmentApproved(a),
		})
	}
	for _, user := range []tenant.User{f.ada, f.bob} {
		if byUser[user.ID] != nil {
			sums = append(sums, *byUser[user.ID])
		}
	}
	return sums, kept
}
