package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"timetracker/api"
	"timetracker/internal/httpapi"
	"timetracker/internal/plan"
	sandboxmarketplace "timetracker/internal/sandbox/marketplace"
	"timetracker/internal/tenant"
	"timetracker/internal/web"
)

// buy buys in the sandbox's Marketplace and gives the subscription's id.
func (r *rig) buy(p sandboxmarketplace.Purchase) string {
	r.t.Helper()
	id, err := r.market.Buy(p)
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// landingToken is a new token for the landing page.
func (r *rig) landingToken(subscription string) string {
	r.t.Helper()
	token, err := r.market.LandingToken(subscription)
	if err != nil {
		r.t.Fatal(err)
	}
	return token
}

// land is a call with a landing page's token: landings or subscriptions.
func land(who, what, token string, signUp ...string) call {
	body := `{"token":` + quote(token) + `}`
	if len(signUp) > 0 {
		body = `{"token":` + quote(token) + `,"sign_up":` + signUp[0] + `}`
	}
	return call{as: who, method: "POST", path: "/api/v1/marketplace/" + what, body: body}
}

func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(quoted)
}

// take buys for a person, gives the purchase to their organization, and waits until it is in force.
func (r *rig) take(who string, p sandboxmarketplace.Purchase) string {
	r.t.Helper()
	p.Purchaser = who
	id := r.buy(p)
	as[api.Landing](r.t, r.do(land(who, "subscriptions", r.landingToken(id))), 200)
	r.inForce(who)
	return id
}

// inForce asks as the landing page does while Microsoft activates.
func (r *rig) inForce(who string) api.Subscription {
	r.t.Helper()
	current := as[api.Subscription](r.t, r.do(call{as: who, path: "/api/v1/marketplace/subscription"}), 200)
	if current.Status != api.SubscriptionStatusSubscribed {
		r.t.Fatalf("it is %s", current.Status)
	}
	return current
}

func team(quantity int) sandboxmarketplace.Purchase {
	return sandboxmarketplace.Purchase{OfferID: "timetracker", PlanID: "team", Quantity: quantity}
}

const contosoSignUp = `{"name":"Contoso","slug":"contoso","azure_devops_organization":"contoso","admin_email":"ada@contoso.example"}`

