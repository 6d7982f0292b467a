package privacy_test

import (
	"testing"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
)

// TestNothingNewIsKeptOfTheErased walks the writes that name somebody.
func TestNothingNewIsKeptOfTheErased(t *testing.T) {
	l := newLife(t)
	erased, ctx := l.grace.User.ID, t.Context()
	entry := l.entries(l.grace)[0]
	running, err := l.Timers.Start(ctx, l.grace, timer.StartRequest{WorkItem: domaintest.Item(101)})
	l.must(err)
	l.Clock.Add(time.Hour)
	l.must(l.Erasures.Erase(ctx, l.ada.Tenant.ID, erased, l.Clock.Now()))
	ada := l.Again(t, l.ada)
	stored, err := l.Store.Entry(ctx, ada.Tenant.ID, entry.ID)
	l.must(err)
	zone := time.UTC
	today := calendar.DayOf(l.Clock.Now(), zone)
	adjustment := timesheet.AdjustRequest{
		User: erased, ForDay: calendar.DayOf(entry.StartedAt, zone), WorkItem: entry.WorkItem.ID, Length: time.Hour, Reason: "x",
	}
	admin, off := tenant.RoleAdmin, tenant.UserDeactivated
	change := func(who ids.User, patch tenant.UserPatch) error {
		user, err := l.Store.User(ctx, ada.Tenant.ID, who)
		l.must(err)
		_, err = l.Tenants.ChangeUser(ctx, ada, who, user.Revision, patch)
		return err
	}
	audited := l.Count(t, `SELECT COUNT(*) FROM audit_events`)
	for what, test := range map[string]struct {
		code string
		do   func() error
	}{
		"a target": {"user_erased", func() error {
			hours := timesheet.Hours{}
			_, err := l.Timesheets.SetTarget(ctx, ada, timesheet.SetTargetRequest{User: erased, From: today.AddDays(7), Hours: &hours, Revision: 1})
			return err
		}},
		"an adjustment": {"user_erased", func() error {
			_, err := l.Timesheets.Adjust(ctx, ada, adjustment)
			return err
		}},
		"a reminder": {"user_erased", func() error {
			_, err := l.Timesheets.Remind(ctx, ada, today, []ids.User{erased})
			return err
		}},
		"a role":   {"user_erased", func() error { return change(erased, tenant.UserPatch{Role: &admin}) }},
		"a status": {"user_erased", func() error { return change(erased, tenant.UserPatch{Status: &off}) }},
		"an approver": {"user_erased", func() error {
			return change(erased, tenant.UserPatch{Approver: &ada.User.ID})
		}},
		"being an approver": {"approver_invalid", func() error { return change(ada.User.ID, tenant.UserPatch{Approver: &erased}) }},
		"an invitation renewed": {"user_erased", func() error {
			_, err := l.Tenants.RenewInvitation(ctx, ada, erased)
			return err
		}},
		"an invitation withdrawn": {"user_erased", func() error {
			user, err := l.Store.User(ctx, ada.Tenant.ID, erased)
			l.must(err)
			return l.Tenants.Withdraw(ctx, ada, erased, user.Revision)
		}},
		"a copy of an entry": {"user_erased", func() error {
			_, err := l.Timers.Copy(ctx, ada, stored.ID, timer.CopyRequest{StartedAt: stored.StartedAt.Add(-time.Hour), Reason: "x"})
			return err
		}},
		"a timer that runs on": {"user_erased", func() error {
			stopped, err := l.Store.Entry(ctx, ada.Tenant.ID, running.Timer.ID)
			l.must(err)
			_, err = l.Timers.Resume(ctx, ada, stopped.ID, stopped.Revision)
			return err
		}},
		"imported time": {"person_erased", func() error {
			refused, err := l.Timers.Unimportable(ctx, ada, []ids.User{erased})
			l.must(err)
			return refused[erased]
		}},
	} {
		if err := test.do(); errs.CodeOf(err) != test.code {
			t.Errorf("%s: %v, want %s", what, err, test.code)
		}
	}
	if n := l.Count(t, `SELECT COUNT(*) FROM audit_events`); n != audited {
		t.Errorf("%d events are audited", n-audited)
	}
}
