package marketplace_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/marketplace"
	"timetracker/internal/sandbox/sandboxtest"
)

func TestWebhookPayload(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, teamOfTen)
	before := m.call(t, http.MethodGet, subscriptions+"/"+id, "").Object(t)
	operationID, err := m.ChangePlan(id, "business")
	must(t, err)
	m.Deliver(t.Context())
	got := m.hook.take()
	if len(got) != 1 {
		t.Fatalf("webhooks %v", actions(got))
	}
	if activity, _ := got[0]["activityId"].(string); len(activity) != 36 || activity == operationID {
		t.Errorf("activity %s of operation %s", activity, operationID)
	}
	delete(got[0], "activityId")
	want := map[string]any{
		"id": operationID, "publisherId": "timetracker", "offerId": "timetracker", "planId": "business",
		"quantity": 10.0, "subscriptionId": id, "timeStamp": "2026-11-21T09:30:00.0000000Z", "action": "ChangePlan",
		"status": "InProgress", "operationRequestSource": "Azure", "subscription": before, "purchaseToken": nil,
	}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}
	if plan := m.get(t, id).PlanID; plan != "business" {
		t.Errorf("plan %s", plan)
	}
}

// TestWebhookStates holds the status of each action's payload, and the subscription's state it shows.
func TestWebhookStates(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, teamOfTen)
	steps := []struct {
		action       string
		do           func() error
		status       string
		shown, after string
	}{
		{"Renew", func() error { return m.Renew(id) }, "Succeeded", "Subscribed", "Subscribed"},
		{
			"ChangeQuantity", func() error { _, err := m.ChangeQuantity(id, 12); return err },
			"InProgress", "Subscribed", "Subscribed",
		},
		{"Suspend", func() error { return m.Suspend(id) }, "Succeeded", "Suspended", "Suspended"},
		{
			"Reinstate", func() error { _, err := m.Reinstate(id); return err },
			"InProgress", "Suspended", "Subscribed",
		},
		{
			"Transfer", func() error { return m.Transfer(id, "grace@contoso.example", "grace@contoso.example") },
			"Succeeded", "Subscribed", "Subscribed",
		},
		{"Levitate", func() error { return m.Notify(id, "Levitate") }, "Succeeded", "Subscribed", "Subscribed"},
		{"Unsubscribe", func() error { return m.Cancel(id) }, "Succeeded", "Unsubscribed", "Unsubscribed"},
	}
	for _, step := range steps {
		must(t, step.do())
		m.Deliver(t.Context())
		payloads := m.hook.take()
		if diff := cmp.Diff([]string{step.action}, actions(payloads)); diff != "" {
			t.Fatalf("webhooks (-want +got):\n%s", diff)
		}
		shown, _ := payloads[0]["subscription"].(map[string]any)
		if payloads[0]["status"] != step.status || shown["saasSubscriptionStatus"] != step.shown {
			t.Errorf("%s: %v, shows %v", step.action, payloads[0]["status"], shown["saasSubscriptionStatus"])
		}
		if got := m.get(t, id).Status; got != step.after {
			t.Errorf("%s after %s", got, step.action)
		}
	}
	if s := m.get(t, id); s.Quantity != 12 || s.Renewals != 1 || s.Purchaser.Email != "grace@contoso.example" {
		t.Errorf("in the end %+v", s)
	}
}

func TestCommandsThatMakeNoSense(t *testing.T) {
	m := startMarketplace(t)
	pending := m.buy(t, teamOfTen)
	cancelled := m.subscribed(t, teamOfTen)
	must(t, m.Cancel(cancelled))
	tests := map[string]func(id string) error{
		"suspend":   m.Suspend,
		"renew":     m.Renew,
		"reinstate": func(id string) error { _, err := m.Reinstate(id); return err },
		"plan":      func(id string) error { _, err := m.ChangePlan(id, "business"); return err },
		"quantity":  func(id string) error { _, err := m.ChangeQuantity(id, 11); return err },
	}
	for name, command := range tests {
		for _, id := range []string{pending, cancelled, "unknown"} {
			if command(id) == nil {
				t.Errorf("%s of %+v was done", name, m.get(t, id))
			}
		}
	}
	if m.Cancel(cancelled) == nil || m.SetRenewal(cancelled, true) == nil || m.Notify(pending, "") == nil || m.SendAgain(99) == nil ||
		m.Transfer(pending, "x@y.z", "x@y.z") == nil {
		t.Error("it was done")
	}
}

