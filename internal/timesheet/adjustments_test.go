package timesheet_test

import (
	"slices"
	"testing"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
)

// adjust corrects Bob's Monday by an hour, on the work of an entry.
func (o *office) adjust(m tenant.Member, entry timer.Entry, change func(*timesheet.AdjustRequest)) (timesheet.Adjustment, error) {
	request := timesheet.AdjustRequest{
		User: o.bob.User.ID, ForDay: monday, WorkItem: entry.WorkItem.ID, Length: -time.Hour, Reason: " Was a break ",
	}
	if change != nil {
		change(&request)
	}
	return o.Timesheets.Adjust(o.t.Context(), m, request)
}

func TestAdjustmentsCorrectClosedTimeOnAnOpenDay(t *testing.T) {
	o := newOffice(t)
	o.approver()
	entry := o.add(o.bob, berlin(0, 9, 0), berlin(0, 17, 0))
	_, err := o.adjust(o.grace, entry, nil)
	refused(t, err, errs.RuleBroken, "period_open") // its entries can be corrected
	o.submit(o.bob)
	_, err = o.adjust(o.bob, entry, nil)
	refused(t, err, errs.Forbidden, "role_required")
	_, err = o.adjust(o.grace, entry, func(r *timesheet.AdjustRequest) { r.User = o.ada.User.ID })
	refused(t, err, errs.NotFound, "user_not_found")
	_, err = o.adjust(o.grace, entry, func(r *timesheet.AdjustRequest) { r.User = o.grace.User.ID })
	refused(t, err, errs.Forbidden, "not_the_approver")
	_, err = o.adjust(o.grace, entry, func(r *timesheet.AdjustRequest) { r.Reason = "  " })
	refused(t, err, errs.RuleBroken, "reason_required")
	for _, length := range []time.Duration{0, timesheet.MaxAdjustment + time.Millisecond, -timesheet.MaxAdjustment - time.Millisecond} {
		_, err = o.adjust(o.grace, entry, func(r *timesheet.AdjustRequest) { r.Length = length })
		refused(t, err, errs.RuleBroken, "adjustment_invalid")
	}
	_, err = o.adjust(o.grace, entry, func(r *timesheet.AdjustRequest) { r.Day = monday.AddDays(1) })
	refused(t, err, errs.RuleBroken, "adjustment_closed")

	// Today is closed in part, so that it counts tomorrow.
	made, err := o.adjust(o.grace, entry, nil)
	equal(t, "counts on", must(o, made, err).Day, monday.AddDays(5))
	equal(t, "activity", made.Activity.Name, "Development")
	equal(t, "billable", made.Billable, true)
	equal(t, "reason", made.Reason, "Was a break")
	sheet := o.sheet(o.bob, o.bob)
	equal(t, "recorded", sheet.Recorded(), 8*time.Hour)
	equal(t, "adjusted", sheet.Adjusted(), -time.Hour)
	equal(t, "Saturday", sheet.Days[5], timesheet.Day{Day: monday.AddDays(5), Adjusted: -time.Hour})

	// On a project alone, in a week to come.
	later := monday.AddDays(8)
	general, err := o.adjust(o.ada, entry, func(r *timesheet.AdjustRequest) {
		r.WorkItem, r.Project, r.Day, r.Length = ids.WorkItem{}, entry.ProjectID, later, 2*time.Hour
	})
	equal(t, "without a work item", must(o, general, err).WorkItem.ID, ids.WorkItem{})
	equal(t, "on its day", general.Day, later)

	// The opposite takes it back, once.
	_, err = o.Timesheets.Reverse(t.Context(), o.bob, made.ID, "No")
	refused(t, err, errs.Forbidden, "role_required")
	opposite, err := o.Timesheets.Reverse(t.Context(), o.grace, made.ID, "It was none")
	equal(t, "opposite", must(o, opposite, err).Length, time.Hour)
	equal(t, "of", opposite.Reverses, made.ID)
	for _, id := range []ids.Adjustment{made.ID, opposite.ID} {
		_, err = o.Timesheets.Reverse(t.Context(), o.grace, id, "Again")
		refused(t, err, errs.Conflict, "adjustment_reversed")
	}
	equal(t, "adjusted after that", o.sheet(o.bob, o.bob).Adjusted(), 0)

	list, _, err := o.Timesheets.Adjustments(t.Context(), o.bob, timesheet.AdjustmentFilter{}, page.Request{Limit: 10})
	equal(t, "Bob's", len(must(o, list, err)), 3)
	equal(t, "reversal", list[slices.IndexFunc(list, func(a timesheet.Adjustment) bool { return a.ID == made.ID })].Reversal, opposite.ID)
	list, _, err = o.Timesheets.Adjustments(t.Context(), o.ada, timesheet.AdjustmentFilter{From: later}, page.Request{Limit: 10})
	equal(t, "from a day on", len(must(o, list, err)), 1)
	_, _, err = o.Timesheets.Adjustments(t.Context(), o.bob, timesheet.AdjustmentFilter{User: o.ada.User.ID}, page.Request{Limit: 10})
	refused(t, err, errs.NotFound, "user_not_found")
	equal(t, "audited", o.Count(t, `SELECT COUNT(*) FROM audit_events WHERE action = 'adjustment_made'`), 3)
}

