package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// board is a tenant whose work items have parents: the story 10 has the tasks 11 and 12, and the bug 13. Ada has read all of
// them, Ben has not read 12, and Azure DevOps hides 10 from him.
type board struct {
	*domaintest.World
	t        *testing.T
	ada, ben tenant.Member
	items    map[string]ids.WorkItem
}

func newBoard(t *testing.T) *board {
	t.Helper()
	w := domaintest.New(t)
	b := &board{World: w, t: t, ada: w.SignUp(t), items: map[string]ids.WorkItem{}}
	b.ben = w.Join(t, b.ada, "Ben")
	for number, of := range map[string][2]string{"10": {"User Story", ""}, "11": {"Task", "10"}, "12": {"Task", "10"}, "13": {"Bug", "10"}, "14": {"Bug", ""}} {
		w.Boards.Answer("contoso", workitem.Facts{
			Number: number, Revision: 1, Project: workitem.Named{Name: "Payments"}, Title: "Secret of " + number,
			Type: of[0], State: map[string]string{"13": "Closed"}[number] + map[bool]string{true: "Active"}[number != "13"], Parent: of[1],
		})
	}
	w.Boards.Hide(b.ben.User.ObjectID.String(), "10")
	for hour, number := range []string{"10", "11", "12", "13", "14"} {
		for i, m := range []tenant.Member{b.ada, b.ben} {
			start := w.Clock.Now().Add(-24*time.Hour + time.Duration(hour)*time.Hour)
			e := domaintest.Entry(m, domaintest.Item(10), start, start.Add(time.Duration(10*(hour+1)+i)*time.Minute))
			e.WorkItem.Number, e.WorkItem.Title, e.WorkItem.Type = number, "", ""
			w.Save(t, m, e)
		}
	}
	entries, _, _, err := w.Timers.List(t.Context(), b.ada, timer.ListRequest{}, page.Request{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b.items[e.WorkItem.Number] = e.WorkItem.ID
	}
	for m, numbers := range map[*tenant.Member][]string{&b.ada: {"10", "11", "12", "13", "14"}, &b.ben: {"10", "11", "13", "14"}} {
		var read []ids.WorkItem
		for _, number := range numbers {
			read = append(read, b.items[number])
		}
		if _, err := w.Work.Read(t.Context(), *m, workitem.NewCredential(m.Tenant.DirectoryID.String(), m.User.ObjectID.String(), "token"), read); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func (b *board) request(filter report.Filter, groupBy ...report.Dimension) report.Request {
	return report.Request{From: day(b.t, "2026-11-01"), To: day(b.t, "2026-12-01"), GroupBy: groupBy, Filter: filter}
}

// told writes rows as "type parent: minutes".
func (b *board) told(m tenant.Member, request report.Request) string {
	b.t.Helper()
	made, err := b.Reports.Time(b.t.Context(), m, request)
	if err != nil {
		b.t.Fatal(err)
	}
	var rows []string
	for row, err := range made.Rows {
		if err != nil {
			b.t.Fatal(err)
		}
		words := []string{row.PeriodName, row.Site.Name, row.Project.Name, row.User.Name, row.Type, row.WorkItem.Number, row.WorkItem.Title, row.Parent.Number, row.Parent.Title}
		words = slices.DeleteFunc(words, func(word string) bool { return word == "" })
		rows = append(rows, fmt.Sprintf("%s: %d", strings.Join(words, " "), row.ElapsedMS/60_000))
	}
	return strings.Join(rows, ", ")
}

// TestGroupsTellNobodyWhatTheyMayNotSee holds for types and parents, which are facts of the tracker.
func TestGroupsTellNobodyWhatTheyMayNotSee(t *testing.T) {
	b := newBoard(t)
	for _, test := range []struct {
		name    string
		m       tenant.Member
		filter  report.Filter
		groupBy []report.Dimension
		want    string
	}{
		{"types", b.ada, report.Filter{}, []report.Dimension{report.Type}, "Bug: 182, Task: 102, User Story: 21"},
		{"own types", b.ben, report.Filter{}, []report.Dimension{report.Type}, ": 42, Bug: 92, Task: 21"},
		{"parents", b.ada, report.Filter{}, []report.Dimension{report.Parent}, ": 122, 10 Secret of 10: 183"},
		// He sees that 11 and 13 have a parent, but not what it is called.
		{"own parents", b.ben, report.Filter{}, []report.Dimension{report.Parent}, ": 93, 10: 62"},
		{"parents of types", b.ben, report.Filter{}, []report.Dimension{report.Parent, report.Type},
			": 42, Bug: 51, Bug 10: 41, Task 10: 21"},
		{"items of parents", b.ben, report.Filter{}, []report.Dimension{report.WorkItem, report.Parent},
			"10: 11, 11 Secret of 11 10: 21, 12: 31, 13 Secret of 13 10: 41, 14 Secret of 14: 51"},
		{"of a type", b.ben, report.Filter{Types: []string{"Task"}}, []report.Dimension{report.WorkItem}, "11 Secret of 11: 21"},
		{"of two types", b.ben, report.Filter{Types: []string{"Task", "Bug"}}, []report.Dimension{report.Type}, "Bug: 92, Task: 21"},
		{"of no type", b.ben, report.Filter{Types: []string{""}}, []report.Dimension{report.WorkItem}, "10: 11, 12: 31"},
		{"of a type by an admin", b.ada, report.Filter{Types: []string{"Task"}}, []report.Dimension{report.User}, "Ada: 50, Ben: 52"},
		{"of a state", b.ben, report.Filter{States: []string{"Active"}}, []report.Dimension{report.WorkItem}, "11 Secret of 11: 21, 14 Secret of 14: 51"},
		{"of no state", b.ben, report.Filter{States: []string{""}}, []report.Dimension{report.WorkItem}, "10: 11, 12: 31"},
		{"of a state by an admin", b.ada, report.Filter{States: []string{"Closed"}}, []report.Dimension{report.Type}, "Bug: 81"},
		{"of a parent", b.ben, report.Filter{Parents: []string{b.items["10"].String()}}, []report.Dimension{report.User}, "Ben: 62"},
		{"of no parent", b.ben, report.Filter{Parents: []string{"none"}}, []report.Dimension{report.User}, "Ben: 93"},
		{"of some or no parent", b.ben, report.Filter{Parents: []string{"none", b.items["10"].String()}}, []report.Dimension{report.User}, "Ben: 155"},
		{"of items", b.ada, report.Filter{WorkItems: []string{b.items["10"].String(), b.items["14"].String()}}, []report.Dimension{report.User}, "Ada: 60, Ben: 62"},
		{"of no item", b.ada, report.Filter{WorkItems: []string{"none"}}, []report.Dimension{report.User}, ""},
		{"of people", b.ada, report.Filter{Users: []ids.User{b.ada.User.ID, b.ben.User.ID}}, []report.Dimension{report.User}, "Ada: 150, Ben: 155"},
		{"of an organization", b.ada, report.Filter{Organizations: []string{"CONTOSO"}}, []report.Dimension{report.Site}, "contoso: 305"},
		{"of another organization", b.ada, report.Filter{Organizations: []string{"fabrikam"}}, []report.Dimension{report.Site}, ""},
		{"of one of two organizations", b.ada, report.Filter{Organizations: []string{"fabrikam", "contoso"}, Projects: []string{"payments"}},
			[]report.Dimension{report.Site, report.Project}, "contoso Payments: 305"},
		{"quarters", b.ada, report.Filter{}, []report.Dimension{report.Quarter, report.Site}, "2026-Q4 contoso: 305"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b.t = t
			if got := b.told(test.m, b.request(test.filter, test.groupBy...)); got != test.want {
				t.Errorf("%s sees %q, want %q", test.m.User.Name, got, test.want)
			}
		})
	}
	_, err := b.Reports.Time(t.Context(), b.ben, b.request(report.Filter{Users: []ids.User{b.ben.User.ID, b.ada.User.ID}}, report.User))
	refused(t, err, errs.Forbidden, "role_required")
	_, err = b.Reports.Time(t.Context(), b.ben, b.request(report.Filter{Parents: []string{"10"}}, report.User))
	refused(t, err, errs.RuleBroken, "filter_invalid")
	_, err = b.Reports.Time(t.Context(), b.ada, b.request(report.Filter{Types: slices.Repeat([]string{"Bug"}, 101)}, report.User))
	refused(t, err, errs.RuleBroken, "filter_invalid")
}

// drill is the filter that opens a row.
func drill(row report.Row, groupBy []report.Dimension, filter report.Filter) (opened timer.ListRequest) {
	opened.Filter, opened.From, opened.To = filter, row.From, row.To
	stopped := false
	opened.Running = &stopped
	item := func(w workitem.WorkItem) []string {
		if w.ID.IsZero() {
			return []string{timer.None}
		}
		return []string{w.ID.String()}
	}
	for _, d := range groupBy {
		switch d {
		case report.User:
			opened.Users = []ids.User{row.User.ID}
		case report.Site:
			opened.Organizations = []string{row.Site.ID.String()}
		case report.Project:
			opened.Projects = []string{row.Project.ID.String()}
		case report.WorkItem:
			opened.WorkItems = item(row.WorkItem)
		case report.Parent:
			opened.Parents = item(row.Parent)
		case report.Activity:
			opened.Activities = []ids.Activity{row.Activity.ID}
		case report.Billable:
			opened.Billable = &row.Billable
		case report.Type:
			opened.Types = []string{row.Type}
		default: // the row's instants
		}
	}
	return opened
}

// TestRowsOpenTheirEntries opens each row of reports as the page does, and adds up what it lists.
func TestRowsOpenTheirEntries(t *testing.T) {
	b := newBoard(t)
	unbilled := domaintest.Entry(b.ada, domaintest.Item(10), b.Clock.Now().Add(-30*time.Hour), b.Clock.Now().Add(-29*time.Hour))
	unbilled.Billable = false
	b.Save(t, b.ada, unbilled)
	b.Save(t, b.ada, domaintest.Entry(b.ada, domaintest.ItemOf("Shop", 7), b.Clock.Now().Add(-time.Hour), time.Time{}))
	all := []report.Dimension{report.Day, report.Quarter, report.Site, report.Project, report.User, report.WorkItem, report.Parent, report.Type, report.Activity, report.Billable}
	for _, m := range []tenant.Member{b.ada, b.ben} {
		for _, one := range all {
			for _, other := range all {
				groupBy := []report.Dimension{one, other}
				if one == other || (one == report.Day && other == report.Quarter) || (one == report.Quarter && other == report.Day) {
					groupBy = groupBy[:1]
				}
				filter := report.Filter{States: []string{"Active", ""}}
				made, err := b.Reports.Time(t.Context(), m, b.request(filter, groupBy...))
				if err != nil {
					t.Fatal(err)
				}
				for row, err := range made.Rows {
					if err != nil {
						t.Fatal(err)
					}
					opened := drill(row, groupBy, filter)
					if opened.From.IsZero() {
						opened.From, opened.To = made.From, made.To
					}
					if len(opened.Users) == 0 && m.User.ID == b.ben.User.ID {
						opened.Users = []ids.User{m.User.ID}
					}
					entries, _, _, err := b.Timers.List(t.Context(), m, opened, page.Request{Limit: 100})
					if err != nil {
						t.Fatal(err)
					}
					var sum, count int64
					for _, e := range entries {
						sum += min(e.StoppedAt.UnixMilli(), opened.To.UnixMilli()) - max(e.StartedAt.UnixMilli(), opened.From.UnixMilli())
						count++
					}
					if diff := gocmp.Diff([]int64{row.ElapsedMS + row.ReviewMS, row.Entries}, []int64{sum, count}); diff != "" {
						t.Errorf("by %v the row %+v opens others (-want +got):\n%s", groupBy, row, diff)
					}
				}
			}
		}
	}
}
