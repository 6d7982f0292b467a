package privacy_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/privacy"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
)

// office has an admin who looks at what Ben and Cleo have recorded. Both run a timer.
type office struct {
	*domaintest.World
	t              *testing.T
	ada, ben, cleo tenant.Member
	entry          ids.Entry // of Ben's, which Ada has changed
	item           workitem.WorkItem
	today          calendar.Day
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{World: domaintest.New(t), t: t}
	o.ada = o.SignUp(t)
	o.ben, o.cleo = o.Join(t, o.ada, "Ben"), o.Join(t, o.ada, "Cleo")
	o.today = calendar.DayOf(o.Clock.Now(), time.UTC)
	for _, m := range []tenant.Member{o.ben, o.cleo} {
		added, err := o.Timers.Add(t.Context(), m, timer.AddRequest{
			WorkItem: domaintest.Item(101), StartedAt: o.Clock.Now().Add(-2 * time.Hour), StoppedAt: o.Clock.Now().Add(-time.Hour),
		})
		o.must(err)
		changed, err := o.Timers.Change(t.Context(), o.ada, added.ID, added.Revision, timer.Patch{
			Details: timer.Details{Note: new("Seen")}, Reason: "It was asked for",
		})
		o.must(err)
		if m.User.ID == o.ben.User.ID {
			o.entry, o.item = changed.ID, changed.WorkItem
		}
		started, err := o.Timers.Start(t.Context(), m, timer.StartRequest{WorkItem: domaintest.Item(101)})
		o.must(err)
		if started.Timer.ID.IsZero() {
			t.Fatal("nothing runs")
		}
		_, _, err = o.Tenants.RecordAction(t.Context(), m, "report_opened", "hub")
		o.must(err)
		first := o.today.WeekFrom(time.Monday)
		_, err = o.Timesheets.Submit(t.Context(), m, first.AddDays(-7))
		o.must(err)
		o.audit(m)
	}
	return o
}

