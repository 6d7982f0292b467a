package report_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
)

func refused(t *testing.T, err error, kind errs.Kind, code string) {
	t.Helper()
	if !errs.Is(err, kind) || errs.CodeOf(err) != code {
		t.Fatalf("the error is %v, want %s", err, code)
	}
}

func day(t *testing.T, text string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// readRows makes a report and reads it. The names of work are compared, and not its ids.
func readRows(t *testing.T, w *domaintest.World, m tenant.Member, request report.Request) []report.Row {
	t.Helper()
	made, err := w.Reports.Time(t.Context(), m, request)
	if err != nil {
		t.Fatal(err)
	}
	var rows []report.Row
	for row, err := range made.Rows {
		if err != nil {
			t.Fatal(err)
		}
		row.Site.ID, row.Project.ID, row.WorkItem = ids.Site{}, ids.Project{}, domaintest.WithoutIDs(row.WorkItem)
		row.From, row.To, row.Parent = time.Time{}, time.Time{}, workitem.WorkItem{}
		rows = append(rows, row)
	}
	return rows
}

func TestParseDimensions(t *testing.T) {
	tests := []struct {
		text string
		want []report.Dimension
		code string // of the field; empty: fine
	}{
		{"project", []report.Dimension{report.Project}, ""},
		{"user", []report.Dimension{report.User}, ""},
		{"work_item", []report.Dimension{report.WorkItem}, ""},
		{"day", []report.Dimension{report.Day}, ""},
		{"week", []report.Dimension{report.Week}, ""},
		{"month,project", []report.Dimension{report.Month, report.Project}, ""},
		{"project,month", []report.Dimension{report.Project, report.Month}, ""},
		{"work_item,user,day", []report.Dimension{report.WorkItem, report.User, report.Day}, ""},
		{"project,user,work_item", []report.Dimension{report.Project, report.User, report.WorkItem}, ""},
		{"", nil, "unknown"},
		{",", nil, "unknown"},
		{"project,", nil, "unknown"},
		{",project", nil, "unknown"},
		{"year", nil, "unknown"},
		{"Project", nil, "unknown"},
		{" project", nil, "unknown"},
		{"project user", nil, "unknown"},
		{"project;user", nil, "unknown"},
		{"project,project", nil, "repeated"},
		{"day,user,day", nil, "repeated"},
		{"day,week", nil, "too_many"},
		{"project,week,month", nil, "too_many"},
		{"day,project,user,work_item", nil, "too_many"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			got, err := report.ParseDimensions(test.text)
			if test.code == "" {
				if err != nil || !slices.Equal(got, test.want) {
					t.Errorf("ParseDimensions gives %v (%v), want %v", got, err, test.want)
				}
				return
			}
			refused(t, err, errs.RuleBroken, "group_by_invalid")
			var refusal *errs.Error
			if !errors.As(err, &refusal) {
				t.Fatal(err)
			}
			if fields := refusal.Fields; len(fields) != 1 || fields[0].Code != test.code || fields[0].Pointer != "group_by" {
				t.Errorf("the fields are %+v, want %s", fields, test.code)
			}
		})
	}
}

func FuzzParseDimensions(f *testing.F) {
	for _, seed := range []string{"project", "day,user", "", ",,,", "day,day", "work_item,user,day,project"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		dimensions, err := report.ParseDimensions(text)
		if err != nil {
			return
		}
		var names []string
		for _, d := range dimensions {
			names = append(names, string(d))
		}
		if strings.Join(names, ",") != text || len(dimensions) > report.MaxDimensions {
			t.Errorf("ParseDimensions(%q) gives %v", text, dimensions)
		}
	})
}

// rounded rounds as a person would: whole units, and then the remainder.
func rounded(ms int64, rounding report.Rounding) int64 {
	if rounding.Minutes == 0 {
		return ms
	}
	unit := int64(rounding.Minutes) * 60_000
	units, left := ms/unit, ms%unit
	switch {
	case rounding.Direction == report.Up && left > 0,
		rounding.Direction == report.Nearest && 2*left >= unit:
		units++
	}
	return units * unit
}

