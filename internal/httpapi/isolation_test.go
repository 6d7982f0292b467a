package httpapi_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"timetracker/api"
	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/httpapi"
	"timetracker/internal/ids"
	sandboxentra "timetracker/internal/sandbox/entra"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// table is the content of a table for one tenant.
type table struct {
	columns []string
	kinds   []string // TEXT, INTEGER…
	rows    []string
}

// dump reads every row of a tenant from every tenant table, without our own code.
func (r *rig) dump(tenantID string) map[string]table {
	r.t.Helper()
	db, err := sql.Open("sqlite", "file:"+r.file+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		r.t.Fatal(err)
	}
	defer db.Close()
	tables := make(map[string]table)
	var names []string
	r.scan(db, `SELECT name FROM sqlite_master WHERE type = 'table'`, func(values []string) { names = append(names, values[0]) })
	for _, name := range names {
		var t table
		r.scan(db, `SELECT name, type FROM pragma_table_info('`+name+`')`, func(values []string) {
			t.columns, t.kinds = append(t.columns, values[0]), append(t.kinds, values[1])
		})
		key := "tenant_id"
		if name == "tenants" {
			key = "id"
		}
		if !slices.Contains(t.columns, key) {
			continue
		}
		r.scan(db, `SELECT * FROM `+name+` WHERE `+key+` = x'`+strings.ReplaceAll(tenantID, "-", "")+`'`, func(values []string) {
			t.rows = append(t.rows, strings.Join(values, "\x1f"))
		})
		slices.Sort(t.rows)
		tables[name] = t
	}
	if len(tables) < 9 {
		r.t.Fatalf("only %d tables with rows of tenants", len(tables))
	}
	return tables
}

// scan reads rows as text.
func (r *rig) scan(db *sql.DB, query string, row func(values []string)) {
	r.t.Helper()
	rows, err := db.QueryContext(r.t.Context(), query)
	if err != nil {
		r.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		r.t.Fatal(err)
	}
	for rows.Next() {
		values := make([]any, len(columns))
		targets := make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			r.t.Fatal(err)
		}
		texts := make([]string, len(values))
		for i, value := range values {
			switch value := value.(type) {
			case nil:
			case []byte: // an id, whose bytes could be anything, or a stored answer
				texts[i] = fmt.Sprintf("%x %q", value, value)
			default:
				texts[i] = fmt.Sprint(value)
			}
		}
		row(texts)
	}
	if err := rows.Err(); err != nil {
		r.t.Fatal(err)
	}
}

var requestIDs = regexp.MustCompile(`"request_id":"[^"]+"`)

// essence is an answer without the parts that differ between two answers to the same request.
func essence(got reply) string {
	header := got.header.Clone()
	for _, name := range []string{"X-Request-Id", "Date", "Ratelimit"} {
		header.Del(name)
	}
	var text strings.Builder
	fmt.Fprintln(&text, got.status)
	for _, name := range slices.Sorted(maps.Keys(header)) {
		fmt.Fprintln(&text, name, header[name])
	}
	return text.String() + requestIDs.ReplaceAllString(got.body, "")
}

func TestAnotherTenantsIDIsNobodys(t *testing.T) {
	w := newOffices(t)
	for _, row := range accesses {
		if row.things == nil {
			continue
		}
		t.Run(row.operation, func(t *testing.T) {
			w.t = t
			theirs, nobodys := w.thingFor(row, ada, foreign), w.thingFor(row, ada, random)
			before := w.dump(w.fabrikam)
			for _, who := range callers {
				compare := func(what string, theirs, nobodys call) {
					t.Helper()
					theirs.as, nobodys.as = who, who
					got, want := w.do(theirs), w.do(nobodys)
					if diff := cmp.Diff(essence(want), essence(got)); diff != "" {
						t.Errorf("%s, %s (-random +foreign):\n%s", who, what, diff)
					}
				}
				compare("as it is", row.call(w, who, theirs), row.call(w, who, nobodys))
				several := func(of thing) thing { return thing{of.id, of.etag + `, "` + uuid.NewString() + `.1"`} }
				compare("with two etags", row.call(w, who, several(theirs)), row.call(w, who, several(nobodys)))
				keyed := func(c call) call { c.headers = map[string]string{"Idempotency-Key": uuid.NewString()}; return c }
				if c := row.call(w, who, theirs); c.method == "POST" {
					compare("with a key", keyed(c), keyed(row.call(w, who, nobodys)))
				}
			}
			if diff := cmp.Diff(before, w.dump(w.fabrikam), cmp.AllowUnexported(table{})); diff != "" {
				t.Errorf("the other tenant's rows (-before +after):\n%s", diff)
			}
		})
	}
}

