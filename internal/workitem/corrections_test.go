package workitem_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"timetracker/internal/audit"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/privacy"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// trackerOf is a tracker whose answers a test replaces.
type trackerOf struct {
	*domaintest.Tracker

	read   func() error                                                      // nil: it answers
	writes func(made func() (workitem.Facts, error)) (workitem.Facts, error) // nil: as made
	reads  int
}

func (r *trackerOf) Read(
	ctx context.Context, as workitem.Credential, site string, numbers []string,
) ([]workitem.Facts, error) {
	r.reads++
	if r.read != nil {
		if err := r.read(); err != nil {
			return nil, err
		}
	}
	return r.Tracker.Read(ctx, as, site, numbers)
}

func (r *trackerOf) WriteHours(
	ctx context.Context, as workitem.Credential, site, number string, revision int64, hours workitem.Hours,
) (workitem.Facts, error) {
	made := func() (workitem.Facts, error) { return r.Tracker.WriteHours(ctx, as, site, number, revision, hours) }
	if r.writes != nil {
		return r.writes(made)
	}
	return made()
}

// administration is a tenant that writes back, with a tracker, an admin and somebody else.
type administration struct {
	*domaintest.World
	t           *testing.T
	tracker     *trackerOf
	ada, linus  tenant.Member
	writeBacks  *workitem.WriteBacks
	corrections *workitem.Corrections
}

func newAdministration(t *testing.T, completed map[int]float64) *administration {
	t.Helper()
	w := domaintest.New(t)
	a := &administration{World: w, t: t, tracker: &trackerOf{Tracker: domaintest.NewTracker(completed)}}
	a.ada = w.SignUp(t)
	a.linus = w.Join(t, a.ada, "Linus")
	a.set(func(s *tenant.Settings) { s.WriteBack = true })
	items := workitem.NewService(w.Store, a.tracker, w.Clock.Now)
	a.writeBacks = workitem.NewWriteBacks(w.Store, a.tracker, items.KeepRead, w.Clock.Now)
	a.corrections = workitem.NewCorrections(items, a.writeBacks)
	return a
}

// set changes the tenant's settings.
func (a *administration) set(change func(s *tenant.Settings)) {
	a.t.Helper()
	err := a.Store.Tx(a.t.Context(), a.ada.Tenant.ID, func(ctx context.Context) error {
		t, err := a.Store.LockTenant(ctx, a.ada.Tenant.ID)
		if err != nil {
			return err
		}
		change(&t.Settings)
		t.Revision++
		return a.Store.UpdateTenant(ctx, a.ada.Tenant.ID, t)
	})
	if err != nil {
		a.t.Fatal(err)
	}
	a.ada, a.linus = a.Again(a.t, a.ada), a.Again(a.t, a.linus)
}

// record makes somebody work on an item, and gives the entry.
func (a *administration) record(m tenant.Member, number int, length time.Duration) timer.Entry {
	a.t.Helper()
	if _, err := a.Timers.Start(a.t.Context(), m, timer.StartRequest{WorkItem: domaintest.Item(number)}); err != nil {
		a.t.Fatal(err)
	}
	a.Clock.Add(length)
	stopped, err := a.Timers.Stop(a.t.Context(), m, ids.Entry{})
	if err != nil {
		a.t.Fatal(err)
	}
	return stopped
}

func credentialOf(m tenant.Member) workitem.Credential {
	return workitem.NewCredential(m.Tenant.DirectoryID.String(), m.User.ObjectID.String(), "token")
}

// drain writes what is due of somebody's.
func (a *administration) drain(m tenant.Member) {
	a.t.Helper()
	if _, _, err := a.writeBacks.Drain(a.t.Context(), m, credentialOf(m)); err != nil {
		a.t.Fatal(err)
	}
}

// correct sets an item right as Ada.
func (a *administration) correct(item ids.WorkItem) workitem.Correction {
	a.t.Helper()
	done, err := a.corrections.Correct(a.t.Context(), a.ada, credentialOf(a.ada), item)
	if err != nil {
		a.t.Fatal(err)
	}
	return done
}

