package tenant_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/audit"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

// kinds are a tenant's activities.
type kinds struct {
	*domaintest.World
	t   *testing.T
	ada tenant.Member
}

func newKinds(t *testing.T) *kinds {
	t.Helper()
	w := domaintest.New(t)
	return &kinds{w, t, w.SignUp(t)}
}

func (k *kinds) all() []tenant.Activity {
	k.t.Helper()
	all, err := k.Tenants.Activities(k.t.Context(), k.ada)
	if err != nil {
		k.t.Fatal(err)
	}
	return all
}

// named is an activity as it is now.
func (k *kinds) named(name string) tenant.Activity {
	k.t.Helper()
	for _, a := range k.all() {
		if a.Name == name {
			return a
		}
	}
	k.t.Fatalf("there is no %s", name)
	return tenant.Activity{}
}

// list is the names in their order; archived ones in brackets.
func (k *kinds) list() (names []string) {
	k.t.Helper()
	for _, a := range k.all() {
		if a.Archived() {
			a.Name = "(" + a.Name + ")"
		}
		names = append(names, a.Name)
	}
	return names
}

func (k *kinds) change(name string, patch tenant.ActivityPatch) error {
	k.t.Helper()
	a := k.named(name)
	_, err := k.Tenants.ChangeActivity(k.t.Context(), k.ada, a.ID, a.Revision, patch)
	return err
}

func (k *kinds) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *kinds) expect(want ...string) {
	k.t.Helper()
	if diff := cmp.Diff(want, k.list()); diff != "" {
		k.t.Errorf("activities (-want +got):\n%s", diff)
	}
}

func (k *kinds) refused(err error, kind errs.Kind, code string) {
	k.t.Helper()
	if errs.KindOf(err) != kind || errs.CodeOf(err) != code {
		k.t.Errorf("want %s, got %v", code, err)
	}
}

func TestActivitiesOfANewTenant(t *testing.T) {
	k := newKinds(t)
	k.expect("Development", "Review", "Meeting", "Planning")
	for name, billable := range map[string]bool{"Development": true, "Review": true, "Meeting": false, "Planning": false} {
		if a := k.named(name); a.Billable != billable || a.Revision != 1 {
			t.Errorf("%+v", a)
		}
	}
	if got := k.Again(t, k.ada).Tenant.Settings.DefaultActivity; got != k.named("Development").Ref() {
		t.Errorf("the default is %+v", got)
	}
}

func TestActivitiesAreAddedRenamedAndOrdered(t *testing.T) {
	k := newKinds(t)
	added, err := k.Tenants.AddActivity(t.Context(), k.ada, tenant.NewActivity{Name: "  On\x00 \n\x1b call ", Billable: true})
	k.must(err)
	k.expect("Development", "Review", "Meeting", "Planning", "On call")
	k.must(k.change("On call", tenant.ActivityPatch{Position: new(1)}))
	k.expect("Development", "On call", "Review", "Meeting", "Planning")
	if now := k.named("On call"); now.Revision != added.Revision {
		t.Errorf("another place is no change of the activity, whose revision is %d", now.Revision)
	}
	k.must(k.change("Development", tenant.ActivityPatch{Position: new(1_000)}))
	k.expect("On call", "Review", "Meeting", "Planning", "Development")
	k.must(k.change("On call", tenant.ActivityPatch{Name: new("ON CALL"), Billable: new(false)}))
	_, err = k.Tenants.AddActivity(t.Context(), k.ada, tenant.NewActivity{Name: "review"})
	k.refused(err, errs.Conflict, "activity_name_taken")
	k.refused(k.change("Meeting", tenant.ActivityPatch{Name: new("PLANNING")}), errs.Conflict, "activity_name_taken")
	for name, code := range map[string]string{" ": "name_missing", strings.Repeat("x", tenant.MaxActivityName+1): "text_too_long"} {
		k.refused(k.change("Meeting", tenant.ActivityPatch{Name: &name}), errs.RuleBroken, code)
	}
	k.expect("ON CALL", "Review", "Meeting", "Planning", "Development")
	stale := k.named("Review")
	_, err = k.Tenants.ChangeActivity(t.Context(), k.ada, stale.ID, stale.Revision+1, tenant.ActivityPatch{Billable: new(false)})
	k.refused(err, errs.Stale, "stale")
	_, err = k.Tenants.ChangeActivity(t.Context(), k.ada, ids.New[ids.Activity](), 1, tenant.ActivityPatch{Billable: new(false)})
	k.refused(err, errs.NotFound, "activity_not_found")
}

