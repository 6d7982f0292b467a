package timesheet_test

import (
	"testing"
	"time"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
)

// forgotten is a timer of Bob's that the server has stopped on Friday after ten hours. Two weeks later nobody has reviewed it,
// and the tenant's lock has closed its time.
func (o *office) forgotten() timer.Entry {
	o.t.Helper()
	o.forgets()
	o.Clock.Set(berlin(18, 10, 0))
	return o.lock(7)
}

// forgets has the server stop a timer of Bob's.
func (o *office) forgets() {
	o.t.Helper()
	_, err := o.Timers.Start(o.t.Context(), o.bob, timer.StartRequest{WorkItem: domaintest.Item(101)})
	if err != nil {
		o.t.Fatal(err)
	}
	o.Clock.Add(11 * time.Hour)
	if _, _, _, err := o.Timers.Current(o.t.Context(), o.bob); err != nil {
		o.t.Fatal(err)
	}
}

// lock closes what ended more than some days ago, and gives the entry of Bob's that waits for a review.
func (o *office) lock(days int) timer.Entry {
	o.t.Helper()
	o.Exec(o.t, `UPDATE tenants SET lock_after_days = ?`, days)
	o.again()
	return o.waiting()[0]
}

// waiting are Bob's entries that still wait for a review.
func (o *office) waiting() []timer.Entry {
	o.t.Helper()
	entries, _, _, err := o.Timers.List(o.t.Context(), o.bob, timer.ListRequest{
		Filter: timer.Filter{Users: []ids.User{o.bob.User.ID}, NeedsReview: new(true)}, Settled: new(false),
	}, page.Request{Limit: 10})
	return must(o, entries, err)
}

// closedReport are the rows of the week's report.
func (o *office) closedReport() (rows []report.Row) {
	o.t.Helper()
	made, err := o.Reports.Time(o.t.Context(), o.ada, report.Request{
		From: monday, To: monday.AddDays(7), TimeZone: "Europe/Berlin", GroupBy: []report.Dimension{report.User, report.Day},
	})
	for row, err := range must(o, made, err).Rows {
		rows = append(rows, must(o, row, err))
	}
	return rows
}

func (o *office) settle(m tenant.Member, entry timer.Entry, length time.Duration, reason string) (timesheet.Adjustment, error) {
	return o.Timesheets.Settle(o.t.Context(), m, timesheet.SettleRequest{Entry: entry.ID, Length: length, Reason: reason})
}

// What a lock has closed before anybody reviewed it counts on an open day, and the closed report stays as it is.
func TestClosedTimeUnderReviewIsSettledOnAnOpenDay(t *testing.T) {
	o := newOffice(t)
	o.approver()
	entry := o.forgotten()
	before := o.closedReport()
	equal(t, "told apart in the closed report", before[0].ReviewMS, (10 * time.Hour).Milliseconds())
	_, err := o.Timers.Change(t.Context(), o.bob, entry.ID, entry.Revision, timer.Patch{Confirm: true, Reason: "Late"})
	refused(t, err, errs.RuleBroken, "period_locked")

	// Their approver doesn't see it, who sees weeks that were handed in. An admin needs a reason.
	_, err = o.settle(o.grace, entry, time.Hour, "Was there")
	refused(t, err, errs.NotFound, "time_entry_not_found")
	_, err = o.settle(o.ada, entry, time.Hour, " ")
	refused(t, err, errs.RuleBroken, "reason_required")
	for _, length := range []time.Duration{-time.Millisecond, 10*time.Hour + time.Millisecond} {
		_, err = o.settle(o.bob, entry, length, "")
		refused(t, err, errs.RuleBroken, "adjustment_invalid")
	}

	made, err := o.settle(o.bob, entry, 10*time.Hour, "")
	equal(t, "counts", must(o, made, err).Length, 10*time.Hour)
	equal(t, "on", made.Day, monday.AddDays(18))
	equal(t, "of", made.ForDay, monday.AddDays(4))
	equal(t, "on the same item", made.WorkItem.ID, entry.WorkItem.ID)
	equal(t, "for the same activity", made.Activity, entry.Activity)
	equal(t, "waiting", len(o.waiting()), 0)
	_, err = o.settle(o.ada, entry, time.Hour, "Twice")
	refused(t, err, errs.Conflict, "entry_settled")
	equal(t, "the closed report", o.closedReport(), before)
	sheet, err := o.Timesheets.Get(t.Context(), o.bob, o.bob.User.ID, made.Day)
	equal(t, "in the open week", must(o, sheet, err).Adjusted(), 10*time.Hour)

	// Bob takes back what he has settled, and nothing else that was adjusted.
	_, err = o.Timesheets.Reverse(t.Context(), o.grace, made.ID, "") // as their approver, who needs a reason too
	refused(t, err, errs.RuleBroken, "reason_required")
	back, err := o.Timesheets.Reverse(t.Context(), o.bob, made.ID, "Not so")
	equal(t, "taken back", must(o, back, err).Length, -10*time.Hour)
	equal(t, "waiting again", len(o.waiting()), 1)
	byAda, err := o.settle(o.ada, entry, 0, "Slept")
	equal(t, "nothing counts", must(o, byAda, err).Length, 0)
	_, err = o.Timesheets.Reverse(t.Context(), o.bob, byAda.ID, "But I was there")
	refused(t, err, errs.Forbidden, "role_required")
	equal(t, "waiting at the end", len(o.waiting()), 0)
	equal(t, "the closed report at the end", o.closedReport(), before)
}

