package tenant_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

func refused(t *testing.T, err error, kind errs.Kind, code string) {
	t.Helper()
	if !errs.Is(err, kind) || errs.CodeOf(err) != code {
		t.Fatalf("the error is %v, want %s", err, code)
	}
}

func request(slug string) tenant.SignUpRequest {
	return tenant.SignUpRequest{
		Name: " Contoso Ltd ", Slug: slug, AzureDevOpsOrganization: "Contoso", AdminEmail: "billing@contoso.example",
		TimeZone: "Asia/Kathmandu",
	}
}

func TestSignUp(t *testing.T) {
	w := domaintest.New(t)
	now := w.Clock.Now()
	ada := domaintest.Person(ids.New[ids.Directory](), "Ada")

	_, err := w.Tenants.SignIn(t.Context(), ada)
	refused(t, err, errs.Forbidden, "tenant_unknown")
	if _, ok, err := w.Tenants.Known(t.Context(), ada); ok || err != nil {
		t.Fatalf("before signing up Ada is known: %v (%v)", ok, err)
	}

	m, err := w.Tenants.SignUp(t.Context(), ada, request("contoso"))
	if err != nil {
		t.Fatal(err)
	}
	want := tenant.Member{
		Tenant: tenant.Tenant{
			ID: m.Tenant.ID, DirectoryID: ada.DirectoryID, Name: "Contoso Ltd", Slug: "contoso",
			AzureDevOpsOrganization: "contoso", AdminEmail: "billing@contoso.example", Currency: "USD",
			Plan: plan.Trial, Status: tenant.Active, TrialEndsAt: now.Add(30 * 24 * time.Hour),
			Settings: tenant.Settings{
				TimeZone: "Asia/Kathmandu", OnStartWhileRunning: tenant.Switch, AutoStopAfter: 10 * time.Hour,
				EditWindowDays: 14, WriteBackStep: 1, JoinPolicy: tenant.JoinDirectory,
				WeekStart:       calendar.WeekFromMonday,
				DefaultActivity: tenant.ActivityRef{ID: m.Tenant.Settings.DefaultActivity.ID, Name: "Development"}, DefaultBillable: true,
			},
			CreatedAt: now, Revision: 1,
		},
		User: tenant.User{
			ID: m.User.ID, ObjectID: ada.ObjectID, Email: ada.Email, Name: "Ada", Role: tenant.RoleSuperAdmin,
			Status: tenant.UserActive, AuthProvider: tenant.ProviderMicrosoft, FirstSignInAt: now, LastSignInAt: now,
			CreatedAt: now, Revision: 1,
		},
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("signing up (-want +got):\n%s", diff)
	}
	for name, id := range map[string]string{"tenant": m.Tenant.ID.String(), "user": m.User.ID.String()} {
		if parsed, err := uuid.Parse(id); err != nil || parsed.Version() != 7 || parsed.String() != id {
			t.Errorf("the %s's id %q is no UUIDv7 in its canonical form", name, id)
		}
	}
	again, err := w.Tenants.SignIn(t.Context(), ada)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, again); diff != "" {
		t.Errorf("signing in (-want +got):\n%s", diff)
	}
}

