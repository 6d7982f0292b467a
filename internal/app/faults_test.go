package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"timetracker/api"
	"timetracker/internal/app"
	"timetracker/internal/connector/connectortest"
	"timetracker/internal/domaintest"
	"timetracker/internal/httpapi"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/sandboxtest"
	"timetracker/internal/sandbox/standin"
	"timetracker/internal/sqlstore"
	"timetracker/internal/telemetry"
)

// connected is the API with the sandbox's Azure DevOps and Entra, at a time that the test moves. Contoso has signed up and
// has its hours written.
type connected struct {
	*connectortest.World
	clock   *sandboxtest.Clock
	process *app.Process
	product *app.API
	url     string
}

func startConnected(t *testing.T) *connected { return startConnectedOver(t, nil) }

// startConnectedOver is startConnected with another way to the services; nil for none.
func startConnectedOver(t *testing.T, dial func(ctx context.Context, network, address string) (net.Conn, error)) *connected {
	t.Helper()
	clock := sandboxtest.NewClock(time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC))
	c := &connected{World: connectortest.Start(t, clock.Now), clock: clock}
	client := c.Client
	if transport, ok := client.Transport.(*http.Transport); ok && dial != nil {
		another := transport.Clone()
		another.DialContext = dial
		client = &http.Client{Transport: another}
	}
	log := slog.New(slog.DiscardHandler)
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{Create: true, URL: "sqlite:" + domaintest.Database(t), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	metrics := telemetry.NewMetrics()
	people, err := app.AsPeople(app.OnBehalfConfig{
		Authority: c.EntraURL, ClientID: sandbox.APIClientID, Secret: sandbox.APIClientSecret, HTTPClient: client,
		Graph: "https://graph.example", AzureDevOps: c.RESTURL, Now: clock.Now, Alert: app.Alerting(metrics, log),
	})
	if err != nil {
		t.Fatal(err)
	}
	process, err := app.NewProcess(app.ProcessConfig{
		Holder: t.Name(), Store: store, Now: clock.Now, Log: log, Metrics: metrics, Microsoft: struct{ app.Microsoft }{}, Remote: people.Remote,
	})
	if err != nil {
		t.Fatal(err)
	}
	unlimited := httpapi.Rate{PerSecond: 1e6, Burst: 1e6}
	product, err := app.NewAPI(process, app.APIConfig{
		PublicURL: "https://timetracker.example", Authority: c.EntraURL, ClientID: sandbox.APIClientID, SPAClient: sandbox.SPAClientID,
		HTTPClient: client, Directory: people.Directory, Limits: httpapi.Limits{User: unlimited, Tenant: unlimited, Failures: unlimited},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.process, c.product = process, product
	server := httptest.NewServer(product.Handler())
	t.Cleanup(server.Close)
	c.url = server.URL + "/api/v1"
	c.call(t, http.MethodPost, "/tenants", `{"name":"Contoso","slug":"contoso","azure_devops_organization":"contoso",`+
		`"admin_email":"ada@contoso.example","time_zone":"Europe/Berlin"}`, http.StatusCreated, nil)
	var tenant api.TenantDetails
	c.call(t, http.MethodGet, "/tenant", "", http.StatusOK, &tenant)
	c.send(t, http.MethodPatch, "/tenant", `{"write_back":true}`, map[string]string{"If-Match": tenant.Etag, "Content-Type": "application/merge-patch+json"}, http.StatusOK, nil)
	return c
}

// call calls the API as Ada, and decodes the answer.
func (c *connected) call(t *testing.T, method, path, body string, status int, into any) http.Header {
	t.Helper()
	return c.send(t, method, path, body, nil, status, into)
}

func (c *connected) send(t *testing.T, method, path, body string, header map[string]string, status int, into any) http.Header {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+c.Credential(t, ada).AccessToken())
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status {
		t.Fatalf("%s %s: %d %s, %v", method, path, response.StatusCode, content, err)
	}
	if into != nil {
		if err := json.NewDecoder(bytes.NewReader(content)).Decode(into); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, content)
		}
	}
	return response.Header
}

// record records a tenth of an hour on 104, and gives the item's id.
func (c *connected) record(t *testing.T) (uid string) {
	t.Helper()
	var started api.TimerStarted
	c.call(t, http.MethodPost, "/timers", `{"work_item":{"project":"Payments","id":"104"}}`, http.StatusCreated, &started)
	c.clock.Advance(6 * time.Minute)
	c.call(t, http.MethodPost, "/timers/current/stop", "", http.StatusOK, nil)
	return *started.Timer.WorkItem.Uid
}

// completed is Completed Work of 104, as the sandbox has it.
func (c *connected) completed(t *testing.T) float64 {
	t.Helper()
	item, err := c.Boards.Get(sandboxtest.Person(t, ada), c.Boards.Organizations()[0].ID, 104)
	if err != nil {
		t.Fatal(err)
	}
	hours, _ := item.Fields[boards.FieldCompletedWork].(float64)
	return hours
}

