package httpapi_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"timetracker/api"
	"timetracker/internal/connector/connectortest"
	"timetracker/internal/httpapi"
	"timetracker/internal/ids"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/standin"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// azureDevOps is the sandbox's Azure DevOps, asked with the rights of the caller whom the test's own Entra has signed in.
type azureDevOps struct {
	*connectortest.World
	t *testing.T
}

func (d azureDevOps) as(caller workitem.Credential) workitem.Credential {
	for _, person := range sandbox.People() {
		if person.ObjectID == caller.ObjectID() {
			return d.Credential(d.t, person.UserPrincipalName)
		}
	}
	d.t.Error("nobody has the object id " + caller.ObjectID())
	return caller
}

func (d azureDevOps) Read(ctx context.Context, as workitem.Credential, site string, numbers []string) ([]workitem.Facts, error) {
	return d.Remote.Read(ctx, d.as(as), site, numbers)
}

func (d azureDevOps) ReadAt(ctx context.Context, as workitem.Credential, site, number string, revision int64) (workitem.Facts, error) {
	return d.Remote.ReadAt(ctx, d.as(as), site, number, revision)
}

func (d azureDevOps) Search(ctx context.Context, as workitem.Credential, site string, query workitem.Query) ([]workitem.Facts, error) {
	return d.Remote.Search(ctx, d.as(as), site, query)
}

func (d azureDevOps) LastChange(
	ctx context.Context, as workitem.Credential, site, number string, from, to time.Time,
) (time.Time, error) {
	return d.Remote.LastChange(ctx, d.as(as), site, number, from, to)
}

func (d azureDevOps) WriteHours(
	ctx context.Context, as workitem.Credential, site, number string, revision int64, hours workitem.Hours,
) (workitem.Facts, error) {
	return d.Remote.WriteHours(ctx, d.as(as), site, number, revision, hours)
}

// withAzureDevOps is a rig of Contoso, which writes back to the sandbox's Azure DevOps. Grace is an admin, Linus a user.
func withAzureDevOps(t *testing.T) (*rig, azureDevOps) {
	t.Helper()
	d := azureDevOps{t: t}
	r := newRig(t, func(c *httpapi.Config) {
		d.World = connectortest.Start(t, c.Now)
		store := c.Keys.(*sqlstore.Store)
		c.WorkItems = workitem.NewService(store, d, c.Now)
		c.Timers = timer.NewService(store, c.WorkItems, c.Now)
		c.WriteBacks = workitem.NewWriteBacks(store, d, c.WorkItems.KeepRead, c.Now)
		c.Corrections = workitem.NewCorrections(c.WorkItems, c.WriteBacks)
	})
	id := r.signUp().Tenant.Id
	r.setTenant(id, func(t *tenant.Tenant) { t.Settings.WriteBack = true })
	r.join(grace, ada, api.RoleAdmin)
	r.join(linus, ada, api.RoleUser)
	return r, d
}

func (r *rig) completedWork(query string) api.CompletedWorkPage {
	r.t.Helper()
	return as[api.CompletedWorkPage](r.t, r.do(call{as: ada, path: "/api/v1/completed-work" + query}), 200)
}

// correct sets an item right as Ada.
func (r *rig) correct(uid string) reply {
	r.t.Helper()
	return r.do(call{
		as: ada, method: "POST", path: "/api/v1/completed-work/" + uid + "/correction",
		headers: map[string]string{"Idempotency-Key": "again-" + uid},
	})
}

// write changes Completed Work as somebody does in Azure DevOps.
func (d azureDevOps) write(user, number string, hours float64) {
	d.t.Helper()
	as := d.Credential(d.t, user)
	now, err := d.Remote.Read(d.t.Context(), as, connectortest.Site, []string{number})
	if err != nil || len(now) != 1 {
		d.t.Fatal(now, err)
	}
	_, err = d.Remote.WriteHours(d.t.Context(), as, connectortest.Site, number, now[0].Revision, workitem.Hours{Completed: &hours})
	if err != nil {
		d.t.Fatal(err)
	}
}

