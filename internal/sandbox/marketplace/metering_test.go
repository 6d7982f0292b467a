package marketplace_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"timetracker/internal/sandbox/marketplace"
)

// usage returns a usage event of a subscription. The changes are pairs of name and value.
func usage(id string, changes ...any) string {
	event := map[string]any{
		"resourceId": id, "quantity": 2.5, "dimension": "active_user", "effectiveStartTime": "2026-11-21T08:30:14Z",
		"planId": "active",
	}
	for i := 0; i < len(changes); i += 2 {
		name, _ := changes[i].(string)
		event[name] = changes[i+1]
	}
	content, _ := json.Marshal(event)
	return string(content)
}

func TestUsageEventAccepted(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, metered)
	got := m.call(t, http.MethodPost, "/usageEvent", usage(id))
	body := got.Object(t)
	want := map[string]any{
		"usageEventId": body["usageEventId"], "status": "Accepted", "messageTime": "2026-11-21T09:30:00.0000000Z",
		"resourceId": id, "resourceUri": "", "quantity": 2.5, "dimension": "active_user",
		"effectiveStartTime": "2026-11-21T08:30:14Z", "planId": "active",
	}
	if diff := cmp.Diff(want, body); diff != "" || got.Status != 200 {
		t.Errorf("%d (-want +got):\n%s", got.Status, diff)
	}
	duplicate := m.call(t, http.MethodPost, "/usageEvent",
		usage(id, "quantity", 9, "effectiveStartTime", "2026-11-21T08:59:59Z"))
	want["status"] = "Duplicate"
	wantConflict := map[string]any{
		"additionalInfo": map[string]any{"acceptedMessage": want},
		"message":        "This usage event already exist.", "code": "Conflict",
	}
	if diff := cmp.Diff(wantConflict, duplicate.Object(t)); diff != "" || duplicate.Status != 409 {
		t.Errorf("%d (-want +got):\n%s", duplicate.Status, diff)
	}
	next := m.call(t, http.MethodPost, "/usageEvent", usage(id, "effectiveStartTime", "2026-11-21T09:00:00"))
	if next.Status != 200 {
		t.Errorf("the next hour: %d %s", next.Status, next.Body)
	}
}

// TestUsageRules tests every rule for the single call and for a batch.
func TestUsageRules(t *testing.T) {
	m := startMarketplace(t)
	active := m.subscribed(t, metered)
	suspended := m.subscribed(t, metered)
	must(t, m.Suspend(suspended))
	pending := m.buy(t, metered)
	cancelled := m.subscribed(t, metered)
	must(t, m.Cancel(cancelled))
	changed := m.subscribed(t, metered)
	_, err := m.ChangePlan(changed, "active-plus")
	must(t, err)
	m.Deliver(t.Context())
	flat := m.subscribed(t, siteFlat)
	m.entra.Clock.Advance(30 * time.Minute) // 10:00
	tests := map[string]struct{ event, status string }{
		"accepted":              {usage(active), "Accepted"},
		"unknown resource":      {usage("3f1c9a52-0000-4000-8000-000000000000"), "ResourceNotFound"},
		"no resource":           {usage(""), "ResourceNotFound"},
		"suspended":             {usage(suspended), "ResourceNotActive"},
		"pending":               {usage(pending), "ResourceNotActive"},
		"before the end":        {usage(cancelled), "Accepted"},
		"after the end":         {usage(cancelled, "effectiveStartTime", "2026-11-21T09:30:00Z"), "ResourceNotActive"},
		"other plan":            {usage(active, "planId", "active-plus"), "BadArgument"},
		"earlier plan":          {usage(changed), "Accepted"},
		"later plan":            {usage(changed, "planId", "active-plus", "effectiveStartTime", "2026-11-21T09:30:00Z"), "Accepted"},
		"unknown dimension":     {usage(active, "dimension", "active_users"), "InvalidDimension"},
		"dimension of flat":     {usage(flat, "planId", "site"), "InvalidDimension"},
		"no dimension of flat":  {usage(flat, "planId", "site", "dimension", ""), "InvalidDimension"},
		"zero":                  {usage(active, "quantity", 0), "InvalidQuantity"},
		"negative":              {usage(active, "quantity", -1), "InvalidQuantity"},
		"a day old":             {usage(active, "effectiveStartTime", "2026-11-20T10:00:00Z"), "Accepted"},
		"more than a day old":   {usage(active, "effectiveStartTime", "2026-11-20T09:59:59Z"), "Expired"},
		"in the future":         {usage(active, "effectiveStartTime", "2026-11-21T10:00:01Z"), "BadArgument"},
		"no time":               {usage(active, "effectiveStartTime", ""), "BadArgument"},
		"another zone":          {usage(active, "effectiveStartTime", "2026-11-21T08:10:00+05:45"), "Accepted"},
		"quantity that's a map": {usage(active, "quantity", map[string]any{}), "BadArgument"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			batch := m.call(t, http.MethodPost, "/batchUsageEvent", `{"request":[`+test.event+`]}`)
			var body struct {
				Count  int              `json:"count"`
				Result []map[string]any `json:"result"`
			}
			if err := json.Unmarshal([]byte(batch.Body), &body); err != nil {
				t.Fatal(err)
			}
			if batch.Status != 200 || body.Count != 1 || body.Result[0]["status"] != test.status {
				t.Fatalf("batch: %d %s", batch.Status, batch.Body)
			}
			single := m.call(t, http.MethodPost, "/usageEvent", test.event)
			if test.status == "Accepted" {
				if single.Status != 409 {
					t.Errorf("a second time: %d %s", single.Status, single.Body)
				}
				return
			}
			if single.Status != 400 || !strings.Contains(single.Body, `"code":"BadArgument"`) {
				t.Errorf("single: %d %s", single.Status, single.Body)
			}
		})
	}
}