// An approver sees the time of their people, but of a work item only what the tracker or their own client has said to
// themselves.
func TestAdjustmentsShowApproversTheirOwnViewOfWorkItems(t *testing.T) {
	o := newOffice(t)
	o.approver()
	secret := domaintest.Item(101)
	secret.Title, secret.Type = "Layoffs in spring", "Epic"
	entry, err := o.Timers.Add(t.Context(), o.bob, timer.AddRequest{WorkItem: secret, StartedAt: berlin(0, 9, 0), StoppedAt: berlin(0, 17, 0)})
	must(o, entry, err)
	o.submit(o.bob)
	made, err := o.adjust(o.ada, entry, nil)
	must(o, made, err)
	seen := func(m tenant.Member, a timesheet.Adjustment) string { return a.WorkItem.SeenBy(m).Title }
	list := func(m tenant.Member) timesheet.Adjustment {
		t.Helper()
		all, _, err := o.Timesheets.Adjustments(t.Context(), m, timesheet.AdjustmentFilter{}, page.Request{Limit: 10})
		return must(o, all, err)[0]
	}
	equal(t, "to its owner", seen(o.bob, list(o.bob)), secret.Title)
	equal(t, "to an admin", seen(o.ada, list(o.ada)), secret.Title)
	equal(t, "to the approver", seen(o.grace, list(o.grace)), "")
	opposite, err := o.Timesheets.Reverse(t.Context(), o.grace, made.ID, "It was none")
	equal(t, "when they take it back", seen(o.grace, must(o, opposite, err)), "")
}

// What an invoice was made of stays: whatever happens later, the days of a closed week add up to the same.
func TestClosedWeekStaysTheSame(t *testing.T) {
	o := newOffice(t)
	entry := o.add(o.bob, berlin(0, 9, 0), berlin(0, 17, 0))
	o.target(ids.User{}, 8)
	o.Clock.Set(berlin(7, 9, 0))
	o.submit(o.bob)
	approved, err := o.decide(o.ada, timesheet.Approve, "")
	days := must(o, approved, err).Days

	made, err := o.adjust(o.ada, entry, nil)
	must(o, made, err)
	o.approver()
	changed, err := o.Tenants.ChangeUser(t.Context(), o.ada, o.bob.User.ID, o.bob.User.Revision, tenant.UserPatch{Role: new(tenant.RoleAdmin)})
	must(o, changed, err)
	zone := calendar.CheckZone("Asia/Tokyo")
	equal(t, "a zone", zone, nil)
	o.Exec(t, `UPDATE users SET time_zone = 'Asia/Tokyo', week_start = 'sunday' WHERE name = 'Bob'`)
	o.again()
	hours := everyDay(4 * time.Hour)
	targets, err := o.Timesheets.SetTarget(t.Context(), o.ada, timesheet.SetTargetRequest{
		User: o.bob.User.ID, From: monday.AddDays(7), Hours: &hours, Revision: 1,
	})
	must(o, targets, err)
	o.Clock.Set(berlin(60, 9, 0))
	list, err := o.Store.Timesheets(t.Context(), o.ada.Tenant.ID, []ids.User{o.bob.User.ID}, monday, monday)
	equal(t, "through", must(o, list, err)[0].ApprovedThrough, approved.Through)
	// Monday the 16th names the week, as when it was handed in.
	o.Exec(t, `UPDATE users SET week_start = NULL WHERE name = 'Bob'`)
	o.again()
	equal(t, "days", o.sheet(o.ada, o.bob).Days, days)
}