func TestLandingOfANewOrganization(t *testing.T) {
	r := newRig(t)
	p := team(20)
	p.Purchaser = ada
	id := r.buy(p)
	token := r.landingToken(id)

	found := as[api.Landing](t, r.do(land(ada, "landings", token)), 200)
	name, model, currency, rate, base, included, limit := "Team", api.PricingModelSeats, "USD", int64(900), int64(0), 0, 20
	want := api.Landing{
		Step: api.LandingStepSignUp,
		Subscription: api.Purchase{
			Id: id, Name: found.Subscription.Name, Status: api.PurchaseStatusPending, Quantity: &limit,
			Plan: api.MarketplacePlan{
				OfferId: "timetracker", Id: "team", Name: &name, Model: &model, Currency: &currency,
				RateMinor: &rate, BaseMinor: &base, Included: &included, SeatLimit: &limit,
			},
			Term: &api.Term{Unit: "P1M"}, AutoRenew: true, PurchaserEmail: ada, BeneficiaryEmail: ada,
		},
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("landing (-want +got):\n%s", diff)
	}

	missing := problem(t, r.do(land(ada, "subscriptions", token)), 422, "sign_up_missing")
	if diff := cmp.Diff([]fault{{"/sign_up", "missing"}}, faults(missing)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	blank := strings.Replace(contosoSignUp, `"Contoso"`, `"  "`, 1)
	faulty := problem(t, r.do(land(ada, "subscriptions", token, blank)), 422, "name_missing")
	if diff := cmp.Diff([]fault{{"/sign_up/name", "blank"}}, faults(faulty)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	problem(t, r.do(call{as: ada, path: "/api/v1/me"}), 403, "tenant_unknown")

	taken := as[api.Landing](t, r.do(land(ada, "subscriptions", token, contosoSignUp)), 200)
	// This sandbox activates at once.
	if taken.Step != api.LandingStepNone || !taken.InForce || taken.Organization == nil ||
		*taken.Organization != (api.LandingOrganization{Name: "Contoso", Plan: api.LandingOrganizationPlanPaid}) {
		t.Errorf("taken: %+v %+v", taken, taken.Organization)
	}
	current := r.inForce(ada)
	me := as[api.Me](t, r.do(call{as: ada, path: "/api/v1/me"}), 200)
	if me.Tenant.Plan != api.TenantPlanPaid || me.User.Role != api.RoleSuperAdmin {
		t.Errorf("%+v", me)
	}
	lines := r.logLines()
	for i, line := range lines {
		if owner := line["tenant_id"]; strings.HasSuffix(line["route"].(string), "/marketplace/subscriptions") &&
			line["status"] == 200.0 && owner != me.Tenant.Id {
			t.Errorf("line %d has tenant %v, want %s", i, owner, me.Tenant.Id)
		}
	}
	if strings.Contains(r.log.String(), token) {
		t.Error("the token is in the log")
	}

	// "Manage account" opens the same page with a new token, and taking it again changes nothing.
	for _, what := range []string{"landings", "subscriptions"} {
		again := as[api.Landing](t, r.do(land(ada, what, r.landingToken(id))), 200)
		if again.Step != api.LandingStepNone || !again.InForce || again.Subscription.Status != api.PurchaseStatusSubscribed || again.Obstacle != nil {
			t.Errorf("%s again: %+v", what, again)
		}
	}
	if current.Id != id || current.Status != api.SubscriptionStatusSubscribed || current.UsersAtPurchase != 1 || current.ReadOnly ||
		*current.Quantity != 20 || *current.Plan.SeatLimit != 20 || current.Term == nil || current.Term.EndsAt == nil {
		t.Errorf("current: %+v", current)
	}
}

func TestLandingUpgradesTheTrial(t *testing.T) {
	r := newRig(t)
	before := r.signUp()
	problem(t, r.do(call{as: ada, path: "/api/v1/marketplace/subscription"}), 404, "subscription_not_found")
	id := r.buy(sandboxmarketplace.Purchase{Purchaser: ada, OfferID: "timetracker-active", PlanID: "active"})
	found := as[api.Landing](t, r.do(land(ada, "landings", r.landingToken(id))), 200)
	if found.Step != api.LandingStepUpgrade || *found.Organization != (api.LandingOrganization{Name: "Contoso", Plan: api.LandingOrganizationPlanTrial}) ||
		found.Subscription.Quantity != nil || found.Subscription.Plan.SeatLimit != nil || *found.Subscription.Plan.Included != 5 {
		t.Errorf("found %+v", found)
	}
	// A colleague who has not bought it and is no admin can see it, but can't take it.
	as[api.Me](t, r.do(call{as: grace, path: "/api/v1/me"}), 200)
	seen := as[api.Landing](t, r.do(land(grace, "landings", r.landingToken(id))), 200)
	if seen.Step != api.LandingStepNone || seen.Obstacle == nil || seen.Obstacle.Code != "role_required" {
		t.Errorf("grace sees %+v", seen)
	}
	problem(t, r.do(land(grace, "subscriptions", r.landingToken(id))), 403, "role_required")

	as[api.Landing](t, r.do(land(ada, "subscriptions", r.landingToken(id))), 200)
	r.inForce(ada)
	after := as[api.Me](t, r.do(call{as: ada, path: "/api/v1/me"}), 200)
	if after.Tenant.Id != before.Tenant.Id || after.Tenant.Plan != api.TenantPlanPaid {
		t.Errorf("after: %+v", after.Tenant)
	}
	audit := as[api.AuditEventPage](t, r.do(call{as: ada, path: "/api/v1/audit-events?limit=1"}), 200).Data[0]
	if audit.Action != api.SubscriptionChanged || audit.Actor.Kind != api.AuditActorKindMarketplace || audit.Actor.Id != nil {
		t.Errorf("audit: %+v", audit)
	}
}

func TestLandingRefusals(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.signUpFabrikam()
	known := r.take(ada, team(20))
	other := r.buy(sandboxmarketplace.Purchase{Purchaser: ada, OfferID: "timetracker", PlanID: "business", Quantity: 3})
	strange := r.buy(sandboxmarketplace.Purchase{Purchaser: frances, OfferID: "timetracker", PlanID: "team-preview", Quantity: 3})
	partners := r.buy(sandboxmarketplace.Purchase{Purchaser: frances, Beneficiary: ada, OfferID: "timetracker-site", PlanID: "site"})

	problem(t, r.do(land(ada, "landings", "no-such-token")), 422, "marketplace_token_invalid")
	problem(t, r.do(land(frances, "landings", r.landingToken(known))), 403, "not_the_buyer")
	problem(t, r.do(land(frances, "subscriptions", r.landingToken(known))), 403, "not_the_buyer")
	problem(t, r.do(land(kim, "landings", r.landingToken(known))), 403, "not_the_buyer") // a guest
	for _, tt := range []struct{ who, id, code string }{
		{ada, other, "subscription_exists"}, {frances, strange, "plan_unknown"},
	} {
		found := as[api.Landing](t, r.do(land(tt.who, "landings", r.landingToken(tt.id))), 200)
		if found.Step != api.LandingStepNone || found.Obstacle == nil || found.Obstacle.Code != tt.code || found.Obstacle.Detail == "" {
			t.Errorf("%s: %+v", tt.code, found)
		}
		problem(t, r.do(land(tt.who, "subscriptions", r.landingToken(tt.id))), 409, tt.code)
	}
	if found := as[api.Landing](t, r.do(land(frances, "landings", r.landingToken(partners))), 200); !found.ForAnother {
		t.Errorf("bought for another: %+v", found)
	}
	if err := r.market.SetFault(sandboxmarketplace.FulfillmentService, "down"); err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"landings", "subscriptions"} {
		down := r.do(land(ada, what, "any"))
		if p := as[api.Problem](t, down, 503); down.header.Get("Retry-After") == "" {
			t.Errorf("%s: %+v without Retry-After", what, p)
		}
	}
	// A subscription in force is shown without a call of Microsoft.
	as[api.Subscription](t, r.do(call{as: ada, path: "/api/v1/marketplace/subscription"}), 200)
}

func TestLandingTokensAreTakenAsTheyAre(t *testing.T) {
	r := newRig(t)
	for body, want := range map[string]fault{
		`{}`:                       {"/token", "missing"},
		`{"token":""}`:             {"/token", "too_short"},
		`{"token":7}`:              {"/token", "type"},
		`{"token":"x","code":"y"}`: {"/code", "unknown"},
		`{"token":"` + strings.Repeat("x", 8193) + `"}`: {"/token", "too_long"},
	} {
		for _, what := range []string{"landings", "subscriptions"} {
			p := as[api.Problem](t, r.do(call{as: ada, method: "POST", path: "/api/v1/marketplace/" + what, body: body}), 400)
			if diff := cmp.Diff([]fault{want}, faults(p)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
	}
	signUp := `{"token":"x","sign_up":{"name":"C","slug":"C","azure_devops_organization":"c","admin_email":"c"}}`
	p := as[api.Problem](t, r.do(call{as: ada, method: "POST", path: "/api/v1/marketplace/subscriptions", body: signUp}), 400)
	if found := faults(p); len(found) == 0 || !strings.HasPrefix(found[0].Pointer, "/sign_up/") {
		t.Errorf("faults %+v", found)
	}
}

func TestCancelledAndSuspendedTenantsSeeTheirBilling(t *testing.T) {
	w := newOffices(t)
	statement := w.statement(ada).id
	for _, status := range []tenant.Status{tenant.Suspended, tenant.Cancelled} {
		w.setTenant(w.contoso, func(t *tenant.Tenant) { t.Plan, t.Status = plan.Paid, status })
		for _, path := range []string{
			"/marketplace/subscription", "/billing-records", "/billing-records?format=csv", "/billing-preview",
			"/statements/" + statement, "/statements/" + statement + "?format=pdf",
		} {
			if got := w.do(call{as: ada, path: "/api/v1" + path}); got.status != 200 {
				t.Errorf("%s, %s: %d %s", status, path, got.status, got.body)
			}
		}
		problem(t, w.do(call{as: ada, method: "POST", path: "/api/v1/timers", body: item("1")}), 402, "tenant_"+string(status))
	}
}

// builtPages are pages as the build leaves them.
func builtPages(t *testing.T) option {
	authority, err := url.Parse("https://login.example")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{
		"marketplace.html": {Data: []byte(`<script type="module" src="/ext/assets/marketplace-1.js"></script>`)},
		"hub.html":         {Data: []byte("hub")},
	}
	pages, err := web.New(files, web.Config{
		PublicURL: "https://time.example", Authority: authority, SPAClientID: "spa", Scope: "api://x/y", Ancestors: []string{"https://dev.azure.com"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(c *httpapi.Config) { c.Static = pages }
}

func TestLandingPage(t *testing.T) {
	r := newRig(t, builtPages(t))
	r.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	const address = "/marketplace?token=secret%2Bword&secret=secret"
	page := r.do(call{path: address})
	if page.status != 200 || !strings.Contains(page.body, "/ext/assets/marketplace-1.js") {
		t.Fatalf("%d %s", page.status, page.body)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"X-Content-Type-Options": "nosniff",
	} {
		if got := page.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if policy := page.header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "frame-ancestors 'none'") ||
		!strings.Contains(policy, "connect-src 'self' https://login.example;") || strings.Contains(policy, "dev.azure.com") {
		t.Errorf("policy %s", policy)
	}
	if policy := r.do(call{path: "/ext/hub.html"}).header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "frame-ancestors 'self' https://dev.azure.com") {
		t.Errorf("policy of a frame: %s", policy)
	}
	head := r.do(call{method: "HEAD", path: address})
	if head.status != 200 || head.body != "" || head.header.Get("Content-Security-Policy") == "" {
		t.Errorf("HEAD: %d %q %v", head.status, head.body, head.header)
	}
	answers := []reply{
		page, head,
		r.do(call{method: "POST", path: address}),
		r.do(call{method: "PUT", path: address, body: `{"secret":1}`}),
		r.do(call{path: "/marketplace/?token=secret"}),
		r.do(call{path: "/marketplace/index.html?token=secret"}),
		r.do(call{path: "/ext/marketplace.html?token=secret"}),
		r.do(call{path: "/ext/marketplace?token=secret"}),
		r.do(call{path: address, headers: map[string]string{"Range": "bytes=9999-"}}),
		r.do(call{path: address, as: ada}),
		r.raw("GET " + address + "%zz HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n"),
	}
	for i, got := range answers {
		if strings.Contains(fmt.Sprint(got.header), "secret") || strings.Contains(got.body, "secret") {
			t.Errorf("answer %d: %v %s", i, got.header, got.body)
		}
		if got.status >= 300 && got.status < 400 {
			t.Errorf("answer %d leads on to %s", i, got.header.Get("Location"))
		}
	}
	if answers[6].status != 404 {
		t.Errorf("the page has a second address: %d", answers[6].status)
	}
	if text := r.log.String(); strings.Contains(text, "secret") || !strings.Contains(text, `"route":"/marketplace"`) {
		t.Errorf("the log says %s", text)
	}
	for _, line := range r.observed {
		if strings.Contains(line, "secret") {
			t.Errorf("the metrics say %s", line)
		}
	}
}