// TestEnds holds how a subscription ends without anybody cancelling it.
func TestEnds(t *testing.T) {
	lapse := func(m *market, id string) error { return m.Lapse(id) }
	endTerm := func(m *market, id string) error { return m.EndTerm(id) }
	once := teamOfTen
	once.RenewalOff = true
	tests := map[string]struct {
		start func(t *testing.T, m *market) string // the subscription's id
		end   func(m *market, id string) error
		ends  bool
	}{
		"suspended for 30 days": {func(t *testing.T, m *market) string {
			id := m.subscribed(t, teamOfTen)
			must(t, m.Suspend(id))
			return id
		}, lapse, true},
		"not configured for 30 days": {func(t *testing.T, m *market) string { return m.buy(t, teamOfTen) }, lapse, true},
		"active for 30 days":         {func(t *testing.T, m *market) string { return m.subscribed(t, teamOfTen) }, lapse, false},
		"being activated": {func(t *testing.T, m *market) string {
			id := m.buy(t, teamOfTen)
			m.call(t, http.MethodPost, subscriptions+"/"+id+"/activate", `{"planId":"team"}`)
			return id
		}, lapse, false},
		"unknown, for 30 days": {func(*testing.T, *market) string { return "x" }, lapse, false},
		"bought for one term":  {func(t *testing.T, m *market) string { return m.subscribed(t, once) }, endTerm, true},
		"renewal switched off": {func(t *testing.T, m *market) string {
			id := m.subscribed(t, teamOfTen)
			must(t, m.SetRenewal(id, false))
			return id
		}, endTerm, true},
		"renewal switched on again": {func(t *testing.T, m *market) string {
			id := m.subscribed(t, once)
			must(t, m.SetRenewal(id, true))
			return id
		}, endTerm, false},
		"renewed":                {func(t *testing.T, m *market) string { return m.subscribed(t, teamOfTen) }, endTerm, false},
		"not active at its term": {func(t *testing.T, m *market) string { return m.buy(t, once) }, endTerm, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := startMarketplace(t, func(c *marketplace.Config) { c.ActivationDelay = time.Hour })
			id := test.start(t, m)
			m.Deliver(t.Context())
			m.hook.take()
			if err := test.end(m, id); (err == nil) != test.ends {
				t.Fatalf("err = %v, want it to end: %v", err, test.ends)
			}
			m.Deliver(t.Context())
			told := actions(m.hook.take())
			if !test.ends {
				if len(told) != 0 {
					t.Errorf("webhooks %v", told)
				}
				return
			}
			if s := m.get(t, id); s.Status != "Unsubscribed" || !s.EndedAt.Equal(m.entra.Clock.Now()) {
				t.Errorf("%s, ended at %s", s.Status, s.EndedAt)
			}
			if diff := cmp.Diff([]string{"Unsubscribe"}, told); diff != "" {
				t.Errorf("webhooks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRenew(t *testing.T) {
	m := startMarketplace(t)
	trial := teamOfTen
	trial.FreeTrial, trial.TermUnit = true, "P18M"
	id := m.subscribed(t, trial)
	must(t, m.Renew(id))
	s := m.get(t, id)
	first, last := s.Term()
	if s.FreeTrial || first.Format(time.DateOnly) != "2028-05-21" || last.Format(time.DateOnly) != "2029-11-20" {
		t.Errorf("free trial %v, term from %s to %s", s.FreeTrial, first, last)
	}
	must(t, m.Configure(func(s *marketplace.Settings) { s.SubscribeWithRenew = true }))
	must(t, m.Renew(id))
	must(t, m.SetRenewal(id, false))
	if m.Renew(id) == nil {
		t.Error("it was renewed with its renewal off")
	}
	m.Deliver(t.Context())
	if diff := cmp.Diff([]string{"Renew", "Renew", "Subscribe"}, actions(m.hook.take())); diff != "" {
		t.Errorf("webhooks (-want +got):\n%s", diff)
	}
}

func TestWebhookAnswers(t *testing.T) {
	tests := map[string]struct {
		statuses        []int
		calls           int // in the time of ten retries
		plan, operation string
	}{
		"accepted":             {[]int{200}, 1, "business", "Succeeded"},
		"accepted by 202":      {[]int{202}, 1, "business", "Succeeded"},
		"refused":              {[]int{400}, 1, "team", "Failed"},
		"refused by a router":  {[]int{404}, 1, "team", "Failed"},
		"refused by a token":   {[]int{401}, 1, "team", "Failed"},
		"accepted in the end":  {[]int{500, 503, 200}, 3, "business", "Succeeded"},
		"refused in the end":   {[]int{503, 400}, 2, "team", "Failed"},
		"never answered":       {[]int{503}, 11, "team", "InProgress"},
		"a redirect is no yes": {[]int{302}, 11, "team", "InProgress"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := startMarketplace(t)
			id := m.subscribed(t, teamOfTen)
			m.hook.answerWith(test.statuses...)
			operationID, err := m.ChangePlan(id, "business")
			must(t, err)
			for range 11 {
				m.Deliver(t.Context())
				m.entra.Clock.Advance(time.Minute)
			}
			if calls := len(m.hook.take()); calls != test.calls {
				t.Errorf("%d calls, want %d", calls, test.calls)
			}
			if plan := m.get(t, id).PlanID; plan != test.plan {
				t.Errorf("plan %s", plan)
			}
			if status := m.operation(t, id, operationID)["status"]; status != test.operation {
				t.Errorf("operation %v", status)
			}
		})
	}
}

func TestWebhookIsGivenUp(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, teamOfTen)
	m.hook.answerWith(http.StatusServiceUnavailable)
	operationID, err := m.ChangeQuantity(id, 11)
	must(t, err)
	for range 600 {
		m.Deliver(t.Context())
		m.entra.Clock.Advance(time.Minute)
	}
	// Every minute for 8 hours, the first call and the last included.
	if calls := len(m.hook.take()); calls != 481 {
		t.Errorf("%d calls", calls)
	}
	m.token = newPublisherToken(t, m)
	if op := m.operation(t, id, operationID); op["status"] != "Failed" {
		t.Errorf("operation %v", op)
	}
}

// stuck is a publisher who never answers.
type stuck struct{ calls chan<- time.Time }

func (s stuck) RoundTrip(r *http.Request) (*http.Response, error) {
	s.calls <- time.Now()
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestRunRepeatsAfterATimeout(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	synctest.Test(t, func(t *testing.T) {
		calls := make(chan time.Time, 10)
		m, err := marketplace.New(marketplace.Config{
			BaseURL: "http://localhost", LandingURL: landingPage, WebhookURL: "http://localhost/hook",
			Entra: h.Server, HTTPClient: &http.Client{Transport: stuck{calls}}, Now: time.Now, RetryEvery: time.Minute,
		})
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { m.Run(ctx) })
		purchase := teamOfTen
		purchase.Purchaser, purchase.AutoActivation = "ada@contoso.example", true
		_, err = m.Buy(purchase)
		must(t, err)
		first := <-calls
		for range 3 {
			second := <-calls
			if pause := second.Sub(first); pause != 70*time.Second {
				t.Errorf("%s between two calls, want the 10 s of a call and a minute", pause)
			}
			first = second
		}
		cancel()
		running.Wait()
	})
}

func TestRunLetsTimePass(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	token, err := h.Sign(map[string]any{
		"aud": sandbox.MarketplaceResourceID, "tid": sandbox.PublisherDirectoryID, "ver": "1.0",
		"iss":   "https://sts.windows.net/" + sandbox.PublisherDirectoryID + "/",
		"appid": sandbox.MarketplaceClientID, "exp": h.Clock.Now().Add(time.Hour).Unix(),
	}, entra.SignOptions{})
	must(t, err)
	synctest.Test(t, func(t *testing.T) {
		calls := make(chan time.Time, 10)
		m, err := marketplace.New(marketplace.Config{
			BaseURL: "http://localhost", LandingURL: landingPage, WebhookURL: "http://localhost/hook",
			Entra: h.Server, HTTPClient: &http.Client{Transport: stuck{calls}}, Now: time.Now,
			ActivationDelay: 5 * time.Minute,
		})
		must(t, err)
		must(t, m.Configure(func(s *marketplace.Settings) { s.FailActivation, s.DeliveryPaused = true, true }))
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { m.Run(ctx) })
		purchase := teamOfTen
		purchase.Purchaser = "ada@contoso.example"
		id, err := m.Buy(purchase)
		must(t, err)
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost,
			"/api"+subscriptions+"/"+id+"/activate?api-version=2018-08-31", strings.NewReader(`{"planId":"team"}`))
		request.Header.Set("Authorization", "Bearer "+token)
		begin := time.Now()
		m.ServeHTTP(httptest.NewRecorder(), request)
		time.Sleep(time.Hour)
		if len(calls) != 0 {
			t.Error("a webhook was sent although delivery is off")
		}
		must(t, m.Configure(func(s *marketplace.Settings) { s.DeliveryPaused = false }))
		if at := <-calls; at.Sub(begin) != time.Hour {
			t.Errorf("sent after %s, want as soon as delivery is on", at.Sub(begin))
		}
		if s, err := m.Subscription(id); err != nil || !s.EndedAt.Equal(begin.Add(5*time.Minute)) {
			t.Errorf("ended at %s, want 5 minutes after %s", s.EndedAt, begin)
		}
		cancel()
		running.Wait()
	})
}

