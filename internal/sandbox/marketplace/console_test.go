package marketplace_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/sandbox/marketplace"
	"timetracker/internal/sandbox/sandboxtest"
)

// console sends a request of the console page and returns the answer.
func (m *market) console(t *testing.T, method, path, body string) sandboxtest.Answer {
	t.Helper()
	return sandboxtest.Send(t, m.entra.Client, method, m.base+"/_sandbox/marketplace/"+path, body,
		map[string]string{"Content-Type": "application/json"})
}

func TestConsolePage(t *testing.T) {
	m := startMarketplace(t)
	page := sandboxtest.Send(t, http.DefaultClient, http.MethodGet, m.base+"/", "", nil)
	policy := page.Header.Get("Content-Security-Policy")
	if page.Status != 200 || !strings.Contains(policy, "default-src 'none'") ||
		page.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%d %v", page.Status, page.Header)
	}
	for path, contentType := range map[string]string{
		"/_sandbox/page.css":                "text/css; charset=utf-8",
		"/_sandbox/marketplace/console.css": "text/css; charset=utf-8",
		"/_sandbox/marketplace/console.js":  "text/javascript; charset=utf-8",
	} {
		got := sandboxtest.Send(t, http.DefaultClient, http.MethodGet, m.base+path, "", nil)
		if got.Status != 200 || got.Header.Get("Content-Type") != contentType || !strings.Contains(page.Body, path) {
			t.Errorf("%s: %d %s", path, got.Status, got.Header.Get("Content-Type"))
		}
	}
	if got := sandboxtest.Send(t, http.DefaultClient, http.MethodGet, m.base+"/nothing", "", nil); got.Status != 404 {
		t.Errorf("an unknown page: %d", got.Status)
	}
}

// shownState is what the test reads of the console's state.
type shownState struct {
	APIURL        string         `json:"api_url"`
	Offers        []any          `json:"offers"`
	Terms         []any          `json:"terms"`
	People        []any          `json:"people"`
	Faults        map[string]any `json:"faults"`
	Subscriptions []struct {
		marketplace.Subscription
		CSP bool `json:"csp"`
	} `json:"subscriptions"`
	Webhooks []struct {
		Number   int    `json:"number"`
		State    string `json:"state"`
		Attempts int    `json:"attempts"`
		Answers  []struct {
			Status int `json:"status"`
		} `json:"answers"`
	} `json:"webhooks"`
}

func TestConsoleCommands(t *testing.T) {
	m := startMarketplace(t)
	bought := m.console(t, http.MethodPost, "purchases",
		`{"purchaser":"ada@contoso.example","offer_id":"timetracker","plan_id":"team","quantity":10,"auto_activation":true,`+
			`"term_unit":"P1Y","renewal_off":true,"free_trial":true,"dry_run":true}`)
	id, _ := bought.Object(t)["id"].(string)
	if bought.Status != http.StatusCreated || id == "" {
		t.Fatalf("%d %s", bought.Status, bought.Body)
	}
	if s := m.get(t, id); s.TermUnit != "P1Y" || !s.RenewalOff || !s.FreeTrial || !s.DryRun {
		t.Errorf("bought %+v", s)
	}
	target, query, _ := m.console(t, http.MethodGet, "subscriptions/"+id+"/landing", "").Location(t)
	resolved := m.call(t, http.MethodPost, subscriptions+"/resolve", "", "X-Ms-Marketplace-Token", query.Get("token"))
	if target != landingPage || resolved.Status != 200 {
		t.Errorf("landing page %s, resolve %d", target, resolved.Status)
	}
	steps := []struct{ command, body string }{
		{"renewal", `{"on":true}`},
		{"renew", `{}`},
		{"renewal", `{"on":false}`},
		{"change-plan", `{"plan_id":"business"}`},
		{"change-quantity", `{"quantity":12}`},
		{"suspend", `{}`},
		{"reinstate", `{}`},
		{"transfer", `{"purchaser":"grace@contoso.example","beneficiary":"ada@contoso.example"}`},
		{"notify", `{"action":"Levitate"}`},
		{"end-term", `{}`},
	}
	for _, step := range steps {
		if got := m.console(t, http.MethodPost, "subscriptions/"+id+"/"+step.command, step.body); got.Status != 204 {
			t.Errorf("%s: %d %s", step.command, got.Status, got.Body)
		}
		m.Deliver(t.Context())
	}
	want := []string{
		"Subscribe", "Renew", "ChangePlan", "ChangeQuantity", "Suspend", "Reinstate", "Transfer", "Levitate",
		"Unsubscribe",
	}
	if diff := cmp.Diff(want, actions(m.hook.take())); diff != "" {
		t.Errorf("webhooks (-want +got):\n%s", diff)
	}
	if got := m.console(t, http.MethodPost, "webhooks/2/again", ""); got.Status != 204 {
		t.Errorf("again: %d %s", got.Status, got.Body)
	}
	m.Deliver(t.Context())
	if diff := cmp.Diff([]string{"Renew"}, actions(m.hook.take())); diff != "" {
		t.Errorf("sent again (-want +got):\n%s", diff)
	}

	var state shownState
	if err := json.Unmarshal([]byte(m.console(t, http.MethodGet, "state", "").Body), &state); err != nil {
		t.Fatal(err)
	}
	if state.APIURL != m.base+"/api" || len(state.Offers) != 3 || len(state.Terms) != 7 || len(state.People) != 9 ||
		len(state.Faults) != 2 {
		t.Errorf("state %+v", state)
	}
	if s := state.Subscriptions[0]; s.PlanID != "business" || s.Quantity != 12 || s.Status != "Unsubscribed" || s.CSP {
		t.Errorf("subscription %+v", s)
	}
	if w := state.Webhooks[0]; w.Number != 10 || w.State != "accepted" || w.Attempts != 1 || w.Answers[0].Status != 200 {
		t.Errorf("last webhook %+v", w)
	}
}