// refused tries to set an item right as Ada.
func (a *administration) refused(item ids.WorkItem, kind errs.Kind, code string) {
	a.t.Helper()
	_, err := a.corrections.Correct(a.t.Context(), a.ada, credentialOf(a.ada), item)
	if !errs.Is(err, kind) || errs.CodeOf(err) != code {
		a.t.Errorf("%v, want %s", err, code)
	}
}

// holds compares Completed Work in the tracker.
func (a *administration) holds(number int, want float64) {
	a.t.Helper()
	if got := *a.tracker.Facts(number).Hours.Completed; got != want {
		a.t.Errorf("#%d has %v hours, want %v", number, got, want)
	}
}

// edit makes somebody else write Completed Work.
func (a *administration) edit(number int, hours float64) {
	a.tracker.Edit(number, func(now workitem.Hours) workitem.Hours {
		now.Completed = &hours
		return now
	})
}

// audited is the last administrative change.
func (a *administration) audited() (what audit.EventType, target string, changes []audit.FieldChange) {
	a.t.Helper()
	events, err := a.Store.AuditEvents(a.t.Context(), a.ada.Tenant.ID, audit.Filter{}, page.Request{Limit: 1})
	if err != nil || len(events) == 0 {
		a.t.Fatal(events, err)
	}
	return events[0].Type, events[0].Target.Name, events[0].Changes
}

// TestOursOfAHiddenItem: what TimeTracker has added for everybody is everybody's recorded time.
func TestOursOfAHiddenItem(t *testing.T) {
	a := newAdministration(t, map[int]float64{101: 0})
	item := a.record(a.ada, 101, time.Hour).WorkItem
	a.drain(a.ada)
	for _, test := range []struct {
		who  tenant.Member
		view workitem.View
		want float64
	}{
		{a.ada, workitem.View{}, 1},
		{a.linus, workitem.View{}, 0},
		{a.linus, workitem.View{AskedAt: a.Clock.Now()}, 0},
		{a.linus, workitem.View{AskedAt: a.Clock.Now(), ReadAt: a.Clock.Now()}, 1},
	} {
		item.View = test.view
		told, err := a.writeBacks.CompletedWork(t.Context(), test.who, item)
		if err != nil || told.Own != test.want {
			t.Errorf("%s with %+v is told %v (%v), want %v", test.who.User.Name, test.view, told.Own, err, test.want)
		}
	}
}

func TestCorrectionWritesEverybodysTime(t *testing.T) {
	a := newAdministration(t, map[int]float64{101: 4})
	item := a.record(a.linus, 101, 90*time.Minute).WorkItem.ID
	a.record(a.ada, 101, 30*time.Minute)
	deactivated := tenant.UserDeactivated
	if _, err := a.Tenants.ChangeUser(t.Context(), a.ada, a.linus.User.ID, a.linus.User.Revision, tenant.UserPatch{Status: &deactivated}); err != nil {
		t.Fatal(err)
	}
	done := a.correct(item)
	if done.Added != 2 || done.Restored != 0 || done.Problem != nil || done.Item.Differs() || done.Item.Stale || done.Item.Ours() != 2 ||
		*done.Item.Others() != 4 || *done.Item.WorkItem.Reading.Hours.Completed != 6 {
		t.Errorf("done: %+v", done)
	}
	a.holds(101, 6)
	if by := a.tracker.Facts(101).ChangedBy; by != a.ada.User.ObjectID.String() {
		t.Errorf("changed by %s", by)
	}
	what, target, changes := a.audited()
	want := []audit.FieldChange{{Field: "completed_work", Old: "4", New: "6"}}
	if what != audit.CompletedWorkCorrected || target != "#101" || !cmp.Equal(changes, want) {
		t.Errorf("audited: %s of %s: %v", what, target, changes)
	}

	// What is right stays as it is.
	events := a.Count(t, "SELECT COUNT(*) FROM audit_events")
	revision := a.tracker.Facts(101).Revision
	if again := a.correct(item); again.Added != 0 || again.Restored != 0 || a.tracker.Facts(101).Revision != revision {
		t.Errorf("again: %+v", again)
	}
	if n := a.Count(t, "SELECT COUNT(*) FROM audit_events"); n != events {
		t.Error("a correction of nothing is audited")
	}
}