func TestRoundingVectors(t *testing.T) {
	for _, row := range domaintest.Vectors(t, "rounding") {
		t.Run(strings.Join(row[:3], " "), func(t *testing.T) {
			var numbers [3]int64
			for i, cell := range []string{row[0], row[1], row[3]} {
				number, err := strconv.ParseInt(cell, 10, 64)
				if err != nil {
					t.Fatal(err)
				}
				numbers[i] = number
			}
			length, want := numbers[0], numbers[2]
			rounding := report.Rounding{Minutes: int(numbers[1]), Direction: report.Direction(row[2])}
			unit, bias := rounding.Terms()
			if got := (length + bias) / unit * unit; got != want {
				t.Errorf("the terms give %d ms, want %d", got, want)
			}
			if got := rounded(length, rounding); got != want {
				t.Errorf("the oracle of the other tests gives %d ms, want %d", got, want)
			}
		})
	}
}

func TestTermsRoundAsAPersonWould(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		rounding := randomRounding(r)
		length := r.Int64N(timer.MaxLength.Milliseconds() + 1)
		if r.IntN(4) == 0 && rounding.Minutes > 0 { // near the borders, where rounding matters
			half := int64(rounding.Minutes) * 30_000
			length = max(0, length/half*half+r.Int64N(3)-1)
		}
		unit, bias := rounding.Terms()
		if got, want := (length+bias)/unit*unit, rounded(length, rounding); got != want {
			t.Fatalf("%d ms %s is %d, want %d", length, rounding, got, want)
		}
	}
}

func TestRoundingSaysWhatItDoes(t *testing.T) {
	for rounding, want := range map[report.Rounding]string{
		{}:                                       "none",
		{Minutes: 15, Direction: report.Nearest}: "to the nearest 15 min per entry",
		{Minutes: 6, Direction: report.Up}:       "up 6 min per entry",
		{Minutes: 1, Direction: report.Down}:     "down 1 min per entry",
	} {
		if got := rounding.String(); got != want {
			t.Errorf("%+v says %q, want %q", rounding, got, want)
		}
	}
}

func randomRounding(r *rand.Rand) report.Rounding {
	return report.Rounding{
		Minutes:   []int{0, 1, 5, 6, 7, 15, 30, 60}[r.IntN(8)],
		Direction: []report.Direction{report.Nearest, report.Up, report.Down}[r.IntN(3)],
	}
}

// These are the vectors of the time policy, computed by the store's arithmetic.
func TestCutVectors(t *testing.T) {
	w := domaintest.New(t)
	for _, row := range domaintest.Vectors(t, "cutting an entry") {
		name, unit, started, stopped, want := row[0], row[1], row[2], row[3], row[5]
		t.Run(name+" "+started, func(t *testing.T) {
			ada := w.SignUp(t)
			from, to := domaintest.Instant(t, started), domaintest.Instant(t, stopped)
			w.Save(t, ada, domaintest.Entry(ada, domaintest.Item(101), from, to))
			zone, err := calendar.LoadZone(name)
			if err != nil {
				t.Fatal(err)
			}
			request := report.Request{
				From: calendar.DayOf(from, zone).AddDays(-1), To: calendar.DayOf(to, zone).AddDays(2), TimeZone: name,
				GroupBy: []report.Dimension{report.Dimension(unit)},
			}
			var parts []string
			for _, row := range readRows(t, w, ada, request) {
				parts = append(parts, fmt.Sprintf("%s: %d", row.PeriodName, row.ElapsedMS))
			}
			if got := strings.Join(parts, ", "); got != want {
				t.Errorf("the report has %s, want %s", got, want)
			}
		})
	}
}

func TestSkippedDayIsInNoReport(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	jump := time.Date(2011, 12, 30, 10, 0, 0, 0, time.UTC)
	w.Save(t, ada, domaintest.Entry(ada, domaintest.Item(101), jump.Add(-time.Hour), jump.Add(time.Hour)))
	for _, d := range []report.Dimension{report.Day, report.Project} {
		request := report.Request{
			From: day(t, "2011-12-30"), To: day(t, "2011-12-31"), TimeZone: "Pacific/Apia", GroupBy: []report.Dimension{d},
		}
		if got := readRows(t, w, ada, request); len(got) != 0 {
			t.Errorf("by %s the day that was skipped has the rows %+v", d, got)
		}
	}
}