func TestCompletedWorkIsSetRight(t *testing.T) {
	r, d := withAzureDevOps(t)
	if empty := r.completedWork(""); len(empty.Data) > 0 || empty.Tracker != nil {
		t.Errorf("before any work: %+v", empty)
	}
	// Linus may read this item, and not write it. Its Completed Work is 4 h.
	r.record(linus, "133", 90*time.Minute)
	row := r.completedWork("").Data[0]
	uid := *row.WorkItem.Uid
	if row.RecordedMs != 5_400_000 || row.WaitingMs != 5_400_000 || row.WrittenHours != 0 || *row.Hours != 4 || *row.OthersHours != 4 ||
		row.Stale || row.Hidden || !row.Differs || row.WorkItem.Title == nil || row.ReadAt == nil {
		t.Errorf("before: %+v", row)
	}

	done := as[api.CompletedWorkCorrection](t, r.correct(uid), 200)
	if done.AddedHours != 1.5 || done.RestoredHours != 0 || done.Problem != nil || done.Item.Differs || *done.Item.Hours != 5.5 || done.Item.WrittenHours != 1.5 {
		t.Errorf("set right: %+v", done)
	}
	if line := r.audited(); line != "completed_work_corrected work_item #133, completed_work: 4 > 5.5" {
		t.Errorf("audited: %s", line)
	}
	if differing := r.completedWork("?differs=true"); len(differing.Data) > 0 || differing.Page.NextCursor != nil {
		t.Errorf("what differs: %+v", differing)
	}

	d.write(ada, "133", 0.25)
	if row := r.completedWork("?differs=true").Data[0]; row.MissingHours != 1.25 || row.WaitingMs != 0 || *row.OthersHours != 0 {
		t.Errorf("lowered: %+v", row)
	}
	// The key is that of the first time.
	done = as[api.CompletedWorkCorrection](t, r.correct(uid), 200)
	if done.AddedHours != 0 || done.RestoredHours != 1.25 || *done.Item.Hours != 1.5 {
		t.Errorf("raised: %+v", done)
	}
	done = as[api.CompletedWorkCorrection](t, r.correct(uid), 200)
	if done.AddedHours != 0 || done.RestoredHours != 0 || *done.Item.Hours != 1.5 {
		t.Errorf("what is right: %+v", done)
	}
}

func TestCompletedWorkIsListedInPages(t *testing.T) {
	r, _ := withAzureDevOps(t)
	for number := 104; number <= 106; number++ {
		r.record(linus, strconv.Itoa(number), time.Hour)
	}
	var seen []string
	for query := "?limit=2"; query != ""; {
		part := r.completedWork(query)
		for _, row := range part.Data {
			seen = append(seen, row.WorkItem.Id)
		}
		query = ""
		if part.Page.NextCursor != nil {
			query = "?limit=2&cursor=" + *part.Page.NextCursor
		}
	}
	if got := strings.Join(seen, " "); got != "106 105 104" {
		t.Errorf("the pages have %s", got)
	}
	problem(t, r.do(call{as: ada, path: "/api/v1/completed-work?limit=201"}), 400, "parameter_invalid")
	cursor := *r.completedWork("?limit=2").Page.NextCursor
	problem(t, r.do(call{as: ada, path: "/api/v1/completed-work?differs=true&cursor=" + cursor}), 400, "cursor_invalid")
}

func TestCompletedWorkThatCantBeSetRight(t *testing.T) {
	r, d := withAzureDevOps(t)
	closed := *r.record(linus, "121", time.Hour).WorkItem.Uid
	open := *r.record(linus, "104", time.Hour).WorkItem.Uid

	refused := problem(t, r.correct(closed), 422, "tracker_refused")
	if !strings.Contains(*refused.Detail, "TF401320") {
		t.Errorf("refused: %s", *refused.Detail)
	}
	problem(t, r.do(call{as: grace, method: "POST", path: "/api/v1/completed-work/" + ids.New[ids.WorkItem]().String() + "/correction"}), 404, "work_item_not_found")
	problem(t, r.do(call{as: ada, method: "POST", path: "/api/v1/completed-work/x/correction"}), 400, "parameter_invalid")

	for _, fault := range []standin.Fault{standin.Down, standin.Throttled, standin.Reset} {
		d.Fail(t, connectortest.AzureDevOps, fault)
		page := r.completedWork("")
		if len(page.Data) != 2 || page.Tracker == nil || page.Tracker.Code != "tracker_unavailable" || !page.Data[0].Stale {
			t.Errorf("%s: %+v", fault, page)
		}
		got := r.correct(open)
		problem(t, got, 503, "tracker_unavailable")
		if got.header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", fault)
		}
		d.Fail(t, connectortest.AzureDevOps, standin.Off)
		r.clock.advance(10 * time.Minute)
	}

	d.Fail(t, connectortest.AzureDevOps, standin.ClaimsChallenge)
	for _, got := range []reply{r.do(call{as: ada, path: "/api/v1/completed-work"}), r.correct(open)} {
		problem(t, got, 401, "interaction_required")
		if challenge := got.header.Get("WWW-Authenticate"); !strings.Contains(challenge, `claims="`) {
			t.Errorf("WWW-Authenticate: %s", challenge)
		}
	}
	d.Fail(t, connectortest.AzureDevOps, standin.Off)

	page := r.completedWork("?differs=true")
	if len(page.Data) != 2 || page.Tracker != nil || *page.Data[0].Hours != 11.5 {
		t.Errorf("afterwards: %+v", page)
	}
}
