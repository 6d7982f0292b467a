package timesheet_test

import (
	"testing"
	"time"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
)

// entries are those of Bob's week as a member sees them.
func (o *office) entries(m tenant.Member) ([]timesheet.Part, error) {
	o.t.Helper()
	parts, _, err := o.Timesheets.Entries(o.t.Context(), m, o.bob.User.ID, monday, page.Request{Limit: 10})
	return parts, err
}

// An approver sees what they decide on: the closed time of their people's weeks, and nothing else.
func TestApproversSeeTheWeeksThatTheyDecideOn(t *testing.T) {
	o := newOffice(t)
	o.approver()
	secret := domaintest.Item(102)
	secret.Title, secret.Type = "Layoffs in spring", "Epic"
	added, err := o.Timers.Add(t.Context(), o.bob, timer.AddRequest{
		WorkItem: secret, StartedAt: berlin(0, 9, 0), StoppedAt: berlin(0, 17, 0), Details: timer.Details{Note: new("With Mia")},
	})
	must(o, added, err)
	o.add(o.bob, berlin(-1, 23, 0), berlin(0, 2, 0)) // of which two hours are in the week
	o.add(o.bob, berlin(-2, 9, 0), berlin(-2, 10, 0))
	o.add(o.grace, berlin(1, 9, 0), berlin(1, 10, 0))
	for _, m := range []tenant.Member{o.ada, o.bob, o.grace} {
		_, err := o.entries(m)
		refused(t, err, errs.NotFound, "timesheet_not_found") // nobody has handed it in
	}
	o.submit(o.bob)
	o.Clock.Set(berlin(4, 18, 0))
	late := o.add(o.bob, berlin(4, 17, 0), berlin(4, 18, 0)) // which isn't handed in

	parts, err := o.entries(o.grace)
	equal(t, "entries", len(must(o, parts, err)), 2)
	equal(t, "from", parts[0].From, berlin(0, 0, 0))
	equal(t, "length", parts[0].Length(), 2*time.Hour)
	equal(t, "note", parts[1].Note, "With Mia")
	equal(t, "title to the approver", parts[1].WorkItem.Title, "")
	equal(t, "number", parts[1].WorkItem.Number, "102")
	for _, m := range []tenant.Member{o.ada, o.bob} {
		parts, err := o.entries(m)
		equal(t, "title to "+m.User.Name, must(o, parts, err)[1].WorkItem.Title, "Layoffs in spring")
	}
	page1, next, err := o.Timesheets.Entries(t.Context(), o.grace, o.bob.User.ID, monday, page.Request{Limit: 1})
	equal(t, "first page", len(must(o, page1, err)), 1)
	page2, last, err := o.Timesheets.Entries(t.Context(), o.grace, o.bob.User.ID, monday, page.Request{Limit: 1, After: next})
	equal(t, "second page", must(o, page2, err)[0].ID, added.ID)
	equal(t, "no third page", last, page.Position{})

	// Another week of his, another person's, and another member: there is nothing.
	_, _, err = o.Timesheets.Entries(t.Context(), o.grace, o.bob.User.ID, monday.AddDays(-7), page.Request{Limit: 10})
	refused(t, err, errs.NotFound, "timesheet_not_found")
	_, _, err = o.Timesheets.Entries(t.Context(), o.grace, o.ada.User.ID, monday, page.Request{Limit: 10})
	refused(t, err, errs.NotFound, "user_not_found")
	mia := o.Join(t, o.ada, "Mia")
	_, err = o.entries(mia)
	refused(t, err, errs.NotFound, "user_not_found")

	// What was decided stays to be seen, until the week is open again.
	approved, err := o.decide(o.grace, timesheet.Approve, "")
	must(o, approved, err)
	parts, err = o.entries(o.grace)
	equal(t, "when approved", len(must(o, parts, err)), 2)
	undone, err := o.decide(o.grace, timesheet.Undo, "")
	must(o, undone, err)
	returned, err := o.decide(o.grace, timesheet.Return, "Tuesday?")
	must(o, returned, err)
	_, err = o.entries(o.grace)
	refused(t, err, errs.NotFound, "timesheet_not_found")
	// Somebody whose approver is another one now has nothing for the one before.
	o.submit(o.bob)
	parts, err = o.entries(o.grace)
	equal(t, "the last one when handed in again", must(o, parts, err)[2].ID, late.ID)
	changed, err := o.Tenants.ChangeUser(t.Context(), o.ada, o.bob.User.ID, o.bob.User.Revision, tenant.UserPatch{Approver: &mia.User.ID})
	must(o, changed, err)
	_, err = o.entries(o.grace)
	refused(t, err, errs.NotFound, "user_not_found")
	parts, err = o.entries(mia)
	equal(t, "to the one now", len(must(o, parts, err)), 3)
}
