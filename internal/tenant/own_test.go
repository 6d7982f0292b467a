package tenant_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

func TestOwnTimeZone(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben := w.Join(t, ada, "Ben")
	if ben.TimeZone() != "Europe/Berlin" || ben.User.ZoneChosen {
		t.Errorf("before a choice: %s, chosen %v", ben.TimeZone(), ben.User.ZoneChosen)
	}
	for _, step := range []struct{ set, own, days string }{
		{"Europe/Berlin", "Europe/Berlin", "Europe/Berlin"}, // keeps the tenant's, whatever becomes of that
		{"Asia/Calcutta", "Asia/Calcutta", "Asia/Calcutta"}, // an older name of Asia/Kolkata
		{"US/Eastern", "US/Eastern", "US/Eastern"},
		{"", "", "Europe/Berlin"},
		{"", "", "Europe/Berlin"}, // changes nothing
	} {
		before := ben
		var err error
		if ben, err = w.Tenants.ChangeOwn(t.Context(), ben, ben.User.Revision, tenant.OwnPatch{TimeZone: new(step.set)}); err != nil {
			t.Fatal(err)
		}
		if ben.User.TimeZone != step.own || ben.TimeZone() != step.days || !ben.User.ZoneChosen {
			t.Errorf("after %q: own %q, days in %s, chosen %v", step.set, ben.User.TimeZone, ben.TimeZone(), ben.User.ZoneChosen)
		}
		if stored := w.Again(t, ben); stored.User != ben.User {
			t.Errorf("stored is %+v, told was %+v", stored.User, ben.User)
		}
		if changed := step.own != before.User.TimeZone; changed != (ben.User.Revision > before.User.Revision) {
			t.Errorf("after %q: revision %d after %d", step.set, ben.User.Revision, before.User.Revision)
		}
	}
	if other := w.Again(t, ada); other.TimeZone() != "Europe/Berlin" || other.User.ZoneChosen {
		t.Errorf("somebody else has %s, chosen %v", other.TimeZone(), other.User.ZoneChosen)
	}

	events, _, err := w.Tenants.Audit(t.Context(), ada, audit.Filter{Type: string(audit.TimeZoneChanged)}, page.Request{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var changes []audit.FieldChange
	for _, event := range events {
		if event.Actor != ben.User.Actor() || event.Target.Name != "Ben" {
			t.Errorf("audited %+v", event)
		}
		changes = append(changes, event.Changes...)
	}
	want := []audit.FieldChange{
		{Field: "time_zone", Old: "US/Eastern"},
		{Field: "time_zone", Old: "Asia/Calcutta", New: "US/Eastern"},
		{Field: "time_zone", Old: "Europe/Berlin", New: "Asia/Calcutta"},
		{Field: "time_zone", New: "Europe/Berlin"},
	}
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Errorf("audited (-want +got):\n%s", diff)
	}
}

// To follow the tenant's is an answer too, although it changes no zone.
func TestFollowingTheTenantsZoneIsAChoice(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	chosen, err := w.Tenants.ChangeOwn(t.Context(), ada, ada.User.Revision, tenant.OwnPatch{TimeZone: new("")})
	if err != nil || !chosen.User.ZoneChosen || w.Again(t, ada).User != chosen.User {
		t.Errorf("chosen %+v: %v", chosen.User, err)
	}
}

func TestZonesThatNobodyCanHave(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	for _, name := range []string{"Factory", "Etc/Unknown", "Local", "localtime", "posixrules", "Mars/Olympus", "+02:00", "europe/berlin"} {
		_, err := w.Tenants.ChangeOwn(t.Context(), ada, ada.User.Revision, tenant.OwnPatch{TimeZone: new(name)})
		refused(t, err, errs.RuleBroken, "time_zone_unknown")
		_, err = w.Tenants.ChangeTenant(t.Context(), ada, ada.Tenant.Revision, tenant.SettingsPatch{TimeZone: &name}, nil)
		refused(t, err, errs.RuleBroken, "time_zone_unknown")
		_, err = w.Tenants.SignUp(t.Context(), domaintest.Person(ada.Tenant.DirectoryID, "Eve"), tenant.SignUpRequest{Name: "E", TimeZone: name})
		refused(t, err, errs.RuleBroken, "time_zone_unknown")
	}
	if again := w.Again(t, ada); again.User != ada.User {
		t.Errorf("a refused change has left %+v", again.User)
	}
}

func TestOwnTimeZoneIsRefused(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	if _, err := w.Tenants.ChangeOwn(t.Context(), ada, ada.User.Revision+1, tenant.OwnPatch{TimeZone: new("Asia/Tokyo")}); !errs.Is(err, errs.Stale) {
		t.Errorf("by a state that nobody has seen: %v", err)
	}
	w.Exec(t, "UPDATE tenants SET status = 'cancelled' WHERE id = ?", ada.Tenant.ID)
	ada = w.Again(t, ada)
	if _, err := w.Tenants.ChangeOwn(t.Context(), ada, ada.User.Revision, tenant.OwnPatch{TimeZone: new("Asia/Tokyo")}); errs.CodeOf(err) != "tenant_cancelled" {
		t.Errorf("in a cancelled tenant: %v", err)
	}
}

// Another version of the program may have stored what this one doesn't take.
func TestAStoredNameThatIsNoZone(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	w.Exec(t, "UPDATE users SET time_zone = 'Factory' WHERE tenant_id = ?", ada.Tenant.ID)
	if zone := w.Again(t, ada).TimeZone(); zone != "Europe/Berlin" {
		t.Errorf("a user's: days are cut in %s", zone)
	}
	w.Exec(t, "UPDATE tenants SET time_zone = 'Factory' WHERE id = ?", ada.Tenant.ID)
	if zone := w.Again(t, ada).TimeZone(); zone != "UTC" {
		t.Errorf("the tenant's: days are cut in %s", zone)
	}
}

func TestSomebodysOwnWeek(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	if got := ada.WeekStart(); got != calendar.WeekFromMonday {
		t.Errorf("the tenant's weeks begin on %s", got)
	}
	sunday := calendar.WeekFromSunday
	own, err := w.Tenants.ChangeOwn(t.Context(), ada, ada.User.Revision, tenant.OwnPatch{WeekStart: &sunday})
	if err != nil || own.WeekStart() != sunday || own.User.ZoneChosen {
		t.Errorf("%s, zone chosen %t: %v", own.WeekStart(), own.User.ZoneChosen, err)
	}
	if again := w.Again(t, ada); again.WeekStart() != sunday {
		t.Errorf("stored: %s", again.WeekStart())
	}
	same, err := w.Tenants.ChangeOwn(t.Context(), own, own.User.Revision, tenant.OwnPatch{WeekStart: &sunday})
	if err != nil || same.User.Revision != own.User.Revision {
		t.Errorf("the same day again made revision %d: %v", same.User.Revision, err)
	}
	none := calendar.WeekStart("")
	back, err := w.Tenants.ChangeOwn(t.Context(), own, own.User.Revision, tenant.OwnPatch{WeekStart: &none})
	if err != nil || back.WeekStart() != calendar.WeekFromMonday {
		t.Errorf("back to %s: %v", back.WeekStart(), err)
	}
}

// What somebody's own pages are like needs no plan, and is nobody else's business.
func TestSomebodysOwnPages(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	w.Exec(t, "UPDATE tenants SET status = 'cancelled' WHERE id = ?", ada.Tenant.ID)
	ada = w.Again(t, ada)
	audited := w.Count(t, "SELECT COUNT(*) FROM audit_events")
	tab, off, three, two := tenant.CSVTab, true, 3, 2
	chosen, err := w.Tenants.ChangeOwn(t.Context(), ada, ada.User.Revision, tenant.OwnPatch{CSVFormat: &tab, SingleKeysOff: &off, NoticeSeen: &three})
	if err != nil {
		t.Fatal(err)
	}
	want := ada.User
	want.CSVFormat, want.SingleKeysOff, want.NoticeSeen, want.Revision = tab, true, 3, ada.User.Revision+1
	if chosen.User != want || w.Again(t, ada).User != want {
		t.Errorf("chosen %+v, stored %+v", chosen.User, w.Again(t, ada).User)
	}
	same, err := w.Tenants.ChangeOwn(t.Context(), chosen, chosen.User.Revision, tenant.OwnPatch{NoticeSeen: &two})
	if err != nil || same.User != want {
		t.Errorf("an earlier notice makes %+v: %v", same.User, err)
	}
	if now := w.Count(t, "SELECT COUNT(*) FROM audit_events"); now != audited {
		t.Errorf("%d audit events, %d before", now, audited)
	}
}
