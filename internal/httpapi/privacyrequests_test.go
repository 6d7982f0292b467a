package httpapi_test

import (
	"encoding/json"
	"strings"
	"testing"

	"timetracker/api"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

// TestConfirmationsForStrangers shows one to whoever has the reference, without a token.
func TestConfirmationsForStrangers(t *testing.T) {
	w := newOffices(t)
	asked := as[api.AskedPrivacyRequest](t, w.do(call{
		as: linus, method: "POST", path: "/api/v1/privacy-requests", body: `{"kind":"restriction"}`,
	}), 201)
	find := func(reference string) reply {
		return w.do(call{path: "/api/v1/privacy-confirmations/" + reference + "?language=de"})
	}
	if got := find(asked.Reference); got.status != 409 || !strings.Contains(got.body, "not_decided") {
		t.Errorf("undecided: %d %s", got.status, got.body)
	}
	w.granted(linus, thing{asked.Request.Id, asked.Request.Etag})
	got := find(asked.Reference)
	if got.status != 200 || !strings.HasPrefix(got.body, "%PDF") || got.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("granted: %d %s", got.status, got.header)
	}
	if got := find(strings.Repeat("A", 26)); got.status != 404 {
		t.Errorf("another: %d %s", got.status, got.body)
	}
	if got := find("A"); got.status != 400 {
		t.Errorf("too short: %d %s", got.status, got.body)
	}
}

// TestOwnDataOfACancelledTenant lets people see what is held, choose and ask once their organization has ended. The operator
// decides then, and the confirmation is found as ever.
func TestOwnDataOfACancelledTenant(t *testing.T) {
	w := newOffices(t)
	w.setTenant(w.contoso, func(t *tenant.Tenant) { t.Plan, t.Status = plan.Paid, tenant.Cancelled })
	chosen := as[api.PrivacyChoices](t, w.do(call{as: linus, path: "/api/v1/me/privacy"}), 200)
	if chosen.Person.Active || chosen.Person.Organization != "Contoso" {
		t.Errorf("the person is %+v", chosen.Person)
	}
	named := as[api.PrivacyChoices](t, w.change(linus, "/me/privacy", chosen.Etag,
		`{"objections":["action_log"],"nominee":{"name":"Tove","email":"tove@home.example"}}`), 200)
	if named.Nominee == nil || len(named.Objections) != 1 {
		t.Errorf("the choices are %+v", named)
	}
	asked := as[api.AskedPrivacyRequest](t, w.do(call{
		as: linus, method: "POST", path: "/api/v1/privacy-requests", body: `{"kind":"correction","note":"An hour too much"}`,
	}), 201)
	if !asked.Request.ForOperator {
		t.Error("nobody who has left may decide on it")
	}
	own := as[api.PrivacyRequestPage](t, w.do(call{as: linus, path: "/api/v1/privacy-requests"}), 200).Data
	if len(own) != 1 || own[0].Id != asked.Request.Id {
		t.Errorf("the requests are %+v", own)
	}
	for _, path := range []string{"/api/v1/me/held-data", "/api/v1/me/access-records"} {
		if got := w.do(call{as: linus, path: path}); got.status != 200 {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	back := w.do(call{
		as: linus, method: "POST", path: "/api/v1/privacy-requests/" + asked.Request.Id + "/withdrawal",
		headers: map[string]string{"If-Match": asked.Request.Etag},
	})
	if got := as[api.PrivacyRequest](t, back, 200); got.Status != api.PrivacyRequestStatusWithdrawn {
		t.Errorf("taken back it is %+v", got)
	}
	if got := w.do(call{path: "/api/v1/privacy-confirmations/" + asked.Reference}); got.status != 200 {
		t.Errorf("the confirmation: %d %s", got.status, got.body)
	}
}

// TestOwnDataOfSomebodyDeactivated lets them reach their own data, without the rights that they had.
func TestOwnDataOfSomebodyDeactivated(t *testing.T) {
	w := newOffices(t)
	w.setUser(ada, w.ids[joan], `{"role":"super_admin"}`)
	w.setUser(ada, w.ids[joan], `{"status":"deactivated"}`)
	w.askPrivacy(joan, `{"kind":"restriction"}`)
	if chosen := as[api.PrivacyChoices](t, w.do(call{as: joan, path: "/api/v1/me/privacy"}), 200); chosen.Person.Active {
		t.Errorf("the person is %+v", chosen.Person)
	}
	if got := w.do(call{as: joan, path: "/api/v1/me/export"}); got.status != 200 || !strings.HasPrefix(got.body, "PK") {
		t.Errorf("the download: %d", got.status)
	}
	if got := w.do(call{as: joan, path: "/api/v1/privacy-requests?scope=tenant"}); got.status != 403 {
		t.Errorf("the tenant's requests: %d %s", got.status, got.body)
	}
	if got := w.do(call{as: joan, path: "/api/v1/me"}); got.status != 403 {
		t.Errorf("everything else: %d %s", got.status, got.body)
	}
	unknown := w.do(call{as: "edsger@fabrikam.example", path: "/api/v1/me/privacy"})
	var problem api.Problem
	if err := json.Unmarshal([]byte(unknown.body), &problem); err != nil || unknown.status != 403 || problem.Code != "not_known" {
		t.Errorf("somebody unknown: %d %s", unknown.status, unknown.body)
	}
}

// TestWhatIsHeld names a purpose, a retention and what an erasure does of everything.
func TestWhatIsHeld(t *testing.T) {
	w := newOffices(t)
	held := as[api.HeldDataList](t, w.do(call{as: linus, path: "/api/v1/me/held-data"}), 200).Data
	if len(held) < 20 {
		t.Errorf("only %d rows", len(held))
	}
	for _, h := range held {
		if !h.RecordSet.Valid() || len(h.Fields) == 0 || h.Purpose == "" || h.Retention == "" || h.Erasure == "" {
			t.Errorf("%+v", h)
		}
	}
}

// TestARestrictionIsSeenInTheAPI reminds the super_admin of a request, and tells a report whom it leaves out.
func TestARestrictionIsSeenInTheAPI(t *testing.T) {
	w := newOffices(t)
	me := func() api.Me { return as[api.Me](t, w.do(call{as: ada, path: "/api/v1/me"}), 200) }
	if me().PrivacyDueAt != nil {
		t.Error("something is due")
	}
	asked := w.askPrivacy(linus, `{"kind":"restriction"}`)
	if due := me().PrivacyDueAt; due == nil {
		t.Error("nothing is due")
	}
	w.granted(linus, asked)
	if me().PrivacyDueAt != nil {
		t.Error("what was decided is due")
	}
	reported := as[api.TimeReport](t, w.do(call{as: ada, path: "/api/v1/reports/time?group_by=user&from=2026-11-01&to=2026-12-01"}), 200)
	if out := reported.Totals.LeftOut; out == nil || *out != 1 {
		t.Errorf("%v are left out", out)
	}
	csv := w.do(call{as: ada, path: "/api/v1/reports/time?group_by=user&from=2026-11-01&to=2026-12-01&format=csv"})
	if !strings.Contains(csv.body, "\nleft_out,1,") {
		t.Errorf("the file doesn't say so:\n%s", csv.body)
	}
}
