package httpapi_test

import (
	"context"
	"encoding/base64"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/api"
	"timetracker/internal/entra"
	"timetracker/internal/errs"
	"timetracker/internal/httpapi"
	"timetracker/internal/sandbox"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

const secret = "Rotate the signing keys of the vault"

// objectIDOf is the object id of one of the sandbox's people.
func objectIDOf(user string) string {
	for _, person := range sandbox.People() {
		if person.UserPrincipalName == user {
			return person.ObjectID
		}
	}
	panic("nobody is called " + user)
}

// hidden is a rig in which Ada has read the item #132, which Linus can't see in Azure DevOps, and both have worked on it.
func hidden(t *testing.T) (w *offices, uid string) {
	t.Helper()
	w = newOffices(t)
	hours := 7.25
	w.boards.Answer("contoso", workitem.Facts{
		Number: "132", Revision: 4, Project: workitem.Named{Name: "Payments"}, Title: secret, Type: "Secret type", State: "Secret state",
		Assignee: "Secret assignee", Parent: "131", Hours: workitem.Hours{Completed: &hours},
	}, workitem.Facts{Number: "131", Revision: 1, Project: workitem.Named{Name: "Payments"}, Title: "Secret parent"})
	w.boards.Hide(objectIDOf(linus), "131", "132")
	w.setTenant(w.contoso, func(t *tenant.Tenant) { t.Settings.WriteBack = true }) // so that all that is known of hours is shown
	for _, who := range []string{ada, linus} {
		w.start(who, "132")
		w.clock.advance(time.Minute)
		w.stop(who)
	}
	uid = *w.start(ada, "132").Timer.WorkItem.Uid
	w.start(linus, "132")
	return w, uid
}

// TestHiddenTitles has Linus look everywhere, and change all that he can.
func TestHiddenTitles(t *testing.T) {
	w, uid := hidden(t)
	read := as[api.WorkItemList](t, w.do(call{as: ada, path: "/api/v1/work-items?uid=" + uid}), 200)
	item := read.Data[0]
	if item.Title == nil || *item.Title != secret || *item.State != "Secret state" || *item.AssignedTo != "Secret assignee" ||
		*item.ParentId != "131" || item.ReadAt == nil || item.Stale != nil || read.Tracker != nil {
		t.Fatalf("Ada reads %+v", read)
	}
	w.boards.Taken()
	entries := as[api.TimeEntryPage](t, w.do(call{as: linus, path: "/api/v1/time-entries"}), 200).Data
	stopped := entries[len(entries)-1]
	looks := []call{
		{path: "/api/v1/work-items?uid=" + uid}, {path: "/api/v1/work-items/recent"},
		{path: "/api/v1/work-items/search?q=132"}, {path: "/api/v1/work-items/search?q=keys"}, {path: "/api/v1/work-items/search?mine=true"},
		{path: "/api/v1/work-items/time?id=132"}, {path: "/api/v1/work-items/time?id=" + uid},
		{path: "/api/v1/timers/current"}, {path: "/api/v1/time-entries?limit=500&include_voided=true"},
		{path: "/api/v1/time-entries/" + stopped.Id}, {path: "/api/v1/time-entries/" + stopped.Id + "/history"},
		{path: "/api/v1/timer-events"}, {path: "/api/v1/timer-events?format=csv"}, {path: "/api/v1/projects"},
		{path: "/api/v1/reports/time" + someDays + "&group_by=work_item"},
		{path: "/api/v1/reports/time" + someDays + "&group_by=work_item&format=csv"},
		{path: "/api/v1/write-backs"}, {path: "/api/v1/me"},
		{method: "PATCH", path: "/api/v1/time-entries/" + stopped.Id, body: `{"started_at":"` + instant(stopped.StartedAt.Add(time.Second)) + `"}`, headers: merging(stopped.Etag)},
		{method: "POST", path: "/api/v1/time-entries/" + stopped.Id + "/undo", headers: map[string]string{"If-Match": stopped.Etag}},
		{method: "POST", path: "/api/v1/time-entries", body: `{"work_item":{"project":"Payments","id":"132"},"started_at":"` +
			instant(w.clock.now().Add(-time.Hour)) + `","stopped_at":"` + instant(w.clock.now().Add(-59*time.Minute)) + `"}`},
		{method: "POST", path: "/api/v1/work-items/pins", body: item132},
		{method: "POST", path: "/api/v1/timers", body: item132},
		{method: "POST", path: "/api/v1/timers/current/stop"},
		{method: "POST", path: "/api/v1/timers/current/stop"}, // shows what has stopped before
		{method: "POST", path: "/api/v1/timers", body: item132},
		{path: "/api/v1/timers/current"}, {path: "/api/v1/work-items/recent"},
	}
	for _, look := range looks {
		look.as = linus
		got := w.do(look)
		if got.status >= 500 {
			t.Errorf("%s %s: %d %s", look.method, look.path, got.status, got.body)
		}
		for _, word := range []string{secret, "Secret", "7.25"} {
			if strings.Contains(got.body, word) {
				t.Errorf("%s %s tells Linus %q:\n%s", look.method, look.path, word, got.body)
			}
		}
	}
	// The same looks show it to Ada, so that they could have shown it to him.
	for _, path := range []string{
		"/work-items?uid=" + uid, "/work-items/recent", "/work-items/search?q=132", "/work-items/search?q=keys", "/work-items/time?id=132", "/work-items/time?id=" + uid, "/timers",
		"/timers/current", "/time-entries?scope=tenant", "/timer-events?scope=tenant", "/timer-events?scope=tenant&format=csv",
		"/reports/time" + someDays + "&group_by=work_item", "/reports/time" + someDays + "&group_by=work_item&format=csv",
		"/reports/time" + someDays + "&group_by=work_item&user_id=" + w.ids[linus], "/time-entries/" + stopped.Id,
	} {
		if got := w.do(call{as: ada, path: "/api/v1" + path}); !strings.Contains(got.body, secret) {
			t.Errorf("%s does not tell Ada: %d %s", path, got.status, got.body)
		}
	}
}

// TestTimeOfOthers: who else works on an item, and for how long, is told of what Azure DevOps shows the caller. Linus asks
// for the hidden item by its number. Margaret, who can see it, has never touched it.
func TestTimeOfOthers(t *testing.T) {
	w, uid := hidden(t)
	w.do(call{as: linus, method: "POST", path: "/api/v1/timers/current/stop"})
	told := func(who, id string) api.WorkItemTime {
		t.Helper()
		return as[api.WorkItemTime](t, w.do(call{as: who, path: "/api/v1/work-items/time?id=" + id}), 200)
	}
	const own, everybodys = 60_000, 120_000
	for _, id := range []string{"132", uid} {
		for who, want := range map[string]struct{ own, total, running int }{
			linus: {own, own, 0}, margaret: {0, everybodys, 1}, ada: {own, everybodys, 1},
		} {
			got := told(who, id)
			if int(got.OwnMs) != want.own || int(got.TotalMs) != want.total || len(got.Running) != want.running ||
				(got.OnlyOwn != nil) != (who == linus) {
				t.Errorf("%s is told of %s: %+v", who, id, got)
			}
		}
	}
	// His own timer is shown to him.
	w.start(linus, "132")
	if got := told(linus, uid); len(got.Running) != 1 || got.Running[0].User.Id != w.ids[linus] {
		t.Errorf("with his own timer Linus is told of %+v", got.Running)
	}
	w.start(linus, "1")
	if got := told(linus, uid); len(got.Running) != 0 {
		t.Errorf("with a timer on another item Linus is told of %+v", got.Running)
	}
	// The permission is taken away later.
	w.boards.Hide(objectIDOf(margaret), "132")
	w.clock.advance(workitem.FreshFor)
	if got := told(margaret, uid); got.TotalMs != 0 || len(got.Running) != 0 || got.OnlyOwn == nil {
		t.Errorf("Margaret may not see it any more and is told %+v", got)
	}
}

// TestTimeOfOthersWhileAzureDevOpsIsDown: nobody knows what it would show.
func TestTimeOfOthersWhileAzureDevOpsIsDown(t *testing.T) {
	w := newOffices(t)
	w.start(ada, "1")
	w.boards.Fail(workitem.RemoteUnavailable(nil, time.Minute))
	told := func() api.WorkItemTime {
		return as[api.WorkItemTime](t, w.do(call{as: linus, path: "/api/v1/work-items/time?id=1"}), 200)
	}
	if got := told(); len(got.Running) != 0 || got.OnlyOwn == nil || got.WorkItem.Title != nil {
		t.Errorf("before Azure DevOps has shown it Linus is told %+v", got)
	}
	w.boards.Fail(nil)
	w.clock.advance(workitem.FreshFor)
	if got := told(); len(got.Running) != 1 || got.OnlyOwn != nil || *got.WorkItem.Title != "First" {
		t.Errorf("then he is told %+v", got)
	}
	w.boards.Fail(workitem.RemoteUnavailable(nil, 0))
	w.clock.advance(workitem.FreshFor)
	if got := told(); len(got.Running) != 1 {
		t.Errorf("and still while it is down again: %+v", got)
	}
}

const item132 = `{"work_item":{"project":"Payments","id":"132"}}`

// TestWhatOnesOwnClientSays is shown to that person, and to nobody else but admins.
func TestWhatOnesOwnClientSays(t *testing.T) {
	w := newOffices(t)
	w.boards.Fail(workitem.RemoteUnavailable(nil, time.Minute)) // what it says takes the place of what clients say
	title := func(who, path string) string {
		t.Helper()
		shown := as[api.WorkItemTime](t, w.do(call{as: who, path: "/api/v1/work-items/time?" + path}), 200).WorkItem
		if shown.Title == nil {
			return ""
		}
		return *shown.Title
	}
	start := func(who, title string) api.TimeEntry {
		t.Helper()
		body := `{"work_item":{"project":"Payments","id":"140","title":"` + title + `"}}`
		return as[api.TimerStarted](t, w.do(call{as: who, method: "POST", path: "/api/v1/timers", body: body}), 201).Timer
	}
	if started := start(linus, "As Linus sees it"); *started.WorkItem.Title != "As Linus sees it" {
		t.Errorf("started %+v", started.WorkItem)
	}
	for who, want := range map[string]string{linus: "As Linus sees it", margaret: "", ada: "As Linus sees it"} {
		if got := title(who, "id=140"); got != want {
			t.Errorf("%s sees %q, want %q", who, got, want)
		}
	}
	start(margaret, "As Margaret sees it")
	for who, want := range map[string]string{linus: "As Linus sees it", margaret: "As Margaret sees it", ada: "As Margaret sees it"} {
		if got := title(who, "id=140"); got != want {
			t.Errorf("%s then sees %q, want %q", who, got, want)
		}
	}
}

// TestWorkItemsWhileAzureDevOpsIsDown shows what is known, and why it may be old.
func TestWorkItemsWhileAzureDevOpsIsDown(t *testing.T) {
	w := newOffices(t)
	uid := *w.start(linus, "1").Timer.WorkItem.Uid
	list := func() api.WorkItemList {
		t.Helper()
		return as[api.WorkItemList](t, w.do(call{as: linus, path: "/api/v1/work-items?uid=" + uid}), 200)
	}
	if got := list(); *got.Data[0].Title != "First" || got.Data[0].Stale != nil || got.Tracker != nil {
		t.Fatalf("read %+v", got)
	}
	wait := int64(90_000)
	for _, test := range []struct {
		err  error
		want *api.TrackerProblem
	}{
		{workitem.RemoteUnavailable(nil, 90*time.Second), &api.TrackerProblem{Code: "tracker_unavailable", RetryAfterMs: &wait}},
		{errs.New(errs.Forbidden, "tracker_consent_required", "Ask."), &api.TrackerProblem{Code: "tracker_consent_required"}},
		{nil, nil},
	} {
		w.boards.Fail(test.err)
		w.clock.advance(16 * time.Minute)
		got := list()
		if stale := got.Data[0].Stale != nil; stale != (test.err != nil) || *got.Data[0].Title != "First" {
			t.Errorf("%v: read %+v", test.err, got.Data)
		}
		if got.Tracker != nil {
			got.Tracker.Message = ""
		}
		if diff := cmp.Diff(test.want, got.Tracker); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.err, diff)
		}
	}
}

