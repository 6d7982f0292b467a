package httpapi_test

import (
	"archive/zip"
	"slices"
	"strings"
	"testing"
	"time"

	"timetracker/api"
	"timetracker/internal/tenant"
)

// TestTenantExport takes everything along, and everybody is told.
func TestTenantExport(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.join(linus, ada, api.RoleUser)
	r.setTenant(as[api.Me](t, r.do(call{as: ada, path: "/api/v1/me"}), 200).Tenant.Id, func(t *tenant.Tenant) { t.Status = tenant.Cancelled })
	got := r.do(call{as: ada, path: "/api/v1/tenant/export"})
	if got.status != 200 || got.header.Get("Content-Type") != "application/zip" ||
		!strings.Contains(got.header.Get("Content-Disposition"), `filename="timetracker-contoso.zip"`) {
		t.Fatalf("exported: %d %v", got.status, got.header)
	}
	archive, err := zip.NewReader(strings.NewReader(got.body), int64(len(got.body)))
	if err != nil || len(archive.File) < 50 || archive.File[0].Name != "README.txt" {
		t.Fatalf("the archive: %v", err)
	}
	told := as[api.AccessRecordPage](t, r.do(call{as: linus, path: "/api/v1/me/access-records"}), 200).Data
	if !slices.ContainsFunc(told, func(r api.AccessRecord) bool { return r.Kind == api.AccessKindExport && r.Everybody }) {
		t.Errorf("told: %+v", told)
	}
}

// TestTenantDeletion asks for a deletion, and stops it.
func TestTenantDeletion(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.join(grace, ada, api.RoleSuperAdmin)
	r.join(linus, ada, api.RoleUser)
	const path = "/api/v1/tenant/deletion"
	none := as[api.TenantDeletion](t, r.do(call{as: ada, path: path}), 200)
	if none != (api.TenantDeletion{}) {
		t.Errorf("before: %+v", none)
	}
	problem(t, r.do(call{as: ada, method: "POST", path: path, body: `{"slug":"fabrikam"}`}), 422, "slug_wrong")
	asked := as[api.TenantDeletion](t, r.do(call{as: ada, method: "POST", path: path, body: `{"slug":"contoso"}`}), 200)
	if asked.BeginsAt == nil || asked.BeginsAt.Sub(asked.AskedAt.Time) != 7*24*time.Hour || asked.MayConfirm {
		t.Errorf("asked: %+v", asked)
	}
	told := func(when string, ends *api.Timestamp) {
		t.Helper()
		person := as[api.PrivacyChoices](t, r.do(call{as: linus, path: "/api/v1/me/privacy"}), 200).Person
		if (person.EndsAt == nil) != (ends == nil) || (ends != nil && !person.EndsAt.Equal(ends.Time)) {
			t.Errorf("%s everybody is told %v, not %v", when, person.EndsAt, ends)
		}
	}
	told("after it was asked for", asked.BeginsAt)
	problem(t, r.do(call{as: grace, method: "POST", path: path, body: `{"slug":"contoso"}`}), 409, "deletion_asked")
	problem(t, r.do(call{as: ada, method: "POST", path: path + "/confirmation"}), 422, "own_request")
	shown := as[api.TenantDeletion](t, r.do(call{as: grace, path: path}), 200)
	if !shown.MayConfirm || shown.AskedBy == nil || shown.AskedBy.Name == "" {
		t.Errorf("shown to another one: %+v", shown)
	}
	confirmed := as[api.TenantDeletion](t, r.do(call{as: grace, method: "POST", path: path + "/confirmation"}), 200)
	if !confirmed.BeginsAt.Before(asked.BeginsAt.Time) {
		t.Errorf("confirmed: %+v", confirmed)
	}
	stopped := as[api.TenantDeletion](t, r.do(call{as: grace, method: "DELETE", path: path}), 200)
	if stopped.BeginsAt != nil || stopped.AskedAt != nil {
		t.Errorf("stopped: %+v", stopped)
	}
	told("after it was stopped", nil)
	problem(t, r.do(call{as: grace, method: "DELETE", path: path}), 409, "deletion_not_asked")
}
