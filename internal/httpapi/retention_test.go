package httpapi_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/api"
	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/tenant"
)

// TestRetention sets the days of a log, and tells what is due and what was removed.
func TestRetention(t *testing.T) {
	r := newRig(t)
	r.signUp()
	me := as[api.Me](t, r.do(call{as: ada, path: "/api/v1/me"}), 200)
	id, user := ids.MustParse[ids.Tenant](me.Tenant.Id), ids.MustParse[ids.User](me.User.Id)
	err := r.store.Tx(t.Context(), id, func(ctx context.Context) error {
		return r.store.InsertAction(ctx, id, audit.Action{
			ID: ids.New[ids.Action](), Type: "open_page", Page: "people", At: r.clock.now().AddDate(-1, 0, 0), User: tenant.User{ID: user}.Actor(),
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	report := func() map[api.RetainedClassClass]api.RetainedClass {
		t.Helper()
		classes := map[api.RetainedClassClass]api.RetainedClass{}
		for i, one := range as[api.RetentionReport](t, r.do(call{as: ada, path: "/api/v1/tenant/retention"}), 200).Data {
			classes[one.Class] = one
			if want := privacy.RetainedClasses()[i]; string(one.Class) != string(want) {
				t.Errorf("%s is told where %s belongs", one.Class, want)
			}
		}
		return classes
	}
	before := report()
	if len(before) != len(privacy.RetainedClasses()) || before["action_log"].Kept != "with_tenant" || before["billed_people"].Kept != "seven_years" {
		t.Errorf("before anything is set: %+v", before)
	}
	now := as[api.TenantDetails](t, r.do(call{as: ada, path: "/api/v1/tenant"}), 200)
	for _, days := range []string{"91", "3661", `"92"`, "0"} {
		problem(t, r.change(ada, "/tenant", now.Etag, `{"action_log_days":`+days+`}`), 400, "field_invalid")
	}
	now = as[api.TenantDetails](t, r.change(ada, "/tenant", now.Etag, `{"action_log_days":92}`), 200)
	due := api.RetainedClass{Class: "action_log", Kept: "days", Days: new(92), Due: 1}
	if diff := cmp.Diff(due, report()["action_log"]); diff != "" {
		t.Errorf("what is due:\n%s", diff)
	}
	if _, err := privacy.NewRetentions(r.store, proof.NewService(r.store, r.clock.now), r.clock.now).End(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	ran := api.Instant{Time: r.clock.now().UTC().Truncate(time.Millisecond)}
	due.Due, due.RanAt, due.RemovedAt, due.Removed = 0, &ran, &ran, new(1)
	if diff := cmp.Diff(due, report()["action_log"]); diff != "" {
		t.Errorf("what was removed:\n%s", diff)
	}
	as[api.TenantDetails](t, r.change(ada, "/tenant", now.Etag, `{"action_log_days":null}`), 200)
	if kept := report()["action_log"]; kept.Kept != "with_tenant" || kept.Days != nil {
		t.Errorf("after it is taken back: %+v", kept)
	}
}
