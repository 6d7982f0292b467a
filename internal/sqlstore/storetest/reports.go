package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// rows reads a report to its end.
func rows(t *testing.T, store Store, id ids.Tenant, query report.Query) []report.Row {
	t.Helper()
	var all []report.Row
	for row, err := range store.TimeRows(t.Context(), id, query) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	return all
}

func whole(from, to time.Time) []calendar.Period { return []calendar.Period{{Start: from, End: to}} }

func hourly(from, to int) []calendar.Period {
	var periods []calendar.Period
	for hour := from; hour < to; hour++ {
		periods = append(periods, calendar.Period{Name: fmt.Sprint(hour), Start: at(hour, 0), End: at(hour+1, 0)})
	}
	return periods
}

func testReports(t *testing.T, store Store) {
	c := newCompany(t, store)
	task, ninth, bug := item("Payments", "101"), item("Payments", "99"), item("Storefront", "201")
	review := entry(c.bob, bug, at(10, 0), at(10, 20))
	review.NeedsReview = true
	void := entry(c.ada, task, at(9, 0), at(10, 0))
	void.VoidedAt = at(11, 0)
	c.keep(
		entry(c.ada, task, at(8, 30), at(10, 15)), entry(c.ada, ninth, at(12, 0), at(12, 10)),
		entry(c.bob, bug, at(8, 0), at(9, 0)), review, void, entry(c.ada, task, at(11, 0), time.Time{}),
	)
	const minute = 60_000
	ada, bob := timer.UserRef{ID: c.ada.ID, Name: "Ada"}, timer.UserRef{ID: c.bob.ID, Name: "bob"}
	payments := report.Row{Site: task.Site, Project: task.Project}
	storefront := report.Row{Site: bug.Site, Project: bug.Project}
	with := func(row report.Row, period int, elapsed, review, entries int64) report.Row {
		row.Period, row.ElapsedMS, row.ReviewMS, row.Entries = period, elapsed*minute, review*minute, entries
		row.BillableMS = row.ElapsedMS // all of it
		return row
	}

	for _, test := range []struct {
		name  string
		query report.Query
		want  []report.Row
	}{
		{"projects", report.Query{Periods: whole(at(0, 0), at(24, 0)), GroupBy: []report.Dimension{report.Project}},
			[]report.Row{with(payments, 0, 115, 0, 2), with(storefront, 0, 60, 20, 2)}},
		{"users in the order of their names", report.Query{Periods: whole(at(0, 0), at(24, 0)), GroupBy: []report.Dimension{report.User}},
			[]report.Row{with(report.Row{User: ada}, 0, 115, 0, 2), with(report.Row{User: bob}, 0, 60, 20, 2)}},
		{"work items in the order of their numbers", report.Query{Periods: whole(at(0, 0), at(24, 0)), GroupBy: []report.Dimension{report.WorkItem}},
			[]report.Row{
				with(report.Row{WorkItem: ninth}, 0, 10, 0, 1), with(report.Row{WorkItem: task}, 0, 105, 0, 1),
				with(report.Row{WorkItem: bug}, 0, 60, 20, 2),
			}},
		{"cut at the borders", report.Query{Periods: whole(at(8, 45), at(10, 5)), GroupBy: []report.Dimension{report.Project}},
			[]report.Row{with(payments, 0, 75+5, 0, 1), with(storefront, 0, 15, 5, 2)}},
		{"by the hour and user", report.Query{Periods: hourly(8, 13), ByPeriod: true, GroupBy: []report.Dimension{report.Day, report.User}},
			[]report.Row{
				with(report.Row{User: ada}, 0, 30, 0, 1), with(report.Row{User: bob}, 0, 60, 0, 1),
				with(report.Row{User: ada}, 1, 60, 0, 1),
				with(report.Row{User: ada}, 2, 15, 0, 1), with(report.Row{User: bob}, 2, 0, 20, 1),
				with(report.Row{User: ada}, 4, 10, 0, 1),
			}},
		{"by user and the hour", report.Query{Periods: hourly(8, 10), ByPeriod: true, GroupBy: []report.Dimension{report.User, report.Day}},
			[]report.Row{
				with(report.Row{User: ada}, 0, 30, 0, 1), with(report.Row{User: ada}, 1, 60, 0, 1),
				with(report.Row{User: bob}, 0, 60, 0, 1),
			}},
		{"one period by time", report.Query{Periods: whole(at(8, 0), at(9, 0)), ByPeriod: true, GroupBy: []report.Dimension{report.Month, report.User}},
			[]report.Row{with(report.Row{User: ada}, 0, 30, 0, 1), with(report.Row{User: bob}, 0, 60, 0, 1)}},
		{"time alone", report.Query{Periods: whole(at(8, 0), at(9, 0)), ByPeriod: true, GroupBy: []report.Dimension{report.Month}},
			[]report.Row{with(report.Row{}, 0, 90, 0, 2)}},
		{"project and work item", report.Query{Periods: whole(at(12, 0), at(13, 0)), GroupBy: []report.Dimension{report.Project, report.WorkItem}},
			[]report.Row{with(report.Row{Site: task.Site, Project: task.Project, WorkItem: ninth}, 0, 10, 0, 1)}},
		{"of a user", report.Query{Periods: whole(at(0, 0), at(24, 0)), GroupBy: []report.Dimension{report.Project}, Selection: timer.Selection{Users: []ids.User{c.bob.ID}}},
			[]report.Row{with(storefront, 0, 60, 20, 2)}},
		{"of a project", report.Query{Periods: whole(at(0, 0), at(24, 0)), GroupBy: []report.Dimension{report.User}, Selection: timer.Selection{Projects: []ids.Project{task.Project.ID}}},
			[]report.Row{with(report.Row{User: ada}, 0, 115, 0, 2)}},
		{"rounded up", report.Query{
			Periods: whole(at(0, 0), at(24, 0)), GroupBy: []report.Dimension{report.Project},
			Rounding: report.Rounding{Minutes: 15, Direction: report.Up},
		}, []report.Row{with(payments, 0, 105+15, 0, 2), with(storefront, 0, 60, 30, 2)}},
		{"rounded down", report.Query{
			Periods: whole(at(0, 0), at(24, 0)), GroupBy: []report.Dimension{report.Project},
			Rounding: report.Rounding{Minutes: 15, Direction: report.Down},
		}, []report.Row{with(payments, 0, 105, 0, 2), with(storefront, 0, 60, 15, 2)}},
		{"rounded in each period", report.Query{
			Periods: hourly(8, 11), ByPeriod: true, GroupBy: []report.Dimension{report.Day}, Selection: timer.Selection{Users: []ids.User{c.ada.ID}},
			Rounding: report.Rounding{Minutes: 20, Direction: report.Nearest},
		}, []report.Row{with(report.Row{}, 0, 40, 0, 1), with(report.Row{}, 1, 60, 0, 1), with(report.Row{}, 2, 20, 0, 1)}},
		{"of nothing", report.Query{Periods: whole(at(48, 0), at(72, 0)), ByPeriod: true, GroupBy: []report.Dimension{report.Month}}, nil},
		{"of nothing by the hour", report.Query{Periods: hourly(48, 52), ByPeriod: true, GroupBy: []report.Dimension{report.Day}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			equal(t, "rows", test.want, rows(t, store, c.tenant.ID, test.query))
		})
	}

	t.Run("an entry without length", func(t *testing.T) {
		c := newCompany(t, store)
		c.keep(entry(c.ada, task, at(9, 0), at(9, 0)))
		query := report.Query{Periods: hourly(8, 11), ByPeriod: true, GroupBy: []report.Dimension{report.Day}}
		equal(t, "rows", []report.Row{with(report.Row{}, 1, 0, 0, 1)}, rows(t, store, c.tenant.ID, query))
	})

	t.Run("stops when nobody reads on", func(t *testing.T) {
		query := report.Query{Periods: hourly(0, 24), ByPeriod: true, GroupBy: []report.Dimension{report.Day, report.WorkItem}}
		for range 20 {
			for _, err := range store.TimeRows(t.Context(), c.tenant.ID, query) {
				if err != nil {
					t.Fatal(err)
				}
				break
			}
		}
		if err := store.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})

	t.Run("stops when its reader has gone", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		query := report.Query{Periods: whole(at(0, 0), at(24, 0)), GroupBy: []report.Dimension{report.Project}}
		for _, err := range store.TimeRows(ctx, c.tenant.ID, query) {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("want context.Canceled, got %v", err)
			}
		}
	})
}