func TestAcknowledgements(t *testing.T) {
	patch := func(t *testing.T, m *market, id, operationID, status string) int {
		t.Helper()
		path := subscriptions + "/" + id + "/operations/" + operationID
		return m.call(t, http.MethodPatch, path, `{"status":"`+status+`"}`).Status
	}
	slow := func(c *marketplace.Config) { c.OperationDelay = time.Hour }
	t.Run("success is at once", func(t *testing.T) {
		m := startMarketplace(t, slow)
		id := m.subscribed(t, teamOfTen)
		operationID, err := m.ChangeQuantity(id, 20)
		must(t, err)
		m.Deliver(t.Context())
		if got := m.get(t, id).Quantity; got != 10 {
			t.Errorf("%d seats before", got)
		}
		pending := m.call(t, http.MethodGet, subscriptions+"/"+id+"/operations", "")
		if !strings.Contains(pending.Body, operationID) {
			t.Errorf("pending %s", pending.Body)
		}
		if got := patch(t, m, id, operationID, "Success"); got != 200 || m.get(t, id).Quantity != 20 {
			t.Errorf("%d, %d seats", got, m.get(t, id).Quantity)
		}
		pending = m.call(t, http.MethodGet, subscriptions+"/"+id+"/operations", "")
		if strings.TrimSpace(pending.Body) != `{"operations":[]}` {
			t.Errorf("pending afterwards %s", pending.Body)
		}
		if got := patch(t, m, id, operationID, "Success"); got != 200 {
			t.Errorf("once more: %d", got)
		}
	})
	t.Run("silence is acceptance", func(t *testing.T) {
		m := startMarketplace(t, slow)
		id := m.subscribed(t, teamOfTen)
		_, err := m.ChangeQuantity(id, 20)
		must(t, err)
		m.Deliver(t.Context())
		m.entra.Clock.Advance(time.Hour)
		if got := m.get(t, id).Quantity; got != 20 {
			t.Errorf("%d seats", got)
		}
	})
	t.Run("failure before the webhook is answered", func(t *testing.T) {
		m := startMarketplace(t, slow)
		id := m.subscribed(t, teamOfTen)
		operationID, err := m.ChangeQuantity(id, 20)
		must(t, err)
		if got := patch(t, m, id, operationID, "Failure"); got != 200 {
			t.Errorf("%d", got)
		}
		m.Deliver(t.Context())
		if op := m.operation(t, id, operationID); op["status"] != "Failed" || m.get(t, id).Quantity != 10 {
			t.Errorf("%v, %d seats", op, m.get(t, id).Quantity)
		}
		if got := patch(t, m, id, operationID, "Success"); got != 409 {
			t.Errorf("a change of mind: %d", got)
		}
	})
	t.Run("failure after a 200 is ignored", func(t *testing.T) {
		m := startMarketplace(t, slow)
		id := m.subscribed(t, teamOfTen)
		operationID, err := m.ChangeQuantity(id, 20)
		must(t, err)
		m.Deliver(t.Context())
		got := patch(t, m, id, operationID, "Failure")
		m.entra.Clock.Advance(time.Hour)
		if got != 200 || m.get(t, id).Quantity != 20 {
			t.Errorf("%d, %d seats", got, m.get(t, id).Quantity)
		}
	})
	t.Run("a newer update", func(t *testing.T) {
		m := startMarketplace(t)
		id := m.subscribed(t, teamOfTen)
		older, err := m.ChangeQuantity(id, 20)
		must(t, err)
		m.Deliver(t.Context())
		m.entra.Clock.Advance(time.Second)
		_, err = m.ChangeQuantity(id, 30)
		must(t, err)
		m.Deliver(t.Context())
		if got := patch(t, m, id, older, "Success"); got != 409 || m.get(t, id).Quantity != 30 {
			t.Errorf("%d, %d seats", got, m.get(t, id).Quantity)
		}
	})
	t.Run("cancelled meanwhile", func(t *testing.T) {
		m := startMarketplace(t)
		id := m.subscribed(t, teamOfTen)
		operationID, err := m.ChangeQuantity(id, 20)
		must(t, err)
		must(t, m.Cancel(id))
		m.Deliver(t.Context())
		if got := patch(t, m, id, operationID, "Success"); got != 409 {
			t.Errorf("%d", got)
		}
		if s := m.get(t, id); s.Status != "Unsubscribed" || s.Quantity != 10 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("started by the publisher", func(t *testing.T) {
		m := startMarketplace(t, slow)
		must(t, m.Configure(func(s *marketplace.Settings) { s.PublisherPatchFails = true }))
		id := m.subscribed(t, teamOfTen)
		operationID := m.call(t, http.MethodPatch, subscriptions+"/"+id, `{"quantity":20}`).Header.Get("Operation-Id")
		if got := patch(t, m, id, operationID, "Success"); got != 500 {
			t.Errorf("%d", got)
		}
	})
}

func TestWebhookTokens(t *testing.T) {
	m := startMarketplace(t)
	common := map[string]any{
		"aud": sandbox.MarketplaceClientID, "tid": sandbox.PublisherDirectoryID,
	}
	tests := map[int]map[string]any{
		1: {
			"ver": "1.0", "iss": "https://sts.windows.net/" + sandbox.PublisherDirectoryID + "/",
			"appid": sandbox.MarketplaceResourceID, "azp": nil,
		},
		2: {
			"ver": "2.0", "iss": m.entra.Base + "/" + sandbox.PublisherDirectoryID + "/v2.0",
			"azp": sandbox.MarketplaceResourceID, "appid": nil, "nbf": nil,
		},
	}
	for version, want := range tests {
		must(t, m.Configure(func(s *marketplace.Settings) { s.TokenVersion = version }))
		m.subscribed(t, siteFlat)
		m.hook.mu.Lock()
		token := strings.TrimPrefix(m.hook.headers[len(m.hook.headers)-1].Get("Authorization"), "Bearer ")
		m.hook.mu.Unlock()
		claims := sandboxtest.TokenPart(t, token, 1)
		for _, expected := range []map[string]any{common, want} {
			for name, value := range expected {
				if claims[name] != value {
					t.Errorf("version %d: %s is %v, want %v", version, name, claims[name], value)
				}
			}
		}
	}
}

func TestWebhookDelivery(t *testing.T) {
	configure := func(t *testing.T, m *market, change func(*marketplace.Settings)) {
		t.Helper()
		must(t, m.Configure(change))
	}
	t.Run("copies", func(t *testing.T) {
		m := startMarketplace(t)
		id := m.subscribed(t, teamOfTen)
		configure(t, m, func(s *marketplace.Settings) { s.Copies = 5 })
		must(t, m.Suspend(id))
		m.Deliver(t.Context())
		got := m.hook.take()
		if len(got) != 5 || got[0]["id"] != got[4]["id"] {
			t.Errorf("%v", got)
		}
	})
	t.Run("paused, and newest first", func(t *testing.T) {
		m := startMarketplace(t)
		id := m.subscribed(t, teamOfTen)
		configure(t, m, func(s *marketplace.Settings) { s.DeliveryPaused = true })
		must(t, m.Renew(id))
		must(t, m.Suspend(id))
		must(t, m.Cancel(id))
		m.Deliver(t.Context())
		if got := m.hook.take(); len(got) != 0 {
			t.Errorf("while paused %v", actions(got))
		}
		configure(t, m, func(s *marketplace.Settings) { s.DeliveryPaused, s.NewestFirst = false, true })
		m.Deliver(t.Context())
		if diff := cmp.Diff([]string{"Unsubscribe", "Suspend", "Renew"}, actions(m.hook.take())); diff != "" {
			t.Errorf("webhooks (-want +got):\n%s", diff)
		}
	})
	t.Run("again", func(t *testing.T) {
		m := startMarketplace(t)
		id := m.subscribed(t, teamOfTen)
		must(t, m.Suspend(id))
		m.Deliver(t.Context())
		first := m.hook.take()
		_, err := m.Reinstate(id)
		must(t, err)
		m.Deliver(t.Context())
		m.hook.take()
		must(t, m.SendAgain(2)) // 1 is Subscribe
		m.Deliver(t.Context())
		if diff := cmp.Diff(first, m.hook.take()); diff != "" {
			t.Errorf("sent again (-want +got):\n%s", diff)
		}
		if status := m.get(t, id).Status; status != "Subscribed" {
			t.Errorf("status %s", status)
		}
	})
	t.Run("minimal", func(t *testing.T) {
		m := startMarketplace(t)
		configure(t, m, func(s *marketplace.Settings) { s.MinimalWebhooks = true })
		purchase := teamOfTen
		purchase.AutoActivation = true
		id := m.buy(t, purchase)
		must(t, m.Renew(id))
		must(t, m.Cancel(id))
		m.Deliver(t.Context())
		got := m.hook.take()
		subscribe := map[string]any{
			"id": got[0]["id"], "activityId": got[0]["id"], "operationRequestSource": "Azure", "subscriptionId": id,
			"timeStamp": "2026-11-21T09:30:00.0000000Z", "action": "Subscribe",
		}
		if diff := cmp.Diff(subscribe, got[0]); diff != "" {
			t.Errorf("Subscribe (-want +got):\n%s", diff)
		}
		if shown, _ := got[1]["subscription"].(map[string]any); len(shown) != 4 {
			t.Errorf("Renew %v", got[1])
		}
		if got[2]["planId"] != "" || got[2]["quantity"] != "" || got[2]["status"] != "" || got[2]["subscription"] != nil {
			t.Errorf("Unsubscribe %v", got[2])
		}
	})
	t.Run("revert", func(t *testing.T) {
		m := startMarketplace(t)
		id := m.subscribed(t, teamOfTen)
		configure(t, m, func(s *marketplace.Settings) { s.RevertAfterRefusal = true })
		m.hook.answerWith(http.StatusBadRequest, http.StatusOK)
		_, err := m.ChangePlan(id, "business")
		must(t, err)
		m.Deliver(t.Context())
		var plans []any
		for _, payload := range m.hook.take() {
			plans = append(plans, payload["planId"])
		}
		if diff := cmp.Diff([]any{"business", "team"}, plans); diff != "" {
			t.Errorf("plans of the webhooks (-want +got):\n%s", diff)
		}
	})
	t.Run("the end of the program is no answer", func(t *testing.T) {
		m := startMarketplace(t)
		id := m.subscribed(t, teamOfTen)
		ctx, cancel := context.WithCancelCause(t.Context())
		m.hook.mu.Lock()
		m.hook.answer = func(map[string]any) int { cancel(errors.New("stop")); <-ctx.Done(); return http.StatusBadRequest }
		m.hook.mu.Unlock()
		_, err := m.ChangePlan(id, "business")
		must(t, err)
		m.Deliver(ctx)
		m.hook.answerWith(http.StatusOK)
		m.hook.take()
		m.Deliver(t.Context())
		if got := m.hook.take(); len(got) != 1 || m.get(t, id).PlanID != "business" {
			t.Errorf("afterwards %v, plan %s", actions(got), m.get(t, id).PlanID)
		}
	})
}