func TestAnotherTenantsIDInsideOfARequest(t *testing.T) {
	w := newOffices(t)
	theirUser, theirTimer, nobody := w.ids[barbara], w.timer(barbara).id, uuid.Must(uuid.NewV7()).String()
	theirEntry := w.entry(barbara).id
	before := w.dump(w.fabrikam)
	theirs := as[api.TimeEntry](t, w.do(call{as: barbara, path: "/api/v1/time-entries/" + theirEntry}), 200).WorkItem
	for path, theirs := range map[string]*string{
		"/work-items/time?id=": theirs.Uid, "/time-entries?work_item_id=": theirs.Uid, "/time-entries?project=": theirs.ProjectId,
		"/time-entries?organization=": theirs.SiteId, "/time-entries?project=Payments&organization=": theirs.SiteId,
		"/reports/time" + someDays + "&project=": theirs.ProjectId,
	} {
		for _, who := range callers {
			got, want := w.do(call{as: who, path: "/api/v1" + path + *theirs}), w.do(call{as: who, path: "/api/v1" + path + nobody})
			if diff := cmp.Diff(essence(want), essence(got)); diff != "" {
				t.Errorf("%s by %s (-random +foreign):\n%s", path, who, diff)
			}
		}
	}
	for _, path := range []string{
		"/time-entries?user_id=", "/timer-events?user_id=", "/timer-events?format=csv&user_id=", "/actions?user_id=",
		"/actions?format=csv&user_id=", "/audit-events?user_id=", "/audit-events?format=csv&user_id=",
		"/reports/time" + someDays + "&user_id=", "/reports/time" + someDays + "&format=csv&user_id=",
		"/timesheets/entries?first_day=2026-11-16&user_id=", "/timesheets?first_day=2026-11-16&user_id=", "/adjustments?user_id=",
	} {
		for _, who := range callers {
			got, want := w.do(call{as: who, path: "/api/v1" + path + theirUser}), w.do(call{as: who, path: "/api/v1" + path + nobody})
			if diff := cmp.Diff(essence(want), essence(got)); diff != "" {
				t.Errorf("%s by %s (-random +foreign):\n%s", path, who, diff)
			}
		}
	}
	project := w.newProject(ada)
	for _, who := range callers {
		stop := func(id string) string {
			return essence(w.do(call{as: who, method: "POST", path: "/api/v1/timers/current/stop", body: `{"timer_id":"` + id + `"}`}))
		}
		if diff := cmp.Diff(stop(nobody), stop(theirTimer)); diff != "" {
			t.Errorf("stopping by %s (-random +foreign):\n%s", who, diff)
		}
		merge := func(into string) string {
			return essence(w.do(call{as: who, method: "POST", path: "/api/v1/projects/" + project + "/merge", body: `{"into":"` + into + `"}`}))
		}
		if diff := cmp.Diff(merge(nobody), merge(*theirs.ProjectId)); diff != "" {
			t.Errorf("merging by %s (-random +foreign):\n%s", who, diff)
		}
	}
	if diff := cmp.Diff(before, w.dump(w.fabrikam), cmp.AllowUnexported(table{})); diff != "" {
		t.Errorf("the other tenant's rows (-before +after):\n%s", diff)
	}
}

