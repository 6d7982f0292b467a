package tenant_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"timetracker/internal/audit"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

func TestOperatorChangesThePlan(t *testing.T) {
	w := domaintest.New(t)
	m, err := w.Tenants.SignUp(t.Context(), domaintest.Person(ids.New[ids.Directory](), "Ada"), request("contoso"))
	if err != nil {
		t.Fatal(err)
	}
	before := m.Tenant
	internal, trial, paid := plan.Internal, plan.Trial, plan.Paid
	past, later := w.Clock.Now(), w.Clock.Now().Add(60*24*time.Hour)
	rate, negative, huge := int64(900), int64(-1), int64(plan.MaxRateMinor+1)

	for name, refusal := range map[string]struct {
		operator, slug string
		patch          tenant.PlanPatch
		kind           errs.Kind
		code           string
	}{
		"by nobody":      {" ", "contoso", tenant.PlanPatch{Plan: &internal}, errs.RuleBroken, "operator_missing"},
		"paid":           {"Olga", "contoso", tenant.PlanPatch{Plan: &paid}, errs.RuleBroken, "plan_invalid"},
		"negative rate":  {"Olga", "contoso", tenant.PlanPatch{RateMinor: &negative}, errs.RuleBroken, "rate_invalid"},
		"huge rate":      {"Olga", "contoso", tenant.PlanPatch{RateMinor: &huge}, errs.RuleBroken, "rate_invalid"},
		"past":           {"Olga", "contoso", tenant.PlanPatch{TrialEndsAt: &past}, errs.RuleBroken, "trial_end_passed"},
		"unknown":        {"Olga", "initech", tenant.PlanPatch{Plan: &internal}, errs.NotFound, "tenant_not_found"},
		"not on a trial": {"Olga", "contoso", tenant.PlanPatch{Plan: &internal, TrialEndsAt: &later}, errs.Conflict, "not_on_trial"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Tenants.ChangePlan(t.Context(), refusal.operator, refusal.slug, refusal.patch)
			refused(t, err, refusal.kind, refusal.code)
		})
	}

	for _, patch := range []tenant.PlanPatch{
		{Plan: &internal}, {Plan: &internal}, {Plan: &trial, TrialEndsAt: &later}, {RateMinor: &rate},
	} {
		if _, err := w.Tenants.ChangePlan(t.Context(), " Olga ", "contoso", patch); err != nil {
			t.Fatal(err)
		}
	}
	want := before
	want.Plan, want.TrialEndsAt, want.RateMinor, want.Revision = plan.Trial, later, rate, before.Revision+3
	got, seats, err := w.Tenants.Find(t.Context(), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if want := (tenant.Seats{Taken: 1, Limit: tenant.TrialSeats, Limited: true}); seats != want {
		t.Errorf("seats %+v, want %+v", seats, want)
	}
	all, err := w.Tenants.List(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("listed: %v (%v)", all, err)
	}

	m.Tenant = got
	events, _, err := w.Tenants.Audit(t.Context(), m, audit.Filter{Type: string(audit.PlanChanged)}, page.Request{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	var changes []string
	for _, event := range events {
		if event.Actor.Name != "Olga" || !event.Actor.ID.IsZero() || event.Target.ID != ids.Any(got.ID) {
			t.Errorf("audited as %+v", event)
		}
		for _, c := range event.Changes {
			changes = append(changes, c.Field+" "+c.Old+" -> "+c.New)
		}
	}
	instant := func(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z07:00") }
	wantChanges := []string{
		"plan trial -> internal", "plan internal -> trial",
		"trial_ends_at " + instant(before.TrialEndsAt) + " -> " + instant(later), "rate 0.00 USD -> 9.00 USD",
	}
	if diff := cmp.Diff(wantChanges, changes, cmpopts.SortSlices(func(a, b string) bool { return a < b })); diff != "" {
		t.Error(diff)
	}
}