// audit notes each change that tells of somebody's time. One that they have handed a week in is there.
func (o *office) audit(m tenant.Member) {
	o.t.Helper()
	target := audit.Target{Kind: audit.TargetUser, ID: ids.Any(m.User.ID), Name: m.User.Name}
	o.must(o.Store.Tx(o.t.Context(), m.Tenant.ID, func(ctx context.Context) error {
		for _, what := range audit.TellTime {
			if what == audit.TimesheetSubmitted {
				continue
			}
			if err := o.Store.InsertAudit(ctx, m.Tenant.ID, audit.NewEvent(o.ada.User.Actor(), what, target, o.Clock.Now())); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// sight is how many people of Ben and Cleo somebody is shown, wherever time is shown.
type sight struct {
	entries, running, events, actions, weeks, pending, audited, auditedWeeks, reportedMS, listed, leftOut, itemMS, onItem int
	single                                                                                                                bool // Ben's entry
}

func (o *office) see(m tenant.Member) (s sight) {
	o.t.Helper()
	ctx, all := o.t.Context(), page.Request{Limit: 100}
	others := func(users ...ids.User) int {
		seen := map[ids.User]bool{}
		for _, id := range users {
			if id != m.User.ID {
				seen[id] = true
			}
		}
		return len(seen)
	}
	people := func(list []timer.Entry) (users []ids.User) {
		for _, e := range list {
			users = append(users, e.User.ID)
		}
		return users
	}
	list, _, _, err := o.Timers.List(ctx, m, timer.ListRequest{}, all)
	o.must(err)
	s.entries = others(people(list)...)
	running, _, _, err := o.Timers.RunningTimers(ctx, m, all)
	o.must(err)
	s.running = others(people(running)...)
	events, _, err := o.Timers.Events(ctx, m, true, audit.Filter{}, all)
	o.must(err)
	var users []ids.User
	for _, e := range events {
		users = append(users, e.User.ID)
	}
	s.events = others(users...)
	actions, _, err := o.Tenants.Actions(ctx, m, audit.Filter{}, all)
	o.must(err)
	users = nil
	for _, a := range actions {
		users = append(users, a.User.ID)
	}
	s.actions = others(users...)
	audited, _, err := o.Tenants.Audit(ctx, m, audit.Filter{Type: string(audit.TimeEntryChanged)}, all)
	o.must(err)
	s.audited = len(audited)
	s.auditedWeeks = o.auditedWeeks(m)
	o.seeWeeks(m, &s, others)
	o.seeReports(ctx, m, &s)
	_, _, err = o.Timers.Get(ctx, m, o.entry)
	s.single = err == nil
	return s
}

// auditedWeeks is how many changes of people's weeks the log tells somebody.
func (o *office) auditedWeeks(m tenant.Member) (count int) {
	o.t.Helper()
	for _, what := range audit.TellTime {
		audited, _, err := o.Tenants.Audit(o.t.Context(), m, audit.Filter{Type: string(what)}, page.Request{Limit: 100})
		o.must(err)
		count += len(audited)
	}
	return count
}

// auditedInExport is how many changes of their weeks somebody finds in what they download.
func (o *office) auditedInExport(m tenant.Member) (count int) {
	o.t.Helper()
	events, err := o.Store.EventsOf(o.t.Context(), m.Tenant.ID, m.User.ID, page.Request{Limit: 100})
	o.must(err)
	for _, e := range events {
		if slices.Contains(audit.TellTime, e.Type) {
			count++
		}
	}
	return count
}

func (o *office) seeWeeks(m tenant.Member, s *sight, others func(...ids.User) int) {
	o.t.Helper()
	ctx, all := o.t.Context(), page.Request{Limit: 100}
	people := func(sheets []timesheet.Sheet) (users []ids.User) {
		for _, sheet := range sheets {
			users = append(users, sheet.User)
		}
		return users
	}
	weeks, _, err := o.Timesheets.List(ctx, m, o.today, all)
	o.must(err)
	s.weeks = others(people(weeks)...)
	pending, _, err := o.Timesheets.Pending(ctx, m, true, all)
	o.must(err)
	s.pending = others(people(pending)...)
}

func (o *office) seeReports(ctx context.Context, m tenant.Member, s *sight) {
	o.t.Helper()
	request := report.Request{From: o.today.AddDays(-1), To: o.today.AddDays(1), GroupBy: []report.Dimension{report.User}}
	made, err := o.Reports.Time(ctx, m, request)
	o.must(err)
	s.leftOut = made.LeftOut
	for row, err := range made.Rows {
		o.must(err)
		s.reportedMS += int(row.ElapsedMS)
	}
	listed, err := o.Reports.Entries(ctx, m, request, page.Request{})
	o.must(err)
	for _, err := range listed.Parts {
		o.must(err)
		s.listed++
	}
	if listed.LeftOut != s.leftOut {
		o.t.Errorf("the list leaves %d out, and the report %d", listed.LeftOut, s.leftOut)
	}
	sums, _, err := o.Timers.TimeOn(ctx, m, o.item)
	o.must(err)
	s.itemMS, s.onItem = int(sums.Total.Milliseconds()), len(sums.Running)
}

const hourMS = 3_600_000

var everybody = sight{
	entries: 2, running: 2, events: 2, actions: 2, weeks: 2, pending: 2, audited: 2, auditedWeeks: 2 * len(audit.TellTime), reportedMS: 2 * hourMS, listed: 2, itemMS: 2 * hourMS,
	onItem: 2, single: true,
}

func (o *office) expect(what string, got, want sight) {
	o.t.Helper()
	if got != want {
		o.t.Errorf("%s\n got %+v\nwant %+v", what, got, want)
	}
}

// TestNobodySeesTheTimeOfWhoeverIsRestricted looks everywhere, before, while and after it holds.
func TestNobodySeesTheTimeOfWhoeverIsRestricted(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	o.expect("before", o.see(o.ada), everybody)
	asked, _ := ask(t, o.World, o.ben, privacy.RightRestriction, "")
	o.expect("asked for", o.see(o.ada), everybody)
	granted, err := o.Requests.Decide(ctx, o.ada, asked.ID, 1, privacy.Decision{Grant: true})
	o.must(err)
	o.expect("in force", o.see(o.ada), sight{
		entries: 1, running: 1, events: 1, actions: 1, weeks: 1, pending: 1, audited: 1, auditedWeeks: len(audit.TellTime), reportedMS: hourMS, listed: 1, leftOut: 1,
		itemMS: hourMS, onItem: 1,
	})
	_, err = o.Timesheets.Get(ctx, o.ada, o.ben.User.ID, o.today)
	refused(t, err, errs.NotFound, "user_not_found")
	_, err = o.Timers.History(ctx, o.ada, o.entry)
	refused(t, err, errs.NotFound, "time_entry_not_found")
	_, _, err = o.Tenants.RecordAction(ctx, o.ben, "report_opened", "hub")
	o.must(err)
	o.usesTheProduct(o.ben)
	if own := o.auditedInExport(o.ben); own != len(audit.TellTime) {
		t.Errorf("what they download has %d changes of their weeks", own)
	}
	_, err = o.Requests.Complete(ctx, o.ada, asked.ID, granted.Revision, "The dispute is settled.")
	o.must(err)
	after := everybody
	after.running, after.onItem, after.listed, after.reportedMS = 1, 1, 3, 3*hourMS
	after.itemMS = 3 * hourMS
	o.expect("ended", o.see(o.ada), after)
	if count := o.Count(t, `SELECT COUNT(*) FROM actions`); count != 2 {
		t.Errorf("%d actions were recorded", count)
	}
}

// usesTheProduct lets somebody who is restricted read what is theirs and stop their timer after an hour.
func (o *office) usesTheProduct(m tenant.Member) {
	o.t.Helper()
	ctx := o.t.Context()
	o.Clock.Add(time.Hour)
	_, err := o.Timers.Stop(ctx, m, ids.Entry{})
	o.must(err)
	own, _, _, err := o.Timers.List(ctx, m, timer.ListRequest{Filter: timer.Filter{Users: []ids.User{m.User.ID}}}, page.Request{Limit: 10})
	o.must(err)
	if len(own) != 2 {
		o.t.Errorf("they read %d entries of theirs", len(own))
	}
	week, err := o.Timesheets.Get(ctx, m, m.User.ID, o.today)
	o.must(err)
	if week.User != m.User.ID {
		o.t.Error("their week isn't theirs")
	}
}

// TestWhoObjectsToTeamReports is left out of them, and their weeks are decided on as before.
func TestWhoObjectsToTeamReports(t *testing.T) {
	o := newOffice(t)
	o.Exec(t, `UPDATE tenants SET team_objection = 1`)
	o.ben = o.Again(t, o.ben)
	objections := []privacy.Processing{privacy.TeamReports}
	_, err := o.Requests.Choose(t.Context(), o.ben, 0, privacy.ChoicePatch{Objections: &objections})
	o.must(err)
	o.expect("objecting", o.see(o.ada), sight{
		entries: 1, running: 1, events: 1, actions: 1, weeks: 1, pending: 2, audited: 1, auditedWeeks: len(audit.TellTime), reportedMS: hourMS, listed: 1, leftOut: 1,
		itemMS: hourMS, onItem: 1, single: true,
	})
	week, err := o.Timesheets.Get(t.Context(), o.ada, o.ben.User.ID, o.today)
	o.must(err)
	if week.User != o.ben.User.ID {
		t.Errorf("their week alone is %+v", week)
	}
	if own, err := o.Timesheets.Get(t.Context(), o.ben, o.ben.User.ID, o.today); err != nil || own.RunningSince.IsZero() || !week.RunningSince.IsZero() {
		t.Errorf("their timer runs since %v, as Ada is told %v (%v)", own.RunningSince, week.RunningSince, err)
	}
	_, err = o.Timesheets.Adjust(t.Context(), o.ada, timesheet.AdjustRequest{
		User: o.ben.User.ID, ForDay: week.FirstDay.AddDays(-7), WorkItem: o.item.ID, Length: time.Hour, Reason: "Forgotten",
	})
	o.must(err)
	for want, user := range map[int]ids.User{0: {}, 1: o.ben.User.ID} {
		made, _, err := o.Timesheets.Adjustments(t.Context(), o.ada, timesheet.AdjustmentFilter{User: user}, page.Request{Limit: 10})
		o.must(err)
		if len(made) != want {
			t.Errorf("of %v %d adjustments are listed, want %d", user, len(made), want)
		}
	}
}

// TestAReportCountsWhomItLeavesOut counts only those whom it was asked for, and tells no admin who they are.
func TestAReportCountsWhomItLeavesOut(t *testing.T) {
	o := newOffice(t)
	asked, _ := ask(t, o.World, o.ben, privacy.RightRestriction, "")
	_, err := o.Requests.Decide(t.Context(), o.ada, asked.ID, 1, privacy.Decision{Grant: true})
	o.must(err)
	admin := tenant.RoleAdmin
	_, err = o.Tenants.ChangeUser(t.Context(), o.ada, o.cleo.User.ID, o.cleo.User.Revision, tenant.UserPatch{Role: &admin})
	o.must(err)
	o.cleo = o.Again(t, o.cleo)
	ben, cleo := o.ben.User.ID, o.cleo.User.ID
	for name, test := range map[string]struct {
		by    tenant.Member
		users []ids.User
		want  int
	}{
		"everybody":                          {o.ada, nil, 1},
		"somebody else":                      {o.ada, []ids.User{cleo}, 0},
		"two people":                         {o.ada, []ids.User{ben, cleo}, 1},
		"them alone":                         {o.ada, []ids.User{ben}, 1},
		"everybody, to an admin":             {o.cleo, nil, 1},
		"them alone, to an admin":            {o.cleo, []ids.User{ben}, 0},
		"them with the admin, to this admin": {o.cleo, []ids.User{ben, cleo}, 0},
	} {
		request := report.Request{From: o.today.AddDays(-1), To: o.today.AddDays(1), GroupBy: []report.Dimension{report.User}}
		request.Filter.Users = test.users
		made, err := o.Reports.Time(t.Context(), test.by, request)
		o.must(err)
		listed, err := o.Reports.Entries(t.Context(), test.by, request, page.Request{})
		o.must(err)
		if made.LeftOut != test.want || listed.LeftOut != test.want {
			t.Errorf("%s: %d and %d are told, want %d", name, made.LeftOut, listed.LeftOut, test.want)
		}
	}
}

// TestWhoObjectsToTheActionLog is in it no more, and their call is answered all the same.
func TestWhoObjectsToTheActionLog(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	objections := []privacy.Processing{privacy.ActionLog}
	if _, err := w.Requests.Choose(t.Context(), ada, 0, privacy.ChoicePatch{Objections: &objections}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Tenants.RecordAction(t.Context(), ada, "report_opened", "hub"); err != nil {
		t.Error(err)
	}
	if count := w.Count(t, `SELECT COUNT(*) FROM actions`); count != 0 {
		t.Errorf("%d actions were recorded", count)
	}
}

// TestWhoChoosesSomethingElseIsShown as everybody is.
func TestWhoChoosesSomethingElseIsShown(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben := w.Join(t, ada, "Ben")
	log := []privacy.Processing{privacy.ActionLog}
	if _, err := w.Requests.Choose(t.Context(), ben, 0, privacy.ChoicePatch{
		Objections: &log, Nominee: &privacy.Nominee{Name: "Uma", Email: "uma@home.example"},
	}); err != nil {
		t.Fatal(err)
	}
	if people, err := tenant.LeftOut(t.Context(), w.Store, ada, tenant.TeamReports); err != nil || len(people) > 0 {
		t.Errorf("left out are %v, %v", people, err)
	}
}

// What somebody asks about their data, or has chosen, is between them and whoever decides on it.
func TestOnlySuperAdminsReadWhatWasAsked(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben, cleo := w.Join(t, ada, "Ben"), w.Join(t, ada, "Cleo")
	admin := tenant.RoleAdmin
	if _, err := w.Tenants.ChangeUser(t.Context(), ada, cleo.User.ID, cleo.User.Revision, tenant.UserPatch{Role: &admin}); err != nil {
		t.Fatal(err)
	}
	cleo = w.Again(t, cleo)
	r, _ := ask(t, w, ben, privacy.RightObjection, "to everything")
	if _, err := w.Requests.Decide(t.Context(), ada, r.ID, r.Revision, privacy.Decision{Grant: true}); err != nil {
		t.Fatal(err)
	}
	target := audit.Target{Kind: audit.TargetUser, ID: ids.Any(ben.User.ID), Name: ben.User.Name}
	err := w.Store.Tx(t.Context(), ada.Tenant.ID, func(ctx context.Context) error {
		for _, what := range audit.TellRights {
			if err := w.Store.InsertAudit(ctx, ada.Tenant.ID, audit.NewEvent(ben.User.Actor(), what, target, w.Clock.Now())); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	told := func(m tenant.Member, filter audit.Filter) (rights, others int) {
		t.Helper()
		events, _, err := w.Tenants.Audit(t.Context(), m, filter, page.Request{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if slices.Contains(audit.TellRights, e.Type) || slices.ContainsFunc(e.Changes, func(c audit.FieldChange) bool { return c.Field == "privacy_request" }) {
				rights++
			} else {
				others++
			}
		}
		return rights, others
	}
	if rights, others := told(cleo, audit.Filter{}); rights != 0 || others == 0 {
		t.Errorf("an admin is told %d of rights, and %d others", rights, others)
	}
	if rights, _ := told(cleo, audit.Filter{Type: string(audit.PrivacyRequested)}); rights != 0 {
		t.Errorf("an admin who asks for them is told %d", rights)
	}
	if rights, _ := told(ada, audit.Filter{}); rights != 2+len(audit.TellRights) {
		t.Errorf("a super_admin is told %d", rights)
	}
}