func TestArchivedActivitiesComeBackToTheirPlace(t *testing.T) {
	k := newKinds(t)
	k.must(k.change("Review", tenant.ActivityPatch{Archived: new(true)}))
	k.expect("Development", "Meeting", "Planning", "(Review)")
	k.must(k.change("Review", tenant.ActivityPatch{Archived: new(true)})) // it is already
	k.must(k.change("Review", tenant.ActivityPatch{Archived: new(false)}))
	k.expect("Development", "Review", "Meeting", "Planning")
	k.refused(k.change("Development", tenant.ActivityPatch{Archived: new(true)}), errs.Conflict, "activity_is_default")

	k.must(k.change("Review", tenant.ActivityPatch{Archived: new(true)}))
	_, err := k.Tenants.AddActivity(t.Context(), k.ada, tenant.NewActivity{Name: "Review"})
	k.must(err) // the name is free again
	for _, a := range k.all() {
		if a.Archived() {
			_, err = k.Tenants.ChangeActivity(t.Context(), k.ada, a.ID, a.Revision, tenant.ActivityPatch{Archived: new(false)})
			k.refused(err, errs.Conflict, "activity_name_taken")
		}
	}
}

func TestTheDefaultActivity(t *testing.T) {
	k := newKinds(t)
	choose := func(id ids.Activity) error {
		k.ada = k.Again(t, k.ada)
		_, err := k.Tenants.ChangeTenant(t.Context(), k.ada, k.ada.Tenant.Revision, tenant.SettingsPatch{DefaultActivity: &id}, nil)
		return err
	}
	meeting := k.named("Meeting")
	k.must(choose(meeting.ID))
	settings := k.Again(t, k.ada).Tenant.Settings
	if settings.DefaultActivity != meeting.Ref() || settings.DefaultBillable {
		t.Errorf("the default is %+v, billable %t", settings.DefaultActivity, settings.DefaultBillable)
	}
	// Who is remembered sees the change of the activity itself, too.
	k.must(k.change("Meeting", tenant.ActivityPatch{Name: new("Meetings"), Billable: new(true)}))
	settings = k.Again(t, k.ada).Tenant.Settings
	if settings.DefaultActivity.Name != "Meetings" || !settings.DefaultBillable {
		t.Errorf("the default is %+v, billable %t", settings.DefaultActivity, settings.DefaultBillable)
	}
	k.must(k.change("Review", tenant.ActivityPatch{Archived: new(true)}))
	k.refused(choose(k.named("Review").ID), errs.RuleBroken, "activity_unknown")
	k.refused(choose(ids.New[ids.Activity]()), errs.RuleBroken, "activity_unknown")
}

func TestActivitiesAreChangedByAdminsAndAudited(t *testing.T) {
	k := newKinds(t)
	bob := k.Join(t, k.ada, "Bob")
	if all, err := k.Tenants.Activities(t.Context(), bob); err != nil || len(all) != 4 {
		t.Errorf("everybody sees them: %v, %v", all, err)
	}
	_, err := k.Tenants.AddActivity(t.Context(), bob, tenant.NewActivity{Name: "Research"})
	k.refused(err, errs.Forbidden, "role_required")
	review := k.named("Review")
	_, err = k.Tenants.ChangeActivity(t.Context(), bob, review.ID, review.Revision, tenant.ActivityPatch{Billable: new(false)})
	k.refused(err, errs.Forbidden, "role_required")

	_, err = k.Tenants.AddActivity(t.Context(), k.ada, tenant.NewActivity{Name: "Research", Billable: true})
	k.must(err)
	k.must(k.change("Research", tenant.ActivityPatch{Name: new("Spike"), Billable: new(false)}))
	k.must(k.change("Spike", tenant.ActivityPatch{Archived: new(true)}))
	k.must(k.change("Spike", tenant.ActivityPatch{Archived: new(false)}))
	k.must(k.change("Spike", tenant.ActivityPatch{Position: new(0)}))
	events, _, err := k.Tenants.Audit(t.Context(), k.ada, audit.Filter{}, page.Request{Limit: 10})
	k.must(err)
	var told []string
	for _, e := range events {
		if e.Target.Kind != audit.TargetActivity {
			continue
		}
		line := string(e.Type) + " " + e.Target.Name
		for _, c := range e.Changes {
			line += ", " + c.Field + ": " + c.Old + " > " + c.New
		}
		told = append(told, line)
	}
	want := []string{
		"activity_restored Spike", "activity_archived Spike", "activity_changed Spike, name: Research > Spike, billable: true > false",
		"activity_added Research, name:  > Research, billable: false > true",
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}

func TestOnlySoManyActivities(t *testing.T) {
	k := newKinds(t)
	k.Exec(t, `WITH RECURSIVE n(i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO activities (tenant_id, id, name, billable, name_key, revision, position)
		SELECT t.id, RANDOMBLOB(16), i, 0, i, 1, i FROM n, tenants t`, tenant.MaxActivities-1)
	_, err := k.Tenants.AddActivity(t.Context(), k.ada, tenant.NewActivity{Name: "One more"})
	k.refused(err, errs.RuleBroken, "too_many_activities")
}