// testReportsBruteForce compares reports of random entries with sums that are made one by one.
func testReportsBruteForce(t *testing.T, store Store) {
	c := newCompany(t, store)
	random := rand.New(rand.NewPCG(1, 2))
	users := []tenant.User{c.ada, c.bob}
	items := []workitem.WorkItem{item("Payments", "99"), item("Payments", "101"), item("Storefront", "201"), item("Ä", "7")}
	var entries []timer.Entry
	changes := timer.Changeset{}
	c.know(items...)
	for range 400 {
		started := day.Add(time.Duration(random.Int64N(10*24*3_600_000)) * time.Millisecond)
		length := time.Duration(random.Int64N(timer.MaxLength.Milliseconds()+1)) * time.Millisecond
		switch random.IntN(8) {
		case 0:
			length = 0
		case 1:
			length = timer.MaxLength
		case 2:
			started = started.Truncate(24 * time.Hour)
		}
		e := entry(users[random.IntN(len(users))], items[random.IntN(len(items))], started, started.Add(length))
		e.NeedsReview, e.Billable = random.IntN(5) == 0, random.IntN(2) == 0
		if random.IntN(8) == 0 {
			e.VoidedAt = e.StoppedAt
		}
		entries = append(entries, e)
	}
	changes.Insert = entries
	if err := c.save(changes); err != nil {
		t.Fatal(err)
	}

	zone := must[*time.Location](t)(calendar.LoadZone("America/St_Johns"))
	from, to := calendar.Day{Year: 2026, Month: time.March, Date: 3}, calendar.Day{Year: 2026, Month: time.March, Date: 12}
	var days, weeks []calendar.Period
	days = calendar.Periods(from, to, zone, calendar.UnitDay, calendar.WeekFromMonday) // with the change to daylight saving time
	weeks = calendar.Periods(from, to, zone, calendar.UnitWeek, calendar.WeekFromMonday)
	one := whole(days[0].Start, days[len(days)-1].End)
	for _, groupBy := range [][]report.Dimension{
		{report.Project}, {report.User}, {report.WorkItem}, {report.Day}, {report.Week}, {report.Day, report.Project, report.User},
		{report.User, report.Day, report.WorkItem}, {report.WorkItem, report.Week}, {report.Billable, report.User}, {report.Activity, report.Day, report.Billable}, {report.Project, report.WorkItem, report.User},
	} {
		for _, rounding := range []report.Rounding{
			{}, {Minutes: 6, Direction: report.Up}, {Minutes: 15, Direction: report.Nearest}, {Minutes: 60, Direction: report.Down},
		} {
			query := report.Query{Periods: one, GroupBy: groupBy, Rounding: rounding}
			switch {
			case slices.Contains(groupBy, report.Day):
				query.Periods, query.ByPeriod = days, true
			case slices.Contains(groupBy, report.Week):
				query.Periods, query.ByPeriod = weeks, true
			}
			equal(t, fmt.Sprint(groupBy, " rounded ", rounding), addUp(entries, query), rows(t, store, c.tenant.ID, query))
		}
	}
}

