package httpapi_test

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/api"
)

func TestSignUpAndMe(t *testing.T) {
	r := newRig(t)
	problem(t, r.do(call{as: ada, path: "/api/v1/me"}), http.StatusForbidden, "tenant_unknown")

	created := r.signUp()
	if created.User.Role != api.RoleSuperAdmin || created.Tenant.Plan != api.TenantPlanTrial || created.Tenant.Status != api.TenantStatusActive {
		t.Errorf("signed up as %s with plan %s, %s", created.User.Role, created.Tenant.Plan, created.Tenant.Status)
	}
	if want := r.clock.now().Add(30 * 24 * time.Hour); !created.Tenant.TrialEndsAt.Equal(want) {
		t.Errorf("trial ends at %s, want %s", created.Tenant.TrialEndsAt, want)
	}
	if diff := cmp.Diff(created, as[api.Me](t, r.do(call{as: ada, path: "/api/v1/me"}), 200)); diff != "" {
		t.Errorf("me differs from the sign-up (-sign-up +me):\n%s", diff)
	}

	joined := as[api.Me](t, r.do(call{as: grace, path: "/api/v1/me"}), 200)
	if joined.User.Role != api.RoleUser || joined.Tenant.Id != created.Tenant.Id || joined.User.TimeZone != "Europe/Berlin" {
		t.Errorf("grace joined as %s of %s in %s", joined.User.Role, joined.Tenant.Id, joined.User.TimeZone)
	}
	problem(t, r.do(call{
		as: grace, method: "POST", path: "/api/v1/tenants",
		body: `{"name":"Again","slug":"again","azure_devops_organization":"again","admin_email":"g@contoso.example"}`,
	}), http.StatusConflict, "directory_taken")
	problem(t, r.do(call{
		as: frances, method: "POST", path: "/api/v1/tenants",
		body: `{"name":"F","slug":"contoso","azure_devops_organization":"f","admin_email":"f@fabrikam.example"}`,
	}), http.StatusConflict, "slug_taken")
}

func TestTimer(t *testing.T) {
	r := newRig(t)
	r.signUp()

	none := as[api.CurrentTimer](t, r.do(call{as: ada, path: "/api/v1/timers/current"}), 200)
	if none.Timer != nil || none.AutoStopAt != nil {
		t.Errorf("a timer runs before any was started: %+v", none.Timer)
	}

	started := r.do(call{as: ada, method: "POST", path: "/api/v1/timers", body: `{"work_item":{"project":"Payments","id":"101","title":"A task"},"existing_hours":2.5}`})
	first := as[api.TimerStarted](t, started, http.StatusCreated)
	if started.header.Get("ETag") != first.Timer.Etag || first.Timer.Etag != `"`+first.Timer.Id+`.1"` {
		t.Errorf("ETag %s, in the body %s", started.header.Get("ETag"), first.Timer.Etag)
	}
	if got := first.Timer.WorkItem.Organization; got != "contoso" {
		t.Errorf("organization %q, want the tenant's", got)
	}

	r.clock.advance(90 * time.Second)
	same := as[api.TimerStarted](t, r.do(call{as: ada, method: "POST", path: "/api/v1/timers", body: item("101")}), 200)
	if same.Timer.Id != first.Timer.Id || same.Timer.ElapsedMs != 90_000 || same.Stopped != nil {
		t.Errorf("the same item: %+v", same)
	}
	current := as[api.CurrentTimer](t, r.do(call{as: ada, path: "/api/v1/timers/current"}), 200)
	if current.Timer == nil || current.Timer.Id != first.Timer.Id || *current.Timer.ExistingHours != 2.5 {
		t.Fatalf("current is %+v", current.Timer)
	}
	if want := first.Timer.StartedAt.Add(10 * time.Hour); !current.AutoStopAt.Equal(want) {
		t.Errorf("stops by itself at %s, want %s", current.AutoStopAt, want)
	}

	switched := r.start(ada, "102")
	if switched.Stopped == nil || switched.Stopped.Id != first.Timer.Id || switched.Stopped.ElapsedMs != 90_000 ||
		!switched.Stopped.StoppedAt.Equal(switched.Timer.StartedAt.Time) {
		t.Errorf("switched from %+v", switched.Stopped)
	}

	r.clock.advance(time.Minute)
	stopped := r.stop(ada)
	if stopped.Id != switched.Timer.Id || stopped.ElapsedMs != 60_000 {
		t.Errorf("stopped %+v", stopped)
	}
	again := problem(t, r.do(call{as: ada, method: "POST", path: "/api/v1/timers/current/stop", body: `{}`}), 409, "timer_not_running")
	if again.TimeEntry == nil || again.TimeEntry.Id != stopped.Id || again.Timer != nil {
		t.Errorf("the problem shows %+v", again.TimeEntry)
	}

	running := r.start(ada, "103")
	problem(t, r.do(call{as: ada, method: "DELETE", path: "/api/v1/timers/current"}), 428, "precondition_required")
	problem(t, r.do(call{
		as: ada, method: "DELETE", path: "/api/v1/timers/current", headers: map[string]string{"If-Match": switched.Timer.Etag},
	}), 412, "stale") // the tag of the timer before this one
	problem(t, r.do(call{as: ada, method: "DELETE", path: "/api/v1/timers/current", headers: map[string]string{"If-Match": `"7"`}}), 412, "stale")
	discarded := as[api.TimeEntry](t, r.do(call{
		as: ada, method: "DELETE", path: "/api/v1/timers/current", headers: map[string]string{"If-Match": running.Timer.Etag},
	}), 200)
	if discarded.VoidedAt == nil || discarded.Id != running.Timer.Id {
		t.Errorf("discarded %+v", discarded)
	}
}