// TestUsageSwitches tests answers that are rare, and those whose conditions at Microsoft are unknown.
func TestUsageSwitches(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, metered)
	old := usage(id, "effectiveStartTime", "2026-11-20T10:00:00Z")
	if got := m.call(t, http.MethodPost, "/usageEvent", old); got.Status != 200 {
		t.Fatal(got.Body)
	}
	_, err := m.ChangePlan(id, "active-plus")
	must(t, err)
	m.Deliver(t.Context())
	m.entra.Clock.Advance(time.Hour)
	off := func(*marketplace.Settings) {}
	duplicateFirst := func(s *marketplace.Settings) { s.DuplicateBeforeExpired = true }
	oldPlanRefused := func(s *marketplace.Settings) { s.OldPlanUsageRefused = true }
	notAuthorized := func(s *marketplace.Settings) { s.UsageNotAuthorized = true }
	neverSeen := usage(id, "effectiveStartTime", "2026-11-20T09:00:00Z")
	tests := map[string]struct {
		change func(*marketplace.Settings)
		event  string
		status string // in a batch
		single int
	}{
		"expired, then duplicate":     {off, old, "Expired", 400},
		"duplicate, then expired":     {duplicateFirst, old, "Duplicate", 409},
		"expired alone":               {duplicateFirst, neverSeen, "Expired", 400},
		"otherwise wrong":             {duplicateFirst, usage(id, "quantity", 0, "effectiveStartTime", "2026-11-20T10:00:00Z"), "InvalidQuantity", 400},
		"earlier plan refused":        {oldPlanRefused, usage(id), "BadArgument", 400},
		"earlier plan's late refused": {oldPlanRefused, old, "BadArgument", 400},
		"plan in force":               {oldPlanRefused, usage(id, "planId", "active-plus"), "Accepted", 409},
		"not authorized":              {notAuthorized, usage(id, "effectiveStartTime", "2026-11-21T07:00:00Z"), "ResourceNotAuthorized", 403},
		"not there":                   {notAuthorized, usage("3f1c9a52-0000-4000-8000-000000000000"), "ResourceNotFound", 400},
	}
	usual := m.Settings()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			must(t, m.Configure(func(s *marketplace.Settings) { *s = usual; test.change(s) }))
			var batch struct {
				Result []map[string]any `json:"result"`
			}
			got := m.call(t, http.MethodPost, "/batchUsageEvent", `{"request":[`+test.event+`]}`)
			if err := json.Unmarshal([]byte(got.Body), &batch); err != nil || batch.Result[0]["status"] != test.status {
				t.Errorf("batch: %d %s", got.Status, got.Body)
			}
			if got := m.call(t, http.MethodPost, "/usageEvent", test.event); got.Status != test.single {
				t.Errorf("single: %d %s", got.Status, got.Body)
			}
		})
	}
}