// testReportsOfMonths has entries around the ends of months, and ranges that end there, before, behind and anywhere.
func testReportsOfMonths(t *testing.T, store Store) {
	c := newCompany(t, store)
	random := rand.New(rand.NewPCG(5, 6))
	items := []workitem.WorkItem{item("Payments", "99"), item("Payments", "101"), item("Storefront", "201")}
	c.know(items...)
	months := []time.Time{day.AddDate(0, 0, -1), day.AddDate(0, 1, -1), day.AddDate(0, 2, -1), day.AddDate(0, 3, -1)}
	instant := func() time.Time {
		at := day.Add(time.Duration(random.Int64N(100*24*3_600_000)) * time.Millisecond)
		if random.IntN(2) == 0 {
			at = months[random.IntN(len(months))].Add(time.Duration(random.Int64N(60*3_600_000)-30*3_600_000) * time.Millisecond)
		}
		if random.IntN(4) == 0 {
			at = months[random.IntN(len(months))].AddDate(0, 0, random.IntN(20)-10)
		}
		return at
	}
	var entries []timer.Entry
	for range 400 {
		started := instant()
		length := time.Duration(random.Int64N(timer.MaxLength.Milliseconds()+1)) * time.Millisecond
		if random.IntN(6) == 0 {
			length = timer.MaxLength * time.Duration(random.IntN(2))
		}
		user := []tenant.User{c.ada, c.bob}[random.IntN(2)]
		entries = append(entries, entry(user, items[random.IntN(len(items))], started, started.Add(length)))
	}
	if err := c.save(timer.Changeset{Insert: entries}); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		from, to := instant(), instant()
		if to.Before(from) {
			from, to = to, from
		}
		query := report.Query{
			Periods: whole(from, to.Add(time.Millisecond)), GroupBy: []report.Dimension{report.Project, report.User},
		}
		if random.IntN(3) == 0 {
			query.Projects = []ids.Project{items[0].Project.ID}
		}
		wanted := slices.DeleteFunc(slices.Clone(entries), func(e timer.Entry) bool {
			return len(query.Projects) > 0 && e.ProjectID != query.Projects[0]
		})
		equal(t, fmt.Sprint(from, " to ", to), addUp(wanted, query), rows(t, store, c.tenant.ID, query))
	}
}

