package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"timetracker/api"
	"timetracker/internal/connector/connectortest"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/sandboxtest"
	"timetracker/internal/sandbox/standin"
)

const (
	linus   = "linus@contoso.example"
	frances = "frances@fabrikam.example"
)

// as calls the API as somebody.
func (c *connected) as(t *testing.T, user, method, path, body string, header map[string]string, status int, into any) {
	t.Helper()
	all := map[string]string{"Authorization": "Bearer " + c.Credential(t, user).AccessToken()}
	for name, value := range header {
		all[name] = value
	}
	c.send(t, method, path, body, all, status, into)
}

// work records time on a work item.
func (c *connected) work(t *testing.T, user, project string, item int, length time.Duration) (stopped api.TimeEntry) {
	t.Helper()
	c.as(t, user, http.MethodPost, "/timers", fmt.Sprintf(`{"work_item":{"project":%q,"id":"%d"}}`, project, item), nil, http.StatusCreated, nil)
	c.clock.Advance(length)
	c.as(t, user, http.MethodPost, "/timers/current/stop", "", nil, http.StatusOK, &stopped)
	return stopped
}

// change changes an entry of Ada's.
func (c *connected) change(t *testing.T, method, path, body string, e api.TimeEntry) (changed api.TimeEntry) {
	t.Helper()
	c.clock.Advance(time.Second)
	header := map[string]string{"If-Match": e.Etag}
	if method == http.MethodPatch {
		header["Content-Type"] = "application/merge-patch+json"
	}
	c.send(t, method, "/time-entries/"+e.Id+path, body, header, http.StatusOK, &changed)
	return changed
}

// attempt tries to write what waits, and gives what is left.
func (c *connected) attempt(t *testing.T, user string) []api.WriteBack {
	t.Helper()
	var left api.WriteBackList
	c.as(t, user, http.MethodPost, "/write-backs/attempts", "", nil, http.StatusOK, &left)
	return left.Data
}

// field is a number of a work item, as the sandbox has it.
func (c *connected) field(t *testing.T, item int, field string) float64 {
	t.Helper()
	person := ada
	if item > 200 {
		person = frances
	}
	for _, organization := range c.Boards.Organizations() {
		if found, err := c.Boards.Get(sandboxtest.Person(t, person), organization.ID, item); err == nil {
			hours, _ := found.Fields[field].(float64)
			return hours
		}
	}
	t.Fatalf("there is no %d", item)
	return 0
}

func (c *connected) settings(t *testing.T, user, patch string) {
	t.Helper()
	var tenant api.TenantDetails
	c.as(t, user, http.MethodGet, "/tenant", "", nil, http.StatusOK, &tenant)
	c.as(t, user, http.MethodPatch, "/tenant", patch, map[string]string{
		"If-Match": tenant.Etag, "Content-Type": "application/merge-patch+json",
	}, http.StatusOK, nil)
}

// hours compares Completed Work of an item with what it should be, after what waits was written.
func (c *connected) hours(t *testing.T, what string, item int, want float64) {
	t.Helper()
	if left := c.attempt(t, ada); len(left) > 0 {
		t.Errorf("%s: left are %+v", what, left)
	}
	if got := c.field(t, item, boards.FieldCompletedWork); got != want {
		t.Errorf("%s: Completed Work of %d is %v, want %v", what, item, got, want)
	}
}

// TestCompletedWorkFollowsTime records, edits, voids and restores, with the setting on, off and on again.
func TestCompletedWorkFollowsTime(t *testing.T) {
	c := startConnected(t)
	e := c.work(t, ada, "Payments", 104, time.Hour)
	c.hours(t, "recorded", 104, 12.5)
	shorter := e.StartedAt.Add(30 * time.Minute).Format(time.RFC3339)
	e = c.change(t, http.MethodPatch, "", `{"stopped_at":"`+shorter+`"}`, e)
	c.hours(t, "edited", 104, 12)
	e = c.change(t, http.MethodDelete, "", "", e)
	c.hours(t, "void", 104, 11.5)
	e = c.change(t, http.MethodPost, "/undo", "", e)
	c.hours(t, "restored", 104, 12)
	e = c.change(t, http.MethodPatch, "", `{"work_item":{"project":"Payments","id":"105"}}`, e)
	c.hours(t, "moved away", 104, 11.5)
	c.hours(t, "moved to", 105, 7.5)
	e = c.change(t, http.MethodPost, "/undo", "", e)
	c.hours(t, "moved back", 105, 7)
	c.hours(t, "where it was", 104, 12)

	c.settings(t, ada, `{"write_back":false}`)
	late := c.work(t, ada, "Payments", 104, time.Hour)
	e = c.change(t, http.MethodDelete, "", "", e)
	c.attempt(t, ada)
	if got := c.field(t, 104, boards.FieldCompletedWork); got != 12 {
		t.Errorf("it is off, and Completed Work becomes %v", got)
	}
	c.settings(t, ada, `{"write_back":true}`)
	c.hours(t, "on again", 104, 11.5)
	c.change(t, http.MethodDelete, "", "", late)
	c.hours(t, "what takes no part", 104, 11.5)
	c.change(t, http.MethodPost, "/undo", "", e)
	c.hours(t, "restored again", 104, 12)

	c.settings(t, ada, `{"write_back_step":25,"write_back_remaining":true}`)
	c.work(t, ada, "Payments", 104, 10*time.Minute)
	c.hours(t, "in steps", 104, 12.25)
	if got := c.field(t, 104, boards.FieldRemainingWork); got != 3.75 {
		t.Errorf("Remaining Work is %v", got)
	}
}