// TestTheZeroIDIsNobodys: inside of the program it means that no id was given, which no client can say with it.
func TestTheZeroIDIsNobodys(t *testing.T) {
	const zero = "00000000-0000-0000-0000-000000000000"
	w := newOffices(t)
	for _, who := range callers {
		w.entry(who)
	}
	for _, who := range callers {
		w.timer(who)
	}
	same := func(what, who string, of func(id string) call) {
		t.Helper()
		answer := func(id string) string {
			c := of(id)
			c.as = who
			return essence(w.do(c))
		}
		if diff := cmp.Diff(answer(uuid.NewString()), answer(zero)); diff != "" {
			t.Errorf("%s by %s (-random +zero):\n%s", what, who, diff)
		}
	}
	for _, who := range callers {
		for _, row := range accesses {
			for _, etag := range []string{"", `"` + zero + `.1"`, `".1"`, `"` + zero + `.1", ".1"`} {
				if row.things != nil {
					same(row.operation, who, func(id string) call { return row.call(w, who, thing{id, etag}) })
				}
			}
		}
		for _, path := range []string{
			"/time-entries?user_id=", "/timer-events?user_id=", "/timer-events?format=csv&user_id=", "/actions?user_id=",
			"/audit-events?user_id=", "/reports/time" + someDays + "&user_id=", "/reports/time" + someDays + "&project=",
			"/time-entries?project=", "/time-entries?organization=", "/time-entries?work_item_id=",
			"/time-entries?project=Payments&organization=", "/work-items/time?id=",
		} {
			same(path, who, func(id string) call { return call{path: "/api/v1" + path + id} })
		}
		project := w.newProject(ada)
		same("merging", who, func(id string) call {
			return call{method: "POST", path: "/api/v1/projects/" + project + "/merge", body: `{"into":"` + id + `"}`}
		})
		same("stopping", who, func(id string) call {
			return call{method: "POST", path: "/api/v1/timers/current/stop", body: `{"timer_id":"` + id + `"}`}
		})
	}
}

func TestCursorsBelongToOneTenant(t *testing.T) {
	w := newOffices(t)
	for range 2 {
		w.entry(linus)
		w.entry(barbara)
	}
	w.timer(linus)
	w.timer(grace)
	w.newProject(ada)
	w.billedMonth(ada)
	w.billedMonth(ada)
	for _, who := range []string{ada, linus} {
		as[api.Action](t, w.do(call{as: who, method: "POST", path: "/api/v1/actions", body: `{"type":"a","page":"b"}`}), 201)
	}
	for _, path := range []string{
		"/users?limit=1", "/timers?limit=1", "/time-entries?limit=1&scope=tenant", "/timer-events?limit=1&scope=tenant",
		"/actions?limit=1", "/audit-events?limit=1", "/billing-records?limit=1", "/billing-records?limit=1&kind=monthly",
		"/projects?limit=1",
	} {
		page := as[struct {
			Page api.Page `json:"page"`
		}](t, w.do(call{as: ada, path: "/api/v1" + path}), 200)
		if page.Page.NextCursor == nil {
			t.Errorf("%s has no second page", path)
			continue
		}
		next := "/api/v1" + path + "&cursor=" + *page.Page.NextCursor
		as[map[string]any](t, w.do(call{as: ada, path: next}), 200)
		problem(t, w.do(call{as: frances, path: next}), 400, "cursor_invalid")
	}
}