// addUp computes a report in the simplest way.
func addUp(entries []timer.Entry, query report.Query) []report.Row {
	type key struct{ order [3]string }
	unit, bias := query.Rounding.Terms()
	sums := map[key]*report.Row{}
	for period, p := range query.Periods {
		for _, e := range entries {
			if e.Voided() {
				continue
			}
			start, end := e.StartedAt, e.StoppedAt
			if start.Before(p.Start) {
				start = p.Start
			}
			if end.After(p.End) {
				end = p.End
			}
			// An entry without length belongs to the period of its instant.
			instant := e.StartedAt.Equal(e.StoppedAt) && !start.Before(p.Start) && start.Before(p.End) && start.Equal(e.StartedAt)
			if !start.Before(end) && !instant {
				continue
			}
			row := report.Row{Period: period}
			var k key
			for i, d := range query.GroupBy {
				w := e.WorkItem
				switch d {
				case report.Activity:
					row.Activity = e.Activity
				case report.Billable:
					row.Billable = e.Billable
					k.order[i] = map[bool]string{true: "0", false: "1"}[e.Billable]
				case report.User:
					row.User = e.User
					k.order[i] = strings.ToLower(e.User.Name) + e.User.ID.String()
				case report.Project:
					row.Site, row.Project = w.Site, w.Project
					k.order[i] = w.Project.Name
				case report.WorkItem:
					row.WorkItem = w
					k.order[i] = w.Project.Name + fmt.Sprintf("%20s", w.Number)
				default:
					k.order[i] = fmt.Sprintf("%04d", period)
				}
			}
			if sums[k] == nil {
				sums[k] = &row
			}
			length := (end.Sub(start).Milliseconds() + bias) / unit * unit
			if e.NeedsReview {
				sums[k].ReviewMS += length
			} else {
				if sums[k].ElapsedMS += length; e.Billable {
					sums[k].BillableMS += length
				}
			}
			sums[k].Entries++
		}
	}
	keys := make([]key, 0, len(sums))
	for k := range sums {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Compare(strings.Join(a.order[:], "\x00"), strings.Join(b.order[:], "\x00"))
	})
	var all []report.Row
	for _, k := range keys {
		all = append(all, *sums[k])
	}
	return all
}