// Each row is a fault of Azure DevOps or of Entra. Time is recorded and reported through all of them, as if nothing were,
// and is in Completed Work once when they are over.
func TestTimeIsRecordedThroughFaults(t *testing.T) {
	const unavailable, lost, interaction = "tracker_unavailable", "tracker_answer_lost", "interaction_required"
	c := startConnected(t)
	before, recorded := c.completed(t), 0.1
	uid := c.record(t)
	c.asked(t, "/work-items?uid="+uid, "")
	c.call(t, http.MethodPost, "/write-backs/attempts", "", http.StatusOK, nil)
	for _, test := range []struct {
		service string
		fault   standin.Fault
		code    string // of what is asked; empty: it is answered
		waits   string // the problem of what is to be written; empty: it is written
	}{
		{connectortest.AzureDevOps, standin.Down, unavailable, unavailable},
		{connectortest.AzureDevOps, standin.Throttled, unavailable, unavailable},
		{connectortest.AzureDevOps, standin.Delayed, "", unavailable},
		{connectortest.AzureDevOps, standin.WrongJSON, unavailable, unavailable},
		{connectortest.AzureDevOps, standin.Reset, unavailable, unavailable},
		{connectortest.AzureDevOps, standin.Truncated, unavailable, unavailable},
		{connectortest.AzureDevOps, standin.LostAnswer, unavailable, unavailable},
		{connectortest.AzureDevOps, standin.SignInPage, interaction, interaction},
		{connectortest.AzureDevOps, standin.HTML, interaction, interaction},
		{connectortest.AzureDevOps, standin.ClaimsChallenge, interaction, interaction},
		{connectortest.AzureDevOpsWrites, standin.Down, "", unavailable},
		{connectortest.AzureDevOpsWrites, standin.Reset, "", lost},
		{connectortest.AzureDevOpsWrites, standin.Truncated, "", lost},
		{connectortest.AzureDevOpsWrites, standin.LostAnswer, "", lost},
		{connectortest.AzureDevOpsWrites, standin.Throttled, "", unavailable},
		{connectortest.AzureDevOpsWrites, standin.SignInPage, "", interaction},
		{connectortest.AzureDevOpsWrites, standin.HTML, "", lost},
		{connectortest.AzureDevOpsWrites, standin.WrongJSON, "", lost},
		{connectortest.Entra, standin.Down, unavailable, unavailable},
		{connectortest.Entra, standin.HTML, unavailable, unavailable},
		{connectortest.Entra, standin.SecondFactor, interaction, interaction},
	} {
		t.Run(test.service+" "+string(test.fault), func(t *testing.T) {
			c.clock.Advance(16 * time.Minute) // then what was read is old
			c.Fail(t, test.service, test.fault)
			c.record(t)
			recorded += 0.1
			var report api.TimeReport
			c.call(t, http.MethodGet, "/reports/time?from=2026-11-21&to=2026-11-30&group_by=work_item", "", http.StatusOK, &report)
			if got := time.Duration(report.Totals.ElapsedMs) * time.Millisecond; math.Abs(got.Hours()-recorded) > 1e-9 {
				t.Errorf("%s are reported, want %v hours", got, recorded)
			}
			c.asked(t, "/work-items?uid="+uid, test.code)
			c.clock.Advance(11 * time.Minute) // no pause lasts longer
			c.asked(t, "/work-items/search?q=payment", test.code)
			c.clock.Advance(11 * time.Minute)
			c.tried(t, test.waits)
			c.Fail(t, test.service, standin.Off)
			c.clock.Advance(11 * time.Minute)
			c.asked(t, "/work-items/search?q=payment", "")
			c.clock.Advance(11 * time.Minute)
			var left api.WriteBackList
			c.call(t, http.MethodPost, "/write-backs/attempts", "", http.StatusOK, &left)
			if got := c.completed(t) - before; len(left.Data) > 0 || math.Abs(got-recorded) > 1e-9 {
				t.Errorf("%v hours are written of %v, and left are %+v", got, recorded, left.Data)
			}
		})
	}
}

// asked asks for work items, and wants the code. What is known of an item is shown, unless the person has to sign in.
func (c *connected) asked(t *testing.T, path, code string) {
	t.Helper()
	var answer struct {
		api.Problem
		api.WorkItemList
	}
	status := map[string]int{"": http.StatusOK, "tracker_unavailable": http.StatusServiceUnavailable, "interaction_required": http.StatusUnauthorized}[code]
	known := strings.HasPrefix(path, "/work-items?")
	if known && code == "tracker_unavailable" {
		status = http.StatusOK
	}
	header := c.call(t, http.MethodGet, path, "", status, &answer)
	switch {
	case known && code == "tracker_unavailable":
		if answer.Tracker == nil || answer.Tracker.Code != code || len(answer.Data) != 1 || answer.Data[0].Stale == nil || *answer.Data[0].Title == "" {
			t.Errorf("%s: %+v", path, answer)
		}
		return
	case answer.Code != code:
		t.Errorf("%s: %q, want %q", path, answer.Code, code)
	case (code == "tracker_unavailable") != (header.Get("Retry-After") != ""):
		t.Errorf("%s may be repeated after %q", path, header.Get("Retry-After"))
	case code == "interaction_required" && !strings.HasPrefix(header.Get("Www-Authenticate"), "Bearer "):
		t.Errorf("%s is answered with %q", path, header.Get("Www-Authenticate"))
	}
}

// tried tries to write, and wants the problem of what is left.
func (c *connected) tried(t *testing.T, problem string) {
	t.Helper()
	if problem == "interaction_required" {
		var answer api.Problem
		c.call(t, http.MethodPost, "/write-backs/attempts", "", http.StatusUnauthorized, &answer)
		if answer.Code != problem {
			t.Errorf("trying to write: %s", answer.Code)
		}
		return
	}
	var left api.WriteBackList
	c.call(t, http.MethodPost, "/write-backs/attempts", "", http.StatusOK, &left)
	if len(left.Data) != 1 || left.Data[0].Problem == nil || left.Data[0].Problem.Code != problem {
		t.Errorf("left are %+v, want one with %q", left.Data, problem)
	}
}
