package timesheet_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
)

// office is a tenant with Ada, who is its super_admin, and two people. It is Friday, 20 November 2026, 10:00 in Berlin;
// the week began on Monday the 16th.
type office struct {
	*domaintest.World
	t               *testing.T
	ada, bob, grace tenant.Member
}

func newOffice(t *testing.T) *office {
	t.Helper()
	w := domaintest.New(t)
	o := &office{World: w, t: t, ada: w.SignUp(t)}
	o.bob, o.grace = w.Join(t, o.ada, "Bob"), w.Join(t, o.ada, "Grace")
	// They have been there for long, so that targets hold in all of the week.
	w.Exec(t, `UPDATE users SET created_at = 0`)
	o.again()
	return o
}

// again reads the members as they are now.
func (o *office) again() {
	o.t.Helper()
	for _, m := range []*tenant.Member{&o.ada, &o.bob, &o.grace} {
		*m = o.Again(o.t, *m)
	}
}

// monday is the first day of the week.
var monday = calendar.Day{Year: 2026, Month: time.November, Date: 16}

// berlin is an instant of the week, by Berlin's clocks, which are an hour ahead; day 0 is Monday.
func berlin(day, hour, minute int) time.Time {
	return time.Date(2026, time.November, 16+day, hour-1, minute, 0, 0, time.UTC)
}

// add records time by hand, which must succeed.
func (o *office) add(m tenant.Member, from, to time.Time) timer.Entry {
	o.t.Helper()
	added, err := o.tryAdd(m, from, to)
	return must(o, added, err)
}

func (o *office) tryAdd(m tenant.Member, from, to time.Time) (timer.Entry, error) {
	return o.Timers.Add(o.t.Context(), m, timer.AddRequest{WorkItem: domaintest.Item(101), StartedAt: from, StoppedAt: to})
}

func (o *office) submit(m tenant.Member) timesheet.Sheet {
	o.t.Helper()
	sheet, err := o.Timesheets.Submit(o.t.Context(), m, monday)
	return must(o, sheet, err)
}

func (o *office) sheet(m tenant.Member, of tenant.Member) timesheet.Sheet {
	o.t.Helper()
	sheet, err := o.Timesheets.Get(o.t.Context(), m, of.User.ID, monday)
	return must(o, sheet, err)
}

// decide decides on Bob's week, as it is.
func (o *office) decide(m tenant.Member, decision timesheet.Decision, comment string) (timesheet.Sheet, error) {
	o.t.Helper()
	seen := o.sheet(o.ada, o.bob)
	return o.Timesheets.Decide(o.t.Context(), m, timesheet.DecideRequest{
		User: o.bob.User.ID, FirstDay: monday, Decision: decision, Comment: comment, Sheet: seen.ID, Revision: seen.Revision,
	})
}

// approver makes Grace the one who decides on Bob's weeks.
func (o *office) approver() {
	o.t.Helper()
	changed, err := o.Tenants.ChangeUser(o.t.Context(), o.ada, o.bob.User.ID, o.bob.User.Revision, tenant.UserPatch{Approver: &o.grace.User.ID})
	must(o, changed, err)
	o.again()
}

// target sets hours from Monday to Friday, from the week's Monday on.
func (o *office) target(user ids.User, hours int) {
	o.t.Helper()
	targets, err := o.Timesheets.TargetsOf(o.t.Context(), o.ada, user)
	revision := must(o, targets, err).Revision(!user.IsZero())
	wanted := timesheet.Hours{}
	for day := time.Monday; day <= time.Friday; day++ {
		wanted[day] = time.Duration(hours) * time.Hour
	}
	targets, err = o.Timesheets.SetTarget(o.t.Context(), o.ada, timesheet.SetTargetRequest{User: user, From: monday, Hours: &wanted, Revision: revision})
	must(o, targets, err)
}

// must gives the value of a call that must succeed.
func must[T any](o *office, value T, err error) T {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
	return value
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// refused ends the test when the error does not have the kind and the code.
func refused(t *testing.T, err error, kind errs.Kind, code string) {
	t.Helper()
	if err == nil || errs.KindOf(err) != kind || errs.CodeOf(err) != code {
		t.Errorf("want an error of kind %d with code %q, got %v", kind, code, err)
	}
}
