package httpapi_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"timetracker/api"
	"timetracker/internal/domaintest"
	"timetracker/internal/entra"
	"timetracker/internal/httpapi"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// writing is a tenant that writes back to a tracker with the items 101 and 102.
type writing struct {
	*rig
	tracker *domaintest.Tracker
	failing error // what the tracker's questions are answered with
}

// Read implements workitem.Remote.
func (w *writing) Read(ctx context.Context, as workitem.Credential, site string, numbers []string) ([]workitem.Facts, error) {
	if w.failing != nil {
		return nil, w.failing
	}
	return w.tracker.Read(ctx, as, site, numbers)
}

// remote is the tracker, whose questions may fail.
type remote struct {
	*domaintest.Tracker
	*writing
}

func (r remote) Read(ctx context.Context, as workitem.Credential, site string, numbers []string) ([]workitem.Facts, error) {
	return r.writing.Read(ctx, as, site, numbers)
}

func newWriting(t *testing.T) *writing {
	t.Helper()
	w := &writing{}
	w.rig = newRig(t, func(c *httpapi.Config) {
		w.tracker = domaintest.NewTracker(map[int]float64{101: 1.5, 102: 0})
		c.WriteBacks = workitem.NewWriteBacks(c.Keys.(*sqlstore.Store), remote{w.tracker, w}, c.WorkItems.KeepRead, c.Now)
	})
	id := w.signUp().Tenant.Id
	w.setTenant(id, func(t *tenant.Tenant) { t.Settings.WriteBack = true })
	return w
}

func (w *writing) attempt(headers map[string]string) reply {
	w.t.Helper()
	return w.do(call{as: ada, method: "POST", path: "/api/v1/write-backs/attempts", body: `{}`, headers: headers})
}

// completed is what Ada is told of an item.
func (w *writing) completed(number string) api.CompletedWork {
	w.t.Helper()
	return as[api.WorkItemTime](w.t, w.do(call{as: ada, path: "/api/v1/work-items/time?project=Payments&id=" + number}), 200).CompletedWork
}

func TestWritesStoppedTime(t *testing.T) {
	w := newWriting(t)
	w.record(ada, "101", 90*time.Minute)
	if c := w.completed("101"); c.State != api.CompletedWorkStateWaiting || c.WaitingMs != 5_400_000 || c.WrittenHours != 0 || c.NextTryAt == nil {
		t.Errorf("before: %+v", c)
	}
	key := keyed("again")
	for range 2 {
		if left := as[api.WriteBackList](t, w.attempt(key), 200); len(left.Data) > 0 {
			t.Errorf("left: %+v", left)
		}
	}
	if got := *w.tracker.Facts(101).Hours.Completed; got != 3 {
		t.Errorf("Completed Work is %v", got)
	}
	c := w.completed("101")
	if c.State != api.CompletedWorkStateWritten || c.WaitingMs != 0 || c.WrittenHours != 1.5 || *c.Hours != 3 || *c.OthersHours != 1.5 ||
		c.WrittenAt == nil || *c.Revision != 2 || c.ReadAt == nil {
		t.Errorf("afterwards: %+v", c)
	}
	if c := w.completed("102"); c.State != api.CompletedWorkStateNothing {
		t.Errorf("another item: %+v", c)
	}
}

// What was written for an entry is told in its history, to its owner and to admins.
func TestHistoryTellsWhatWasWritten(t *testing.T) {
	w := newWriting(t)
	for _, who := range []string{grace, linus} {
		w.join(who, ada, api.RoleUser)
	}
	path := "/api/v1/time-entries/" + w.record(grace, "101", 90*time.Minute).Id + "/history"
	if got := as[api.TimeEntryHistory](t, w.do(call{as: grace, path: path}), 200).Written; len(got) > 0 {
		t.Errorf("before anything was written: %+v", got)
	}
	as[api.WriteBackList](t, w.do(call{as: grace, method: "POST", path: "/api/v1/write-backs/attempts", body: `{}`}), 200)
	for _, who := range []string{grace, ada} {
		got := as[api.TimeEntryHistory](t, w.do(call{as: who, path: path}), 200).Written
		if len(got) != 1 || got[0].Hours != 1.5 || got[0].WorkItem != "101" || got[0].WrittenBy.Name == "" {
			t.Errorf("%s is told %+v", who, got)
		}
	}
	problem(t, w.do(call{as: linus, path: path}), 404, "time_entry_not_found")
}

func TestTellsWhatIsRefused(t *testing.T) {
	w := newWriting(t)
	w.tracker.Lock(101, "TF401320: Rule Error for field Completed Work.")
	w.record(ada, "101", time.Hour)
	left := as[api.WriteBackList](t, w.attempt(nil), 200).Data
	if len(left) != 1 || left[0].Problem == nil || left[0].Problem.Code != "tracker_refused" || left[0].Attempts != 1 ||
		!strings.HasPrefix(left[0].Problem.Message, "TF401320") || left[0].WaitingMs != 3_600_000 {
		t.Fatalf("left: %+v", left)
	}
	if c := w.completed("101"); c.State != api.CompletedWorkStateRefused || c.Problem == nil || c.NextTryAt.Before(w.clock.now().Add(24*time.Hour)) {
		t.Errorf("refused: %+v", c)
	}
	path := "/api/v1/write-backs/" + left[0].Id
	if got := w.do(call{as: ada, method: "DELETE", path: path}); got.status != 204 {
		t.Errorf("leaving it out: %d %s", got.status, got.body)
	}
	problem(t, w.do(call{as: ada, method: "DELETE", path: path}), 404, "write_back_not_found")
	if c := w.completed("101"); c.State != api.CompletedWorkStateNothing || c.WaitingMs != 0 {
		t.Errorf("left out: %+v", c)
	}
}

func TestAsksForASignIn(t *testing.T) {
	w := newWriting(t)
	w.record(ada, "101", time.Hour)
	w.failing = entra.InteractionRequired(nil, `{"access_token":{}}`)
	got := w.attempt(nil)
	problem(t, got, 401, "interaction_required")
	if header := got.header.Get("WWW-Authenticate"); !strings.Contains(header, "claims=") {
		t.Errorf("the challenge is %s", header)
	}
	if c := w.completed("101"); c.State != api.CompletedWorkStateWaiting || c.Problem.Code != "interaction_required" {
		t.Errorf("waiting: %+v", c)
	}
	w.failing = nil
	as[api.WriteBackList](t, w.attempt(nil), 200)
	if got := *w.tracker.Facts(101).Hours.Completed; got != 2.5 {
		t.Errorf("Completed Work is %v", got)
	}
}

func TestWritesNothingWithoutAPlan(t *testing.T) {
	w := newWriting(t)
	w.record(ada, "101", time.Hour)
	id := as[api.Me](t, w.do(call{as: ada, path: "/api/v1/me"}), 200).Tenant.Id
	w.setTenant(id, func(t *tenant.Tenant) { t.Status = tenant.Suspended })
	problem(t, w.attempt(nil), 402, "tenant_suspended")
	if c := w.completed("101"); c.State != api.CompletedWorkStateWaiting || c.Problem.Code != "tenant_inactive" {
		t.Errorf("waiting: %+v", c)
	}
}