// TestTrackerWantsAnotherSignIn hands the claims challenge on.
func TestTrackerWantsAnotherSignIn(t *testing.T) {
	w := newOffices(t)
	uid := *w.start(linus, "1").Timer.WorkItem.Uid
	const claims = `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`
	w.boards.Fail(errs.New(errs.Unauthenticated, "interaction_required", "Confirm it.").WithSubject(entra.ClaimsChallenge(claims)))
	want := `Bearer error="insufficient_claims", claims="` + base64.StdEncoding.EncodeToString([]byte(claims)) + `"`
	for _, path := range []string{"/work-items?uid=" + uid, "/work-items/search?q=first", "/work-items/search?q=1"} {
		got := w.do(call{as: linus, path: "/api/v1" + path})
		problem(t, got, 401, "interaction_required")
		if header := got.header.Get("WWW-Authenticate"); header != want {
			t.Errorf("%s: %s", path, header)
		}
	}
	for code, err := range map[string]error{
		"tracker_unavailable":      workitem.RemoteUnavailable(nil, time.Minute),
		"tracker_consent_required": errs.New(errs.Forbidden, "tracker_consent_required", "Ask."),
	} {
		w.boards.Fail(err)
		status := map[string]int{"tracker_unavailable": 503, "tracker_consent_required": 403}[code]
		problem(t, w.do(call{as: linus, path: "/api/v1/work-items/search?q=first"}), status, code)
	}
	// Recording time works all the same.
	w.clock.advance(time.Minute)
	w.stop(linus)
	as[api.RecentWorkItems](t, w.do(call{as: linus, path: "/api/v1/work-items/recent"}), 200)
}