// groups adds up rows as the test expects them, entry by entry, from intervals alone.
func groups(
	entries []timer.Entry, adjustments []timesheet.Adjustment, request report.Request, zone *time.Location, keep func(timer.Entry) bool,
) []report.Row {
	parts := []calendar.Part{{From: request.From, To: request.To}}
	var unit calendar.Unit
	for _, d := range request.GroupBy {
		if d == report.Day || d == report.Week || d == report.Month || d == report.Quarter {
			unit = calendar.Unit(d)
			parts = calendar.Parts(request.From, request.To, unit, request.WeekStart)
		}
	}
	sums := map[report.Row]*report.Row{}
	sumOf := func(index int, part calendar.Part, entry timer.Entry) *report.Row {
		key := report.Row{Period: index, PeriodName: part.Name}
		for _, d := range request.GroupBy {
			switch d {
			case report.Site:
				key.Site = entry.WorkItem.Site
			case report.Project:
				key.Site, key.Project = entry.WorkItem.Site, entry.WorkItem.Project
			case report.User:
				key.User = entry.User
			case report.WorkItem:
				if key.WorkItem = entry.WorkItem; key.WorkItem.Number == "" {
					key.WorkItem = workitem.WorkItem{} // general time
				}
			case report.Type:
				key.Type = entry.WorkItem.Type
			case report.Activity:
				key.Activity = entry.Activity
			case report.Billable:
				key.Billable = entry.Billable
			default: // time, which the period names already
			}
		}
		if sums[key] == nil {
			row := key
			sums[key] = &row
		}
		return sums[key]
	}
	add := func(parts []calendar.Part, count func(row *report.Row, entry timer.Entry, ms int64)) {
		for index, part := range parts {
			p := part.In(zone)
			for _, entry := range entries {
				within := entry.StartedAt.Before(p.End) && (entry.StoppedAt.After(p.Start) || !entry.StartedAt.Before(p.Start))
				if entry.Running() || entry.Voided() || !within || !keep(entry) || !p.Start.Before(p.End) {
					continue
				}
				from, to := entry.StartedAt, entry.StoppedAt
				if from.Before(p.Start) {
					from = p.Start
				}
				if to.After(p.End) {
					to = p.End
				}
				count(sumOf(index, part, entry), entry, rounded(to.Sub(from).Milliseconds(), request.Rounding))
			}
		}
	}
	adjust := func(parts []calendar.Part, count func(row *report.Row, ms int64, billable bool)) {
		for index, part := range parts {
			for _, a := range adjustments {
				as := timer.Entry{User: a.User, WorkItem: a.WorkItem, Activity: a.Activity, Billable: a.Billable}
				if part.From.DaysUntil(a.Day) >= 0 && a.Day.DaysUntil(part.To) > 0 && request.Filter.Note == "" && keep(as) {
					count(sumOf(index, part, as), a.Length.Milliseconds(), a.Billable)
				}
			}
		}
	}
	add(parts, func(row *report.Row, entry timer.Entry, ms int64) {
		row.Entries++
		if entry.NeedsReview {
			row.ReviewMS += ms
			return
		}
		if row.ElapsedMS += ms; entry.Billable {
			row.BillableMS += ms
		}
	})
	adjust(parts, func(row *report.Row, ms int64, billable bool) {
		row.ElapsedMS, row.AdjustedMS = row.ElapsedMS+ms, row.AdjustedMS+ms
		if billable {
			row.BillableMS += ms
		}
	})
	if request.Compare != "" {
		comparison := calendar.Previous(request.From, request.To)
		if request.Compare == report.CompareWeek {
			comparison = calendar.WeekBefore(request.From, request.To)
		}
		before := comparison.Parts(parts, unit)
		for i := range before {
			if before[i].Name = ""; i < len(parts) {
				before[i].Name = parts[i].Name
			}
		}
		add(before, func(row *report.Row, entry timer.Entry, ms int64) {
			if !entry.NeedsReview {
				row.PreviousMS += ms
			}
		})
		adjust(before, func(row *report.Row, ms int64, _ bool) { row.PreviousMS += ms })
	}
	var rows []report.Row
	for _, row := range sums {
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b report.Row) int {
		for _, d := range request.GroupBy {
			var order int
			switch d {
			case report.Site:
				order = cmp.Compare(a.Site.Name, b.Site.Name)
			case report.Type:
				order = cmp.Compare(a.Type, b.Type)
			case report.Activity:
				order = cmp.Compare(a.Activity.Name, b.Activity.Name)
			case report.Billable:
				if a.Billable != b.Billable {
					order = map[bool]int{true: -1, false: 1}[a.Billable]
				}
			case report.Project:
				order = cmp.Or(cmp.Compare(a.Site.Name, b.Site.Name), cmp.Compare(a.Project.Name, b.Project.Name))
			case report.User:
				order = cmp.Compare(a.User.Name, b.User.Name)
			case report.WorkItem:
				one, other := a.WorkItem, b.WorkItem
				order = cmp.Or(cmp.Compare(one.Site.Name, other.Site.Name), cmp.Compare(one.Project.Name, other.Project.Name),
					cmp.Compare(len(one.Number), len(other.Number)), cmp.Compare(one.Number, other.Number))
			default:
				order = cmp.Compare(a.Period, b.Period)
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
	return rows
}

func TestReportsEqualBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	w := domaintest.New(t)
	ada, zoe := w.SignUp(t), w.SignUp(t)
	people := []tenant.Member{ada, w.Join(t, ada, "Ben"), w.Join(t, ada, "Cleo")}
	added, err := w.Tenants.AddActivity(t.Context(), ada, tenant.NewActivity{Name: "Advice"})
	if err != nil {
		t.Fatal(err)
	}
	review := added.Ref()
	first := time.Date(2026, 9, 20, 0, 0, 0, 0, time.UTC)
	const span = 60 * 24 * time.Hour

	var entries []timer.Entry
	for i := range 400 {
		m := people[r.IntN(len(people))]
		started := first.Add(time.Duration(r.Int64N(int64(span)))).Truncate(time.Millisecond)
		length := time.Duration(r.Int64N(int64(timer.MaxLength))).Truncate(time.Millisecond)
		switch r.IntN(10) {
		case 0:
			length = 0
		case 1:
			length = timer.MaxLength
		case 2: // at the border of a day of some zone
			started = started.Truncate(15 * time.Minute)
			length = length.Truncate(15 * time.Minute)
		}
		project := r.IntN(3) // each has its own numbers, since an item of two projects is one item
		item := domaintest.ItemOf([]string{"Payments", "Storefront", "Zebra"}[project], []int{7, 96, 101, 1000}[r.IntN(4)]+project)
		if r.IntN(5) == 0 {
			item.Site.Name = "another"
		}
		entry := domaintest.Entry(m, item, started, started.Add(length))
		entry.NeedsReview, entry.Billable = r.IntN(6) == 0, r.IntN(2) == 0
		entry.Note = []string{"", "Call with ZOË", "100 %"}[r.IntN(3)]
		if r.IntN(3) == 0 {
			entry.Activity = review
		}
		if r.IntN(8) == 0 {
			entry.VoidedAt = entry.StoppedAt.Add(time.Hour)
		}
		if i < len(people) { // one running timer for each
			entry = domaintest.Entry(people[i], item, started, time.Time{})
		}
		entries = append(entries, entry)
	}
	w.Save(t, ada, entries...)
	adjustments := adjustAtRandom(t, w, r, people, entries, calendar.DayOf(first, time.UTC))
	for range 30 { // only Zoe sees these
		started := first.Add(time.Duration(r.Int64N(int64(span)))).Truncate(time.Millisecond)
		w.Save(t, zoe, domaintest.Entry(zoe, domaintest.Item(101), started, started.Add(time.Hour)))
	}

	zones := []string{
		"UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe",
		"Pacific/Chatham", "Pacific/Kiritimati", "America/Havana", "Etc/GMT+12",
	}
	others := []report.Dimension{report.Project, report.User, report.WorkItem, report.Site, report.Type, report.Activity, report.Billable}
	for i := range 250 {
		dimensions := slices.Clone(others)
		if r.IntN(4) > 0 {
			dimensions = append(dimensions, []report.Dimension{report.Day, report.Week, report.Month, report.Quarter}[r.IntN(4)])
		}
		r.Shuffle(len(dimensions), func(i, j int) { dimensions[i], dimensions[j] = dimensions[j], dimensions[i] })
		dimensions = dimensions[:1+r.IntN(report.MaxDimensions)]

		name := zones[r.IntN(len(zones))]
		zone, err := calendar.LoadZone(name)
		if err != nil {
			t.Fatal(err)
		}
		from := calendar.DayOf(first, zone).AddDays(r.IntN(60) - 5)
		request := report.Request{
			From: from, To: from.AddDays(1 + r.IntN(50)), TimeZone: name, GroupBy: dimensions, Rounding: randomRounding(r),
			WeekStart: []calendar.WeekStart{"", calendar.WeekFromMonday, calendar.WeekFromSunday, calendar.WeekFromSaturday}[r.IntN(4)],
			Compare:   []report.Compare{"", report.ComparePrevious}[r.IntN(2)],
		}
		switch r.IntN(8) {
		case 0, 1: // whole months, or from the first of one
			request.From.Date = 1
		case 2: // days of a week
			request.Compare, request.To = report.CompareWeek, from.AddDays(1+r.IntN(report.MaxWeek))
		}
		m := people[r.IntN(len(people))]
		seen := m.User.ID // everybody sees themselves
		if m.User.Role.Allows(tenant.RoleAdmin) {
			seen = ids.User{}
			if r.IntN(2) == 0 {
				seen = people[r.IntN(len(people))].User.ID
				request.Filter.Users = []ids.User{seen}
			}
		}
		if r.IntN(4) == 0 {
			flag := r.IntN(2) == 0
			request.Filter.NeedsReview = &flag
		}
		if r.IntN(4) == 0 {
			request.Filter.Types = [][]string{{"Task", "Epic"}, {"Bug"}, {""}}[r.IntN(3)]
		}
		if r.IntN(4) == 0 {
			flag := r.IntN(2) == 0
			request.Filter.Billable = &flag
		}
		if r.IntN(4) == 0 {
			request.Filter.Activities = []ids.Activity{{'n'}, review.ID}
		}
		if r.IntN(4) == 0 {
			request.Filter.Note = []string{"zoë", "%", "_"}[r.IntN(3)]
		}
		if r.IntN(4) == 0 {
			request.Filter.Organizations = []string{"another", "nobody"}
		}
		if r.IntN(3) == 0 {
			request.Filter.Projects = []string{"Storefront"}
		}
		keep := func(entry timer.Entry) bool {
			f := request.Filter
			if (f.NeedsReview != nil && *f.NeedsReview != entry.NeedsReview) ||
				(f.Billable != nil && *f.Billable != entry.Billable) || (f.Activities != nil && entry.Activity != review) ||
				(f.Note != "" && !strings.Contains(strings.ToLower(entry.Note), f.Note)) ||
				(f.Types != nil && !slices.Contains(f.Types, entry.WorkItem.Type)) ||
				(f.Organizations != nil && entry.WorkItem.Site.Name != "another") {
				return false
			}
			return (seen.IsZero() || entry.User.ID == seen) && (len(request.Filter.Projects) == 0 || entry.WorkItem.Project.Name == request.Filter.Projects[0])
		}
		t.Run(fmt.Sprintf("%d %v in %s", i, dimensions, name), func(t *testing.T) {
			want := groups(entries, adjustments, request, zone, keep)
			got := readRows(t, w, m, request)
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Fatalf("%+v (-want +got):\n%s", request, diff)
			}

			// Without rounding, every grouping has the same sum.
			if request.Rounding.Minutes > 0 {
				return
			}
			whole := request
			whole.GroupBy = []report.Dimension{report.Project}
			var sum, total int64
			for _, row := range got {
				sum += row.ElapsedMS + row.ReviewMS + row.PreviousMS
			}
			for _, row := range readRows(t, w, m, whole) {
				total += row.ElapsedMS + row.ReviewMS + row.PreviousMS
			}
			if sum != total {
				t.Errorf("grouped like this it is %d ms, by project %d", sum, total)
			}
		})
	}
}

// adjustAtRandom corrects people's time on what they have worked on, also on its project alone, in 60 days.
func adjustAtRandom(
	t *testing.T, w *domaintest.World, r *rand.Rand, people []tenant.Member, entries []timer.Entry, first calendar.Day,
) (made []timesheet.Adjustment) {
	t.Helper()
	stored, err := w.Store.Entries(t.Context(), people[0].Tenant.ID, timer.EntryFilter{}, page.Request{Limit: 1_000})
	if err != nil {
		t.Fatal(err)
	}
	for range 40 {
		m, on := people[r.IntN(len(people))], stored[r.IntN(len(stored))]
		named := entries[slices.IndexFunc(entries, func(e timer.Entry) bool { return e.ID == on.ID })].WorkItem
		a := timesheet.Adjustment{
			ID: ids.New[ids.Adjustment](), User: timer.UserRef{ID: m.User.ID, Name: m.User.Name}, ForDay: first, Day: first.AddDays(r.IntN(60)),
			WorkItem: on.WorkItem, ProjectID: on.ProjectID, Activity: on.Activity, Billable: r.IntN(2) == 0, Reason: "Call with Zoë",
			Length: time.Duration(r.Int64N(int64(48*time.Hour))-int64(24*time.Hour)).Truncate(time.Millisecond) + time.Millisecond,
			By:     timer.UserRef{ID: people[0].User.ID}, At: w.Clock.Now(),
		}
		if r.IntN(3) == 0 {
			a.WorkItem, named = workitem.WorkItem{}, workitem.WorkItem{Site: named.Site, Project: named.Project}
		}
		adjust(t, w, people[0], a)
		a.WorkItem = named
		made = append(made, a)
	}
	return made
}

// adjust stores an adjustment.
func adjust(t *testing.T, w *domaintest.World, m tenant.Member, a timesheet.Adjustment) {
	t.Helper()
	err := w.Store.Tx(t.Context(), m.Tenant.ID, func(ctx context.Context) error { return w.Store.InsertAdjustment(ctx, m.Tenant.ID, a) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhoseTime(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben := w.Join(t, ada, "Ben")
	start := w.Clock.Now()
	w.Save(t, ada,
		domaintest.Entry(ada, domaintest.Item(101), start, start.Add(time.Hour)),
		domaintest.Entry(ben, domaintest.Item(101), start, start.Add(2*time.Hour)))
	request := report.Request{From: day(t, "2026-11-20"), To: day(t, "2026-11-21"), GroupBy: []report.Dimension{report.User}}
	names := func(m tenant.Member, user ids.User) string {
		if request.Filter.Users = nil; !user.IsZero() {
			request.Filter.Users = []ids.User{user}
		}
		var names []string
		for _, row := range readRows(t, w, m, request) {
			names = append(names, row.User.Name)
		}
		return strings.Join(names, " ")
	}
	for _, test := range []struct {
		m    tenant.Member
		user ids.User
		want string
	}{
		{ada, ids.User{}, "Ada Ben"}, {ada, ben.User.ID, "Ben"}, {ada, ids.User{'n'}, ""}, {ben, ids.User{}, "Ben"}, {ben, ben.User.ID, "Ben"},
	} {
		if got := names(test.m, test.user); got != test.want {
			t.Errorf("%s who asks for %q sees %q, want %q", test.m.User.Name, test.user, got, test.want)
		}
	}
	request.Filter.Users = []ids.User{ada.User.ID}
	_, err := w.Reports.Time(t.Context(), ben, request)
	refused(t, err, errs.Forbidden, "role_required")

	ada.Tenant.Status = tenant.Cancelled
	if got := names(ada, ids.User{}); got != "Ada Ben" {
		t.Errorf("a cancelled tenant sees %q, want all that it has", got)
	}
}

func TestRanges(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	for _, test := range []struct {
		from, to, zone string
		code           string // empty: fine
	}{
		{"2026-11-01", "2026-11-02", "", ""},
		{"2026-01-01", "2027-01-02", "", ""}, // 366 days
		{"2024-01-01", "2025-01-01", "", ""},
		{"2026-01-01", "2027-01-03", "", "range_too_long"},
		{"0001-01-01", "9999-12-31", "", "range_too_long"},
		{"2026-11-01", "2026-11-01", "", "range_invalid"},
		{"2026-11-02", "2026-11-01", "", "range_invalid"},
		{"2026-11-01", "2026-11-02", "Local", "time_zone_unknown"},
		{"2026-11-01", "2026-11-02", "Europe/Atlantis", "time_zone_unknown"},
	} {
		request := report.Request{
			From: day(t, test.from), To: day(t, test.to), TimeZone: test.zone, GroupBy: []report.Dimension{report.Day},
		}
		made, err := w.Reports.Time(t.Context(), ada, request)
		if test.code != "" {
			refused(t, err, errs.RuleBroken, test.code)
			continue
		}
		if err != nil {
			t.Errorf("%s to %s is refused: %v", test.from, test.to, err)
			continue
		}
		if made.TimeZone != "Europe/Berlin" {
			t.Errorf("the days are cut in %s, want the tenant's zone", made.TimeZone)
		}
	}

	ada.User.TimeZone = "Asia/Kathmandu"
	made, err := w.Reports.Time(t.Context(), ada, report.Request{
		From: day(t, "2026-11-01"), To: day(t, "2026-12-01"), GroupBy: []report.Dimension{report.Project},
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 10, 31, 18, 15, 0, 0, time.UTC); !made.From.Equal(want) || made.TimeZone != "Asia/Kathmandu" {
		t.Errorf("the report begins at %v in %s, want %v in the user's zone", made.From, made.TimeZone, want)
	}
}
