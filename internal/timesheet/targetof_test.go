package timesheet_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// due gives a report's target, and what of it is due, in hours.
func (o *office) due(m tenant.Member, filter report.Filter, from, to calendar.Day) string {
	o.t.Helper()
	made, err := o.Reports.Time(o.t.Context(), m, report.Request{From: from, To: to, GroupBy: []report.Dimension{report.User}, Filter: filter})
	target := must(o, made, err).Target
	if target == nil {
		return "none"
	}
	return fmt.Sprintf("%g %g", float64(target.MS)/3_600_000, float64(target.DueMS)/3_600_000)
}

// TestReportsAreHeldAgainstTargets on a Friday, of the people in them.
func TestReportsAreHeldAgainstTargets(t *testing.T) {
	o := newOffice(t)
	sunday := monday.AddDays(7)
	equal(t, "before anybody has set a target", o.due(o.ada, report.Filter{}, monday, sunday), "none")
	o.target(ids.User{}, 8)
	o.target(o.grace.User.ID, 4)
	of := func(users ...tenant.Member) (f report.Filter) {
		for _, m := range users {
			f.Users = append(f.Users, m.User.ID)
		}
		return f
	}
	for _, test := range []struct {
		what     string
		m        tenant.Member
		filter   report.Filter
		from, to calendar.Day
		want     string
	}{
		{"everybody, up to today", o.ada, report.Filter{}, monday, sunday, "100 80"},
		{"a part of the week", o.ada, report.Filter{}, monday.AddDays(1), monday.AddDays(3), "40 40"},
		{"today alone", o.ada, report.Filter{}, monday.AddDays(4), monday.AddDays(5), "20 0"},
		{"a month", o.ada, report.Filter{}, monday.AddDays(-15), monday.AddDays(15), "100 80"},
		{"days to come", o.ada, report.Filter{}, monday.AddDays(5), sunday, "none"},
		{"before the target", o.ada, report.Filter{}, monday.AddDays(-7), monday, "none"},
		{"one person", o.ada, of(o.grace), monday, sunday, "20 16"},
		{"two people", o.ada, of(o.grace, o.bob), monday, sunday, "60 48"},
		{"a user sees their own", o.bob, report.Filter{}, monday, sunday, "40 32"},
	} {
		equal(t, test.what, o.due(test.m, test.filter, test.from, test.to), test.want)
	}

	// Each person's own day counts: it is Thursday in Honolulu, and soon Saturday in Kiritimati.
	o.Exec(t, `UPDATE users SET time_zone = 'Pacific/Honolulu' WHERE name = 'Bob'`)
	equal(t, "a day behind", o.due(o.ada, of(o.bob), monday, sunday), "32 24")
	o.Exec(t, `UPDATE users SET time_zone = 'Pacific/Kiritimati' WHERE name = 'Bob'`)
	o.Clock.Add(2 * time.Hour)
	equal(t, "a day ahead", o.due(o.ada, of(o.bob), monday, sunday), "40 40")

	status := tenant.UserDeactivated
	left, err := o.Tenants.ChangeUser(t.Context(), o.ada, o.grace.User.ID, o.grace.User.Revision, tenant.UserPatch{Status: &status})
	must(o, left, err)
	equal(t, "without somebody who has left", o.due(o.ada, report.Filter{}, monday.AddDays(1), monday.AddDays(2)), "16 16")
	equal(t, "somebody who has left", o.due(o.ada, of(o.grace), monday, sunday), "none")
}

// TestATargetIsOfAllOfATime holds that a report of a part of people's time has no target.
func TestATargetIsOfAllOfATime(t *testing.T) {
	o := newOffice(t)
	o.target(ids.User{}, 8)
	yes := true
	for name, filter := range map[string]report.Filter{
		"organization": {Organizations: []string{"contoso"}}, "project": {Projects: []string{"Payments"}}, "work item": {WorkItems: []string{timer.None}},
		"parent": {Parents: []string{timer.None}}, "type": {Types: []string{"Bug"}}, "state": {States: []string{"New"}},
		"activity": {Activities: []ids.Activity{{1}}}, "review": {NeedsReview: &yes}, "billable": {Billable: &yes}, "approved": {Approved: &yes}, "note": {Note: "a"},
	} {
		equal(t, name, o.due(o.ada, filter, monday, monday.AddDays(7)), "none")
	}
}

// TestManyPeopleHaveATarget reads more people than it does at once.
func TestManyPeopleHaveATarget(t *testing.T) {
	o := newOffice(t)
	o.target(ids.User{}, 8)
	err := o.Store.Tx(t.Context(), o.ada.Tenant.ID, func(ctx context.Context) error {
		for i := range 1_000 {
			user := o.bob.User
			user.ID, user.ObjectID, user.Name, user.Email = ids.New[ids.User](), ids.New[ids.Object](), fmt.Sprintf("Person %04d", i), fmt.Sprintf("%d@contoso.example", i)
			if err := o.Store.InsertUser(ctx, o.ada.Tenant.ID, user); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "1,003 people on a day", o.due(o.ada, report.Filter{}, monday, monday.AddDays(1)), "8024 8024")
}