func TestSignUpRefuses(t *testing.T) {
	w := domaintest.New(t)
	taken := domaintest.Person(ids.New[ids.Directory](), "Ada")
	if _, err := w.Tenants.SignUp(t.Context(), taken, request("contoso")); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		person func(p *tenant.Person)
		change func(r *tenant.SignUpRequest)
		kind   errs.Kind
		code   string
	}{
		"a guest":          {person: func(p *tenant.Person) { p.External = true }, kind: errs.Forbidden, code: "guest"},
		"no name":          {change: func(r *tenant.SignUpRequest) { r.Name = "" }, kind: errs.RuleBroken, code: "name_missing"},
		"a blank name":     {change: func(r *tenant.SignUpRequest) { r.Name = " \t" }, kind: errs.RuleBroken, code: "name_missing"},
		"nothing to see":   {change: func(r *tenant.SignUpRequest) { r.Name = "\u200b" }, kind: errs.RuleBroken, code: "name_missing"},
		"a long name":      {change: func(r *tenant.SignUpRequest) { r.Name = strings.Repeat("n", 121) }, kind: errs.RuleBroken, code: "text_too_long"},
		"an unknown zone":  {change: func(r *tenant.SignUpRequest) { r.TimeZone = "Mars/Base" }, kind: errs.RuleBroken, code: "time_zone_unknown"},
		"the server's own": {change: func(r *tenant.SignUpRequest) { r.TimeZone = "Local" }, kind: errs.RuleBroken, code: "time_zone_unknown"},
		"a taken slug":     {change: func(r *tenant.SignUpRequest) { r.Slug = "contoso" }, kind: errs.Conflict, code: "slug_taken"},
		"a taken directory": {
			person: func(p *tenant.Person) { p.DirectoryID = taken.DirectoryID }, kind: errs.Conflict, code: "directory_taken",
		},
		"a taken directory and slug": {
			person: func(p *tenant.Person) { p.DirectoryID = taken.DirectoryID },
			change: func(r *tenant.SignUpRequest) { r.Slug = "contoso" }, kind: errs.Conflict, code: "directory_taken",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			person, wish := domaintest.Person(ids.New[ids.Directory](), "Eve"), request("fabrikam")
			if test.person != nil {
				test.person(&person)
			}
			if test.change != nil {
				test.change(&wish)
			}
			_, err := w.Tenants.SignUp(t.Context(), person, wish)
			refused(t, err, test.kind, test.code)
			if _, ok, err := w.Tenants.Known(t.Context(), person); ok || err != nil {
				t.Errorf("refused, and yet a user: %v (%v)", ok, err)
			}
		})
	}
}

func TestSignUpWithoutZoneIsInUTC(t *testing.T) {
	w := domaintest.New(t)
	wish := request("contoso")
	wish.TimeZone = ""
	m, err := w.Tenants.SignUp(t.Context(), domaintest.Person(ids.New[ids.Directory](), "Ada"), wish)
	if err != nil || m.TimeZone() != "UTC" {
		t.Errorf("the time zone is %q (%v), want UTC", m.TimeZone(), err)
	}
	m.User.TimeZone = "Europe/Berlin"
	if m.TimeZone() != "Europe/Berlin" {
		t.Errorf("the time zone is %q, want the user's own", m.TimeZone())
	}
}

func TestParallelSignUpsOfOneDirectory(t *testing.T) {
	w := domaintest.New(t)
	directory := uuid.NewString()
	var group sync.WaitGroup
	refusals := make([]error, 20)
	for i := range refusals {
		group.Go(func() {
			_, refusals[i] = w.Tenants.SignUp(t.Context(), domaintest.Person(ids.MustParse[ids.Directory](directory), "Ada"), request(uuid.NewString()))
		})
	}
	group.Wait()
	created := 0
	for _, err := range refusals {
		if err == nil {
			created++
			continue
		}
		refused(t, err, errs.Conflict, "directory_taken")
	}
	if created != 1 {
		t.Errorf("%d tenants were created, want 1", created)
	}
}

func TestParallelSignUpsWithOneSlug(t *testing.T) {
	w := domaintest.New(t)
	var group sync.WaitGroup
	refusals := make([]error, 20)
	for i := range refusals {
		group.Go(func() {
			_, refusals[i] = w.Tenants.SignUp(t.Context(), domaintest.Person(ids.New[ids.Directory](), "Ada"), request("contoso"))
		})
	}
	group.Wait()
	created := 0
	for _, err := range refusals {
		if err == nil {
			created++
			continue
		}
		refused(t, err, errs.Conflict, "slug_taken")
	}
	if created != 1 {
		t.Errorf("%d tenants were created, want 1", created)
	}
}