func TestIdempotencyKeysBelongToOneTenant(t *testing.T) {
	w := newOffices(t)
	for _, c := range []call{
		{path: "/timers", body: item("101")},
		{path: "/timers/current/stop"},
		{path: "/users", body: `{"people":[{"email":"new@contoso.example"}]}`},
		{path: "/actions", body: `{"type":"a","page":"b"}`},
	} {
		c.method, c.path, c.headers = "POST", "/api/v1"+c.path, keyed(c.path)
		var bodies []string
		for _, who := range []string{ada, frances} {
			c.as = who
			first := w.do(c)
			if first.status >= 300 || first.header.Get("Idempotency-Replayed") != "" {
				t.Fatalf("%s by %s: %d %s", c.path, who, first.status, first.body)
			}
			replayed(t, first, w.do(c))
			bodies = append(bodies, first.body)
		}
		if bodies[0] == bodies[1] {
			t.Errorf("%s: both tenants get %s", c.path, bodies[0])
		}
	}
}

func TestOneTenantDoesNotStarveAnother(t *testing.T) {
	w := newOffices(t, func(c *httpapi.Config) {
		c.Limits.User = httpapi.Rate{PerSecond: 1e6, Burst: 1e6}
		c.Limits.Tenant = httpapi.Rate{PerSecond: 1, Burst: 100}
	})
	refused := 0
	for i := range 150 {
		got := w.do(call{as: slices.Sorted(maps.Values(callers))[i%len(callers)], path: "/api/v1/me"})
		if got.header.Get("RateLimit") == "" || got.header.Get("RateLimit-Policy") == "" {
			t.Fatalf("%d without its headers: %v", got.status, got.header)
		}
		if got.status == http.StatusTooManyRequests {
			refused++
			if got.header.Get("Retry-After") == "" {
				t.Error("429 without Retry-After")
			}
		}
	}
	if refused < 50 {
		t.Errorf("%d of 150 were refused", refused)
	}
	for range 10 {
		as[api.Me](t, w.do(call{as: frances, path: "/api/v1/me"}), 200)
	}
	// Callers without a valid token don't use up anybody's limit either.
	for range 200 {
		w.do(call{path: "/api/v1/me", headers: map[string]string{"Authorization": "Bearer x"}})
	}
	as[api.Me](t, w.do(call{as: barbara, path: "/api/v1/me"}), 200)
}

const canary = "canary"

// noCanary are the text columns that people can't write into: ids, words of ours, zones, codes, hashes.
var noCanary = map[string]string{
	"tenants":            "id directory_id currency plan_name status time_zone on_start_while_running join_policy week_start default_activity_id deletion_asked_by",
	"users":              "tenant_id id object_id role status auth_provider time_zone week_start csv_format invited_by approver_id",
	"tenant_logos":       "tenant_id media_type image", // pixels alone
	"activities":         "tenant_id id name_key",
	"saved_reports":      "tenant_id id owner_id",
	"access_records":     "tenant_id id subject_id actor_id actor_role",
	"chain_links":        "tenant_id row_id public_hash commitment salt hash",
	"privacy_requests":   "tenant_id id user_id kind processing status reference_hash decided_by kept digest digest_salt earlier_digest",
	"privacy_choices":    "tenant_id user_id objections",
	"erasures":           "tenant_id user_id at_table",
	"sites":              "tenant_id id tracker stable_id name_key",
	"site_names":         "tenant_id site_id name_key",
	"projects":           "tenant_id id site_id stable_id name_key merged_into counts_as",
	"project_names":      "tenant_id project_id name_key",
	"place_revisions":    "tenant_id",
	"work_items":         "tenant_id id site_id number project_id parent_number",
	"work_item_views":    "tenant_id user_id work_item_id",
	"work_item_pins":     "tenant_id user_id work_item_id",
	"time_entries":       "tenant_id id user_id work_item_id project_id activity_id source",
	"write_backs":        "tenant_id work_item_id entry_id id user_id problem_code",
	"contributions":      "tenant_id work_item_id id entry_id user_id",
	"imports":            "tenant_id id created_by format time_zone date_order state problem_code problem_detail",
	"import_parts":       "tenant_id import_id",
	"import_rows":        "tenant_id import_id external_id problem_code problem_detail owner_id decided entry_id",
	"timer_events":       "tenant_id id event_type user_id entry_id",
	"time_entry_changes": "tenant_id id entry_id operation_id operation changed_by field old_value new_value",
	"targets":            "tenant_id owner_id user_id",
	"timesheets":         "tenant_id user_id id status time_zone decided_by",
	"adjustments":        "tenant_id id user_id project_id work_item_id activity_id made_by reverses_id entry_id",
	"reminders":          "tenant_id user_id id reminded_by",
	"audit_events":       "tenant_id id actor_id action target_kind target_id",
	"actions":            "tenant_id id user_id",
	"retention_runs":     "tenant_id class",
	"idempotency_keys":   "tenant_id user_id key_hash request_hash answer",

	"subscriptions":          "id tenant_id offer_id plan_id status beneficiary_directory purchaser_directory term_unit obstacle",
	"marketplace_deliveries": "operation_id tenant_id subscription_id action outcome code message",
	"tenant_terms":           "tenant_id id plan_name status subscription_id plan_id plan_title model currency",
	"billing_records":        "tenant_id id kind subscription_id plan_id plan_title model operation_id action status month currency",
	"metered_users":          "tenant_id subscription_id user_id",
	"usage_events":           "tenant_id subscription_id dimension plan_id state status",
}

