package timesheet_test

import (
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

func day(t *testing.T, text string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// everyDay is the same length on each weekday.
func everyDay(length time.Duration) (hours timesheet.Hours) {
	for i := range hours {
		hours[i] = length
	}
	return hours
}

func TestTargetsByDay(t *testing.T) {
	targets := timesheet.Targets{
		Begins: day(t, "2026-11-04"),
		Default: []timesheet.Target{
			{From: day(t, "2026-11-02"), Hours: everyDay(8 * time.Hour)},
			{From: day(t, "2026-11-20"), Hours: everyDay(7 * time.Hour)},
		},
		Own: []timesheet.Target{
			{From: day(t, "2026-11-10"), Hours: everyDay(4 * time.Hour)},
			{From: day(t, "2026-11-18"), Inherits: true},
		},
	}
	for text, want := range map[string]time.Duration{
		"2026-11-01": 0,             // nobody has set anything
		"2026-11-03": 0,             // the person wasn't there
		"2026-11-04": 8 * time.Hour, // the tenant's
		"2026-11-09": 8 * time.Hour,
		"2026-11-10": 4 * time.Hour, // their own
		"2026-11-17": 4 * time.Hour,
		"2026-11-18": 8 * time.Hour, // the tenant's again
		"2026-11-20": 7 * time.Hour,
		"2027-01-01": 7 * time.Hour,
	} {
		equal(t, text, targets.On(day(t, text)), want)
	}
	var weekend timesheet.Hours
	weekend[time.Sunday] = time.Hour
	targets = timesheet.Targets{Default: []timesheet.Target{{From: day(t, "2026-11-02"), Hours: weekend}}}
	equal(t, "Saturday", targets.On(day(t, "2026-11-21")), 0)
	equal(t, "Sunday", targets.On(day(t, "2026-11-22")), time.Hour)
}

func TestMissingAndExcess(t *testing.T) {
	o := newOffice(t)
	o.Clock.Set(berlin(4, 18, 0))
	o.target(ids.User{}, 8)
	o.add(o.bob, berlin(0, 9, 0), berlin(0, 19, 0)) // two hours too much, which make up for no other day
	o.add(o.bob, berlin(1, 9, 0), berlin(1, 16, 30))
	o.add(o.bob, berlin(2, 20, 0), berlin(3, 4, 0)) // across midnight: four hours on each day
	o.add(o.bob, berlin(4, 9, 0), berlin(4, 10, 0)) // today isn't over
	sheet := o.sheet(o.ada, o.bob)
	equal(t, "target", sheet.Target(), 40*time.Hour)
	equal(t, "recorded", sheet.Recorded(), 26*time.Hour+30*time.Minute)
	equal(t, "missing", sheet.Missing, 30*time.Minute+4*time.Hour+4*time.Hour)
	equal(t, "excess", sheet.Excess, 2*time.Hour)
	equal(t, "Wednesday", sheet.Days[2], timesheet.Day{Day: monday.AddDays(2), Target: 8 * time.Hour, Recorded: 4 * time.Hour, Missing: 4 * time.Hour})
	equal(t, "meets its target", sheet.MeetsTarget(), false)
	// Somebody who has left misses nothing.
	o.Exec(t, `UPDATE users SET status = 'deactivated' WHERE name = 'Bob'`)
	equal(t, "missing of somebody who has left", o.sheet(o.ada, o.bob).Missing, 0)
}

// What a week that is over misses and has too much is what its time differs from its target by, to the millisecond.
func TestMissingAndExcessAddUpWithTheTime(t *testing.T) {
	o := newOffice(t)
	o.Clock.Set(berlin(7, 9, 0))
	o.target(ids.User{}, 8)
	for i, beyond := range []time.Duration{-44*time.Minute - 59*time.Second, 0, 20*time.Minute + 501*time.Millisecond, 0, 0} {
		o.add(o.bob, berlin(i, 9, 0), berlin(i, 17, 0).Add(beyond))
	}
	sheet := o.sheet(o.ada, o.bob)
	equal(t, "missing", sheet.Missing, 44*time.Minute+59*time.Second)
	equal(t, "excess", sheet.Excess, 20*time.Minute+501*time.Millisecond)
	equal(t, "time", sheet.Recorded(), sheet.Target()-sheet.Missing+sheet.Excess)
	var days time.Duration
	for _, day := range sheet.Days {
		days += day.Missing
	}
	equal(t, "missing of the days", days, sheet.Missing)
}

// Somebody who adds up what is shown of the days, and what a reminder says, gets the target.
func TestAReminderSaysWhatIsShown(t *testing.T) {
	o := newOffice(t)
	o.Clock.Set(berlin(4, 18, 0))
	o.target(ids.User{}, 8)
	for i, seconds := range []int{20, 50, 50} { // together two minutes, which the last two days are shown to have
		o.add(o.bob, berlin(i, 9, 0), berlin(i, 16, 15).Add(time.Duration(seconds)*time.Second))
	}
	equal(t, "week", o.sheet(o.ada, o.bob).ShownMissing, 10*time.Hour+13*time.Minute)
}

// Nobody is reminded of seconds that no page shows.
func TestSecondsAreNotMissedInAReminder(t *testing.T) {
	o := newOffice(t)
	o.Clock.Set(berlin(1, 9, 0))
	o.target(ids.User{}, 8)
	o.add(o.bob, berlin(0, 9, 0), berlin(0, 17, 0).Add(-time.Second))
	o.add(o.bob, berlin(1, 0, 0), berlin(1, 0, 0).Add(2*time.Second)) // the week has eight hours and a second
	sheet := o.sheet(o.ada, o.bob)
	equal(t, "missing", sheet.Missing, time.Second)
	equal(t, "missing as it is shown", sheet.ShownMissing, 0)
}

// A day with a change of clocks is as long as it is.
func TestDaysOfTheOwnersZone(t *testing.T) {
	o := newOffice(t)
	o.Exec(t, `UPDATE users SET time_zone = 'Pacific/Auckland' WHERE name = 'Bob'`)
	o.again()
	o.add(o.bob, berlin(0, 11, 0), berlin(0, 13, 0)) // midnight in Auckland is at noon in Berlin
	sheet := o.sheet(o.ada, o.bob)
	equal(t, "zone", sheet.TimeZone, "Pacific/Auckland")
	equal(t, "Monday", sheet.Days[0].Recorded, time.Hour)
	equal(t, "Tuesday", sheet.Days[1].Recorded, time.Hour)
	// A week that was handed in keeps the days of its zone, also for its owner.
	o.submit(o.bob)
	o.Exec(t, `UPDATE users SET time_zone = 'Europe/Berlin' WHERE name = 'Bob'`)
	o.again()
	sheet = o.sheet(o.bob, o.bob)
	equal(t, "zone when it was handed in", sheet.TimeZone, "Pacific/Auckland")
	equal(t, "Tuesday when it was handed in", sheet.Days[1].Recorded, time.Hour)
	// The week after it begins where it ends, in whatever zone.
	o.Clock.Set(berlin(9, 12, 0))
	o.submit(o.bob)
	next, err := o.Timesheets.Submit(t.Context(), o.bob, monday.AddDays(7))
	equal(t, "the next week begins", must(o, next, err).From, berlin(7, 0, 0))
}

func TestPastWeeksKeepTheirTarget(t *testing.T) {
	o := newOffice(t)
	set := func(user ids.User, from string, revision int64) error {
		hours := everyDay(8 * time.Hour)
		_, err := o.Timesheets.SetTarget(t.Context(), o.ada, timesheet.SetTargetRequest{User: user, From: day(t, from), Hours: &hours, Revision: revision})
		return err
	}
	if err := set(ids.User{}, "2026-01-01", 1); err != nil { // the first one may begin at any day
		t.Fatal(err)
	}
	refused(t, set(ids.User{}, "2026-11-15", 2), errs.RuleBroken, "target_in_past")
	refused(t, set(o.bob.User.ID, "2026-11-15", 1), errs.RuleBroken, "target_in_past")
	refused(t, set(ids.User{}, "2026-11-16", 1), errs.Stale, "stale")
	if err := set(o.bob.User.ID, "2026-11-16", 1); err != nil {
		t.Fatal(err)
	}
	_, err := o.Timesheets.SetTarget(t.Context(), o.bob, timesheet.SetTargetRequest{From: monday})
	refused(t, err, errs.Forbidden, "role_required")
	_, err = o.Timesheets.SetTarget(t.Context(), o.ada, timesheet.SetTargetRequest{From: monday, Revision: 2})
	refused(t, err, errs.RuleBroken, "target_invalid")
	// Without hours Bob has the tenant's again. The same day is replaced.
	_, err = o.Timesheets.SetTarget(t.Context(), o.ada, timesheet.SetTargetRequest{User: o.bob.User.ID, From: monday, Revision: 2})
	if err != nil {
		t.Fatal(err)
	}
	targets, err := o.Timesheets.TargetsOf(t.Context(), o.bob, o.bob.User.ID)
	equal(t, "Bob's targets", len(must(o, targets, err).Own), 1)
	equal(t, "inherits", targets.Own[0].Inherits, true)
	_, err = o.Timesheets.TargetsOf(t.Context(), o.bob, o.grace.User.ID)
	refused(t, err, errs.NotFound, "user_not_found")
}

// names are the owners of weeks, in their order.
func names(sheets []timesheet.Sheet) []string {
	list := []string{}
	for _, sheet := range sheets {
		list = append(list, sheet.Owner.Name)
	}
	return list
}

func TestWhoSeesWhoseWeeks(t *testing.T) {
	o := newOffice(t)
	o.approver()
	list := func(m tenant.Member) []string {
		sheets, _, err := o.Timesheets.List(t.Context(), m, monday, page.Request{Limit: 10})
		return names(must(o, sheets, err))
	}
	equal(t, "Ada sees", list(o.ada), []string{"Ada", "Bob", "Grace"})
	equal(t, "Grace sees", list(o.grace), []string{"Bob", "Grace"})
	equal(t, "Bob sees", list(o.bob), []string{"Bob"})
	_, err := o.Timesheets.Get(t.Context(), o.bob, o.grace.User.ID, monday)
	refused(t, err, errs.NotFound, "user_not_found")

	o.submit(o.bob)
	o.submit(o.grace)
	pending := func(m tenant.Member, everybody bool) []string {
		sheets, _, err := o.Timesheets.Pending(t.Context(), m, everybody, page.Request{Limit: 10})
		return names(must(o, sheets, err))
	}
	equal(t, "Grace decides on", pending(o.grace, false), []string{"Bob"})
	equal(t, "Ada decides on", pending(o.ada, false), []string{"Grace"})
	equal(t, "Ada may decide on", pending(o.ada, true), []string{"Bob", "Grace"})
	equal(t, "Bob decides on", pending(o.bob, false), []string{})
	_, _, err = o.Timesheets.Pending(t.Context(), o.bob, true, page.Request{Limit: 10})
	refused(t, err, errs.Forbidden, "role_required")
	// An approver who has left decides on nothing, so that admins do.
	o.Exec(t, `UPDATE users SET status = 'deactivated' WHERE name = 'Grace'`)
	equal(t, "Ada decides on, without Grace", pending(o.ada, false), []string{"Bob", "Grace"})
}

// A running timer is told with the weeks that it counts in, to whoever sees running timers: not to approvers.
func TestRunningTimersOfWeeks(t *testing.T) {
	o := newOffice(t)
	o.approver()
	started, err := o.Timers.Start(t.Context(), o.bob, timer.StartRequest{WorkItem: domaintest.Item(101)})
	since := must(o, started, err).Timer.StartedAt
	running := func(m tenant.Member, day calendar.Day) map[string]time.Time {
		t.Helper()
		sheets, _, err := o.Timesheets.List(t.Context(), m, day, page.Request{Limit: 10})
		found := map[string]time.Time{}
		for _, sheet := range must(o, sheets, err) {
			if !sheet.RunningSince.IsZero() {
				found[sheet.Owner.Name] = sheet.RunningSince
			}
		}
		return found
	}
	bobs := map[string]time.Time{"Bob": since}
	equal(t, "Ada is told", running(o.ada, monday), bobs)
	equal(t, "Bob is told", running(o.bob, monday), bobs)
	equal(t, "Grace is told", running(o.grace, monday), map[string]time.Time{})
	equal(t, "of the week before", running(o.ada, monday.AddDays(-7)), map[string]time.Time{})
	equal(t, "of the next week", running(o.ada, monday.AddDays(7)), map[string]time.Time{})
	equal(t, "Bob's week", o.sheet(o.ada, o.bob).RunningSince, since)
}

func TestPagesOfWeeks(t *testing.T) {
	o := newOffice(t)
	var all []string
	request := page.Request{Limit: 2}
	for range 3 {
		sheets, next, err := o.Timesheets.List(t.Context(), o.ada, monday, request)
		all = append(all, names(must(o, sheets, err))...)
		if next == (page.Position{}) {
			break
		}
		request.After = next
	}
	equal(t, "weeks page by page", all, []string{"Ada", "Bob", "Grace"})
}

func TestReminders(t *testing.T) {
	o := newOffice(t)
	o.approver()
	o.target(ids.User{}, 8)
	remind := func(m tenant.Member, users ...ids.User) (int, error) {
		return o.Timesheets.Remind(t.Context(), m, monday, users)
	}
	_, err := remind(o.bob)
	refused(t, err, errs.Forbidden, "role_required")
	_, err = remind(o.grace, o.ada.User.ID)
	refused(t, err, errs.NotFound, "user_not_found")
	people, err := remind(o.ada)
	equal(t, "reminded by Ada", must(o, people, err), 2) // all but herself
	people, err = remind(o.grace, o.bob.User.ID)
	equal(t, "reminded by Grace", must(o, people, err), 1)

	standing := func() []timesheet.Sheet {
		sheets, err := o.Timesheets.Reminders(t.Context(), o.bob)
		return must(o, sheets, err)
	}
	sheets := standing()
	equal(t, "reminders", len(sheets), 1) // one of a week, renewed
	equal(t, "by", sheets[0].Reminder.By.Name, "Grace")
	equal(t, "missing", sheets[0].Missing, 32*time.Hour)
	refused(t, o.Timesheets.Dismiss(t.Context(), o.grace, sheets[0].Reminder.ID), errs.NotFound, "reminder_not_found")
	if err := o.Timesheets.Dismiss(t.Context(), o.bob, sheets[0].Reminder.ID); err != nil {
		t.Fatal(err)
	}
	equal(t, "after it was dismissed", len(standing()), 0)

	people, err = remind(o.grace)
	must(o, people, err)
	equal(t, "reminded again", o.sheet(o.ada, o.bob).Reminder.By.Name, "Grace")
	o.submit(o.bob)
	equal(t, "after the week was handed in", len(standing()), 0)
	people, err = remind(o.grace)
	equal(t, "of a week that was handed in", must(o, people, err), 0)
}

func TestApproverIsSomebodyElseWhoIsActive(t *testing.T) {
	o := newOffice(t)
	invited, err := o.Tenants.Invite(t.Context(), o.ada, []tenant.Invitation{{Email: "new@contoso.example"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []ids.User{o.bob.User.ID, invited[0].ID, ids.New[ids.User]()} {
		_, err := o.Tenants.ChangeUser(t.Context(), o.ada, o.bob.User.ID, o.bob.User.Revision, tenant.UserPatch{Approver: &wrong})
		refused(t, err, errs.RuleBroken, "approver_invalid")
	}
	o.approver()
	equal(t, "approver", o.bob.User.Approver, tenant.UserRef{ID: o.grace.User.ID, Name: "Grace"})
	nobody := ids.User{}
	_, err = o.Tenants.ChangeUser(t.Context(), o.ada, o.bob.User.ID, o.bob.User.Revision, tenant.UserPatch{Approver: &nobody})
	if err != nil {
		t.Fatal(err)
	}
	o.again()
	equal(t, "without an approver", o.bob.User.Approver, tenant.UserRef{})
	equal(t, "audited", o.Count(t, `SELECT COUNT(*) FROM audit_events WHERE action = 'approver_changed'`), 2)
}

// Who is reminded is decided by their own days: their zone's, their week's, and those that have a target.
func TestRemindersGoByThePersonsOwnDays(t *testing.T) {
	o := newOffice(t)
	o.Clock.Set(berlin(0, 13, 0)) // Monday, and Tuesday in Auckland
	o.target(ids.User{}, 8)       // from Monday to Friday
	remind := func(day calendar.Day, users ...ids.User) int {
		t.Helper()
		reminded, err := o.Timesheets.Remind(t.Context(), o.ada, day, users)
		return must(o, reminded, err)
	}
	standing := func(m tenant.Member) []timesheet.Sheet {
		t.Helper()
		sheets, err := o.Timesheets.Reminders(t.Context(), m)
		return must(o, sheets, err)
	}
	equal(t, "on the week's first day", remind(monday), 0)
	o.Exec(t, `UPDATE users SET time_zone = 'Pacific/Auckland' WHERE name = 'Bob'`)
	o.again()
	equal(t, "once the day is over for one of them", remind(monday), 1)
	equal(t, "misses", standing(o.bob)[0].Missing, 8*time.Hour)
	equal(t, "nobody else", len(standing(o.grace)), 0)

	// Days off have a target of nothing, so that nobody is reminded of them, nor of a weekend.
	o.Clock.Set(berlin(6, 12, 0))
	off := timesheet.Hours{}
	set, err := o.Timesheets.SetTarget(t.Context(), o.ada, timesheet.SetTargetRequest{User: o.bob.User.ID, From: monday, Hours: &off, Revision: 1})
	must(o, set, err)
	equal(t, "on vacation", remind(monday, o.bob.User.ID), 0)
	equal(t, "what was reminded of is gone", len(standing(o.bob)), 0)
	worked := timesheet.Hours{time.Saturday: time.Hour}
	set, err = o.Timesheets.SetTarget(t.Context(), o.ada, timesheet.SetTargetRequest{User: o.grace.User.ID, From: monday, Hours: &worked, Revision: 1})
	must(o, set, err)
	equal(t, "of a Saturday that has a target", remind(monday, o.grace.User.ID), 1)

	// A week that begins on Sunday misses its own days.
	o.Exec(t, `UPDATE users SET week_start = 'sunday' WHERE name = 'Grace'`)
	o.again()
	equal(t, "of the week from Sunday on", remind(monday, o.grace.User.ID), 1)
	equal(t, "its first day", standing(o.grace)[0].FirstDay, monday.AddDays(-1))
	// When the time is there, the reminder is gone.
	o.add(o.grace, berlin(5, 9, 0), berlin(5, 10, 0))
	equal(t, "at the end", len(standing(o.grace)), 0)
}