// Settled time doesn't count twice when the lock is taken away again.
func TestSettledTimeStaysSettledWithoutTheLock(t *testing.T) {
	o := newOffice(t)
	entry := o.forgotten()
	made, err := o.settle(o.bob, entry, time.Hour, "")
	must(o, made, err)
	o.Exec(t, `UPDATE tenants SET lock_after_days = NULL`)
	o.again()
	_, err = o.Timers.Change(t.Context(), o.bob, entry.ID, entry.Revision, timer.Patch{Confirm: true, Reason: "Late"})
	refused(t, err, errs.Conflict, "entry_settled")
	_, err = o.Timers.Void(t.Context(), o.bob, entry.ID, entry.Revision, "Late")
	refused(t, err, errs.Conflict, "entry_settled")
	got, _, err := o.Timers.Get(t.Context(), o.bob, entry.ID)
	equal(t, "locked", must(o, got, err).Locked, true)
	// Once that is taken back, the entry is as any other.
	back, err := o.Timesheets.Reverse(t.Context(), o.bob, made.ID, "Not so")
	must(o, back, err)
	_, err = o.settle(o.bob, entry, time.Hour, "")
	refused(t, err, errs.RuleBroken, "period_open")
	confirmed, err := o.Timers.Change(t.Context(), o.bob, entry.ID, entry.Revision, timer.Patch{Confirm: true, Reason: "Late"})
	equal(t, "under review", must(o, confirmed, err).NeedsReview, false)
	_, err = o.settle(o.bob, entry, time.Hour, "")
	refused(t, err, errs.Conflict, "not_under_review")
}

// An entry that only begins in closed time is closed as a whole. It keeps nobody from handing in the week that it ends in.
func TestAWeekIsHandedInOverASettledEntry(t *testing.T) {
	o := newOffice(t)
	o.Clock.Set(berlin(6, 20, 0)) // Sunday evening, up to Monday morning
	o.forgets()
	o.Clock.Set(berlin(14, 12, 0))
	entry := o.lock(7) // from Monday on all is open
	submit := func() error {
		_, err := o.Timesheets.Submit(t.Context(), o.bob, monday.AddDays(7))
		return err
	}
	refused(t, submit(), errs.RuleBroken, "entries_under_review")
	made, err := o.settle(o.bob, entry, 2*time.Hour, "")
	equal(t, "of", must(o, made, err).ForDay, monday.AddDays(6))
	equal(t, "handed in", submit(), error(nil))
}

