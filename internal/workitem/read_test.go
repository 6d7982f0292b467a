package workitem_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// floor is a tenant with an admin, Ada, and a user, Linus, whose organization has work items.
type floor struct {
	*domaintest.World
	t          *testing.T
	ada, linus tenant.Member
}

const (
	payments = "0193a5b0-1234-4abc-8def-0000000000aa"
	shop     = "0193a5b0-1234-4abc-8def-0000000000bb"
)

func newFloor(t *testing.T) *floor {
	t.Helper()
	w := domaintest.New(t)
	f := &floor{World: w, t: t, ada: w.SignUp(t)}
	f.linus = w.Join(t, f.ada, "Linus")
	f.answer("132", "", 1)
	return f
}

// answer gives the organization an item of the project Payments.
func (f *floor) answer(number, parent string, revision int64) {
	f.Boards.Answer("contoso", workitem.Facts{
		Number: number, Revision: revision, Project: workitem.Named{StableID: payments, Name: "Payments"},
		Title: fmt.Sprint("Title ", revision, " of ", number), Type: "Bug", State: "Active", Assignee: "Grace", Parent: parent,
	})
}

// start starts a timer on an item; an empty title is not claimed.
func (f *floor) start(m tenant.Member, number, title string) timer.Entry {
	f.t.Helper()
	started, err := f.Timers.Start(f.t.Context(), m, timer.StartRequest{WorkItem: workitem.Claim{
		Tracker: workitem.AzureDevOps, Project: workitem.Named{Name: "Payments"}, Number: number, Title: title,
	}})
	if err != nil {
		f.t.Fatal(err)
	}
	return started.Timer
}

func as(m tenant.Member) workitem.Credential {
	return workitem.NewCredential(m.Tenant.DirectoryID.String(), m.User.ObjectID.String(), "token")
}

func (f *floor) read(m tenant.Member, items ...ids.WorkItem) workitem.Reads {
	f.t.Helper()
	read, err := f.Work.Read(f.t.Context(), m, as(m), items)
	if err != nil {
		f.t.Fatal(err)
	}
	return read
}