func TestConsoleLapse(t *testing.T) {
	m := startMarketplace(t)
	waiting := m.buy(t, teamOfTen)
	got := m.console(t, http.MethodPost, "subscriptions/"+waiting+"/lapse", `{}`)
	if status := m.get(t, waiting).Status; got.Status != 204 || status != "Unsubscribed" {
		t.Errorf("lapse: %d %s, %s", got.Status, got.Body, status)
	}
}

// TestConsoleTellsWhoHasASubscription tests the warning against buying for an organization that can't use a second
// subscription.
func TestConsoleTellsWhoHasASubscription(t *testing.T) {
	m := startMarketplace(t, func(c *marketplace.Config) { c.ActivationDelay = time.Minute })
	subscribed := func() map[string]bool {
		t.Helper()
		var state struct {
			People []struct {
				Directory  string `json:"directory"`
				Subscribed bool   `json:"subscribed"`
			} `json:"people"`
		}
		if err := json.Unmarshal([]byte(m.console(t, http.MethodGet, "state", "").Body), &state); err != nil {
			t.Fatal(err)
		}
		directories := make(map[string]bool)
		for _, person := range state.People {
			directories[person.Directory] = person.Subscribed
		}
		return directories
	}
	var id string
	steps := []struct {
		name string
		do   func()
		want bool // whether Contoso has one; Fabrikam, which only buys, never has
	}{
		{"nothing bought", func() {}, false},
		{"bought", func() { id = m.buy(t, throughIT) }, false},
		{"being activated", func() {
			m.call(t, http.MethodPost, subscriptions+"/"+id+"/activate", `{"planId":"team"}`)
		}, true},
		{"active", func() { m.entra.Clock.Advance(time.Minute) }, true},
		{"suspended", func() { must(t, m.Suspend(id)) }, true},
		{"cancelled", func() { must(t, m.Cancel(id)) }, false},
	}
	for _, step := range steps {
		step.do()
		want := map[string]bool{"Contoso": step.want, "Fabrikam": false}
		if diff := cmp.Diff(want, subscribed()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
}

func TestConsoleRefusals(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, teamOfTen)
	tests := map[string]struct {
		method, path, body string
		status             int
	}{
		"not JSON":          {http.MethodPost, "purchases", "x", 400},
		"unknown member":    {http.MethodPost, "purchases", `{"price":1}`, 400},
		"unknown plan":      {http.MethodPost, "purchases", `{"purchaser":"ada@contoso.example"}`, 400},
		"unknown command":   {http.MethodPost, "subscriptions/" + id + "/levitate", `{}`, 404},
		"command, not JSON": {http.MethodPost, "subscriptions/" + id + "/renew", ``, 400},
		"nothing to change": {http.MethodPost, "subscriptions/" + id + "/change-plan", `{"plan_id":"team"}`, 400},
		"unknown id":        {http.MethodPost, "subscriptions/x/renew", `{}`, 404},
		"unknown landing":   {http.MethodGet, "subscriptions/x/landing", ``, 404},
		"unknown webhook":   {http.MethodPost, "webhooks/99/again", ``, 404},
		"webhook of a name": {http.MethodPost, "webhooks/first/again", ``, 404},
		"settings, no JSON": {http.MethodPatch, "settings", `copies`, 400},
		"unknown setting":   {http.MethodPatch, "settings", `{"colour":"red"}`, 400},
		"setting of a type": {http.MethodPatch, "settings", `{"copies":"many"}`, 400},
		"setting in excess": {http.MethodPatch, "settings", `{"copies":21}`, 400},
		"setting":           {http.MethodPatch, "settings", `{"copies":3}`, 200},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := m.console(t, test.method, test.path, test.body)
			if got.Status != test.status {
				t.Errorf("%d %s, want %d", got.Status, got.Body, test.status)
			}
		})
	}
	for _, body := range []string{``, `{"service":"entra","mode":"down"}`} {
		if got := sandboxtest.Send(t, http.DefaultClient, http.MethodPost, m.base+"/_sandbox/faults", body, nil); got.Status != 400 {
			t.Errorf("fault %q: %d", body, got.Status)
		}
	}
	if settings := m.Settings(); settings.Copies != 3 || settings.TokenVersion != 2 {
		t.Errorf("settings %+v", settings)
	}
}

// TestConsoleIsForItsOwnPage tests that pages of other origins can't buy with a developer's browser.
func TestConsoleIsForItsOwnPage(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, teamOfTen)
	for path, method := range map[string]string{
		"/_sandbox/faults":                                       http.MethodPost,
		"/_sandbox/marketplace/purchases":                        http.MethodPost,
		"/_sandbox/marketplace/settings":                         http.MethodPatch,
		"/_sandbox/marketplace/subscriptions/" + id + "/suspend": http.MethodPost,
		"/_sandbox/marketplace/webhooks/1/again":                 http.MethodPost,
	} {
		got := sandboxtest.Send(t, http.DefaultClient, method, m.base+path, "{}", map[string]string{
			"Origin": "https://attacker.example", "Sec-Fetch-Site": "cross-site",
		})
		if got.Status != http.StatusForbidden {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	if status := m.get(t, id).Status; status != "Subscribed" {
		t.Errorf("status %s", status)
	}
}