// TestWhatIsRefusedIsReported works on items whose state, rules or areas refuse what is to be written.
func TestWhatIsRefusedIsReported(t *testing.T) {
	c := startConnected(t)
	c.as(t, linus, http.MethodGet, "/me", "", nil, http.StatusOK, nil)
	c.as(t, frances, http.MethodPost, "/tenants", `{"name":"Fabrikam","slug":"fabrikam","azure_devops_organization":"fabrikam",`+
		`"admin_email":"frances@fabrikam.example"}`, nil, http.StatusCreated, nil)
	c.settings(t, frances, `{"write_back":true}`)
	if err := c.Entra.SetConsent(sandboxtest.Person(t, frances).DirectoryID, true); err != nil {
		t.Fatal(err)
	}
	robotics, ok := c.Boards.Project(c.Boards.Organizations()[1].ID, "Robotics")
	if !ok {
		t.Fatal("there is no project Robotics")
	}
	rule := boards.Rule{Types: []string{"Bug"}, State: "Active", Field: boards.FieldRootCause, Effect: boards.Required}
	if err := c.Boards.AddRule(robotics.ID, rule); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		user, project string
		item          int
		code          string
	}{
		{ada, "Storefront", 121, "tracker_refused"},
		{frances, "Robotics", 206, "tracker_refused"},
		{linus, "Payments", 133, "work_item_read_only"},
		{linus, "Payments", 132, "work_item_not_found"},
	} {
		t.Run(strconv.Itoa(test.item), func(t *testing.T) {
			before := c.field(t, test.item, boards.FieldCompletedWork)
			e := c.work(t, test.user, test.project, test.item, time.Hour)
			left := c.attempt(t, test.user)
			i := slices.IndexFunc(left, func(b api.WriteBack) bool { return b.EntryId == e.Id })
			if i < 0 || left[i].Problem == nil || left[i].Problem.Code != test.code || left[i].Problem.Message == "" {
				t.Fatalf("left are %+v", left)
			}
			var on api.WorkItemTime
			c.as(t, test.user, http.MethodGet, "/work-items/time?id="+*e.WorkItem.Uid, "", nil, http.StatusOK, &on)
			if got := on.CompletedWork; got.State != api.CompletedWorkStateRefused || got.WaitingMs != 3_600_000 || got.Problem.Code != test.code {
				t.Errorf("on the item: %+v", got)
			}
			if got := c.field(t, test.item, boards.FieldCompletedWork); got != before {
				t.Errorf("Completed Work was %v and is %v", before, got)
			}
		})
	}
	c.work(t, ada, "Payments", 133, time.Hour) // she may
	if got := c.attempt(t, ada); len(got) != 1 || c.field(t, 133, boards.FieldCompletedWork) != 5 {
		t.Errorf("left are %+v", got)
	}
}

// TestADeletedItemWaitsForItsReturn deletes a work item with time on it, and restores it.
func TestADeletedItemWaitsForItsReturn(t *testing.T) {
	c := startConnected(t)
	c.work(t, ada, "Payments", 105, time.Hour)
	organization := c.Boards.Organizations()[0].ID
	if _, err := c.Boards.Delete(sandboxtest.Person(t, ada), organization, 105); err != nil {
		t.Fatal(err)
	}
	left := c.attempt(t, ada)
	if len(left) != 1 || left[0].Problem.Code != "work_item_not_found" {
		t.Fatalf("left are %+v", left)
	}
	if got, want := left[0].Problem.Message, "Azure DevOps doesn't show this work item to you, or it was deleted there."; got != want {
		t.Errorf("the problem says %q, want %q", got, want)
	}
	if _, err := c.Boards.Restore(sandboxtest.Person(t, ada), organization, 105); err != nil {
		t.Fatal(err)
	}
	c.hours(t, "restored", 105, 8)
}

// waits compares the metric of what waits to be written.
func (c *connected) waits(t *testing.T, want int) {
	t.Helper()
	answer := httptest.NewRecorder()
	c.process.InternalHandler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	if line := fmt.Sprintf("\ntimetracker_write_backs_open %d\n", want); !strings.Contains(answer.Body.String(), line) {
		t.Errorf("the metrics lack%s", line)
	}
}

// TestWritesAtTheNextVisit has nobody ask for it: what waits is written once a person's request was answered.
func TestWritesAtTheNextVisit(t *testing.T) {
	c := startConnected(t)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { c.product.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
	})
	until := func(what string, state api.CompletedWorkState, problem string, uid string) {
		t.Helper()
		var on api.WorkItemTime
		for range 5_000 {
			on = api.WorkItemTime{}
			c.call(t, http.MethodGet, "/work-items/time?id="+uid, "", http.StatusOK, &on)
			told := ""
			if on.CompletedWork.Problem != nil {
				told = on.CompletedWork.Problem.Code
			}
			if on.CompletedWork.State == state && told == problem {
				return
			}
		}
		t.Fatalf("%s: %+v", what, on.CompletedWork)
	}
	e := c.work(t, ada, "Payments", 104, time.Hour)
	until("stopped", api.CompletedWorkStateWritten, "", *e.WorkItem.Uid)

	c.Fail(t, connectortest.AzureDevOps, standin.Down)
	c.work(t, ada, "Payments", 104, time.Hour)
	until("while it is down", api.CompletedWorkStateWaiting, "tracker_unavailable", *e.WorkItem.Uid)
	c.waits(t, 1)
	c.Fail(t, connectortest.AzureDevOps, standin.Off)
	c.clock.Advance(11 * time.Minute)
	until("later", api.CompletedWorkStateWritten, "", *e.WorkItem.Uid)
	c.waits(t, 0)
	if got := c.field(t, 104, boards.FieldCompletedWork); got != 13.5 {
		t.Errorf("Completed Work is %v", got)
	}
}
