package httpapi_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/api"
	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/entra"
	"timetracker/internal/errs"
	"timetracker/internal/httpapi"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/sandbox"
	sandboxentra "timetracker/internal/sandbox/entra"
	"timetracker/internal/tenant"
)

// invite invites one address.
func (r *rig) invite(admin, email string) api.TenantUser {
	r.t.Helper()
	return as[api.UserList](r.t, r.do(call{
		as: admin, method: "POST", path: "/api/v1/users", body: `{"people":[{"email":"` + email + `"}]}`,
	}), 201).Data[0]
}

func (r *rig) users(admin, query string) api.UserPage {
	r.t.Helper()
	return as[api.UserPage](r.t, r.do(call{as: admin, path: "/api/v1/users?" + query}), 200)
}

func names(users []api.TenantUser) string {
	all := make([]string, len(users))
	for i, user := range users {
		all[i] = user.Name
	}
	return strings.Join(all, ", ")
}

func TestSignUpChoosesACurrency(t *testing.T) {
	r := newRig(t)
	body := `{"name":"Contoso","slug":"contoso","azure_devops_organization":"contoso","admin_email":"a@contoso.example","currency":"%s"}`
	got := r.do(call{as: ada, method: "POST", path: "/api/v1/tenants", body: fmt.Sprintf(body, "euro")})
	problem(t, got, 400, "field_invalid")
	got = r.do(call{as: ada, method: "POST", path: "/api/v1/tenants", body: fmt.Sprintf(body, "ABC")})
	problem(t, got, 422, "currency_unknown")
	me := as[api.Me](t, r.do(call{as: ada, method: "POST", path: "/api/v1/tenants", body: fmt.Sprintf(body, "EUR")}), 201)
	if me.Tenant.Currency != "EUR" {
		t.Errorf("currency %s", me.Tenant.Currency)
	}
	if me := r.signUpFabrikam(); me.Tenant.Currency != "USD" {
		t.Errorf("currency %s where none was chosen", me.Tenant.Currency)
	}
}

// TestBillingNameIsForAdmins also holds the address back. What statements say is no business of a colleague.
func TestBillingNameIsForAdmins(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.enter(grace)
	settings := as[api.TenantDetails](t, r.do(call{as: ada, path: "/api/v1/tenant"}), 200)
	changed := as[api.TenantDetails](t, r.change(ada, "/tenant", settings.Etag, `{"billing_name":"Contoso Accounting","billing_address":"1 Street"}`), 200)
	if *changed.BillingName != "Contoso Accounting" || *changed.BillingAddress != "1 Street" {
		t.Errorf("a super_admin sees %+v", changed)
	}
	colleague := as[api.TenantDetails](t, r.do(call{as: grace, path: "/api/v1/tenant"}), 200)
	if colleague.BillingName != nil || colleague.BillingAddress != nil || colleague.Tenant.Name != "Contoso" {
		t.Errorf("a user sees %+v", colleague)
	}
}