// TestPins pins what is found, once.
func TestPins(t *testing.T) {
	w := newOffices(t)
	found := as[api.FoundWorkItems](t, w.do(call{as: linus, path: "/api/v1/work-items/search?q=%231"}), 200).Data
	if len(found) != 1 || found[0].Uid != nil || *found[0].Title != "First" || found[0].Organization != "contoso" || found[0].ReadAt == nil {
		t.Fatalf("found %+v", found)
	}
	pin := call{
		as: linus, method: "POST", path: "/api/v1/work-items/pins", headers: keyed("one"),
		body: `{"work_item":{"project":"Payments","id":"1","title":"First"}}`,
	}
	pinned := as[api.RecentWorkItem](t, w.do(pin), 201)
	as[api.RecentWorkItem](t, w.do(pin), 201)
	recent := as[api.RecentWorkItems](t, w.do(call{as: linus, path: "/api/v1/work-items/recent"}), 200).Data
	if len(recent) != 1 || !recent[0].Pinned || recent[0].LastUsedAt != nil || *recent[0].WorkItem.Title != "First" {
		t.Errorf("recent %+v", recent)
	}
	if others := as[api.RecentWorkItems](t, w.do(call{as: ada, path: "/api/v1/work-items/recent"}), 200).Data; len(others) > 0 {
		t.Errorf("Ada has %+v", others)
	}
	uid := *pinned.WorkItem.Uid
	if found := as[api.FoundWorkItems](t, w.do(call{as: linus, path: "/api/v1/work-items/search?q=1"}), 200).Data; *found[0].Uid != uid {
		t.Errorf("found %+v after it is pinned", found)
	}
	unpin := call{as: linus, method: "DELETE", path: "/api/v1/work-items/pins/" + uid}
	if got := w.do(unpin); got.status != 204 {
		t.Errorf("unpinning: %d %s", got.status, got.body)
	}
	problem(t, w.do(unpin), 404, "pin_not_found")
}