func TestJoin(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	w.Clock.Add(time.Hour)

	ben := domaintest.Person(ada.Tenant.DirectoryID, "Ben")
	if m, ok, err := w.Tenants.Known(t.Context(), ben); ok || err != nil || m.Tenant.ID != ada.Tenant.ID {
		t.Fatalf("before Ben signs in he is known: %v (%v) of %+v", ok, err, m.Tenant)
	}
	m, err := w.Tenants.SignIn(t.Context(), ben)
	if err != nil {
		t.Fatal(err)
	}
	want := tenant.User{
		ID: m.User.ID, ObjectID: ben.ObjectID, Email: ben.Email, Name: "Ben", Role: tenant.RoleUser,
		Status: tenant.UserActive, AuthProvider: tenant.ProviderMicrosoft,
		FirstSignInAt: w.Clock.Now(), LastSignInAt: w.Clock.Now(), CreatedAt: w.Clock.Now(), Revision: 1,
	}
	if diff := cmp.Diff(tenant.Member{Tenant: ada.Tenant, User: want}, m); diff != "" {
		t.Errorf("joining (-want +got):\n%s", diff)
	}
	w.Clock.Add(time.Hour)
	if again := w.Again(t, m); again.User != want {
		t.Errorf("signing in again gives %+v, want %+v", again.User, want)
	}

	guest := domaintest.Person(ada.Tenant.DirectoryID, "")
	guest.External, guest.Email = true, "gus@fabrikam.example"
	if m, err = w.Tenants.SignIn(t.Context(), guest); err != nil || !m.User.External || m.User.Name != guest.Email {
		t.Errorf("the guest is %+v (%v), want an external user named by the address", m.User, err)
	}

	// The same object id in another directory is another person.
	stranger := tenant.Person{DirectoryID: ids.New[ids.Directory](), ObjectID: ben.ObjectID, Email: ben.Email, Name: "Ben"}
	_, err = w.Tenants.SignIn(t.Context(), stranger)
	refused(t, err, errs.Forbidden, "tenant_unknown")
}

func TestJoinPolicyInviteOnly(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	w.Exec(t, "UPDATE tenants SET join_policy = 'invite_only' WHERE id = ?", ada.Tenant.ID)
	_, err := w.Tenants.SignIn(t.Context(), domaintest.Person(ada.Tenant.DirectoryID, "Ben"))
	refused(t, err, errs.Forbidden, "not_invited")
	w.Again(t, ada)
}

func TestTenantThatIsNotActiveTakesNobodyIn(t *testing.T) {
	for status, code := range map[tenant.Status]string{
		tenant.TrialExpired: "trial_expired", tenant.Suspended: "tenant_suspended", tenant.Cancelled: "tenant_cancelled",
	} {
		t.Run(string(status), func(t *testing.T) {
			w := domaintest.New(t)
			ada := w.SignUp(t)
			w.Exec(t, "UPDATE tenants SET status = ? WHERE id = ?", string(status), ada.Tenant.ID)
			_, err := w.Tenants.SignIn(t.Context(), domaintest.Person(ada.Tenant.DirectoryID, "Ben"))
			refused(t, err, errs.PaymentRequired, code)
			if m := w.Again(t, ada); m.Tenant.Status != status {
				t.Errorf("Ada's tenant is %s, want %s", m.Tenant.Status, status)
			}
		})
	}
}

func TestDeactivatedUserIsRefused(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben := domaintest.Person(ada.Tenant.DirectoryID, "Ben")
	m, err := w.Tenants.SignIn(t.Context(), ben)
	if err != nil {
		t.Fatal(err)
	}
	w.Exec(t, "UPDATE users SET status = 'deactivated' WHERE id = ?", m.User.ID)
	_, err = w.Tenants.SignIn(t.Context(), ben)
	refused(t, err, errs.Forbidden, "user_deactivated")
	if m, ok, err := w.Tenants.Known(t.Context(), ben); err != nil || !ok || m.User.Status != tenant.UserDeactivated {
		t.Errorf("known as %+v, %v (%v)", m.User, ok, err)
	}
}