func TestSettings(t *testing.T) {
	r := newRig(t)
	r.signUp()
	got := r.do(call{as: ada, path: "/api/v1/tenant"})
	before := as[api.TenantDetails](t, got, 200)
	if toAsk := before.SuperAdmins; len(toAsk) != 1 || toAsk[0].Name != "Ada Lovelace" {
		t.Errorf("whom to ask: %+v", toAsk)
	}
	if before.Seats.Taken != 1 || *before.Seats.Limit != 5 || got.header.Get("ETag") != before.Etag {
		t.Errorf("%+v, ETag %s", before, got.header.Get("ETag"))
	}
	problem(t, r.do(call{
		as: ada, method: "PATCH", path: "/api/v1/tenant", body: `{"name":"New"}`, headers: map[string]string{"Content-Type": "application/merge-patch+json"},
	}), 428, "precondition_required")
	changed := as[api.TenantDetails](t, r.change(ada, "/tenant", before.Etag,
		`{"name":"Contoso Ltd","admin_email":"it@contoso.example","time_zone":"Asia/Kathmandu","currency":"EUR",`+
			`"on_start_while_running":"reject","auto_stop_after_ms":28800000,"edit_window_days":0,"allow_overlap":true,"join_policy":"request","write_back":true,`+
			`"write_back_step":25,"write_back_remaining":true,"week_start":"sunday","lock_after_days":30,"timer_log_days":92,"action_log_days":3660}`), 200)
	want := before
	want.AdminEmail, want.Tenant.Name, want.Tenant.Currency, want.Etag = "it@contoso.example", "Contoso Ltd", "EUR", changed.Etag
	want.Tenant.Settings = api.TenantSettings{
		TimeZone: "Asia/Kathmandu", OnStartWhileRunning: "reject", AutoStopAfterMs: 28_800_000, AllowOverlap: true, JoinPolicy: "request", WriteBack: true,
		WriteBackStep: 25, WriteBackRemaining: true, WeekStart: "sunday", LockAfterDays: new(30), TimerLogDays: new(92), ActionLogDays: new(3660),
		DefaultActivityId: before.Tenant.Settings.DefaultActivityId,
	}
	if diff := cmp.Diff(want, changed); diff != "" || changed.Etag == before.Etag {
		t.Errorf("etag %s (-want +got):\n%s", changed.Etag, diff)
	}
	problem(t, r.change(ada, "/tenant", before.Etag, `{"name":"Again"}`), 412, "stale")
	problem(t, r.change(ada, "/tenant", `"`+before.Tenant.Settings.TimeZone+`.1"`, `{"name":"Again"}`), 412, "stale")
	either := before.Etag + ", " + changed.Etag
	as[api.TenantDetails](t, r.change(ada, "/tenant", either, `{"name":"Contoso"}`), 200)
	for body, want := range map[string]fault{
		`{"auto_stop_after_ms":1}`:     {"/auto_stop_after_ms", "too_small"},
		`{"join_policy":"anybody"}`:    {"/join_policy", "enum"},
		`{"write_back_step":30}`:       {"/write_back_step", "enum"},
		`{"slug":"another"}`:           {"/slug", "unknown"},
		`{}`:                           {"", "empty"},
		`{"edit_window_days":400}`:     {"/edit_window_days", "too_large"},
		`{"allow_overlap":null}`:       {"/allow_overlap", "type"},
		`{"on_start_while_running":1}`: {"/on_start_while_running", "type"},
	} {
		p := as[api.Problem](t, r.change(ada, "/tenant", changed.Etag, body), 400)
		if found := faults(p); len(found) == 0 || found[0] != want {
			t.Errorf("%s: %+v, want %+v", body, found, want)
		}
	}
	for body, want := range map[string]fault{
		`{"time_zone":"Mars/Olympus"}`: {"/time_zone", "unknown"},
		`{"name":"  "}`:                {"/name", "blank"},
		`{"currency":"ABC"}`:           {"/currency", "unknown"},
		`{"currency":"DEM"}`:           {"/currency", "unknown"},
	} {
		p := as[api.Problem](t, r.change(ada, "/tenant", changed.Etag, body), 422)
		if diff := cmp.Diff([]fault{want}, faults(p)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
}

func TestInvitations(t *testing.T) {
	r := newRig(t)
	r.signUp()
	settings := as[api.TenantDetails](t, r.do(call{as: ada, path: "/api/v1/tenant"}), 200)
	as[api.TenantDetails](t, r.change(ada, "/tenant", settings.Etag, `{"join_policy":"invite_only"}`), 200)
	refused := problem(t, r.do(call{as: grace, path: "/api/v1/me"}), 403, "not_invited")
	if !strings.Contains(*refused.Detail, "ada@contoso.example") {
		t.Errorf("it does not say whom to ask: %s", *refused.Detail)
	}
	problem(t, r.do(call{as: grace, method: "POST", path: "/api/v1/join-requests"}), 403, "not_invited")

	invite := call{
		as: ada, method: "POST", path: "/api/v1/users", headers: keyed("invite"),
		body: `{"people":[{"email":"Grace@Contoso.example","name":"Grace"},{"email":"linus@contoso.example"}]}`,
	}
	first := r.do(invite)
	invited := as[api.UserList](t, first, 201)
	replayed(t, first, r.do(invite))
	if u := invited.Data[0]; u.Status != api.UserStatusInvited || u.AuthProvider != api.AuthProviderManual || u.Role != api.RoleUser ||
		u.InvitedBy == nil || u.InvitedBy.Name != "Ada Lovelace" || u.FirstSignInAt != nil {
		t.Errorf("invited %+v", u)
	}
	problem(t, r.do(call{as: ada, method: "POST", path: "/api/v1/users", body: `{"people":[]}`}), 400, "field_invalid")
	there := problem(t, r.do(call{
		as: ada, method: "POST", path: "/api/v1/users", body: `{"people":[{"email":"new@contoso.example"},{"email":"LINUS@contoso.example"}]}`,
	}), 409, "already_there")
	if diff := cmp.Diff([]fault{{"/people/1/email", "already_there"}}, faults(there)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	many := `{"people":[{"email":"a@x.example"},{"email":"b@x.example"},{"email":"c@x.example"}]}`
	problem(t, r.do(call{as: ada, method: "POST", path: "/api/v1/users", body: many}), 402, "seat_limit")
	if users := r.users(ada, ""); users.Seats.Taken != 3 || len(users.Data) != 3 {
		t.Errorf("%d people on %d seats", len(users.Data), users.Seats.Taken)
	}

	me := as[api.Me](t, r.do(call{as: grace, path: "/api/v1/me"}), 200)
	if me.User.Id != invited.Data[0].Id || me.User.Role != api.RoleUser {
		t.Errorf("grace is %+v, invited was %+v", me.User, invited.Data[0])
	}

	linusPath := "/api/v1/users/" + invited.Data[1].Id
	r.clock.advance(time.Hour)
	renewed := r.do(call{as: ada, method: "POST", path: linusPath + "/invitation", headers: keyed("renew")})
	again := as[api.TenantUser](t, renewed, 200)
	if !again.InvitedAt.Equal(r.clock.now()) || again.Etag == invited.Data[1].Etag || renewed.header.Get("ETag") != again.Etag {
		t.Errorf("renewed %+v", again)
	}
	replayed(t, renewed, r.do(call{as: ada, method: "POST", path: linusPath + "/invitation", headers: keyed("renew")}))
	withdraw := call{as: ada, method: "DELETE", path: linusPath, headers: map[string]string{"If-Match": invited.Data[1].Etag}}
	problem(t, r.do(withdraw), 412, "stale")
	withdraw.headers["If-Match"] = again.Etag
	if got := r.do(withdraw); got.status != 204 || got.body != "" {
		t.Errorf("%d %s", got.status, got.body)
	}
	problem(t, r.do(withdraw), 404, "user_not_found")
	problem(t, r.do(call{as: linus, path: "/api/v1/me"}), 403, "not_invited")
}

func TestRequestsToJoin(t *testing.T) {
	r := newRig(t)
	ask := func(user string) reply {
		return r.do(call{as: user, method: "POST", path: "/api/v1/join-requests", headers: keyed("ask")})
	}
	problem(t, ask(grace), 403, "tenant_unknown")
	r.signUp()
	settings := as[api.TenantDetails](t, r.do(call{as: ada, path: "/api/v1/tenant"}), 200)
	as[api.TenantDetails](t, r.change(ada, "/tenant", settings.Etag, `{"join_policy":"request"}`), 200)

	problem(t, r.do(call{as: grace, path: "/api/v1/me"}), 403, "join_by_request")
	for range 2 {
		got := as[api.JoinRequest](t, ask(grace), 202)
		if want := (api.JoinRequest{Status: "requested", TenantName: "Contoso", AdminEmail: "ada@contoso.example"}); got != want {
			t.Errorf("%+v", got)
		}
	}
	problem(t, r.do(call{as: grace, path: "/api/v1/me"}), 403, "join_requested")
	waiting := r.users(ada, "status=requested")
	if len(waiting.Data) != 1 || waiting.Seats.Taken != 1 {
		t.Fatalf("%+v", waiting)
	}
	approved := r.setUser(ada, waiting.Data[0].Id, `{"status":"active"}`)
	if me := as[api.Me](t, r.do(call{as: grace, path: "/api/v1/me"}), 200); me.User.Id != approved.Id {
		t.Errorf("grace is %s, approved was %s", me.User.Id, approved.Id)
	}
	problem(t, ask(grace), 409, "already_member")

	as[api.JoinRequest](t, ask(linus), 202)
	declined := r.users(ada, "status=requested").Data[0]
	if got := r.do(call{as: ada, method: "DELETE", path: "/api/v1/users/" + declined.Id, headers: map[string]string{"If-Match": declined.Etag}}); got.status != 204 {
		t.Errorf("%d %s", got.status, got.body)
	}
	problem(t, r.do(call{as: linus, path: "/api/v1/me"}), 403, "join_by_request")
}

// changePerson changes what the directory says of a person, who then signs in once more.
func (r *rig) changePerson(user string, change sandboxentra.PersonChange) {
	r.t.Helper()
	if err := r.entra.ChangePerson(user, change); err != nil {
		r.t.Fatal(err)
	}
	r.clock.advance(time.Second)
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.tokens, user)
}

// Somebody marries, and the organization takes another domain. Lists, statements and the audit have the new name.
func TestNewNameAndAddress(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.take(ada, team(20))
	r.enter(grace)
	r.record(grace, "101", time.Hour)
	before := r.users(ada, "search=hopper").Data[0]
	r.changePerson(grace, sandboxentra.PersonChange{Name: "Grace Murray", Email: "murray@new.example"})
	began := r.clock.now()
	me := as[api.Me](t, r.do(call{as: grace, path: "/api/v1/me"}), 200)
	if me.User.Id != before.Id || me.User.Name != "Grace Murray" || me.User.Email != "murray@new.example" {
		t.Errorf("she is %+v", me.User)
	}
	after := r.users(ada, "search=murray").Data
	if len(after) != 1 || after[0].Id != before.Id || after[0].Etag == before.Etag {
		t.Errorf("the list has %+v", after)
	}
	events := as[api.AuditEventPage](t, r.do(call{as: ada, path: "/api/v1/audit-events?from=" + instant(began)}), 200).Data
	if len(events) != 1 || events[0].Actor != (api.AuditActor{Kind: api.AuditActorKindDirectory, Name: "Microsoft Entra ID"}) {
		t.Fatalf("audited %+v", events)
	}
	want := []api.AuditChange{
		{Field: "name", Old: "Grace Hopper", New: "Grace Murray"}, {Field: "email", Old: grace, New: "murray@new.example"},
	}
	if diff := cmp.Diff(want, events[0].Changes); diff != "" || events[0].Action != api.ProfileChanged {
		t.Errorf("%s (-want +got):\n%s", events[0].Action, diff)
	}

	r.clock.advance(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).Sub(r.clock.now()))
	r.bill(calendar.Month{Year: 2026, Month: time.November})
	record := r.records("")[0]
	people := r.do(call{as: ada, path: "/api/v1/billing-records/" + record.Id}).body
	if !strings.Contains(people, "murray@new.example") || strings.Contains(people, grace) {
		t.Errorf("the statement has %s", people)
	}
}

// An administrator invites the address for mail that colleagues know. The person signs in by another name.
func TestInvitedByMail(t *testing.T) {
	r := newRig(t)
	r.signUp()
	settings := as[api.TenantDetails](t, r.do(call{as: ada, path: "/api/v1/tenant"}), 200)
	as[api.TenantDetails](t, r.change(ada, "/tenant", settings.Etag, `{"join_policy":"invite_only"}`), 200)
	r.changePerson(grace, sandboxentra.PersonChange{Mail: "amazing@contoso.example"})
	r.invite(ada, "amazing@contoso.example")

	problem(t, r.do(call{as: grace, path: "/api/v1/me"}), 403, "join_by_request")
	as[api.JoinRequest](t, r.do(call{as: grace, method: "POST", path: "/api/v1/join-requests"}), 202)
	waiting := r.users(ada, "status=requested").Data[0]
	if waiting.Email != grace || waiting.ClaimedEmail == nil || *waiting.ClaimedEmail != "amazing@contoso.example" {
		t.Errorf("asking is %+v", waiting)
	}
	if approved := r.setUser(ada, waiting.Id, `{"status":"active"}`); approved.ClaimedEmail != nil {
		t.Errorf("approved is %+v", approved)
	}
	if users := r.users(ada, ""); users.Seats.Taken != 2 || len(users.Data) != 2 {
		t.Errorf("%d people on %d seats", len(users.Data), users.Seats.Taken)
	}
	as[api.Me](t, r.do(call{as: grace, path: "/api/v1/me"}), 200)
	event := as[api.AuditEventPage](t, r.do(call{as: ada, path: "/api/v1/audit-events?limit=1"}), 200).Data[0]
	want := []api.AuditChange{{Field: "invitation", Old: "amazing@contoso.example"}, {Field: "status", Old: "requested", New: "active"}}
	if diff := cmp.Diff(want, event.Changes); diff != "" || event.Action != api.JoinApproved {
		t.Errorf("%s (-want +got):\n%s", event.Action, diff)
	}
}

func TestRolesAndStatus(t *testing.T) {
	r := newRig(t)
	me := r.signUp()
	adaNow := as[api.TenantUser](t, r.do(call{as: ada, path: "/api/v1/users/" + me.User.Id}), 200)
	graceNow := r.join(grace, ada, api.RoleAdmin)
	problem(t, r.change(ada, "/users/"+me.User.Id, adaNow.Etag, `{"role":"user"}`), 409, "last_super_admin")
	problem(t, r.change(ada, "/users/"+me.User.Id, adaNow.Etag, `{"status":"deactivated"}`), 409, "last_super_admin")
	problem(t, r.change(grace, "/users/"+me.User.Id, adaNow.Etag, `{"status":"deactivated"}`), 403, "role_required")
	problem(t, r.change(ada, "/users/"+graceNow.Id, adaNow.Etag, `{"role":"user"}`), 412, "stale") // the etag of somebody else
	problem(t, r.change(ada, "/users/"+graceNow.Id, `"1"`, `{"role":"user"}`), 412, "stale")
	problem(t, r.change(ada, "/users/"+graceNow.Id, `*`, `{"role":"user"}`), 400, "if_match_any")
	several := adaNow.Etag + `, ` + graceNow.Etag
	if changed := as[api.TenantUser](t, r.change(ada, "/users/"+graceNow.Id, several, `{"role":"user"}`), 200); changed.Role != api.RoleUser {
		t.Errorf("%+v", changed)
	}
	problem(t, r.do(call{
		as: ada, method: "DELETE", path: "/api/v1/users/" + me.User.Id, headers: map[string]string{"If-Match": adaNow.Etag},
	}), 409, "has_signed_in")
}

func TestListOfPeople(t *testing.T) {
	r := newRig(t)
	r.signUp()
	for _, user := range []string{grace, kim} {
		as[api.Me](t, r.do(call{as: user, path: "/api/v1/me"}), 200)
	}
	r.invite(ada, "zoe@contoso.example")
	for query, want := range map[string]string{
		"":                              "Ada Lovelace, Grace Hopper, Kim Nakamura, zoe@contoso.example",
		"search=HOPPER":                 "Grace Hopper",
		"search=zoe%40":                 "zoe@contoso.example",
		"search=%25":                    "",
		"role=super_admin":              "Ada Lovelace",
		"status=invited":                "zoe@contoso.example",
		"auth_provider=manual":          "zoe@contoso.example",
		"external=true":                 "Kim Nakamura",
		"external=false&role=user":      "Grace Hopper, zoe@contoso.example",
		"status=active&search=grace%40": "Grace Hopper",
	} {
		if got := names(r.users(ada, query).Data); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	var walked []api.TenantUser
	query := "limit=1"
	for range 5 {
		part := r.users(ada, query)
		walked = append(walked, part.Data...)
		if part.Page.NextCursor == nil {
			break
		}
		query = "limit=1&cursor=" + *part.Page.NextCursor
	}
	if diff := cmp.Diff(r.users(ada, "").Data, walked); diff != "" {
		t.Errorf("page by page (-all +walked):\n%s", diff)
	}
	first := r.users(ada, "limit=1")
	problem(t, r.do(call{as: ada, path: "/api/v1/users?role=user&cursor=" + *first.Page.NextCursor}), 400, "cursor_invalid")
}

// directory is a directory in memory.
type directory struct {
	token string
	err   error
}

func (d *directory) Search(_ context.Context, directoryID, accessToken, text string) ([]tenant.DirectoryPerson, error) {
	d.token = accessToken
	if d.err != nil {
		return nil, d.err
	}
	return []tenant.DirectoryPerson{{Name: directoryID, Email: text + "@contoso.example"}}, nil
}

func TestDirectorySearch(t *testing.T) {
	search := call{as: ada, path: "/api/v1/directory-people?search=" + url.QueryEscape("gr ace")}
	without := newRig(t)
	without.signUp()
	problem(t, without.do(search), 503, "directory_unavailable")

	known := &directory{}
	r := newRig(t, func(c *httpapi.Config) { c.Directory = known })
	r.signUp()
	token := r.token(ada)
	search.headers = map[string]string{"Authorization": "Bearer " + token}
	found := as[api.DirectoryPeople](t, r.do(search), 200)
	want := []api.DirectoryPerson{{Name: sandbox.ContosoDirectoryID, Email: "gr ace@contoso.example"}}
	if diff := cmp.Diff(want, found.Data); diff != "" || known.token != token {
		t.Errorf("asked with the caller's token: %t (-want +got):\n%s", known.token == token, diff)
	}
	if strings.Contains(r.log.String(), token) {
		t.Error("the token is in the log")
	}
	known.err = errs.New(errs.Forbidden, "consent_required", "Your organization has not consented.")
	problem(t, r.do(search), 403, "consent_required")
	known.err = errs.New(errs.Unavailable, "directory_unavailable", "Try again.").WithRetryAfter(7 * time.Second)
	if got := r.do(search); got.header.Get("Retry-After") != "7" {
		t.Errorf("Retry-After %s", got.header.Get("Retry-After"))
	}
	for claims, want := range map[entra.ClaimsChallenge]string{
		"":                         `Bearer error="insufficient_claims"`,
		`{"access_token":{"?":1}}`: `Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsiPyI6MX19"`,
	} {
		known.err = errs.New(errs.Unauthenticated, "interaction_required", "Confirm your sign-in.").WithSubject(claims)
		got := r.do(search)
		problem(t, got, 401, "interaction_required")
		if challenge := got.header.Get("WWW-Authenticate"); challenge != want {
			t.Errorf("the challenge is %s, want %s", challenge, want)
		}
	}
	search.path = "/api/v1/directory-people?search=g"
	problem(t, r.do(search), 400, "parameter_invalid")
}

func TestStopSomebodysTimer(t *testing.T) {
	r := newRig(t)
	r.signUp()
	linusID := as[api.Me](t, r.do(call{as: linus, path: "/api/v1/me"}), 200).User.Id
	running := r.start(linus, "101").Timer
	r.setUser(ada, linusID, `{"status":"deactivated"}`)
	problem(t, r.do(call{as: linus, method: "POST", path: "/api/v1/timers/current/stop"}), 403, "user_deactivated")
	r.clock.advance(time.Minute)
	stop := call{as: ada, method: "POST", path: "/api/v1/timers/" + running.Id + "/stop", headers: keyed("stop")}
	first := r.do(stop)
	stopped := as[api.TimeEntry](t, first, 200)
	if !stopped.NeedsReview || stopped.ElapsedMs != 60_000 || first.header.Get("ETag") != stopped.Etag {
		t.Errorf("%+v", stopped)
	}
	replayed(t, first, r.do(stop))
	stop.headers = nil
	if p := problem(t, r.do(stop), 409, "timer_not_running"); p.TimeEntry == nil || p.TimeEntry.Id != running.Id {
		t.Errorf("%+v", p)
	}
}

func TestLogs(t *testing.T) {
	r := newRig(t)
	r.signUp()
	began := r.clock.now()
	as[api.Me](t, r.do(call{as: grace, path: "/api/v1/me"}), 200)
	act := func(user, kind string) api.Action {
		r.clock.advance(time.Second)
		return as[api.Action](t, r.do(call{as: user, method: "POST", path: "/api/v1/actions", body: `{"type":"` + kind + `","page":"hub"}`}), 201)
	}
	first, second, third := act(ada, "report_opened"), act(grace, "report_opened"), act(grace, "csv_downloaded")
	graceID := second.User.Id
	for query, want := range map[string][]api.Action{
		"":                             {third, second, first},
		"user_id=" + graceID:           {third, second},
		"type=report_opened":           {second, first},
		"to=" + instant(third.At.Time): {second, first},
		"from=" + instant(second.At.Time) + "&to=" + instant(third.At.Time): {second},
	} {
		actions := as[api.ActionPage](t, r.do(call{as: ada, path: "/api/v1/actions?" + query}), 200)
		if diff := cmp.Diff(want, actions.Data); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	for _, body := range []string{`{"type":"Report","page":"hub"}`, `{"type":"a b","page":"hub"}`, `{"type":"a","page":"hub","at":"x"}`} {
		as[api.Problem](t, r.do(call{as: ada, method: "POST", path: "/api/v1/actions", body: body}), 400)
	}

	settings := as[api.TenantDetails](t, r.do(call{as: ada, path: "/api/v1/tenant"}), 200)
	as[api.TenantDetails](t, r.change(ada, "/tenant", settings.Etag, `{"name":"=1+1","edit_window_days":3}`), 200)
	events := as[api.AuditEventPage](t, r.do(call{as: ada, path: "/api/v1/audit-events?limit=1"}), 200)
	want := []api.AuditChange{{Field: "name", Old: "Contoso", New: "=1+1"}, {Field: "edit_window_days", Old: "14", New: "3"}}
	if diff := cmp.Diff(want, events.Data[0].Changes); diff != "" || events.Data[0].Action != "tenant_changed" {
		t.Errorf("%s (-want +got):\n%s", events.Data[0].Action, diff)
	}
	rows := r.table(ada, "/api/v1/audit-events?format=csv&from="+instant(began))
	var lines []string
	for _, row := range rows {
		lines = append(lines, strings.Join(append(row[3:6:6], row[7:]...), "|"))
	}
	wantLines := []string{
		"actor|action|target_kind|target|field|old|new",
		"Ada Lovelace|tenant_changed|tenant|'=1+1|name|Contoso|'=1+1",
		"Ada Lovelace|tenant_changed|tenant|'=1+1|edit_window_days|14|3",
	}
	if diff := cmp.Diff(wantLines, lines[:3]); diff != "" || len(lines) != 5 {
		t.Errorf("%d lines (-want +got):\n%s", len(lines), diff)
	}

	r.record(grace, "101", time.Minute)
	r.record(ada, "102", time.Minute)
	for query, count := range map[string]int{
		"": 2, "scope=tenant": 4, "user_id=" + graceID: 2, "scope=tenant&type=started": 2, "type=stopped": 1,
	} {
		if events := as[api.TimerEventPage](t, r.do(call{as: ada, path: "/api/v1/timer-events?" + query}), 200); len(events.Data) != count {
			t.Errorf("%s: %d events, want %d", query, len(events.Data), count)
		}
		if rows := r.table(ada, "/api/v1/timer-events?format=csv&limit=1&"+query); len(rows) != count+1 {
			t.Errorf("%s: %d rows, want %d and a head", query, len(rows), count)
		}
	}
	problem(t, r.do(call{as: grace, path: "/api/v1/timer-events?scope=tenant&format=csv"}), 403, "role_required")
	problem(t, r.do(call{as: ada, path: "/api/v1/actions", headers: map[string]string{"Accept": "text/html"}}), 406, "not_acceptable")
}

func instant(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// table reads an answer in CSV.
func (r *rig) table(user, path string) [][]string {
	r.t.Helper()
	got := r.do(call{as: user, path: path})
	if mediaType := got.header.Get("Content-Type"); got.status != 200 || !strings.HasPrefix(mediaType, "text/csv") ||
		!strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment; ") {
		r.t.Fatalf("%s: %d %s %s: %s", path, got.status, mediaType, got.header.Get("Content-Disposition"), got.body)
	}
	body, marked := strings.CutPrefix(got.body, "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || !marked {
		r.t.Fatalf("%s: %v, with a byte-order mark: %t", path, err, marked)
	}
	return rows
}

// endlessLog is a store whose log of actions never ends.
type endlessLog struct {
	tenant.Store
	pages *int
	err   error // after ten pages
}

func (l endlessLog) Actions(_ context.Context, _ ids.Tenant, _ audit.Filter, request page.Request) ([]audit.Action, error) {
	*l.pages++
	if l.err != nil && *l.pages > 10 {
		return nil, l.err
	}
	rows := make([]audit.Action, request.Limit)
	for i := range rows {
		rows[i] = audit.Action{ID: ids.MustParse[ids.Action](fmt.Sprintf("0193a5b0-0000-7000-8000-%012d", *l.pages*1000+i)), Type: "report_opened", Page: "hub", At: request.After.At.Add(1)}
	}
	return rows, nil
}

func TestLongLogsAreCut(t *testing.T) {
	pages := 0
	r := newRig(t, func(c *httpapi.Config) {
		c.Tenants = tenant.NewService(endlessLog{Store: c.Keys.(tenant.Store), pages: &pages}, c.Now, func(string) error { return nil })
	})
	r.signUp()
	if rows := r.table(ada, "/api/v1/actions?format=csv"); len(rows) != 100_001 || pages != 200 {
		t.Errorf("%d rows from %d pages", len(rows), pages)
	}
}

func TestLogThatFailsLater(t *testing.T) {
	pages := 0
	r := newRig(t, func(c *httpapi.Config) {
		broken := errs.New(errs.Unavailable, "database_unavailable", "Try again.")
		c.Tenants = tenant.NewService(endlessLog{Store: c.Keys.(tenant.Store), pages: &pages, err: broken}, c.Now, func(string) error { return nil })
	})
	r.signUp()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/api/v1/actions?format=csv", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+r.token(ada))
	response, err := http.DefaultClient.Do(request)
	if err == nil {
		defer response.Body.Close()
		_, err = csv.NewReader(response.Body).ReadAll()
	}
	if err == nil {
		t.Error("a part of the log looks whole")
	}
}

// TestPeopleJoinByReadingWhoTheyAre lets no other call make anybody a user, such as that of a page that is still open when its
// person is erased.
func TestPeopleJoinByReadingWhoTheyAre(t *testing.T) {
	r := newRig(t)
	r.signUp()
	for _, c := range []call{
		{as: grace, path: "/api/v1/timers/current"},
		{as: grace, method: "POST", path: "/api/v1/timers", body: item("104")},
		{as: grace, method: "POST", path: "/api/v1/timers", body: item("104"), headers: keyed("start-1")},
		{as: grace, path: "/api/v1/me?join=false"},
		{as: grace, path: "/api/v1/me?join=no"},
		{as: grace, method: "PATCH", path: "/api/v1/me", body: `{"single_keys":false}`, headers: merging("*")},
	} {
		problem(t, r.do(c), 403, "not_joined")
	}
	if people := r.users(ada, "").Data; len(people) != 1 {
		t.Errorf("there are %+v", people)
	}
	joined := r.enter(grace)
	again := as[api.Me](t, r.do(call{as: grace, path: "/api/v1/me?join=false"}), 200)
	if again.User.Id != joined.User.Id {
		t.Errorf("%s joined, and %s is known", joined.User.Id, again.User.Id)
	}
	as[api.CurrentTimer](t, r.do(call{as: grace, path: "/api/v1/timers/current"}), 200)
}
