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

// TestWebhookStates tests the status and the subscription's state in each action's payload.
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
	// There is a call every minute for 8 hours, including both ends.
	if calls := len(m.hook.take()); calls != 481 {
		t.Errorf("%d calls", calls)
	}
	m.token = newPublisherToken(t, m)
	if op := m.operation(t, id, operationID); op["status"] != "Failed" {
		t.Errorf("operation %v", op)
	}
}

// stuck is a transport to a publisher who never answers.
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

// configure changes settings.
func (m *market) configure(t *testing.T, change func(*marketplace.Settings)) {
	t.Helper()
	must(t, m.Configure(change))
}

func TestCopiesOfAWebhook(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, teamOfTen)
	m.configure(t, func(s *marketplace.Settings) { s.Copies = 5 })
	must(t, m.Suspend(id))
	m.Deliver(t.Context())
	got := m.hook.take()
	if len(got) != 5 || got[0]["id"] != got[4]["id"] {
		t.Errorf("%v", got)
	}
}

func TestPausedDelivery(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, teamOfTen)
	m.configure(t, func(s *marketplace.Settings) { s.DeliveryPaused = true })
	must(t, m.Renew(id))
	must(t, m.Suspend(id))
	must(t, m.Cancel(id))
	m.Deliver(t.Context())
	if got := m.hook.take(); len(got) != 0 {
		t.Errorf("while paused %v", actions(got))
	}
	m.configure(t, func(s *marketplace.Settings) { s.DeliveryPaused, s.NewestFirst = false, true })
	m.Deliver(t.Context())
	if diff := cmp.Diff([]string{"Unsubscribe", "Suspend", "Renew"}, actions(m.hook.take())); diff != "" {
		t.Errorf("webhooks (-want +got):\n%s", diff)
	}
}

func TestSendAgain(t *testing.T) {
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
}

func TestMinimalWebhooks(t *testing.T) {
	m := startMarketplace(t)
	m.configure(t, func(s *marketplace.Settings) { s.MinimalWebhooks = true })
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
}

func TestRevertAfterRefusal(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, teamOfTen)
	m.configure(t, func(s *marketplace.Settings) { s.RevertAfterRefusal = true })
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
}

func TestEndOfTheProgramIsNoAnswer(t *testing.T) {
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
}