func TestParallelJoinsTakeTheSeatsThereAre(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	var group sync.WaitGroup
	refusals := make([]error, 50)
	for i := range refusals {
		group.Go(func() {
			_, refusals[i] = w.Tenants.SignIn(t.Context(), domaintest.Person(ada.Tenant.DirectoryID, "Ben"))
		})
	}
	group.Wait()
	joined := 0
	for _, err := range refusals {
		if err == nil {
			joined++
			continue
		}
		refused(t, err, errs.PaymentRequired, "seat_limit")
	}
	if want := tenant.TrialSeats - 1; joined != want {
		t.Errorf("%d people have joined Ada, want %d", joined, want)
	}
	if count, err := w.Store.CountSeats(t.Context(), ada.Tenant.ID); err != nil || count != 5 {
		t.Errorf("there are %d active users (%v), want 5", count, err)
	}
}

func TestDeactivatedUserFreesASeat(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	var last tenant.Member
	for range 4 {
		last = w.Join(t, ada, "Ben")
	}
	_, err := w.Tenants.SignIn(t.Context(), domaintest.Person(ada.Tenant.DirectoryID, "Cleo"))
	refused(t, err, errs.PaymentRequired, "seat_limit")
	w.Exec(t, "UPDATE users SET status = 'deactivated' WHERE id = ?", last.User.ID)
	w.Join(t, ada, "Cleo")
}

func TestSeatsOfOtherPlans(t *testing.T) {
	for kind, limit := range map[plan.Kind]int{plan.Internal: 0, plan.Paid: 7} {
		t.Run(string(kind), func(t *testing.T) {
			w := domaintest.New(t)
			ada := w.SignUp(t)
			w.Exec(t, "UPDATE tenants SET plan_name = ?, paid_seats = ? WHERE id = ?", string(kind), limit, ada.Tenant.ID)
			for range 6 {
				w.Join(t, ada, "Ben")
			}
			_, err := w.Tenants.SignIn(t.Context(), domaintest.Person(ada.Tenant.DirectoryID, "Cleo"))
			if limit == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refused(t, err, errs.PaymentRequired, "seat_limit")
		})
	}
}

// A person's first page opens several frames at once, and all of them sign in.
func TestParallelFirstSignInsOfOnePerson(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	for range 3 {
		w.Join(t, ada, "Ben")
	}
	cleo := domaintest.Person(ada.Tenant.DirectoryID, "Cleo") // she takes the last seat
	var group sync.WaitGroup
	members, refusals := make([]tenant.Member, 20), make([]error, 20)
	for i := range members {
		group.Go(func() { members[i], refusals[i] = w.Tenants.SignIn(t.Context(), cleo) })
	}
	group.Wait()
	for i, m := range members {
		if refusals[i] != nil {
			t.Errorf("frame %d is refused: %v", i, refusals[i])
		} else if diff := cmp.Diff(members[0], m); diff != "" {
			t.Errorf("frame %d is somebody else (-frame 0 +frame %d):\n%s", i, i, diff)
		}
	}
	if count, err := w.Store.CountSeats(t.Context(), ada.Tenant.ID); err != nil || count != 5 {
		t.Errorf("there are %d active users (%v), want 5", count, err)
	}
}