func TestUsageBatch(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, metered)
	batch := func(n int) string {
		events := make([]string, n)
		for i := range events {
			at := m.entra.Clock.Now().Add(-time.Duration(i) * time.Hour).Format(time.RFC3339)
			events[i] = usage(id, "effectiveStartTime", at)
		}
		return `{"request":[` + strings.Join(events, ",") + `]}`
	}
	for n, want := range map[int]int{0: 400, 26: 400} {
		if got := m.call(t, http.MethodPost, "/batchUsageEvent", batch(n)); got.Status != want {
			t.Errorf("%d events: %d", n, got.Status)
		}
	}
	statuses := func() map[string]int {
		t.Helper()
		got := m.call(t, http.MethodPost, "/batchUsageEvent", batch(25))
		var body struct {
			Result []struct {
				Status string `json:"status"`
				Error  struct {
					AdditionalInfo struct {
						AcceptedMessage struct {
							Quantity float64 `json:"quantity"`
						} `json:"acceptedMessage"`
					} `json:"additionalInfo"`
				} `json:"error"`
			} `json:"result"`
		}
		if err := json.Unmarshal([]byte(got.Body), &body); err != nil || got.Status != 200 {
			t.Fatalf("%d %v", got.Status, err)
		}
		counts := map[string]int{}
		for _, item := range body.Result {
			counts[item.Status+fmt.Sprint(item.Error.AdditionalInfo.AcceptedMessage.Quantity)]++
		}
		return counts
	}
	if diff := cmp.Diff(map[string]int{"Accepted0": 25}, statuses()); diff != "" {
		t.Errorf("first (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"Duplicate2.5": 25}, statuses()); diff != "" {
		t.Errorf("again (-want +got):\n%s", diff)
	}
}

func TestUsageList(t *testing.T) {
	m := startMarketplace(t)
	id, other := m.subscribed(t, metered), m.subscribed(t, metered)
	for _, event := range []string{
		usage(id), usage(id, "effectiveStartTime", "2026-11-21T07:00:00Z", "quantity", 1),
		usage(id, "effectiveStartTime", "2026-11-20T23:00:00Z"), usage(other),
	} {
		if got := m.call(t, http.MethodPost, "/usageEvent", event); got.Status != 200 {
			t.Fatal(got.Body)
		}
	}
	list := func(query string) []map[string]any {
		t.Helper()
		got := m.call(t, http.MethodGet, "/usageEvents?"+query, "")
		var rows []map[string]any
		if err := json.Unmarshal([]byte(got.Body), &rows); err != nil {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		return rows
	}
	for query, want := range map[string]int{
		"usageStartDate=2026-11-20":                             3,
		"usageStartDate=2026-11-21":                             2,
		"usageStartDate=2026-11-21T10:00:00Z":                   2,
		"usageStartDate=2026-11-20&usageEndDate=2026-11-20":     1,
		"usageStartDate=2026-11-20&planId=active-plus":          0,
		"usageStartDate=2026-11-20&reconStatus=Accepted":        3,
		"usageStartDate=2026-11-20&reconStatus=Mismatch":        0,
		"usageStartDate=2026-11-22":                             0,
		"usageStartDate=2026-11-20&offerId=timetracker-active":  3,
		"usageStartDate=2026-11-20&dimension=active_user":       3,
		"usageStartDate=2026-11-20&azureSubscriptionId=missing": 0,
	} {
		if got := list(query); len(got) != want {
			t.Errorf("%s: %v", query, got)
		}
	}
	payer, _ := list("usageStartDate=2026-11-21")[0]["azureSubscriptionId"].(string)
	if _, err := uuid.Parse(payer); err != nil {
		t.Errorf("the Azure subscription is %q", payer)
	}
	if got := list("usageStartDate=2026-11-20&azureSubscriptionId=" + payer); len(got) != 3 {
		t.Errorf("of one Azure subscription: %v", got)
	}
	want := map[string]any{
		"usageDate": "2026-11-21T00:00:00Z", "usageResourceId": id, "dimension": "active_user", "planId": "active",
		"planName": "Active users", "offerId": "timetracker-active", "offerName": "TimeTracker Active Users",
		"offerType": "SaaS", "azureSubscriptionId": payer, "reconStatus": "Accepted", "submittedQuantity": 3.5,
		"processedQuantity": 3.5, "submittedCount": 2.0,
	}
	if diff := cmp.Diff(want, list("usageStartDate=2026-11-21")[0]); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
	for status, processed := range map[string]float64{
		"Submitted": 0, "Rejected": 0, "Mismatch": 1.75, "TestHeaders": 0, "DryRun": 0,
	} {
		must(t, m.Configure(func(s *marketplace.Settings) { s.ReconStatus = status }))
		row := list("usageStartDate=2026-11-21")[0]
		if row["reconStatus"] != status || row["processedQuantity"] != processed {
			t.Errorf("%s: %v", status, row)
		}
	}
	for _, query := range []string{"", "usageStartDate=x", "usageStartDate=2026-11-20&usageEndDate=x"} {
		if got := m.call(t, http.MethodGet, "/usageEvents?"+query, ""); got.Status != 400 {
			t.Errorf("%s: %d", query, got.Status)
		}
	}
}