// TestAnotherTenantsWorkItems are nobody's.
func TestAnotherTenantsWorkItems(t *testing.T) {
	w := newOffices(t)
	theirs := *w.start(barbara, "1").Timer.WorkItem.Uid
	ours := *w.start(linus, "1").Timer.WorkItem.Uid
	got := as[api.WorkItemList](t, w.do(call{as: linus, path: "/api/v1/work-items?uid=" + theirs + "&uid=" + ours + "&uid=" + ours}), 200)
	if len(got.Data) != 1 || *got.Data[0].Uid != ours {
		t.Errorf("read %+v", got.Data)
	}
}

// TestVisitAfterAStart reads the item of a timer after the answer, with the rights of who has started it.
func TestVisitAfterAStart(t *testing.T) {
	visited := make(chan workitem.Credential, 100)
	var timers *timer.Service
	w := newOffices(t, func(c *httpapi.Config) {
		timers = c.Timers
		c.Visits = httpapi.NewVisits(func(ctx context.Context, m tenant.Member, as workitem.Credential) (time.Time, error) {
			_, err := timers.Refresh(ctx, m, as)
			visited <- as
			return time.Time{}, err
		}, c.Now, c.Log)
		ctx, stop := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { c.Visits.Run(ctx) })
		t.Cleanup(func() {
			stop()
			running.Wait()
		})
	})
	hours := 7.25
	w.boards.Answer("contoso", workitem.Facts{
		Number: "132", Revision: 4, Project: workitem.Named{Name: "Payments"}, Title: secret, Hours: workitem.Hours{Completed: &hours},
	})
	started := w.start(linus, "132").Timer
	if started.ExistingHours != nil || started.WorkItem.State != nil {
		t.Errorf("the start has waited: %+v", started)
	}
	for who := range visited {
		if who.ObjectID() == objectIDOf(linus) && who.AccessToken() == w.token(linus) {
			running := *as[api.CurrentTimer](t, w.do(call{as: linus, path: "/api/v1/timers/current"}), 200).Timer
			if running.ExistingHours != nil {
				break
			}
		}
	}
	running := *as[api.CurrentTimer](t, w.do(call{as: linus, path: "/api/v1/timers/current"}), 200).Timer
	if *running.ExistingHours != 7.25 || *running.WorkItem.Title != secret || running.Etag != started.Etag {
		t.Errorf("afterwards it is %+v", running)
	}
}