// TestCorrectionInAnotherOrganization: people may record time on items of any organization, where the admin's rights then
// write. So the audit says where.
func TestCorrectionInAnotherOrganization(t *testing.T) {
	a := newAdministration(t, map[int]float64{101: 0})
	claim := domaintest.Item(101)
	claim.Site = workitem.Named{Name: "Fabrikam"}
	if _, err := a.Timers.Start(t.Context(), a.linus, timer.StartRequest{WorkItem: claim}); err != nil {
		t.Fatal(err)
	}
	a.Clock.Add(time.Hour)
	entry, err := a.Timers.Stop(t.Context(), a.linus, ids.Entry{})
	if err != nil {
		t.Fatal(err)
	}
	a.correct(entry.WorkItem.ID)
	if _, target, _ := a.audited(); target != "fabrikam/Payments #101" {
		t.Errorf("audited as %s", target)
	}
}

func TestCorrectionRaisesToOurPart(t *testing.T) {
	for name, test := range map[string]struct {
		others, lowered    float64
		void               bool // the entry, before the correction
		added, restored    float64
		want, wantOfOthers float64
	}{
		"below our part":              {others: 4, lowered: 0.5, restored: 1.5, want: 2},
		"to nothing":                  {others: 0, lowered: 0, restored: 2, want: 2},
		"below, with hours of others": {others: 4, lowered: 2, want: 2},
		"not below":                   {others: 4, lowered: 5, want: 5, wantOfOthers: 3},
		"below, and a void waits":     {others: 4, lowered: 0.5, void: true, restored: 1.5, added: -2, want: 0},
		"not below, and a void waits": {others: 4, lowered: 5, void: true, added: -2, want: 3, wantOfOthers: 3},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAdministration(t, map[int]float64{101: test.others})
			entry := a.record(a.linus, 101, 2*time.Hour)
			a.drain(a.linus)
			a.holds(101, test.others+2)
			a.edit(101, test.lowered)
			if test.void {
				if _, err := a.Timers.Void(t.Context(), a.linus, entry.ID, entry.Revision, ""); err != nil {
					t.Fatal(err)
				}
			}
			done := a.correct(entry.WorkItem.ID)
			if done.Added != test.added || done.Restored != test.restored || *done.Item.Others() != test.wantOfOthers {
				t.Errorf("added %v, restored %v, others' %v", done.Added, done.Restored, *done.Item.Others())
			}
			a.holds(101, test.want)
			// Nothing of it is doubled or taken back at the owner's next visit.
			a.Clock.Add(48 * time.Hour)
			a.drain(a.linus)
			a.holds(101, test.want)
		})
	}
}

func TestCorrectionWritesWhatWasLeftOut(t *testing.T) {
	a := newAdministration(t, map[int]float64{101: 1})
	a.tracker.Lock(101, "TF401320: It is closed.")
	item := a.record(a.linus, 101, time.Hour).WorkItem.ID
	a.drain(a.linus)
	open, err := a.writeBacks.List(t.Context(), a.linus)
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	if err := a.writeBacks.LeaveOut(t.Context(), a.linus, open[0].ID); err != nil {
		t.Fatal(err)
	}
	a.refused(item, errs.RuleBroken, "tracker_refused")
	if open, err := a.writeBacks.List(t.Context(), a.linus); err != nil || len(open) > 0 {
		t.Errorf("after a correction that failed, %v is open again: %v", open, err)
	}
	a.tracker.Lock(101, "")
	if done := a.correct(item); done.Added != 1 || done.Item.Differs() {
		t.Errorf("done: %+v", done)
	}
	a.holds(101, 2)
}