// shows compares what a member reads of an item: title, state and whether it is stale.
func (f *floor) shows(what string, m tenant.Member, item ids.WorkItem, want string) {
	f.t.Helper()
	read := f.read(m, item)
	if len(read.Items) != 1 {
		f.t.Fatalf("%s: %d items", what, len(read.Items))
	}
	one := read.Items[0]
	got := fmt.Sprintf("%s, %s, %s", one.Title, one.Reading.State, one.Project.Name)
	if one.Stale {
		got += ", stale"
	}
	if got != want {
		f.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func (f *floor) taken(what string, want ...string) {
	f.t.Helper()
	if diff := gocmp.Diff(want, f.Boards.Taken()); diff != "" {
		f.t.Errorf("%s was read (-want +got):\n%s", what, diff)
	}
}

// TestReadingAgain reads an item again when it is older than 15 minutes, and shows the old facts while it can't be read.
func TestReadingAgain(t *testing.T) {
	f := newFloor(t)
	item := f.start(f.linus, "132", "Guess").WorkItem.ID
	f.shows("at first", f.linus, item, "Title 1 of 132, Active, Payments")
	f.answer("132", "", 2)
	f.Clock.Add(workitem.FreshFor - time.Millisecond)
	f.shows("fresh", f.linus, item, "Title 1 of 132, Active, Payments")
	f.taken("so far", "132")
	f.Clock.Add(time.Millisecond)
	f.shows("old", f.linus, item, "Title 2 of 132, Active, Payments")
	f.taken("again", "132")

	f.Boards.Fail(workitem.RemoteUnavailable(nil, time.Minute))
	f.Clock.Add(workitem.FreshFor)
	f.shows("while it is down", f.linus, item, "Title 2 of 132, Active, Payments, stale")
	f.taken("while it is down", "132")
	f.Clock.Add(40 * time.Second)
	refused(t, f.read(f.linus, item).Problem, errs.Unavailable, "tracker_unavailable")
	f.taken("nothing within the minute that it asks for")
	f.Clock.Add(20 * time.Second)
	f.Boards.Fail(context.DeadlineExceeded)
	refused(t, f.read(f.linus, item).Problem, errs.Unavailable, "tracker_unavailable")
	f.taken("after it", "132")
	f.Clock.Add(5 * time.Second)
	f.Boards.Fail(nil)
	f.shows("when it is back", f.linus, item, "Title 2 of 132, Active, Payments")
	if read := f.read(f.linus, item, ids.New[ids.WorkItem](), item); len(read.Items) != 1 || read.Problem != nil {
		t.Errorf("asked twice and for nothing: %+v", read)
	}

	f.Boards.Fail(errs.New(errs.Unauthenticated, "interaction_required", "Confirm it."))
	f.Clock.Add(workitem.FreshFor)
	_, err := f.Work.Read(t.Context(), f.linus, as(f.linus), []ids.WorkItem{item})
	refused(t, err, errs.Unauthenticated, "interaction_required")
}

// TestNeverRead shows what the person's own client has said until the tracker answers.
func TestNeverRead(t *testing.T) {
	f := newFloor(t)
	f.Boards.Fail(workitem.RemoteUnavailable(nil, time.Minute))
	item := f.start(f.linus, "132", "Guess").WorkItem.ID
	f.shows("the claim", f.linus, item, "Guess, , Payments, stale")
	none := workitem.NewService(f.Store, nil, f.Clock.Now)
	read, err := none.Read(t.Context(), f.linus, as(f.linus), []ids.WorkItem{item})
	if err != nil || len(read.Items) != 1 || !read.Items[0].Stale || read.Items[0].Title != "Guess" {
		t.Errorf("without a tracker: %+v (%v)", read, err)
	}
	refused(t, read.Problem, errs.Unavailable, "tracker_unavailable")
}

// TestWhoSeesWhat has Linus work on an item that he can't see, and that others read.
func TestWhoSeesWhat(t *testing.T) {
	f := newFloor(t)
	f.Boards.Hide(f.linus.User.ObjectID.String(), "132")
	item := f.start(f.ada, "132", "Claim").WorkItem.ID
	f.start(f.linus, "132", "")
	f.shows("Ada", f.ada, item, "Title 1 of 132, Active, Payments")
	mine := func(what, want string) {
		t.Helper()
		running, _, _, err := f.Timers.Current(t.Context(), f.linus)
		if got := running.WorkItem.SeenBy(f.linus); err != nil || got.Title != want || got.Reading != (workitem.Reading{}) {
			t.Errorf("%s Linus sees %+v (%v), want %q", what, got, err, want)
		}
		if seen := running.WorkItem.SeenBy(f.ada); seen.Title != "Title 1 of 132" {
			t.Errorf("%s an admin sees %+v", what, seen)
		}
	}
	mine("before his read", "")
	f.shows("Linus", f.linus, item, ", , Payments")
	mine("after his read", "")

	stop := func() {
		t.Helper()
		if _, err := f.Timers.Stop(t.Context(), f.linus, ids.Entry{}); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	f.start(f.linus, "132", "What I call it")
	mine("with a claim", "What I call it")
	if seen := f.read(f.ada, item).Items[0]; seen.Title != "Title 1 of 132" {
		t.Errorf("a claim has changed what was read to %q", seen.Title)
	}
	f.Clock.Add(workitem.FreshFor)
	f.shows("Linus, who is refused", f.linus, item, ", , Payments")

	f.Boards.Hide(f.linus.User.ObjectID.String())
	f.shows("Linus, who isn't asked yet again", f.linus, item, ", , Payments")
	f.Clock.Add(workitem.FreshFor)
	f.shows("Linus, who may see it now", f.linus, item, "Title 1 of 132, Active, Payments")
	f.Boards.Hide(f.linus.User.ObjectID.String(), "132")
	f.Clock.Add(workitem.FreshFor)
	f.shows("Linus, who may not any more", f.linus, item, ", , Payments")
	f.Clock.Add(time.Minute)
	f.shows("Ada, later", f.ada, item, "Title 1 of 132, Active, Payments")
}

// TestDeletedAndRestored shows number and project alone of what is not there.
func TestDeletedAndRestored(t *testing.T) {
	f := newFloor(t)
	item := f.start(f.linus, "132", "").WorkItem.ID
	f.shows("there", f.linus, item, "Title 1 of 132, Active, Payments")
	f.Boards.Delete("contoso", "132")
	f.Boards.Answer("contoso", workitem.Facts{Number: "1"})
	f.Clock.Add(workitem.FreshFor)
	f.shows("deleted", f.linus, item, ", , Payments")
	f.answer("132", "", 3)
	f.Clock.Add(workitem.FreshFor)
	f.shows("restored", f.linus, item, "Title 3 of 132, Active, Payments")
}

// TestMovesAndNames follows the tracker's own ids.
func TestMovesAndNames(t *testing.T) {
	f := newFloor(t)
	item := f.start(f.linus, "132", "").WorkItem.ID
	f.shows("at first", f.linus, item, "Title 1 of 132, Active, Payments")
	projects := func(want ...string) {
		t.Helper()
		all, _, err := f.Work.Projects(t.Context(), f.ada, workitem.ProjectFilter{}, page.Request{Limit: 10})
		var got []string
		for _, p := range all {
			got = append(got, fmt.Sprintf("%s %s %v %d", p.Name, p.StableID[34:], p.Names, p.Revision))
		}
		if diff := gocmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("projects (%v) (-want +got):\n%s", err, diff)
		}
	}
	projects("Payments aa [Payments] 1")

	move := func(id, name string, revision int64) {
		f.Boards.Answer("contoso", workitem.Facts{
			Number: "132", Revision: revision, Project: workitem.Named{StableID: id, Name: name}, Title: "T", State: "New",
		})
		f.Clock.Add(workitem.FreshFor)
	}
	move(shop, "Shop", 2)
	f.shows("moved", f.linus, item, "T, New, Shop")
	move(payments, "Billing", 3)
	f.shows("moved back, and the project was renamed", f.linus, item, "T, New, Billing")
	projects("Billing aa [Billing Payments] 2", "Shop bb [Shop] 1")
	running, _, _, err := f.Timers.Current(t.Context(), f.linus)
	if err != nil || running.WorkItem.ID != item || running.WorkItem.Project.Name != "Billing" {
		t.Errorf("the timer runs on %+v (%v)", running.WorkItem, err)
	}
	// What arrives late is older.
	f.Clock.Add(workitem.FreshFor)
	site := running.WorkItem.Site
	late := workitem.Facts{Number: "132", Revision: 2, Project: workitem.Named{StableID: shop, Name: "Shop"}, Title: "Late"}
	if err := f.Work.KeepRead(t.Context(), f.linus, site, []string{"132"}, []workitem.Facts{late}); err != nil {
		t.Fatal(err)
	}
	read, err := f.Work.Get(t.Context(), f.linus, item)
	if err != nil || read.Title != "T" || read.Project.Name != "Billing" || read.Reading.Revision != 3 {
		t.Errorf("after a late answer it is %+v (%v)", read, err)
	}
}

// TestParents reads parents with an item, so that they are known before anybody works on them.
func TestParents(t *testing.T) {
	f := newFloor(t)
	f.answer("20", "10", 1)
	f.answer("10", "5", 1)
	f.answer("5", "10", 1) // a circle, which Azure DevOps does not allow
	f.answer("30", "20", 1)
	f.answer("31", "20", 1)
	f.answer("40", "99", 1) // a parent that nobody sees
	first := f.start(f.linus, "30", "").WorkItem.ID
	f.read(f.linus, first)
	f.taken("an item with its parents", "30", "20", "10", "5")
	second, orphan := f.start(f.linus, "31", "").WorkItem.ID, f.start(f.linus, "40", "").WorkItem.ID
	f.read(f.linus, second, orphan)
	taken := f.Boards.Taken()
	slices.Sort(taken)
	if diff := gocmp.Diff([]string{"31", "40", "99"}, taken); diff != "" {
		t.Errorf("known parents are read again (-want +got):\n%s", diff)
	}
	read := f.read(f.linus, first, second, orphan)
	for i, want := range []string{"20", "20", "99"} {
		if got := read.Items[i].Reading.Parent; got != want {
			t.Errorf("the parent of %s is %q, want %s", read.Items[i].Number, got, want)
		}
	}
	if epic := f.start(f.linus, "10", ""); epic.WorkItem.SeenBy(f.linus).Title != "Title 1 of 10" {
		t.Errorf("a parent is %+v when somebody begins to work on it", epic.WorkItem)
	}
}

// TestReadingManyAtOnce reads each item once, whoever else reads it for the same person.
func TestReadingManyAtOnce(t *testing.T) {
	f := newFloor(t)
	var items []ids.WorkItem
	for number := range 5 {
		f.answer(strconv.Itoa(200+number), "", 1)
		items = append(items, f.start(f.linus, strconv.Itoa(200+number), "").WorkItem.ID)
	}
	var calls sync.WaitGroup
	gate := make(chan struct{})
	f.Boards.Before = func() { <-gate }
	for i := range 8 {
		calls.Go(func() {
			wanted := items[i%3 : i%3+3]
			read, err := f.Work.Read(t.Context(), f.linus, as(f.linus), wanted)
			if err != nil || read.Problem != nil || len(read.Items) != 3 || read.Items[2].Title == "" {
				t.Errorf("read %+v (%v)", read, err)
			}
		})
	}
	close(gate)
	calls.Wait()
	taken := f.Boards.Taken()
	slices.Sort(taken)
	if diff := gocmp.Diff([]string{"200", "201", "202", "203", "204"}, taken); diff != "" {
		t.Errorf("was read (-want +got):\n%s", diff)
	}
}