// importCanary begins an import of Fabrikam's, and perhaps has its rows looked at.
func (w *offices) importCanary(file string, check bool) {
	w.t.Helper()
	begun := as[api.Import](w.t, w.do(call{
		as: frances, method: "POST", path: "/api/v1/imports", body: `{"file_name":"canary.csv","project":"canary","reason":"canary"}`,
	}), 201)
	text, err := json.Marshal(map[string]string{"text": file})
	if err != nil {
		w.t.Fatal(err)
	}
	if sent := w.do(call{as: frances, method: "PUT", path: "/api/v1/imports/" + begun.Id + "/parts/1", body: string(text)}); sent.status != 204 {
		w.t.Fatalf("%d %s", sent.status, sent.body)
	}
	if check {
		as[api.Import](w.t, w.do(call{as: frances, method: "POST", path: "/api/v1/imports/" + begun.Id + "/check", body: `{"parts":1}`}), 200)
		w.workedImport(frances, begun.Id)
	}
}

// privacyCanary makes a request that is refused and one that is carried out, and a nominee.
func (w *offices) privacyCanary() {
	w.t.Helper()
	asked := w.askPrivacy(barbara, `{"kind":"objection","note":"canary"}`)
	decide := on("POST", "/privacy-requests/%s/decision", `{"grant":false,"reason":"canary"}`)(w, "", asked)
	decide.as = frances
	as[api.PrivacyRequest](w.t, w.do(decide), 200)
	carried := on("POST", "/privacy-requests/%s/decision", `{"grant":true,"outcome":"canary"}`)(w, "", w.askPrivacy(barbara, `{"kind":"correction","note":"canary"}`))
	carried.as = frances
	as[api.PrivacyRequest](w.t, w.do(carried), 200)
	now := as[api.PrivacyChoices](w.t, w.do(call{as: barbara, path: "/api/v1/me/privacy"}), 200)
	as[api.PrivacyChoices](w.t, w.change(barbara, "/me/privacy", now.Etag, `{"nominee":{"name":"canary","email":"canary@home.example"}}`), 200)
}

// accessCanary lets an operator read.
func (w *offices) accessCanary() {
	w.t.Helper()
	accesses := audit.NewAccesses(w.store, w.clock.now)
	if err := accesses.Note(w.t.Context(), w.tenantOf(frances), audit.Reader{Operator: "canary"}, audit.AccessOperator); err != nil {
		w.t.Fatal(err)
	}
}