func TestEntries(t *testing.T) {
	r := newRig(t)
	r.signUp()
	entry := r.record(ada, "101", time.Hour)
	path := "/api/v1/time-entries/" + entry.Id

	got := r.do(call{as: ada, path: path})
	if diff := cmp.Diff(entry, as[api.TimeEntry](t, got, 200)); diff != "" {
		t.Errorf("entry (-stopped +read):\n%s", diff)
	}
	etag := got.header.Get("ETag")

	patch := map[string]string{"Content-Type": "application/merge-patch+json", "If-Match": etag}
	changed := as[api.TimeEntry](t, r.do(call{
		as: ada, method: "PATCH", path: path, headers: patch, body: `{"started_at":"2026-11-18T09:45:00Z","reason":"Lunch"}`,
	}), 200)
	if changed.ElapsedMs != 45*60_000 || changed.Etag == etag {
		t.Errorf("changed to %d ms, etag %s", changed.ElapsedMs, changed.Etag)
	}
	problem(t, r.do(call{as: ada, method: "PATCH", path: path, headers: patch, body: `{"started_at":"2026-11-18T09:50:00Z"}`}), 412, "stale")
	stale := as[api.Problem](t, r.do(call{as: ada, method: "DELETE", path: path, headers: map[string]string{"If-Match": etag}}), 412)
	if stale.TimeEntry == nil || stale.TimeEntry.Etag != changed.Etag || stale.TimeEntry.ElapsedMs != changed.ElapsedMs {
		t.Errorf("the refusal shows %+v, want what the entry is now", stale.TimeEntry)
	}

	voided := as[api.TimeEntry](t, r.do(call{
		as: ada, method: "DELETE", path: path + "?reason=Twice", headers: map[string]string{"If-Match": changed.Etag},
	}), 200)
	if voided.VoidedAt == nil {
		t.Error("not voided")
	}
	history := as[api.TimeEntryHistory](t, r.do(call{as: ada, path: path + "/history"}), 200)
	fields := make([]string, len(history.Data))
	for i, change := range history.Data {
		fields[i] = string(change.Field) + ": " + *change.Reason
	}
	if diff := cmp.Diff([]string{"started_at: Lunch", "voided_at: Twice"}, fields); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}

	events := as[api.TimerEventPage](t, r.do(call{as: ada, path: "/api/v1/timer-events"}), 200)
	types := make([]api.TimerEventType, len(events.Data))
	for i, event := range events.Data {
		types[i] = event.Type
	}
	slices.Sort(types) // held clock: the order within an instant is the ids'
	want := []api.TimerEventType{api.TimerEventTypeCorrected, api.TimerEventTypeStarted, api.TimerEventTypeStopped, api.TimerEventTypeVoided}
	if diff := cmp.Diff(want, types); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestRearrange(t *testing.T) {
	r := newRig(t)
	r.signUp()
	entry := r.record(ada, "101", time.Hour)
	post := func(path, body string, headers map[string]string) reply {
		return r.do(call{as: ada, method: "POST", path: "/api/v1/time-entries" + path, body: body, headers: headers})
	}
	half := `{"at":"` + instant(entry.StartedAt.Add(30*time.Minute)) + `","rest":{"work_item":{"project":"Payments","id":"102"}}}`
	problem(t, post("/"+entry.Id+"/split", half, nil), 428, "precondition_required")
	headers := map[string]string{"If-Match": entry.Etag, "Idempotency-Key": "split-1"}
	parts := as[api.TimeEntryParts](t, post("/"+entry.Id+"/split", half, headers), 200).Data
	again := as[api.TimeEntryParts](t, post("/"+entry.Id+"/split", half, headers), 200).Data
	if diff := cmp.Diff(parts, again); diff != "" || parts[0].ElapsedMs+parts[1].ElapsedMs != entry.ElapsedMs || parts[1].WorkItem.Id != "102" {
		t.Errorf("the parts are %+v; repeated (-first +second):\n%s", parts, diff)
	}
	both := seen(thing{parts[0].Id, parts[0].Etag}) + "," + seen(thing{parts[1].Id, parts[1].Etag})
	differ := as[api.Problem](t, post("/merge", `{"entries":[`+both+`]}`, nil), 422)
	if differ.Code != "entries_differ" || differ.TimeEntry == nil || differ.TimeEntry.Id != parts[1].Id {
		t.Errorf("merging different work: %+v", differ)
	}

	r.clock.advance(time.Second)
	move := `{"entries":[` + both + `,` + seen(thing{"01890000-0000-7000-8000-000000000000", `"x"`}) + `],"change":{"work_item":{"project":"Payments","id":"103"}}}`
	results := as[api.TimeEntryResults](t, post("/bulk", move, nil), 200).Results
	if len(results) != 3 || results[0].TimeEntry.WorkItem.Id != "103" || results[1].Problem != nil {
		t.Fatalf("moved: %+v", results)
	}
	if refusal := results[2].Problem; results[2].TimeEntry != nil || refusal.Code != "time_entry_not_found" || refusal.Status != 404 || refusal.RequestId == "" {
		t.Errorf("of what isn't there: %+v", results[2])
	}
	both = seen(thing{parts[0].Id, results[0].TimeEntry.Etag}) + "," + seen(thing{parts[1].Id, results[1].TimeEntry.Etag})
	r.clock.advance(time.Second)
	merged := as[api.TimeEntry](t, post("/merge", `{"entries":[`+both+`]}`, nil), 200)
	if merged.Id != entry.Id || merged.ElapsedMs != entry.ElapsedMs {
		t.Errorf("merged into %+v", merged)
	}
	added := as[api.TimeEntry](t, post("/"+merged.Id+"/copies", `{"started_at":"`+instant(entry.StartedAt.Add(-24*time.Hour))+`"}`, nil), 201)
	if added.Source != api.TimeEntrySourceManual || added.ElapsedMs != entry.ElapsedMs || added.WorkItem.Id != "103" {
		t.Errorf("copied to %+v", added)
	}
	history := as[api.TimeEntryHistory](t, r.do(call{as: ada, path: "/api/v1/time-entries/" + entry.Id + "/history"}), 200).Data
	var kinds []string
	for _, change := range history {
		kinds = append(kinds, string(change.Operation.Kind)+" "+string(change.Field))
	}
	if diff := cmp.Diff([]string{"split stopped_at", "bulk work_item", "merge stopped_at"}, kinds); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

func TestWhatIsOnlyShownNeverKeepsATimerFromStarting(t *testing.T) {
	r := newRig(t)
	r.signUp()
	title := strings.Repeat("\U0001F642", 255)
	for _, existing := range []string{"-0.5", "1000000.5", "1e300", "-1e300"} {
		body := `{"work_item":{"project":"Payments","id":"101","title":" ` + title + `x","type":"` + strings.Repeat("t", 129) + `\u0007"},"existing_hours":` + existing + `}`
		started := as[api.TimerStarted](t, r.do(call{as: ada, method: "POST", path: "/api/v1/timers", body: body}), 201)
		if started.Timer.ExistingHours != nil || *started.Timer.WorkItem.Title != title || len(*started.Timer.WorkItem.Type) != 128 {
			t.Errorf("%s hours: the timer is %+v", existing, started.Timer)
		}
		r.stop(ada)
	}
}

func TestUndo(t *testing.T) {
	r := newRig(t)
	r.signUp()
	entry := r.record(ada, "101", time.Hour)
	post := func(path, etag, body string) reply {
		return r.do(call{as: ada, method: "POST", path: "/api/v1" + path, body: body, headers: map[string]string{"If-Match": etag}})
	}
	problem(t, r.do(call{as: ada, method: "POST", path: "/api/v1/timers/" + entry.Id + "/resume"}), 428, "precondition_required")
	resumed := as[api.TimeEntry](t, post("/timers/"+entry.Id+"/resume", entry.Etag, ""), 200)
	if resumed.StoppedAt != nil || !resumed.StartedAt.Equal(entry.StartedAt.Time) {
		t.Errorf("resumed %+v", resumed)
	}
	r.clock.advance(time.Minute)
	current := as[api.CurrentTimer](t, r.do(call{as: ada, path: "/api/v1/timers/current"}), 200)
	if current.Timer.Etag != resumed.Etag || current.Timer.ElapsedMs != 61*60_000 {
		t.Errorf("current is %+v", current.Timer)
	}
	earlier := instant(entry.StartedAt.Add(-time.Minute))
	moved := as[api.TimeEntry](t, r.do(call{
		as: ada, method: "PATCH", path: "/api/v1/timers/current", body: `{"started_at":"` + earlier + `"}`, headers: merging(resumed.Etag),
	}), 200)
	if moved.ElapsedMs != 62*60_000 {
		t.Errorf("moved to %+v", moved)
	}

	stopped := r.stop(ada)
	problem(t, post("/time-entries/"+entry.Id+"/undo", moved.Etag, ""), 412, "stale")
	r.clock.advance(time.Second)
	voided := as[api.TimeEntry](t, r.do(call{
		as: ada, method: "DELETE", path: "/api/v1/time-entries/" + entry.Id, headers: map[string]string{"If-Match": stopped.Etag},
	}), 200)
	restored := as[api.TimeEntry](t, post("/time-entries/"+entry.Id+"/undo", voided.Etag, `{"reason":"Not twice"}`), 200)
	if restored.VoidedAt != nil || restored.ElapsedMs != stopped.ElapsedMs {
		t.Errorf("restored %+v", restored)
	}
}

func TestWorkItemTime(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.enter(grace)
	r.record(ada, "101", time.Hour)
	r.start(grace, "101")
	got := as[api.WorkItemTime](t, r.do(call{as: ada, path: "/api/v1/work-items/time?project=Payments&id=101"}), 200)
	if got.OwnMs != 3_600_000 || got.OwnTodayMs != 3_600_000 || got.TotalMs != 3_600_000 {
		t.Errorf("own %d, today %d, total %d", got.OwnMs, got.OwnTodayMs, got.TotalMs)
	}
	if len(got.Running) != 1 || got.Running[0].User.Name != "Grace Hopper" {
		t.Errorf("running: %+v", got.Running)
	}
	problem(t, r.do(call{as: ada, path: "/api/v1/work-items/time?project=Payments&id=abc"}), 422, "work_item_invalid")
}

func TestReport(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.enter(grace)
	r.record(ada, "101", time.Hour)
	r.record(ada, "102", 30*time.Minute)
	r.record(grace, "101", 15*time.Minute)
	const path = "/api/v1/reports/time?from=2026-11-01&to=2026-12-01"

	got := r.do(call{as: ada, path: path + "&group_by=user,work_item"})
	report := as[api.TimeReport](t, got, 200)
	var sum int64
	for _, row := range report.Rows {
		sum += row.ElapsedMs
		if row.User == nil || row.WorkItem == nil || row.Project != nil || row.Day != nil {
			t.Errorf("row %+v", row)
		}
	}
	if len(report.Rows) != 3 || sum != report.Totals.ElapsedMs || sum != 105*60_000 {
		t.Errorf("%d rows add up to %d, total %d", len(report.Rows), sum, report.Totals.ElapsedMs)
	}
	if report.TimeZone != "Europe/Berlin" || !report.From.Equal(time.Date(2026, 10, 31, 23, 0, 0, 0, time.UTC)) {
		t.Errorf("cut at %s in %s", report.From, report.TimeZone)
	}

	own := as[api.TimeReport](t, r.do(call{as: grace, path: path}), 200)
	if own.Totals.ElapsedMs != 15*60_000 {
		t.Errorf("a user sees %d ms", own.Totals.ElapsedMs)
	}
	rounded := as[api.TimeReport](t, r.do(call{as: ada, path: path + "&round_to_minutes=60&rounding=up"}), 200)
	if rounded.Totals.ElapsedMs != 3*3_600_000 || rounded.Rounding == "none" {
		t.Errorf("rounded to %d, %q", rounded.Totals.ElapsedMs, rounded.Rounding)
	}
	empty := as[api.TimeReport](t, r.do(call{as: ada, path: "/api/v1/reports/time?from=2020-01-01&to=2020-02-01"}), 200)
	if len(empty.Rows) != 0 || empty.Totals.ElapsedMs != 0 {
		t.Errorf("an empty month has %+v", empty)
	}

	for name, c := range map[string]call{
		"by Accept": {as: ada, path: path, headers: map[string]string{"Accept": "application/json;q=0.5, text/csv"}},
		"by format": {as: ada, path: path + "&format=csv", headers: map[string]string{"Accept": "application/json"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := r.do(c)
			if mediaType := got.header.Get("Content-Type"); !strings.HasPrefix(mediaType, "text/csv") {
				t.Fatalf("%d %s: %s", got.status, mediaType, got.body)
			}
			if disposition := got.header.Get("Content-Disposition"); disposition != `attachment; filename="time-2026-11-01-to-2026-11-30.csv"` {
				t.Errorf("Content-Disposition %s", disposition)
			}
			rows, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			if last := rows[len(rows)-1]; last[0] != "total" || last[2] != "6300000" {
				t.Errorf("last row %v", last)
			}
			var head []string
			for _, row := range rows[:4] {
				head = append(head, strings.TrimPrefix(row[0], "\ufeff")+" "+row[1])
			}
			if got := strings.Join(head, ", "); got != "first_day 2026-11-01, last_day 2026-11-30, time_zone Europe/Berlin, rounding none" {
				t.Errorf("the head is %s", got)
			}
		})
	}
	german := r.do(call{as: ada, path: path + "&format=csv&separator=semicolon&decimal=comma&round_to_minutes=60&rounding=up"})
	for _, want := range []string{"rounding;up 60 min per entry;", ";hours;needs_review_hours;billable_ms;", "total;;10800000;3:00:00.000;0;;3,00;0,00;10800000;3,00;0;0,00\r\n"} {
		if !strings.Contains(german.body, want) {
			t.Errorf("a German file lacks %q: %s", want, german.body)
		}
	}
	if events := r.do(call{as: ada, path: "/api/v1/timer-events?format=csv&separator=tab"}); !strings.HasPrefix(events.body, "\ufeffat\ttype\tuser_id\t") {
		t.Errorf("a log with tabs begins %.40q", events.body)
	}
	for _, query := range []string{"separator=pipe", "decimal=dot"} {
		problem(t, r.do(call{as: ada, path: path + "&format=csv&" + query}), 400, "parameter_invalid")
	}
	problem(t, r.do(call{as: ada, path: path, headers: map[string]string{"Accept": "text/html"}}), 406, "not_acceptable")
}

func TestAdminsSeeTheTenant(t *testing.T) {
	r := newRig(t)
	r.signUp()
	graceMe := as[api.Me](t, r.do(call{as: grace, path: "/api/v1/me"}), 200)
	entry := r.record(grace, "101", time.Hour)
	running := r.start(grace, "102")

	timers := as[api.TimeEntryPage](t, r.do(call{as: ada, path: "/api/v1/timers"}), 200)
	if len(timers.Data) != 1 || timers.Data[0].Id != running.Timer.Id {
		t.Errorf("running timers: %+v", timers.Data)
	}
	for _, path := range []string{
		"/api/v1/time-entries?scope=tenant", "/api/v1/time-entries?user_id=" + graceMe.User.Id,
	} {
		if page := as[api.TimeEntryPage](t, r.do(call{as: ada, path: path}), 200); len(page.Data) != 2 {
			t.Errorf("%s: %d entries", path, len(page.Data))
		}
	}
	if page := as[api.TimeEntryPage](t, r.do(call{as: ada, path: "/api/v1/time-entries"}), 200); len(page.Data) != 0 {
		t.Errorf("ada's own: %d entries", len(page.Data))
	}
	as[api.TimerEventPage](t, r.do(call{as: ada, path: "/api/v1/timer-events?scope=tenant"}), 200)
	problem(t, r.do(call{
		as: ada, method: "DELETE", path: "/api/v1/time-entries/" + entry.Id, headers: map[string]string{"If-Match": entry.Etag},
	}), 422, "reason_required")

	adaID := as[api.Me](t, r.do(call{as: ada, path: "/api/v1/me"}), 200).User.Id
	for _, path := range []string{
		"/api/v1/timers", "/api/v1/time-entries?scope=tenant", "/api/v1/time-entries?user_id=" + adaID,
		"/api/v1/timer-events?scope=tenant", "/api/v1/reports/time?from=2026-11-01&to=2026-12-01&user_id=" + adaID,
	} {
		problem(t, r.do(call{as: grace, path: path}), http.StatusForbidden, "role_required")
	}
	adas := r.record(ada, "103", time.Minute)
	problem(t, r.do(call{as: grace, path: "/api/v1/time-entries/" + adas.Id}), 404, "time_entry_not_found")
}

func TestAnotherTenantsIDsDoNotExist(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.signUpFabrikam()
	theirs := r.record(frances, "101", time.Hour)
	theirUser := as[api.Me](t, r.do(call{as: frances, path: "/api/v1/me"}), 200).User.Id
	const nothing = "0193a5b0-0000-7000-8000-000000000000"

	for _, c := range []call{
		{path: "/api/v1/time-entries/{id}"},
		{path: "/api/v1/time-entries/{id}/history"},
		{method: "DELETE", path: "/api/v1/time-entries/{id}?reason=x", headers: map[string]string{"If-Match": `"{id}.1"`}},
		{
			method: "DELETE", path: "/api/v1/time-entries/{id}?reason=x",
			headers: map[string]string{"If-Match": `"{id}.1", "{id}.2"`},
		},
		{
			method: "PATCH", path: "/api/v1/time-entries/{id}", body: `{"needs_review":false}`,
			headers: map[string]string{"If-Match": `"{id}.2"`, "Content-Type": "application/merge-patch+json"},
		},
		{method: "POST", path: "/api/v1/timers/current/stop", body: `{"timer_id":"{id}"}`},
	} {
		t.Run(c.method+c.path, func(t *testing.T) {
			c.as = ada
			answers := make([]reply, 0, 2)
			for _, id := range []string{theirs.Id, nothing} {
				asked := c
				asked.path = strings.ReplaceAll(c.path, "{id}", id)
				asked.body = strings.ReplaceAll(c.body, "{id}", id)
				asked.headers = map[string]string{}
				for name, value := range c.headers {
					asked.headers[name] = strings.ReplaceAll(value, "{id}", id)
				}
				got := r.do(asked)
				problem(t, got, http.StatusNotFound, "time_entry_not_found")
				requestID := got.header.Get("X-Request-Id")
				got.body = strings.ReplaceAll(got.body, requestID, "")
				for _, name := range []string{"X-Request-Id", "Ratelimit", "Date"} {
					got.header.Del(name)
				}
				answers = append(answers, got)
			}
			if diff := cmp.Diff(answers[0], answers[1], cmp.AllowUnexported(reply{})); diff != "" {
				t.Errorf("theirs and nothing differ (-theirs +nothing):\n%s", diff)
			}
		})
	}
	for _, user := range []string{theirUser, nothing} {
		page := as[api.TimeEntryPage](t, r.do(call{as: ada, path: "/api/v1/time-entries?user_id=" + user}), 200)
		if len(page.Data) != 0 {
			t.Errorf("entries of %s: %d", user, len(page.Data))
		}
		sums := as[api.TimeReport](t, r.do(call{
			as: ada, path: "/api/v1/reports/time?from=2026-11-01&to=2026-12-01&user_id=" + user,
		}), 200)
		if len(sums.Rows) != 0 {
			t.Errorf("report of %s: %d rows", user, len(sums.Rows))
		}
	}
	as[api.TimeEntry](t, r.do(call{as: frances, path: "/api/v1/time-entries/" + theirs.Id}), 200)
}

func TestTrialEnded(t *testing.T) {
	r := newRig(t)
	r.signUp()
	entry := r.record(ada, "101", time.Hour)
	r.clock.advance(30*24*time.Hour - 2*time.Hour)
	r.start(ada, "102")
	r.clock.advance(2 * time.Hour)

	problem(t, r.do(call{as: ada, method: "POST", path: "/api/v1/timers", body: item("103")}), 402, "trial_expired")
	problem(t, r.do(call{
		as: ada, method: "DELETE", path: "/api/v1/time-entries/" + entry.Id, headers: map[string]string{"If-Match": entry.Etag},
	}), 402, "trial_expired")
	problem(t, r.do(call{as: grace, path: "/api/v1/me"}), 402, "trial_expired")
	if stopped := r.stop(ada); stopped.ElapsedMs != 2*3_600_000 {
		t.Errorf("stopped %+v", stopped)
	}
	if me := as[api.Me](t, r.do(call{as: ada, path: "/api/v1/me"}), 200); me.Tenant.Status != api.TenantStatusTrialExpired {
		t.Errorf("status %s", me.Tenant.Status)
	}
}

func TestSeats(t *testing.T) {
	r := newRig(t)
	r.signUp()
	for _, user := range []string{grace, linus, "margaret@contoso.example", "joan@contoso.example"} {
		as[api.Me](t, r.do(call{as: user, path: "/api/v1/me"}), 200)
	}
	problem(t, r.do(call{as: "kim_fabrikam.example#EXT#@contoso.example", path: "/api/v1/me"}), 402, "seat_limit")
}

func TestPagesAreStableUnderInserts(t *testing.T) {
	r := newRig(t)
	r.signUp()
	var recorded []string
	for i := range 7 {
		recorded = append(recorded, r.record(ada, string(rune('1'+i)), time.Minute).Id)
	}
	slices.Reverse(recorded)

	var seen []string
	path := "/api/v1/time-entries?limit=3&project=Payments"
	cursor := ""
	for {
		page := as[api.TimeEntryPage](t, r.do(call{as: ada, path: path + cursor}), 200)
		for _, entry := range page.Data {
			seen = append(seen, entry.Id)
		}
		if page.Page.NextCursor == nil {
			break
		}
		cursor = "&cursor=" + *page.Page.NextCursor
		r.record(ada, "99", time.Minute) // comes before the first page
	}
	if diff := cmp.Diff(recorded, seen); diff != "" {
		t.Errorf("paged (-want +got):\n%s", diff)
	}

	for _, other := range []string{
		"/api/v1/time-entries?limit=3&project=Storefront", "/api/v1/time-entries?limit=3&project=Payments&scope=tenant",
		"/api/v1/timers?limit=3", "/api/v1/timer-events?limit=3",
	} {
		problem(t, r.do(call{as: ada, path: other + cursor}), 400, "cursor_invalid")
	}
	// Another limit is no other list.
	as[api.TimeEntryPage](t, r.do(call{as: ada, path: "/api/v1/time-entries?limit=2&project=Payments" + cursor}), 200)

	events := as[api.TimerEventPage](t, r.do(call{as: ada, path: "/api/v1/timer-events?limit=2"}), 200)
	as[api.TimerEventPage](t, r.do(call{as: ada, path: "/api/v1/timer-events?limit=2&cursor=" + *events.Page.NextCursor}), 200)
}

func TestAddresses(t *testing.T) {
	r := newRig(t)
	problem(t, r.do(call{path: "/nothing"}), 404, "not_found")
	problem(t, r.do(call{path: "/api/v1/nothing"}), 404, "not_found")
	problem(t, r.do(call{path: "/api/v1/me/"}), 404, "not_found")
	problem(t, r.do(call{method: "BREW", path: "/api/v1/nothing"}), 404, "not_found")

	for path, allow := range map[string]string{
		"/api/v1/timers":         "GET,HEAD,POST",
		"/api/v1/tenants":        "POST",
		"/api/v1/time-entries/x": "GET,HEAD,PATCH,DELETE",
		"/docs":                  "GET,HEAD",
	} {
		got := r.do(call{method: "PUT", path: path})
		problem(t, got, 405, "method_not_allowed")
		if values := strings.Join(got.header.Values("Allow"), ","); values != allow {
			t.Errorf("%s: Allow %s, want %s", path, values, allow)
		}
	}
	r.signUp()
	head := r.do(call{as: ada, method: "HEAD", path: "/api/v1/me"})
	if head.status != 200 || head.body != "" || head.header.Get("Content-Type") != "application/json" {
		t.Errorf("HEAD: %+v", head)
	}
	want := []string{"GET unmatched Not Found", "other unmatched Not Found", "PUT unmatched Method Not Allowed", "HEAD /api/v1/me OK"}
	for _, line := range want {
		if !slices.Contains(r.observed, line) {
			t.Errorf("not observed: %s in %q", line, r.observed)
		}
	}
}
