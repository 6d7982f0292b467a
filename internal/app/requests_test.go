package app_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"timetracker/internal/app"
	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/config"
	"timetracker/internal/domaintest"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/pdf"
	"timetracker/internal/privacy"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
)

// TestTheOperatorDecides lists the request of an only super_admin, and grants it. Nothing waits after that.
func TestTheOperatorDecides(t *testing.T) {
	path := domaintest.Database(t)
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	ada, err := tenant.NewService(store, time.Now, calendar.CheckZone).SignUp(t.Context(), domaintest.Person(ids.New[ids.Directory](), "Ada"),
		tenant.SignUpRequest{Name: "Contoso", Slug: "contoso", AzureDevOpsOrganization: "contoso", AdminEmail: "ada@contoso.example", TimeZone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	requests := privacy.NewRequests(store, nil, pdf.NewFonts(), time.Now)
	asked, _, err := requests.Ask(t.Context(), ada, privacy.NewRequest{Kind: privacy.RightObjection, Note: "No\x1b[2J"})
	if err != nil {
		t.Fatal(err)
	}
	c := config.Config{DatabaseURL: config.Secret("sqlite:" + path)}
	list := func() string {
		t.Helper()
		var out bytes.Buffer
		if err := app.ListPrivacy(t.Context(), c, "Olga", &out, discard); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if out := list(); !strings.Contains(out, asked.ID.String()) || !strings.Contains(out, `"No\x1b[2J"`) {
		t.Errorf("the request isn't listed, or its note not quoted:\n%s", out)
	}
	if err := app.ListPrivacy(t.Context(), c, " ", &bytes.Buffer{}, discard); err == nil || !strings.Contains(err.Error(), "operator's name") {
		t.Errorf("a list for a blank: %v", err)
	}
	decision := app.PrivacyDecision{Tenant: ada.Tenant.ID.String(), Request: asked.ID.String(), Operator: "Olga"}
	var out bytes.Buffer
	if err := app.DecidePrivacy(t.Context(), c, decision, &out, discard); err == nil || !strings.Contains(err.Error(), "reason_required") {
		t.Errorf("a refusal without a reason: %v", err)
	}
	decision.Grant = true
	nameless := decision
	nameless.Operator = strings.Repeat("x", 201)
	if err := app.DecidePrivacy(t.Context(), c, nameless, &bytes.Buffer{}, discard); err == nil {
		t.Error("a decision of whom no record names is taken")
	}
	if out := list(); !strings.Contains(out, asked.ID.String()) {
		t.Errorf("it waits no more, although nothing was recorded:\n%s", out)
	}
	if err := app.DecidePrivacy(t.Context(), c, decision, &out, discard); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "outcome: accepted\n") || !strings.Contains(out.String(), "by the operator\n") {
		t.Errorf("what is confirmed:\n%s", out.String())
	}
	if out := list(); !strings.Contains(out, "accepted  objection") {
		t.Errorf("what is still to be done isn't listed:\n%s", out)
	}
	decision.Completes, decision.Outcome = true, "The newsletter has ended."
	if err := app.DecidePrivacy(t.Context(), c, decision, &out, discard); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "outcome: done\n") || !strings.Contains(out.String(), "done: The newsletter has ended.\n") {
		t.Errorf("what is confirmed:\n%s", out.String())
	}
	if out := list(); strings.Contains(out, asked.ID.String()) {
		t.Errorf("it still waits:\n%s", out)
	}
	records := accessesOf(t, store, ada)
	if !slices.ContainsFunc(records, func(r audit.AccessRecord) bool { return r.By.Operator == "privacy list, by Olga" }) ||
		!slices.ContainsFunc(records, func(r audit.AccessRecord) bool { return r.By.Operator == "privacy decide, by Olga" }) {
		t.Errorf("who has listed it, or decided, is not told: %+v", records)
	}
	decision.Request = "none"
	if err := app.DecidePrivacy(t.Context(), c, decision, &out, discard); err == nil || !strings.Contains(err.Error(), "is no id") {
		t.Errorf("no id: %v", err)
	}
}

// accessesOf are the records of who read data of a person.
func accessesOf(t *testing.T, store *sqlstore.Store, m tenant.Member) []audit.AccessRecord {
	t.Helper()
	records, _, err := audit.NewAccesses(store, time.Now).Of(t.Context(), m.Tenant.ID, m.User.ID, page.Request{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// TestTheOperatorErases leaves a record of the operator who erases somebody, or erases nobody.
func TestTheOperatorErases(t *testing.T) {
	path := domaintest.Database(t)
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	tenants := tenant.NewService(store, time.Now, calendar.CheckZone)
	directory := ids.New[ids.Directory]()
	ada, err := tenants.SignUp(t.Context(), domaintest.Person(directory, "Ada"),
		tenant.SignUpRequest{Name: "Contoso", Slug: "contoso", AzureDevOpsOrganization: "contoso", AdminEmail: "ada@contoso.example", TimeZone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	ben, err := tenants.SignIn(t.Context(), domaintest.Person(directory, "Ben"))
	if err != nil {
		t.Fatal(err)
	}
	c := config.Config{DatabaseURL: config.Secret("sqlite:" + path)}
	erase := func(operator string) error {
		return app.Erase(t.Context(), c, app.Erasure{Slug: "contoso", User: ben.User.ID.String(), Operator: operator}, &bytes.Buffer{}, discard)
	}
	status := func() tenant.UserStatus {
		user, err := tenants.GetUser(t.Context(), ada, ben.User.ID)
		if err != nil {
			t.Fatal(err)
		}
		return user.Status
	}
	if err := erase(" "); err == nil || status() != tenant.UserActive {
		t.Errorf("by nobody: %v, and he is %s", err, status())
	}
	if err := erase("Olga"); err != nil || status() != tenant.UserErased {
		t.Errorf("by Olga: %v, and he is %s", err, status())
	}
	records := accessesOf(t, store, ben)
	if len(records) != 1 || records[0].By.Operator != "privacy erase, by Olga" {
		t.Errorf("the records are %+v", records)
	}
}

// TestTheOperatorLooksUpANominee shows whom somebody has named, and leaves a record of it that they see.
func TestTheOperatorLooksUpANominee(t *testing.T) {
	path := domaintest.Database(t)
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	ada, err := tenant.NewService(store, time.Now, calendar.CheckZone).SignUp(t.Context(), domaintest.Person(ids.New[ids.Directory](), "Ada"),
		tenant.SignUpRequest{Name: "Contoso", Slug: "contoso", AzureDevOpsOrganization: "contoso", AdminEmail: "ada@contoso.example", TimeZone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	c := config.Config{DatabaseURL: config.Secret("sqlite:" + path)}
	show := func() string {
		t.Helper()
		var out bytes.Buffer
		if err := app.ShowNominee(t.Context(), c, app.NomineeQuestion{Slug: "contoso", User: ada.User.ID.String(), Operator: "Olga"}, &out, discard); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if out := show(); !strings.Contains(out, "has named nobody") {
		t.Errorf("before: %s", out)
	}
	requests := privacy.NewRequests(store, nil, pdf.NewFonts(), time.Now)
	nominee := privacy.Nominee{Name: "Uma", Email: "uma@home.example"}
	if _, err := requests.Choose(t.Context(), ada, 0, privacy.ChoicePatch{Nominee: &nominee}); err != nil {
		t.Fatal(err)
	}
	if out := show(); !strings.Contains(out, `"Uma", "uma@home.example"`) {
		t.Errorf("after: %s", out)
	}
	reads := 0
	for _, record := range accessesOf(t, store, ada) {
		if record.By.Operator == "privacy nominee, by Olga" {
			reads += record.Reads
		}
	}
	if reads != 2 {
		t.Errorf("%d reads are recorded: %+v", reads, accessesOf(t, store, ada))
	}
}
