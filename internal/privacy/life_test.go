package privacy_test

import (
	"context"
	"runtime/debug"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/page"
	"timetracker/internal/privacy"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
)

// How Grace is named in a life.
const (
	graceName    = "Grace Brewster Hopper"
	graceAddress = "grace.hopper@contoso.example"
	graceOther   = "g.hopper@navy.example"
	formerName   = "Grace Brewster Murray"
)

// life is an organization in which Grace has done and suffered everything that leaves something in the database.
type life struct {
	*domaintest.World
	t                 *testing.T
	ada, linus, grace tenant.Member
	rita              ids.User // asks to join
	tracker           *domaintest.Tracker
	writeBacks        *workitem.WriteBacks
}

func newLife(t *testing.T) *life {
	t.Helper()
	l := &life{World: domaintest.New(t), t: t, tracker: domaintest.NewTracker(map[int]float64{101: 1, 102: 2, 103: 0})}
	l.Clock.Set(time.Date(2026, 9, 15, 12, 0, 0, 0, time.UTC))
	l.ada = l.SignUp(t)
	l.Buy(t, l.ada, "timetracker-active", "active", 0)
	l.linus = l.Join(t, l.ada, "Linus")
	l.settings(tenant.SettingsPatch{WriteBack: new(true), WriteBackRemaining: new(true), JoinPolicy: new(tenant.JoinByRequest)})
	l.tracker.Edit(101, func(hours workitem.Hours) workitem.Hours {
		hours.Remaining = new(40.0)
		return hours
	})
	l.writeBacks = workitem.NewWriteBacks(l.Store, l.tracker, l.Work.KeepRead, l.Clock.Now)

	l.join()
	l.Clock.Set(time.Date(2026, 9, 16, 8, 0, 0, 0, time.UTC))
	l.record()
	l.meter()
	l.Clock.Set(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
	l.record()
	l.look()
	l.handIn()
	l.importFile()
	l.keepReports()
	l.receive()
	l.bill()
	l.settle()
	l.again()
	l.ask()
	l.watch()
	return l
}

// watch lets others read data of Grace, and Grace data of others.
func (l *life) watch() {
	l.t.Helper()
	accesses := audit.NewAccesses(l.Store, l.Clock.Now)
	linus := audit.Reader{ID: l.linus.User.ID, Name: l.linus.User.Name, Role: string(l.linus.User.Role)}
	grace := audit.Reader{ID: l.grace.User.ID, Name: l.grace.User.Name, Role: string(l.grace.User.Role)}
	note := func(by audit.Reader, kind audit.AccessKind, whose ...ids.User) {
		l.must(accesses.Note(l.t.Context(), l.ada.Tenant.ID, by, kind, whose...))
	}
	note(linus, audit.AccessReport, l.grace.User.ID)
	note(audit.Reader{Operator: "tenant show, by " + graceName}, audit.AccessOperator)
	note(grace, audit.AccessTimesheet, l.linus.User.ID)
}

// ask lets Grace use her rights: four requests, one of which is refused and one carried out, and an objection. Her nominee is
// named after her.
func (l *life) ask() {
	l.t.Helper()
	ctx := l.t.Context()
	for _, c := range []struct {
		kind     privacy.Kind
		about    privacy.Processing
		decision privacy.Decision
	}{
		{privacy.RightObjection, "", privacy.Decision{Reason: "No, " + graceName}},
		{privacy.RightRestriction, "", privacy.Decision{Grant: true}},
		{privacy.RightWithdrawal, privacy.DesktopActivity, privacy.Decision{Grant: true}},
		{privacy.RightCorrection, "", privacy.Decision{Grant: true}},
	} {
		asked, _, err := l.Requests.Ask(ctx, l.grace, privacy.NewRequest{Kind: c.kind, Processing: c.about, Note: "Says " + graceName})
		l.must(err)
		decided, err := l.Requests.Decide(ctx, l.ada, asked.ID, asked.Revision, c.decision)
		l.must(err)
		if decided.Status == privacy.Accepted {
			_, err = l.Requests.Complete(ctx, l.ada, asked.ID, decided.Revision, "As "+graceName+" has said")
			l.must(err)
		}
	}
	l.Exec(l.t, `UPDATE privacy_requests SET kept = '[{"what":"her name","why":"tax law","until":"2033-01-01T00:00:00Z"}]'
		WHERE kind = 'objection'`)
	chosen, err := l.Requests.Choices(ctx, l.grace)
	l.must(err)
	_, err = l.Requests.Choose(ctx, l.grace, chosen.Revision, privacy.ChoicePatch{
		Objections: &[]privacy.Processing{privacy.ActionLog}, Nominee: &privacy.Nominee{Name: "Roger " + graceName, Email: "roger@navy.example"},
	})
	l.must(err)
	_, err = l.Requests.Choose(ctx, l.linus, 0, privacy.ChoicePatch{Nominee: &privacy.Nominee{Name: graceName, Email: graceAddress}})
	l.must(err)
}

// bill bills September, in which Grace was active, and bills it again when she turns out not to have been.
func (l *life) bill() {
	l.t.Helper()
	september := calendar.Month{Year: 2026, Month: time.September}
	l.must(l.Billing.Bill(l.t.Context(), september, billing.Options{}))
	for _, e := range l.entries(l.grace) {
		if e.StartedAt.Month() == time.September && !e.Voided() {
			_, err := l.Timers.Void(l.t.Context(), l.grace, e.ID, e.Revision, "Grace was away")
			l.must(err)
		}
	}
	l.must(l.Billing.Bill(l.t.Context(), september, billing.Options{}))
}

// settle settles a forgotten timer of Grace's in time that is closed meanwhile.
func (l *life) settle() {
	l.t.Helper()
	l.forget()
	l.Clock.Add(20 * 24 * time.Hour)
	l.settings(tenant.SettingsPatch{LockAfterDays: new(7)})
	for _, e := range l.entries(l.grace) {
		if e.NeedsReview && !e.Voided() {
			_, err := l.Timesheets.Settle(l.t.Context(), l.grace, timesheet.SettleRequest{Entry: e.ID})
			l.must(err)
		}
	}
}

// must is for calls that have to succeed.
func (l *life) must(errors ...error) {
	l.t.Helper()
	for _, err := range errors {
		if err != nil {
			l.t.Fatalf("%v\n%s", err, debug.Stack())
		}
	}
}

func (l *life) again() {
	l.t.Helper()
	for _, m := range []*tenant.Member{&l.ada, &l.linus, &l.grace} {
		if !m.User.ID.IsZero() {
			*m = l.Again(l.t, *m)
		}
	}
}

func (l *life) settings(patch tenant.SettingsPatch) {
	l.t.Helper()
	l.again()
	_, err := l.Tenants.ChangeTenant(l.t.Context(), l.ada, l.ada.Tenant.Revision, patch, l.Work.RenameOrganization)
	l.must(err)
	l.again()
}

// join lets Grace in by an invitation, under a former name, and lets Rita ask.
func (l *life) join() {
	l.t.Helper()
	ctx := l.t.Context()
	_, err := l.Tenants.Invite(ctx, l.ada, []tenant.Invitation{{Email: graceAddress, Name: formerName}})
	l.must(err)
	person := tenant.Person{
		DirectoryID: l.ada.Tenant.DirectoryID, ObjectID: ids.New[ids.Object](), Email: graceAddress, EmailVerified: true,
		OtherEmail: graceOther, Name: formerName, SignedInAt: l.Clock.Now(),
	}
	l.grace, err = l.Tenants.SignIn(ctx, person)
	l.must(err)
	l.Clock.Add(time.Hour)
	person.Name, person.SignedInAt = graceName, l.Clock.Now()
	l.grace, err = l.Tenants.SignIn(ctx, person)
	l.must(err)
	l.grace, err = l.Tenants.ChangeOwn(ctx, l.grace, l.grace.User.Revision, tenant.OwnPatch{
		TimeZone: new("America/New_York"), WeekStart: new(calendar.WeekStart("sunday")), CSVFormat: new(tenant.CSVComma),
	})
	l.must(err)
	admin := tenant.RoleAdmin
	_, err = l.Tenants.ChangeUser(ctx, l.ada, l.grace.User.ID, l.grace.User.Revision, tenant.UserPatch{Approver: &l.linus.User.ID, Role: &admin})
	l.must(err)
	_, err = l.Tenants.Invite(ctx, l.ada, []tenant.Invitation{{Email: graceOther}})
	l.must(err)
	rita := domaintest.Person(l.ada.Tenant.DirectoryID, "Rita")
	rita.OtherEmail = "rita@elsewhere.example"
	asked, err := l.Tenants.RequestToJoin(ctx, rita)
	l.must(err)
	l.rita = asked.User.ID
	l.again()
}

// record records time of Grace's in every way, and lets others change it.
func (l *life) record() {
	l.t.Helper()
	ctx, now := l.t.Context(), l.Clock.Now()
	work := func(number int, note string) workitem.Claim {
		claim := domaintest.Item(number)
		claim.Title = note
		return claim
	}
	timed, err := l.Timers.Start(ctx, l.grace, timer.StartRequest{
		WorkItem: work(101, "Compiler of "+graceName), ExistingHours: new(1.5), Details: timer.Details{Note: new("=1+1 asked " + graceName)},
	})
	l.must(err)
	l.Clock.Add(90 * time.Minute)
	stopped, err := l.Timers.Stop(ctx, l.grace, timed.Timer.ID)
	l.must(err)
	added, err := l.Timers.Add(ctx, l.grace, timer.AddRequest{
		WorkItem: work(102, "Debugging"), StartedAt: now.Add(-3 * time.Hour), StoppedAt: now.Add(-2 * time.Hour),
		Details: timer.Details{Note: new("with a moth")},
	})
	l.must(err)
	_, err = l.Timers.Change(ctx, l.ada, added.ID, added.Revision, timer.Patch{
		StartedAt: new(now.Add(-4 * time.Hour)), WorkItem: new(work(103, "Nanoseconds")), Reason: "as " + graceName + " has told",
		Details: timer.Details{Note: new("Grace Hopper's moth")},
	})
	l.must(err)
	wrong, err := l.Timers.Add(ctx, l.grace, timer.AddRequest{
		WorkItem: work(102, "Debugging"), StartedAt: now.Add(-6 * time.Hour), StoppedAt: now.Add(-5 * time.Hour),
	})
	l.must(err)
	_, err = l.Timers.Void(ctx, l.grace, wrong.ID, wrong.Revision, "never happened")
	l.must(err)
	project, err := l.Timers.Start(ctx, l.linus, timer.StartRequest{
		WorkItem: work(101, "Compiler"), Details: timer.Details{Note: new("pairing with HOPPER, Grace Brewster <Grace.Hopper@Contoso.example>")},
	})
	l.must(err)
	l.Clock.Add(20 * time.Minute)
	_, err = l.Timers.Stop(ctx, l.linus, ids.Entry{})
	l.must(err)
	_, err = l.Timers.Change(ctx, l.grace, project.Timer.ID, 2, timer.Patch{Reason: "he was with me: " + graceAddress, Details: timer.Details{Note: new("pairing")}})
	l.must(err)
	l.general(stopped.ProjectID)
	l.tracker.Lock(103, "TF401320: the item is locked by Grace Brewster Hopper.")
	_, _, err = l.writeBacks.Drain(ctx, l.grace, credentialOf(l.grace))
	l.must(err)
	l.forget()
}

// general records time of Grace's on a project without a work item.
func (l *life) general(id ids.Project) {
	l.t.Helper()
	ctx := l.t.Context()
	project, err := l.Work.Project(ctx, l.ada, id)
	l.must(err)
	if !project.Rules.GeneralAllowed {
		_, err = l.Work.ChangeProject(ctx, l.ada, id, project.Revision, workitem.ProjectPatch{GeneralAllowed: new(true)})
		l.must(err)
	}
	_, err = l.Timers.Start(ctx, l.grace, timer.StartRequest{General: id})
	l.must(err)
	l.Clock.Add(10 * time.Minute)
	_, err = l.Timers.Stop(ctx, l.grace, ids.Entry{})
	l.must(err)
}

// forget leaves a timer of Grace's running, so that the server stops it.
func (l *life) forget() {
	l.t.Helper()
	_, err := l.Timers.Start(l.t.Context(), l.grace, timer.StartRequest{WorkItem: domaintest.Item(101)})
	l.must(err)
	l.Clock.Add(13 * time.Hour)
	_, err = l.Timers.AutoStop(l.t.Context(), 10)
	l.must(err)
}

// meter counts who was active.
func (l *life) meter() {
	l.t.Helper()
	l.must(l.Usages.MeasureAll(l.t.Context()))
}

// look lets Grace see and pin work items, of which one is hers.
func (l *life) look() {
	l.t.Helper()
	ctx := l.t.Context()
	l.Boards.Answer("contoso", workitem.Facts{
		Number: "101", Revision: 5, Project: workitem.Named{Name: "Payments"}, Title: "Compiler of " + graceName, Type: "Task",
		State: "Active", Assignee: graceName, AssigneeAddress: graceAddress, Hours: workitem.Hours{Completed: new(2.5)},
	})
	pinned, err := l.Work.Pin(ctx, l.grace, domaintest.Item(101))
	l.must(err)
	_, err = l.Work.Read(ctx, l.grace, credentialOf(l.grace), []ids.WorkItem{pinned.WorkItem.ID})
	l.must(err)
	_, err = l.Work.Read(ctx, l.linus, credentialOf(l.linus), []ids.WorkItem{pinned.WorkItem.ID})
	l.must(err)
	_, _, err = l.Tenants.RecordAction(ctx, l.grace, "report_opened", "hub")
	l.must(err)
}

func credentialOf(m tenant.Member) workitem.Credential {
	return workitem.NewCredential(m.Tenant.DirectoryID.String(), m.User.ObjectID.String(), "token")
}

// monday begins the week of 20 November 2026; sunday begins Grace's.
var (
	monday = calendar.Day{Year: 2026, Month: time.November, Date: 16}
	sunday = calendar.Day{Year: 2026, Month: time.November, Date: 15}
)

// handIn hands a week of Grace's in, sends it back and approves it. It sets targets, reminds and adjusts.
func (l *life) handIn() {
	l.t.Helper()
	ctx := l.t.Context()
	hours := timesheet.Hours{time.Monday: 8 * time.Hour, time.Friday: 4 * time.Hour}
	targets, err := l.Timesheets.TargetsOf(ctx, l.ada, l.grace.User.ID)
	l.must(err)
	_, err = l.Timesheets.SetTarget(ctx, l.ada, timesheet.SetTargetRequest{
		User: l.grace.User.ID, From: monday, Hours: &hours, Revision: targets.Revision(true),
	})
	l.must(err)
	l.review()
	for _, decision := range []timesheet.Decision{timesheet.Return, timesheet.Approve} {
		sheet, err := l.Timesheets.Submit(ctx, l.grace, sunday)
		l.must(err)
		_, err = l.Timesheets.Decide(ctx, l.linus, timesheet.DecideRequest{
			User: l.grace.User.ID, FirstDay: sunday, Decision: decision, Comment: "Well done, " + graceName + "!",
			Sheet: sheet.ID, Revision: sheet.Revision,
		})
		l.must(err)
	}
	adjusted, err := l.Timesheets.Adjust(ctx, l.ada, timesheet.AdjustRequest{
		User: l.grace.User.ID, ForDay: monday, WorkItem: l.item(), Length: -15 * time.Minute, Reason: "grace.hopper has asked for it",
	})
	l.must(err)
	_, err = l.Timesheets.Reverse(ctx, l.ada, adjusted.ID, "Grace  Hopper has asked again")
	l.must(err)
	l.Clock.Add(4 * 24 * time.Hour)
	reminded, err := l.Timesheets.Remind(ctx, l.ada, sunday.AddDays(7), []ids.User{l.grace.User.ID})
	l.must(err)
	if reminded != 1 {
		l.t.Fatal("nobody was reminded")
	}
}

// item is work item 101.
func (l *life) item() ids.WorkItem {
	l.t.Helper()
	recent, err := l.Work.Recent(l.t.Context(), l.grace)
	l.must(err)
	for _, one := range recent {
		if one.WorkItem.Number == "101" {
			return one.WorkItem.ID
		}
	}
	l.t.Fatal("there is no work item 101")
	return ids.WorkItem{}
}

// review confirms what the server has stopped.
func (l *life) review() {
	l.t.Helper()
	for _, e := range l.entries(l.grace) {
		if e.NeedsReview && e.StartedAt.Month() == time.November {
			_, err := l.Timers.Change(l.t.Context(), l.grace, e.ID, e.Revision, timer.Patch{Confirm: true})
			l.must(err)
		}
	}
}

// importFile imports a row of Grace's, one that names her in a note of Linus', and leaves a file that nobody goes on with.
func (l *life) importFile() {
	l.t.Helper()
	ctx := l.t.Context()
	const head = "id,user_email,started_at,stopped_at,project,work_item_id,activity,billable,note\n"
	file := head +
		"1," + graceAddress + ",2026-11-10T09:00:00Z,2026-11-10T10:00:00Z,Payments,101,,,by Grace Hopper\n" +
		"2," + l.linus.User.Email + ",2026-11-10T09:00:00Z,2026-11-10T10:00:00Z,Payments,101,,,for " + graceName + "\n" +
		"3," + graceAddress + ",2026-11-10T09:30:00Z,2026-11-10T09:45:00Z,Payments,101,,,overlaps\n"
	options := importer.Options{FileName: "Grace Hopper.csv", Project: "Payments", Reason: "moved for " + graceName}
	begun, err := l.Imports.Begin(ctx, l.grace, options)
	l.must(err, l.Imports.PutPart(ctx, l.grace, begun.ID, 1, file))
	_, err = l.Imports.Check(ctx, l.grace, begun.ID, 1)
	l.must(err, l.Imports.Work(ctx))
	checked, _, err := l.Imports.Get(ctx, l.grace, begun.ID)
	l.must(err)
	_, err = l.Imports.Run(ctx, l.grace, begun.ID, checked.Revision)
	l.must(err, l.Imports.Work(ctx))

	unreadable, err := l.Imports.Begin(ctx, l.grace, options)
	l.must(err, l.Imports.PutPart(ctx, l.grace, unreadable.ID, 1, "Grace Hopper,was,here\n"))
	_, err = l.Imports.Check(ctx, l.grace, unreadable.ID, 1)
	l.must(err, l.Imports.Work(ctx))

	left, err := l.Imports.Begin(ctx, l.ada, options)
	l.must(err, l.Imports.PutPart(ctx, l.ada, left.ID, 1, file[:len(head)+12]), l.Imports.PutPart(ctx, l.ada, left.ID, 2, file[len(head)+12:]))
}

func (l *life) keepReports() {
	l.t.Helper()
	for _, shared := range []bool{false, true} {
		_, err := l.Shelf.Save(l.t.Context(), l.grace, "Week of "+graceName, shared, report.Definition{
			"by": "project,week", "note": "Hopper, Grace", "user": l.grace.User.ID.String(),
		})
		l.must(err)
	}
	_, err := l.Shelf.Save(l.t.Context(), l.linus, "With "+graceAddress, false, report.Definition{"by": "project,week"})
	l.must(err)
}

// receive keeps answers to requests, as the API does.
func (l *life) receive() {
	l.t.Helper()
	for key, m := range map[string]tenant.Member{"own": l.grace, "linus'": l.linus} {
		err := l.Store.Tx(l.t.Context(), l.ada.Tenant.ID, func(ctx context.Context) error {
			return l.Store.KeepReceipt(ctx, l.ada.Tenant.ID, m.User.ID, key, idempotency.Receipt{
				Status: 201, Body: []byte(`{"user":{"name":"` + graceName + `"},"note":"as was answered"}`), CreatedAt: l.Clock.Now(),
			})
		})
		l.must(err)
	}
}

// entries are all entries of a person.
func (l *life) entries(m tenant.Member) []timer.Entry {
	l.t.Helper()
	entries, _, _, err := l.Timers.List(l.t.Context(), m, timer.ListRequest{
		Filter: timer.Filter{Users: []ids.User{m.User.ID}}, IncludeVoided: true,
	}, page.Request{Limit: 500})
	l.must(err)
	return entries
}