// plantCanaries fills Fabrikam with canaries in every text that people can write.
func (w *offices) plantCanaries() {
	w.t.Helper()
	now := as[api.TenantDetails](w.t, w.do(call{as: frances, path: "/api/v1/tenant"}), 200)
	as[api.TenantDetails](w.t, w.change(frances, "/tenant", now.Etag, `{"name":"canary","azure_devops_organization":"canary",`+
		`"admin_email":"canary@fabrikam.example","billing_name":"canary","billing_address":"canary"}`), 200)
	db, err := sql.Open("sqlite", "file:"+w.file+"?_pragma=busy_timeout(10000)")
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	// It can't be changed later on.
	_, err = db.ExecContext(w.t.Context(), `UPDATE tenants SET slug = 'canary' WHERE id = ?`, ids.MustParse[ids.Tenant](w.fabrikam))
	if err != nil {
		w.t.Fatal(err)
	}
	as[api.UserList](w.t, w.do(call{
		as: frances, method: "POST", path: "/api/v1/users", headers: keyed(canary),
		body: `{"people":[{"email":"canary@canary.example","name":"canary"}]}`,
	}), 201)
	const edsger = "edsger@fabrikam.example"
	w.changePerson(edsger, sandboxentra.PersonChange{Mail: "canary@canary.example"}) // invited there, which nobody has checked
	as[api.JoinRequest](w.t, w.do(call{as: edsger, method: "POST", path: "/api/v1/join-requests"}), 202)
	as[api.Action](w.t, w.do(call{as: frances, method: "POST", path: "/api/v1/actions", body: `{"type":"canary","page":"canary"}`}), 201)
	work := `{"work_item":{"project":"canary","id":"101","title":"canary","type":"canary"}}`
	start := call{as: frances, method: "POST", path: "/api/v1/timers", body: strings.TrimSuffix(work, "}") + `,"note":"canary"}`}
	w.accessCanary()
	w.privacyCanary()
	as[api.SavedReport](w.t, w.do(call{
		as: frances, method: "POST", path: "/api/v1/saved-reports", body: `{"name":"canary","shared":true,"definition":{"note":"canary"}}`,
	}), 201)
	as[api.Activity](w.t, w.do(call{
		as: frances, method: "POST", path: "/api/v1/activities", body: `{"name":"canary","billable":true}`,
	}), 201)
	as[api.TimerStarted](w.t, w.do(start), 201)
	w.clock.advance(time.Minute)
	entry := w.stop(frances)
	as[api.TimeEntry](w.t, w.do(call{
		as: frances, method: "DELETE", path: "/api/v1/time-entries/" + entry.Id + "?reason=canary",
		headers: map[string]string{"If-Match": entry.Etag},
	}), 200)
	as[api.TimerStarted](w.t, w.do(start), 201)
	w.clock.advance(time.Minute)
	w.setTenant(w.fabrikam, func(t *tenant.Tenant) { t.Settings.WriteBack = true })
	w.stop(frances)
	// Azure DevOps' words.
	if _, err = db.ExecContext(w.t.Context(), `UPDATE write_backs SET problem_message = 'canary'`); err != nil {
		w.t.Fatal(err)
	}
	// How an erasure remembers whom it is about.
	_, err = db.ExecContext(w.t.Context(), `INSERT INTO erasures (tenant_id, user_id, begun_at, subject, at_table, at_row)
		VALUES (?, ?, 0, '{"names":["canary"]}', 'time_entries', '["tcanary"]')`,
		ids.MustParse[ids.Tenant](w.fabrikam), ids.MustParse[ids.User](w.ids[barbara]))
	if err != nil {
		w.t.Fatal(err)
	}
	started := as[api.TimerStarted](w.t, w.do(start), 201)
	w.boards.Answer(canary, workitem.Facts{
		Number: "101", Revision: 1, Project: workitem.Named{Name: canary}, Title: canary, Type: canary, State: canary, Assignee: canary, AssigneeAddress: canary,
	})
	as[api.WorkItemList](w.t, w.do(call{as: frances, path: "/api/v1/work-items?uid=" + *started.Timer.WorkItem.Uid}), 200)
	pin := strings.Replace(work, "101", "102", 1) // it is never read
	as[api.RecentWorkItem](w.t, w.do(call{as: frances, method: "POST", path: "/api/v1/work-items/pins", body: pin}), 201)
	w.keepRecord(w.fabrikam, billing.Record{
		Kind: billing.Adjustment, Month: calendar.Month{Year: 2026, Month: time.October}, Customer: canary,
		CustomerAddress: canary, Seller: billing.Seller{Name: canary, Address: canary, TaxID: canary},
		Active: []billing.Person{{ID: ids.User{'1'}, Email: canary}}, Inactive: []billing.Person{{ID: ids.User{'2'}, Email: canary}},
	})
	week := w.submitted(barbara)
	as[api.Timesheet](w.t, w.do(call{as: frances, method: "POST", path: "/api/v1/timesheets/decisions", body: fmt.Sprintf(
		`{"user_id":%q,"first_day":%q,"decision":"return","comment":"canary","etag":%q}`, week.User.Id, week.FirstDay, *week.Etag)}), 200)
	planted := as[api.TimesheetPage](w.t, w.do(call{as: frances, path: "/api/v1/timesheets?first_day=" + w.submitted(barbara).FirstDay + "&user_id=" + w.ids[barbara]}), 200).Data[0]
	as[api.TimeAdjustment](w.t, w.do(call{as: frances, method: "POST", path: "/api/v1/adjustments", body: fmt.Sprintf(
		`{"user_id":%q,"for_day":%q,"work_item_uid":%q,"ms":60000,"reason":"canary"}`, w.ids[barbara], planted.FirstDay, *started.Timer.WorkItem.Uid)}), 201)
	w.importCanary("Work Item ID,Email,Date,Hours,Comment\n101,canary@canary.example,2026-11-17,1,canary\n", true)
	w.importCanary(canary, false)
	// The audit has names of people and of changed things.
	err = w.store.Tx(w.t.Context(), ids.MustParse[ids.Tenant](w.fabrikam), func(ctx context.Context) error {
		return w.store.InsertAudit(ctx, ids.MustParse[ids.Tenant](w.fabrikam), audit.NewEvent(
			audit.Actor{ID: ids.MustParse[ids.User](w.ids[frances]), Name: canary}, audit.TenantChanged,
			audit.Target{Kind: audit.TargetTenant, ID: ids.MustParse[ids.Any](w.fabrikam), Name: canary}, w.clock.now(),
			audit.FieldChange{Field: "name", Old: canary, New: canary}))
	})
	if err != nil {
		w.t.Fatal(err)
	}

	for name, t := range w.dump(w.fabrikam) {
		for i, column := range t.columns {
			text := t.kinds[i] == "TEXT" || t.kinds[i] == "BLOB"
			planted := slices.ContainsFunc(t.rows, func(row string) bool {
				return strings.Contains(strings.Split(row, "\x1f")[i], canary)
			})
			if text && !planted && !slices.Contains(strings.Fields(noCanary[name]), column) {
				w.t.Errorf("no canary is in %s.%s", name, column)
			}
		}
	}
}

