package marketplaceapi

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/billing"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	sandboxmarketplace "timetracker/internal/sandbox/marketplace"
)

// usage is a quantity of users of the plan active, owed within an hour.
func usage(id ids.Subscription, at time.Time, quantity int) billing.Usage {
	return billing.Usage{
		SubscriptionID: id, Dimension: "active_user", PlanID: "active", Hour: at.Truncate(time.Hour), EffectiveAt: at,
		Quantity: quantity,
	}
}

func TestReport(t *testing.T) {
	m := newMicrosoft(t)
	first, second := m.begin(t, active), m.begin(t, active)
	suspended, seats := m.begin(t, active), m.begin(t, teamOf5)
	must(t, m.market.Suspend(suspended.String()))
	now := m.now().UTC().Truncate(time.Millisecond)
	results, err := m.Report(t.Context(), []billing.Usage{usage(first, now, 3)})
	must(t, err)
	if diff := cmp.Diff([]billing.UsageResult{{Status: "Accepted", AcceptedQuantity: 3}}, results); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	otherDimension := usage(second, now, 1)
	otherDimension.Dimension = "passive_user"
	batch := []billing.Usage{
		usage(first, now, 7), // Microsoft has an event of the hour
		usage(first, now.Add(-time.Hour), 2),
		usage(second, now, 4),
		usage(second, now.Add(-25*time.Hour), 4),
		otherDimension,
		usage(second, now.Add(-2*time.Hour), 0),
		usage(suspended, now, 1),
		usage(someSubscription, now, 1),
		usage(seats, now, 1),
	}
	results, err = m.Report(t.Context(), batch)
	must(t, err)
	want := []billing.UsageResult{
		{Status: "Duplicate", AcceptedQuantity: 3}, {Status: "Accepted", AcceptedQuantity: 2},
		{Status: "Accepted", AcceptedQuantity: 4},
		{Status: "Expired"}, {Status: "InvalidDimension"}, {Status: "InvalidQuantity"}, {Status: "ResourceNotActive"},
		{Status: "ResourceNotFound"}, {Status: "BadArgument"},
	}
	if diff := cmp.Diff(want, results); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReportOfABatch(t *testing.T) {
	m := newMicrosoft(t)
	var batch []billing.Usage
	for i := range billing.MaxBatch + 1 {
		batch = append(batch, usage(m.begin(t, active), m.now(), i+1))
	}
	for _, wrong := range [][]billing.Usage{nil, batch} {
		if _, err := m.Report(t.Context(), wrong); !errs.Is(err, errs.Internal) {
			t.Errorf("a batch of %d: got %v", len(wrong), err)
		}
	}
	if n := m.calls.Load(); n != 0 {
		t.Errorf("%d calls for what can't be sent", n)
	}
	results, err := m.Report(t.Context(), batch[:billing.MaxBatch])
	must(t, err)
	for i, result := range results {
		if result.Status != "Accepted" || result.AcceptedQuantity != i+1 {
			t.Errorf("result %d is %+v", i, result)
		}
	}
}

func TestResultsFindTheirEvents(t *testing.T) {
	m := newMicrosoft(t)
	other := ids.MustParse[ids.Subscription]("0be4c1f2-6d3a-4c59-8e70-9a1f5d27b384")
	at := time.Date(2026, 11, 21, 8, 30, 14, 0, time.UTC)
	events := []billing.Usage{
		usage(someSubscription, at, 5), usage(someSubscription, at.Add(time.Hour), 2), usage(other, at, 7),
	}
	item := func(id, effective, rest string) string {
		return fmt.Sprintf(`{"resourceId":%q,"dimension":"active_user","effectiveStartTime":%q,%s}`, id, effective, rest)
	}
	accepted := func(quantity string) string { return `"status":"Accepted","quantity":` + quantity }
	duplicate := func(quantity string) string {
		return `"status":"Duplicate","quantity":5,"error":{"code":"Conflict",` +
			`"additionalInfo":{"acceptedMessage":{"quantity":` + quantity + `}}}`
	}
	a := func(quantity int) billing.UsageResult {
		return billing.UsageResult{Status: "Accepted", AcceptedQuantity: quantity}
	}
	bad := billing.UsageResult{Status: "Unreadable"}
	first := func(rest string) string { return item(someSubscription.String(), "2026-11-21T08:30:14Z", rest) }
	second := item(someSubscription.String(), "2026-11-21T09:30:14Z", accepted("2.0"))
	third := item(other.String(), "2026-11-21T08:30:14.0000000", accepted(`7`))
	report := func(t *testing.T, answers ...string) ([]billing.UsageResult, error) {
		t.Helper()
		m.answer(http.StatusOK, `{"count":3,"result":[`+strings.Join(answers, ",")+`]}`)
		return m.Report(t.Context(), events)
	}
	for name, test := range map[string]struct {
		answer string // to the first event
		want   billing.UsageResult
	}{
		"as sent":              {first(accepted("5.0")), a(5)},
		"another time":         {item(someSubscription.String(), "2026-11-21T08:00:00Z", accepted("5")), a(5)},
		"in capital letters":   {item("7C0D5A3E-19B4-4F86-A2D7-5E31C8F06B94", "2026-11-21T08:30:14Z", accepted("5")), a(5)},
		"nothing but a status": {`{"status":" Error ","error":"text"}`, billing.UsageResult{Status: "Error"}},
		"zeros": {
			item("00000000-0000-0000-0000-000000000000", "0001-01-01T00:00:00", `"status":"BadArgument"`),
			billing.UsageResult{Status: "BadArgument"},
		},
		"zeros with a zone":    {item(" ", "0001-01-01T00:00:00.0000000Z", `"status":"Error"`), billing.UsageResult{Status: "Error"}},
		"of another hour":      {item(someSubscription.String(), "2026-11-21T07:59:59Z", accepted("5")), bad},
		"of no hour":           {item(someSubscription.String(), "soon", accepted("5")), bad},
		"of another resource":  {item(someOperation, "2026-11-21T08:30:14Z", accepted("5")), bad},
		"of no resource":       {item("/subscriptions/x", "2026-11-21T08:30:14Z", accepted("5")), bad},
		"of another dimension": {strings.Replace(first(accepted("5")), "active_user", "passive_user", 1), bad},
		"quantity as text":     {first(accepted(`"5.00"`)), a(5)},
		"half a user":          {first(accepted("4.5")), bad},
		"less than none":       {first(accepted("-1")), bad},
		"no quantity":          {first(accepted("null")), bad},
		"not a number":         {first(accepted(`"NaN"`)), bad},
		"earlier event":        {first(duplicate("3.0")), billing.UsageResult{Status: "Duplicate", AcceptedQuantity: 3}},
		"earlier half a user":  {first(duplicate("2.5")), bad},
		"no earlier event":     {first(`"status":"Duplicate","quantity":5`), bad},
		"no status":            {first(`"quantity":5`), bad},
		"a novel":              {first(`"status":"` + strings.Repeat("x", 100) + `"`), bad},
	} {
		t.Run(name, func(t *testing.T) {
			for _, answers := range [][]string{{test.answer, second, third}, {test.answer, third, second}} {
				got, err := report(t, answers...)
				must(t, err)
				if diff := cmp.Diff([]billing.UsageResult{test.want, a(2), a(7)}, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
	got, err := report(t, third, second, first(accepted("5")))
	must(t, err)
	if diff := cmp.Diff([]billing.UsageResult{a(5), a(2), a(7)}, got); diff != "" {
		t.Errorf("in another order (-want +got):\n%s", diff)
	}
	// It is not known which of the two results counts, nor what became of the third event.
	got, err = report(t, second, second, third)
	must(t, err)
	if diff := cmp.Diff([]billing.UsageResult{bad, bad, a(7)}, got); diff != "" {
		t.Errorf("with one result twice (-want +got):\n%s", diff)
	}
	for name, answers := range map[string][]string{
		"too few":  {second, third},
		"too many": {first(accepted("5")), second, third, third},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := report(t, answers...)
			wantUnavailable(t, err)
		})
	}
}

func TestEventsAreSent(t *testing.T) {
	m := newMicrosoft(t)
	var sent any
	m.respond(func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || r.URL.Path != "/api/batchUsageEvent" {
			t.Errorf("sent to %s: %v", r.URL, err)
		}
		_, _ = io.WriteString(w, `{"result":[{"status":"Accepted","quantity":5.0}]}`)
	})
	at := time.Date(2026, 11, 21, 10, 30, 14, 250_000_000, time.FixedZone("", 2*60*60))
	_, err := m.Report(t.Context(), []billing.Usage{usage(someSubscription, at, 5)})
	must(t, err)
	want := map[string]any{"request": []any{map[string]any{
		"resourceId": someSubscription.String(), "quantity": 5.0, "dimension": "active_user", "planId": "active",
		"effectiveStartTime": "2026-11-21T08:30:14.250Z",
	}}}
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReported(t *testing.T) {
	m := newMicrosoft(t)
	id := m.begin(t, active)
	now := m.now().UTC()
	today := now.Truncate(24 * time.Hour)
	if got, err := m.Reported(t.Context(), today); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v before anything is reported", got, err)
	}
	_, err := m.Report(t.Context(), []billing.Usage{usage(id, now, 4)})
	must(t, err)
	for status, counts := range map[string]int{"Submitted": 4, "Accepted": 4, "Mismatch": 2, "Rejected": 0} {
		m.configure(t, func(s *sandboxmarketplace.Settings) { s.ReconStatus = status })
		got, err := m.Reported(t.Context(), today)
		must(t, err)
		want := []billing.ReportedUsage{{SubscriptionID: id, Dimension: "active_user", Day: today, Submitted: 4, Quantity: counts}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", status, diff)
		}
	}
}

// TestReportedAddsUp has a row for each plan and status, and rows of other products.
func TestReportedAddsUp(t *testing.T) {
	m := newMicrosoft(t)
	row := func(day, id, plan, status, quantities string) string {
		return `{"usageDate":"` + day + `","usageResourceId":"` + id + `","dimension":"active_user","planId":"` + plan +
			`","reconStatus":"` + status + `",` + quantities + `,"submittedCount":2}`
	}
	id := someSubscription.String()
	m.respond(func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query().Get("usageStartDate"); got != "2026-11-18" {
			t.Errorf("asked since %q", got)
		}
		_, _ = io.WriteString(w, `[`+strings.Join([]string{
			row("2026-11-19T00:00:00Z", id, "active", "Submitted", `"submittedQuantity":6.0,"processedQuantity":0.0`),
			row("2026-11-19T00:00:00Z", strings.ToUpper(id), "active-plus", "Accepted", `"submittedQuantity":3.0`),
			row("2026-11-20", id, "active", " Mismatch ", `"submittedQuantity":6.0,"processedQuantity":5.0`),
			row("2026-11-20T00:00:00", id, "active", "DryRun", `"submittedQuantity":1`),
			row("2026-11-20", "/subscriptions/x/applications/y", "gold", "Accepted", `"submittedQuantity":1.5`),
		}, ",")+`]`)
	})
	got, err := m.Reported(t.Context(), time.Date(2026, 11, 18, 23, 0, 0, 0, time.UTC))
	must(t, err)
	day := time.Date(2026, 11, 19, 0, 0, 0, 0, time.UTC)
	want := []billing.ReportedUsage{
		{SubscriptionID: someSubscription, Dimension: "active_user", Day: day, Submitted: 9, Quantity: 9},
		{SubscriptionID: someSubscription, Dimension: "active_user", Day: day.AddDate(0, 0, 1), Submitted: 7, Quantity: 6},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