func TestTrialEndsAtItsInstant(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	end := w.Clock.Now().Add(tenant.TrialLength)
	tests := []struct {
		plan plan.Kind
		now  time.Time
		want tenant.Status
	}{
		{plan.Trial, end.Add(-time.Millisecond), tenant.Active},
		{plan.Trial, end, tenant.TrialExpired},
		{plan.Trial, end.Add(time.Hour), tenant.TrialExpired},
		{plan.Paid, end, tenant.Active},
		{plan.Internal, end, tenant.Active},
	}
	for _, test := range tests {
		t.Run(string(test.plan)+" "+test.now.String(), func(t *testing.T) {
			bought := ada.Tenant
			bought.Plan = test.plan
			if got := bought.StatusAt(test.now); got != test.want {
				t.Errorf("the status is %s, want %s", got, test.want)
			}
			err := bought.MayWrite(test.now)
			if test.want == tenant.Active && err != nil {
				t.Errorf("an active tenant may not write: %v", err)
			}
			if test.want != tenant.Active {
				refused(t, err, errs.PaymentRequired, "trial_expired")
			}
		})
	}

	w.Clock.Set(end.Add(-time.Millisecond))
	w.Join(t, ada, "Ben")
	w.Clock.Set(end)
	_, err := w.Tenants.SignIn(t.Context(), domaintest.Person(ada.Tenant.DirectoryID, "Cleo"))
	refused(t, err, errs.PaymentRequired, "trial_expired")
	if m := w.Again(t, ada); m.Tenant.StatusAt(w.Clock.Now()) != tenant.TrialExpired {
		t.Errorf("Ada's tenant is %s", m.Tenant.Status)
	}
}

func TestStatusesThatEndATrialEarly(t *testing.T) {
	trial := tenant.Tenant{Plan: plan.Trial, TrialEndsAt: time.Unix(100, 0)}
	for _, status := range []tenant.Status{tenant.Suspended, tenant.Cancelled} {
		trial.Status = status
		for _, now := range []int64{99, 100} {
			if got := trial.StatusAt(time.Unix(now, 0)); got != status {
				t.Errorf("the status is %s, want %s", got, status)
			}
		}
	}
	trial.Status = "odd"
	if err := trial.MayWrite(time.Unix(1, 0)); err == nil || errs.KindOf(err) != errs.Internal {
		t.Errorf("an unknown status gives %v, want an internal error", err)
	}
}

func TestRoles(t *testing.T) {
	roles := []tenant.Role{"", "owner", tenant.RoleUser, tenant.RoleAdmin, tenant.RoleSuperAdmin}
	allowed := map[tenant.Role]string{ // what each role may do
		"":                    "",
		"owner":               "",
		tenant.RoleUser:       "user",
		tenant.RoleAdmin:      "user admin",
		tenant.RoleSuperAdmin: "user admin super_admin",
	}
	for _, role := range roles {
		for _, need := range roles {
			want := false
			for _, right := range strings.Fields(allowed[role]) {
				want = want || right == string(need)
			}
			if got := role.Allows(need); got != want {
				t.Errorf("%q allows what needs %q: %v, want %v", role, need, got, want)
			}
			err := tenant.Member{User: tenant.User{Role: role}}.Require(need)
			if want != (err == nil) {
				t.Errorf("%q is asked for %q: %v", role, need, err)
			}
			if err != nil {
				refused(t, err, errs.Forbidden, "role_required")
			}
		}
	}
}

func TestAnOddlyLongNameKeepsNobodyOut(t *testing.T) {
	w := domaintest.New(t)
	ada := domaintest.Person(ids.New[ids.Directory](), strings.Repeat("Ä ", 400))
	ada.Email = strings.Repeat("a", 400) + "@contoso.example"
	m, err := w.Tenants.SignUp(t.Context(), ada, request("contoso"))
	if err != nil {
		t.Fatal(err)
	}
	if name := []rune(m.User.Name); len(name) > 256 || len(m.User.Email) != 256 {
		t.Errorf("kept are a name of %d and an address of %d characters, want at most 256", len(name), len(m.User.Email))
	}
}

// readOnly is a store whose database can't write.
type readOnly struct{ tenant.Store }

