package tenant_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/audit"
	"timetracker/internal/domaintest"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

// profileChanges are the audited changes of names and addresses, the latest first.
func profileChanges(t *testing.T, w *domaintest.World, admin tenant.Member) []audit.Event {
	t.Helper()
	events, _, err := w.Tenants.Audit(t.Context(), admin, audit.Filter{Type: string(audit.ProfileChanged)}, page.Request{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// shown is what a page says of a person.
func shown(u tenant.User) string {
	if u.External {
		return u.Name + " <" + u.Email + "> external"
	}
	return u.Name + " <" + u.Email + ">"
}

func TestNamesAndAddressesFollowTheDirectory(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	grace := domaintest.Person(ada.Tenant.DirectoryID, "Grace Hopper")
	grace.Email, grace.SignedInAt = "grace@contoso.example", w.Clock.Now()
	joined, err := w.Tenants.SignIn(t.Context(), grace)
	if err != nil {
		t.Fatal(err)
	}

	// A minute later is no sign-in to be noted, but a new name counts at once.
	married := grace
	married.Name, married.Email, married.SignedInAt = " Grace Murray ", "murray@contoso.example", grace.SignedInAt.Add(time.Minute)
	w.Clock.Add(time.Minute)
	m, err := w.Tenants.SignIn(t.Context(), married)
	if err != nil {
		t.Fatal(err)
	}
	if got := shown(m.User); got != "Grace Murray <murray@contoso.example>" {
		t.Errorf("after the new token she is %s", got)
	}
	if again := w.Again(t, m); again.User != m.User || m.User.ID != joined.User.ID {
		t.Errorf("stored is %+v, told was %+v", again.User, m.User)
	}
	want := []audit.Event{{
		At: w.Clock.Now(), Actor: audit.Actor{Name: "Microsoft Entra ID"}, Type: audit.ProfileChanged,
		Target: audit.Target{Kind: audit.TargetUser, ID: [16]byte(m.User.ID), Name: "Grace Murray"},
		Changes: []audit.FieldChange{
			{Field: "name", Old: "Grace Hopper", New: "Grace Murray"},
			{Field: "email", Old: "grace@contoso.example", New: "murray@contoso.example"},
		},
	}}
	events := profileChanges(t, w, ada)
	for i := range events {
		want[0].ID = events[i].ID
	}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Errorf("audited (-want +got):\n%s", diff)
	}

	// Both tokens are used side by side until the older one ends. The newer one's name stays.
	for range 3 {
		for _, person := range []tenant.Person{grace, married} {
			if m, err = w.Tenants.SignIn(t.Context(), person); err != nil {
				t.Fatal(err)
			}
			if m.User.Name != "Grace Murray" {
				t.Errorf("with the token of %s she is %s", person.SignedInAt, m.User.Name)
			}
		}
	}
	if events := profileChanges(t, w, ada); len(events) != 1 {
		t.Errorf("%d changes are audited, want 1", len(events))
	}
}

func TestWhatATokenLacksStays(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	for name, test := range map[string]struct {
		first, later tenant.Person // only name, address and membership count
		want         string
	}{
		"neither":             {tenant.Person{Name: "Kim", Email: "kim@contoso.example"}, tenant.Person{}, "Kim <kim@contoso.example>"},
		"no name":             {tenant.Person{Name: "Kim", Email: "kim@contoso.example"}, tenant.Person{Email: "kim@new.example"}, "Kim <kim@new.example>"},
		"never a name":        {tenant.Person{Email: "kim@contoso.example"}, tenant.Person{Email: "kim@new.example"}, "kim@new.example <kim@new.example>"},
		"a blank address":     {tenant.Person{Name: "Kim", Email: "kim@contoso.example"}, tenant.Person{Name: "Kim N.", Email: " "}, "Kim N. <kim@contoso.example>"},
		"no longer a guest":   {tenant.Person{Name: "Kim", Email: "k@x.example", External: true}, tenant.Person{Name: "Kim", Email: "k@x.example"}, "Kim <k@x.example>"},
		"another letter case": {tenant.Person{Name: "kim", Email: "kim@contoso.example"}, tenant.Person{Name: "Kim", Email: "Kim@contoso.example"}, "Kim <Kim@contoso.example>"},
	} {
		t.Run(name, func(t *testing.T) {
			w.Exec(t, "UPDATE tenants SET plan_name = 'internal' WHERE id = ?", ada.Tenant.ID) // seats don't matter here
			person := domaintest.Person(ada.Tenant.DirectoryID, "")
			test.first.DirectoryID, test.first.ObjectID, test.first.SignedInAt = person.DirectoryID, person.ObjectID, w.Clock.Now()
			test.later.DirectoryID, test.later.ObjectID = person.DirectoryID, person.ObjectID
			test.later.SignedInAt = w.Clock.Now().Add(time.Hour)
			if _, err := w.Tenants.SignIn(t.Context(), test.first); err != nil {
				t.Fatal(err)
			}
			m, err := w.Tenants.SignIn(t.Context(), test.later)
			if err != nil {
				t.Fatal(err)
			}
			if got := shown(m.User); got != test.want {
				t.Errorf("shown is %s, want %s", got, test.want)
			}
			if got := w.Again(t, m).User.LastSignInAt; !got.Equal(test.later.SignedInAt) {
				t.Errorf("the last sign-in is %s, want %s", got, test.later.SignedInAt)
			}
		})
	}
}

// Several frames call with the newest token at once, others still with older ones.
func TestTheNewestOfParallelTokensWins(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben := w.Join(t, ada, "Ben")
	began := w.Clock.Now()
	var group sync.WaitGroup
	for i := range 30 {
		person := domaintest.AsPerson(ben)
		person.Name, person.SignedInAt = "Ben the older", began.Add(time.Hour)
		if i%3 == 0 {
			person.Name, person.SignedInAt = "Ben the newest", began.Add(2*time.Hour)
		}
		group.Go(func() {
			if _, err := w.Tenants.SignIn(t.Context(), person); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	last := domaintest.AsPerson(ben)
	last.Name, last.SignedInAt = "Ben the newest", began.Add(2*time.Hour)
	if m, err := w.Tenants.SignIn(t.Context(), last); err != nil || m.User.Name != "Ben the newest" {
		t.Errorf("he is %s (%v)", m.User.Name, err)
	}
	if n := len(profileChanges(t, w, ada)); n > 2 {
		t.Errorf("%d changes for two names", n)
	}
}

// TestNobodyIsBlank shows that everybody is named, also if the directory tells neither name nor address. The address is
// the name once there is one.
func TestNobodyIsBlank(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	w.Buy(t, ada, "timetracker", "team", 10)
	for name, test := range map[string]struct{ name, email, want, later string }{
		"no name":             {email: "n@contoso.example", want: "n@contoso.example", later: "later@contoso.example"},
		"a name to be seen":   {name: "\u200b", email: "u@contoso.example", want: "u@contoso.example", later: "later@contoso.example"},
		"no address":          {name: "Grace", want: "Grace", later: "Grace"},
		"neither":             {want: "Person ", later: "later@contoso.example"},
		"neither to be seen":  {name: " \u2060", email: "\u200b", want: "Person ", later: "later@contoso.example"},
		"a name in one emoji": {name: "🦀", want: "🦀", later: "🦀"},
	} {
		t.Run(name, func(t *testing.T) {
			p := domaintest.Person(ada.Tenant.DirectoryID, "")
			p.Name, p.Email, p.SignedInAt = test.name, test.email, w.Clock.Now()
			m, err := w.Tenants.SignIn(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			want := test.want
			if want == "Person " {
				want += p.ObjectID.String()[28:]
			}
			if m.User.Name != want {
				t.Errorf("named %q", m.User.Name)
			}
			p.Email, p.SignedInAt = "later@contoso.example", p.SignedInAt.Add(time.Minute)
			if m, err = w.Tenants.SignIn(t.Context(), p); err != nil || m.User.Name != test.later {
				t.Errorf("named %q later, %v", m.User.Name, err)
			}
		})
	}
}