func TestCorrectionThatFailsChangesNothingOfTheOwners(t *testing.T) {
	a := newAdministration(t, map[int]float64{101: 1, 102: 1})
	item := a.record(a.linus, 101, time.Hour).WorkItem.ID
	a.record(a.ada, 102, time.Hour)
	withoutFacts := cmpopts.IgnoreFields(workitem.WriteBack{}, "WorkItem")
	before, err := a.writeBacks.List(t.Context(), a.linus)
	if err != nil {
		t.Fatal(err)
	}
	own, err := a.writeBacks.List(t.Context(), a.ada)
	if err != nil {
		t.Fatal(err)
	}
	for code, kind := range map[string]errs.Kind{
		"tracker_refused": errs.RuleBroken, "work_item_read_only": errs.Forbidden, "tracker_consent_required": errs.Forbidden,
		"interaction_required": errs.Unauthenticated, "tracker_unavailable": errs.Unavailable,
	} {
		a.tracker.writes = func(func() (workitem.Facts, error)) (workitem.Facts, error) {
			return workitem.Facts{}, errs.New(kind, code, "No.")
		}
		a.refused(item, kind, code)
		a.tracker.writes = nil
		a.tracker.read = func() error { return errs.New(kind, code, "No.") }
		a.refused(item, kind, code)
		a.tracker.read = nil
	}
	a.tracker.Delete(101, true)
	a.refused(item, errs.NotFound, "work_item_not_found")
	after, err := a.writeBacks.List(t.Context(), a.linus)
	if diff := cmp.Diff(before, after, withoutFacts); diff != "" || err != nil {
		t.Errorf("Linus' (-before +after): %s, %v", diff, err)
	}
	after, err = a.writeBacks.List(t.Context(), a.ada)
	if diff := cmp.Diff(own, after, withoutFacts); diff != "" || err != nil {
		t.Errorf("Ada's (-before +after): %s, %v", diff, err)
	}
	if n := a.Count(t, "SELECT COUNT(*) FROM audit_events WHERE action = 'completed_work_corrected'"); n > 0 {
		t.Errorf("%d corrections of nothing are audited", n)
	}
}

func TestCorrectionTellsOfAPart(t *testing.T) {
	a := newAdministration(t, map[int]float64{101: 1})
	item := a.record(a.linus, 101, time.Hour).WorkItem.ID
	a.record(a.linus, 101, 2*time.Hour)
	written := 0
	a.tracker.writes = func(made func() (workitem.Facts, error)) (workitem.Facts, error) {
		if written++; written > 1 {
			return workitem.Facts{}, workitem.RemoteRefused(nil, "TF401320: It is closed.")
		}
		return made()
	}
	done := a.correct(item)
	if done.Added != 1 || errs.CodeOf(done.Problem) != "tracker_refused" || done.Item.Waiting() != 2*time.Hour {
		t.Errorf("done: %+v", done)
	}
	a.holds(101, 2)
	if what, _, _ := a.audited(); what != audit.CompletedWorkCorrected {
		t.Errorf("audited: %s", what)
	}
}

func TestCorrectionWhoseAnswerIsLost(t *testing.T) {
	for name, made := range map[string]bool{"made": true, "not made": false} {
		t.Run(name, func(t *testing.T) {
			a := newAdministration(t, map[int]float64{101: 4})
			item := a.record(a.linus, 101, 2*time.Hour).WorkItem.ID
			a.drain(a.linus)
			a.edit(101, 0.5)
			a.tracker.writes = func(write func() (workitem.Facts, error)) (workitem.Facts, error) {
				if made {
					_, _ = write()
				}
				return workitem.Facts{}, workitem.AnswerLost(nil, time.Second)
			}
			a.refused(item, errs.Unavailable, "tracker_answer_lost")
			a.tracker.writes = nil
			// It is looked up, by whoever comes next.
			a.Clock.Add(3 * time.Minute)
			a.record(a.linus, 101, time.Hour)
			a.drain(a.linus)
			a.correct(item)
			a.holds(101, 3)
			if n := a.Count(t, "SELECT COUNT(*) FROM contributions WHERE rev_after IS NULL"); n > 0 {
				t.Errorf("%d changes are in doubt", n)
			}
		})
	}
}