func (readOnly) Tx(context.Context, ids.Tenant, func(context.Context) error) error {
	return errs.New(errs.Unavailable, "database_unavailable", "The database can't write.")
}

func TestADatabaseThatCannotWriteLetsPeopleRead(t *testing.T) {
	w := domaintest.New(t)
	ada := domaintest.Person(ids.New[ids.Directory](), "Ada")
	if _, err := w.Tenants.SignUp(t.Context(), ada, request("contoso")); err != nil {
		t.Fatal(err)
	}
	ada.SignedInAt = w.Clock.Now().Add(time.Hour)
	tenants := tenant.NewService(readOnly{w.Store}, w.Clock.Now, calendar.CheckZone)
	if _, err := tenants.SignIn(t.Context(), ada); err != nil {
		t.Errorf("a sign-in that can't be noted is refused: %v", err)
	}
}

// TestRenamingTheOrganization shows when the work is told of a new name, and that its refusal keeps the settings.
func TestRenamingTheOrganization(t *testing.T) {
	w := domaintest.New(t)
	m := w.SignUp(t)
	taken := errs.New(errs.Conflict, "organization_taken", "The name is another one's.")
	for _, step := range []struct {
		name, organization string
		answer             error
		want               string // what the work is told
	}{
		{name: "Contoso Ltd", organization: "CONTOSO"},
		{name: "Adventure", organization: "Adventure", answer: taken, want: "contoso to adventure"},
		{name: "Northwind", organization: "NorthWind", want: "contoso to northwind"},
	} {
		before := w.Again(t, m)
		var told string
		changed, err := w.Tenants.ChangeTenant(t.Context(), before, before.Tenant.Revision, tenant.SettingsPatch{
			Name: &step.name, AzureDevOpsOrganization: &step.organization,
		}, func(_ context.Context, id ids.Tenant, from, to string) error {
			if id != m.Tenant.ID {
				t.Errorf("%s: of the tenant %v", step.name, id)
			}
			told = from + " to " + to
			return step.answer
		})
		if told != step.want || !errors.Is(err, step.answer) {
			t.Errorf("%s: the work is told %q, the error is %v", step.name, told, err)
		}
		want := changed
		if step.answer != nil {
			want = before.Tenant
		} else if changed.Name != step.name || changed.AzureDevOpsOrganization != strings.ToLower(step.organization) {
			t.Errorf("%s: changed to %+v", step.name, changed)
		}
		if diff := cmp.Diff(want, w.Again(t, m).Tenant); diff != "" {
			t.Errorf("%s: what is stored (-want +got):\n%s", step.name, diff)
		}
	}
}