// looking is every read, with every filter, and many requests that are refused.
func (w *offices) looking(who string) []call {
	calls := []call{
		{path: "/api/v1/users?search=canary"}, {path: "/api/v1/actions?type=canary"}, {path: "/api/v1/nothing/canari"},
		{path: "/api/v1/time-entries?scope=tenant&project=canary&organization=canary&include_voided=true"},
		{path: "/api/v1/work-items/time?organization=canary&project=canary&id=101"},
		{path: "/api/v1/reports/time" + someDays + "&group_by=user,work_item,day&project=canary"},
		{path: "/api/v1/reports/time" + someDays + "&group_by=user,work_item,day"},
		{path: "/api/v1/reports/time" + someDays + "&group_by=project&format=csv"},
		{path: "/api/v1/time-entries?scope=tenant&include_voided=true&limit=500"},
		{method: "POST", path: "/api/v1/tenants", body: `{"name":"C","slug":"canary","azure_devops_organization":"c","admin_email":"c@c.example"}`},
		{method: "POST", path: "/api/v1/users", body: `{"people":[{"email":"a@b.example"},{"email":"A@b.example"}]}`},
		{method: "POST", path: "/api/v1/timers/current/stop", headers: keyed(canary)},
	}
	for _, row := range accesses {
		for _, r := range []relation{foreign, random} {
			c := row.call(w, who, w.thingFor(row, who, r))
			if row.things != nil || c.method == "" {
				calls = append(calls, c)
			}
		}
	}
	return calls
}