func TestWhoMayCorrect(t *testing.T) {
	a := newAdministration(t, map[int]float64{101: 1})
	item := a.record(a.linus, 101, time.Hour).WorkItem.ID
	a.refused(ids.New[ids.WorkItem](), errs.NotFound, "work_item_not_found")
	if _, err := a.corrections.Correct(t.Context(), a.linus, credentialOf(a.linus), item); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a user: %v", err)
	}
	if _, err := a.corrections.Compare(t.Context(), a.linus, credentialOf(a.linus), false, page.Request{Limit: 1}); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a user compares: %v", err)
	}
	a.set(func(s *tenant.Settings) { s.WriteBack = false })
	a.refused(item, errs.Conflict, "write_back_off")
	a.set(func(s *tenant.Settings) { s.WriteBack = true })
	unconnected := workitem.NewCorrections(a.Work, workitem.NewWriteBacks(a.Store, nil, nil, a.Clock.Now))
	if _, err := unconnected.Correct(t.Context(), a.ada, credentialOf(a.ada), item); !errs.Is(err, errs.Unavailable) {
		t.Errorf("without a connection: %v", err)
	}
	a.Clock.Add(31 * 24 * time.Hour)
	a.refused(item, errs.PaymentRequired, "trial_expired")
	a.holds(101, 1)
}

// compared lists what Ada compares.
func (a *administration) compared(onlyDifferent bool, request page.Request) workitem.Compared {
	a.t.Helper()
	found, err := a.corrections.Compare(a.t.Context(), a.ada, credentialOf(a.ada), onlyDifferent, request)
	if err != nil {
		a.t.Fatal(err)
	}
	return found
}

func numbersIn(items []workitem.Comparison) (numbers []string) {
	for _, c := range items {
		numbers = append(numbers, c.WorkItem.Number)
	}
	return numbers
}

// TestComparingLeavesPeopleOut has no sum with the time of whoever is restricted, and no item that is theirs alone.
func TestComparingLeavesPeopleOut(t *testing.T) {
	a := newAdministration(t, map[int]float64{101: 4, 102: 4})
	a.record(a.linus, 101, time.Hour)
	a.record(a.linus, 102, time.Hour)
	a.record(a.ada, 101, 2*time.Hour)
	all := page.Request{Limit: 10}
	if found := a.compared(false, all); len(found.Items) != 2 {
		t.Fatalf("before: %+v", found)
	}
	asked, _, err := a.Requests.Ask(t.Context(), a.linus, privacy.NewRequest{Kind: privacy.RightRestriction})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Requests.Decide(t.Context(), a.ada, asked.ID, asked.Revision, privacy.Decision{Grant: true}); err != nil {
		t.Fatal(err)
	}
	found := a.compared(false, all)
	if len(found.Items) != 1 || found.Items[0].WorkItem.Number != "101" || found.Items[0].Recorded != 2*time.Hour {
		t.Errorf("restricted: %+v", found)
	}
}