// The history of an entry tells what settles it, and what corrects its day on its item. It is for its owner and admins.
func TestTheHistoryOfAnEntryHasItsAdjustments(t *testing.T) {
	o := newOffice(t)
	o.approver()
	entry := o.forgotten() // on Friday
	friday := monday.AddDays(4)
	of := func(m tenant.Member) (texts []string) {
		t.Helper()
		found, err := o.Timesheets.AdjustmentsOf(t.Context(), m, entry.ID)
		for _, a := range must(o, found, err) {
			texts = append(texts, a.By.Name+" "+a.Length.String()+" "+a.Reason)
		}
		return texts
	}
	equal(t, "of an entry as it was recorded", of(o.bob), nil)
	settled, err := o.settle(o.bob, entry, 45*time.Minute, "")
	must(o, settled, err)
	o.Clock.Add(time.Minute)
	back, err := o.Timesheets.Reverse(t.Context(), o.bob, settled.ID, "Not so")
	must(o, back, err)
	o.Clock.Add(time.Minute)
	adjusted, err := o.adjust(o.grace, entry, func(r *timesheet.AdjustRequest) { r.ForDay = friday })
	must(o, adjusted, err)
	for _, other := range []func(r *timesheet.AdjustRequest){
		func(r *timesheet.AdjustRequest) { r.ForDay = friday.AddDays(-1) },
		func(r *timesheet.AdjustRequest) {
			r.ForDay, r.WorkItem, r.Project = friday, ids.WorkItem{}, entry.ProjectID
		},
	} {
		made, err := o.adjust(o.grace, entry, other)
		must(o, made, err)
	}
	want := []string{"Bob 45m0s ", "Bob -45m0s Not so", "Grace -1h0m0s Was a break"}
	equal(t, "as Bob sees it", of(o.bob), want)
	equal(t, "as Ada sees it", of(o.ada), want)
	_, err = o.Timesheets.AdjustmentsOf(t.Context(), o.grace, entry.ID)
	refused(t, err, errs.NotFound, "time_entry_not_found")
}

// approvedIn sums up what a report of Bob's time says to be approved, or not.
func (o *office) approvedIn(from, to int, approved bool) time.Duration {
	o.t.Helper()
	made, err := o.Reports.Time(o.t.Context(), o.ada, report.Request{
		From: monday.AddDays(from), To: monday.AddDays(to), TimeZone: "Europe/Berlin", GroupBy: []report.Dimension{report.User},
		Filter: report.Filter{Approved: &approved},
	})
	var sum int64
	for row, err := range must(o, made, err).Rows {
		sum += must(o, row, err).ElapsedMS
	}
	return time.Duration(sum) * time.Millisecond
}

// Nobody has approved what somebody settles of their own time, until their week is. What an approver adjusts is approved.
func TestASettlementIsApprovedWithItsWeek(t *testing.T) {
	o := newOffice(t)
	o.approver()
	entry := o.forgotten()
	settled, err := o.settle(o.bob, entry, 2*time.Hour, "")
	must(o, settled, err)
	adjusted, err := o.adjust(o.grace, entry, func(r *timesheet.AdjustRequest) { r.Length = time.Hour })
	must(o, adjusted, err)
	equal(t, "approved at first", o.approvedIn(14, 21, true), time.Hour)
	equal(t, "not approved at first", o.approvedIn(14, 21, false), 2*time.Hour)
	o.Clock.Add(time.Hour)
	sheet, err := o.Timesheets.Submit(t.Context(), o.bob, monday.AddDays(14))
	must(o, sheet, err)
	equal(t, "not approved, handed in", o.approvedIn(14, 21, false), 2*time.Hour)
	_, err = o.Timesheets.Decide(t.Context(), o.grace, timesheet.DecideRequest{
		User: o.bob.User.ID, FirstDay: sheet.FirstDay, Decision: timesheet.Approve, Sheet: sheet.ID, Revision: sheet.Revision,
	})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "approved", o.approvedIn(14, 21, true), 3*time.Hour)
	equal(t, "not approved", o.approvedIn(14, 21, false), 0)
}