// TestTextsOfStatements has the bounds of what statements print, in characters and not in bytes.
func TestTextsOfStatements(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	for name, test := range map[string]struct {
		patch tenant.SettingsPatch
		field string // that is too long; empty: none
		want  string // billing name and address as kept
	}{
		"the longest name":       {patch: tenant.SettingsPatch{BillingName: new(strings.Repeat("日", 200))}, want: strings.Repeat("日", 200) + "|"},
		"blanks don't count":     {patch: tenant.SettingsPatch{BillingName: new("  " + strings.Repeat("n", 200) + "  ")}, want: strings.Repeat("n", 200) + "|"},
		"a longer name":          {patch: tenant.SettingsPatch{BillingName: new(strings.Repeat("n", 201))}, field: "/billing_name"},
		"the longest address":    {patch: tenant.SettingsPatch{BillingAddress: new(strings.Repeat("é", 500))}, want: "|" + strings.Repeat("é", 500)},
		"a longer address":       {patch: tenant.SettingsPatch{BillingAddress: new(strings.Repeat("a\n", 251))}, field: "/billing_address"},
		"a name to be seen":      {patch: tenant.SettingsPatch{BillingName: new("\u200b \u2060")}, want: "|"},
		"lines to be seen":       {patch: tenant.SettingsPatch{BillingAddress: new("1 Main Street\n\u200b\n \nOslo")}, want: "|1 Main Street\nOslo"},
		"a longer name of us":    {patch: tenant.SettingsPatch{Name: new(strings.Repeat("n", 121))}, field: "/name"},
		"the longest name of us": {patch: tenant.SettingsPatch{Name: new(strings.Repeat("n", 120))}, want: "|"},
	} {
		t.Run(name, func(t *testing.T) {
			m := w.Again(t, ada)
			reset := tenant.SettingsPatch{BillingName: new(""), BillingAddress: new("")}
			if _, err := w.Tenants.ChangeTenant(t.Context(), m, m.Tenant.Revision, reset, nil); err != nil {
				t.Fatal(err)
			}
			m = w.Again(t, ada)
			changed, err := w.Tenants.ChangeTenant(t.Context(), m, m.Tenant.Revision, test.patch, nil)
			if test.field != "" {
				refused(t, err, errs.RuleBroken, "text_too_long")
				if given, _ := errors.AsType[*errs.Error](err); given == nil || len(given.Fields) != 1 || given.Fields[0].Pointer != test.field {
					t.Errorf("got %+v", given)
				}
				return
			}
			if got := changed.BillingName + "|" + changed.BillingAddress; err != nil || got != test.want {
				t.Errorf("kept %q, %v", got, err)
			}
		})
	}
}

// TestCurrencyOfThePlan shows that nobody chooses the currency of amounts that come from a subscription.
func TestCurrencyOfThePlan(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	choose := func(code string) error {
		t.Helper()
		m := w.Again(t, ada)
		_, err := w.Tenants.ChangeTenant(t.Context(), m, m.Tenant.Revision, tenant.SettingsPatch{Currency: &code}, nil)
		return err
	}
	if err := choose("JPY"); err != nil {
		t.Errorf("on trial: %v", err)
	}
	refused(t, choose("ABC"), errs.RuleBroken, "currency_unknown")
	w.Buy(t, ada, "timetracker", "team", 10)
	if got := w.Again(t, ada).Tenant; got.Currency != "USD" || got.RateMinor != 900 {
		t.Errorf("bought: %d of %s", got.RateMinor, got.Currency)
	}
	refused(t, choose("JPY"), errs.RuleBroken, "currency_of_plan")
	if err := choose("USD"); err != nil {
		t.Errorf("the same: %v", err)
	}
	if got := w.Again(t, ada).Tenant.Currency; got != "USD" {
		t.Errorf("amounts are in %s", got)
	}
}

// counting counts what it is asked of members.
type counting struct {
	tenant.Store
	read, noted int
}

func (s *counting) Member(ctx context.Context, directory ids.Directory, object ids.Object) (tenant.Member, bool, error) {
	s.read++
	return s.Store.Member(ctx, directory, object)
}

func (s *counting) NoteSignIn(ctx context.Context, id ids.Tenant, user ids.User, at time.Time) error {
	s.noted++
	return s.Store.NoteSignIn(ctx, id, user, at)
}

func TestAMemberIsRememberedAndASignInNotedOnce(t *testing.T) {
	w := domaintest.New(t)
	m := w.SignUp(t)
	store := &counting{Store: w.Store}
	tenants := tenant.NewService(store, w.Clock.Now, calendar.CheckZone)
	ada := domaintest.AsPerson(m)
	ada.SignedInAt = w.Clock.Now().Add(time.Hour)
	want := m
	want.User.LastSignInAt = ada.SignedInAt
	for range 3 {
		signedIn, err := tenants.SignIn(t.Context(), ada)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, signedIn); diff != "" {
			t.Errorf("signing in (-want +got):\n%s", diff)
		}
	}
	if store.read != 1 || store.noted != 1 {
		t.Errorf("the member was read %d times and noted %d times, want once", store.read, store.noted)
	}
}
