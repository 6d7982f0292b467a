package marketplace_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/sandboxtest"
)

func TestLandingTokens(t *testing.T) {
	m := startMarketplace(t)
	id := m.buy(t, teamOfTen)
	landing, err := m.LandingURL(id)
	must(t, err)
	target, query, _ := strings.Cut(landing, "?")
	values, err := url.ParseQuery(query)
	must(t, err)
	token := values.Get("token")
	if target != landingPage || !strings.Contains(token, "+") || !strings.Contains(token, "/") ||
		!strings.HasSuffix(token, "=") || strings.ContainsAny(query, "+/#") {
		t.Errorf("landing page %s", landing)
	}
	again, err := m.LandingToken(id)
	must(t, err)
	if again == token {
		t.Error("the same token twice")
	}
	resolve := func(token string) sandboxtest.Answer {
		t.Helper()
		return m.call(t, http.MethodPost, subscriptions+"/resolve", "", "X-Ms-Marketplace-Token", token)
	}
	damaged := map[string]string{
		"missing": "", "encoded": url.QueryEscape(token), "decoded twice": strings.ReplaceAll(token, "+", " "),
		"cut": token[:40], "made up": "AAAA",
	}
	for name, token := range damaged {
		if got := resolve(token); got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	for _, token := range []string{token, token, again} {
		if got := resolve(token); got.Status != http.StatusOK {
			t.Errorf("%d %s", got.Status, got.Body)
		}
	}
	m.entra.Clock.Advance(24*time.Hour - time.Second)
	m.token = newPublisherToken(t, m)
	if got := resolve(token); got.Status != http.StatusOK {
		t.Errorf("after almost a day: %d", got.Status)
	}
	m.entra.Clock.Advance(time.Second)
	if got := resolve(token); got.Status != http.StatusBadRequest {
		t.Errorf("after a day: %d", got.Status)
	}
}

func newPublisherToken(t *testing.T, m *market) string {
	t.Helper()
	claims := sandboxtest.TokenPart(t, m.token, 1)
	claims["exp"] = m.entra.Clock.Now().Add(time.Hour).Unix()
	token, err := m.entra.Sign(claims, entra.SignOptions{})
	must(t, err)
	return token
}