func TestCanary(t *testing.T) {
	w := newOffices(t)
	w.plantCanaries()
	for _, who := range callers {
		for _, c := range w.looking(who) {
			c.as = who
			got := w.do(c)
			// A caller's own words may come back: a path, or a filter of a work item.
			answer := got.body
			if strings.Contains(c.path, "/work-items/time") {
				answer = strings.Replace(answer, `"organization":"canary","project":"canary"`, "", 1)
			}
			if strings.Contains(answer, canary) || strings.Contains(fmt.Sprint(got.header), canary) {
				t.Errorf("%s: %s %s answers %d %v\n%s", who, c.method, c.path, got.status, got.header, got.body)
			}
		}
	}
}

// TestCancelledRequestsDoNotMix has people of two tenants call at the same time, half of whom give up at some point. A
// connection that returns to the small pool too early would give one tenant's rows to the other.
func TestCancelledRequestsDoNotMix(t *testing.T) {
	w := newOffices(t)
	w.plantCanaries()
	work := `{"work_item":{"project":"robin","id":"101","title":"robin","type":"robin"}}`
	for range 3 {
		as[api.TimerStarted](t, w.do(call{as: ada, method: "POST", path: "/api/v1/timers", body: work}), 201)
		w.clock.advance(time.Minute)
		w.stop(ada)
	}
	paths := []string{
		"/time-entries?scope=tenant&limit=500", "/timer-events?scope=tenant", "/timer-events?scope=tenant&format=csv", "/users",
		"/audit-events", "/billing-records", "/billing-records?format=csv", "/reports/time" + someDays + "&group_by=work_item,user", "/reports/time" + someDays + "&format=csv", "/tenant",
	}
	sides := []struct{ token, own, other string }{
		{w.token(ada), "robin", canary}, {w.token(frances), canary, "robin"},
	}
	const workers, rounds = 8, 30
	var group sync.WaitGroup
	var mu sync.Mutex
	answered := make(map[string]int)
	for n := range workers {
		side := sides[n%2]
		group.Go(func() {
			for i := range rounds {
				ctx, cancel := context.WithCancel(t.Context())
				if i%2 == 1 {
					ctx, cancel = context.WithTimeout(t.Context(), time.Duration(rand.IntN(6_000))*time.Microsecond)
				}
				path := paths[rand.IntN(len(paths))]
				body, err := w.read(ctx, path, side.token)
				cancel()
				switch {
				case err != nil && !errors.Is(err, context.DeadlineExceeded):
					t.Errorf("%s: %v", path, err)
				case strings.Contains(body, side.other):
					t.Errorf("%s: the other tenant's rows: %s", path, body)
				case strings.Contains(body, side.own):
					mu.Lock()
					answered[side.own]++
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	if answered["robin"] == 0 || answered[canary] == 0 {
		t.Errorf("answers with rows: %v", answered)
	}
}

// read reads an answer as far as the caller waits for it.
func (r *rig) read(ctx context.Context, path, token string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/api/v1"+path, nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := r.client.Do(request)
	if err != nil {
		return "", err
	}
	return readReply(r.t, response).body, nil
}
