package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/page"
	"timetracker/internal/plan"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// testIsolation calls every method as one tenant with the ids of another: it finds nothing and changes nothing.
func testIsolation(t *testing.T, store Store) {
	theirs, ours := newCompany(t, store), newCompany(t, store)
	task := item("Payments", "101")
	stopped := entry(theirs.ada, task, at(8, 0), at(9, 0))
	running := entry(theirs.ada, task, at(9, 0), time.Time{})
	theirs.keep(stopped, running)
	change := timer.Change{
		ID: ids.New[ids.Change](), EntryID: stopped.ID, Operation: newOperation(timer.Splitting), ChangedAt: at(10, 0),
		ChangedBy: timer.UserRef{ID: theirs.ada.ID, Name: theirs.ada.Name}, Field: "stopped_at",
	}
	err := theirs.save(timer.Changeset{
		Events: []timer.Event{event(timer.Started, running, at(9, 0))}, History: []timer.Change{change},
	})
	if err != nil {
		t.Fatal(err)
	}
	theirs.follow(workitem.WriteBackChange{
		EntryID: stopped.ID, UserID: theirs.ada.ID, WorkItemID: task.ID, Wanted: time.Hour, At: at(9, 0), Join: true,
	})
	doubtful := newContribution(theirs, stopped)
	theirs.tx(func(ctx context.Context) error { return store.BeginContribution(ctx, theirs.tenant.ID, doubtful) })
	invited := newInvitation("zoe@contoso.example", theirs.ada)
	theirs.keepUsers(invited)
	target := audit.Target{Kind: audit.TargetUser, ID: ids.Any(invited.ID), Name: invited.Name}
	theirs.tx(func(ctx context.Context) error {
		if err := store.InsertAudit(ctx, theirs.tenant.ID, audit.NewEvent(theirs.ada.Actor(), audit.InvitedUser, target, at(9, 0))); err != nil {
			return err
		}
		if err := store.InsertAction(ctx, theirs.tenant.ID, newAction(theirs.ada)); err != nil {
			return err
		}
		return store.KeepReceipt(ctx, theirs.tenant.ID, theirs.ada.ID, "key", idempotency.Receipt{Status: 200, CreatedAt: at(9, 0)})
	})

	subscription := theirs.subscribe()
	operation := newDelivery(subscription)
	record := newRecord(subscription, calendar.Month{Year: 2026, Month: time.February})
	usage := newUsage(subscription, at(9, 0))
	period := billing.Period{SubscriptionID: subscription.ID, From: at(0, 0)}
	theirs.setTerms(newTerms(subscription, at(8, 0)))
	theirs.keepUsage(usage)
	theirs.tx(func(ctx context.Context) (err error) {
		id := theirs.tenant.ID
		if record.Statement, err = store.NextStatement(ctx, id, record.At.Year()); err != nil {
			return err
		}
		return errors.Join(
			store.InsertDelivery(ctx, id, operation), store.InsertRecord(ctx, id, record),
			store.InsertLifecycle(ctx, id, newLifecycle(subscription)),
			store.InsertMetered(ctx, id, period, []ids.User{theirs.bob.ID}, at(9, 0)),
		)
	})

	type picture struct {
		Tenant   tenant.Tenant
		Seats    int
		Admins   int
		Users    []tenant.User
		Audit    []audit.Event
		Actions  []audit.Action
		Entries  []timer.Entry
		Events   []timer.Event
		Changes  []timer.Change
		Rows     []report.Row
		Item     timer.WorkItemTime
		Work     []workitem.Candidate
		Projects []workitem.ProjectDetails
		Timeline timer.Timeline
		Claimed  bool
		Bought   marketplace.Subscription
		Terms    plan.Terms
		Last     plan.Terms
		Billed   []billing.Record
		Month    []billing.Record
		Active   []ids.User
		ToCount  []ids.User
		Named    map[ids.User]string
		Counted  int
		Usage    billing.Usage
		Open     []workitem.WriteBack
		Own      workitem.OwnHours
		Doubtful workitem.Contribution
		NextTry  time.Time
		Revision int64
		Totals   []workitem.WrittenTotal
		ToWrite  []workitem.WriteBack
	}
	query := report.Query{
		Periods: whole(at(0, 0), at(24, 0)), GroupBy: []report.Dimension{report.User, report.WorkItem},
	}
	look := func(c *company) (p picture) {
		t.Helper()
		c.tx(func(ctx context.Context) (err error) {
			p.Tenant, err = store.LockTenant(ctx, c.tenant.ID)
			if err != nil {
				return err
			}
			p.Timeline, err = store.LockTimeline(ctx, c.tenant.ID, theirs.ada.ID)
			return err
		})
		ctx, id := t.Context(), c.tenant.ID
		p.Seats = must[int](t)(store.CountSeats(ctx, id))
		p.Admins = must[int](t)(store.CountActive(ctx, id, tenant.RoleAdmin))
		p.Users = must[[]tenant.User](t)(store.Users(ctx, id, tenant.UserFilter{}, page.Request{Limit: 100}))
		p.Audit = must[[]audit.Event](t)(store.AuditEvents(ctx, id, audit.Filter{}, page.Request{Limit: 100}))
		p.Actions = must[[]audit.Action](t)(store.Actions(ctx, id, audit.Filter{}, page.Request{Limit: 100}))
		p.Entries = must[[]timer.Entry](t)(store.Entries(ctx, id, timer.EntryFilter{IncludeVoided: true}, page.Request{Limit: 100}))
		p.Events = must[[]timer.Event](t)(store.Events(ctx, id, audit.Filter{}, page.Request{Limit: 100}))
		p.Changes = must[[]timer.Change](t)(store.Changes(ctx, id, stopped.ID))
		p.Rows = rows(t, store, id, query)
		p.Item = must[timer.WorkItemTime](t)(store.TimeOn(ctx, id, theirs.ada.ID, task.ID, nil, at(0, 0), at(24, 0)))
		p.Open = must[[]workitem.WriteBack](t)(store.OpenWriteBacks(ctx, id, theirs.ada.ID, ids.WorkItem{}, time.Time{}, 10))
		p.Own = must[workitem.OwnHours](t)(store.OwnHours(ctx, id, task.ID, theirs.ada.ID))
		if p.Doubtful, _, err = store.InDoubt(ctx, id, task.ID); err != nil {
			t.Fatal(err)
		}
		p.NextTry = must[time.Time](t)(store.NextWriteBack(ctx, id, theirs.ada.ID))
		if p.Revision, _, err = store.LastRevision(ctx, id, task.ID); err != nil {
			t.Fatal(err)
		}
		p.Totals = must[[]workitem.WrittenTotal](t)(store.WrittenTotals(ctx, id, ids.WorkItem{}, nil, page.Request{Limit: 10}))
		p.ToWrite = must[[]workitem.WriteBack](t)(store.Unwritten(ctx, id, task.ID, 10))
		p.Work = must[[]workitem.Candidate](t)(store.Candidates(ctx, id, workitem.Lookup{
			SiteKey: workitem.NameKey("contoso"), ProjectKey: workitem.NameKey("Payments"), Number: "101",
		}))
		p.Projects = must[[]workitem.ProjectDetails](t)(store.Projects(ctx, id, workitem.ProjectFilter{}, page.Request{Limit: 100}))
		_, ok, err := store.Receipt(ctx, id, theirs.ada.ID, "key")
		if err != nil {
			t.Fatal(err)
		}
		p.Claimed = ok
		p.Bought, _, err = store.TenantSubscription(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if p.Terms, _, err = store.CurrentTerms(ctx, id); err != nil {
			t.Fatal(err)
		}
		if p.Last, _, err = store.LastTerms(ctx, id, at(0, 0), at(24, 0)); err != nil {
			t.Fatal(err)
		}
		p.Billed = must[[]billing.Record](t)(store.Records(ctx, id, billing.RecordFilter{}, page.Request{Limit: 100}))
		p.Month = must[[]billing.Record](t)(store.MonthRecords(ctx, id, record.Month))
		p.Active = activeIDs(must[[]billing.Person](t)(store.ActivePeople(ctx, id, at(0, 0), at(24, 0))))
		p.Named = must[map[ids.User]string](t)(store.NamesWithoutAddress(ctx, id))
		p.ToCount = must[[]ids.User](t)(store.UncountedPeople(ctx, id, period, at(24, 0)))
		p.Counted = must[int](t)(store.CountMetered(ctx, id, period))
		if p.Usage, _, err = store.Usage(ctx, id, subscription.ID, usage.Dimension, usage.Hour); err != nil {
			t.Fatal(err)
		}
		return p
	}
	before := look(theirs)
	nothing := picture{
		Tenant: ours.tenant, Seats: 2, Users: []tenant.User{ours.ada, ours.bob},
	}
	equal(t, "what we see", nothing, look(ours))

	id := ours.tenant.ID
	t.Run("reading", func(t *testing.T) {
		ctx := t.Context()
		_, err := store.Entry(ctx, id, stopped.ID)
		fails(t, err, errs.NotFound, "time_entry_not_found")
		for name, read := range map[string]func() (timer.Entry, bool, error){
			"running entry": func() (timer.Entry, bool, error) { return store.RunningEntry(ctx, id, theirs.ada.ID) },
			"latest entry":  func() (timer.Entry, bool, error) { return store.LatestEntry(ctx, id, theirs.ada.ID) },
			"overlapping": func() (timer.Entry, bool, error) {
				return store.Overlapping(ctx, id, theirs.ada.ID, at(0, 0), at(24, 0), nil)
			},
		} {
			if e, ok, err := read(); ok || err != nil {
				t.Errorf("%s: %v, %v, %v", name, e, ok, err)
			}
		}
		equal(t, "running timers", nil, must[[]timer.Entry](t)(store.RunningEntries(ctx, id, nil, page.Request{Limit: 10})))
		equal(t, "running on the item", nil, must[[]timer.Entry](t)(store.RunningOn(ctx, id, task.ID, nil, 10)))
		equal(t, "a user's entries", nil,
			must[[]timer.Entry](t)(store.Entries(ctx, id, timer.EntryFilter{Selection: timer.Selection{Users: []ids.User{theirs.ada.ID}}}, page.Request{Limit: 10})))
		equal(t, "a user's events", nil, must[[]timer.Event](t)(store.Events(ctx, id, audit.Filter{User: theirs.ada.ID}, page.Request{Limit: 10})))
		equal(t, "the last change", time.Time{}, must[time.Time](t)(store.LastChanged(ctx, id, []ids.Entry{change.EntryID})))
		equal(t, "what was written of an entry", nil, must[[]workitem.Written](t)(store.WrittenOf(ctx, id, stopped.ID)))
		equal(t, "the entries of an operation", nil, must[[]ids.Entry](t)(store.OperationEntries(ctx, id, change.Operation.ID)))
		equal(t, "which entries are followed", map[ids.Entry]bool{},
			must[map[ids.Entry]bool](t)(store.TakesPart(ctx, id, []ids.Entry{stopped.ID})))
		equal(t, "a work item", nil, must[[]workitem.WorkItem](t)(store.WorkItems(ctx, id, theirs.ada.ID, []ids.WorkItem{task.ID})))
		equal(t, "a work item by number", nil,
			must[[]workitem.WorkItem](t)(store.WorkItemsByNumber(ctx, id, theirs.ada.ID, task.Site.ID, []string{task.Number})))
		equal(t, "a user's recent work items", nil, must[[]workitem.Recent](t)(store.Recent(ctx, id, theirs.ada.ID, 10)))
		equal(t, "a user's unread work items", nil, must[[]ids.WorkItem](t)(store.Unread(ctx, id, theirs.ada.ID, 10)))
		equal(t, "a user's pins", 0, must[int](t)(store.CountPins(ctx, id, theirs.ada.ID, ids.WorkItem{})))
		_, err = store.Project(ctx, id, task.Project.ID)
		fails(t, err, errs.NotFound, "project_not_found")
		equal(t, "merged projects", nil, must[[]workitem.Project](t)(store.MergedProjects(ctx, id, task.Site.ID)))
		_, err = store.User(ctx, id, invited.ID)
		fails(t, err, errs.NotFound, "user_not_found")
		if u, ok, err := store.InvitationFor(ctx, id, invited.Email); ok || err != nil {
			t.Errorf("their invitation: %v, %v", u, err)
		}
		if must[bool](t)(store.EmailExists(ctx, id, invited.Email)) {
			t.Error("their address belongs to one of us")
		}
		equal(t, "a user's changes", nil, must[[]audit.Event](t)(
			store.AuditEvents(ctx, id, audit.Filter{User: theirs.ada.ID}, page.Request{Limit: 10})))
		equal(t, "a user's actions", nil, must[[]audit.Action](t)(
			store.Actions(ctx, id, audit.Filter{User: theirs.ada.ID}, page.Request{Limit: 10})))
		_, ok, err := store.Member(ctx, ours.tenant.DirectoryID, theirs.ada.ObjectID)
		if ok || err != nil {
			t.Errorf("their user is our member: %v, %v", ok, err)
		}
		_, err = store.Record(ctx, id, record.ID)
		fails(t, err, errs.NotFound, "billing_record_not_found")
		_, err = store.StatementRecord(ctx, id, record.Statement)
		fails(t, err, errs.NotFound, "statement_not_found")
	})

	t.Run("writing", func(t *testing.T) {
		altered := stopped
		altered.StoppedAt, altered.Revision = at(8, 1), 2
		fails(t, ours.save(timer.Changeset{Update: []timer.Entry{altered}}), errs.Stale, "stale")
		for name, changes := range map[string]timer.Changeset{
			"an entry of their user":  {Insert: []timer.Entry{entry(theirs.ada, task, at(10, 0), at(11, 0))}},
			"an entry of their item":  {Insert: []timer.Entry{entry(ours.ada, task, at(10, 0), at(11, 0))}},
			"an event of their entry": {Events: []timer.Event{event(timer.Voided, stopped, at(11, 0))}},
			"a change of their entry": {History: []timer.Change{{
				ID: ids.New[ids.Change](), EntryID: stopped.ID, Operation: newOperation(timer.Changing), ChangedAt: at(11, 0),
				ChangedBy: timer.UserRef{ID: ours.ada.ID},
			}}},
			"a write-back of their entry": {WriteBacks: []workitem.WriteBackChange{{
				EntryID: stopped.ID, UserID: ours.ada.ID, WorkItemID: task.ID, Wanted: time.Minute, At: at(9, 0), Join: true,
			}}},
			"a change by their person": {History: []timer.Change{change}},
		} {
			if ours.save(changes) == nil {
				t.Errorf("%s: kept", name)
			}
		}
		if store.Tx(t.Context(), id, func(ctx context.Context) error {
			return store.KeepReceipt(ctx, id, theirs.ada.ID, "another", idempotency.Receipt{Status: 200, CreatedAt: at(9, 0)})
		}) == nil {
			t.Error("kept a receipt of their user")
		}
		if err := store.ForgetKey(t.Context(), id, theirs.ada.ID, "key", at(24, 0)); err != nil {
			t.Error(err)
		}
		renewed := invited
		renewed.Name, renewed.Revision = "Ours", 2
		fails(t, ours.updateUser(renewed), errs.Stale, "stale")
		fails(t, ours.deleteUser(invited.ID), errs.Stale, "stale")
		if ours.insertUser(newInvitation("new@contoso.example", theirs.ada)) == nil {
			t.Error("kept an invitation by their user")
		}
		ours.tx(func(ctx context.Context) error { return store.NoteSignIn(ctx, id, theirs.ada.ID, at(20, 0)) })
		for name, write := range map[string]func(ctx context.Context) error{
			"their project": func(ctx context.Context) error {
				renamed := resolved(task).Project
				renamed.Name, renamed.Revision = "Ours", 2
				return store.UpdateProject(ctx, id, renamed)
			},
			"what their project counts as": func(ctx context.Context) error {
				return store.CountAs(ctx, id, task.Project.ID, task.Project.ID)
			},
			"what is written to their item": func(ctx context.Context) error {
				return store.SettleWriteBack(ctx, id, newContribution(theirs, stopped), at(9, 0))
			},
			"a contribution to their item": func(ctx context.Context) error {
				return store.BeginContribution(ctx, id, newContribution(theirs, stopped))
			},
			"their write-back": func(ctx context.Context) error {
				return store.LeaveOut(ctx, id, theirs.ada.ID, before.Open[0].ID)
			},
			"their site": func(ctx context.Context) error { return store.RenameSite(ctx, id, resolved(task).Site) },
			"facts of their item": func(ctx context.Context) error {
				r := resolved(task)
				r.New.ItemFacts = true
				return store.Remember(ctx, id, r)
			},
			"their tenant":                func(ctx context.Context) error { return store.UpdateTenant(ctx, id, theirs.tenant) },
			"their usage":                 func(ctx context.Context) error { return store.UpdateUsage(ctx, id, usage) },
			"usage of their subscription": func(ctx context.Context) error { return store.InsertUsage(ctx, id, usage) },
			"their subscription": func(ctx context.Context) error {
				taken := subscription
				taken.TenantID, taken.Revision = id, 2
				return store.UpdateSubscription(ctx, id, taken)
			},
			"an event of theirs":          func(ctx context.Context) error { return store.InsertDelivery(ctx, id, operation) },
			"terms of their subscription": func(ctx context.Context) error { return store.InsertTerms(ctx, id, newTerms(subscription, at(9, 0))) },
			"a record of theirs":          func(ctx context.Context) error { return store.InsertRecord(ctx, id, record) },
			"a record of their event":     func(ctx context.Context) error { return store.InsertLifecycle(ctx, id, newLifecycle(subscription)) },
			"our user's use of theirs": func(ctx context.Context) error {
				return store.InsertMetered(ctx, id, period, []ids.User{ours.ada.ID}, at(9, 0))
			},
			"an action of their user": func(ctx context.Context) error { return store.InsertAction(ctx, id, newAction(theirs.ada)) },
		} {
			if store.Tx(t.Context(), id, write) == nil {
				t.Errorf("%s: kept", name)
			}
		}
		ours.tx(func(ctx context.Context) error {
			_, err := store.EndContribution(ctx, id, doubtful, 8)
			_, held := store.HoldContribution(ctx, id, doubtful, at(9, 0), at(9, 0))
			return errors.Join(err, held, store.DropContribution(ctx, id, doubtful),
				store.Hasten(ctx, id, theirs.ada.ID, ids.WorkItem{}, at(8, 0)),
				store.Postpone(ctx, id, workitem.Postponement{User: theirs.ada.ID, Due: at(24, 0), Next: at(24, 0)}))
		})
		ours.follow(workitem.WriteBackChange{EntryID: stopped.ID, WorkItemID: task.ID, At: at(9, 0), Follow: true})
		renamed := task // with the same ids
		renamed.Title = "Ours"
		ours.know(renamed)
	})
	equal(t, "what they see afterwards", before, look(theirs))
	after := look(ours)
	if len(after.Work) != 1 || after.Work[0].Item.Title != "Ours" || len(after.Projects) != 1 {
		t.Errorf("our work is %+v in %+v", after.Work, after.Projects)
	}
	after.Work, after.Projects = nil, nil
	equal(t, "what we see afterwards", nothing, after)
}

func newAction(by tenant.User) audit.Action {
	return audit.Action{
		ID: ids.New[ids.Action](), Type: "open_page", Page: "people", At: at(9, 0), User: by.Actor(),
	}
}