func TestComparing(t *testing.T) {
	a := newAdministration(t, map[int]float64{101: 4, 102: 4, 103: 4})
	all := page.Request{Limit: 10}
	if found := a.compared(false, all); len(found.Items) > 0 || found.Next != (page.Position{}) || found.Problem != nil {
		t.Errorf("nothing takes part: %+v", found)
	}
	for number := 101; number <= 103; number++ {
		a.record(a.linus, number, time.Hour)
	}
	a.drain(a.linus)
	a.edit(102, 0.25)
	found := a.compared(false, all)
	if got := numbersIn(found.Items); !cmp.Equal(got, []string{"103", "102", "101"}) {
		t.Fatalf("%v", got)
	}
	right, low := found.Items[0], found.Items[1]
	if right.Differs() || right.Ours() != 1 || *right.Others() != 4 || right.Recorded != time.Hour || right.Stale || right.Hidden {
		t.Errorf("what is right: %+v", right)
	}
	if !low.Differs() || low.Missing() != 0.75 || low.Waiting() != 0 || *low.Others() != 0 {
		t.Errorf("what was lowered: %+v", low)
	}

	t.Run("page by page", func(t *testing.T) {
		var numbers []string
		request := page.Request{Limit: 2}
		for {
			part := a.compared(false, request)
			numbers = append(numbers, numbersIn(part.Items)...)
			if request.After = part.Next; part.Next == (page.Position{}) {
				break
			}
		}
		if !cmp.Equal(numbers, []string{"103", "102", "101"}) {
			t.Errorf("%v", numbers)
		}
	})

	t.Run("what differs", func(t *testing.T) {
		a.record(a.ada, 101, time.Minute)
		found := a.compared(true, page.Request{Limit: 1})
		if got := numbersIn(found.Items); !cmp.Equal(got, []string{"102"}) || found.Next == (page.Position{}) {
			t.Fatalf("%v, next %v", got, found.Next)
		}
		found = a.compared(true, page.Request{After: found.Next, Limit: 1})
		if got := numbersIn(found.Items); !cmp.Equal(got, []string{"101"}) || found.Next != (page.Position{}) {
			t.Errorf("%v, next %v", got, found.Next)
		}
	})

	t.Run("an item that the tracker doesn't show", func(t *testing.T) {
		a.tracker.Delete(103, true)
		a.Clock.Add(time.Minute)
		if c := a.compared(false, page.Request{Limit: 1}).Items[0]; !c.Hidden || !c.Stale || *c.WorkItem.Reading.Hours.Completed != 5 {
			t.Errorf("%+v", c)
		}
		a.tracker.Delete(103, false)
	})

	t.Run("a tracker that wants the sign-in confirmed", func(t *testing.T) {
		a.Clock.Add(time.Minute)
		a.tracker.read = func() error { return errs.New(errs.Unauthenticated, "interaction_required", "Confirm.") }
		if _, err := a.corrections.Compare(t.Context(), a.ada, credentialOf(a.ada), false, all); errs.CodeOf(err) != "interaction_required" {
			t.Errorf("a challenge: %v", err)
		}
		a.tracker.read = nil
	})

	t.Run("a tracker that doesn't answer", func(t *testing.T) {
		a.Clock.Add(time.Minute)
		a.tracker.read = func() error { return workitem.RemoteUnavailable(nil, time.Minute) }
		found := a.compared(false, all)
		if len(found.Items) != 3 || errs.CodeOf(found.Problem) != "tracker_unavailable" || !found.Items[1].Stale ||
			*found.Items[1].WorkItem.Reading.Hours.Completed != 0.25 {
			t.Errorf("%+v", found)
		}
		a.tracker.read = nil
	})
}

// TestDifferencesAreFoundFarBack looks for a difference behind more items than a tracker is asked for at once. Nobody is
// asked again once the tracker didn't answer.
func TestDifferencesAreFoundFarBack(t *testing.T) {
	const first, count = 1000, workitem.MaxRead + 20
	completed := map[int]float64{}
	for i := range count {
		completed[first+i] = 0
	}
	a := newAdministration(t, completed)
	for i := range count {
		a.record(a.linus, first+i, 36*time.Second)
	}
	for range 3 {
		a.drain(a.linus)
	}
	a.edit(first+1, 0)
	a.tracker.reads = 0
	found := a.compared(true, page.Request{Limit: 50})
	if got := numbersIn(found.Items); !cmp.Equal(got, []string{"1001"}) || found.Next != (page.Position{}) || a.tracker.reads != 2 {
		t.Errorf("%v, next %v, %d requests", got, found.Next, a.tracker.reads)
	}
	// A slow tracker ends the page, which goes on with the next one.
	a.tracker.read = func() error {
		a.Clock.Add(11 * time.Second)
		return nil
	}
	if found = a.compared(true, page.Request{Limit: 50}); len(found.Items) > 0 || found.Next == (page.Position{}) {
		t.Errorf("slowly: %v, next %v", numbersIn(found.Items), found.Next)
	}
	if found = a.compared(true, page.Request{After: found.Next, Limit: 50}); len(found.Items) != 1 {
		t.Errorf("slowly, the next page: %v", numbersIn(found.Items))
	}
	a.Clock.Add(time.Minute)
	a.tracker.read = func() error { return workitem.RemoteUnavailable(nil, time.Minute) }
	a.tracker.reads = 0
	if found = a.compared(true, page.Request{Limit: 50}); len(found.Items) != 1 || a.tracker.reads != 1 {
		t.Errorf("%v, %d requests", numbersIn(found.Items), a.tracker.reads)
	}
}
